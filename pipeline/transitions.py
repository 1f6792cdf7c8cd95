"""A joint and a moment of it come in; where its pictures and edges are then goes out, as plain numbers.

Moments run from 0, where only the shot that leaves is seen, to 1, where only the one that comes is. At both ends every
joint is exact. Lengths are shares of the picture's width or height.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.edit import Direction

SOFT = 0.04  # of the way that an edge goes: its width, so that it does not flicker along the pixels
_BLUR = 0.06  # of the way: how far a whip pan smears while it is fastest, at 1.5 times its mean speed


@dataclass(frozen=True, slots=True)
class Way:
    """Where pictures that move are at a moment."""

    gone: float  # of the way, 0 to 1
    blur: float  # of the way: how much of it each point is smeared over


def eased(t: float) -> float:
    """How much of a movement is behind at moment `t`: it begins and ends at rest (the cubic smoothstep)."""
    return t * t * (3 - 2 * t)


def moved(t: float) -> Way:
    """Where a slide or a push is."""
    return Way(eased(t), 0.0)


def whipped(t: float) -> Way:
    """Where a whip pan is: quicker in its middle, and smeared by its speed."""
    gone, speed = eased(eased(t)), 4 * t * (1 - t)
    return Way(gone, _BLUR * speed * speed)


def edge(t: float) -> float:
    """Where an edge of the width SOFT begins: before the picture at 0, and past it at 1."""
    return eased(t) * (1 + SOFT) - SOFT


def dipped(t: float) -> tuple[float, float]:
    """How much is seen of the one that leaves, and of the one that comes, in a fade through a colour."""
    return max(0.0, 1 - 2 * t), max(0.0, 2 * t - 1)


def towards(direction: Direction) -> tuple[int, int]:
    """Along which axis (0: down, 1: across) things go, and whether to greater (1) or smaller (-1) places."""
    return {"left": (1, -1), "right": (1, 1), "up": (0, -1), "down": (0, 1)}[direction]
