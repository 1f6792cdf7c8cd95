"""A cut and the folder of its clips come in; one film file goes out.

The cut is a moviepy timeline: takes in order, joined by `concatenate_videoclips`, dissolves composed. Where it only
repeats the frames of a take their packets are copied; where pixels change moviepy composes them. libav decodes what it
composes and encodes what that shows: moviepy's own reader loses a frame a clip, its writer the colour tags.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pipeline.edit import Cut, Sound
from pipeline.errors import StoryreelError

Engine = Literal["copy", "moviepy"]
KEPT = ".drawn"  # the folder, beside those of the variants, of joints and sounds that cuts are made of


def render(
    cut: Cut,
    outputs: Path,
    target: Path,
    *,
    engine: Engine = "copy",
    locate: Callable[[str], Path] = Path,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[str, ...]:
    """Write `cut` to the file `target`, from the clips that its segments name relative to `outputs`.

    `locate` gives the path of a sound file that the storyboard names; it raises MediaError where there is none.

    `moviepy` draws every frame: slow, and what `copy` is held against. `progress` is told (frames done, frames in all)
    now and then, from one thread at a time, which may be another. The target is replaced when the film is whole;
    whatever goes wrong before leaves it as it was. Returns notes of what only came out while it was made, such as a
    loudness that could not be had. Raises StoryreelError for a
    cut without shots or a target that can't be written, MediaError for a clip or a sound file that is missing or can't
    be decoded, with its shot.
    """
    if not cut.segments:
        raise StoryreelError(f"{target}: the cut has no shots", hint="add a shot to the storyboard, or select one")

    def told(frames: int) -> None:
        if progress:
            progress(frames, cut.frame_count)

    def source(sound: Sound) -> Path:
        return outputs / sound.source if sound.of_take else locate(sound.source)

    # They load libav and NumPy, and where something is drawn moviepy.
    if engine == "moviepy":
        from pipeline.render.drawing import draw

        return draw(cut, outputs, target, source, told)
    from pipeline.render.copying import copy

    return copy(cut, outputs, target, target.parents[1] / KEPT, source, told)
