"""A cut comes in; the moviepy timeline it is goes out.

moviepy hands frames through untouched where it only joins. So where one take is alone on screen its frames travel as
planes (uint8, height * 3/2 x width, see `media.canvas`) and no colour is ever converted; where moviepy composes they
are RGB (uint8, height x width x 3).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Cut
from pipeline.media.canvas import Canvas
from pipeline.render.joints import joined
from pipeline.render.reels import Reels
from pipeline.render.spans import Span, spans


@contextmanager
def _without_dotenv() -> Iterator[None]:
    # On import moviepy obeys any `.env` above its folder: a stranger's repository could set our key's address in it, or
    # the program that moviepy then runs. Without the module it reads none.
    real = sys.modules.get("dotenv")
    sys.modules["dotenv"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["dotenv"]
        if real is not None:
            sys.modules["dotenv"] = real


with _without_dotenv():
    from moviepy import CompositeVideoClip, VideoClip, concatenate_videoclips
    from moviepy.video.fx import CrossFadeIn


def timeline(cut: Cut, reels: Reels, canvas: Canvas, *, reference: bool) -> VideoClip:
    """The whole cut as one clip; its frame `n` is `get_frame(middle_s(n, cut.frame_rate))`.

    In the `reference` moviepy itself composes the dissolves, in RGB: ten times as slow as in the film's own colours.
    """
    size = cut.width, cut.height
    # A dissolve is composed when it is reached and forgotten with the next: moviepy gives each its own background and
    # mask, 10 MB of them at 720p.
    composed = lru_cache(maxsize=1)(partial(_dissolve, cut, reels, canvas))

    def shown(t: float, span: Span) -> NDArray[np.uint8]:
        if len(span.shown) == 1:
            return _picture(t, cut, reels, span, span.shown[0])
        joint = cut.segments[span.shown[1]].joint
        if reference and joint.kind == "dissolve":
            return np.asarray(composed(span).get_frame(t))
        leaving, coming = (_picture(t, cut, reels, span, index) for index in span.shown)
        return joined(leaving, coming, t * float(cut.frame_rate) / span.length, joint, size)

    clips = [TakeClip(span.length / cut.frame_rate, size, partial(shown, span=span)) for span in spans(cut.segments)]
    return concatenate_videoclips(clips, method="chain")


def middle_s(frame: int, frame_rate: Fraction) -> float:
    """Seconds to the middle of a frame: half a frame away from where a rounded float could show a neighbour."""
    return float((2 * frame + 1) / (2 * frame_rate))


class TakeClip(VideoClip):  # type: ignore[misc]
    """A run of the cut's frames. moviepy's own constructor would open every clip of the film to learn its size."""

    def __init__(
        self, length_s: Fraction, size: tuple[int, int], picture: Callable[[float], NDArray[np.uint8]]
    ) -> None:
        super().__init__(duration=float(length_s))
        self.size, self.frame_function = size, picture


def _picture(t: float, cut: Cut, reels: Reels, span: Span, index: int) -> NDArray[np.uint8]:
    """What segment `index` shows `t` seconds after the start of the span."""
    frame = math.floor(t * float(cut.frame_rate))
    return reels.picture(index, span.start + min(frame, span.length - 1))


def _dissolve(cut: Cut, reels: Reels, canvas: Canvas, span: Span) -> VideoClip:
    size, length_s = (cut.width, cut.height), span.length / cut.frame_rate

    def drawn(t: float, index: int) -> NDArray[np.uint8]:
        return canvas.rgb(_picture(t, cut, reels, span, index))

    leaving, coming = (TakeClip(length_s, size, partial(drawn, index=index)) for index in span.shown)
    coming = coming.with_effects([CrossFadeIn(float(length_s))])
    # A background colour keeps moviepy off its slow path, which carries a mask for the whole.
    return CompositeVideoClip([leaving, coming], size, bg_color=(0, 0, 0))
