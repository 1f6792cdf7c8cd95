"""Whole frames of one clip come in, as brightness; the even dark bars that lie around its picture go out.

A bar is dark, flat and still in every frame, ends in a sharp edge, and one as high lies on the other side.
The sky of a night scene is none of that: it has grain or a gradient, ends softly, and the ground is another height.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Levels = NDArray[np.uint8]
_DARK = 24  # of 255: black as codecs make it, a few levels above 0 in their noise
_FLAT = 12  # levels between the darkest and the brightest point of all lines of a bar: noise of a codec, no picture
_EDGE = 16  # levels by which the picture beside a bar is brighter on average, in some frame: as a sharp edge is
_SOFT = 4  # lines in which a codec, or a bar that ends between two lines, may blur that edge
_LEAST = 0.02  # of the side: 14 of 720 lines; less is the margin that some encoders leave
_UNEVEN = 0.01  # of the side, by which two bars may differ: models work in blocks of 8 or 16 points
BARS_STEP = 4  # points of a line that are looked at: one in so many


@dataclass(frozen=True, slots=True)
class Bars:
    """Dark bars on two sides of a picture."""

    across: bool  # above and below it; else left and right
    first: int  # pixels of the clip: height of the upper one, or width of the left one
    second: int  # pixels, of the other one


@dataclass(slots=True)
class BarFinder:
    """Looks at frames and remembers, of each row and each column, the darkest, brightest and highest average."""

    _sides: dict[bool, tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.float32]]] = field(default_factory=dict)

    def saw(self, rows: Levels, columns: Levels) -> None:
        """Another frame, once with one point in BARS_STEP of each row, once of each column: uint8, 0 is black."""
        for across, lines in ((True, rows), (False, columns.T)):
            least, most = lines.min(axis=1).astype(np.int16), lines.max(axis=1).astype(np.int16)
            mean = lines.mean(axis=1, dtype=np.float32)
            if (before := self._sides.get(across)) is not None:
                if len(before[0]) != len(least):
                    return  # a film that changes its size has no bars of one height
                least, most = np.minimum(before[0], least), np.maximum(before[1], most)
                mean = np.maximum(before[2], mean)
            self._sides[across] = least, most, mean

    def found(self) -> tuple[Bars, ...]:
        """The bars of all frames so far: none, on two sides, or on four."""
        return tuple(bars for across in self._sides if (bars := self._on(across)))

    def _on(self, across: bool) -> Bars | None:
        least, most, mean = self._sides[across]
        first = _height(least, most, mean)
        second = _height(least[::-1], most[::-1], mean[::-1])
        length = len(most)
        if min(first, second) < _LEAST * length or abs(first - second) > max(2, _UNEVEN * length):
            return None
        return Bars(across, first, second)


def _height(least: NDArray[np.int16], most: NDArray[np.int16], mean: NDArray[np.float32]) -> int:
    """Lines of the bar at the beginning; 0 where there is none, or all is dark."""
    dark = most <= _DARK
    height = len(dark) if dark.all() else int(np.argmin(dark))
    if not height or height == len(dark):
        return 0
    # The last lines may hold a shadow of the picture's edge.
    sure = max(1, height - _SOFT)
    if int(most[:sure].max()) - int(least[:sure].min()) > _FLAT:
        return 0
    beside = mean[height : height + _SOFT + 1].max()
    return height if beside - mean[:sure].max() >= _EDGE else 0
