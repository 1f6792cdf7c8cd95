"""A setting enters; rain or snow that really falls leaves, as a mask that is shifted from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.previs.planes import Plane, over
from pipeline.previs.setting import Setting


@dataclass(frozen=True, slots=True)
class Falling:
    """Drops or flakes over the whole frame."""

    through: Plane  # 255 less alpha; as wide as the frame and two periods high, so that any period of it is one frame
    period: int  # pixels after which the tile repeats, downwards
    speed: float  # pixels a frame
    own: Plane  # their brightness, multiplied by alpha

    def paint(self, luma: Plane, frame: int) -> None:
        """Draw them on the luma plane of one frame, in place."""
        offset = round(frame * self.speed) % self.period
        top = self.period - offset
        over(luma, self.own[top : top + len(luma)], self.through[top : top + len(luma)], colour=False)


def falling(setting: Setting, size: tuple[int, int], frame_rate: float, seed: int) -> Falling | None:
    """What falls in the setting, or None where nothing does; `size` is width and height in pixels."""
    if setting.place == "room" or setting.weather not in ("rain", "storm", "snow"):
        return None
    rng = np.random.default_rng([seed, 5])
    if setting.weather == "snow":
        return _snow(size, frame_rate, rng)
    return _rain(size, frame_rate, 1.0 if setting.weather == "storm" else 0.55, rng)


def _rain(size: tuple[int, int], frame_rate: float, strength: float, rng: np.random.Generator) -> Falling:
    width, height = size
    lean = 0.22 * strength
    tile = Image.new("L", (width * 2, height * 4))
    draw = ImageDraw.Draw(tile)
    for _ in range(int(240 * strength * max(0.5, width / height))):
        x, y = rng.uniform(0, 2 * width), rng.uniform(0, 2 * height)
        near = rng.random()
        long = 2 * height * (0.025 + 0.055 * near)
        thick, level = max(1, round(height * 0.0032 * (0.4 + near))), int(40 + 70 * near)
        _twice(draw, (x, y), (x - lean * long, y + long), thick, level, 2 * height)
    small = tile.reduce(2)
    return _falling(small, 2.6 * height / frame_rate, 205)


def _falling(tile: Image.Image, speed: float, luma: int) -> Falling:
    alpha = np.asarray(tile)
    return Falling(255 - alpha, len(alpha) // 2, speed, (alpha.astype(np.uint16) * luma // 255).astype(np.uint8))


def _twice(
    draw: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float], thick: int, level: int, period: int
) -> None:
    """A streak in every period of the tile, and in the one before, for what reaches over its edge."""
    for shift in (-period, 0, period):
        draw.line((start[0], start[1] + shift, end[0], end[1] + shift), fill=level, width=thick)


def _snow(size: tuple[int, int], frame_rate: float, rng: np.random.Generator) -> Falling:
    width, height = size
    tile = Image.new("L", (width * 2, height * 4))
    draw = ImageDraw.Draw(tile)
    for _ in range(int(260 * max(0.5, width / height))):
        x, y, near = rng.uniform(0, 2 * width), rng.uniform(0, 2 * height), rng.random() ** 2
        radius = max(1.0, 2 * height * (0.0016 + 0.0042 * near))
        for shift in (-2 * height, 0, 2 * height):
            draw.ellipse((x - radius, y + shift - radius, x + radius, y + shift + radius), fill=int(110 + 110 * near))
    soft = tile.reduce(2).filter(ImageFilter.GaussianBlur(max(0.5, height / 900)))
    # Whole pixels a frame where there are enough of them: flakes that advance by 3 and 4 in turn would seem to shiver.
    speed = 0.13 * height / frame_rate
    return _falling(soft, float(round(speed)) if speed > 2 else speed, 232)
