"""A sheet and the camera's views enter; where it stands on each frame leaves, scaled beforehand where that serves.

What only slides along one axis, as in a pan, a truck or an orbit, is scaled sixteen times in all instead of once for
every frame: into copies that lie an eighth of a pixel apart, of which each frame takes the nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.move import View, looked
from pipeline.previs.pieces import WHOLE, Piece, pieces_of
from pipeline.previs.planes import SPARE_PX, Sheet
from pipeline.previs.warp import cropped, fit

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_PHASES, _A_PIXEL = 16, 8  # copies, and how many of them to a pixel: colours move by two
_MARGIN_PX = SPARE_PX - 4  # at the edges of a sheet that no view reaches
_SIZES = 80  # that are tried for a copy, which many frames are cut from
_ENOUGH = 24  # frames from which on copies pay
_LARGEST = 1920 * 1088  # pixels of a frame, above which so many copies take too much memory


@dataclass(frozen=True, slots=True)
class Stands:
    """Where a sheet stands on some frames."""

    phase: _Ints  # the copy that is shown
    left: _Floats  # pixels of the copy at the left edge of the frame
    top: _Floats
    step: _Floats  # pixels of the copy a pixel of the frame


class Phased:
    """One sheet as the frames of a shot see it."""

    def __init__(self, sheet: Sheet, views: Sequence[View], size: tuple[int, int]) -> None:
        seen = np.array([looked(view, sheet.nearness, sheet.carried) for view in views])
        self._sheet, self._step = sheet, sheet.density / seen[:, 2]
        self._starts = tuple(
            sheet.middle[axis] + seen[:, axis] * size[axis] * sheet.density - size[axis] * self._step / 2
            for axis in (0, 1)
        )
        # What is out of focus, or a sky, is as smooth in steps of a quarter.
        self._each = 1 if sheet.density >= 1 else 2
        self._copies: dict[int, Sheet] = {}
        self._pieces = WHOLE if sheet.through is None else pieces_of(sheet.through, sheet.density, len(views) > 1)
        slides = [bool(np.ptp(start) > 1e-9) for start in self._starts]
        even = np.ptp(seen[:, 2]) == 0 and not all(slides) and len(views) >= _ENOUGH
        even = even and size[0] * size[1] <= _LARGEST
        self._axis = slides.index(True) if even and any(slides) else None

    def stands(self, frames: slice) -> Stands:
        """Where it stands on these frames."""
        left, top = (start[frames] for start in self._starts)
        step = self._step[frames]
        if self._axis is None:
            return Stands(np.zeros(len(step), np.int64), left, top, step)
        steps = (self._starts[self._axis][frames] / step - _MARGIN_PX) * (_A_PIXEL / self._each)
        eighths = self._each * np.rint(steps).astype(np.int64)
        whole = 2 * np.floor(eighths / _PHASES)
        other = (top, left)[self._axis] / step - self._other_base()
        left, top = (whole, np.rint(other)) if self._axis == 0 else (np.rint(other), whole)
        return Stands(eighths % _PHASES, left, top, np.ones_like(step))

    def sheet(self, phase: int) -> Sheet:
        """The copy of that number; the sheet itself where there are no copies."""
        if self._axis is None:
            return self._sheet
        if phase not in self._copies:
            self._copies[phase] = self._copy(phase)
        return self._copies[phase]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet, or of every copy, in luma pixels."""
        return self._sheet.size if self._axis is None else self._counts()

    def pieces(self) -> tuple[Piece, ...]:
        """The pieces of the sheet, or, to a pixel or two, of every copy."""
        if self._axis is None or self._sheet.through is None:
            return self._pieces
        step, (left, top), (wide, tall) = float(self._step[0]), self._bases(0), self._counts()
        return tuple(
            Piece(
                max(0, each.left / step - left),
                max(0, each.top / step - top),
                min(wide, each.right / step - left),
                min(tall, each.bottom / step - top),
                each.solid,
            )
            for each in self._pieces
        )

    def _other_base(self) -> float:
        """Where copies begin along the axis on which nothing moves: frames find them at even pixels."""
        other = self._starts[1 - (self._axis or 0)][0] / self._step[0]
        return float(other % 2) + _MARGIN_PX

    def _copy(self, phase: int) -> Sheet:
        sheet, step, bases = self._sheet, float(self._step[0]), self._bases(phase)
        counts = self._counts()
        across, down = (
            fit(np.array([base * step]), np.array([step]), np.array([count]), length, _SIZES).at(0)
            for base, count, length in zip(bases, counts, sheet.size, strict=True)
        )
        copied = (np.ascontiguousarray(each) for each in cropped(sheet, across, down, counts, solid=False))
        luma, blue, red, *through = copied
        if not through:
            return replace(sheet, planes=(luma, blue, red))
        return replace(sheet, planes=(luma, blue, red), through=through[0], coarse=through[1])

    def _bases(self, phase: int) -> tuple[float, float]:
        """Pixels of the frame, as large as those of the sheet, before a copy: on the left of it and above."""
        along, other = _MARGIN_PX + phase / _A_PIXEL, self._other_base()
        return (other, along) if self._axis else (along, other)

    def _counts(self) -> tuple[int, int]:
        """Width and height of a copy; all are as large as the last."""
        step = float(self._step[0])
        wide, tall = (max(2, 2 * int((length / step - 2 * _MARGIN_PX - 2) / 2)) for length in self._sheet.size)
        return wide, tall
