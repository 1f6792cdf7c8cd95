"""Sheets at different distances and the camera's views enter; the frame that a view sees of all of them leaves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.previs.move import STILL, View, looked
from pipeline.previs.phases import Phased, Stands
from pipeline.previs.pieces import Piece
from pipeline.previs.planes import Extent, Planes, Sheet, blank, over, scaled, views_of
from pipeline.previs.warp import Fit, cropped, fit

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_Bools = NDArray[np.bool_]
_AT_ONCE = 48  # frames whose crops are chosen together
_APART_PX = 1.2  # sheets that never move apart by more are one
_SEEN = 0.022  # frame widths by which parts of one ground may slide over each other in the course of a shot
_SEEN_BLURS = 3.0  # and by so much more, in widths of their blur
_SMEAR_FROM_PX = 2.0  # a shorter blur can't be seen


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a piece of a sheet stands in some frames: even pixels between which it lies."""

    left: _Ints
    top: _Ints
    right: _Ints
    bottom: _Ints

    def is_any(self) -> bool:
        """Whether there is anything of it on any frame."""
        return bool(((self.right > self.left) & (self.bottom > self.top)).any())

    def clear_of(self, nearer: _Box) -> _Box:
        """What is left of it where another box hides all that is behind it, as far as that is a box."""
        wide = (nearer.left <= self.left) & (nearer.right >= self.right)
        tall = (nearer.top <= self.top) & (nearer.bottom >= self.bottom)
        left, right = _beside(self.left, self.right, nearer.left, nearer.right, tall)
        top, bottom = _beside(self.top, self.bottom, nearer.top, nearer.bottom, wide)
        return _Box(left, top, right, bottom)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where one piece of a sheet stands on some frames: the box that it fills, and the crop that fills it."""

    phase: _Ints  # which of its sheet's phases is shown
    box: _Box
    solid: bool
    across: Fit
    down: Fit


class Stack:
    """What the camera looks at: sheets from the farthest to the nearest, the first without a gap."""

    def __init__(self, sheets: Sequence[Sheet], views: Sequence[View], size: tuple[int, int]) -> None:
        """`size` is width and height of the frame, even pixels."""
        self._phased, self._views, self._size = [Phased(sheet, views, size) for sheet in sheets], tuple(views), size
        self._laid: dict[int, list[tuple[Phased, _Layout]]] = {}

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
        index = frame % _AT_ONCE
        for phased, layout in self._laid[group]:
            _lay(planes, phased.sheet(int(layout.phase[index])), layout, index)
        _smear(planes, self._views[frame].smear)

    def _layouts(self, frames: slice) -> list[tuple[Phased, _Layout]]:
        """Every piece of every sheet, from the farthest to the nearest."""
        found: list[tuple[Phased, _Layout]] = []
        hiding: list[_Box] = []
        for phased in reversed(self._phased):
            stands = phased.stands(frames)
            boxes = [(piece, _box_of(piece, stands, self._size)) for piece in phased.pieces()]
            for piece, box in boxes:
                for nearer in (*hiding, *hiding):  # what one leaves is a box only for the next, at times
                    box = box.clear_of(nearer)
                if box.is_any():
                    found.append((phased, _layout(box, stands, phased.size, piece.solid)))
            hiding += [box for piece, box in boxes if piece.solid]
        return found[::-1]


def _box_of(piece: Piece, stands: Stands, frame: tuple[int, int]) -> _Box:
    left, right = _inside(stands.left, stands.step, (piece.left, piece.right), frame[0])
    top, bottom = _inside(stands.top, stands.step, (piece.top, piece.bottom), frame[1])
    return _Box(left, top, right, bottom)


def _layout(box: _Box, stands: Stands, sheet: tuple[int, int], solid: bool) -> _Layout:
    across, down = (
        fit(start + first * stands.step, stands.step, np.maximum(last - first, 2), bound)
        for start, first, last, bound in (
            (stands.left, box.left, box.right, sheet[0]),
            (stands.top, box.top, box.bottom, sheet[1]),
        )
    )
    return _Layout(stands.phase, box, solid, across, down)


def _beside(first: _Ints, last: _Ints, from_: _Ints, to: _Ints, hidden: _Bools) -> tuple[_Ints, _Ints]:
    """What is left of a span of which all `from_` to `to` is hidden, or nothing: as long as that is one span."""
    return (
        np.where(hidden & (from_ <= first), np.maximum(first, to), first),
        np.where(hidden & (to >= last), np.minimum(last, from_), last),
    )


def _inside(start: _Floats, step: _Floats, span: tuple[float, float], most: int) -> tuple[_Ints, _Ints]:
    """The even pixels of the frame between which a piece lies along one axis; pieces beside each other share one."""
    first, last = (2 * np.clip(np.rint((edge - start) / step / 2), 0, most // 2).astype(np.int64) for edge in span)
    return first, last


def _lay(planes: Planes, sheet: Sheet, layout: _Layout, frame: int) -> None:
    box = layout.box
    left, top, right, bottom = int(box.left[frame]), int(box.top[frame]), int(box.right[frame]), int(box.bottom[frame])
    if bottom <= top or right <= left:
        return
    size = right - left, bottom - top
    own = cropped(sheet, layout.across.at(frame), layout.down.at(frame), size, layout.solid)
    luma, *colours = planes
    half = slice(top // 2, bottom // 2), slice(left // 2, right // 2)
    parts = [luma[top:bottom, left:right], *(colour[half] for colour in colours)]
    if layout.solid:
        for part, plane in zip(parts, own, strict=True):
            part[:] = plane
        return
    throughs = own[3], own[4], own[4]
    for number, (part, plane, through) in enumerate(zip(parts, own[:3], throughs, strict=True)):
        over(part, plane, through, colour=number > 0)


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
