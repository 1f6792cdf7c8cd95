"""A Board becomes pages of paper as storyboards are printed: panels in rows, with what happens below each."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from PIL import Image, ImageDraw

from pipeline.frames import plain_seconds
from pipeline.sheets.moves import Stroke, strokes
from pipeline.sheets.panel import Board, Panel, Paper
from pipeline.sheets.writing import GREY, INK, Colour, Sheet, Type

DPI = 300
SIZES_MM: dict[Paper, tuple[float, float]] = {"a4": (297, 210), "letter": (279.4, 215.9)}
_MARGIN_MM, _HEADER_MM, _GAP_MM, _ROW_GAP_MM = 13, 17, 8, 7
_PAPER: Colour = (255, 255, 255)
_RULE: Colour = (196, 196, 200)
_EMPTY: Colour = (240, 240, 241)
_MARK: Colour = (206, 52, 30)  # of arrows: on white, which has an edge on every picture
_MOST_LINES = 3  # of dialogue
_TEXT_MM = 31  # below a picture at least


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where panels lie on a page, in pixels."""

    columns: int
    rows: int
    width: float  # of a panel
    height: float  # of a panel, with its words
    picture: tuple[int, int]


def pages(board: Board, paper: Paper) -> Iterator[Image.Image]:
    """The pages, RGB, `DPI` dots an inch, one after another; the same for the same board."""
    size = _px(SIZES_MM[paper][0]), _px(SIZES_MM[paper][1])
    grid = _grid(size, board.shape)
    each = grid.columns * grid.rows
    count = max(1, math.ceil(len(board.panels) / each))
    for number in range(count):
        sheet = Sheet(Image.new("RGB", size, _PAPER), board.language)
        _header(sheet, board, number + 1, count)
        for place, panel in enumerate(board.panels[number * each : (number + 1) * each]):
            row, column = divmod(place, grid.columns)
            left = _px(_MARGIN_MM) + column * (grid.width + _px(_GAP_MM))
            top = _px(_MARGIN_MM + _HEADER_MM) + row * (grid.height + _px(_ROW_GAP_MM))
            _panel(sheet, panel, round(left), round(top), grid)
        yield sheet.finished()


def _px(mm: float) -> int:
    return round(mm * DPI / 25.4)


def _points(points: float) -> int:
    return round(points * DPI / 72)


def _grid(size: tuple[int, int], shape: Fraction) -> _Grid:
    """The grid of six panels or so in which pictures of the shape are largest."""
    room = size[0] - 2 * _px(_MARGIN_MM), size[1] - _px(2 * _MARGIN_MM + _HEADER_MM)
    choices = ((3, 2), (4, 2), (5, 1), (4, 1))
    return max((_cells(room, shape, *each) for each in choices), key=_worth)


def _cells(room: tuple[int, int], shape: Fraction, columns: int, rows: int) -> _Grid:
    width = (room[0] - (columns - 1) * _px(_GAP_MM)) / columns
    height = (room[1] - (rows - 1) * _px(_ROW_GAP_MM)) / rows
    high = min(width / shape, height - _px(_TEXT_MM))
    return _Grid(columns, rows, width, height, (round(high * shape), round(high)))


def _worth(grid: _Grid) -> float:
    return math.sqrt(grid.columns * grid.rows) * grid.picture[0] * grid.picture[1]


def _header(sheet: Sheet, board: Board, number: int, count: int) -> None:
    left, top, room = _px(_MARGIN_MM), _px(_MARGIN_MM), sheet.image.width - 2 * _px(_MARGIN_MM)
    title, about = Type(_points(17), "Bold"), Type(_points(9), colour=GREY)
    end = sheet.write(sheet.set(board.title, title, room * 0.8, 1), title, left, top - title.size_px * 0.25, room)
    sheet.write(sheet.set(board.about, about, room * 0.8, 1), about, left, end - _px(0.6), room)
    sheet.write(sheet.line(f"{number} / {count}", about), about, left, top, room, "right")
    rule = top + _px(_HEADER_MM - 5)
    ImageDraw.Draw(sheet.image).line((left, rule, left + room, rule), _RULE, max(1, _px(0.25)))


def _panel(sheet: Sheet, panel: Panel, left: int, top: int, grid: _Grid) -> None:
    name, small = Type(_points(11), "Bold"), Type(_points(8), colour=GREY)
    room = grid.picture[0]
    length = sheet.line(f"{plain_seconds(panel.seconds)} s", small)
    named = sheet.set(panel.shot, name, room * 0.5, 1)
    sheet.write(named, name, left, top, room, "left")
    low = top + name.size_px - small.size_px  # both stand on one line
    sheet.write(length, small, left, low, room, "right")
    if panel.into:
        begin = left + named.width + _px(2)
        most = room - (begin - left) - length.width - _px(3)
        sheet.write(sheet.set(panel.into, small, most, 1), small, begin, low, most, "left")
    picture = top + name.leading_px
    _picture(sheet, panel, (left, picture), grid.picture)
    _words(sheet, panel, left, picture + grid.picture[1] + _px(1.6), room, top + grid.height)


def _picture(sheet: Sheet, panel: Panel, at: tuple[int, int], size: tuple[int, int]) -> None:
    draw = ImageDraw.Draw(sheet.image)
    edges = (at[0], at[1], at[0] + size[0] - 1, at[1] + size[1] - 1)
    if panel.picture:
        sheet.image.paste(_covering(panel.picture, size), at)
        sheet.image.paste(_marked(sheet.image.crop((*at, at[0] + size[0], at[1] + size[1])), panel.movement), at)
    else:
        draw.rectangle(edges, _EMPTY)
        small = Type(_points(8), colour=GREY)
        lines = sheet.set(panel.why, small, size[0] * 0.8, 4)
        top = at[1] + (size[1] - len(lines.lines) * small.leading_px) / 2
        sheet.write(lines, small, at[0] + size[0] * 0.1, top, size[0] * 0.8, "center")
    draw.rectangle(edges, outline=INK, width=max(1, _px(0.3)))


def _covering(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of the picture, as large as the box."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    wide, high = min(picture.width, size[0] / scale), min(picture.height, size[1] / scale)
    left, top = (picture.width - wide) / 2, (picture.height - high) / 2
    return picture.resize(size, Image.Resampling.LANCZOS, (left, top, left + wide, top + high))


def _marked(picture: Image.Image, movement: str) -> Image.Image:
    """The picture with the movement of the camera drawn over it."""
    made = strokes(movement)
    if not made:
        return picture
    twice = picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)
    pen = max(2, min(twice.size) // 80)
    draw = ImageDraw.Draw(twice)
    for width, colour in ((pen * 2.1, _PAPER), (pen, _MARK)):
        for stroke in made:
            _stroke(draw, stroke, twice.size, width, colour, pen)
    return twice.resize(picture.size, Image.Resampling.LANCZOS)


def _stroke(
    draw: ImageDraw.ImageDraw, stroke: Stroke, size: tuple[int, int], width: float, colour: Colour, pen: float
) -> None:
    points = [(x * size[0], y * size[1]) for x, y in stroke.points]
    if stroke.closed:
        draw.polygon(points, fill=_PAPER)
        points = [*points, points[0], points[1]]
    if stroke.head:
        points = _headed(draw, points, width, colour, pen)
    for run in _dashes(points, pen * 5) if stroke.dashed else [points]:
        draw.line(run, colour, round(width), joint="curve")
        for x, y in (run[0], run[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), colour)


def _headed(
    draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, colour: Colour, pen: float
) -> list[tuple[float, float]]:
    """Draws the head at the end; the rest of the line, which ends inside of it."""
    tip, long, more = points[-1], pen * 5.5, (width - pen) / 2
    before = next((one for one in reversed(points) if math.dist(one, tip) > long * 0.8), points[0])
    angle = math.atan2(tip[1] - before[1], tip[0] - before[0])
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))

    def at(back: float, side: float) -> tuple[float, float]:
        return tip[0] - back * along[0] + side * across[0], tip[1] - back * along[1] + side * across[1]

    wide, base = long * 0.5 + more * 2, long + more
    draw.polygon([at(-more * 2, 0), at(base, wide), at(base, -wide)], colour)
    return [*(one for one in points if math.dist(one, tip) > long), at(long * 0.8, 0)]


def _dashes(points: list[tuple[float, float]], length: float) -> Iterator[list[tuple[float, float]]]:
    for begin, end in pairwise(points):
        far = math.dist(begin, end)
        count = max(1, round(far / length / 2))
        for number in range(count):
            shares = number / count, (number + 0.55) / count
            yield [(begin[0] + (end[0] - begin[0]) * share, begin[1] + (end[1] - begin[1]) * share) for share in shares]


def _words(sheet: Sheet, panel: Panel, left: int, top: float, room: float, bottom: float) -> None:
    """Camera, action, dialogue and notes, as far as there is room: what is spoken before all of what happens."""
    camera, body, bold = Type(_points(8), "Bold", GREY), Type(_points(8.5)), Type(_points(8.5), "Bold")
    small = Type(_points(8), colour=GREY)
    top = sheet.write(sheet.set(" · ".join(panel.camera), camera, room, 1), camera, left, top, room)
    spoken = [sheet.set(line, bold, room, 2) for line in panel.dialogue[:_MOST_LINES]]
    notes = sheet.set(f"Note: {panel.notes}" if panel.notes else "", small, room, 2)
    rest = sum(len(each.lines) for each in spoken) * body.leading_px + len(notes.lines) * small.leading_px
    most = max(1, int((bottom - top - rest) / body.leading_px))
    top = sheet.write(sheet.set(panel.action, body, room, most), body, left, top, room)
    for each in spoken:
        fits = each.first(int((bottom - top) / body.leading_px))
        top = sheet.write(fits, bold, left, top + _px(0.3), room)
    sheet.write(notes.first(int((bottom - top) / small.leading_px)), small, left, top + _px(0.3), room)
