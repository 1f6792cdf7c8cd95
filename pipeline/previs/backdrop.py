"""A scene enters; its picture leaves: surroundings, people and light, painted for a shot without a still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PIL import Image

from pipeline.previs.canvas import Canvas, Frame, mix
from pipeline.previs.figures import paint_people, paint_shoulder
from pipeline.previs.interior import paint_room
from pipeline.previs.land import paint_cloudscape, paint_desert, paint_forest, paint_hills, rolling
from pipeline.previs.light import Light, grade
from pipeline.previs.overhead import paint_ground, paint_heads, shoulders
from pipeline.previs.people import Person, compose, feet, shoulder, stands
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
# How far out of focus the surroundings fall as people fill the frame, in frame heights.
_DEFOCUS = {"MWS": 0.0015, "MS": 0.004, "MCU": 0.008, "CU": 0.013, "ECU": 0.020, "OTS": 0.007, "insert": 0.010}
_RACK_DEFOCUS, _RACK_PEOPLE_DEFOCUS = 0.016, 0.011
_GRAIN = 1.2  # standard deviation in 8-bit levels: enough to hide the steps of a sky, too little to be seen


def paint(scene: Scene, frame: Frame, focus: str = "", peopled: bool = True) -> Image.Image:
    """The scene as far as `frame` reaches, RGB.

    `focus` is "near" (on the people), "far" (on what is behind them), or "" as the shot size has it.
    """
    canvas, stage = Canvas(frame), set_stage(scene)
    _paint_surroundings(canvas, scene, stage)
    usual = _DEFOCUS.get(scene.direction.camera.shot_size, 0.0)
    canvas.blur({"near": _RACK_DEFOCUS, "far": 0.0}.get(focus, usual))
    canvas.pixels = grade(canvas.pixels, scene.setting)
    if peopled:
        _paint_people(canvas, scene, stage, _RACK_PEOPLE_DEFOCUS if focus == "far" else 0.0)
    grain = np.random.default_rng([scene.seed, 3]).standard_normal(canvas.pixels.shape[:2], np.float32)
    canvas.pixels += np.float32(_GRAIN) * grain[:, :, None]
    return _finished(canvas, scene)


def paint_people_alone(scene: Scene, frame: Frame) -> Image.Image | None:
    """Only the people, RGBA, where the camera keeps pace with them; None where there are none to be seen."""
    if not scene.direction.figures or scene.direction.camera.angle == "overhead":
        return None
    canvas, stage = Canvas(frame), set_stage(scene)
    # The same people on black and on white: the difference is what shines through.
    on = []
    for level in (0.0, 255.0):
        canvas.pixels = np.full_like(canvas.pixels, level)
        _paint_people(canvas, scene, stage, 0.0)
        on.append(canvas.pixels)
    alpha = np.clip(1 - (on[1] - on[0]).mean(axis=2) / 255, 0, 1)
    if not alpha.max() > 0:
        return None
    canvas.pixels = on[0] / np.maximum(alpha, np.float32(1e-3))[:, :, None]
    picture = _finished(canvas, scene)
    picture.putalpha(Image.fromarray((alpha * 255 + 0.5).astype(np.uint8)))
    return picture


def _finished(canvas: Canvas, scene: Scene) -> Image.Image:
    if scene.setting.grey:
        canvas.pixels = grade(canvas.pixels, scene.setting)
    return canvas.image()


def _paint_surroundings(canvas: Canvas, scene: Scene, stage: Stage) -> None:
    rng, camera = np.random.default_rng([scene.seed, 2]), scene.direction.camera
    if camera.angle == "overhead":
        paint_ground(canvas, stage, shoulders(camera.shot_size), rng)
        return
    near = canvas.frame
    canvas.reframe(_closer(near, stage.closeness, stage.horizon - 0.06))
    if stage.setting.place != "room":
        paint_sky(canvas, stage, rng)
    _PLACES[stage.setting.place](canvas, stage, rng)
    if stage.setting.place != "room" and stage.setting.weather == "fog":
        _paint_fog(canvas, stage, rng)
    canvas.reframe(near)


def _paint_fog(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    tone = mix(stage.light.haze, stage.light.low, 0.4)
    for _ in range(7):
        x, y = rng.uniform(canvas.frame.left, canvas.frame.right), stage.horizon + rng.uniform(-0.08, 0.22)
        canvas.glow(float(x), float(y), float(rng.uniform(0.4, 0.9)), tone, 0.5, 0.16)


def _closer(frame: Frame, closeness: float, level: float) -> Frame:
    """The same pixels, looking `closeness` times nearer at a point in the middle at height `level`."""
    top, bottom = level + (frame.top - level) / closeness, level + (frame.bottom - level) / closeness
    return Frame(frame.left / closeness, top, frame.right / closeness, bottom, frame.scale * closeness)


def _paint_people(canvas: Canvas, scene: Scene, stage: Stage, blur: float) -> None:
    camera, figures = scene.direction.camera, scene.direction.figures
    people = compose(figures, camera.shot_size, scene.aspect, stage.sun_x, "walking" in scene.setting.features)
    if camera.movement == "tracking":
        # The camera goes to the right, and they with it.
        people = tuple(replace(person, facing=1.0, walking=True) for person in people)
    if camera.angle == "overhead":
        size = min(shoulders(camera.shot_size), scene.aspect / (1.6 * max(1, len(people))))
        paint_heads(canvas, people, stage, size)
        return
    if people and stands(camera.shot_size):
        people = _grounded(canvas, people, scene, stage)
    paint_people(canvas, people, stage.on_people, stage.sun_x, blur)
    if camera.shot_size == "OTS" and figures:
        paint_shoulder(canvas, shoulder(figures[0], scene.aspect, stage.sun_x), stage.on_people, stage.sun_x)


def _grounded(canvas: Canvas, people: tuple[Person, ...], scene: Scene, stage: Stage) -> tuple[Person, ...]:
    """The people with their feet on something: below the horizon, and on a rock where there is only water or air."""
    usual = feet(scene.direction.camera.shot_size)
    level = max(usual, stage.horizon + 0.06)
    if scene.setting.place in ("sea", "sky"):
        _paint_ledge(canvas, stage.light, level - 0.035, scene.seed)
    return tuple(replace(person, top=person.top + level - usual) for person in people)


def _paint_ledge(canvas: Canvas, air: Light, level: float, seed: int) -> None:
    rock = air.plane((58, 60, 66), 0.0)
    curve = rolling(np.random.default_rng([seed, 4]), level, 0.008, 0.9, 5)
    canvas.ridge(curve, mix(rock, air.low, 0.22), mix(rock, (0, 0, 0), 0.5), 0.18)
