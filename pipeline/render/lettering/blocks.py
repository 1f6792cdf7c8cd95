"""Texts and the size of a film come in; lines in letters as large as fit, and masks to write them into, go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.letters.bidi import base_level
from pipeline.letters.faces import Weight
from pipeline.letters.runs import Line, line
from pipeline.render.lettering.plate import Mask, ink
from pipeline.words import Captions, broken

SAFE = 0.05  # of each side, that letters keep away from
PAPER, NIGHT = ink("#f4f2ec"), ink("#14161a")
SMALLEST_PX = 8
STEP = 0.94  # by which letters shrink until they fit
_LEADING = 1.24  # from one line to the next, of the height of its letters
_EM = 0.5  # width of a usual letter, of its height


@dataclass(frozen=True, slots=True)
class Frame:
    """The film that is lettered."""

    width: int  # pixels
    height: int  # pixels
    language: str
    captions: Captions

    @property
    def unit(self) -> int:
        """Pixels of the shorter side."""
        return min(self.width, self.height)

    @property
    def tall(self) -> bool:
        """Whether it is higher than wide: the lower part of such films lies under the buttons of whoever shows them."""
        return self.height > self.width

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size under each other."""

    lines: tuple[Line, ...]
    leading: float  # pixels from one baseline to the next

    @property
    def size_px(self) -> int:
        """Height of the letters."""
        return self.lines[0].size_px

    @property
    def width(self) -> float:
        """Pixels."""
        return max(each.width for each in self.lines)

    @property
    def height(self) -> float:
        """Pixels from the top of the first line's capitals to below the last one's descenders."""
        return self.leading * (len(self.lines) - 1) + self.size_px


def fitted(
    rows: Sequence[str], share: float, weight: Weight, frame: Frame, most: int, wide: float, *, breaks: bool = True
) -> Block:
    """Lines of at most `wide` of the film's width, in at most `most` lines, in letters as large as that allows."""
    room, size = frame.width * wide, max(SMALLEST_PX, round(frame.unit * share))
    while True:
        lines = _lines(rows, weight, frame, size, room, breaks=breaks)
        fits = len(lines) <= max(most, len(rows)) and max(each.width for each in lines) <= room
        if (fits and len(lines) * size * _LEADING <= frame.height * (1 - 2 * SAFE)) or size <= SMALLEST_PX:
            return Block(lines, size * _LEADING)
        size = max(SMALLEST_PX, int(size * STEP))


def _lines(
    rows: Sequence[str], weight: Weight, frame: Frame, size: int, room: float, *, breaks: bool
) -> tuple[Line, ...]:
    base, columns = base_level("\n".join(rows)), int(room / (size * _EM))
    while True:
        texts = [text for row in rows for text in (broken(row, max(4, columns)) if breaks else [row])]
        lines = tuple(line(text, weight, frame.language, size, base) for text in texts)
        if not breaks or columns <= 4 or max(each.width for each in lines) <= room:
            return lines
        columns = int(columns * STEP)


def blank(size: tuple[int, int]) -> Image.Image:
    return Image.new("L", size)


def mask_of(image: Image.Image) -> Mask:
    return np.asarray(image)


def on(background: str) -> tuple[int, int, int]:
    """What is read on a ground: paper on dark ones, near black on light ones."""
    return PAPER if ink(background or "#000000")[0] < 126 else NIGHT
