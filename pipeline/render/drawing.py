"""A cut and its clips come in; frames of it, drawn by moviepy and encoded in order, and its sound go out as films."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Cut
from pipeline.media.canvas import Canvas
from pipeline.media.film import FilmWriter
from pipeline.render.captions import soft_track
from pipeline.render.encoding import encoded
from pipeline.render.mastering import mastered
from pipeline.render.mix import Locate
from pipeline.render.parts import Drawn
from pipeline.render.reels import Reels
from pipeline.render.timeline import middle_s, timeline


def draw(cut: Cut, outputs: Path, target: Path, locate: Locate, progress: Callable[[int], None]) -> tuple[str, ...]:
    """Draw the whole of `cut` into `target`; notes and errors as for `render`."""
    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        as_copied = encoded(cut, locate, Path(folder) / "sound.m4a")
    canvas = Canvas(cut.width, cut.height, cut.fit)
    with (
        Reels(cut, outputs, canvas) as reels,
        closing(mastered(cut, locate, as_copied.master, 1)) as samples,
        FilmWriter(
            target, cut.width, cut.height, cut.frame_rate, captions=soft_track(cut), sound_bits=as_copied.bits
        ) as film,
    ):
        shown = timeline(cut, reels, canvas, reference=True)
        for frame, heard in enumerate(samples):
            film.picture(canvas.frame(_picture(cut, shown, frame, reels, canvas)))
            film.sound(heard)
            reels.close_before(frame + 1)
            progress(frame + 1)
    return as_copied.notes


def draw_part(cut: Cut, outputs: Path, part: Drawn, target: Path, progress: Callable[[int], None]) -> None:
    """Draw some frames of `cut` into `target`, a film without sound; `progress` is told how many there are so far."""
    canvas = Canvas(cut.width, cut.height, cut.fit)
    with (
        Reels(cut, outputs, canvas) as reels,
        FilmWriter(target, cut.width, cut.height, cut.frame_rate, sound=False) as film,
    ):
        shown = timeline(cut, reels, canvas, reference=False)
        for frame in range(part.start, part.start + part.length):
            film.picture(canvas.frame(_picture(cut, shown, frame, reels, canvas)))
            reels.close_before(frame + 1)
            progress(frame + 1 - part.start)


def _picture(cut: Cut, shown: Any, frame: int, reels: Reels, canvas: Canvas) -> NDArray[np.uint8]:
    """A frame of the timeline, with what is read over it."""
    picture = shown.get_frame(middle_s(frame, cut.frame_rate))
    planes = picture if picture.ndim == 2 else canvas.planes_of_rgb(picture)
    return reels.lettering.over(planes, frame)
