"""`take` as a user meets it: takes are listed with what is known of them, and one is chosen, for nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from tests.counter import Open


def test_takes_are_listed_and_one_is_circled(shop: Open) -> None:
    at = shop(2)
    at.run("shoot", "film.yaml", "--yes")
    at.run("shoot", "film.yaml", "--only", "s0001", "--again", "--yes")
    board = at.here.board.read_bytes()
    code, out, _ = at.run("take", "film.yaml", "s0001")
    assert code == 0
    assert "s0001 of Proof: 2 takes\n" in out
    assert "\n  * take 1  1 s, 160 x 90, $0.08; used; " in out
    assert "\n    take 2  1 s, 160 x 90, $0.08; " in out
    code, out, _ = at.run("take", "film.yaml", "s0001", "--circle", "2", "--in", "0.25", "--out", "0.75")
    assert code == 0
    assert "\n  * take 2  1 s, 160 x 90, $0.08; used; in 0.25 s, out 0.75 s; " in out
    assert "\ns0001: take 2 is used\n" in out
    value = at.json("take", "film.yaml", "s0001")
    assert [(row["take"], row["used"], row["in"], row["out"]) for row in value["takes"]] == [
        (1, [], None, None), (2, ["main"], "0.25", "0.75"),
    ]  # fmt: skip
    assert at.json("take", "film.yaml", "s0001", "--circle", "1")["chosen"] == {
        "take": 1, "variants": ["main"], "stale": [], "cost_usd": "0.00",
    }  # fmt: skip
    assert at.here.board.read_bytes() == board
    assert len(at.double.accepted()) == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--circle", "0"], "numbered from 1"),
        (["--circle", "two"], "numbered from 1"),
        (["--in", "soon"], "no seconds"),
        (["--out", "-1"], "no seconds"),
        (["--out", "1e3"], "no seconds"),
        (["--hold", "--release"], "not allowed with"),
        (["--circle", "3"], "s0001 has no take 3"),
        (["--variant", "storm"], 'there is no variant "storm"'),
    ],
)
def test_words_that_choose_nothing_are_refused(
    shop: Open, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    before = at.here.folder.joinpath("film.lock.yaml").read_bytes()
    words = words if "--variant" not in words else [*words, "--hold"]
    try:
        code, _, err = at.run("take", "film.yaml", "s0001", *words)
    except SystemExit as ended:
        code, err = int(str(ended.code)), capsys.readouterr().err
    assert (code, message in err) == (2, True), err
    assert at.here.folder.joinpath("film.lock.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("terminal", "shown"),
    [
        ({"COLORTERM": "truecolor"}, "\x1b[38;2;"),
        ({"TERM": "xterm-kitty"}, "\x1b_Ga=T,f=100,"),
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]1337;File=inline=1;"),
        ({"TERM_PROGRAM": "iTerm.app", "TMUX": "/tmp/tmux"}, ""),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, ""),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, ""),
    ],
    ids=["blocks", "kitty", "iterm", "tmux", "dumb", "no colour"],
)
def test_pictures_are_shown_where_the_terminal_can(shop: Open, terminal: dict[str, str], shown: str) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    told = ("TERM", "COLORTERM", "TERM_PROGRAM", "KITTY_WINDOW_ID", "TMUX", "NO_COLOR")
    environ = {name: value for name, value in os.environ.items() if name not in told}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pipeline.cli", "take", "film.yaml", "s0001"]
    with subprocess.Popen(command, cwd=at.here.folder, env=environ | terminal, stdout=theirs, stderr=theirs):
        os.close(theirs)
        said = _everything(ours).decode()
    assert "take 1" in said
    assert (shown in said) if shown else ("\x1b" not in said)


def _everything(descriptor: int) -> bytes:
    found = b""
    try:
        while piece := os.read(descriptor, 65536):
            found += piece
    except OSError:  # how a terminal ends
        pass
    os.close(descriptor)
    return found
