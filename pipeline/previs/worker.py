"""Orders enter as JSON lines, replies leave as JSON lines, until the input ends."""

from __future__ import annotations

import gc
import json
import os
import sys
import traceback
from typing import TextIO

from pipeline.errors import StoryreelError
from pipeline.previs.clip import draw
from pipeline.previs.intake import parse
from pipeline.previs.order import OrderError
from pipeline.previs.picture import draw_frame

_QUALITY = 88  # of a JPEG: what is flat stays clean


def main() -> int:
    """Answer the orders on stdin, one after another. Returns the exit code."""
    gc.freeze()  # what is loaded stays
    with _replies() as replies:
        for line in sys.stdin.buffer:
            if line.strip():
                replies.write(json.dumps(answer(line)) + "\n")
                replies.flush()
    return 0


def answer(line: bytes) -> dict[str, object]:
    """The reply to one line of input."""
    name = ""
    try:
        data = _decode(line)
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            name = data["id"]
        _make(data)
    except StoryreelError as error:
        return {"id": name, "ok": False, "error": error.message}
    except OSError as error:
        return {"id": name, "ok": False, "error": f"the clip can't be written: {error.strerror or error}"}
    except Exception as error:  # noqa: BLE001  one clip that can't be drawn must not cost the others their worker
        traceback.print_exc(file=sys.stderr)
        return {"id": name, "ok": False, "error": f"a bug in drawing the clip: {type(error).__name__}: {error}"}
    return {"id": name, "ok": True}


def _make(data: object) -> None:
    """The clip, drawn on as many `cores`, or where `frame` is the number of one, that frame alone, as a JPEG."""
    order = parse(data)
    said = data if isinstance(data, dict) else {}
    frame, cores = said.get("frame"), said.get("cores", 2)
    if frame is None:
        draw(order, cores if type(cores) is int else 2)
    elif type(frame) is int and frame >= 0:
        draw_frame(order, frame).save(order.output, "JPEG", quality=_QUALITY)
    else:
        raise OrderError("frame is not a whole number of 0 or more")


def _decode(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        raise OrderError("the order is not a line of JSON") from None


def _replies() -> TextIO:
    """The real stdout, out of reach of everything else: what a library prints goes to stderr instead."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8", newline="\n")
