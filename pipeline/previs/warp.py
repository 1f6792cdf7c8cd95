"""Sheets and views enter; which crops of them, scaled to which sizes, show what the views see leaves.

The scaler takes whole pixels only. A crop a little larger than what is seen, scaled to a little more than the frame and
cut again, has enough sizes and places to choose from that what is seen lies within a few hundredths of a pixel of where
it belongs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.previs.planes import Plane, Sheet, scaled, views_of

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]
_SIZES, _PLACES = 20, 28  # sizes and places that are tried along each axis
_EDGE = 2  # pixels at a crop's edge whose filter runs out of picture


@dataclass(frozen=True, slots=True)
class Fit:
    """Along one axis, frame by frame: a crop of the source, the size that it is scaled to, and where it is cut."""

    start: _Ints  # first source pixel
    length: _Ints  # source pixels, even
    size: _Ints  # scaled pixels, even
    skip: _Ints  # scaled pixels before the first that is used; odd where `start` is, so that colours stay in step

    def at(self, frame: int) -> Crop:
        """The same for one frame."""
        return Crop(int(self.start[frame]), int(self.length[frame]), int(self.size[frame]), int(self.skip[frame]))


@dataclass(frozen=True, slots=True)
class Crop:
    """A crop along one axis, as in `Fit`."""

    start: int
    length: int
    size: int
    skip: int

    @property
    def span(self) -> slice:
        """The pixels of the source."""
        return slice(self.start, self.start + self.length)

    def used(self, count: int) -> slice:
        """The scaled pixels that are used."""
        return slice(self.skip, self.skip + count)


def cropped(sheet: Sheet, across: Crop, down: Crop, size: tuple[int, ...], solid: bool) -> list[Plane]:
    """A part of the sheet in `size` (width, height): luma, differences and, unless `solid`, what shows through them."""
    planes = sheet.planes if solid or sheet.through is None else (*sheet.planes, sheet.through)
    parts = [plane[_halved(down.span, index), _halved(across.span, index)] for index, plane in enumerate(planes)]
    scales = (across.size, down.size) != (across.length, down.length)
    if scales:
        made = VideoFrame(across.length, down.length, "yuv420p" if len(planes) == 3 else "yuva420p")
        for plane, part in zip(views_of(made), parts, strict=True):
            plane[:] = part
        parts = views_of(scaled(made, across.size, down.size))
    rows, columns = down.used(size[1]), across.used(size[0])
    own = [part[_halved(rows, index, 1), _halved(columns, index, 1)] for index, part in enumerate(parts)]
    if len(own) > 3:
        coarse = (
            None if scales or sheet.coarse is None else sheet.coarse[_halved(down.span, 1), _halved(across.span, 1)]
        )
        own.append(np.ascontiguousarray(own[3][::2, ::2]) if coarse is None else coarse)
    return own


def _halved(span: slice, plane: int, up: int = 0) -> slice:
    """The same span of a colour plane; an odd one is rounded down, or up."""
    return slice((span.start + up) // 2, (span.stop + up) // 2) if plane in (1, 2) else span


def fit(start: _Floats, step: _Floats, count: _Ints, bound: int, sizes: int = _SIZES) -> Fit:
    """Crops that show `count` pixels which begin at `start` and lie `step` source pixels apart, of `bound` there are.

    All are arrays, a number a frame; `count` is even. The more `sizes` are tried, the nearer they come, and the larger
    they may be.
    """
    start = start.round(6)  # what falls on a pixel is to be found there
    if (step == 1).all() and (start % 2 == 0).all():
        return Fit(start.astype(np.int64), count, count, np.zeros_like(count))
    frames = np.arange(len(start))
    size = count[:, None] + 2 * np.arange(1, sizes + 1)[None, :]
    length = np.clip(2 * np.rint(step[:, None] * size / 2).astype(np.int64), 2, bound)
    real = (length / size)[:, :, None].astype(np.float32)
    # As small as will do: these arrays take most of the time.
    places = np.arange(_PLACES, dtype=np.int32)
    begin = np.floor(start[:, None] - _EDGE * real[:, :, 0]).astype(np.int32)[:, :, None] - places
    np.clip(begin, 0, (bound - length)[:, :, None].astype(np.int32), out=begin)
    odd, begin = (begin & 1).astype(np.float32), begin.astype(np.float32)
    wanted = ((start + step * count / 2)[:, None, None].astype(np.float32) - begin) / real
    wanted -= (count[:, None, None] / 2).astype(np.float32)
    most = (size - count[:, None])[:, :, None].astype(np.float32)
    skip = 2 * np.rint((wanted - odd) / 2) + odd
    np.clip(skip, odd, most - odd, out=skip)
    cost = np.abs(wanted - skip)
    cost += (np.abs(length / size / step[:, None] - 1) * count[:, None] / 2).astype(np.float32)[:, :, None]
    if sizes == _SIZES:
        cost += np.float32(0.003) * most  # what is scaled and cut off again takes time
    cost += np.float32(0.05) * ((skip < _EDGE) | (skip > most - _EDGE))
    if np.ptp(step) == 0 == np.ptp(count):
        # A scaler that is asked for one size again and again need not be set up again.
        which = np.full(len(start), np.argmin(cost.min(axis=2).mean(axis=0)))
        place = np.argmin(cost[frames, which], axis=1)
    else:
        which, place = np.divmod(np.argmin(cost.reshape(len(start), -1), axis=1), _PLACES)
    return Fit(
        begin[frames, which, place].astype(np.int64),
        length[frames, which],
        size[frames, which],
        skip[frames, which, place].astype(np.int64),
    )
