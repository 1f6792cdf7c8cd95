"""A canvas with a sky enters; the land under it is painted, plane by plane from far to near."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.previs.canvas import Canvas, Floats, Tone, limb, mix, smooth
from pipeline.previs.light import Light
from pipeline.previs.stage import Stage

Curve = Callable[[Floats], Floats]
_BLACK: Tone = (0.0, 0.0, 0.0)
_NEAREST = 1.15  # of a place: a step before the subject


def rolling(rng: np.random.Generator, level: float, size: float, waves: float, octaves: int = 4) -> Curve:
    """A smooth ridge line around y = `level`: `size` frame heights of relief, `waves` longest swells a frame height."""
    rates = [waves * 2**octave * rng.uniform(0.85, 1.15) * 2 * np.pi for octave in range(octaves)]
    phases = rng.uniform(0, 2 * np.pi, octaves)

    def curve(x: Floats) -> Floats:
        parts = [np.sin(x * rate + phase) * 0.5**i for i, (rate, phase) in enumerate(zip(rates, phases, strict=True))]
        return np.asarray(level - size * sum(parts), np.float32)

    return curve


def nearness(distance: float) -> float:
    """How near something is that far on the way to the horizon, which is 1: nearer things differ by more."""
    return float(_NEAREST * (1 - distance) ** 1.7)


def paint_hills(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Mountains in the haze, hills before them, grass at the feet."""
    light, horizon, setting = stage.light, stage.horizon, stage.setting
    grass: Tone = (232, 238, 244) if setting.weather == "snow" else (96, 138, 72)
    stone: Tone = (214, 222, 232) if setting.weather == "snow" else (86, 104, 122)
    for distance, level, size, waves, local in (
        (0.82, -0.07, 0.075, 0.55, stone),
        (0.66, -0.015, 0.05, 0.7, stone),
        (0.46, 0.03, 0.035, 0.6, grass),
        (0.24, 0.10, 0.032, 0.5, grass),
        (0.06, 0.20, 0.03, 0.4, grass),
    ):
        colour = light.plane(local, distance)
        curve = rolling(rng, horizon + level, size, waves, 5 if distance > 0.6 else 3)
        canvas.nearer(nearness(distance))
        canvas.ridge(curve, mix(colour, light.lamp, 0.10), mix(colour, light.haze, 0.25 * distance + 0.08), 0.22)
        if 0.1 < distance < 0.5:
            _copse(canvas, light, curve, distance, rng)


def paint_forest(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Rows of conifers, each darker and taller than the one behind, and a few trunks close by."""
    light, horizon, setting = stage.light, stage.horizon, stage.setting
    needles: Tone = (150, 172, 176) if setting.weather == "snow" else (34, 74, 56)
    for distance, base, height, width in (
        (0.80, 0.00, 0.20, 0.055),
        (0.62, 0.03, 0.28, 0.075),
        (0.42, 0.09, 0.38, 0.10),
        (0.22, 0.17, 0.52, 0.14),
    ):
        colour = light.plane(needles, distance)
        trees = _tree_line(canvas, horizon + base, height, width, rng)
        canvas.nearer(nearness(distance))
        canvas.ridge(trees, colour, mix(colour, light.haze, 0.42), height * 1.15)
    canvas.nearer(0.95)
    floor = light.plane((206, 214, 222) if setting.weather == "snow" else (54, 64, 42), 0.12)
    canvas.ridge(rolling(rng, horizon + 0.2, 0.012, 0.6), mix(floor, light.lamp, 0.12), mix(floor, _BLACK, 0.35), 0.4)
    canvas.nearer(_NEAREST)
    _trunks(canvas, light, horizon, rng)


def paint_desert(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Mesas far away and dunes with a lit and a shaded face."""
    light, horizon = stage.light, stage.horizon
    canvas.nearer(nearness(0.75))
    canvas.ridge(_mesas(rng, horizon), light.plane((168, 104, 78), 0.72), light.plane((190, 132, 96), 0.8), 0.12)
    dunes = ((0.5, 0.03, 0.02, 0.5), (0.34, 0.08, 0.035, 0.42), (0.18, 0.17, 0.05, 0.3), (0.04, 0.31, 0.055, 0.24))
    for distance, level, size, waves in dunes:
        canvas.nearer(nearness(distance))
        sand = light.plane((222, 168, 104), distance)
        curve = rolling(rng, horizon + level, size, waves, 2)
        canvas.ridge(curve, mix(sand, light.lamp, 0.22), mix(sand, light.plane((150, 84, 56), distance), 0.75), 0.2)
        canvas.stroke(curve, 0.012, light.lamp, 0.35 * (1 - light.dark * 0.6))


def paint_cloudscape(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Above the clouds: bank behind bank."""
    light, horizon = stage.light, stage.horizon
    for distance, level in ((0.75, 0.0), (0.55, 0.06), (0.35, 0.15), (0.16, 0.27), (0.0, 0.42)):
        canvas.nearer(nearness(distance))
        cloud = light.plane((244, 246, 250), distance * 0.8)
        curve = _puffs(canvas, rng, horizon + level, 0.03 + 0.075 * (1 - distance))
        canvas.ridge(curve, mix(cloud, light.lamp, 0.3), mix(cloud, light.middle, 0.55), 0.16, soft=0.004)


def _copse(canvas: Canvas, light: Light, curve: Curve, distance: float, rng: np.random.Generator) -> None:
    size = 0.075 * (1 - distance)
    for _ in range(5):
        middle = rng.uniform(canvas.frame.left, canvas.frame.right)
        crowns = []
        for x in middle + rng.uniform(-2.4, 2.4, 4) * size:
            foot = float(curve(np.asarray([x], np.float32))[0])
            tall = size * rng.uniform(0.75, 1.15)
            outline = ((0.0, 1.5), (0.5, 0.8), (0.32, 0.2), (-0.32, 0.2), (-0.5, 0.8))
            crowns.append(smooth([(x + across * tall, foot - up * tall) for across, up in outline], 6))
            crowns.append(limb((x, foot - 0.3 * tall), (x, foot + 0.1 * tall), 0.05 * tall, 0.06 * tall))
        canvas.polygons(crowns, light.plane((48, 82, 54), distance))


def _tree_line(canvas: Canvas, base: float, height: float, width: float, rng: np.random.Generator) -> Curve:
    tops = np.arange(canvas.frame.left - width, canvas.frame.right + width, width * 0.62)
    tops = tops + rng.uniform(-0.3, 0.3, len(tops)) * width
    tall = height * rng.uniform(0.55, 1.0, len(tops))
    tiers = 6.0

    def curve(x: Floats) -> Floats:
        line = np.full_like(x, base)
        for top, tree in zip(tops, tall, strict=True):
            # Each tier of branches widens and steps back in: a saw on the cone's flank.
            reach = np.abs(x - top) / (width * 0.72)
            steps = reach * tiers
            flank = (np.floor(steps) + 0.25 + 0.75 * (steps - np.floor(steps)) ** 1.6) / tiers
            line = np.minimum(line, base - tree * np.clip(1 - np.minimum(flank, reach * 1.15), 0, 1) * (reach < 1))
        return line.astype(np.float32)

    return curve


def _trunks(canvas: Canvas, light: Light, horizon: float, rng: np.random.Generator) -> None:
    bark = light.plane((40, 34, 34), 0.0)
    half = (canvas.frame.right - canvas.frame.left) / 2
    for side in (-1.0, 1.0):
        for place in (0.62, 0.88):
            x = side * half * (place + rng.uniform(-0.07, 0.07))
            thick = rng.uniform(0.02, 0.034)
            top, foot = canvas.frame.top - 0.1, horizon + rng.uniform(0.26, 0.34)
            lean = rng.uniform(-0.03, 0.03)
            left, right = x - thick, x + thick
            trunk = [(left + lean, top), (right + lean, top), (right, foot - 0.05), (right + thick, foot)]
            canvas.polygon([*trunk, (left - thick, foot), (left, foot - 0.05)], bark)


def _mesas(rng: np.random.Generator, horizon: float) -> Curve:
    places, widths, heights = rng.uniform(-1.6, 1.6, 5), rng.uniform(0.08, 0.24, 5), rng.uniform(0.04, 0.12, 5)

    def curve(x: Floats) -> Floats:
        line = np.full_like(x, horizon + 0.02)
        for place, width, height in zip(places, widths, heights, strict=True):
            flank = np.clip((width - np.abs(x - place)) / 0.035, 0, 1)
            line = np.minimum(line, horizon + 0.02 - height * flank)
        return line.astype(np.float32)

    return curve


def _puffs(canvas: Canvas, rng: np.random.Generator, level: float, size: float) -> Curve:
    middles = np.arange(canvas.frame.left - size, canvas.frame.right + size, size * 0.8)
    middles = middles + rng.uniform(-0.3, 0.3, len(middles)) * size
    radii = size * rng.uniform(0.55, 1.15, len(middles))

    def curve(x: Floats) -> Floats:
        line = np.full_like(x, level)
        for middle, radius in zip(middles, radii, strict=True):
            line = np.minimum(line, level - np.sqrt(np.clip(radius**2 - (x - middle) ** 2, 0, None)))
        return line.astype(np.float32)

    return curve
