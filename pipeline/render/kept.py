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
from pipeline.plain import digest_of, plain
from pipeline.render import KEPT, Engine, render
from pipeline.render.captions import ENDINGS, captions, files, seen
from pipeline.schema import violations
from pipeline.store.files import overwrite, read
from pipeline.store.reading import folder_of

DRAWING = 3  # of the film; raised whenever the same cut would be drawn differently
_UNUSED_S = 30 * 24 * 3600
SCHEMA = "store/cut.schema.json"


def is_drawn(cut: Cut, engine: Engine, target: Path) -> bool:
    """Whether the film at `target` is this very cut, whole, made by this engine."""
    record = _record(target.parent)
    if record.get("cut") != _digest(cut, engine):
        return False
    there = target.is_file() and target.stat().st_size == record["size_bytes"]
    return there and all(target.with_suffix(f".{ending}").is_file() == bool(captions(cut)) for ending in ENDINGS)


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
    noted = render(cut, outputs, target, engine=engine, locate=locate, progress=progress)
    _write_captions(cut, storyboard, target)
    _clear(target.parents[1] / KEPT)
    record = {
        "format": 1,
        "storyboard": storyboard,
        "variant": cut.variant,
        "cut": _digest(cut, engine),
        "frames": cut.frame_count,
        "frame_rate": str(cut.frame_rate),
        "size_bytes": target.stat().st_size,
        **({"notes": noted} if noted else {}),
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


def _write_captions(cut: Cut, storyboard: str, target: Path) -> None:
    """The captions beside the film; those of an older cut go where this one has none."""
    made = files(cut, storyboard)
    for ending in ENDINGS:
        file = target.with_suffix(f".{ending}")
        if ending in made:
            overwrite(file, made[ending].encode(), durable=False)
        else:
            file.unlink(missing_ok=True)


def notes(cut: Cut) -> tuple[str, ...]:
    """What the fonts of this machine could not write as it is written, and what to install."""
    if not seen(cut):
        return ()
    from pipeline.render.lettering import missing  # here, as above

    return missing(cut)


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
    found = {"drawing": DRAWING, "engine": engine, "cut": plain(cut)}
    if seen(cut):
        # It loads Pillow and NumPy, which a film without words on it does not need.
        from pipeline.render.lettering import described

        found["words"] = [described(cut, words) for words in seen(cut)]
    return digest_of(found)


def _record(folder: Path) -> dict[str, Any]:
    """What cut.json says; {} where there is none that makes sense: the film is then simply drawn anew."""
    try:
        record = json.loads((read(folder / "cut.json") or b"").decode("utf-8"))
    except (StoreError, ValueError, RecursionError):
        return {}
    return {} if any(violations(SCHEMA, record)) else record
