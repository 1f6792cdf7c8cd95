"""A camera and a length enter; where it looks on every frame leaves, in fractions of the frame and not in pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.order import Camera

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees on one frame, relative to the framing the shot is composed for."""

    x: float  # how far right of it the middle is, in frame widths
    y: float  # how far below it, in frame heights
    zoom: float  # 1 sees exactly that framing; 2 half its width
    smear: float = 0.0  # sideways motion blur, in frame widths
    focus: float = 0.0  # 0: on what is near; 1: on what is far


# A frame of a shot that holds still.
STILL = View(0.0, 0.0, 1.0)
DUTCH_ROLL = math.radians(8)

_SPEEDS = {"slow": 0.55, "normal": 1.0, "fast": 1.7}
_EASE = 0.35  # part of a move that goes into starting, and as much into stopping
# How far a move goes at normal speed in five seconds: right and down in frames, and how much closer it gets.
_TRAVELS = {
    "": (0.0, 0.0, 0.045),
    "pan_left": (-0.34, 0.0, 0.0),
    "pan_right": (0.34, 0.0, 0.0),
    "tilt_up": (0.0, -0.36, 0.0),
    "tilt_down": (0.0, 0.36, 0.0),
    "truck_left": (-0.28, 0.0, 0.0),
    "truck_right": (0.28, 0.0, 0.0),
    "pedestal_up": (0.0, -0.26, 0.0),
    "pedestal_down": (0.0, 0.26, 0.0),
    "crane_up": (0.0, -0.30, -0.14),
    "crane_down": (0.0, 0.30, 0.14),
    "dolly_in": (0.0, -0.015, 0.22),
    "dolly_out": (0.0, 0.015, -0.22),
    "zoom_in": (0.0, 0.0, 0.38),
    "zoom_out": (0.0, 0.0, -0.38),
}
# Part of a move that lies before the framing the shot is composed for: a camera moves to its subject and past it.
_ARRIVAL = 0.8
# A tracking camera keeps its pace: it starts before the shot does and is still moving when it ends.
_TRACKING_WIDTHS = 0.55
_ORBIT_WIDTHS = 0.22  # to either side
_WHIP_WIDTHS, _WHIP_S = 1.3, 0.34
# Sway of a hand: (cycles a second, share of the whole). Slow parts carry the most: it breathes and never shakes.
_SWAY = ((0.21, 0.42), (0.43, 0.26), (0.79, 0.17), (1.31, 0.1), (1.93, 0.05))
_HAND = 0.022  # frames that a hand strays to either side


@dataclass(frozen=True, slots=True)
class _Clip:
    """What a path is laid out by."""

    time_s: _Floats  # of each frame, from 0
    length_s: float
    distance: float  # factor on every distance: speed, length and reach together
    speed: float  # factor on the pace alone
    seed: int


def views(camera: Camera, frames: int, frame_rate: Fraction, seed: int, reach: float = 1.0) -> tuple[View, ...]:
    """Where the camera looks on each of `frames` frames; `reach` scales every distance."""
    if camera.movement == "static":
        return (STILL,) * frames
    length_s, speed = frames / float(frame_rate), _SPEEDS.get(camera.speed, 1.0)
    # A long shot goes further, but not in proportion: 15 seconds of pan would need a picture four frames wide.
    distance = reach * speed * min(1.5, max(0.7, math.sqrt(length_s / 5)))
    clip = _Clip(np.arange(frames) / float(frame_rate), length_s, distance, speed, seed)
    if camera.movement in _PATHS:
        return _PATHS[camera.movement](clip)
    return _travel(clip, _TRAVELS.get(camera.movement, _TRAVELS[""]))


def _travel(clip: _Clip, travel: tuple[float, float, float]) -> tuple[View, ...]:
    across, down, closer = (clip.distance * part for part in travel)
    eased = _eased(clip.time_s / clip.length_s)
    # Exponential, so that every frame grows by the same factor as the one before.
    zoom = (1 + abs(closer)) ** (eased if closer >= 0 else 1 - eased)
    return _series(across * (eased - _ARRIVAL), down * (eased - _ARRIVAL), zoom)


def _tracking(clip: _Clip) -> tuple[View, ...]:
    along = clip.distance * _TRACKING_WIDTHS * (clip.time_s / clip.length_s - 0.5)
    return _series(along, 0 * along, 0 * along + 1)


def _handheld(clip: _Clip) -> tuple[View, ...]:
    phases = np.random.default_rng([clip.seed, 1]).uniform(0, 2 * math.pi, (3, len(_SWAY)))
    pace = math.sqrt(clip.speed)
    across, down, closer = (_sway(clip.time_s * pace, row) for row in phases)
    amount = _HAND * math.sqrt(clip.distance)
    return _series(amount * across, 1.3 * amount * down, 1 + 0.5 * amount * (1 + closer))


def _sway(time_s: _Floats, phases: _Floats) -> _Floats:
    total = np.zeros_like(time_s)
    for (rate_hz, share), phase in zip(_SWAY, phases, strict=True):
        total += share * np.sin(2 * math.pi * rate_hz * time_s + phase)
    return total


def _orbit_left(clip: _Clip) -> tuple[View, ...]:
    """Around the subject to the left: what is behind it slides to the left, as when the camera looks right."""
    swing = 2 * _eased(clip.time_s / clip.length_s) - 1
    zoom = 1 + 0.07 * clip.distance * np.cos(math.pi / 2 * swing)
    return _series(clip.distance * _ORBIT_WIDTHS * swing, 0 * swing, zoom)


def _orbit_right(clip: _Clip) -> tuple[View, ...]:
    return tuple(View(-view.x, view.y, view.zoom) for view in _orbit_left(clip))


def _whip_pan(clip: _Clip) -> tuple[View, ...]:
    whip_s = min(_WHIP_S / math.sqrt(clip.speed), clip.length_s / 2)
    eased = _smoothstep((clip.time_s - 0.42 * clip.length_s) / whip_s)
    widths = _WHIP_WIDTHS * min(clip.distance, 1.0)
    # Half of what passes from frame to frame: the shutter is open that long.
    smear = 0.5 * np.abs(np.diff(eased, append=eased[-1:])) * widths
    return _series(widths * (eased - 1), 0 * eased, 0 * eased + 1, smear=smear)


def _rack_focus(clip: _Clip) -> tuple[View, ...]:
    turn_s = min(0.9 / clip.speed, 0.5 * clip.length_s)
    focus = _smoothstep((clip.time_s - 0.36 * clip.length_s) / turn_s)
    return _series(0 * focus, 0 * focus, 0 * focus + 1, focus=focus)


_PATHS: dict[str, Callable[[_Clip], tuple[View, ...]]] = {
    "tracking": _tracking,
    "handheld": _handheld,
    "orbit_left": _orbit_left,
    "orbit_right": _orbit_right,
    "whip_pan": _whip_pan,
    "rack_focus": _rack_focus,
}


def _eased(progress: _Floats) -> _Floats:
    """0 to 1 with a soft start and stop: speed rises and falls along a cosine and is even between."""
    mirrored = np.minimum(progress, 1 - progress)
    start = mirrored / 2 - _EASE / (2 * math.pi) * np.sin(math.pi * np.minimum(mirrored, _EASE) / _EASE)
    half: _Floats = np.where(mirrored < _EASE, start, mirrored - _EASE / 2) / (1 - _EASE)
    return np.where(progress <= 0.5, half, 1 - half)


def _smoothstep(progress: _Floats) -> _Floats:
    share = np.clip(progress, 0, 1)
    return share * share * (3 - 2 * share)


def _series(
    x: _Floats, y: _Floats, zoom: _Floats, smear: _Floats | None = None, focus: _Floats | None = None
) -> tuple[View, ...]:
    columns = (x, y, zoom, 0 * x if smear is None else smear, 0 * x if focus is None else focus)
    return tuple(View(*map(float, row)) for row in zip(*columns, strict=True))
