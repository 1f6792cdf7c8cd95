"""A movement of the camera enters; the arrow or frame that a storyboard artist draws over a panel leaves, as strokes.

Frames for what goes in and out, a thin arrow for what turns (pan, tilt), a broad hollow one for what travels (truck,
pedestal, crane), an arc for an orbit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

Point = tuple[float, float]  # shares of a panel's width and height, from its top left
Way = Literal["left", "right", "up", "down"]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line of the pen."""

    points: tuple[Point, ...]
    closed: bool = False  # back to its start, with paper inside
    dashed: bool = False
    head: bool = False  # it ends in the head of an arrow


def strokes(movement: str) -> tuple[Stroke, ...]:
    """The strokes of a movement by its code; none of one that is not drawn."""
    draw = _DRAWN.get(movement)
    return draw() if draw else ()


def _zoom(*, inward: bool, dashed: bool) -> tuple[Stroke, ...]:
    """The other frame inside the panel, and arrows between the corners of both."""
    low, high = 0.24, 0.76
    frame = Stroke(((low, low), (high, low), (high, high), (low, high), (low, low)), dashed=dashed)
    arrows = []
    for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)):
        outer = 0.06 + 0.88 * x, 0.06 + 0.88 * y
        inner = low - 0.03 + (high - low + 0.06) * x, low - 0.03 + (high - low + 0.06) * y
        arrows.append(Stroke((outer, inner) if inward else (inner, outer), head=True))
    return frame, *arrows


def _turn(way: Way) -> tuple[Stroke, ...]:
    """A pan or a tilt: the camera stands and turns, so its arrow is bent."""
    line = tuple((0.24 + 0.52 * i / 20, 0.88 - 0.07 * math.sin(math.pi * i / 20)) for i in range(21))
    return _towards((Stroke(line, head=True),), way)


def _travel(way: Way) -> tuple[Stroke, ...]:
    """The camera itself goes: a broad hollow arrow."""
    outline = ((0.26, 0.83), (0.66, 0.83), (0.66, 0.77), (0.77, 0.865), (0.66, 0.96), (0.66, 0.9), (0.26, 0.9))
    return _towards((Stroke(outline, closed=True),), way)


def _crane(way: Way) -> tuple[Stroke, ...]:
    """One of them at either side."""
    right = _travel(way)
    return *right, *(Stroke(tuple((1 - x, y) for x, y in one.points), closed=True) for one in right)


def _towards(made: tuple[Stroke, ...], way: Way) -> tuple[Stroke, ...]:
    """Strokes to the right along the lower edge, turned the way that is meant; upright ones stand at the right edge."""
    turned = _TURNED[way]
    return tuple(replace(one, points=tuple(map(turned, one.points))) for one in made)


def _orbit(way: Way) -> tuple[Stroke, ...]:
    """Round what is looked at, as seen from above."""
    turns = [math.pi * (1.08 - 1.16 * i / 30) for i in range(31)]
    arc = tuple((0.5 + 0.34 * math.cos(turn), 0.72 + 0.18 * math.sin(turn)) for turn in turns)
    return _towards((Stroke(arc, head=True),), way)


def _whip() -> tuple[Stroke, ...]:
    lines = (Stroke(((0.2, y), (0.62, y))) for y in (0.8, 0.92))
    return *lines, Stroke(((0.12, 0.86), (0.86, 0.86)), head=True)


def _handheld() -> tuple[Stroke, ...]:
    return (Stroke(tuple((0.3 + 0.4 * i / 60, 0.88 + 0.035 * math.sin(i * 0.42)) for i in range(61))),)


def _tracking() -> tuple[Stroke, ...]:
    return Stroke(((0.2, 0.88), (0.66, 0.88)), dashed=True), Stroke(((0.68, 0.88), (0.8, 0.88)), head=True)


def _focus() -> tuple[Stroke, ...]:
    """From one depth to the other."""
    return _ring(0.28, 0.035), _ring(0.7, 0.065), Stroke(((0.36, 0.86), (0.6, 0.86)), head=True)


def _ring(x: float, radius: float) -> Stroke:
    turns = [math.tau * i / 24 for i in range(25)]
    return Stroke(tuple((x + radius * math.cos(turn), 0.86 + radius * 1.6 * math.sin(turn)) for turn in turns))


_TURNED: Mapping[Way, Callable[[Point], Point]] = {
    "right": lambda point: point,
    "left": lambda point: (1 - point[0], point[1]),
    "up": lambda point: (point[1], 1 - point[0]),
    "down": lambda point: (point[1], point[0]),
}
_DRAWN: Mapping[str, Callable[[], tuple[Stroke, ...]]] = {
    "dolly_in": lambda: _zoom(inward=True, dashed=False),
    "dolly_out": lambda: _zoom(inward=False, dashed=False),
    "zoom_in": lambda: _zoom(inward=True, dashed=True),
    "zoom_out": lambda: _zoom(inward=False, dashed=True),
    "pan_left": lambda: _turn("left"),
    "pan_right": lambda: _turn("right"),
    "tilt_up": lambda: _turn("up"),
    "tilt_down": lambda: _turn("down"),
    "truck_left": lambda: _travel("left"),
    "truck_right": lambda: _travel("right"),
    "pedestal_up": lambda: _travel("up"),
    "pedestal_down": lambda: _travel("down"),
    "crane_up": lambda: _crane("up"),
    "crane_down": lambda: _crane("down"),
    "orbit_left": lambda: _orbit("left"),
    "orbit_right": lambda: _orbit("right"),
    "whip_pan": _whip,
    "handheld": _handheld,
    "tracking": _tracking,
    "rack_focus": _focus,
}
