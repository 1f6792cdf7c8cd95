"""Files of unknown worth come in; facts, exact frames, sound and a finished film go out.

Beside the drawing of previs no other room opens media. This door is light: a storyboard with nothing but stills loads
no libav, one without files loads nothing at all. Behind it `pictures`, `sound`, `canvas` and `film` load libav.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pipeline.media.facts import inspect

__all__ = ["frame_png", "inspect"]


def frame_png(path: Path, frame: int, frame_rate: Fraction) -> bytes:
    """The frame on screen `frame / frame_rate` seconds into the film at `path`, upright, as a PNG in RGB.

    After the end of the film it is its last frame. Raises MediaError where there is none.
    """
    from pipeline.media import pictures  # here: it loads libav

    return pictures.frame_png(path, frame, frame_rate)
