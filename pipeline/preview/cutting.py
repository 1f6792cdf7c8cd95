"""A variant enters; its cut leaves, as `render` makes it, and open, so that a player may go on with it."""

from __future__ import annotations

import os
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

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


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Film:
    """A file that is held open as long as anybody plays it, whatever takes its place in the folder meanwhile."""

    path: Path
    size: int  # bytes
    version: str  # tells it from others of the same path
    _descriptor: int | None  # None where an open file can't be replaced: on Windows

    @classmethod
    def of(cls, path: Path) -> Film:
        """The file that is there now."""
        descriptor = os.open(path, os.O_RDONLY)
        there = os.fstat(descriptor)
        film = cls(path, there.st_size, f"{there.st_mtime_ns:x}-{there.st_size:x}", descriptor)
        if hasattr(os, "pread"):
            weakref.finalize(film, os.close, descriptor)
            return film
        os.close(descriptor)
        return replace(film, _descriptor=None)

    def read(self, start: int, length: int) -> bytes:
        """So many bytes from there on, or fewer at the end."""
        if self._descriptor is not None:
            return os.pread(self._descriptor, length, start)
        with self.path.open("rb") as file:
            file.seek(start)
            return file.read(length)


@dataclass(frozen=True, slots=True)
class Reel:
    """One variant's cut."""

    variant: str
    film: Film
    frames: int
    frame_rate: Fraction
    shots: Mapping[str, Placed]  # by id
    notes: tuple[str, ...]
    failed: Mapping[str, str]  # by id of a shot what went wrong: a card stands in its place


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
    notes = (*cut.notes, *done.notes)
    return Reel(name, Film.of(cut.file), cut.frames, cut.frame_rate, shots, notes, failed)
