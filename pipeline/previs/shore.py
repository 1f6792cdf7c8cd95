"""A canvas with a sky enters; the sea under it is painted, with the cliff, lighthouse or ship that the words name."""

from __future__ import annotations

import math

import numpy as np

from pipeline.previs.canvas import Canvas, Floats, Point, Tone, limb, mix
from pipeline.previs.land import Curve, rolling
from pipeline.previs.light import Light
from pipeline.previs.stage import Stage

_ROCK: Tone = (44, 48, 58)
_BLACK: Tone = (0.0, 0.0, 0.0)
_HIDDEN = 0.3  # frame heights of a wave, of which nearer ones hide all but the first
_SHIP = 0.12  # how near it is
_BEFORE_HEADLAND = 6  # the wave that breaks at its foot


def paint_sea(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Wave behind wave to the horizon, the sun's path on them, and the cliff or ship that the words name."""
    light, horizon, setting, sun_x = stage.light, stage.horizon, stage.setting, stage.sun_x
    rough = {"storm": 1.0, "rain": 0.55}.get(setting.weather, 0.22)
    canvas.nearer(_SHIP)
    if "ship" in setting.features:
        _ship(canvas, light, horizon, sun_x, rng)
    far, near = light.plane((64, 128, 150), 0.6), light.plane((16, 66, 92), 0.08)
    layers = 11
    reach = max(0.62, canvas.frame.bottom - horizon)
    for layer in range(layers):
        depth = (layer / (layers - 1)) ** 1.7
        if layer == _BEFORE_HEADLAND and setting.features & {"cliff", "lighthouse"}:
            canvas.nearer(_SHIP + 0.95 * depth)
            _headland(canvas, stage, rng)
        if layer % 2 == 0:
            canvas.nearer(_SHIP + 0.95 * depth)
        deep = math.inf if layer == layers - 1 else _HIDDEN
        colour = mix(far, near, depth**0.7)
        size = (0.0012 + 0.034 * depth) * (0.35 + rough)
        curve = _swell(rng, horizon + 0.003 + reach * depth, size, 7.5 - 6.3 * depth**0.6, rough)
        canvas.ridge(curve, mix(colour, light.low, 0.16), mix(colour, (0, 6, 14), 0.22), 0.03 + 0.16 * depth, deep=deep)
        canvas.stroke(curve, 0.003 + 0.010 * depth, mix(light.low, (255, 255, 255), 0.35 * rough), 0.28 + 0.3 * rough)
        _glitter(canvas, light, (horizon + 0.01 + reach * depth, depth, sun_x), rng)


def _swell(rng: np.random.Generator, level: float, size: float, waves: float, rough: float) -> Curve:
    base = rolling(rng, 0.0, 1.0, waves, 3)

    def curve(x: Floats) -> Floats:
        # Rough water has sharp crests and round troughs.
        shape = base(x)
        sharp = 1.6 - 2.2 * np.sqrt(np.abs(shape) / 1.9)
        return (level + size * (shape * (1 - 0.6 * rough) - sharp * 0.6 * rough)).astype(np.float32)

    return curve


def _glitter(canvas: Canvas, light: Light, path: tuple[float, float, float], rng: np.random.Generator) -> None:
    y, depth, sun_x = path
    if light.disc < 0.2:
        return
    dashes = []
    for _ in range(int(14 - 8 * depth)):
        x = sun_x + rng.normal(0, 0.03 + 0.12 * depth)
        long = rng.uniform(0.3, 1.0) * (0.006 + 0.03 * depth)
        thick, down = 0.0007 + 0.0022 * depth, y + rng.uniform(0, 0.02 + 0.05 * depth)
        dashes.append([(x - long, down), (x, down - thick), (x + long, down), (x, down + thick)])
    canvas.polygons(dashes, light.lamp, 0.75 * light.disc * (1 - 0.4 * depth))


def _ship(canvas: Canvas, light: Light, horizon: float, sun_x: float, rng: np.random.Generator) -> None:
    # On the side of the light: people stand on the other.
    x, y, size = 0.55 * sun_x + float(rng.uniform(-0.08, 0.08)), horizon + 0.012, 0.11

    def at(across: float, up: float) -> Point:
        return x + across * size, y - up * size

    hull = light.plane((30, 34, 44), 0.25)
    canvas.polygon([at(-1.0, 0.3), at(1.0, 0.3), at(0.8, -0.12), at(-0.82, -0.12)], hull)
    masts = [limb(at(-0.3, 0.3), at(-0.3, 1.25), 0.003, 0.0016), limb(at(-0.3, 1.2), at(-0.85, 0.35), 0.001, 0.001)]
    canvas.polygons([[at(0.25, 0.3), at(0.25, 0.72), at(0.72, 0.72), at(0.72, 0.3)], *masts], hull)
    if light.dark > 0.2:
        for lamp in (at(-0.3, 1.25), at(0.35, 0.6), at(0.55, 0.6), at(-0.7, 0.2)):
            canvas.glow(*lamp, 0.035, (255, 214, 140), 0.5 * light.dark)
            canvas.disc(*lamp, 0.0032, (255, 240, 206))


def _headland(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    light, horizon, side = stage.light, stage.horizon, -1.0 if stage.sun_x > 0 else 1.0
    edge = side * min(stage.half, 0.95) * 0.30
    crags = rolling(rng, 0.0, 0.013, 2.6, 5)
    # A camera that looks down has little sky: what stands up in it is lower, so that it stays in the picture.
    size = min(1.0, (horizon - max(0.02, canvas.frame.top)) / 0.62)
    top, drop = horizon - 0.13 * size, 0.55

    def curve(x: Floats) -> Floats:
        inland = np.clip((side * (x - edge)) / 0.16 + 0.5, 0, 1)
        cliff = inland * inland * (3 - 2 * inland)
        slope = 0.05 * np.clip(side * (x - edge), 0, 1)
        return np.asarray(top - slope + drop * (1 - cliff) + crags(x) * (0.4 + cliff), np.float32)

    rock = light.plane(_ROCK, 0.06)
    canvas.ridge(curve, mix(rock, light.low, 0.24), mix(rock, _BLACK, 0.35), 0.26)
    canvas.stroke(curve, 0.006, mix(light.lamp, light.low, 0.5), 0.4)
    if "lighthouse" in stage.setting.features:
        x = edge + side * 0.24
        _lighthouse(canvas, light, (x, float(curve(np.asarray([x], np.float32))[0]) + 0.012), size, -side)


def _lighthouse(canvas: Canvas, light: Light, foot: Point, size: float, seaward: float) -> None:
    """A striped tower; `size` 1 is a third of the frame high, `seaward` the side it shines to."""

    def at(across: float, up: float) -> Point:
        return foot[0] + across * size, foot[1] - up * size

    def band(low: float, high: float, left: float, right: float) -> list[Point]:
        wide_low, wide_high = 0.042 * (1 - 0.42 * low), 0.042 * (1 - 0.42 * high)
        corners = ((left * wide_low, low), (right * wide_low, low), (right * wide_high, high), (left * wide_high, high))
        return [at(across, 0.34 * up) for across, up in corners]

    white, red = light.plane((244, 240, 230), 0.08), light.plane((190, 56, 48), 0.08)
    dark, beam = light.plane((40, 44, 52), 0.0), 0.12 + 0.5 * light.dark
    lamp = at(0.0, 0.368)
    far = foot[0] + seaward * 2.4
    canvas.polygon([lamp, (far, lamp[1] - 0.20), (far, lamp[1] + 0.10)], (255, 240, 190), 0.34 * beam, 0.012)
    for stripe in range(5):
        canvas.polygon(band(stripe / 5, (stripe + 1) / 5, -1, 1), red if stripe % 2 else white)
    canvas.polygon(band(0, 1, *((-1, -0.1) if seaward > 0 else (0.1, 1))), _BLACK, 0.22)
    canvas.polygon([at(-0.034, 0.346), at(0.034, 0.346), at(0.030, 0.332), at(-0.030, 0.332)], dark)
    room = [at(-0.016, 0.390), at(0.016, 0.390), at(0.018, 0.346), at(-0.018, 0.346)]
    canvas.polygon(room, mix(dark, (255, 236, 170), 0.35 + 0.65 * beam))
    canvas.polygon([at(-0.022, 0.390), at(0.022, 0.390), at(0.0, 0.420)], dark)
    canvas.glow(*lamp, 0.10 * size, (255, 236, 180), 0.8 * beam)
