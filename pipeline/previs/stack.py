"""Sheets at different distances and the camera's views enter; the frame that a view sees of all of them leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.previs.move import STILL, View, looked
from pipeline.previs.phases import Phased
from pipeline.previs.planes import Extent, Planes, Sheet, blank, over, scaled, views_of
from pipeline.previs.warp import Fit, cropped, fit

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_AT_ONCE = 48  # frames whose crops are chosen together
_APART_PX = 1.2  # sheets that never move apart by more are one
_SEEN = 0.022  # frame widths by which parts of one ground may slide over each other in the course of a shot
_SEEN_BLURS = 3.0  # and by so much more, in widths of their blur
_SMEAR_FROM_PX = 2.0  # a shorter blur can't be seen


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where one sheet stands on some frames: the box that it fills, and the crop that fills it."""

    phase: _Ints  # which of its phases is shown
    top: _Ints
    bottom: _Ints
    left: _Ints
    right: _Ints
    solid: _Ints  # row of the frame from which on nothing shows through
    across: Fit
    down: Fit


class Stack:
    """What the camera looks at: sheets from the farthest to the nearest, the first without a gap."""

    def __init__(self, sheets: Sequence[Sheet], views: Sequence[View], size: tuple[int, int]) -> None:
        """`size` is width and height of the frame, even pixels."""
        self._phased, self._views, self._size = [Phased(sheet, views, size) for sheet in sheets], tuple(views), size
        self._laid: dict[int, list[_Layout]] = {}

    def __getitem__(self, frame: int) -> Planes:
        """The planes of a frame, which belong to the caller."""
        planes = blank(self._size)
        self.draw(frame, planes)
        return planes

    def draw(self, frame: int, planes: Planes) -> None:
        """Draw a frame on planes of its size, whatever is on them."""
        group = frame // _AT_ONCE
        if group not in self._laid:
            self._laid = {group: self._layouts(slice(group * _AT_ONCE, (group + 1) * _AT_ONCE))}
        layouts, index = self._laid[group], frame % _AT_ONCE
        for phased, layout in zip(self._phased, layouts, strict=True):
            _lay(planes, phased.sheet(int(layout.phase[index])), layout, index)
        _smear(planes, self._views[frame].smear)

    def _layouts(self, frames: slice) -> list[_Layout]:
        found: list[_Layout] = []
        hidden = np.full(len(self._views[frames]), self._size[1], np.int64)
        for phased in reversed(self._phased):
            layout = _layout(phased, frames, self._size, hidden)
            hidden = np.minimum(hidden, layout.solid)
            found.append(layout)
        return found[::-1]


def _layout(phased: Phased, frames: slice, size: tuple[int, int], hidden: _Ints) -> _Layout:
    width, height = size
    stands, sheet = phased.stands(frames), phased.sheet(0)
    left, top, right, bottom = sheet.content
    columns, rows = (
        _inside(stands.left, stands.step, (left, right), width),
        _inside(stands.top, stands.step, (top, bottom), height),
    )
    if sheet.alpha is None:
        columns, rows = (0 * columns[0], 0 * columns[1] + width), (0 * rows[0], 0 * rows[1] + height)
    first = np.ceil((sheet.solid - stands.top) / stands.step).astype(np.int64) + 2
    covers = (columns[0] == 0) & (columns[1] == width) & (first < rows[1])
    lowest = np.minimum(rows[1], (hidden + 1) // 2 * 2)
    wide, tall = sheet.size
    return _Layout(
        stands.phase,
        rows[0],
        lowest,
        columns[0],
        columns[1],
        # Below it, too: what reaches the lower edge of its sheet is meant to go on.
        np.where(covers & (rows[1] >= height), first, height) * (sheet.alpha is not None),
        fit(stands.left + columns[0] * stands.step, stands.step, np.maximum(columns[1] - columns[0], 2), wide),
        fit(stands.top + rows[0] * stands.step, stands.step, np.maximum(lowest - rows[0], 2), tall),
    )


def _inside(start: _Floats, step: _Floats, content: tuple[int, int], most: int) -> tuple[_Ints, _Ints]:
    """The even pixels of the frame between which the sheet has any, along one axis."""
    first = np.floor((content[0] - start) / step / 2).astype(np.int64) * 2
    last = np.ceil((content[1] - start) / step / 2).astype(np.int64) * 2
    return np.clip(first, 0, most), np.clip(last, 0, most)


def _lay(planes: Planes, sheet: Sheet, layout: _Layout, frame: int) -> None:
    top, bottom = int(layout.top[frame]), int(layout.bottom[frame])
    left, right = int(layout.left[frame]), int(layout.right[frame])
    if bottom <= top or right <= left:
        return
    own = cropped(sheet, layout.across.at(frame), layout.down.at(frame), (right - left, bottom - top))
    solid = max(0, min(bottom, int(layout.solid[frame])) - top) if sheet.alpha is not None else 0
    fine = 255 - own[3][: solid + solid % 2] if sheet.alpha is not None else None
    coarse = None if fine is None else np.ascontiguousarray(fine[::2, ::2])
    for number, plane in enumerate(planes):
        half = 2 if number else 1
        part = plane[top // half : bottom // half, left // half : right // half]
        mixed = coarse if number else fine
        edge = 0 if mixed is None else len(mixed)
        if mixed is not None and edge:
            over(part[:edge], own[number][:edge], mixed, colour=number > 0)
        part[edge:] = own[number][edge:]


def _smear(planes: Planes, smear: float) -> None:
    """Blur sideways: shrinking by the length of the smear and stretching back blurs along that line only."""
    width, height = planes[0].shape[1], planes[0].shape[0]
    if smear * width < _SMEAR_FROM_PX:
        return
    made = VideoFrame(width, height, "yuv420p")
    for plane, own in zip(views_of(made), planes, strict=True):
        plane[:] = own
    narrow = max(8, round(1.6 / smear / 2) * 2)
    for plane, own in zip(planes, views_of(scaled(scaled(made, narrow, height), width, height)), strict=True):
        plane[:] = own


def step_of(views: Sequence[View], size: tuple[int, int], blur_px: float) -> float:
    """The difference in nearness by which things so far out of focus move apart that they are seen to."""
    along, rise, near = ([getattr(view, name) for view in views] for name in ("along", "rise", "nearer"))
    moved_px = max((max(along) - min(along)) * size[0], (max(rise) - min(rise)) * size[1])
    grown_px = (max(near) - min(near)) * size[0] / 2
    return float((_SEEN * size[0] + _SEEN_BLURS * blur_px) / max(moved_px + grown_px, 1e-9))


def moves_apart(sheets: Sequence[Sheet], views: Sequence[View], size: tuple[int, int]) -> bool:
    """Whether the views tell the distances of the sheets apart."""
    if any(sheet.carried for sheet in sheets) and any(view.along or view.rise for view in views):
        return True
    nearest = [(sheet.nearness, sheet.carried) for sheet in sheets]
    for view in set(views):
        x, y, zoom = (np.array(each) for each in zip(*(looked(view, *each) for each in nearest), strict=True))
        apart = np.hypot((x - x[0]) * size[0], (y - y[0]) * size[1]).max()
        if apart + (zoom.max() / zoom.min() - 1) * size[0] / 2 > _APART_PX:
            return True
    return False


def flattened(sheets: Sequence[Sheet], seen: Extent, density: float) -> Sheet:
    """All sheets as one that shows what the extent reaches, of `density` pixels a pixel of the frame."""
    if len(sheets) == 1 and sheets[0].density == density:
        return sheets[0]
    wide = 2 * math.ceil((seen.right - seen.left) * density / 2)
    tall = 2 * math.ceil((seen.bottom - seen.top) * density / 2)
    # A camera whose frame is the whole sheet, with the framing's middle where the sheet has it.
    middle = -seen.left * density, -seen.top * density
    x, y = (wide / 2 - middle[0]) / wide, (tall / 2 - middle[1]) / tall
    view = replace(STILL, x=x, y=y)
    coarser = [replace(sheet, density=sheet.density / density) for sheet in sheets]
    planes = Stack(coarser, (view,), (wide, tall))[0]
    return Sheet(planes, None, middle, density)
