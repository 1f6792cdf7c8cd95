"""Text and a font size enter; lines that fit and drawn letters leave."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

_FONTS = Path(__file__).parents[1] / "fonts"
_MISSING = "\uffff"  # no character, so no font draws it
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
# Nobody reads more than this off a slate, and shaping a megabyte of text takes seconds.
_MOST_LETTERS = 1200


@lru_cache(maxsize=32)
def font(weight: str, size_px: int) -> Font:
    """Inter in the weight "Medium" or "Bold"."""
    return ImageFont.truetype(str(_FONTS / f"Inter-{weight}.otf"), size_px)


def plain(text: str) -> str:
    """`text` on one line, without what can't be seen; a run of characters that the font lacks becomes "[…]"."""
    head = unicodedata.normalize("NFC", text[: _MOST_LETTERS * 2])
    visible = "".join(" " if unicodedata.category(char) in _UNSEEN else char for char in head)
    drawn = "".join(char if has_glyph(char) else _MISSING for char in " ".join(visible.split()))
    return re.sub(f"{_MISSING}(?: ?{_MISSING})*", "[…]", drawn)[:_MOST_LETTERS]


@lru_cache(maxsize=4096)
def has_glyph(char: str) -> bool:
    """Whether the font can draw the character: those that it can't all look the same."""
    face = font("Medium", 24)
    return char == " " or bytes(face.getmask(char)) != bytes(face.getmask(_MISSING))


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
