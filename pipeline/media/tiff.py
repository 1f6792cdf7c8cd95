"""The bytes of a TIFF come in; its size, and whether all of it is there, go out.

Pillow reads TIFFs that are cut short without an error, and reports what it finds missing as a warning for developers.
The layout is that of TIFF 6.0, section 2: a header, and a directory of 12-byte entries that say where the picture is.
"""

from __future__ import annotations

import mmap
from typing import Literal

_WIDTH, _HEIGHT, _ORIENTATION = 256, 257, 274
_BLOCKS = ((273, 279), (324, 325))  # the offsets and sizes of strips, and of tiles
_NEEDED = {_WIDTH, _HEIGHT, _ORIENTATION}.union(*_BLOCKS)
_SIZES = {3: 2, 4: 4}  # bytes of a short and of a long; nothing else is needed
_MOST = 1_000_000  # values of one tag that are looked at: a hostile file claims billions


def tiff_shape(data: mmap.mmap) -> tuple[int, int, int]:
    """Width and height in pixels as stored, and the orientation, of the first picture; 0, 0, 1 where it names none."""
    tags = _tags(data)
    width, height, orientation = (tags.get(tag, []) for tag in (_WIDTH, _HEIGHT, _ORIENTATION))
    return (width[0], height[0], orientation[0] if orientation else 1) if width and height else (0, 0, 1)


def tiff_complete(data: mmap.mmap) -> bool:
    """Whether the directory and every strip or tile of the first picture lie inside the file."""
    tags = _tags(data)
    ends = [sum(pair) for at, size in _BLOCKS for pair in zip(tags.get(at, []), tags.get(size, []), strict=False)]
    return bool(ends) and max(ends) <= len(data)


def _tags(data: mmap.mmap) -> dict[int, list[int]]:
    """The values of the tags of the first directory that are needed."""
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], order)

    directory, tags = number(4, 4), dict[int, list[int]]()
    for entry in range(directory + 2, directory + 2 + 12 * number(directory, 2), 12):
        tag, size, count = number(entry, 2), _SIZES.get(number(entry + 2, 2), 0), min(number(entry + 4, 4), _MOST)
        if tag in _NEEDED and tag not in tags and size:
            start = entry + 8 if count * size <= 4 else number(entry + 8, 4)
            tags[tag] = [number(start + at * size, size) for at in range(count)]
    return tags
