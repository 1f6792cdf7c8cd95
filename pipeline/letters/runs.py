"""A line of words comes in; runs of it that one font draws in one direction go out, placed from left to right."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import ImageDraw
from PIL.ImageFont import FreeTypeFont

from pipeline.letters import arabic
from pipeline.letters.bidi import base_level, levels, visual
from pipeline.letters.faces import Face, Weight, face_of, has, script, shapes

MISSING = "[…]"  # stands for letters that no font here has
# Scripts whose letters change with their neighbours by more than Arabic's four forms.
COMPLEX = frozenset(
    {
        "BALINESE", "BENGALI", "DEVANAGARI", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA", "KHMER", "LAO", "MALAYALAM",
        "MONGOLIAN", "MYANMAR", "NKO", "ORIYA", "SINHALA", "SYRIAC", "TAMIL", "TELUGU", "THAANA", "THAI", "TIBETAN",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that one font draws in one direction."""

    text: str
    face: Face
    leftward: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline, at one size."""

    runs: tuple[Run, ...]  # from left to right
    size_px: int

    @property
    def width(self) -> float:
        """Pixels."""
        return sum(_length(run, self.size_px) for run in self.runs)

    def draw(self, draw: ImageDraw.ImageDraw, x: float, y: float, stroke: int = 0) -> None:
        """Draw it with its baseline at `y`, from `x` on, all letters widened by `stroke` pixels."""
        for run in self.runs:
            font, text, direction = _shaped(run, self.size_px)
            draw.text((x, y), text, fill=255, font=font, anchor="ls", direction=direction, stroke_width=stroke)
            x += _length(run, self.size_px)


def line(text: str, weight: Weight, language: str, size_px: int, base: int | None = None) -> Line:
    """The words of a line in the fonts that have their letters; `base` is the direction of the whole text."""
    drawn = _drawable(text, weight, language)
    found = levels(drawn, base_level(text) if base is None else base)
    faces = tuple(_faces(drawn, weight, language))
    runs = [run for begin, end in visual(found) for run in _parted(drawn, faces, begin, end, found[begin] % 2 == 1)]
    return Line(tuple(runs), size_px)


def lacking(text: str, weight: Weight, language: str) -> dict[str, str]:
    """The letters that no font here draws, by their script."""
    found: dict[str, str] = {}
    for char in dict.fromkeys(text):
        if face_of(char, weight, language) is None:
            found[script(char)] = found.get(script(char), "") + char
    return found


def faces_in(text: str, weight: Weight, language: str) -> frozenset[Face]:
    """The fonts that draw it."""
    return frozenset(_faces(_drawable(text, weight, language), weight, language))


def _drawable(text: str, weight: Weight, language: str) -> str:
    """The text, with a sign in place of each run of letters that no font here has."""
    found = ""
    for char in text:
        if face_of(char, weight, language) is not None:
            found += char
        elif not found.endswith(MISSING):
            found += MISSING
    return found


def _faces(text: str, weight: Weight, language: str) -> Iterator[Face]:
    """The font of each character; what is no letter stays with the letter before it."""
    last: Face | None = None
    for char in text:
        free = unicodedata.category(char)[0] != "L"
        if last is None or not (free and has(last, char)):
            last = face_of(char, weight, language) or last
        assert last is not None, f"no font for {char!r}"
        yield last


def _parted(text: str, faces: tuple[Face, ...], begin: int, end: int, leftward: bool) -> list[Run]:
    runs: list[Run] = []
    for at in range(begin, end):
        if runs and runs[-1].face == faces[at]:
            runs[-1] = Run(runs[-1].text + text[at], faces[at], leftward)
        else:
            runs.append(Run(text[at], faces[at], leftward))
    return runs[::-1] if leftward else runs


def _shaped(run: Run, size_px: int) -> tuple[FreeTypeFont, str, str | None]:
    """The font, its text and the direction to draw it in."""
    font = run.face.sized(size_px)
    if shapes():
        return font, run.text, "rtl" if run.leftward else "ltr"
    if not run.leftward:
        return font, run.text, None
    # Pillow without Raqm draws whatever it is given from left to right, letter by letter.
    text = arabic.joined(run.text)
    text = "".join(new if has(run.face, new) else old for new, old in _beside(text, run.text))
    return font, arabic.reversed_(text), None


def _beside(new: str, old: str) -> Iterator[tuple[str, str]]:
    """Each character with the one it was made from, where both are as many; otherwise with itself."""
    return zip(new, old if len(new) == len(old) else new, strict=True)


@lru_cache(maxsize=4096)
def _length(run: Run, size_px: int) -> float:
    font, text, direction = _shaped(run, size_px)
    return float(font.getlength(text, direction=direction))
