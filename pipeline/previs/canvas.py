"""Empty float pictures with a coordinate system, and the few strokes that the backdrops are painted with.

A canvas is painted from far to near, on one transparent layer after another: what stands at another distance moves
differently when the camera goes.

Coordinates are in frame heights from the top middle of the framing the shot is composed for: inside it y runs from 0 to
1, and x from minus to plus half its aspect. A canvas reaches further where the camera will look further.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from pipeline.previs.setting import Colour

Floats = NDArray[np.float32]
Point = tuple[float, float]  # x, y in frame heights
Tone = tuple[float, float, float]  # red, green, blue, 0 to 255, not rounded

_UNDERFOOT = 0.72  # ground that is nearer than this part moves as those do who stand on it, or their feet would slide
_SUPER = 3  # polygons are drawn this many times larger and shrunk: Pillow draws hard edges


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the world that a canvas shows."""

    left: float  # frame heights
    top: float
    right: float
    bottom: float
    scale: float  # pixels a frame height

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        return _even((self.right - self.left) * self.scale), _even((self.bottom - self.top) * self.scale)


def _even(pixels: float) -> int:
    return 2 * math.ceil(pixels / 2 - 1e-6)


@dataclass(frozen=True, slots=True)
class Layer:
    """What is painted at one distance."""

    pixels: Floats  # 3 x height x width, RGB, 0 to 255, multiplied by alpha
    alpha: Floats  # height x width, 0 to 1
    nearness: float  # 0 endlessly far, 1 at the subject


@dataclass(frozen=True, slots=True)
class Placed:
    """How near the layers of a place are in one shot."""

    depth: float = 1.0  # factor on all of them
    feet: float = math.inf  # what is about as near as that is exactly as near
    step: float = 1e-6  # layers nearer to each other than that are one

    def of(self, nearness: float) -> float:
        """The nearness of what would be so near to somebody of whom all is seen."""
        scaled = nearness * self.depth
        return self.feet if scaled > _UNDERFOOT * self.feet else scaled


class Canvas:
    """Pictures being painted: float32, 3 x height x width, RGB, 0 to 255, multiplied by their alpha."""

    def __init__(self, frame: Frame, nearness: float = 0.0, placed: Placed | None = None) -> None:
        """`placed` says how near a layer really is, and whether another one lies apart from it."""
        self._done: list[Layer] = []
        self._placed = placed or Placed()
        self._begin(frame.size, nearness)
        self.reframe(frame)

    def _begin(self, size: tuple[int, int], nearness: float) -> None:
        width, height = size
        self.pixels: Floats = np.zeros((3, height, width), np.float32)
        self.alpha: Floats = np.zeros((height, width), np.float32)
        self.nearness, self._touched = nearness, False

    def nearer(self, nearness: float) -> None:
        """Paint on a new layer from here on, over what is there; on the same where it lies as near."""
        nearness = self._placed.of(nearness)
        if self._touched and nearness < self.nearness + self._placed.step:
            return
        if self._touched:
            self._done.append(Layer(self.pixels, self.alpha, self.nearness))
            self._begin(self.frame.size, nearness)
        self.nearness = nearness

    def layers(self) -> tuple[Layer, ...]:
        """Everything that was painted, from far to near."""
        return (*self._done, *([Layer(self.pixels, self.alpha, self.nearness)] if self._touched else []))

    def reframe(self, frame: Frame) -> None:
        """Let the same pixels show another part of the world; its size in pixels must be the same."""
        height, width = self.alpha.shape
        self.frame = frame
        self.scale = frame.scale
        self.x: Floats = (frame.left + (np.arange(width, dtype=np.float32) + 0.5) / frame.scale).astype(np.float32)
        self.y: Floats = (frame.top + (np.arange(height, dtype=np.float32) + 0.5) / frame.scale).astype(np.float32)

    def gradient(self, stops: Sequence[tuple[float, Tone]]) -> None:
        """Fill everything from top to bottom; `stops` are (y, colour), rising."""
        heights = [stop[0] for stop in stops]
        self.alpha[:], self._touched = 1, True
        for channel in range(3):
            self.pixels[channel] = np.interp(self.y, heights, [stop[1][channel] for stop in stops])[:, None]

    def ridge(
        self,
        height: Callable[[Floats], Floats],
        top: Tone,
        bottom: Tone,
        fall: float = 0.5,
        soft: float = 0.0,
        deep: float = math.inf,
    ) -> None:
        """Fill below the curve y = height(x), from `top` at its crest to `bottom` `fall` frame heights below it.

        At least `deep` frame heights are filled: what is below is hidden by what is nearer.
        """
        crest = height(self.x).astype(np.float32)
        first = max(0, int(np.searchsorted(self.y, float(crest.min()) - soft - 2 / self.scale)))
        last = int(np.searchsorted(self.y, float(crest.max()) + deep))
        below = self.y[first:last, None] - crest[None, :]
        mask = np.clip(below * np.float32(1 / max(soft, 1 / self.scale)) + np.float32(0.5), 0, 1)
        depth = np.clip(below * np.float32(1 / fall), 0, 1)
        self._blend(slice(first, last), slice(None), mask, lambda c: top[c] + (bottom[c] - top[c]) * depth)

    def stroke(self, height: Callable[[Floats], Floats], thickness: float, colour: Tone, alpha: float) -> None:
        """A line of `thickness` frame heights just below the curve y = height(x), fading downwards."""
        crest = height(self.x).astype(np.float32)
        first = max(0, int(np.searchsorted(self.y, float(crest.min()) - 2 / self.scale)))
        last = int(np.searchsorted(self.y, float(crest.max()) + thickness + 2 / self.scale))
        below = self.y[first:last, None] - crest[None, :]
        mask = np.clip(below * self.scale + 0.5, 0, 1) * np.clip(1 - below / thickness, 0, 1) * alpha
        self._blend(slice(first, last), slice(None), mask, lambda c: colour[c])

    def glow(self, x: float, y: float, radius: float, colour: Tone, alpha: float, squash: float = 1.0) -> None:
        """Soft light around a point; `squash` below 1 flattens it."""
        reach, flat = 2.5 * radius, 2.5 * radius * squash
        rows, columns = self.window(x - reach, y - flat, x + reach, y + flat)
        across = (self.x[None, columns] - x) / radius
        down = (self.y[rows, None] - y) / (radius * squash)
        mask: Floats = np.exp(-(across**2 + down**2) * np.float32(1.2)) * np.float32(alpha)
        self._blend(rows, columns, mask, lambda c: colour[c])

    def disc(self, x: float, y: float, radius: float, colour: Tone, alpha: float = 1.0) -> None:
        """A round disc with a clean edge."""
        rows, columns = self.window(x - radius * 1.1, y - radius * 1.1, x + radius * 1.1, y + radius * 1.1)
        distance = np.hypot(self.x[None, columns] - x, self.y[rows, None] - y)
        mask = np.clip((radius - distance) * self.scale + 0.5, 0, 1) * alpha
        self._blend(rows, columns, mask, lambda c: colour[c])

    def polygon(self, points: Sequence[Point], colour: Tone, alpha: float = 1.0, blur: float = 0.0) -> None:
        """A filled polygon; `blur` softens its edge by that many frame heights."""
        self.polygons([points], colour, alpha, blur)

    def polygons(self, shapes: Sequence[Sequence[Point]], colour: Tone, alpha: float = 1.0, blur: float = 0.0) -> None:
        """Filled polygons of one colour, drawn as one shape: where they overlap nothing doubles."""
        if shapes:
            rows, columns, mask = self.mask(shapes, blur)
            self.tint(rows, columns, mask * np.float32(alpha), colour)

    def mask(self, shapes: Sequence[Sequence[Point]], blur: float = 0.0) -> tuple[slice, slice, Floats]:
        """Rows and columns that the shapes touch, and how much of each pixel in them they cover, 0 to 1."""
        points = [point for shape in shapes for point in shape]
        across, down = [point[0] for point in points], [point[1] for point in points]
        margin = 3 * blur
        rows, columns = self.window(min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin)
        width, height = columns.stop - columns.start, rows.stop - rows.start
        if not width or not height:
            return rows, columns, np.zeros((height, width), np.float32)
        tile = Image.new("L", (width * _SUPER, height * _SUPER))
        draw = ImageDraw.Draw(tile)
        for shape in shapes:
            draw.polygon([self._pixel(point, rows, columns) for point in shape], fill=255)
        small = tile.reduce(_SUPER)
        if blur:
            small = small.filter(ImageFilter.GaussianBlur(blur * self.scale))
        return rows, columns, np.asarray(small, np.float32) / np.float32(255)

    def tint(self, rows: slice, columns: slice, mask: Floats, colour: Tone) -> None:
        """Paint one colour through a mask inside a window."""
        self._blend(rows, columns, mask, lambda c: colour[c])

    def shade(self, rows: slice, columns: slice, mask: Floats, colour: Floats) -> None:
        """Paint per-pixel colours (3 x height x width) through a mask inside a window."""
        self._blend(rows, columns, mask, lambda c: colour[c])

    def hole(self, shapes: Sequence[Sequence[Point]]) -> None:
        """Cut shapes out of the layer, so that what is behind it shows."""
        rows, columns, mask = self.mask(shapes)
        self.alpha[rows, columns] *= 1 - mask
        self.pixels[:, rows, columns] *= 1 - mask

    def window(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        """Rows and columns of the canvas inside a rectangle, cut to what there is."""
        height, width = self.alpha.shape
        frame, scale = self.frame, self.scale
        rows = _inside((top - frame.top) * scale, (bottom - frame.top) * scale, height)
        return rows, _inside((left - frame.left) * scale, (right - frame.left) * scale, width)

    def _blend(self, rows: slice, columns: slice, mask: Floats, colour: Callable[[int], Floats | float]) -> None:
        part, alpha = self.pixels[:, rows, columns], self.alpha[rows, columns]
        through = 1 - mask
        alpha *= through
        alpha += mask
        self._touched = True
        for channel, plane in enumerate(part):
            own = colour(channel)
            # In place: what is in between would be new memory each time.
            plane -= own
            plane *= through
            plane += own

    def _pixel(self, point: Point, rows: slice, columns: slice) -> tuple[float, float]:
        across = (point[0] - self.frame.left) * self.scale - columns.start
        down = (point[1] - self.frame.top) * self.scale - rows.start
        return across * _SUPER, down * _SUPER


def _inside(first: float, last: float, length: int) -> slice:
    start = min(max(0, math.floor(first) - 1), length)
    return slice(start, max(start, min(length, math.ceil(last) + 1)))


def mix(first: Tone | Colour, second: Tone | Colour, share: float) -> Tone:
    """The colour `share` of the way from the first to the second."""
    return (
        first[0] + (second[0] - first[0]) * share,
        first[1] + (second[1] - first[1]) * share,
        first[2] + (second[2] - first[2]) * share,
    )


def times(colour: Tone | Colour, light: Tone) -> Tone:
    """The colour under a light whose parts are factors, 1 being neutral."""
    return colour[0] * light[0], colour[1] * light[1], colour[2] * light[2]


def rectangle(left: float, top: float, right: float, bottom: float) -> list[Point]:
    """Corners of an upright rectangle."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def ellipse(
    x: float, y: float, half_width: float, half_height: float, turn: float = 0.0, steps: int = 40
) -> list[Point]:
    """Corners of an ellipse, turned clockwise by `turn` radians."""
    cosine, sine = math.cos(turn), math.sin(turn)
    points = []
    for step in range(steps):
        angle = 2 * math.pi * step / steps
        across, down = half_width * math.cos(angle), half_height * math.sin(angle)
        points.append((x + across * cosine - down * sine, y + across * sine + down * cosine))
    return points


def smooth(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """A closed Catmull-Rom curve through the points."""
    count = len(points)
    curve = []
    for index in range(count):
        a, b, c, d = (points[(index + offset) % count] for offset in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            curve.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return curve


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t**3)


def limb(start: Point, end: Point, start_width: float, end_width: float) -> list[Point]:
    """A tapered capsule from one point to another; widths are half widths."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    points = []
    for centre, radius, first in ((start, start_width, angle + math.pi / 2), (end, end_width, angle - math.pi / 2)):
        for step in range(13):
            turn = first + math.pi * step / 12
            points.append((centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)))
    return points
