"""A canvas with a sky enters; a town under it is painted: rows of blocks, their windows, a street."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.canvas import Canvas, Floats, Tone, limb, mix, rectangle
from pipeline.previs.land import nearness, rolling
from pipeline.previs.light import Light
from pipeline.previs.stage import Stage

_Block = tuple[float, float, float, float, float, Tone]  # left, top, width, foot; how far away; wall
_BLACK: Tone = (0.0, 0.0, 0.0)


def paint_city(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Three rows of blocks, their windows lit when it is dark, and a street."""
    light, horizon = stage.light, stage.horizon
    for distance, base, height, width in ((0.78, 0.0, 0.30, 0.07), (0.52, 0.03, 0.36, 0.10), (0.24, 0.07, 0.42, 0.15)):
        canvas.nearer(nearness(distance))
        _blocks(canvas, light, (distance, horizon + base, height, width), rng)
    canvas.nearer(0.95)
    street = light.plane((70, 74, 86), 0.15)
    canvas.ridge(rolling(rng, horizon + 0.17, 0.0, 1.0), mix(street, light.low, 0.3), mix(street, _BLACK, 0.45), 0.45)
    if light.dark > 0.3:
        # Lamplight lies on the street in long soft pools.
        for _ in range(9):
            x, y = rng.uniform(canvas.frame.left, canvas.frame.right), horizon + rng.uniform(0.2, 0.4)
            canvas.glow(float(x), float(y), float(rng.uniform(0.08, 0.2)), (255, 190, 110), 0.22 * light.dark, 0.18)


def _blocks(canvas: Canvas, light: Light, row: tuple[float, float, float, float], rng: np.random.Generator) -> None:
    distance, base, height, width = row
    wall = light.plane((62, 74, 98), distance)
    x = canvas.frame.left - width * rng.random()
    while x < canvas.frame.right:
        wide = width * rng.uniform(0.6, 1.25)
        top = base - height * rng.uniform(0.3, 1.0) ** 1.3
        shade = mix(wall, _BLACK, rng.uniform(0, 0.14))
        canvas.polygon(rectangle(x, top, x + wide, base + 0.2), shade)
        canvas.polygon(rectangle(x + wide * 0.72, top, x + wide, base + 0.2), mix(shade, _BLACK, 0.2), 0.6)
        if rng.random() < 0.3:
            canvas.polygon(limb((x + wide * 0.4, top), (x + wide * 0.4, top - 0.05), 0.0018, 0.0012), shade)
        _windows(canvas, light, (x, top, wide, base, distance, shade), rng)
        x += wide + width * rng.choice((0.0, 0.0, 0.25))


def _windows(canvas: Canvas, light: Light, block: _Block, rng: np.random.Generator) -> None:
    x, top, wide, base, distance, shade = block
    strength, lit = (1 - distance) * 0.9, mix((255, 206, 128), light.haze, distance * 0.7)
    columns, floor = max(2, int(wide / 0.021)), 0.027
    storeys = int((base + 0.15 - top) / floor)
    if storeys < 1:
        return
    step, lights = wide / columns, rng.random((storeys, columns)) < 0.08 + 0.30 * light.dark
    rows, across = canvas.window(x, top, x + wide, top + floor * storeys)
    down, storey = _panes(canvas.y[rows] - top, floor, storeys, (0.35, 0.80), canvas.scale)
    right, column = _panes(canvas.x[across] - x, step, columns, (0.28, 0.74), canvas.scale)
    glass = down[:, None] * right[None, :]
    glowing = lights[storey[:, None], column[None, :]]
    canvas.tint(rows, across, glass * ~glowing * np.float32(0.55 * strength), mix(shade, light.low, 0.22))
    canvas.tint(rows, across, glass * glowing * np.float32(strength * (0.3 + 0.7 * light.dark)), lit)


def _panes(
    places: Floats, step: float, count: int, edges: tuple[float, float], scale: float
) -> tuple[Floats, NDArray[np.int64]]:
    """Along one axis, how much of each pixel a pane covers, and the number of that pane."""
    share = places / step
    number = np.clip(np.floor(share), 0, count - 1).astype(np.int64)
    inside = (share - number) * np.float32(step * scale)  # pixels from the edge of its wall
    first, last = (edge * step * scale for edge in edges)
    covered = np.clip(inside - first + 0.5, 0, 1) * np.clip(last - inside + 0.5, 0, 1)
    return covered.astype(np.float32), number
