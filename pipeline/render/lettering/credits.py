"""Lines of credits come in; they go out set in type, parts beside the names of who had them."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import ImageDraw

from pipeline.letters.bidi import base_level
from pipeline.letters.runs import Line, line
from pipeline.render.lettering.blocks import SAFE, SMALLEST_PX, STEP, Frame, blank, mask_of, on
from pipeline.render.lettering.plate import Layer, Plate
from pipeline.words import Words

_SHARE, _SHARE_TALL = 0.046, 0.042  # height of the letters, of the film's shorter side
_DIM = 0.66  # how strong parts are beside names
_LEADING, _ABOVE = 1.6, 0.5  # of a line, and more of it above each part, in heights of its letters
_HALF = 0.43  # of the film's width, that parts and names may take on their side of the middle


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str, ...]  # a text, or a part and a name; the part is "" where it is that of the row before
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    rows: tuple[_Row, ...]
    size_px: int
    stacked: bool  # each part over its names, where there is no room beside them

    @property
    def height(self) -> float:
        """Pixels."""
        return sum(self.step(row) for row in self.rows)

    @property
    def width(self) -> float:
        """Of the widest cell, in pixels."""
        return max(each.width for row in self.rows for each in row.lines)

    def step(self, row: _Row) -> float:
        """Pixels from where a row begins to where the next one does."""
        over = self.stacked and len(row.cells) > 1 and row.cells[0] != ""
        return self.size_px * (_LEADING * (1 + over) + _ABOVE * (row.cells[0] != ""))


def credits_plate(words: Words, frame: Frame, background: str) -> Plate:
    """Parts to the left of the middle and names to its right; in a narrow film each part over its names."""
    table = _fitted(words, frame)
    high = round(table.height / 2 + 1) * 2 if words.rolls else frame.height
    strong, dim = blank((frame.width, high)), blank((frame.width, high))
    mirrored = base_level(words.text) == 1
    y = 0.0 if words.rolls else (frame.height - table.height) / 2
    for row in table.rows:
        _write(row, table, ImageDraw.Draw(strong), ImageDraw.Draw(dim), y, mirrored=mirrored)
        y += table.step(row)
    return Plate([Layer(mask_of(dim), on(background), _DIM), Layer(mask_of(strong), on(background))])


def _fitted(words: Words, frame: Frame) -> _Table:
    size = round(frame.unit * (_SHARE_TALL if frame.tall else _SHARE))
    while True:
        rows = [_Row(row, tuple(line(cell, "Medium", frame.language, size) for cell in row)) for row in words.rows]
        half = max((each.width for row in rows if len(row.cells) > 1 for each in row.lines), default=0)
        table = _Table(tuple(rows), size, frame.tall or half > frame.width * _HALF)
        free = 1 - 2 * SAFE
        if table.width <= frame.width * free and (words.rolls or table.height <= frame.height * free):
            return table
        if size <= SMALLEST_PX:
            return table
        size = max(SMALLEST_PX, int(size * STEP))


def _write(
    row: _Row, table: _Table, strong: ImageDraw.ImageDraw, dim: ImageDraw.ImageDraw, y: float, *, mirrored: bool
) -> None:
    middle, gap = strong.im.size[0] / 2, table.size_px * 0.6
    y += table.size_px * (1.1 + _ABOVE * (row.cells[0] != ""))
    if len(row.lines) == 1:
        _centred(strong, row.lines[0], middle, y)
        return
    part, name = row.lines
    if table.stacked:
        if part.runs:
            _centred(dim, part, middle, y)
            y += table.size_px * _LEADING
        _centred(strong, name, middle, y)
    else:
        part.draw(dim, round(middle + gap if mirrored else middle - gap - part.width), round(y))
        name.draw(strong, round(middle - gap - name.width if mirrored else middle + gap), round(y))


def _centred(draw: ImageDraw.ImageDraw, each: Line, middle: float, y: float) -> None:
    each.draw(draw, round(middle - each.width / 2), round(y))
