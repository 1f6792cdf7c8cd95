"""Pictures become sheets of video planes (BT.709, limited range, 4:2:0) that know how far away they hang."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from pipeline.previs.move import View, looked

Plane = NDArray[np.uint8]  # height x width
Planes = tuple[Plane, Plane, Plane]  # luma; blue and red difference at half the width and height

_BT709 = 1  # ITU-T H.273 code point
SPARE_PX = 34  # of the frame, that are painted beyond its edges
_BLACK = 16  # luma of black in limited range
# One thread: the pictures are small, and every core has a worker of its own.
_SCALER = VideoReformatter()


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a camera looks to each side of the middle of its framing, in pixels of the frame."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """A flat picture standing at some distance from the camera.

    Its planes are multiplied by its alpha already: luma counts from 0, colour differences from 128.
    """

    planes: Planes
    through: Plane | None  # 255 less alpha, as large as the luma; None: nothing shows through
    middle: tuple[float, float]  # of the framing, in luma pixels of the sheet
    density: float  # luma pixels of the sheet a pixel of the frame
    nearness: float = 0.0  # 0 endlessly far, 1 as far as the subject, 2 half as far
    carried: bool = False  # the camera keeps pace with it
    coarse: Plane | None = None  # what shows through for the colours, where it is at hand: every other pixel of it

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in luma pixels."""
        height, width = self.planes[0].shape
        return width, height


def scaled(frame: VideoFrame, width: int, height: int) -> VideoFrame:
    """The frame in another size."""
    # Asked for a colour space, too, it would go by way of RGB: five times slower, and no longer of more than colours.
    return _SCALER.reformat(frame, width, height, interpolation=Interpolation.BILINEAR, threads=1)


def blank(size: tuple[int, int]) -> Planes:
    """Planes for a frame of that width and height, with nothing on them yet."""
    width, height = size
    half = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def views_of(frame: VideoFrame) -> list[Plane]:
    """The planes of a video frame as arrays on its own memory."""
    found = []
    for plane in frame.planes:
        rows = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]
        found.append(rows.reshape(-1, plane.line_size)[: plane.height, : plane.width])
    return found


def split(picture: Plane) -> Planes:
    """The planes of an RGB picture (height x width x 3) of even size."""
    height, width = picture.shape[:2]
    taken = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    turned = _SCALER.reformat(taken, width, height, "yuv420p", dst_colorspace=_BT709, threads=1)
    luma, blue, red = views_of(turned)
    return luma.copy(), blue.copy(), red.copy()


def sheet(
    picture: Plane, alpha: Plane | None, middle: tuple[float, float], density: float, nearness: float = 0.0
) -> Sheet:
    """An RGB picture of even size, multiplied by its alpha, as a sheet that is cut to the rows with something in them.

    `middle` is that of the framing in pixels of the picture.
    """
    if alpha is None:
        return Sheet(split(picture), None, middle, density, nearness)
    rows, columns = bounds(alpha, round(SPARE_PX * density))
    through = 255 - alpha[rows, columns]
    luma, blue, red = split(picture[rows, columns])
    # Where something shows through, black is none of ours.
    luma -= np.minimum(luma, (through.astype(np.uint16) * _BLACK // 255).astype(np.uint8))
    at = middle[0] - columns.start, middle[1] - rows.start
    return Sheet((luma, blue, red), through, at, density, nearness)


def over(ground: Plane, own: Plane, through: Plane, colour: bool) -> None:
    """Lay a plane that is multiplied by its alpha over another of its size, in place.

    `through` is 255 less alpha; `colour`: the plane counts from 128.
    """
    # Each conversion by itself: where NumPy does it on the way, piece by piece, all of this takes a quarter longer.
    if colour:
        passed = ground.astype(np.int16)
        passed -= 128
        passed *= through.astype(np.int16)
        passed += 128
        passed >>= 8
        np.add(own, passed.astype(np.uint8), out=ground)
        return
    light = ground.astype(np.uint16)
    light *= through.astype(np.uint16)
    light += 255
    light >>= 8
    np.add(own, light.astype(np.uint8), out=ground)


def bounds(alpha: Plane, spare: int) -> tuple[slice, slice]:
    """The rows and columns in which anything is, and `spare` more."""
    spans = []
    for axis in (1, 0):
        there = np.flatnonzero(alpha.any(axis=axis))
        length = alpha.shape[1 - axis]
        first, last = (int(there[0]), int(there[-1]) + 1) if there.size else (0, 2)
        spans.append(slice(max(0, first - spare) // 2 * 2, min(length, (last + spare + 1) // 2 * 2)))
    return spans[0], spans[1]


def softened(whole: Sheet, radius_px: float) -> Sheet:
    """An opaque sheet out of focus by `radius_px` pixels of the frame."""
    small = max(1, min(4, round(radius_px * whole.density / 2)))
    planes = []
    for plane in whole.planes:
        picture = Image.fromarray(plane)
        size = max(2, picture.width // small // 2 * 2), max(2, picture.height // small // 2 * 2)
        blur = ImageFilter.GaussianBlur(radius_px * whole.density / small * (1.0 if plane is whole.planes[0] else 0.5))
        little = picture.resize(size, Image.Resampling.BOX).filter(blur)
        planes.append(np.asarray(little.resize(picture.size, Image.Resampling.BICUBIC)))
    luma, blue, red = planes
    return Sheet((luma, blue, red), None, whole.middle, whole.density, whole.nearness)


def greyed(planes: Planes) -> Planes:
    """The planes without colour."""
    luma, blue, red = planes
    return luma, np.full_like(blue, 128), np.full_like(red, 128)


def extent(views: Sequence[View], size: tuple[int, int], nearest: float = 1.0) -> Extent:
    """Everything that the views of a `size` (width, height in pixels) frame ever see of sheets up to that nearness."""
    width, height = size
    sides: list[tuple[float, float, float, float]] = []
    for view in set(views):
        for nearness in (0.0, nearest):
            x, y, zoom = looked(view, nearness)
            across, down = width / zoom / 2, height / zoom / 2
            sides.append((x * width - across, y * height - down, x * width + across, y * height + down))
    left, top, right, bottom = zip(*sides, strict=True)
    # Some pixels more: a filter at the edge never runs out of picture, and a crop has room to be chosen in.
    spare = SPARE_PX
    return Extent(min(left) - spare, min(top) - spare, max(right) + spare, max(bottom) + spare)
