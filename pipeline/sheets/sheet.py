"""Several pairs become one picture: a title, and the pairs in columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image

from pipeline.previs.lettering import font, plain, shorten, write
from pipeline.sheets.drawing import DIM, GROUND, PAPER, SMALL, box_of, drawn, size_of
from pipeline.sheets.pair import Pair

MOST = 40  # pairs on a sheet; nobody looks at more of them on one picture
_WIDEST = 1700  # pixels
_MARGIN = 28  # pixels


def sheet(title: str, about: str, pairs: Sequence[Pair]) -> Image.Image:
    """As many of the pairs as a sheet holds. `about` says in a line what they are."""
    shown = pairs[:MOST]
    if len(pairs) > len(shown):
        about = f"{about}; the first {len(shown)} of {len(pairs)}"
    box = box_of(shown, SMALL)
    width, height = size_of(box, SMALL)
    gap = round(SMALL.gap * 2)
    columns = max(1, min(len(shown), (_WIDEST - 2 * _MARGIN + gap) // (width + gap)))
    rows = math.ceil(len(shown) / columns)
    top = _MARGIN + 76
    size = (2 * _MARGIN + columns * (width + gap) - gap, top + rows * (height + gap) - gap + _MARGIN)
    picture = Image.new("RGB", size, GROUND)
    _title(picture, title, about)
    for number, pair in enumerate(shown):
        row, column = divmod(number, columns)
        picture.paste(drawn(pair, SMALL, box), (_MARGIN + column * (width + gap), top + row * (height + gap)))
    return picture


def _title(picture: Image.Image, title: str, about: str) -> None:
    room = picture.width - 2 * _MARGIN
    strong, face = font("Bold", 28), font("Medium", 17)
    write(picture, (_MARGIN, _MARGIN + 12), shorten(plain(title), strong, room), PAPER, strong, "l")
    write(picture, (_MARGIN, _MARGIN + 45), shorten(plain(about), face, room), DIM, face, "l")
