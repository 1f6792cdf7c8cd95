"""A shot's direction and setting enter; the stage it plays on leaves: light, horizon, and where the sun stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.previs.light import Light, lamplit, light
from pipeline.previs.order import Direction
from pipeline.previs.setting import Setting

# Where the horizon lies, in frame heights from the top: a camera that looks up sees much sky.
_HORIZONS = {"high": 0.38, "low": 0.72, "ground": 0.77}
_EYE_HORIZON = 0.56
# How much closer the background comes as people fill the frame.
_CLOSENESS = {
    "EWS": 0.8, "WS": 0.92, "MWS": 1.1, "MS": 1.25, "MCU": 1.45, "CU": 1.65, "ECU": 2.0, "OTS": 1.35, "insert": 2.1,
}  # fmt: skip
# How near the background is, as the camera comes closer to people and stays away from what is behind them.
_DEPTH = {"MWS": 0.85, "MS": 0.68, "MCU": 0.5, "CU": 0.36, "ECU": 0.25, "OTS": 0.55, "insert": 0.6}
# A lens of another length shows more or less of what is behind somebody of the same size: by this power of its length.
_NORMAL_MM, _COMPRESSION = 35.0, 0.3


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a backdrop is painted from."""

    direction: Direction
    setting: Setting
    aspect: float  # width of the frame in frame heights
    seed: int
    step: float = 0.0  # things whose nearness differs by less are seen to move alike


@dataclass(frozen=True, slots=True)
class Stage:
    """What surroundings and people have in common."""

    setting: Setting
    light: Light
    on_people: Light  # differs from the light outside only under a lamp
    horizon: float  # frame heights from the top
    sun_x: float  # where the light comes from, frame heights right of the middle
    half: float  # half the width of what the framing shows of the surroundings, in frame heights
    closeness: float  # how many times larger than usual the surroundings are seen
    depth: float  # how near they are beside how near they would be to people of whom all is seen


def set_stage(scene: Scene) -> Stage:
    """The stage of a scene: the same however much of it is painted."""
    camera, setting = scene.direction.camera, scene.setting
    lens = min(1.5, max(0.75, ((camera.lens_mm or _NORMAL_MM) / _NORMAL_MM) ** _COMPRESSION))
    closeness = _CLOSENESS.get(camera.shot_size, 1.0) * lens
    half = scene.aspect / 2 / closeness
    rng = np.random.default_rng([scene.seed, 1])
    sun_x = float(rng.choice((-1, 1)) * rng.uniform(0.36, 0.62)) * min(half, 0.9)
    air = light(setting)
    on_people = lamplit(air) if setting.place == "room" else air
    # A short lens stretches depth, but nothing painted is nearer than the ground at one's feet.
    depth = min(1.0, _DEPTH.get(camera.shot_size, 1.0) / lens)
    return Stage(setting, air, on_people, _HORIZONS.get(camera.angle, _EYE_HORIZON), sun_x, half, closeness, depth)
