"""The small text that git LFS keeps in the place of a large file becomes what it says of that file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: version first, the other keys in order, below 1024 bytes.
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:ext-\S+ \S+\n)*oid sha256:([0-9a-f]{64})\nsize ([0-9]{1,15})\n"
)
_MOST_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Pointer:
    """What stands for a file that git LFS keeps elsewhere."""

    sha256: str  # of the file's bytes, lower-case hex
    size_bytes: int


def pointer_at(path: Path) -> Pointer | None:
    """The pointer in a file; None where it is none."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            match = _POINTER.fullmatch(file.read(_MOST_BYTES + 1))
    except (OSError, ValueError):
        return None
    return Pointer(match[1].decode(), int(match[2])) if match else None
