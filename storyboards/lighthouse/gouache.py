"""Paths, colours and seeds enter; a picture in flat gouache leaves: layered washes, dry-brush edges, a little grain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SCALE = 2  # every picture is drawn at twice its size: the reduction is what smooths the edges
DOWN = (0.0, 1.0)

Mask = Image.Image  # mode L, as large as the picture at work
Field = NDArray[Any]
Point = tuple[float, float]
Outline = str | Sequence[Point] | Field  # in pixels of the final picture; the text form is read by `dots`
Way = tuple[float, float]
Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Art:
    """One picture at work.

    px: float32, height x width x 3, RGB, 0 to 1, at SCALE times the final size.
    tooth: float32, height x width, about -2 to 2; the paper and bristle marks that break gradients and soft edges.
    wash: the same, but slow: the uneven strength of a flat colour.
    """

    px: Field
    tooth: Field
    wash: Field
    rng: np.random.Generator


def noise(rng: np.random.Generator, size: tuple[int, int], cell: tuple[int, int]) -> Field:
    small = rng.standard_normal((size[1] // cell[1] + 3, size[0] // cell[0] + 3)).astype(np.float32)
    return np.asarray(Image.fromarray(small).resize(size, Image.Resampling.BICUBIC))


def bristle(rng: np.random.Generator, size: tuple[int, int], angle: float) -> Field:
    side = int(math.hypot(*size)) + 4
    streaks = Image.fromarray(noise(rng, (side, side), (110, 4))).rotate(angle, Image.Resampling.BILINEAR)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return np.asarray(streaks.crop((left, top, left + size[0], top + size[1])))


def paper(width: int, height: int, seed: int, angle: float, sky: str) -> Art:
    """A new picture filled from top to bottom: `sky` is `"0 124 0.5 278"`, each share of the height and its colour."""
    rng, size = np.random.default_rng(seed), (width * SCALE, height * SCALE)
    tooth = 0.65 * noise(rng, size, (2, 2)) + 0.55 * bristle(rng, size, angle) + 0.5 * noise(rng, size, (9, 7))
    wash = noise(rng, size, (260, 200)) + 0.5 * noise(rng, size, (90, 60))
    down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None] + tooth * 0.012 + wash * 0.015
    words = sky.split()
    tints = np.stack([rgb(word) for word in words[1::2]])
    px = np.stack([np.interp(down, [float(word) for word in words[::2]], tint) for tint in tints.T], -1)
    return Art(px.astype(np.float32), tooth, wash, rng)


def rgb(tint: str) -> Field:
    """A colour of three hexadecimal digits, or of six, as red, green and blue from 0 to 1."""
    step = len(tint) // 3
    return np.array([int(tint[at : at + step], 16) / (16**step - 1) for at in range(0, len(tint), step)], np.float32)


def mix(tint: str, other: str, share: float) -> str:
    return "".join(f"{round(255 * part):02x}" for part in (rgb(tint) + (rgb(other) - rgb(tint)) * share).tolist())


def dots(text: str) -> list[Point]:
    """`"10,20 30,40!"` as points; the point with `!` is a corner, which `curve` reads from a point given twice."""
    points = []
    for word in text.split():
        x, y = word.rstrip("!").split(",")
        points += [(float(x), float(y))] * (2 if word.endswith("!") else 1)
    return points


def moved(path: str, x: float, y: float, size: float = 1.0, tilt: float = 0.0) -> list[Point]:
    """The path's points turned by `tilt` degrees, enlarged, and set down with their origin at x, y."""
    c, s = size * math.cos(math.radians(tilt)), size * math.sin(math.radians(tilt))
    return [(x + c * a - s * b, y + s * a + c * b) for a, b in dots(path)]


def curve(points: Outline, closed: bool) -> Field:
    """A smooth line (Catmull-Rom) through the points."""
    knots = np.asarray(dots(points) if isinstance(points, str) else points, np.float64)
    ring = np.vstack([knots[-1:], knots, knots[:2]]) if closed else np.vstack([knots[:1], knots, knots[-1:]])
    a, b, c, d = (ring[at : len(ring) - 3 + at, None] for at in range(4))
    t = np.linspace(0, 1, 14, endpoint=False)[None, :, None]
    line = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    line = line[np.hypot(*(c - b)[:, 0].T) > 0].reshape(-1, 2)
    return line if closed else np.vstack([line, knots[-1:]])


def polygons(art: Art, outlines: Sequence[Outline]) -> Mask:
    mask = Image.new("L", art.tooth.shape[::-1])
    pen = ImageDraw.Draw(mask)
    for outline in outlines:
        pen.polygon([tuple(dot) for dot in np.asarray(outline) * SCALE], fill=255)
    return mask


def shape(art: Art, path: Outline) -> Mask:
    return polygons(art, [curve(path, closed=True)])


def disc(art: Art, x: float, y: float, across: float, down: float | None = None) -> Mask:
    turn = np.linspace(0, math.tau, 90)
    return polygons(art, [np.stack([x + across * np.cos(turn), y + (down or across) * np.sin(turn)], 1)])


def ribbon(path: Outline, wide: float, ends: float) -> Field:
    line = curve(path, closed=False)
    width = wide / 2 * np.maximum(np.sin(np.linspace(0, np.pi, len(line))) ** 0.7, ends)
    step = np.gradient(line, axis=0)
    side = np.stack([-step[:, 1], step[:, 0]], 1) / np.maximum(np.hypot(*step.T), 1e-6)[:, None] * width[:, None]
    return np.vstack([line + side, (line - side)[::-1]])


def both(mask: Mask, other: Mask) -> Mask:
    return ImageChops.multiply(mask, other)


def blur(mask: Mask, radius: float) -> Mask:
    return mask.filter(ImageFilter.GaussianBlur(radius * SCALE))


def dried(mask: Mask, tooth: Field, radius: float) -> Mask:
    """The mask with the broken edge that a nearly dry brush leaves."""
    reach = np.asarray(blur(mask, radius), np.float32) / 255 + tooth * 0.13
    return Image.fromarray((np.clip((reach - 0.5) * 4 + 0.5, 0, 1) * 255).astype(np.uint8))


def ramp(box: Box, along: Way) -> Field:
    x = np.linspace(-0.5, 0.5, box[2] - box[0], dtype=np.float32)[None, :]
    y = np.linspace(-0.5, 0.5, box[3] - box[1], dtype=np.float32)[:, None]
    return 0.5 + (x * along[0] + y * along[1]) / (abs(along[0]) + abs(along[1]))


def around(mask: Mask, margin: float) -> Box | None:
    """The box of the mask's painted part with a margin in pixels, or None if there is none."""
    box, edge = mask.getbbox(), round(margin * SCALE)
    return box and (
        max(box[0] - edge, 0),
        max(box[1] - edge, 0),
        min(box[2] + edge, mask.width),
        min(box[3] + edge, mask.height),
    )


def fill(
    art: Art,
    area: Mask | Outline,
    tint: str,
    along: Way = DOWN,
    on: Mask | None = None,
    dry: float = 0,
    soft: float = 0,
    alpha: float = 1.0,
) -> Mask:
    """Lay a wash over a path or mask and hand back the mask, for others to be clipped by.

    `tint` is one colour or, `along` a direction, two; `on` clips; `dry` and `soft` are the widths of a broken or a
    blurred edge, in pixels.
    """
    mask = area if isinstance(area, Mask) else shape(art, area)
    if box := around(mask, 3 * max(dry, soft)):
        part = np.s_[box[1] : box[3], box[0] : box[2]]
        piece = mask.crop(box)
        piece = dried(piece, art.tooth[part], dry) if dry else blur(piece, soft) if soft else piece
        piece = both(piece, on.crop(box)) if on else piece
        first, last = rgb(tint.split()[0]), rgb(tint.split()[-1])
        share = np.clip(ramp(box, along) + art.tooth[part] * 0.1, 0, 1)[..., None]
        wash = (first + (last - first) * share) * (1 + 0.03 * art.wash[part] + 0.018 * art.tooth[part])[..., None]
        art.px[part] += (wash - art.px[part]) * (np.asarray(piece, np.float32)[..., None] * (alpha / 255))
    return mask


def line(
    art: Art, paths: str | Sequence[Outline], wide: float, tint: str, along: Way = DOWN, ends: float = 0.0, **how: Any
) -> Mask:
    """Brush strokes through paths (`"1,2 3,4; 5,6 7,8"`), swelling to `wide` from the share `ends` of it."""
    paths = paths.split(";") if isinstance(paths, str) else paths
    return fill(art, polygons(art, [ribbon(path, wide, ends) for path in paths]), tint, along, **how)


def shine(art: Art, part: Any, light: Field, tint: str) -> None:
    """Add light to a part of the picture the way a second lamp would: it brightens, and never past white."""
    lit = np.clip(light * (1 + 0.05 * art.tooth[part]), 0, 1)[..., None] * rgb(tint)
    art.px[part] = 1 - (1 - art.px[part]) * (1 - lit)


def glow(art: Art, x: float, y: float, radius: float, tint: str, strength: float) -> None:
    left, top = (max(round((at - 2 * radius) * SCALE), 0) for at in (x, y))
    part = np.s_[top : round((y + 2 * radius) * SCALE), left : round((x + 2 * radius) * SCALE)]
    down, across = (np.arange(count, dtype=np.float32) / SCALE for count in art.tooth[part].shape)
    squares = (down + top / SCALE - y)[:, None] ** 2 + (across + left / SCALE - x)[None, :] ** 2
    shine(art, part, np.exp(squares * (-2 / radius**2)) * strength, tint)


def beam(art: Art, path: Outline, tint: str, strength: float, soft: float) -> None:
    shine(art, np.s_[:, :], np.asarray(blur(shape(art, path), soft), np.float32) * (strength / 255), tint)


def finish(art: Art, vignette: float = 0.35) -> Image.Image:
    """The picture at its final size, with darker corners, a little more contrast and colour."""
    height, width = art.tooth.shape
    across, down = np.linspace(-1, 1, width)[None, :] ** 2, np.linspace(-1, 1, height)[:, None] ** 2
    shade = (1 - vignette * np.clip((across + down) / 2 - 0.25, 0, 1)) * (1 + 0.012 * art.tooth)
    px = np.clip(art.px, 0, 1) * shade[..., None].astype(np.float32)
    px = px + 0.35 * (px * px * (3 - 2 * px) - px)
    grey = px.mean(-1, keepdims=True)
    picture = Image.fromarray((np.clip(grey + (px - grey) * 1.16, 0, 1) * 255).astype(np.uint8))
    return picture.resize((width // SCALE, height // SCALE), Image.Resampling.LANCZOS)
