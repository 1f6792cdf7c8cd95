"""An empty canvas enters; a room with a window is painted, furnished by the words of the shot."""

from __future__ import annotations

import numpy as np

from pipeline.previs.canvas import Canvas, Point, Tone, ellipse, mix, rectangle, times
from pipeline.previs.light import Light
from pipeline.previs.setting import Setting
from pipeline.previs.stage import Stage

_BLACK: Tone = (0.0, 0.0, 0.0)
_WARM: Tone = (255, 196, 120)
# How near things are in a room; what is outside is as far as the sky.
_WALL, _FURNITURE = 0.5, 0.85
_AROUND = 0.25  # frame heights that are seen of the view beside the window as the camera moves
_Box = tuple[float, float, float, float]  # left, top, right, bottom in frame heights
_WALLS: tuple[Tone, ...] = ((176, 152, 128), (150, 158, 150), (140, 148, 164), (184, 142, 112), (158, 138, 148))


def paint_room(canvas: Canvas, stage: Stage, rng: np.random.Generator) -> None:
    """Paint walls, window and furniture."""
    setting, light, horizon = stage.setting, stage.light, stage.horizon
    side = 1.0 if stage.sun_x > 0 else -1.0
    # Indoors it is never as bright as outside, and at night a lamp somewhere lifts the dark.
    indoor: Tone = mix(times(light.ambient, (0.80, 0.78, 0.78)), (0.52, 0.40, 0.32), 0.45 * light.dark)
    wall = times(_WALLS[int(rng.integers(len(_WALLS)))], indoor)
    wood = times((122, 88, 62), indoor)
    half = min(0.66, 0.62 * max(0.5, stage.half * stage.closeness))
    back = (-half, horizon - 0.50, half, horizon + 0.12)
    window = _window_box(back, side)
    _view(canvas, setting, light, window, rng)
    canvas.nearer(_WALL)
    _shell(canvas, back, wall, wood)
    _window(canvas, light, window)
    if "stairs" not in setting.features:
        _shaft(canvas, light, window, side, horizon)
    if light.dark > 0.3 or "lamp" in setting.features:
        _lamp(canvas, -side * half * 0.42, back[1] - 0.02, 0.23, 0.35 + 0.65 * light.dark)
    canvas.nearer(_FURNITURE)
    if "stairs" in setting.features:
        _stairs(canvas, back, wall, light, -side)
    elif "kitchen" in setting.features:
        _kitchen(canvas, back, window, indoor, rng)
    else:
        _furniture(canvas, back, window, indoor, -side)


def _shell(canvas: Canvas, back: _Box, wall: Tone, wood: Tone) -> None:
    left, top, right, bottom = back
    far = 3.0  # well outside any frame: the planes run out of the picture along the lines to the vanishing point
    ceiling, floor = mix(wall, (255, 250, 240), 0.10), mix(wood, _BLACK, 0.12)
    canvas.gradient(
        ((top - 0.3, mix(ceiling, _BLACK, 0.18)), (top, ceiling), (bottom, floor), (1.25, mix(floor, _BLACK, 0.42)))
    )
    for edge, outward, shade in ((left, -1.0, 0.34), (right, 1.0, 0.24)):
        x = edge + outward * far
        side_wall = [(edge, top), (x, top - far * 0.42), (x, bottom + far * 0.62), (edge, bottom)]
        canvas.polygon(side_wall, mix(wall, _BLACK, shade))
    canvas.polygon(rectangle(left, top, right, bottom), wall)
    for board in range(-9, 10):
        x = board * 0.11
        canvas.polygon(
            [(x, bottom), (x + 0.0016, bottom), (x * 3.4 + 0.006, 1.6), (x * 3.4 - 0.002, 1.6)], _BLACK, 0.16
        )
    canvas.polygon(rectangle(left, bottom - 0.020, right, bottom), mix(wood, _BLACK, 0.3))
    for edge in (left, right):
        canvas.polygon(rectangle(edge - 0.05, top, edge + 0.05, bottom), _BLACK, 0.16, 0.03)
    canvas.polygon(rectangle(left, bottom - 0.03, right, bottom + 0.06), _BLACK, 0.2, 0.025)


def _window_box(back: _Box, side: float) -> _Box:
    middle, width = side * (back[2] - back[0]) * 0.24, (back[2] - back[0]) * 0.29
    return middle - width / 2, back[1] + 0.09, middle + width / 2, back[1] + 0.385


def _view(canvas: Canvas, setting: Setting, light: Light, box: _Box, rng: np.random.Generator) -> None:
    """What is seen through the window: more than that, as the camera looks around its edges."""
    left, top, right, bottom = box[0] - _AROUND, box[1] - _AROUND, box[2] + _AROUND, box[3] + _AROUND
    canvas.gradient(((top, light.top), (bottom, light.low)))
    rows, columns, mask = canvas.mask([rectangle(left, top, right, bottom)])
    height = np.clip((canvas.y[rows] - box[1]) / (box[3] - box[1]), 0, 1)
    stops = [(light.top[c], light.middle[c], light.low[c]) for c in range(3)]
    sky = np.stack([np.interp(height, (0, 0.55, 1), stop) for stop in stops]).astype(np.float32)
    canvas.shade(rows, columns, mask, np.repeat(sky[:, :, None], columns.stop - columns.start, axis=2))
    far = light.plane((60, 84, 96), 0.55)
    swell = 0.012 * np.sin(np.linspace(0, 18, 24)) + box[3] - 0.07
    canvas.polygon([*zip(np.linspace(left, right, 24), swell, strict=True), (right, bottom), (left, bottom)], far)
    if setting.weather in ("rain", "storm"):
        drops = []
        for _ in range(110):
            x, y, long = rng.uniform(left, right - 0.004), rng.uniform(top, bottom - 0.05), rng.uniform(0.012, 0.045)
            drops.append([(x, y), (x + 0.0014, y), (x + 0.0006, y + long), (x - 0.0008, y + long)])
        canvas.polygons(drops, mix(light.low, (255, 255, 255), 0.5), 0.5)


def _window(canvas: Canvas, light: Light, box: _Box) -> None:
    left, top, right, bottom = box
    frame = mix(times((226, 216, 200), light.ambient), (60, 48, 40), 0.35 * light.dark)
    canvas.glow((left + right) / 2, (top + bottom) / 2, 0.34, light.low, 0.30 * (1 - 0.5 * light.dark))
    canvas.polygon(rectangle(left - 0.018, top - 0.018, right + 0.018, bottom + 0.018), frame)
    canvas.hole([rectangle(*box)])
    x, y = (left + right) / 2, top + (bottom - top) * 0.46
    canvas.polygons([rectangle(x - 0.005, top, x + 0.005, bottom), rectangle(left, y - 0.004, right, y + 0.004)], frame)
    sill = rectangle(left - 0.032, bottom + 0.014, right + 0.032, bottom + 0.032)
    canvas.polygon(sill, mix(frame, (255, 255, 255), 0.12))


def _shaft(canvas: Canvas, light: Light, box: _Box, side: float, horizon: float) -> None:
    left, top, right, _ = box
    slide = -side * 0.42
    strength = 0.20 * (1 - 0.55 * light.dark)
    beam = [(left, top), (right, top), (right + slide, horizon + 0.34), (left + slide, horizon + 0.34)]
    canvas.polygon(beam, light.lamp, strength * 0.45, 0.03)
    floor = horizon + 0.2
    near, far = left + slide, right + slide
    pool = [(left + slide * 0.8, floor), (right + slide * 0.8, floor), (far + slide * 0.35 + 0.08, floor + 0.17)]
    canvas.polygon([*pool, (near + slide * 0.35 - 0.06, floor + 0.17)], light.lamp, strength * 1.5, 0.012)


def _stairs(canvas: Canvas, back: _Box, wall: Tone, light: Light, side: float) -> None:
    steps, foot = 9, back[3] + 0.16
    going, rise = (back[2] - back[0]) * 0.92 / steps, (foot - back[1] + 0.04) / steps
    start = -side * (back[2] - 0.02)
    stone = mix(wall, (60, 58, 62), 0.45)
    outline: list[Point] = [(start, foot)]
    for step in range(steps):
        x, y = start + side * going * step, foot - rise * (step + 1)
        outline += [(x, y), (x + side * going, y)]
    outline.append((outline[-1][0], foot))
    canvas.polygon(outline, mix(stone, _BLACK, 0.25))
    for step in range(steps):
        x, y = start + side * going * step, foot - rise * (step + 1)
        canvas.polygon(rectangle(x, y, x + side * going, y + rise * 0.2), mix(stone, light.lamp, 0.32))
        canvas.polygon(rectangle(x, y, x + side * 0.004, y + rise), _BLACK, 0.35)
    rail = [(start, foot - rise - 0.2), (start + side * going * steps, foot - rise * steps - 0.2 - rise),
            (start + side * going * steps, foot - rise * steps - 0.19 - rise), (start, foot - rise - 0.19)]  # fmt: skip
    canvas.polygon(rail, mix(stone, _BLACK, 0.62))
    for step in range(0, steps + 1, 2):
        x, y = start + side * going * step, foot - rise * (step + 1)
        canvas.polygon(rectangle(x - 0.002, y - 0.195, x + 0.002, y), mix(stone, _BLACK, 0.62))


def _kitchen(canvas: Canvas, back: _Box, window: _Box, indoor: Tone, rng: np.random.Generator) -> None:
    left, _, right, bottom = back
    cupboard, board = times((92, 118, 112), indoor), times((206, 178, 140), indoor)
    top = bottom - 0.16
    canvas.polygon(rectangle(left, top, right, bottom + 0.03), cupboard)
    doors = 7
    for door in range(doors):
        x = left + (right - left) * door / doors
        canvas.polygon(rectangle(x, top + 0.018, x + 0.003, bottom + 0.03), _BLACK, 0.3)
        canvas.disc(x + 0.02, top + 0.05, 0.005, mix(board, (255, 255, 255), 0.3))
    canvas.polygon(rectangle(left - 0.01, top - 0.012, right + 0.01, top + 0.010), board)
    shelf = -1.0 if window[0] > 0 else 1.0
    x0, x1 = sorted((shelf * (right - 0.07), shelf * (right - 0.50)))
    canvas.polygon(rectangle(x0, back[1] + 0.24, x1, back[1] + 0.253), board)
    pots: tuple[Tone, ...] = ((198, 92, 66), (226, 206, 170), (92, 128, 150), (214, 164, 80))
    x = x0 + 0.03
    while x < x1 - 0.04:
        wide, tall = rng.uniform(0.018, 0.034), rng.uniform(0.035, 0.075)
        canvas.polygon(
            rectangle(x, back[1] + 0.24 - tall, x + wide, back[1] + 0.24), times(pots[int(rng.integers(4))], indoor)
        )
        x += wide + rng.uniform(0.006, 0.022)
    canvas.polygon(ellipse(shelf * 0.3, top - 0.045, 0.042, 0.036), times((176, 74, 58), indoor))
    canvas.polygon(
        rectangle(shelf * 0.3 - 0.036, top - 0.042, shelf * 0.3 + 0.036, top - 0.012), times((176, 74, 58), indoor)
    )


def _furniture(canvas: Canvas, back: _Box, window: _Box, indoor: Tone, side: float) -> None:
    wood, middle = times((98, 66, 46), indoor), side * back[2] * 0.45
    picture = (middle - 0.075, window[1] + 0.02, middle + 0.075, window[1] + 0.20)
    canvas.polygon(rectangle(picture[0] - 0.01, picture[1] - 0.01, picture[2] + 0.01, picture[3] + 0.01), wood)
    canvas.polygon(rectangle(*picture), times((206, 196, 172), indoor))
    left, up, right, low = picture
    peaks = [(left, low), (left + 0.05, up + 0.08), (left + 0.09, up + 0.13), (right - 0.02, up + 0.07), (right, low)]
    canvas.polygon(peaks, times((110, 130, 134), indoor))
    top, wide = back[3] - 0.14, 0.2
    canvas.polygon(ellipse(middle, back[3] + 0.05, wide * 1.05, 0.022), _BLACK, 0.3, 0.008)
    canvas.polygon(rectangle(middle - wide, top, middle + wide, top + 0.016), mix(wood, (255, 255, 255), 0.12))
    for leg in (-0.9, 0.82):
        canvas.polygon(rectangle(middle + leg * wide, top + 0.016, middle + leg * wide + 0.015, back[3] + 0.05), wood)
    canvas.polygon(rectangle(middle - 0.12, top - 0.022, middle - 0.03, top), times((150, 70, 58), indoor))
    canvas.polygon(rectangle(middle - 0.11, top - 0.038, middle - 0.04, top - 0.022), times((74, 104, 116), indoor))


def _lamp(canvas: Canvas, x: float, ceiling: float, length: float, strength: float) -> None:
    y = ceiling + length
    canvas.polygon(rectangle(x - 0.0015, ceiling - 0.4, x + 0.0015, y), (24, 22, 22))
    canvas.glow(x, y + 0.05, 0.55, _WARM, 0.34 * strength)
    canvas.polygon(
        [(x - 0.016, y - 0.002), (x + 0.016, y - 0.002), (x + 0.052, y + 0.042), (x - 0.052, y + 0.042)], (52, 46, 44)
    )
    canvas.polygon(ellipse(x, y + 0.043, 0.050, 0.010), (255, 238, 200), 0.4 + 0.6 * strength)
    canvas.glow(x, y + 0.06, 0.12, (255, 226, 170), 0.6 * strength, 0.8)
