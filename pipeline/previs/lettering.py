"""Text and a size of letters enter; lines that fit and drawn letters leave."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from pipeline.letters.bidi import base_level
from pipeline.letters.faces import Face, Weight, face_of, has
from pipeline.letters.runs import Line, line

_MISSING = "\uffff"  # no character, so no font draws it
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Nobody reads more than this off a slate, and shaping a megabyte of text takes seconds.
_MOST_LETTERS = 1200
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_ABOVE, _BELOW = 1.25, 0.55  # room for letters with marks, from the baseline, in font sizes
_MIDDLE = 0.363  # of Inter's capitals and descenders, above the baseline


@dataclass(frozen=True, slots=True)
class Font:
    """Letters of one weight and size: Inter's, and for what it lacks those of the machine's fonts."""

    weight: Weight
    size: int  # pixels

    def getlength(self, text: str) -> float:
        """Width of the text on one line, in pixels."""
        return self.own.getlength(text) if _simple(text) else self._line(text).width

    def mask(self, text: str) -> tuple[Image.Image, int]:
        """The text as a mask, and how far below its upper edge the baseline is, in pixels."""
        above = math.ceil(self.size * _ABOVE)
        mask = Image.new("L", (math.ceil(self.getlength(text)) + 2 * BESIDE_PX, above + math.ceil(self.size * _BELOW)))
        draw = ImageDraw.Draw(mask)
        if _simple(text):
            draw.text((BESIDE_PX, above), text, font=self.own, fill=255, anchor="ls")
        else:
            self._line(text).draw(draw, BESIDE_PX, above)
        return mask, above

    @property
    def own(self) -> ImageFont.FreeTypeFont:
        """Inter alone."""
        own = face_of("A", self.weight, "")
        assert own is not None
        return own.sized(self.size)

    def _line(self, text: str) -> Line:
        return line(text, self.weight, "", self.size)


BESIDE_PX = 2  # pixels to each side of a mask, for what reaches over a letter's own width


def font(weight: Weight, size_px: int) -> Font:
    """Letters in the weight "Medium" or "Bold"."""
    return Font(weight, size_px)


def write(
    picture: Image.Image, at: tuple[float, float], words: str, colour: tuple[int, int, int], face: Font, anchor: str
) -> None:
    """Write on a picture; `anchor` is l, m or r for what the point is of the words, their height being around it."""
    mask, above = face.mask(words)
    share = {"l": 0.0, "m": 0.5, "r": 1.0}[anchor]
    left = round(at[0] - share * face.getlength(words)) - BESIDE_PX
    picture.paste(colour, (left, round(at[1] + _MIDDLE * face.size) - above), mask)


def leftward(text: str) -> bool:
    """Whether the text is read from right to left."""
    return base_level(text) == 1


def plain(text: str) -> str:
    """`text` on one line, without what can't be seen; a run of characters that no font here has becomes "[…]"."""
    head = unicodedata.normalize("NFC", text[: _MOST_LETTERS * 2])
    visible = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in head)
    drawn = "".join(char if has_glyph(char) else _MISSING for char in " ".join(visible.split()))
    return re.sub(f"{_MISSING}(?: ?{_MISSING})*", "[…]", drawn)[:_MOST_LETTERS]


@lru_cache(maxsize=4096)
def has_glyph(char: str) -> bool:
    """Whether a font here can draw the character."""
    return face_of(char, "Medium", "") is not None


def _simple(text: str) -> bool:
    """Whether Inter draws all of it, from left to right."""
    return all(map(_is_simple, text))


@lru_cache(maxsize=4096)
def _is_simple(char: str) -> bool:
    own = face_of("A", "Medium", "")
    return isinstance(own, Face) and has(own, char) and unicodedata.bidirectional(char) not in _RIGHT_TO_LEFT


def wrap(text: str, face: Font, width_px: float, most_lines: int) -> list[str]:
    """`text` broken into at most so many lines of the width, the last one ending in an ellipsis where there is more."""
    words = plain(text).split()
    lines: list[str] = []
    while words and len(lines) < most_lines:
        if len(lines) == most_lines - 1:
            return [*lines, shorten(" ".join(words), face, width_px)]
        words = _broken(words, face, width_px)
        count = _fitting(words, face, width_px)
        lines.append(" ".join(words[:count]))
        words = words[count:]
    return lines


def balanced(text: str, face: Font, width_px: float, most_lines: int) -> list[str]:
    """Like `wrap`, with the lines as even as they come: a subtitle must not end in a lone word."""
    lines = wrap(text, face, width_px, most_lines)
    if len(lines) < 2 or lines[-1].endswith("…"):
        return lines
    even = face.getlength(plain(text)) / len(lines)
    for step in range(8):
        narrower = wrap(text, face, even * (1 + step * 0.06), len(lines))
        if not narrower[-1].endswith("…"):
            return narrower
    return lines


def _broken(words: list[str], face: Font, width_px: float) -> list[str]:
    """The words, the first one broken in two where it is wider than a line by itself."""
    word, fits = words[0], len(words[0])
    while fits > 1 and face.getlength(word[:fits]) > width_px:
        fits -= 1
    return words if fits == len(word) else [word[:fits], word[fits:], *words[1:]]


def _fitting(words: list[str], face: Font, width_px: float) -> int:
    """How many of the words fit on one line; at least one."""
    count = 1
    while count < len(words) and face.getlength(" ".join(words[: count + 1])) <= width_px:
        count += 1
    return count


def shorten(text: str, face: Font, width_px: float) -> str:
    """`text` cut to the width with an ellipsis; "" where not even one letter fits."""
    if face.getlength(text) <= width_px:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if face.getlength(text[:middle].rstrip() + "…") <= width_px:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip(" ,.;:–-") + "…" if low else ""
