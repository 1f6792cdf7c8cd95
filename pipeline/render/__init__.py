"""A cut and the folder of its clips come in; one film file goes out.

The cut is a moviepy timeline: takes in order, joined by `concatenate_videoclips`, dissolves composed. libav decodes
what it is made of and encodes what it shows: moviepy's own reader loses a frame a clip, its writer the colour tags.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.edit import Cut
from pipeline.errors import StoryreelError


def render(cut: Cut, outputs: Path, target: Path, *, progress: Callable[[int, int], None] | None = None) -> None:
    """Write `cut` to the file `target`, from the clips that its segments name relative to `outputs`.

    `progress` is told (frames done, frames in all) after every frame. The target is replaced when the film is whole;
    whatever goes wrong before leaves it as it was. Raises StoryreelError for a cut without shots or a target that
    can't be written, MediaError for a clip that is missing or can't be decoded, with its shot.
    """
    if not cut.segments:
        raise StoryreelError(f"{target}: the cut has no shots", hint="add a shot to the storyboard, or select one")
    from pipeline.render.drawing import draw  # here: it loads moviepy, libav and NumPy

    draw(cut, outputs, target, progress)
