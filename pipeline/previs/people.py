"""Figures and a shot size enter; where each of them stands, how large and how dressed, leaves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.previs.order import Figure
from pipeline.previs.setting import Colour

# Told apart from each other, from water, grass and brick, and by the colour-blind through their lightness.
COLOURS: tuple[Colour, ...] = (
    (236, 170, 58),
    (54, 142, 148),
    (214, 88, 76),
    (104, 112, 192),
    (132, 158, 82),
    (204, 116, 158),
    (94, 154, 212),
    (170, 108, 74),
)
HEADS = 7.4  # height of an adult in heads
_CHILD = 0.72  # of an adult's height
_STYLES = ("short", "long", "bun", "curly", "cap")
_CHILDREN = r"child|boy|girl|kid|son|daughter"
_UNIFORMED = r"keeper|captain|sailor|fisherman|driver|guard|soldier|pilot"
_WOMEN = r"woman|girl|lady|mother|queen|princess|witch|sister|daughter|grandmother|heroine|nun"
_MEN = r"man|boy|king|prince|father|brother|son|grandfather|monk|gentleman|wizard"
_BEARDED = r"keeper|captain|fisherman|king|grandfather|wizard|old man"


@dataclass(frozen=True, slots=True)
class Person:
    """Where and how one figure stands in the picture."""

    x: float  # of its middle, frame heights
    top: float  # of its head, frame heights
    head: float  # height of its head, frame heights
    colour: Colour
    style: str  # short long bun curly cap
    beard: bool
    facing: float  # -1 looks left, 1 right
    walking: bool


@dataclass(frozen=True, slots=True)
class _Sizing:
    """How a shot size shows people: the head's height and where it begins, in frame heights."""

    head: float
    top: float


# The lower sixth of the frame belongs to the slate, so feet, knees and waists are cut above it.
_SIZINGS = {
    "EWS": _Sizing(0.016, 0.60),
    "WS": _Sizing(0.050, 0.435),
    "FS": _Sizing(0.092, 0.125),
    "MWS": _Sizing(0.135, 0.115),
    "MS": _Sizing(0.195, 0.125),
    "MCU": _Sizing(0.29, 0.12),
    "CU": _Sizing(0.46, 0.13),
    "ECU": _Sizing(1.0, -0.10),
    "OTS": _Sizing(0.25, 0.17),
    "POV": _Sizing(0.14, 0.17),
}
_SHOULDER = _Sizing(0.42, 0.12)
# How far from the middle a single figure stands, in frame widths.
_ASIDE = {"CU": 0.035, "ECU": 0.035, "OTS": 0.15, "EWS": 0.15}


def stands(shot_size: str) -> bool:
    """Whether a shot of that size shows feet, so that people need ground to stand on."""
    return shot_size in ("EWS", "WS", "FS", "")


def feet_of(shot_size: str) -> float:
    """Where people stand, in frame heights, in a size that shows it."""
    sizing = _SIZINGS.get(shot_size, _SIZINGS["FS"])
    return sizing.top + HEADS * sizing.head


def compose(
    figures: Sequence[Figure], shot_size: str, aspect: float, sun_x: float, walking: bool
) -> tuple[Person, ...]:
    """Where the figures stand; `aspect` is the frame's width in frame heights, `sun_x` where the light comes from."""
    # Over the first one's shoulder; through the first one's eyes.
    shown = figures[1:] if shot_size in ("OTS", "POV") else figures
    if shot_size == "insert" or not shown:
        return ()
    sizing = _SIZINGS.get(shot_size, _SIZINGS["FS"])
    head = min(sizing.head, aspect / (1.62 * len(shown)), aspect / 1.25)
    spacing = min(2.75 * head, 0.92 * aspect / len(shown))
    side = _away(sun_x) if shot_size != "OTS" else -_away(sun_x)
    offset = side * aspect * _ASIDE.get(shot_size, 0.09) * (1.0 if len(shown) == 1 else 0.25)
    people = []
    for index, figure in enumerate(shown):
        place = index - (len(shown) - 1) / 2
        facing = -side if len(shown) == 1 else (1.0 if place < 0 else -1.0)
        person = _dressed(
            figure, offset + place * spacing, sizing.top + (sizing.head - head) / 2, head, facing, walking
        )
        people.append(_child(person, stands(shot_size)) if _is(_CHILDREN, figure) else person)
    return tuple(people)


def shoulder(figure: Figure, aspect: float, sun_x: float) -> Person:
    """The figure close to the lens, seen from behind, over whose shoulder the shot looks."""
    side, head = _away(sun_x), min(_SHOULDER.head, aspect * 0.36)
    return _dressed(figure, side * aspect * 0.33, _SHOULDER.top, head, -side, False)


def _away(sun_x: float) -> float:
    return -1.0 if sun_x > 0 else 1.0


def _dressed(figure: Figure, x: float, top: float, head: float, facing: float, walking: bool) -> Person:
    colour = COLOURS[figure.colour % len(COLOURS)]
    return Person(x, top, head, colour, _style(figure), _is(_BEARDED, figure), facing, walking)


def _style(figure: Figure) -> str:
    if _is(_UNIFORMED, figure):
        return "cap"
    if _is(_WOMEN, figure):
        return ("long", "bun")[figure.colour % 2]
    if _is(_MEN, figure):
        return ("short", "curly")[figure.colour % 2]
    return _STYLES[figure.colour % len(_STYLES)]


def _child(person: Person, whole: bool) -> Person:
    """A child beside adults: where feet are seen it stands as low as they do, else its head is only a little lower."""
    size = _CHILD if whole else 0.88
    lower = HEADS * person.head * (1 - _CHILD) * (1.0 if whole else 0.22)
    return Person(
        person.x,
        person.top + lower,
        person.head * size,
        person.colour,
        person.style,
        person.beard,
        person.facing,
        person.walking,
    )


def _is(words: str, figure: Figure) -> bool:
    return bool(re.search(rf"\b(?:{words})\b", figure.name, re.IGNORECASE))
