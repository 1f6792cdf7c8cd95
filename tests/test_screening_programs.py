"""An own check answers, or says why it does not; whatever it does, it ends, and storyreel goes on."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline import schema
from pipeline.screening import Program, exchange
from pipeline.screening.programs import MOST_SAID, Failed, Stopped, ask
from pipeline.store import Intent
from pipeline.take import Flag, MediaFacts, Take
from tests.processes import children

QUESTION = b'{"clip": "/clip.mp4"}'
KEY = "a-key-that-nobody-may-see-0123"
TAKE = Take(
    "0" * 64, 2, "takes/x/y/2", "p1", MediaFacts("1" * 64, 9, "video", "mp4", 16, 9, 24, Fraction(24), Fraction(1))
)
INTENT = Intent(
    {"format": 1, "model": "a/b", "inputs": {"prompt": "Hé."}}, "film", "main", "sh010", None, dialogue=True
)


def program(folder: Path, text: str, *, name: str = "qc.py", timeout_s: int = 20) -> Program:
    file = folder / name
    file.write_text(text)
    return Program(f"./{name}", file, folder, timeout_s)


def said(own: Program, question: bytes = QUESTION) -> bytes:
    return ask(own, question, threading.Event())


def test_it_is_told_the_question_and_its_words_come_back(tmp_path: Path) -> None:
    own = program(tmp_path, "import sys; sys.stdout.write(sys.stdin.read()[::-1])")
    assert said(own) == QUESTION[::-1]


def test_a_script_that_is_not_executable_runs_with_our_python(tmp_path: Path) -> None:
    own = program(tmp_path, "import sys; print(sys.executable)")
    assert said(own).decode().strip() == sys.executable


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such scripts")
def test_an_executable_runs_as_what_it_says_it_is(tmp_path: Path) -> None:
    own = program(tmp_path, '#!/bin/sh\necho "$0 $#"\npwd\n', name="a check; echo $HOME")
    own.file.chmod(0o755)
    out = said(own).decode().splitlines()
    assert out == [f"{own.file} 0", os.path.realpath(tmp_path)], "no shell took its name apart"


def test_the_key_is_not_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.setenv("ALSO", f"Bearer {KEY}")
    monkeypatch.setenv("OTHER", "stays")
    environ = json.loads(said(program(tmp_path, "import json, os; print(json.dumps(dict(os.environ)))")))
    assert KEY not in json.dumps(environ)
    assert environ["OTHER"] == "stays"
    monkeypatch.setenv("WAVESPEED_API_KEY", "short")
    assert b"short" not in said(program(tmp_path, "import os; print(os.environ.get('WAVESPEED_API_KEY'))"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import sys; print('[]'); sys.exit('no such model')", "exit 1: no such model"),
        ("1/0", "exit 1: ZeroDivisionError"),
        ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL"),
        (f"import sys\nwhile True: sys.stdout.write('x' * {MOST_SAID})", "more than 1 MiB"),
        ("import sys\nfor _ in range(100): sys.stdout.write('x' * 1_000_000)", "more than 1 MiB"),
        ("import sys\nsys.stderr.write('x\\n' * 5_000_000); sys.exit(3)", "exit 3: x"),
    ],
    ids=["exit", "crash", "signal", "endless", "100 MB", "complaints"],
)
def test_a_program_that_fails_says_why(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        said(program(tmp_path, text))


def test_a_program_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="can't be run"):
        said(Program("./qc", tmp_path / "qc", tmp_path, 5))
    with pytest.raises(Failed, match="exit 2"):
        said(Program("./qc.py", tmp_path / "qc.py", tmp_path, 5))
    with pytest.raises(Failed, match="can't be run"):
        said(program(tmp_path, "neither script nor program", name="notes.txt"))


HANGS = "import sys, time\nsys.stderr.write('loading\\n'); sys.stderr.flush()\ntime.sleep(600)"
FORKS = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"


@pytest.mark.parametrize("text", [HANGS, FORKS + HANGS], ids=["alone", "with a child"])
def test_a_program_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path, text: str) -> None:
    began = time.monotonic()
    with pytest.raises(Failed, match=r"not ready after 1 s: loading"):
        said(program(tmp_path, text, timeout_s=1))
    assert time.monotonic() - began < 10
    assert children(os.getpid()) == []


def test_what_a_program_leaves_behind_holds_nobody_up(tmp_path: Path) -> None:
    began = time.monotonic()
    assert said(program(tmp_path, FORKS + "print('{\"flags\": []}')")) == b'{"flags": []}\n'
    assert time.monotonic() - began < 10


def test_a_program_need_not_listen(tmp_path: Path) -> None:
    assert said(program(tmp_path, "print(1)"), b"x" * 3_000_000) == b"1\n"


def test_a_program_ends_with_the_run(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(Stopped):
        ask(program(tmp_path, HANGS, timeout_s=600), QUESTION, stop)
    assert children(os.getpid()) == []


def test_what_it_is_told_is_of_the_schema() -> None:
    told = json.loads(exchange.question(Path("/x/clip.mp4"), TAKE, INTENT, "Hé."))
    assert list(schema.violations(exchange.SCHEMA, told)) == []
    assert (told["shot"], told["take"], told["prompt"], told["dialogue"]) == ("sh010", 2, "Hé.", True)
    assert told["facts"]["frame_rate"] == "24"
    nobody = json.loads(exchange.question(Path("/x/clip.mp4"), TAKE, None, ""))
    assert list(schema.violations(exchange.SCHEMA, nobody)) == []


def test_an_answer_becomes_flags() -> None:
    one: dict[str, Any] = {"code": "six-fingers", "message": "six\n  fingers", "from_s": 0.5, "to_s": None}
    flags = exchange.answer(json.dumps({"flags": [one, {"code": "x", "message": "y"}]}).encode(), "./qc.py")
    assert flags == (Flag("six-fingers", "six fingers", "./qc.py", Fraction(1, 2)), Flag("x", "y", "./qc.py"))
    assert exchange.answer(b'{"flags": []}', "./qc.py") == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "says nothing"),
        (b"all fine", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"flags": NaN}', "no JSON"),
        (b"[]", 'no "flags"'),
        (b'{"ok": true}', 'no "flags"'),
        (b'{"flags": [1]}', r"\$.flags\[0\]: 1 is not of type 'object'"),
        (b'{"flags": [{"code": "Two Words", "message": "x"}]}', "does not match"),
        (b'{"flags": [{"code": "x", "message": " "}]}', "does not match"),
        (b'{"flags": [{"code": "x", "message": "y", "from_s": -1}]}', "minimum"),
        (b'{"flags": [{"code": "x", "message": "y", "from_s": 1e300}]}', "maximum"),
        (b'{"flags": [{"code": "x", "message": "y", "score": 3}]}', "'score' was unexpected"),
        (b'{"flags": [], "more": 1}', "'more' was unexpected"),
    ],
)
def test_nonsense_is_told_of(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        exchange.answer(text, "./qc.py")
