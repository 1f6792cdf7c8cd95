"""A still enters that may be a frame of a previs clip; the part of it that its slate left free leaves.

In a rehearsal a shot often goes on from a frame of the one before it: the old slate would show under the new.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pipeline.previs.layout import ACCENT, mark_box, padding, type_for
from pipeline.previs.order import LARGEST, SMALLEST

_TOLERANCE = 42  # 8-bit levels a channel: what coding and a translucent edge may change


def unslated(picture: Image.Image) -> Image.Image:
    """The picture without mark and band where it wears a previs slate, else the picture itself."""
    box = clear_of_slate(picture)
    return picture if box == (0, 0, *picture.size) else picture.crop(box)


def clear_of_slate(picture: Image.Image) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part between mark and band; of the whole picture where it wears no slate."""
    width, height = picture.size
    whole = 0, 0, width, height
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        return whole
    type_ = type_for(width, height)
    left, top, right, bottom = mark_box(type_)
    if right > width:
        return whole
    inset = padding(type_)
    edges = (left + 2, left + max(3, inset - 1)), (right - max(3, inset - 1), right - 2)
    middle = (top + (bottom - top) // 3, bottom - (bottom - top) // 3)
    if not all(_accent(picture.crop((first, middle[0], last, middle[1]))).all() for first, last in edges):
        return whole
    # The progress line starts at the left edge, on top of the band; an evening sky above it can have its colour.
    rows = np.flatnonzero(_accent(picture.crop((0, height // 3, 2, height))).all(axis=1))
    if not rows.size:
        return 0, bottom + inset, width, height
    lowest = rows[np.flatnonzero(np.diff(rows, prepend=-2) > 1)[-1]]
    return 0, bottom + inset, width, height // 3 + int(lowest)


def _accent(part: Image.Image) -> NDArray[np.bool_]:
    """Which pixels of the part have the slate's own colour, height x width."""
    pixels = np.asarray(part.convert("RGB"), np.int16)
    return np.asarray((np.abs(pixels - np.asarray(ACCENT, np.int16)) <= _TOLERANCE).all(axis=2))
