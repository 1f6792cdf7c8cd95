"""What shows through a sheet enters; the few boxes of it that show anything leave, and which of them hide everything.

Most of a sheet is empty or hides all that is behind it: a hill under its crest, a wall around its window. What is empty
need not be scaled and laid, and what hides everything needs no alpha.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Bools = NDArray[np.bool_]
_Floats = NDArray[np.float64]
_TILES = 72  # along the longer side: pieces begin and end between tiles
_SPARE_PX = 6  # of the frame, around what is not alike: pieces end at whole pixels of it, and a scaler looks around
_APIECE_PX = 120_000  # pixels of the frame that cost as much as one piece more
_INSET_PX = 16  # of the frame, that are left out at the edges of a sheet
_MIXED = 2.7  # times as much as a pixel that hides what is behind it costs one that does not


@dataclass(frozen=True, slots=True)
class Piece:
    """A box of a sheet, in its luma pixels; infinite where it goes on as far as the frame does."""

    left: float
    top: float
    right: float
    bottom: float
    solid: bool  # nothing shows through


WHOLE = (Piece(-np.inf, -np.inf, np.inf, np.inf, solid=True),)


def pieces_of(through: NDArray[np.uint8], density: float, moves: bool = True) -> tuple[Piece, ...]:
    """The boxes; they don't overlap. `through` is 255 less alpha, `density` the sheet's pixels a pixel of the frame.

    Of what `moves` in a frame, the edges are left out: it goes on where no frame sees it.
    """
    height, width = through.shape
    tile = max(2, 2 * round(max(through.shape) / _TILES / 2))
    spare, apiece = math.ceil(_SPARE_PX * density / tile), _APIECE_PX * (density / tile) ** 2
    some = _around(_tiled(np.minimum, through, tile) < 255, spare)
    full = ~_around(_tiled(np.maximum, through, tile) > 0, spare)
    # A crop at its very edge has no room to be chosen in.
    inset = round(_INSET_PX * density) if moves else 0
    found = []
    for rows in _bands(some, full, apiece):
        for columns in _bands(some[rows].T, full[rows].T, apiece):
            (inner,) = _bands(some[rows, columns], full[rows, columns], math.inf)
            first, last = rows.start + inner.start, rows.start + inner.stop
            solid = bool(full[first:last, columns].all())
            left, top = max(tile * columns.start, inset), max(tile * first, inset)
            right, bottom = min(tile * columns.stop, width - inset), min(tile * last, height - inset)
            if right > left and bottom > top:
                found.append(Piece(left, top, right, bottom, solid))
    return tuple(found)


def _tiled(of: np.ufunc, plane: NDArray[np.uint8], tile: int) -> NDArray[np.uint8]:
    """The least or the most of every tile; the last of a row and of a column may be cut off."""
    for _ in range(2):  # down, then across
        whole = len(plane) // tile * tile
        parts = [of.reduce(plane[:whole].reshape(-1, tile, plane.shape[1]), axis=1)]
        if whole < len(plane):
            parts.append(of.reduce(plane[whole:], axis=0)[None])
        plane = np.ascontiguousarray(np.concatenate(parts).T)
    return plane


def _around(tiles: _Bools, spare: int) -> _Bools:
    """Whether any of the tiles is that are up to `spare` away."""
    for _ in range(spare):
        wider = tiles.copy()
        wider[1:] |= tiles[:-1]
        wider[:-1] |= tiles[1:]
        tiles = wider.copy()
        tiles[:, 1:] |= wider[:, :-1]
        tiles[:, :-1] |= wider[:, 1:]
    return tiles


def _bands(some: _Bools, full: _Bools, apiece: float) -> list[slice]:
    """The rows of the bands, each as wide as what is in it, that cost the least together and hold everything."""
    there = np.flatnonzero(some.any(axis=1))
    if not there.size:
        return []
    first, last = int(there[0]), int(there[-1]) + 1
    area = (last - first) * some.shape[1]
    if area * (_MIXED - 1) < apiece or full[first:last].all():
        return [slice(first, last)]
    costs = _costs(some, full, apiece)
    least, begin = np.zeros(last + 1), np.zeros(last + 1, np.int64)
    for end in range(first + 1, last + 1):
        whole = least[first:end] + costs[first:end, end - 1]
        begin[end] = first + np.argmin(whole)
        least[end] = whole[begin[end] - first]
    found = []
    while last > first:
        rows = int(begin[last]) + np.flatnonzero(some[begin[last] : last].any(axis=1))
        if rows.size:
            found.append(slice(int(rows[0]), int(rows[-1]) + 1))
        last = int(begin[last])
    return found[::-1]


def _costs(some: _Bools, full: _Bools, apiece: float) -> _Floats:
    """What the box around everything from one row (down) to another (across), both included, costs; 0 for nothing."""
    count, width = some.shape
    there, rows = some.any(axis=1), np.arange(count)
    later = rows[None] >= rows[:, None]
    left = np.minimum.accumulate(np.where(later & there, some.argmax(axis=1), width), axis=1)
    right = np.maximum.accumulate(np.where(later & there, width - some[:, ::-1].argmax(axis=1), 0), axis=1)
    top = np.minimum.accumulate(np.where(later & there, rows, count), axis=1)
    bottom = np.maximum.accumulate(np.where(later & there, rows + 1, 0), axis=1)
    area = np.maximum(right - left, 0) * np.maximum(bottom - top, 0)
    solid = np.cumsum(np.where(later, full.sum(axis=1), 0), axis=1) == area
    return np.where(area > 0, apiece + area * np.where(solid, 1.0, _MIXED), 0.0)
