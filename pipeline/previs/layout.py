"""A frame size and a direction enter; the sizes of the slate's letters leave, and what of its text has room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.previs import signs
from pipeline.previs.lettering import Font, font, plain, shorten, wrap
from pipeline.previs.order import Direction, Figure
from pipeline.previs.people import COLOURS
from pipeline.previs.setting import Colour

ACCENT: Colour = (255, 188, 66)
MARK = "PREVIS"
TAKE = "take 0"  # of a rehearsal: those that are bought count from 1

_TALLEST_BAND = 0.4  # of the frame's height; what would make it taller is left out
# A line of more than about 95 letters is hard to follow back to the start of the next one.
_LONGEST_LINE = 48  # in font sizes
_ALL, _NO_NOTES, _ONE_LINE, _NO_CAST, _NO_ACTION, _NOTHING = range(6)


@dataclass(frozen=True, slots=True)
class Type:
    """Sizes of everything on the slate, in pixels, for one frame size."""

    width: int
    height: int
    margin: int
    body: Font
    strong: Font
    small: Font
    tiny: Font
    spoken: Font
    line: int  # from one baseline of the body to the next


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in the band, fitted to its width; "" and () for what is not there."""

    shot: str
    take: str  # beside the shot
    camera: str
    camera_below: bool  # on a row of its own, under the shot
    cast: tuple[tuple[str, Colour], ...]  # names and the colours of their figures
    cast_below: bool  # on a row of its own, under the action
    action: tuple[str, ...]
    notes: str

    @property
    def head(self) -> bool:
        """Whether there is a first row at all."""
        return bool(self.shot or self.camera)

    def height(self, type_: Type) -> int:
        """Of the whole band, in pixels."""
        whole = self.head + self.camera_below + len(self.action)
        lines = whole + (0.95 if self.cast_below else 0) + (0.9 if self.notes else 0)
        return round((lines + 0.75) * type_.line) if lines else 0


def type_for(width: int, height: int) -> Type:
    """Letters for a frame of that size. They grow slower than it: a thumbnail can be read, a wall does not shout."""
    body = max(7, round(0.0235 * min(width, height * 1.2) + 4.2))
    return Type(
        width=width,
        height=height,
        margin=max(3, round(0.034 * min(width, height))),
        body=font("Medium", body),
        strong=font("Bold", round(body * 1.12)),
        small=font("Medium", max(6, round(body * 0.82))),
        tiny=font("Bold", max(6, round(body * 0.78))),
        spoken=font("Medium", round(body * 1.22)),
        line=round(body * 1.36),
    )


def fit_rows(type_: Type, direction: Direction) -> Rows:
    """As much of the direction as has room in a band of at most two fifths of the frame."""
    fits = (_rows(type_, direction, level) for level in range(_NOTHING))
    nothing = Rows("", "", "", False, (), False, (), "")
    return next((rows for rows in fits if rows.height(type_) <= _TALLEST_BAND * type_.height), nothing)


def _rows(type_: Type, direction: Direction, level: int) -> Rows:
    room = type_.width - 2 * type_.margin
    shot = shorten(plain(direction.shot), type_.strong, room * 0.6)
    shot_px = type_.strong.getlength(shot) + type_.line if shot else 0
    take = TAKE if shot and level < _NO_CAST and shot_px + take_px(type_) < room * 0.6 else ""
    shot_px += take_px(type_) if take else 0
    camera, sign_px = plain(signs.words(direction.camera)), type_.line if signs.sign(direction.camera) else 0
    below = bool(shot and camera) and shot_px + sign_px + type_.body.getlength(camera) > room
    if below and level >= _NO_CAST:
        camera, below = "", False
    beside_px = 0 if below else shot_px
    camera = shorten(camera, type_.body, room - sign_px - beside_px)
    cast = _cast(direction.figures, type_, room) if level < _NO_CAST else ()
    cast_px = sum(name_px(name, type_) for name, _ in cast) + type_.line
    cast_below = bool(cast) and beside_px + sign_px + type_.body.getlength(camera) + cast_px > room
    if cast_below and level >= _ONE_LINE:
        cast, cast_below = (), False
    lines = 0 if level >= _NO_ACTION else 1 if level >= _ONE_LINE or type_.height < 16 * type_.line else 2
    action = tuple(wrap(direction.action, type_.body, min(room, type_.body.size * _LONGEST_LINE), lines))
    notes = shorten(plain(direction.notes), type_.small, room) if level < _NO_NOTES else ""
    return Rows(shot, take, camera, below, cast, cast_below, action, notes)


def _cast(figures: Sequence[Figure], type_: Type, room: float) -> tuple[tuple[str, Colour], ...]:
    cast: list[tuple[str, Colour]] = []
    used = 0.0
    for figure in figures:
        name = shorten(plain(figure.name), type_.small, room * 0.45)
        used += name_px(name, type_)
        if used > room or not name:
            break
        cast.append((name, COLOURS[figure.colour % len(COLOURS)]))
    return tuple(cast)


def name_px(name: str, type_: Type) -> float:
    """Room that a name takes with its dot and the space to the next, in pixels."""
    return type_.small.getlength(name) + type_.line * 1.15


def take_px(type_: Type) -> float:
    """Room that the take has beside the shot, in pixels."""
    return type_.small.getlength(TAKE) + type_.line * 0.4


def mark_box(type_: Type) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the mark in the upper left corner, in pixels."""
    letters = round(sum(type_.tiny.getlength(letter) for letter in MARK)) + mark_space(type_) * (len(MARK) - 1)
    margin = type_.margin
    return margin, margin, margin + letters + 2 * padding(type_), margin + round(type_.line * 1.02)


def mark_space(type_: Type) -> int:
    """Pixels between the letters of the mark: small capitals are set apart by a twelfth of their size."""
    return max(1, round(type_.tiny.size / 12))


def padding(type_: Type) -> int:
    """Pixels between a label's letters and its edge."""
    return round(type_.line * 0.36)
