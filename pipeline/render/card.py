"""Words come in; the picture that stands in for a shot without a clip goes out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from pipeline.errors import printable

_WHITE, _GREY = (235, 235, 235), (170, 170, 170)
_LINES = 8  # of words at most; a card is glanced at


def card(width: int, height: int, shot: str, words: str) -> NDArray[np.uint8]:
    """A black frame with the shot's id and `words` in its middle: uint8, height x width x 3, RGB."""
    image = Image.new("RGB", (width, height))
    draw, unit = ImageDraw.Draw(image), min(width, height)
    title, body = font(max(12, unit // 14)), font(max(10, unit // 24))
    lines = [(line, title, _WHITE) for line in wrapped(printable(shot), title, width * 0.8)[:1]]
    lines += [(line, body, _GREY) for line in wrapped(printable(words), body, width * 0.8)[:_LINES]]
    heights = [each.size * 1.5 for _, each, _ in lines]
    y = (height - sum(heights)) / 2
    for (line, each, colour), high in zip(lines, heights, strict=True):
        draw.text((width / 2, y + high / 2), line, fill=colour, font=each, anchor="mm")
        y += high
    return np.asarray(image)


def font(size: float) -> FreeTypeFont:
    """The face that cards are set in, `size` pixels high."""
    face = ImageFont.load_default(size)
    assert isinstance(face, FreeTypeFont), "Pillow was built without FreeType"
    return face


def wrapped(text: str, face: FreeTypeFont, width: float) -> list[str]:
    """`text` in lines of at most `width` pixels, broken between words, and inside those that are wider alone."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if face.getlength(f"{line} {word}".strip()) <= width:
                line = f"{line} {word}".strip()
                continue
            lines += [line] if line else []
            *full, line = _pieces(word, face, width)
            lines += full
        lines.append(line)
    return lines


def _pieces(word: str, face: FreeTypeFont, width: float) -> list[str]:
    pieces = [""]
    for char in word:
        if pieces[-1] and face.getlength(pieces[-1] + char) > width:
            pieces.append("")
        pieces[-1] += char
    return pieces
