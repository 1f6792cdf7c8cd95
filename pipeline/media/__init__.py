"""Files of unknown worth come in; facts, exact frames, sound and a finished film go out.

Beside the drawing of previs no other room opens media. This door is light: a storyboard with nothing but stills loads
no libav, one without files loads nothing at all. Behind it `pictures`, `sound`, `canvas` and `film` load libav.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pipeline.media.facts import inspect
from pipeline.take import FoundCut

__all__ = ["CUTS_VERSION", "find_cuts", "frame_png", "inspect"]

CUTS_VERSION = "1"  # of how cuts are found: another one looks at every take again


def find_cuts(path: Path, frame_rate: Fraction) -> tuple[FoundCut, ...]:
    """The hard cuts inside the film at `path`, which has so many frames a second, in order.

    Raises MediaError where it can't be decoded.
    """
    from pipeline.media import cuts  # here: it loads libav

    return cuts.find(path, frame_rate)


def frame_png(path: Path, frame: int, frame_rate: Fraction) -> bytes:
    """The frame on screen `frame / frame_rate` seconds into the film at `path`, upright, as a PNG in RGB.

    After the end of the film it is its last frame. Raises MediaError where there is none.
    """
    from pipeline.media import pictures  # here: it loads libav

    return pictures.frame_png(path, frame, frame_rate)
