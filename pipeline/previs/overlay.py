"""Letters and shapes enter; overlays leave that are laid over the planes of a frame in a fraction of a millisecond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from pipeline.previs.lettering import BESIDE_PX, Font
from pipeline.previs.planes import Plane, Planes, over, sheet
from pipeline.previs.setting import Colour

_SUPER = 4  # shapes are drawn this many times larger and shrunk

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True, slots=True)
class _Patch:
    """A piece of an overlay, at even pixels."""

    top: int
    left: int
    planes: Planes  # multiplied by alpha
    fine: Plane  # 255 less alpha
    coarse: Plane  # the same at half the width and height


@dataclass(frozen=True, slots=True)
class Overlay:
    """A picture with transparency, ready to be laid over a frame of the same size."""

    patches: tuple[_Patch, ...]

    def lay(self, planes: Planes) -> None:
        """Lay it over the planes, in place."""
        for patch in self.patches:
            for number, (plane, own) in enumerate(zip(planes, patch.planes, strict=True)):
                half = 2 if number else 1
                rows, columns = patch.top // half, patch.left // half
                part = plane[rows : rows + own.shape[0], columns : columns + own.shape[1]]
                over(part, own, patch.coarse if number else patch.fine, colour=number > 0)


def overlay_of(picture: Image.Image) -> Overlay:
    """An RGBA picture of the frame's size as an overlay: only the strips of it that hold something cost anything."""
    alpha = np.asarray(picture.getchannel("A"))
    return Overlay(tuple(_patch(picture, *box) for box in _strips(alpha)))


def _strips(alpha: Plane) -> Iterator[tuple[int, int, int, int]]:
    """Top, bottom, left and right of the runs of rows with anything in them, at even pixels."""
    rows = np.pad(alpha.any(axis=1), (0, len(alpha) % 2)).reshape(-1, 2).any(axis=1)
    edges = np.flatnonzero(np.diff(np.pad(rows, 1).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        top, bottom = 2 * int(first), 2 * int(last)
        there = np.flatnonzero(alpha[top:bottom].any(axis=0))
        left, right = int(there[0]) // 2 * 2, (int(there[-1]) + 2) // 2 * 2
        yield top, bottom, left, min(right, alpha.shape[1])


def _patch(picture: Image.Image, top: int, bottom: int, left: int, right: int) -> _Patch:
    part = np.asarray(picture.crop((left, top, right, bottom)), np.uint16)
    alpha = part[:, :, 3].astype(np.uint8)
    coloured = ((part[:, :, :3] * part[:, :, 3:] + 127) // 255).astype(np.uint8)
    whole = sheet(coloured, np.maximum(alpha, 1), (0, 0), 1.0)
    coarse = part[:, :, 3].reshape(alpha.shape[0] // 2, 2, alpha.shape[1] // 2, 2).mean(axis=(1, 3))
    return _Patch(top, left, whole.planes, 255 - alpha, 255 - (coarse + 0.5).astype(np.uint8))


class Panel:
    """A transparent picture being lettered."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.picture = Image.new("RGBA", size)

    def copy(self) -> Panel:
        """A panel of its own that starts from this one."""
        panel = Panel(self.picture.size)
        panel.picture = self.picture.copy()
        return panel

    def text(self, at: tuple[float, float], words: str, face: Font, colour: Colour, alpha: float = 1.0) -> None:
        """Words on a baseline that starts at the point."""
        if not words:
            return
        mask, above = face.mask(words)
        if alpha < 1:
            mask = mask.point(lambda value: value * alpha)
        self._ink(mask, (round(at[0]) - BESIDE_PX, round(at[1]) - above), colour)

    def box(self, box: Box, colour: Colour, alpha: float, radius: float = 0.0) -> None:
        """A rectangle with round corners."""
        width, height = box[2] - box[0], box[3] - box[1]
        if width <= 0 or height <= 0:
            return
        mask = Image.new("L", (width * _SUPER, height * _SUPER))
        ImageDraw.Draw(mask).rounded_rectangle(
            (0, 0, width * _SUPER - 1, height * _SUPER - 1), radius * _SUPER, fill=round(255 * alpha)
        )
        self._ink(mask.reduce(_SUPER), box[:2], colour)

    def shape(self, box: Box, lines: Sequence[Sequence[tuple[float, float]]], width: float, colour: Colour) -> None:
        """Open lines with round ends inside a square box; points and width are fractions of its side."""
        side = box[2] - box[0]
        mask = Image.new("L", (side * _SUPER, side * _SUPER))
        draw = ImageDraw.Draw(mask)
        pen = max(1, round(width * side * _SUPER))
        for line in lines:
            points = [(x * side * _SUPER, y * side * _SUPER) for x, y in line]
            draw.line(points, fill=255, width=pen, joint="curve")
            for x, y in (points[0], points[-1]):
                draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
        self._ink(mask.reduce(_SUPER), box[:2], colour)

    def veil(self, alpha: NDArray[np.float32], colour: Colour) -> None:
        """A colour over the upper rows of the panel, as dense as `alpha` (0 to 1, rows x width) says."""
        self._ink(Image.fromarray(np.clip(alpha * 255 + 0.5, 0, 255).astype(np.uint8)), (0, 0), colour)

    def overlay(self) -> Overlay:
        """What was drawn, as planes."""
        return overlay_of(self.picture)

    def _ink(self, mask: Image.Image, at: tuple[int, int], colour: Colour) -> None:
        layer = Image.new("RGBA", mask.size, (*colour, 0))
        layer.putalpha(mask)
        # What lies outside the panel is cut off first: alpha_composite takes no negative place.
        left, top = max(0, -at[0]), max(0, -at[1])
        right = min(mask.width, self.picture.width - at[0])
        bottom = min(mask.height, self.picture.height - at[1])
        if right > left and bottom > top:
            self.picture.alpha_composite(layer, (at[0] + left, at[1] + top), (left, top, right, bottom))


class Clock:
    """Digits drawn once, so that a running timecode costs a few small pastes a frame."""

    def __init__(self, letters: Font, luma: int) -> None:
        self.luma, face = luma, letters.own
        self.advance = round(max(face.getlength(digit) for digit in "0123456789"))
        self.narrow = round(face.getlength(":") + self.advance * 0.1)
        top, bottom = (int(face.getbbox("0", anchor="ls")[edge]) for edge in (1, 3))
        self.ascent, height = -top + 1, bottom - top + 2
        self.cells = {sign: self._cell(face, sign, height) for sign in "0123456789:"}

    def width(self, signs: int, colons: int) -> int:
        """Pixels that so many signs take, of which some are colons."""
        return (signs - colons) * self.advance + colons * self.narrow

    def paint(self, luma: Plane, at: tuple[int, int], text: str) -> None:
        """Write the text with its baseline at the point, on the luma plane, in place."""
        # One strip: a sign by itself takes as long.
        own, through = (np.concatenate(parts, axis=1) for parts in zip(*map(self.cells.__getitem__, text), strict=True))
        x, top = at[0], at[1] - self.ascent
        over(luma[top : top + own.shape[0], x : x + own.shape[1]], own, through, colour=False)

    def _cell(self, face: ImageFont.FreeTypeFont, sign: str, height: int) -> tuple[Plane, Plane]:
        """The sign in the clock's luma, multiplied by alpha, and 255 less alpha."""
        wide = self.narrow if sign == ":" else self.advance
        cell = Image.new("L", (wide, height))
        # A colon sits as high as the digits' middle, not on their feet.
        raised = round(self.ascent * 0.09) if sign == ":" else 0
        ImageDraw.Draw(cell).text(
            ((wide - face.getlength(sign)) / 2, self.ascent - raised), sign, font=face, fill=255, anchor="ls"
        )
        alpha = np.asarray(cell)
        return (alpha.astype(np.uint16) * self.luma // 255).astype(np.uint8), 255 - alpha
