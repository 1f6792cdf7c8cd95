"""Masks of letters and their colours come in; a plate goes out that is laid over pictures, and changes only its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.media.canvas import split

Plane = NDArray[np.uint8]
Mask = NDArray[np.uint8]  # height x width: 0 where nothing is, 255 where it is whole
Shares = NDArray[np.uint16]
_ONE = 256  # shares are whole numbers of this many parts
_GREY = 128  # the colour planes of what has no colour


@dataclass(frozen=True, slots=True)
class Layer:
    """One ink on a plate."""

    mask: Mask
    ink: tuple[int, int, int]  # Y, U and V, limited range
    strength: float = 1.0  # of what the mask covers, 0 to 1


class Plate:
    """Some layers as one: of each plane how much of the picture they cover, and what they add to the rest."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        """The masks are as large as the film, or wider than high as far as they scroll; their sides are even."""
        height, width = layers[0].mask.shape
        rows, columns = _extent([layer.mask for layer in layers])
        self.top, self.left = rows[0] // 2 * 2, columns[0] // 2 * 2
        bottom, right = min(height, (rows[1] + 1) // 2 * 2), min(width, (columns[1] + 1) // 2 * 2)
        parts = [layer.mask[self.top : bottom, self.left : right] for layer in layers]
        self.height, self.width = bottom - self.top, right - self.left
        self._planes = [_joined(layers, parts, plane) for plane in range(3)]

    def lay(self, planes: Plane, size: tuple[int, int], share: float = 1.0, down: float = 0.0) -> Plane:
        """A picture with the plate over it: `share` of its strength, moved `down` so many pixels."""
        laid = planes.copy()
        for number, plane in enumerate(split(laid, *size)):
            step = 1 if number == 0 else 2
            self._over(plane, number, self.left // step, (self.top + down) / step, share)
        return laid

    def _over(self, plane: Plane, number: int, left: int, top: float, share: float) -> None:
        covered, added = self._planes[number]
        whole = int(np.floor(top))
        if top != whole:  # between two lines: a share of each, so that slow movement does not jump
            covered, added = _bounded(*(_between(each, top - whole) for each in (covered, added)))
        first, stop = max(0, whole), min(plane.shape[0], whole + covered.shape[0])
        if first >= stop:
            return
        covered, added = (each[first - whole : stop - whole] for each in (covered, added))
        part = plane[first:stop, left : left + covered.shape[1]]
        if share < 1:
            faded = round(share * _ONE)
            covered, added = _bounded(*((each.astype(np.uint32) * faded >> 8) for each in (covered, added)))
        part[:] = ((part * (_ONE - covered) + added + _ONE // 2) >> 8).astype(np.uint8)


def _extent(masks: Sequence[Mask]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The rows and the columns in which anything is: the first, and the one after the last."""
    there = np.logical_or.reduce([mask > 0 for mask in masks])
    found = [np.flatnonzero(there.any(axis=axis)) for axis in (1, 0)]
    rows, columns = ((int(each[0]), int(each[-1]) + 1) if each.size else (0, 2) for each in found)
    return rows, columns


def _joined(layers: Sequence[Layer], parts: Sequence[Mask], plane: int) -> tuple[Shares, Shares]:
    """What the layers of one plane cover, 0 to 256, and what they add, in 256ths of a level."""
    covered = added = np.zeros(1, np.float32)
    for layer, part in zip(layers, parts, strict=True):
        mask = part.astype(np.float32) * np.float32(layer.strength / 255)
        if plane:
            mask = (mask[::2, ::2] + mask[1::2, ::2] + mask[::2, 1::2] + mask[1::2, 1::2]) / 4
        covered = covered * (1 - mask) + mask
        added = added * (1 - mask) + layer.ink[plane] * mask
    return _bounded(covered * _ONE, added * _ONE)


def _between(each: Shares, share: float) -> NDArray[np.float32]:
    """Moved down by a part of a line; one line longer."""
    wide = np.pad(each.astype(np.float32), ((1, 1), (0, 0)))
    return wide[1:] * np.float32(1 - share) + wide[:-1] * np.float32(share)


def _bounded(covered: NDArray[np.generic], added: NDArray[np.generic]) -> tuple[Shares, Shares]:
    """Both in whole numbers, and together never more than white: what is mixed has sixteen bits."""
    whole = np.rint(covered).astype(np.uint16)
    return whole, np.minimum(np.rint(added), whole.astype(np.float32) * 255).astype(np.uint16)


def ink(colour: str) -> tuple[int, int, int]:
    """Y, U and V of a colour written #rrggbb: BT.709, limited range."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    u, v = (blue - luma) / 1.8556, (red - luma) / 1.5748
    return round(16 + 219 * luma), round(_GREY + 224 * u), round(_GREY + 224 * v)


def ground(colour: str, size: tuple[int, int]) -> Plane:
    """A picture of one colour."""
    width, height = size
    made = np.empty((height * 3 // 2, width), np.uint8)
    for plane, level in zip(split(made, width, height), ink(colour), strict=True):
        plane[:] = level
    return made
