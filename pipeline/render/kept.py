"""A cut that was drawn once is not drawn again: beside each cut.mp4 stands what it was made from."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.edit import Cut
from pipeline.errors import StoreError
from pipeline.render import KEPT, Engine, render
from pipeline.schema import plain, violations
from pipeline.store.files import overwrite, read
from pipeline.store.reading import folder_of
from pipeline.wire import digest_of

DRAWING = 3  # of the film; raised whenever the same cut would be drawn differently
_UNUSED_S = 30 * 24 * 3600
SCHEMA = "store/cut.schema.json"


def is_drawn(cut: Cut, engine: Engine, target: Path) -> bool:
    """Whether the film at `target` is this very cut, whole, made by this engine."""
    record = _record(target.parent)
    return (
        record.get("cut") == _digest(cut, engine) and target.is_file() and target.stat().st_size == record["size_bytes"]
    )


def draw(
    cut: Cut,
    engine: Engine,
    storyboard: str,
    outputs: Path,
    target: Path,
    locate: Callable[[str], Path],
    progress: Callable[[int, int], None],
) -> None:
    """Draw the cut of a storyboard (its path in the project) to `target`; until that is done the older film stays.

    `locate` gives the paths of sound files that the storyboard names.

    Raises what `render` raises.
    """
    outputs = Path(os.path.realpath(outputs))  # itself it may be a link to a larger disk; below it none is followed
    for folder in (target.parent, target.parents[1] / KEPT):
        folder_of(outputs, folder.relative_to(target.parents[2]).as_posix())
    notes = render(cut, outputs, target, engine=engine, locate=locate, progress=progress)
    _clear(target.parents[1] / KEPT)
    record = {
        "format": 1,
        "storyboard": storyboard,
        "variant": cut.variant,
        "cut": _digest(cut, engine),
        "frames": cut.frame_count,
        "frame_rate": str(cut.frame_rate),
        "size_bytes": target.stat().st_size,
        **({"notes": notes} if notes else {}),
    }
    overwrite(target.with_name("cut.json"), (json.dumps(record, indent=2) + "\n").encode(), durable=False)


def prepare(cut: Cut, board: str, outputs: Path, over: Callable[[], bool], look: Callable[[int], None]) -> None:
    """Draw those joints of a cut between shots that have clips, as long as it is not `over`.

    `look` is called after every frame. Raises what it raises, and what `render` raises.
    """
    from pipeline.render.copying import draw_joints  # here: it loads libav and NumPy

    outputs = Path(os.path.realpath(outputs))
    folder_of(outputs, f"{board}/{KEPT}")
    draw_joints(cut, outputs, outputs / board / KEPT, over, look)


def notes_of(target: Path) -> tuple[str, ...]:
    """What was noted while the film at `target` was made."""
    return tuple(_record(target.parent).get("notes", ()))


def owner(folder: Path) -> str:
    """The storyboard whose cut lies in a folder, by its path in the project; "" where none does."""
    return str(_record(folder).get("storyboard", ""))


def _clear(folder: Path) -> None:
    """Removes the joints and sounds that no cut has used for weeks, and what killed processes left."""
    with suppress(OSError):
        for path in folder.iterdir():
            if time.time() - path.stat().st_mtime > _UNUSED_S:
                path.unlink()


def _digest(cut: Cut, engine: Engine) -> str:
    return digest_of({"drawing": DRAWING, "engine": engine, "cut": plain(cut)})


def _record(folder: Path) -> dict[str, Any]:
    """What cut.json says; {} where there is none that makes sense: the film is then simply drawn anew."""
    try:
        record = json.loads((read(folder / "cut.json") or b"").decode("utf-8"))
    except (StoreError, ValueError, RecursionError):
        return {}
    return {} if any(violations(SCHEMA, record)) else record
