"""A canvas enters; the scene as a bird sees it is painted: ground, heads and shoulders, long shadows."""

from __future__ import annotations

import math

import numpy as np

from pipeline.previs.canvas import Canvas, Point, Tone, ellipse, limb, mix, rectangle, smooth
from pipeline.previs.light import Light
from pipeline.previs.people import Person
from pipeline.previs.stage import Stage

_BLACK: Tone = (0.0, 0.0, 0.0)
_NIGHT: Tone = (18, 20, 34)
_SKIN: Tone = (248, 212, 180)
_HAIR: Tone = (38, 28, 30)
# Shoulders and back in shoulder widths, from the neck: right and forward.
_TORSO = (
    *((-0.5, 0.0), (-0.42, -0.14), (-0.2, -0.19), (0.2, -0.19), (0.42, -0.14)),
    *((0.5, 0.0), (0.40, 0.15), (0.0, 0.20), (-0.40, 0.15)),
)
_GROUNDS: dict[str, Tone] = {
    "sea": (206, 182, 138),
    "forest": (72, 94, 56),
    "city": (112, 114, 120),
    "desert": (218, 170, 110),
    "sky": (128, 156, 98),
    "room": (146, 108, 76),
    "hills": (112, 146, 80),
}
# How wide shoulders are, in frame heights, for sizes that show more or less ground around them.
_SHOULDERS = {"EWS": 0.035, "WS": 0.09, "FS": 0.15, "MWS": 0.19, "MS": 0.25, "MCU": 0.33, "CU": 0.44, "ECU": 0.7}


def shoulders(shot_size: str) -> float:
    """Width of a person's shoulders seen from above, in frame heights."""
    return _SHOULDERS.get(shot_size, 0.19)


def paint_ground(canvas: Canvas, stage: Stage, size: float, rng: np.random.Generator) -> None:
    """The ground of the place, scaled to people whose shoulders are `size` frame heights wide."""
    setting, light = stage.setting, stage.light
    canvas.nearer(1.0)
    local: Tone = (226, 232, 238) if setting.weather == "snow" and setting.place != "room" else _GROUNDS[setting.place]
    ground = light.plane(local, 0.12)
    canvas.gradient(((0.0, mix(ground, light.lamp, 0.14)), (1.0, mix(ground, _BLACK, 0.16))))
    if setting.place in ("room", "city"):
        _slabs(canvas, ground, size * (0.55 if setting.place == "room" else 1.9), setting.place == "room")
    else:
        _patches(canvas, ground, light, rng)
        _tufts(canvas, ground, light, size, rng)
    if setting.place == "sea":
        _surf(canvas, light, rng)
    canvas.glow(0.0, 0.42, 0.6, light.lamp, 0.14)


def paint_heads(canvas: Canvas, people: tuple[Person, ...], stage: Stage, size: float) -> None:
    """The people from above, in a row, each turned a little differently."""
    for index, person in enumerate(people):
        x = (index - (len(people) - 1) / 2) * 1.5 * size
        _person(canvas, person, stage.on_people, (x, 0.44 + 0.12 * size * (-1) ** index), size, stage.sun_x)


def _person(canvas: Canvas, person: Person, light: Light, middle: Point, size: float, sun_x: float) -> None:
    turn = 0.35 * person.facing
    cosine, sine = math.cos(turn), math.sin(turn)

    def at(across: float, ahead: float) -> Point:
        return middle[0] + (across * cosine - ahead * sine) * size, middle[1] + (across * sine + ahead * cosine) * size

    def oval(across: float, ahead: float, half_width: float, half_length: float) -> list[Point]:
        return ellipse(*at(across, ahead), half_width * size, half_length * size, turn)

    away = -1.0 if sun_x > 0 else 1.0
    fallen = (middle[0] + away * 1.7 * size, middle[1] + 0.75 * size)
    coat, shoe = light.plane(person.colour, 0.0), light.plane(mix(person.colour, _NIGHT, 0.73), 0.0)
    skin, hair = light.plane(mix(person.colour, _SKIN, 0.74), 0.0), light.plane(mix(person.colour, _HAIR, 0.72), 0.0)
    canvas.polygons([limb(middle, fallen, 0.36 * size, 0.30 * size)], _BLACK, 0.34, 0.035 * size)
    canvas.polygons([oval(side * 0.15, 0.30, 0.075, 0.16) for side in (-1, 1)], shoe)
    canvas.polygon(smooth([at(*point) for point in _TORSO]), coat)
    canvas.polygons([oval(side * 0.40, 0.36, 0.055, 0.065) for side in (-1, 1)], skin)
    sleeves = [limb(at(side * 0.44, 0.0), at(side * 0.41, 0.30), 0.10 * size, 0.07 * size) for side in (-1, 1)]
    canvas.polygons(sleeves, mix(coat, _BLACK, 0.16))
    canvas.polygon(oval(0.0, 0.19, 0.035, 0.06), skin)
    canvas.polygon(oval(0.0, 0.02, 0.155, 0.19), hair)
    canvas.polygon(oval(-away * 0.05, -0.05, 0.07, 0.09), mix(hair, light.lamp, 0.5), 0.35, 0.02 * size)


def _slabs(canvas: Canvas, ground: Tone, width: float, boards: bool) -> None:
    frame, joint = canvas.frame, max(0.0018, width * 0.012)
    rows: list[list[Point]] = []
    y = math.floor(frame.top / width) * width
    while y < frame.bottom:
        rows.append(rectangle(frame.left, y, frame.right, y + joint))
        length = width * (7.0 if boards else 1.0)
        x = math.floor(frame.left / length) * length + (length * 0.37 * round(y / width)) % length - length
        while x < frame.right:
            rows.append(rectangle(x, y, x + joint, y + width))
            x += length
        y += width
    canvas.polygons(rows, mix(ground, _BLACK, 0.5), 0.55)


def _patches(canvas: Canvas, ground: Tone, light: Light, rng: np.random.Generator) -> None:
    frame = canvas.frame
    for _ in range(26):
        x, y = rng.uniform(frame.left, frame.right), rng.uniform(frame.top, frame.bottom)
        tone = mix(ground, light.lamp, 0.35) if rng.random() < 0.5 else mix(ground, _BLACK, 0.4)
        canvas.glow(float(x), float(y), float(rng.uniform(0.08, 0.34)), tone, 0.32, float(rng.uniform(0.45, 0.9)))


def _tufts(canvas: Canvas, ground: Tone, light: Light, size: float, rng: np.random.Generator) -> None:
    frame = canvas.frame
    light_ones: list[list[Point]] = []
    dark_ones: list[list[Point]] = []
    for _ in range(int(220 * (frame.right - frame.left))):
        x, y = float(rng.uniform(frame.left, frame.right)), float(rng.uniform(frame.top, frame.bottom))
        long, turn = size * float(rng.uniform(0.05, 0.16)), float(rng.uniform(-0.9, 0.9))
        tip = (x + long * math.sin(turn), y - long * math.cos(turn))
        (light_ones if rng.random() < 0.5 else dark_ones).append([(x - long * 0.13, y), tip, (x + long * 0.13, y)])
    canvas.polygons(dark_ones, mix(ground, _BLACK, 0.45), 0.5)
    canvas.polygons(light_ones, mix(ground, light.lamp, 0.4), 0.45)


def _surf(canvas: Canvas, light: Light, rng: np.random.Generator) -> None:
    phase, frame = float(rng.uniform(0, 6)), canvas.frame
    wet = mix(light.plane(_GROUNDS["sea"], 0.1), _BLACK, 0.25)
    foam, water = mix(light.low, (255, 255, 255), 0.6), light.plane((40, 116, 136), 0.1)
    x = np.linspace(frame.left, frame.right, 60)
    edge = 0.80 + 0.05 * np.sin(2.2 * x + phase) + 0.015 * np.sin(7 * x + phase)
    for step, tone in ((0.0, wet), (0.03, foam), (0.05, water)):
        line = [(float(across), float(down) + step) for across, down in zip(x, edge, strict=True)]
        canvas.polygon([*line, (frame.right, frame.bottom), (frame.left, frame.bottom)], tone, 0.92)
