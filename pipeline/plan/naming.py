"""What a variant is called: legal as the name of a folder on every file system, and never that of another one."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from pipeline.storyboard import Storyboard
from pipeline.templates import render

# Windows takes these for devices whatever their folder or ending, and a board must be usable everywhere.
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
LONGEST = 60  # characters: a folder's name has at most 255 bytes, and a letter up to four
_ILLEGAL = re.compile(r"[^\w.-]+")  # letters of every script are fine in the name of a folder


def written(board: Storyboard, keys: Mapping[str, str]) -> str:
    """The name as the board's template has it, or the keys joined. Raises TemplateError."""
    template = board.variants.name if board.variants else ""
    return render(template, {**board.vars, **keys}, board.texts) if template else "_".join(keys.values())


def legal(name: str) -> str:
    """The name as a folder can have it."""
    # In NFC: macOS takes both ways to write an accent for one name.
    plain = _ILLEGAL.sub("-", unicodedata.normalize("NFC", name)).strip("-.")
    short = plain[:LONGEST].rstrip("-.") or "variant"
    return f"{short}-film" if short.casefold().split(".")[0] in DEVICES else short


def unique(names: Iterable[str]) -> tuple[str, ...]:
    """A legal name for each of the names, which must differ; what comes out alike is told apart by a short digest.

    The digest is that of the whole name, so that no name hangs on the order of the variants.
    """
    names = tuple(names)
    plain = [legal(name) for name in names]
    count: dict[str, int] = {}
    for name in plain:
        count[name.casefold()] = count.get(name.casefold(), 0) + 1
    return tuple(
        short if count[short.casefold()] == 1 else f"{short}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
        for name, short in zip(names, plain, strict=True)
    )
