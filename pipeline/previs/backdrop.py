"""A scene enters; its layers leave, from far to near: surroundings, people and light, painted for a drawn shot."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipeline.previs.canvas import Canvas, Frame, Layer, Placed, mix
from pipeline.previs.figures import paint_people, paint_shoulder
from pipeline.previs.interior import paint_room
from pipeline.previs.land import paint_cloudscape, paint_desert, paint_forest, paint_hills, rolling
from pipeline.previs.light import Light
from pipeline.previs.overhead import paint_ground, paint_heads, shoulders
from pipeline.previs.people import Person, compose, feet_of, shoulder, stands
from pipeline.previs.shore import paint_sea
from pipeline.previs.sky import paint_sky
from pipeline.previs.stage import Scene, Stage, set_stage
from pipeline.previs.town import paint_city

_PLACES: dict[str, Callable[[Canvas, Stage, np.random.Generator], None]] = {
    "room": paint_room,
    "sea": paint_sea,
    "hills": paint_hills,
    "forest": paint_forest,
    "city": paint_city,
    "desert": paint_desert,
    "sky": paint_cloudscape,
}
# How near people are: in the widest shot they stand well into the place, and someone's back is before the subject.
_PEOPLE, _SMALL_PEOPLE, _BACK, _HEADS, _FRONT = 1.0, 0.7, 1.35, 1.12, 1.15
_COARSEST = 0.45


def nearest(shot_size: str) -> float:
    """How near the nearest of all is that is painted."""
    return _BACK if shot_size == "OTS" else _FRONT


def paint_sky_of(scene: Scene, frame: Frame) -> tuple[Layer, ...]:
    """The sky of the scene as far as `frame` reaches; () where none is seen."""
    stage = set_stage(scene)
    if stage.setting.place == "room" or scene.direction.camera.angle == "overhead":
        return ()
    canvas = Canvas(_closer(frame, stage))
    paint_sky(canvas, stage, np.random.default_rng([scene.seed, 7]))
    return canvas.layers()


def paint_surroundings(scene: Scene, frame: Frame) -> tuple[Layer, ...]:
    """What stands under the sky, or in the room."""
    stage, rng = set_stage(scene), np.random.default_rng([scene.seed, 2])
    if scene.direction.camera.angle == "overhead":
        canvas = Canvas(frame)
        paint_ground(canvas, stage, shoulders(scene.direction.camera.shot_size), rng)
        return canvas.layers()
    feet = _nearness(scene) if stands(scene.direction.camera.shot_size) else math.inf
    # A wall is never one with what its window shows.
    step = min(_COARSEST * stage.depth, scene.step) if stage.setting.place == "room" else scene.step
    canvas = Canvas(_closer(frame, stage), placed=Placed(stage.depth, feet, step))
    _PLACES[stage.setting.place](canvas, stage, rng)
    if stage.setting.place != "room" and stage.setting.weather == "fog":
        _paint_fog(canvas, stage, rng)
    return canvas.layers()


def paint_those_in_it(scene: Scene, frame: Frame, ground: bool = True) -> tuple[Layer, ...]:
    """The people; what they stand on is painted with them where it is theirs alone, unless `ground` is there."""
    camera, figures = scene.direction.camera, scene.direction.figures
    stage = set_stage(scene)
    canvas = Canvas(frame, _nearness(scene))
    people = compose(figures, camera.shot_size, scene.aspect, stage.sun_x, "walking" in scene.setting.features)
    if camera.movement == "tracking":
        # The camera goes to the right, and they with it.
        people = tuple(replace(person, facing=1.0, walking=True) for person in people)
    if camera.angle == "overhead":
        size = min(shoulders(camera.shot_size), scene.aspect / (1.6 * max(1, len(people))))
        canvas.nearer(_HEADS)
        paint_heads(canvas, people, stage, size)
        return canvas.layers()
    if people and stands(camera.shot_size):
        people = _grounded(canvas, people, scene, stage, ground)
    paint_people(canvas, people, stage.on_people, stage.sun_x)
    if camera.shot_size == "OTS" and figures:
        canvas.nearer(_BACK)
        paint_shoulder(canvas, shoulder(figures[0], scene.aspect, stage.sun_x), stage.on_people, stage.sun_x)
    return canvas.layers()


def _nearness(scene: Scene) -> float:
    return _SMALL_PEOPLE if scene.direction.camera.shot_size == "EWS" else _PEOPLE


def _paint_fog(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    tone = mix(stage.light.haze, stage.light.low, 0.4)
    for _ in range(7):
        x, y = rng.uniform(canvas.frame.left, canvas.frame.right), stage.horizon + rng.uniform(-0.08, 0.22)
        canvas.glow(float(x), float(y), float(rng.uniform(0.4, 0.9)), tone, 0.5, 0.16)


def _closer(frame: Frame, stage: Stage) -> Frame:
    """The same pixels, looking nearer at a point in the middle a little above the horizon."""
    level, closeness = stage.horizon - 0.06, stage.closeness
    top, bottom = level + (frame.top - level) / closeness, level + (frame.bottom - level) / closeness
    return Frame(frame.left / closeness, top, frame.right / closeness, bottom, frame.scale * closeness)


def _grounded(
    canvas: Canvas, people: tuple[Person, ...], scene: Scene, stage: Stage, ground: bool
) -> tuple[Person, ...]:
    """The people with their feet on something: below the horizon, and on a rock where there is only water or air."""
    usual = feet_of(scene.direction.camera.shot_size)
    level = max(usual, stage.horizon + 0.06)
    if ground and scene.setting.place in ("sea", "sky"):
        _paint_ledge(canvas, stage.light, level - 0.035, scene.seed)
    return tuple(replace(person, top=person.top + level - usual) for person in people)


def _paint_ledge(canvas: Canvas, air: Light, level: float, seed: int) -> None:
    rock = air.plane((58, 60, 66), 0.0)
    curve = rolling(np.random.default_rng([seed, 4]), level, 0.008, 0.9, 5)
    canvas.ridge(curve, mix(rock, air.low, 0.22), mix(rock, (0, 0, 0), 0.5), 0.18)
