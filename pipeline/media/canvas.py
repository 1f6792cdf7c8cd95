"""Decoded frames of any size, format and colour matrix come in; pictures of one size and one colour space go out.

A picture of a film is its three planes in one array, as x264 takes them: uint8, height * 3/2 rows x width, Y then U
then V with half the lines and columns (4:2:0), BT.709, limited range. Frames that already are that are never converted.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from pipeline.edit import Fit
from pipeline.media.gamut import Gamut

_BT709, _UNSPECIFIED, _BT601 = 1, 2, 5  # ISO/IEC 23091-2, matrix coefficients
_LIMITED, _FULL = 1, 2  # libav's AVColorRange; 0 is unspecified
_LANCZOS, _ACCURATE, _FULL_CHROMA = 0x200, 0x40000, 0x2000  # libswscale's flags
HD_LINES = 720  # untagged pictures of at least this height are BT.709, others BT.601, as Chromium guesses


def displayed_size(frame: VideoFrame, pixel_aspect: Fraction | None) -> tuple[int, int]:
    """Width and height in square pixels of `frame` turned upright."""
    width = round(frame.width * pixel_aspect) if pixel_aspect else frame.width
    return (frame.height, width) if _turns(frame) % 2 else (width, frame.height)


def upright_rgb(frame: VideoFrame, pixel_aspect: Fraction | None) -> NDArray[np.uint8]:
    """`frame` as it is displayed: uint8, height x width x 3, RGB."""
    turns = _turns(frame)
    width, height = displayed_size(frame, pixel_aspect)
    across, down = (height, width) if turns % 2 else (width, height)
    rgb = _Converter("rgb24", _FULL).converted(frame, across, down)
    return np.ascontiguousarray(np.rot90(rgb, turns))


class Canvas:
    """Brings frames and drawings to the size and colour space of one film."""

    def __init__(self, width: int, height: int, fit: Fit) -> None:
        """`width` and `height` in pixels, even; `fit` is what to do with pictures of another shape."""
        self.width, self.height, self.fit = width, height, fit
        self._from_film = _Converter("yuv420p", _LIMITED)
        self._from_rgb = _Converter("yuv420p", _LIMITED)
        self._to_rgb = _Converter("rgb24", _FULL)
        self.black = np.full((height * 3 // 2, width), 128, np.uint8)
        self.black[:height] = 16

    def planes(self, frame: VideoFrame, pixel_aspect: Fraction | None = None) -> NDArray[np.uint8]:
        """`frame`, turned upright, fitted and in the film's colours."""
        turns = _turns(frame)
        width, height = placed = self._placed(*displayed_size(frame, pixel_aspect))
        across, down = (height, width) if turns % 2 else placed
        planes = self._from_film.converted(frame, across, down)
        if placed == (self.width, self.height) and not turns:
            return planes
        return self._laid([np.rot90(plane, turns) for plane in split(planes, across, down)], placed)

    def rgb(self, planes: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """A picture as uint8, height x width x 3, RGB."""
        return self._to_rgb.converted(self.frame(planes), self.width, self.height)

    def planes_of_rgb(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture of a drawing in RGB (uint8, height x width x 3) of the film's size."""
        return self._from_rgb.converted(VideoFrame.from_ndarray(rgb, format="rgb24"), self.width, self.height)

    def frame(self, planes: NDArray[np.uint8]) -> VideoFrame:
        """A picture as a tagged frame, which shares its bytes where it can."""
        # PyAV 18.1 takes the height of a shared buffer for a multiple of 4 (rows // 6 * 4), and so the colour planes
        # of a picture 630 lines high for those of 628.
        made = VideoFrame.from_ndarray if self.height % 4 else VideoFrame.from_numpy_buffer
        frame = made(planes, format="yuv420p")
        frame.colorspace, frame.color_range = _BT709, _LIMITED
        return frame

    def _placed(self, width: int, height: int) -> tuple[int, int]:
        """The even size at which a picture of `width` x `height` lies inside the canvas, or covers it."""
        scales = Fraction(self.width, width), Fraction(self.height, height)
        scale, nearest = (min(scales), _even) if self.fit == "contain" else (max(scales), _even_above)
        return nearest(width * scale), nearest(height * scale)

    def _laid(self, parts: list[NDArray[np.uint8]], placed: tuple[int, int]) -> NDArray[np.uint8]:
        laid = self.black.copy()
        left, top = ((self.width - placed[0]) // 4 * 2, (self.height - placed[1]) // 4 * 2)
        for number, (into, part) in enumerate(zip(split(laid, self.width, self.height), parts, strict=True)):
            x, y = (left // 2, top // 2) if number else (left, top)
            part = part[max(0, -y) :, max(0, -x) :]
            there = into[max(0, y) :, max(0, x) :][: part.shape[0], : part.shape[1]]
            there[:] = part[: there.shape[0], : there.shape[1]]
        return laid


def split(planes: NDArray[np.uint8], width: int, height: int) -> tuple[NDArray[np.uint8], ...]:
    """The Y, U and V of a picture of `width` x `height`, as views of it."""
    flat, luma, chroma = planes.reshape(-1), width * height, width * height // 4
    halves = flat[luma : luma + chroma], flat[luma + chroma :]
    return flat[:luma].reshape(height, width), *(half.reshape(height // 2, width // 2) for half in halves)


class _Converter:
    """One conversion, repeated: libswscale sets itself up once, not for every frame."""

    def __init__(self, form: str, color_range: int) -> None:
        self._form, self._range = form, color_range
        self._reformatter, self._gamut = VideoReformatter(), Gamut()

    def converted(self, frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
        frame = self._gamut.brought_in(frame)
        _tag(frame)
        converted = self._reformatter.reformat(
            frame,
            width,
            height,
            self._form,
            dst_colorspace=_BT709,
            dst_color_range=self._range,
            interpolation=_LANCZOS | _ACCURATE | _FULL_CHROMA,
        )
        return converted.to_ndarray()  # type: ignore[return-value]  # 8-bit formats only


def _tag(frame: VideoFrame) -> None:
    """Name the matrix and range of an untagged frame, as players guess them: libswscale would take BT.601 for all."""
    drawn = frame.format.is_rgb
    if frame.colorspace == _UNSPECIFIED and not drawn:
        frame.colorspace = _BT709 if frame.height >= HD_LINES else _BT601
    if not frame.color_range:
        frame.color_range = _FULL if drawn or frame.format.name.startswith("yuvj") else _LIMITED


def _turns(frame: VideoFrame) -> int:
    """Quarter turns anticlockwise that bring the frame upright."""
    return round(frame.rotation / 90) % 4


def _even(length: Fraction) -> int:
    return max(2, math.floor(length / 2 + Fraction(1, 2)) * 2)


def _even_above(length: Fraction) -> int:
    return math.ceil(length / 2) * 2
