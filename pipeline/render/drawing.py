"""A cut and its clips come in; every frame of it, drawn and encoded in order, goes out as one film."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.edit import Cut
from pipeline.media.canvas import Canvas
from pipeline.media.film import FilmWriter
from pipeline.render.mix import sound
from pipeline.render.reels import Reels
from pipeline.render.timeline import middle_s, timeline


def draw(cut: Cut, outputs: Path, target: Path, progress: Callable[[int, int], None] | None) -> None:
    """Draw the whole of `cut` into `target`; errors as for `render`."""
    canvas = Canvas(cut.width, cut.height, cut.fit)
    with (
        Reels(cut, outputs, canvas) as reels,
        closing(sound(cut, outputs)) as samples,
        FilmWriter(target, cut.width, cut.height, cut.frame_rate) as film,
    ):
        shown = timeline(cut, reels, canvas)
        for frame, heard in enumerate(samples):
            picture = shown.get_frame(middle_s(frame, cut.frame_rate))
            planes = picture if picture.ndim == 2 else canvas.planes_of_rgb(picture)
            film.picture(canvas.frame(planes))
            film.sound(heard)
            reels.close_before(frame + 1)
            if progress:
                progress(frame + 1, cut.frame_count)
