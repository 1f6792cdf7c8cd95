"""The files that a shot refers to become small pictures, and words where there is nothing to be seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.plan import Composition, Facts
from pipeline.prompts import Cited
from pipeline.storyboard import Reference

Files = Mapping[str, str]  # sha256 of each picture that can be shown -> how the board names it
SIDE = 192  # pixels of the longer side: shown at half of it, on screens that have the double


def pictures(facts: Facts) -> Files:
    """The pictures among the files of a board."""
    return {found.sha256: name for name, found in facts.items() if found.kind == "image"}


def references(composition: Composition, files: Files) -> list[Mapping[str, str]]:
    """What goes with a request, as plain JSON, in its order."""
    hashes = {name: sha256 for sha256, name in files.items()}
    entry = composition.entry
    frames = [("first frame", entry.first_frame), ("last frame", entry.last_frame)]
    given = [_fields(one.kind, one.file, name, "", hashes) for name, one in frames if one]
    return given + [_cited(one, hashes) for one in composition.composed.cited]


def _cited(one: Cited, hashes: Mapping[str, str]) -> Mapping[str, str]:
    file = one.reference.file if isinstance(one.reference, Reference) else ""
    return _fields(one.kind, file, one.role, one.of, hashes)


def _fields(kind: str, file: str, role: str, of: str, hashes: Mapping[str, str]) -> Mapping[str, str]:
    picture = f"/reference/{hashes[file]}.jpg" if file in hashes else ""
    return {"kind": kind, "file": file, "role": role, "of": of, "picture": picture}


def small(file: Path, target: Path) -> None:
    """Write a picture small, as a JPEG. Raises MediaError for one that can't be read."""
    from pipeline.previs.stills import open_still  # here: it loads Pillow

    picture = open_still(str(file), (SIDE, SIDE))
    picture.thumbnail((SIDE, SIDE))
    picture.save(target, "JPEG", quality=85)
