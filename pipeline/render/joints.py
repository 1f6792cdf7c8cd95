"""Two pictures and a moment come in; the picture of their joint goes out.

Pictures are the planes of a film (see `media.canvas`), in whose own numbers everything is mixed: to go through RGB and
back takes ten times as long, and loses a level.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Joint, Kind
from pipeline.media.canvas import split
from pipeline.transitions import SOFT, Way, dipped, edge, moved, towards, whipped

Plane = NDArray[np.uint8]
Mix = Callable[[Plane, Plane, float, Joint, bool], Plane]  # of one plane, that of brightness or one of colour
_ONE = 256  # weights are whole numbers of this many parts
_BLACK, _WHITE, _GREY = 16, 235, 128


def joined(leaving: Plane, coming: Plane, t: float, joint: Joint, size: tuple[int, int]) -> Plane:
    """The picture at moment `t`, 0 to 1, of a joint between two pictures of `size` (width, height)."""
    if t <= 0 or t >= 1:
        return coming if t >= 1 else leaving
    mixed = np.empty_like(leaving)
    planes = zip(split(mixed, *size), split(leaving, *size), split(coming, *size), (True, False, False), strict=True)
    for into, one, other, luma in planes:
        into[:] = _MIXES[joint.kind](one, other, t, joint, luma)
    return mixed


def _dissolved(one: Plane, other: Plane, t: float, _joint: Joint, _luma: bool) -> Plane:
    return _weighed(one, other, round(t * _ONE))


def _faded(one: Plane, other: Plane, t: float, joint: Joint, luma: bool) -> Plane:
    colour = _GREY if not luma else _WHITE if joint.through == "white" else _BLACK
    leaving, coming = dipped(t)
    return _weighed(np.full_like(one, colour), other if coming else one, round((coming or leaving) * _ONE))


def _wiped(one: Plane, other: Plane, t: float, joint: Joint, _luma: bool) -> Plane:
    axis, sign = towards(joint.direction)
    places = _centres(one.shape[axis])[::sign]
    return _weighed(one, other, _behind(places, t)[:, None] if axis == 0 else _behind(places, t)[None, :])


def _opened(one: Plane, other: Plane, t: float, _joint: Joint, _luma: bool) -> Plane:
    down, across = (np.abs(_centres(length) - 0.5) * length for length in one.shape)
    far = np.hypot(*one.shape) / 2
    return _weighed(one, other, _behind(np.hypot(down[:, None], across[None, :]) / far, t))


def _slid(one: Plane, other: Plane, t: float, joint: Joint, luma: bool) -> Plane:
    return _placed(one, other, moved(t), joint, luma, rests=True)


def _pushed(one: Plane, other: Plane, t: float, joint: Joint, luma: bool) -> Plane:
    return _placed(one, other, moved(t), joint, luma, rests=False)


def _panned(one: Plane, other: Plane, t: float, joint: Joint, luma: bool) -> Plane:
    return _placed(one, other, whipped(t), joint, luma, rests=False)


_MIXES: dict[Kind, Mix] = {
    "dissolve": _dissolved,
    "fade": _faded,
    "wipe": _wiped,
    "iris": _opened,
    "slide": _slid,
    "push": _pushed,
    "whip_pan": _panned,
}


def _weighed(one: Plane, other: Plane, weight: int | NDArray[np.uint16]) -> Plane:
    """So many parts of the other, the rest of the one."""
    mixed = one * np.uint16(_ONE) if isinstance(weight, int) and not weight else one.astype(np.uint16) * (_ONE - weight)
    return ((mixed + other.astype(np.uint16) * weight + _ONE // 2) >> 8).astype(np.uint8)


def _centres(count: int) -> NDArray[np.float32]:
    """Where the middles of so many points lie, 0 to 1."""
    return ((np.arange(count) + 0.5) / count).astype(np.float32)


def _behind(places: NDArray[np.float32], t: float) -> NDArray[np.uint16]:
    """The weights of what lies behind an edge that has come as far as it has."""
    weights: NDArray[np.uint16] = np.rint(np.clip((edge(t) + SOFT - places) / SOFT, 0, 1) * _ONE).astype(np.uint16)
    return weights


def _placed(one: Plane, other: Plane, way: Way, joint: Joint, luma: bool, *, rests: bool) -> Plane:
    """The other on its way over the one, which `rests`, or is pushed out by it."""
    axis, sign = towards(joint.direction)
    turned = [plane.T if axis == 0 else plane for plane in (one, other)]
    leaving, coming = (plane[:, ::-1] if sign > 0 else plane for plane in turned)
    step = 2 if luma else 1  # points of brightness for each of colour: both go equally far
    width = leaving.shape[1]
    gone = round(way.gone * (width // step)) * step
    if rests:
        laid = np.concatenate([leaving[:, : width - gone], coming[:, :gone]], axis=1)
    else:
        laid = _smeared(np.concatenate([leaving, coming], axis=1), gone, width, round(way.blur * width / 2))
    laid = laid[:, ::-1] if sign > 0 else laid
    return laid.T if axis == 0 else laid


def _smeared(strip: Plane, first: int, width: int, reach: int) -> Plane:
    """`width` columns from `first` on, each the mean of those up to `reach` beside it."""
    if not reach:
        return strip[:, first : first + width]
    padded = np.pad(strip, ((0, 0), (reach + 1, reach)), mode="edge")
    sums = np.cumsum(padded[:, first : first + width + 2 * reach + 1], axis=1, dtype=np.uint32)
    return ((sums[:, 2 * reach + 1 :] - sums[:, : -2 * reach - 1]) // (2 * reach + 1)).astype(np.uint8)
