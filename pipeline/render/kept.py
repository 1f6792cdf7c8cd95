"""A cut that was drawn once is not drawn again: beside each cut.mp4 stands what it was made from."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.edit import Cut
from pipeline.errors import StoreError
from pipeline.render import render
from pipeline.schema import plain, violations
from pipeline.store.files import overwrite, read
from pipeline.store.reading import folder_of
from pipeline.wire import digest_of

DRAWING = 2  # of the film; raised whenever the same cut would be drawn differently
SCHEMA = "store/cut.schema.json"


def is_drawn(cut: Cut, target: Path) -> bool:
    """Whether the film at `target` is this very cut, whole."""
    record = _record(target.parent)
    return record.get("cut") == _digest(cut) and target.is_file() and target.stat().st_size == record["size_bytes"]


def draw(cut: Cut, storyboard: str, outputs: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Draw the cut of a storyboard (its path in the project) to `target`; until that is done the older film stays.

    Raises what `render` raises.
    """
    outputs = Path(os.path.realpath(outputs))  # itself it may be a link to a larger disk; below it none is followed
    folder_of(outputs, target.parent.relative_to(target.parents[2]).as_posix())
    render(cut, outputs, target, progress=progress)
    record = {
        "format": 1,
        "storyboard": storyboard,
        "variant": cut.variant,
        "cut": _digest(cut),
        "frames": cut.frame_count,
        "frame_rate": str(cut.frame_rate),
        "size_bytes": target.stat().st_size,
    }
    overwrite(target.with_name("cut.json"), (json.dumps(record, indent=2) + "\n").encode(), durable=False)


def owner(folder: Path) -> str:
    """The storyboard whose cut lies in a folder, by its path in the project; "" where none does."""
    return str(_record(folder).get("storyboard", ""))


def _digest(cut: Cut) -> str:
    return digest_of({"drawing": DRAWING, "cut": plain(cut)})


def _record(folder: Path) -> dict[str, Any]:
    """What cut.json says; {} where there is none that makes sense: the film is then simply drawn anew."""
    try:
        record = json.loads((read(folder / "cut.json") or b"").decode("utf-8"))
    except (StoreError, ValueError, RecursionError):
        return {}
    return {} if any(violations(SCHEMA, record)) else record
