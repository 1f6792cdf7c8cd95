"""A canvas and a stage enter; the sky is painted, with whatever shines or hangs in it."""

from __future__ import annotations

import numpy as np
from PIL import Image

from pipeline.previs.canvas import Canvas, Floats, Point, mix
from pipeline.previs.light import Light
from pipeline.previs.setting import Setting
from pipeline.previs.stage import Stage

# How high above the horizon the sun or moon stands, in frame heights.
_OCTAVES = 4  # of clouds
_ELEVATION = {"day": 0.40, "dawn": 0.13, "dusk": 0.085, "night": 0.36}


def paint_sky(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Fill the canvas with sky."""
    setting, light, horizon = stage.setting, stage.light, stage.horizon
    canvas.gradient(((horizon - 1.15, light.top), (horizon - 0.42, light.middle), (horizon, light.low)))
    if light.dark > 0.7 and setting.weather == "clear":
        _stars(canvas, horizon, rng)
    _shine(canvas, setting, light, stage.sun_x, horizon - _ELEVATION[setting.hour])
    _clouds(canvas, setting, light, horizon, rng)


def _shine(canvas: Canvas, setting: Setting, light: Light, x: float, y: float) -> None:
    canvas.glow(x, y, 0.62, mix(light.lamp, light.low, 0.5), light.glow * 0.75)
    canvas.glow(x, y, 0.24, light.lamp, light.glow * 0.7)
    radius = {"day": 0.036, "dawn": 0.05, "dusk": 0.075, "night": 0.042}[setting.hour]
    if setting.hour == "night":
        canvas.polygon(_crescent(x, y, radius), light.lamp, light.disc)
    else:
        canvas.disc(x, y, radius, light.lamp, light.disc)


def _crescent(x: float, y: float, radius: float) -> list[Point]:
    """The lit half of a moon's rim, and the shadow's edge back through its disc."""
    turns = np.linspace(0.5, 1.5, 24) * np.pi
    rim = [(x + radius * float(np.cos(turn)), y + radius * float(np.sin(turn))) for turn in turns]
    edge = [(x + 0.45 * radius * float(np.cos(turn)), y + radius * float(np.sin(turn))) for turn in turns[::-1]]
    # Leaning, as it does except at the equator.
    return [(x + (px - x) * 0.9 - (py - y) * 0.42, y + (px - x) * 0.42 + (py - y) * 0.9) for px, py in rim + edge]


def _stars(canvas: Canvas, horizon: float, rng: np.random.Generator) -> None:
    frame = canvas.frame
    for _ in range(int(90 * (frame.right - frame.left))):
        x, y = rng.uniform(frame.left, frame.right), horizon - rng.uniform(0.06, 1.2)
        canvas.disc(
            float(x), float(y), float(rng.uniform(0.0007, 0.0019)), (226, 232, 246), float(rng.uniform(0.25, 0.9))
        )


def _clouds(canvas: Canvas, setting: Setting, light: Light, horizon: float, rng: np.random.Generator) -> None:
    heavy = setting.weather in ("storm", "rain", "overcast", "snow")
    cover = 0.38 if heavy else 0.57
    noise = cloud_noise(canvas, rng, (2.3, 7.0) if heavy else (1.7, 9.0))
    above = np.clip((horizon - 0.04 - canvas.y) / 0.5, 0, 1)[:, None]
    lit = mix(light.low, light.lamp, 0.45) if not heavy else mix(light.middle, light.low, 0.55)
    shaded = mix(light.middle, light.top, 0.6 if heavy else 0.25)
    body = np.clip((noise - cover) / 0.22, 0, 1) * np.clip(above * 3.2, 0, 1)
    # Thick parts are darker than thin ones, as seen from below.
    depth = np.clip((noise - cover - 0.08) / 0.3, 0, 1)
    colour = np.stack([lit[c] + (shaded[c] - lit[c]) * depth for c in range(3)]).astype(np.float32)
    canvas.shade(slice(None), slice(None), body * np.float32(0.85 if heavy else 0.6), colour)


def cloud_noise(canvas: Canvas, rng: np.random.Generator, cells: tuple[float, float]) -> Floats:
    """Smooth noise over the canvas, 0 to 1; `cells` of the coarsest octave a frame height, across and down."""
    frame = canvas.frame
    width, height = frame.size
    # As fine as its finest cells need it: clouds have no edges.
    share = max(1, int(frame.scale / (max(cells) * 2**_OCTAVES * 3)))
    width, height = -(-width // share), -(-height // share)
    total = np.zeros((height, width), np.float32)
    weight = 0.0
    for octave in range(_OCTAVES):
        across = max(4, int((frame.right - frame.left) * cells[0] * 2**octave))
        down = max(4, int((frame.bottom - frame.top) * cells[1] * 2**octave))
        grid = Image.fromarray(rng.random((down, across), np.float32))
        total += np.asarray(grid.resize((width, height), Image.Resampling.BICUBIC), np.float32) * 0.5**octave
        weight += 0.5**octave
    whole = Image.fromarray(total / np.float32(weight)).resize(frame.size, Image.Resampling.BILINEAR)
    return np.asarray(whole, np.float32)
