"""A camera and a length enter; where it looks on every frame leaves, in fractions of the frame and not in pixels."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.order import Camera

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """What the camera sees on one frame, relative to the framing the shot is composed for.

    What it turns or zooms changes the picture as a whole; where it goes changes what is near more than what is far.
    """

    x: float = 0.0  # how far right of it the camera looks, in frame widths
    y: float = 0.0  # how far below it, in frame heights
    zoom: float = 1.0  # 1 sees exactly that framing; 2 half its width
    along: float = 0.0  # how far right the camera has gone, in frame widths at the subject
    rise: float = 0.0  # how far down, in frame heights at the subject
    nearer: float = 0.0  # how far towards the subject, in parts of the way to it
    smear: float = 0.0  # sideways motion blur, in frame widths
    focus: float = 0.0  # 0: on what is near; 1: on what is far


# A frame of a shot that holds still.
STILL = View()


def looked(view: View, nearness: float, carried: bool = False) -> tuple[float, float, float]:
    """What the view sees of things at a distance: how far right and below of the framing, and how much larger.

    `nearness` 0 is endlessly far away, 1 the subject; what is `carried` goes with the camera.
    """
    gone = 0.0 if carried else nearness
    return view.x + view.along * gone, view.y + view.rise * gone, view.zoom / (1 - view.nearer * nearness)


DUTCH_ROLL = math.radians(8)

_SPEEDS = {"slow": 0.6, "normal": 1.0, "fast": 1.6}
_EASE = 0.35  # part of a move that goes into starting, and as much into stopping


@dataclass(frozen=True, slots=True)
class _Travel:
    """How far a move goes at normal speed in five seconds."""

    turn: tuple[float, float] = (0.0, 0.0)  # right in frame widths, down in frame heights
    go: tuple[float, float] = (0.0, 0.0)  # the same at the subject
    grow: float = 0.0  # how much larger the subject gets by going there
    zoom: float = 0.0  # how much larger everything gets by the lens


_TRAVELS = {
    "": _Travel(grow=0.07),
    "pan_left": _Travel(turn=(-0.36, 0.0)),
    "pan_right": _Travel(turn=(0.36, 0.0)),
    "tilt_up": _Travel(turn=(0.0, -0.38)),
    "tilt_down": _Travel(turn=(0.0, 0.38)),
    "truck_left": _Travel(go=(-0.34, 0.0)),
    "truck_right": _Travel(go=(0.34, 0.0)),
    "pedestal_up": _Travel(go=(0.0, -0.30)),
    "pedestal_down": _Travel(go=(0.0, 0.30)),
    # The head turns against the arm: the subject stays, and the horizon wanders.
    "crane_up": _Travel(turn=(0.0, 0.26), go=(0.0, -0.46)),
    "crane_down": _Travel(turn=(0.0, -0.26), go=(0.0, 0.46)),
    "dolly_in": _Travel(grow=0.36),
    "dolly_out": _Travel(grow=-0.36),
    "zoom_in": _Travel(zoom=0.45),
    "zoom_out": _Travel(zoom=-0.45),
}
# Part of a move that lies before the framing the shot is composed for: a camera turns to its subject and past it, and
# goes by it.
_ARRIVAL, _PASSING = 0.8, 0.5
# A tracking camera keeps its pace: it starts before the shot does and is still moving when it ends.
_TRACKING_WIDTHS = 1.0
_ORBIT_WIDTHS = 0.30  # to either side
_WHIP_WIDTHS, _WHIP_S = 1.3, 0.34
# Sway of a hand: (cycles a second, share of the whole). Slow parts carry the most: it breathes and never shakes.
_SWAY = ((0.21, 0.42), (0.43, 0.26), (0.79, 0.17), (1.31, 0.1), (1.93, 0.05))
_HAND = 0.024  # frames that a hand strays to either side


@dataclass(frozen=True, slots=True)
class _Clip:
    """What a path is laid out by."""

    time_s: _Floats  # of each frame, from 0
    length_s: float
    distance: float  # factor on every distance: speed, length and reach together
    speed: float  # factor on the pace alone
    seed: int
    aim: float
    begun: bool


def views(
    camera: Camera,
    frames: int,
    frame_rate: Fraction,
    seed: int,
    reach: float = 1.0,
    aim: float = 0.0,
    begun: bool = False,
) -> tuple[View, ...]:
    """Where the camera looks on each of `frames` frames; `reach` scales every distance.

    `aim` is how far below the middle of the framing that is to which it goes, in frame heights. A shot that has `begun`
    already leaves its framing instead of coming to it.
    """
    if camera.movement == "static":
        return (STILL,) * frames
    length_s, speed = frames / float(frame_rate), _SPEEDS.get(camera.speed, 1.0)
    # A long shot goes further, but not in proportion: 15 seconds of pan would need a picture four frames wide.
    distance = reach * speed * min(1.5, max(0.7, math.sqrt(length_s / 5)))
    clip = _Clip(np.arange(frames) / float(frame_rate), length_s, distance, speed, seed, aim, begun)
    if camera.movement in _PATHS:
        return _PATHS[camera.movement](clip)
    return _travel(clip, _TRAVELS.get(camera.movement, _TRAVELS[""]))


def _travel(clip: _Clip, travel: _Travel) -> tuple[View, ...]:
    eased = _eased(clip.time_s / clip.length_s)
    turned, gone = (clip.distance * (eased - (0.0 if clip.begun else part)) for part in (_ARRIVAL, _PASSING))
    zoom = _grown(clip.distance * travel.zoom, eased, clip.begun)
    nearer = 1 - 1 / _grown(clip.distance * travel.grow, eased, clip.begun)
    return _series(
        x=travel.turn[0] * turned,
        # What it goes to stays where it is in the frame.
        y=travel.turn[1] * (gone if travel.go[1] else turned) + clip.aim * (nearer + 1 - 1 / zoom),
        zoom=zoom,
        along=travel.go[0] * gone,
        rise=travel.go[1] * gone,
        nearer=nearer,
    )


def _grown(share: float, eased: _Floats, begun: bool) -> _Floats:
    """How large things are: by the same factor larger on every frame, so that growing looks even."""
    return np.asarray((1 + abs(share)) ** (eased if share >= 0 else -eased if begun else 1 - eased))


def _tracking(clip: _Clip) -> tuple[View, ...]:
    return _series(along=clip.distance * _TRACKING_WIDTHS * (clip.time_s / clip.length_s - 0.5))


def _handheld(clip: _Clip) -> tuple[View, ...]:
    phases = np.random.default_rng([clip.seed, 1]).uniform(0, 2 * math.pi, (5, len(_SWAY)))
    pace = math.sqrt(clip.speed)
    x, y, along, rise, closer = (_sway(clip.time_s * pace, row) for row in phases)
    amount = _HAND * math.sqrt(clip.distance)
    near = 0.5 * amount * (1 + closer)
    return _series(0.7 * amount * x, amount * y, along=0.7 * amount * along, rise=0.7 * amount * rise, nearer=near)


def _sway(time_s: _Floats, phases: _Floats) -> _Floats:
    total = np.zeros_like(time_s)
    for (rate_hz, share), phase in zip(_SWAY, phases, strict=True):
        total += share * np.sin(2 * math.pi * rate_hz * time_s + phase)
    return total


def _orbit_left(clip: _Clip) -> tuple[View, ...]:
    """Around the subject to the left: what is behind it slides to the left, what is before it to the right."""
    swing = clip.distance * _ORBIT_WIDTHS * (2 * _eased(clip.time_s / clip.length_s) - 1)
    return _series(x=swing, along=-swing)


def _orbit_right(clip: _Clip) -> tuple[View, ...]:
    return tuple(replace(view, x=-view.x, along=-view.along) for view in _orbit_left(clip))


def _whip_pan(clip: _Clip) -> tuple[View, ...]:
    whip_s = min(_WHIP_S / math.sqrt(clip.speed), clip.length_s / 2)
    eased = _smoothstep((clip.time_s - 0.42 * clip.length_s) / whip_s)
    widths = _WHIP_WIDTHS * min(clip.distance, 1.0)
    # Half of what passes from frame to frame: the shutter is open that long.
    smear = 0.5 * np.abs(np.diff(eased, append=eased[-1:])) * widths
    return _series(x=widths * (eased - 1), smear=smear)


def _rack_focus(clip: _Clip) -> tuple[View, ...]:
    turn_s = min(0.9 / clip.speed, 0.5 * clip.length_s)
    return _series(focus=_smoothstep((clip.time_s - 0.36 * clip.length_s) / turn_s))


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
    x: _Floats | float = 0.0,
    y: _Floats | float = 0.0,
    zoom: _Floats | float = 1.0,
    along: _Floats | float = 0.0,
    rise: _Floats | float = 0.0,
    nearer: _Floats | float = 0.0,
    smear: _Floats | float = 0.0,
    focus: _Floats | float = 0.0,
) -> tuple[View, ...]:
    columns = np.broadcast_arrays(*(np.atleast_1d(each) for each in (x, y, zoom, along, rise, nearer, smear, focus)))
    return tuple(View(*map(float, row)) for row in zip(*columns, strict=True))
