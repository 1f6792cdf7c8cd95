"""Words and a size enter; lines of them in type leave, in any script that the fonts of this machine have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image, ImageDraw

from pipeline.errors import is_harmless
from pipeline.letters.bidi import base_level
from pipeline.letters.faces import Weight
from pipeline.letters.runs import Line, line
from pipeline.words import broken

Side = Literal["", "left", "center", "right"]
Colour = tuple[int, int, int]
INK: Colour = (24, 24, 27)
GREY: Colour = (104, 104, 110)
LEADING = 1.34  # from one line to the next, of the height of its letters
_MOST = 900  # letters of one text: more of it is on no sheet
_EM = 0.5  # width of a usual letter, of its height
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class Type:
    """Letters of one size."""

    size_px: int
    weight: Weight = "Medium"
    colour: Colour = INK

    @property
    def leading_px(self) -> int:
        """From one line to the next."""
        return round(self.size_px * LEADING)


@dataclass(frozen=True, slots=True)
class Text:
    """Words that were broken into lines."""

    lines: tuple[Line, ...] = ()
    leftward: bool = False  # they run from right to left, and stand at the right

    @property
    def width(self) -> float:
        """Pixels."""
        return max((each.width for each in self.lines), default=0.0)

    def first(self, most: int) -> Text:
        """As many of the lines as there is room for."""
        return Text(self.lines[: max(0, most)], self.leftward)


@dataclass(slots=True)
class Sheet:
    """A page that is written on; letters are gathered by their colour and become ink at the end."""

    image: Image.Image
    language: str
    _inks: dict[Colour, Image.Image] = field(default_factory=dict)

    def write(self, text: Text, type_: Type, left: float, top: float, room: float, side: Side = "") -> float:
        """Lines below each other, their letters from `top` on; where that ends. Without a `side` as they run."""
        draw = ImageDraw.Draw(self._ink(type_.colour))
        way = side or ("right" if text.leftward else "left")
        for each in text.lines:
            x = left + (room - each.width) * {"left": 0, "center": 0.5, "right": 1}[way]
            each.draw(draw, round(x), round(top + type_.size_px))
            top += type_.leading_px
        return top

    def set(self, text: str, type_: Type, room: float, most: int) -> Text:
        """The text in at most so many lines of the width, the last one ending in an ellipsis where there is more."""
        shown = plain(text)
        if not shown or most < 1:
            return Text()
        base = base_level(shown)
        found = self._wrapped(shown, type_, room, base)
        cut = len(found) > most or len(text) > _MOST
        while cut and (len(found) > most or not shown.endswith("…")):
            shown = shown.removesuffix("…")
            left = len(shown) * 9 // 10 if len(found) > most else len(shown) - 1
            shown = shown[: max(1, left)].rstrip(" ,.;:–-") + "…"
            found = self._wrapped(shown, type_, room, base)
            if len(shown) <= 2:
                break
        return Text(tuple(found[:most]), base == 1)

    def line(self, text: str, type_: Type) -> Text:
        """The text on one line, however wide."""
        return Text((line(plain(text), type_.weight, self.language, type_.size_px),))

    def finished(self) -> Image.Image:
        """The page with all its letters."""
        for colour, mask in self._inks.items():
            self.image.paste(colour, (0, 0), mask)
        self._inks.clear()
        return self.image

    def _wrapped(self, text: str, type_: Type, room: float, base: int) -> list[Line]:
        columns = max(4, int(room / (type_.size_px * _EM)))
        while True:
            found = [line(each, type_.weight, self.language, type_.size_px, base) for each in broken(text, columns)]
            if columns <= 4 or max(each.width for each in found) <= room:
                return found
            columns = max(4, int(columns * 0.94))

    def _ink(self, colour: Colour) -> Image.Image:
        if colour not in self._inks:
            self._inks[colour] = Image.new("L", self.image.size)
        return self._inks[colour]


def plain(text: str, most: int | None = _MOST) -> str:
    """As much of the text as is shown, on one line; what can't be seen is written escaped."""
    return " ".join("".join(_shown(text[:most])).split())


def _shown(text: str) -> Iterator[str]:
    for char in text:
        if is_harmless(char) or char in _JOINERS:
            yield char
        else:
            yield " " if char in "\t\r\u2028\u2029" else char.encode("unicode_escape").decode("ascii")
