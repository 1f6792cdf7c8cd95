from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from pipeline.previs import worker
from pipeline.previs.intake import parse
from pipeline.previs.picture import draw_frame


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pipeline.previs"]
    pipes = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipes, stdout=pipes, stderr=pipes, text=True, encoding="utf-8") as running:
        yield running
        running.kill()


def data(tmp_path: Path, **changes: Any) -> dict[str, Any]:
    whole = {"id": "x", "width": 64, "height": 36, "frame_rate": "24", "frames": 2, "audio": True, "prompt": "The sea."}
    return {**whole, "images": [], "direction": None, "seed": "1f", "output": str(tmp_path / "out.mp4"), **changes}


def ask(process: subprocess.Popen[str], line: str) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


def test_a_worker_answers_each_order_ends_with_its_input_and_says_nothing_else(
    process: subprocess.Popen[str], tmp_path: Path
) -> None:
    assert ask(process, json.dumps(data(tmp_path))) == {"id": "x", "ok": True}
    assert (tmp_path / "out.mp4").is_file()
    broken = ask(process, "{broken")
    assert broken == {"id": "", "ok": False, "error": "the order is not a line of JSON"}
    odd = ask(process, json.dumps(data(tmp_path, id="y", width=65)))
    assert (odd["id"], odd["ok"]) == ("y", False)
    assert "width of 65" in odd["error"]
    missing = ask(process, json.dumps(data(tmp_path, id="é", images=["/nowhere/a.png"])))
    assert missing == {"id": "é", "ok": False, "error": "a.png: there is no such picture"}
    assert ask(process, json.dumps(data(tmp_path, id="z"))) == {"id": "z", "ok": True}
    out, errors = process.communicate(timeout=20)
    assert (out, errors, process.returncode) == ("", "", 0)


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT to another process on Windows")
def test_an_interrupt_does_not_stop_a_worker_whose_parent_lives(process: subprocess.Popen[str], tmp_path: Path) -> None:
    assert ask(process, json.dumps(data(tmp_path)))["ok"]
    process.send_signal(signal.SIGINT)
    assert ask(process, json.dumps(data(tmp_path)))["ok"]
    assert process.communicate(timeout=20) == ("", "")
    assert process.returncode == 0


def test_a_bug_in_one_clip_is_a_reply_and_a_traceback_and_not_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def buggy(_order: object, _cores: int) -> None:
        raise ZeroDivisionError("in the drawing")

    monkeypatch.setattr(worker, "draw", buggy)
    reply = worker.answer(json.dumps(data(tmp_path)).encode())
    assert reply == {"id": "x", "ok": False, "error": "a bug in drawing the clip: ZeroDivisionError: in the drawing"}
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("line", [b"\xff\xfe", b"[1]", b'"x"', b"null", b"[" * 100_000, b'{"id": 5}', b"{}"])
def test_any_line_gets_an_answer(line: bytes) -> None:
    reply = worker.answer(line)
    assert reply["ok"] is False
    assert reply["error"]


def test_an_output_that_can_not_be_written_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    reply = worker.answer(json.dumps(data(tmp_path, output=str(tmp_path / "no" / "out.mp4"))).encode())
    assert reply["ok"] is False
    assert str(reply["error"]).startswith("the clip can't be written: ")


def test_a_frame_that_is_asked_for_alone_is_that_of_the_clip(tmp_path: Path) -> None:
    picture = tmp_path / "out.jpg"
    order = data(tmp_path, frames=24, width=128, height=72, output=str(picture))
    assert worker.answer(json.dumps({**order, "frame": 20}).encode()) == {"id": "x", "ok": True}
    with Image.open(picture) as drawn:
        assert (drawn.format, drawn.size) == ("JPEG", (128, 72))
        difference = ImageChops.difference(drawn.convert("RGB"), draw_frame(parse(order), 20))
    assert max(ImageStat.Stat(difference).mean) < 6  # of 255: what a JPEG of so few pixels loses


@pytest.mark.parametrize("frame", [-1, 1.5, "1", True])
def test_a_frame_that_is_none_is_refused(tmp_path: Path, frame: object) -> None:
    reply = worker.answer(json.dumps(data(tmp_path, frame=frame)).encode())
    assert reply == {"id": "x", "ok": False, "error": "frame is not a whole number of 0 or more"}


def test_the_drawing_version_is_known_without_loading_a_drawing_library() -> None:
    program = (
        "import sys, pipeline.previs as p; print(p.DRAWING, [m for m in ('av', 'PIL', 'numpy') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.split(" ", 1)[1].strip() == "[]"
    assert int(said.split(" ", 1)[0]) >= 1
