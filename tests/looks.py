"""Pictures for films that are black, frozen, barred or fine, small enough to be drawn in a moment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
HEIGHT, WIDTH = 180, 320
_CHANCE = np.random.default_rng(7)
_TEXTURE = np.kron(_CHANCE.integers(60, 220, (18, 32, 3)), np.ones((10, 10, 1))).astype(np.uint8)
BLACK: Pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def moving(count: int, first: int = 0) -> list[Pixels]:
    """A pattern that goes by, three points a frame."""
    return [np.roll(_TEXTURE, 3 * number, axis=1) for number in range(first, first + count)]


def still(count: int) -> list[Pixels]:
    """The same picture again and again."""
    return [_TEXTURE] * count


def grainy(count: int, level: float = 3.0) -> list[Pixels]:
    """A still picture with grain, new in each frame."""
    return [_with_grain(_TEXTURE.astype(float), level) for _ in range(count)]


def night(count: int) -> list[Pixels]:
    """A dark sky with grain over a darker field, and the light of a ship that goes by."""
    sky = np.linspace(3, 22, HEIGHT)[:, None, None] * np.ones((1, WIDTH, 3))
    sky[HEIGHT * 3 // 5 :] = 6
    pictures = []
    for number in range(count):
        drawn = _with_grain(sky, 1.5)
        drawn[100:104, 40 + 2 * number : 46 + 2 * number] = 190
        pictures.append(drawn)
    return pictures


def speaking(count: int) -> list[Pixels]:
    """A still face of which only the mouth moves."""
    pictures = []
    for number in range(count):
        drawn, open_by = _TEXTURE.copy(), 3 + number % 6
        drawn[100 - open_by : 100 + open_by, 150:170] = 40
        pictures.append(drawn)
    return pictures


def barred(pictures: list[Pixels], above: int = 0, below: int = 0, sides: int = 0) -> list[Pixels]:
    """The pictures with black bars, in points."""
    found = []
    for each in pictures:
        drawn = each.copy()
        drawn[:above] = 0
        drawn[HEIGHT - below :] = 0
        drawn[:, :sides] = 0
        drawn[:, WIDTH - sides :] = 0
        found.append(drawn)
    return found


def tone(seconds: float, level: float = 0.1) -> NDArray[np.float32]:
    """Stereo at 48 kHz."""
    wave = level * np.sin(2 * np.pi * 440 * np.arange(int(48000 * seconds)) / 48000)
    return np.stack([wave, wave]).astype(np.float32)


def _with_grain(picture: NDArray[np.float64], level: float) -> Pixels:
    grain = _CHANCE.normal(0, level, picture.shape[:2])[..., None]
    return np.clip(picture + grain, 0, 255).astype(np.uint8)
