"""A variant enters; its cut leaves, as `render` makes it, and open, so that a player may go on with it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import IO

from pipeline.plan import rehearse
from pipeline.preview.panels import name_of
from pipeline.preview.reading import Reading
from pipeline.preview.timeline import Span, timeline
from pipeline.produce.events import Tell, unheard
from pipeline.produce.rendering import kept_footage, rendered


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a shot is in a cut."""

    key: str  # of its footage, as addresses have it
    span: Span


@dataclass(slots=True)
class Reel:
    """One cut.mp4, held open: another one may take its place, and who plays this one sees it to its end."""

    variant: str
    version: str  # of the file, as addresses have it
    frames: int
    frame_rate: Fraction
    shots: Mapping[str, Placed]  # by id
    notes: tuple[str, ...]
    failed: Mapping[str, str]  # by id of a shot what went wrong: a card stands in its place
    size: int  # bytes
    path: Path
    _file: IO[bytes] | None = field(repr=False, default=None)

    def read(self, start: int, length: int) -> bytes:
        """So many bytes from there on, or fewer at the end."""
        if self._file is None:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(length)
        return os.pread(self._file.fileno(), length, start)

    def close(self) -> None:
        """Nobody plays it any more."""
        if self._file:
            self._file.close()


def make_cut(reading: Reading, name: str, *, environ: Mapping[str, str] = os.environ, tell: Tell = unheard) -> Reel:
    """The best cut of the variant of that name there is for nothing, as `render` makes it. Raises StoryreelError."""
    assert reading.film
    assert reading.plan
    done = rendered(reading.film, reading.plan, variants=(name,), tell=tell, environ=environ)
    (cut,) = done.cuts
    variant = next(done.plan.variants.called(frozenset({name})))
    rehearsal = rehearse(done.plan, [variant])
    edit = timeline(done.plan, variant, rehearsal, kept_footage(done.film, done.plan, rehearsal))
    keys = {shot.id: name_of(rehearsal.footage[name, shot.entry]) for shot in variant.shots}
    shots = {shot: Placed(keys.get(shot, ""), span) for shot, span in edit.spans.items()}
    failed = {shot: error.message for shot, error in cut.failed.items()}
    file = cut.file.open("rb")
    there = os.fstat(file.fileno())
    version = f"{there.st_mtime_ns:x}-{there.st_size:x}"
    if not hasattr(os, "pread"):  # Windows, where an open file could not be replaced either
        file.close()
    kept = None if file.closed else file
    notes = (*cut.notes, *done.notes)
    return Reel(name, version, cut.frames, cut.frame_rate, shots, notes, failed, there.st_size, cut.file, kept)
