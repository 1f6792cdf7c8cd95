"""Pairs become pictures: a heading, and below it both frames in boxes of one size, each with what it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PIL import Image, ImageDraw

from pipeline.letters.faces import Weight
from pipeline.previs.lettering import Font, font, plain, shorten, wrap, write
from pipeline.sheets.pair import Kind, Pair, Side

Colour = tuple[int, int, int]
GROUND: Colour = (17, 19, 23)
PAPER: Colour = (244, 242, 236)
DIM: Colour = (166, 171, 179)
_EMPTY: Colour = (31, 34, 40)
_INK: Colour = (17, 19, 23)
COLOURS: dict[Kind, Colour] = {
    "changed": (255, 188, 66),
    "added": (116, 205, 132),
    "removed": (240, 121, 107),
    "recut": (122, 178, 245),
}
_SHAPE = (16, 9)  # of a pair without any picture


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a pair is drawn, in pixels."""

    long: int  # the longer side of a frame
    size: int  # of its letters

    @property
    def gap(self) -> int:
        """Between the two frames, and around all."""
        return self.size

    @property
    def heading(self) -> int:
        """Height of the row with the name."""
        return round(self.size * 1.9)

    @property
    def caption(self) -> int:
        """Height of the row below the frames."""
        return round(self.size * 1.7)

    def font(self, weight: Weight, share: float = 1.0) -> Font:
        """Letters of that share of the size."""
        return font(weight, round(self.size * share))


LARGE, SMALL = Measure(640, 22), Measure(360, 17)


def box_of(pairs: Iterable[Pair], measure: Measure) -> tuple[int, int]:
    """Width and height, in pixels, of a box that each frame of the pairs fits into at the measure."""
    sides = [side for pair in pairs for side in (pair.before, pair.after)]
    sizes = [_within(side.picture.size, measure.long) for side in sides if side.picture]
    sizes = sizes or [_within(_SHAPE, measure.long)]
    return max(width for width, _ in sizes), max(height for _, height in sizes)


def _within(size: tuple[int, int], long: int) -> tuple[int, int]:
    scale = long / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def size_of(box: tuple[int, int], measure: Measure) -> tuple[int, int]:
    """Width and height of a whole pair with frames in such boxes."""
    return 2 * box[0] + measure.gap, measure.heading + box[1] + measure.caption


def drawn(pair: Pair, measure: Measure, box: tuple[int, int]) -> Image.Image:
    """The pair as one picture, without a margin around it."""
    picture = Image.new("RGB", size_of(box, measure), GROUND)
    _heading(picture, pair, measure)
    for left, title, side in ((0, "before", pair.before), (box[0] + measure.gap, "after", pair.after)):
        _frame(picture, side, (left, measure.heading), box, measure)
        _caption(picture, title, side, (left, measure.heading + box[1]), box[0], measure)
    return picture


def _heading(picture: Image.Image, pair: Pair, measure: Measure) -> None:
    draw, strong, tag = ImageDraw.Draw(picture), measure.font("Bold", 1.15), measure.font("Bold", 0.82)
    middle, pad = round(measure.heading * 0.42), round(measure.size * 0.4)
    tag_px = round(tag.getlength(pair.kind)) + 2 * pad
    name = shorten(plain(pair.name), strong, picture.width - tag_px - measure.gap)
    write(picture, (0, middle), name, PAPER, strong, "l")
    left = round(strong.getlength(name)) + round(measure.size * 0.7)
    half = round(measure.size * 0.62)
    draw.rounded_rectangle((left, middle - half, left + tag_px, middle + half), half * 0.5, COLOURS[pair.kind])
    write(picture, (left + pad, middle), pair.kind, _INK, tag, "l")


def _frame(picture: Image.Image, side: Side, at: tuple[int, int], box: tuple[int, int], measure: Measure) -> None:
    draw = ImageDraw.Draw(picture)
    edges = (at[0], at[1], at[0] + box[0] - 1, at[1] + box[1] - 1)
    if side.picture:
        draw.rectangle(edges, (0, 0, 0))
        scale = min(box[0] / side.picture.width, box[1] / side.picture.height)
        size = max(1, round(side.picture.width * scale)), max(1, round(side.picture.height * scale))
        shown = side.picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        picture.paste(shown, (at[0] + (box[0] - size[0]) // 2, at[1] + (box[1] - size[1]) // 2))
        return
    draw.rectangle(edges, _EMPTY)
    face, line = measure.font("Medium"), round(measure.size * 1.4)
    lines = wrap(side.words, face, box[0] - 2 * measure.gap, max(1, box[1] // line - 1))
    top = at[1] + box[1] / 2 - line * (len(lines) - 1) / 2
    for number, words in enumerate(lines):
        write(picture, (at[0] + box[0] / 2, top + number * line), words, DIM, face, "m")


def _caption(picture: Image.Image, title: str, side: Side, at: tuple[int, int], width: int, measure: Measure) -> None:
    strong, face = measure.font("Bold", 0.9), measure.font("Medium", 0.9)
    middle = at[1] + round(measure.caption * 0.5)
    write(picture, (at[0], middle), title, PAPER, strong, "l")
    if side.picture:
        left = strong.getlength(title) + measure.size * 0.6
        write(picture, (at[0] + left, middle), shorten(plain(side.words), face, width - left), DIM, face, "l")
