"""Copies of our schemas in a project, so that editors complete and check its storyboards without a network."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import schema
from pipeline.errors import SetupError

FOLDER = "schemas"  # below the root of a project
STORYBOARD = "storyboard.schema.json"
COPIED = (STORYBOARD, "bible.schema.json", "project.schema.json")  # those of files that people write
_HEADER = re.compile(r"^#\s*(?:yaml-language-server\s*:\s*\$schema=|\$schema:\s*)(\S+)", re.MULTILINE)
_HEAD_CHARACTERS = 4096  # of a storyboard, in which its header is sought
_MAX_BYTES = 1 << 22  # of a schema; ours are a hundredth of that


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of the copies in one project."""

    folder: Path  # where they lie, absolute
    written: tuple[str, ...]  # names of those that are new or were of another version
    foreign: tuple[str, ...]  # names under which something else lies, which was left alone

    def header(self, board: Path) -> str:
        """First line for a storyboard, by which editors find its schema; "" where that is not ours."""
        if STORYBOARD in self.foreign:
            return ""
        way = os.path.relpath(self.folder / STORYBOARD, os.path.realpath(board.parent))
        return f"# yaml-language-server: $schema={way.replace(os.sep, '/')}\n"


def copy(root: Path) -> Copied:
    """Bring the copies below a project's root to this version. Raises SetupError where they can't be written."""
    folder = root / FOLDER
    names = [name for name in COPIED if schema.folder().joinpath(name).is_file()]
    foreign = tuple(name for name in names if os.path.lexists(folder / name) and not _ours(folder / name, name))
    stale = tuple(name for name in names if name not in foreign and _parsed(folder / name) != schema.load(name))
    try:
        for name in stale:
            folder.mkdir(parents=True, exist_ok=True)
            _replace(folder / name, schema.folder().joinpath(name).read_bytes())
    except OSError as error:
        raise SetupError(f"{folder} can't be written: {error.strerror}") from error
    return Copied(folder, stale, foreign)


def outdated(board: Path) -> Path | None:
    """The copy of our schema that a storyboard's header names, where it is of another version than ours."""
    if not board.is_file():
        return None
    try:
        with board.open(encoding="utf-8", errors="replace") as text:
            header = _HEADER.search(text.read(_HEAD_CHARACTERS))
        if header is None or "://" in header[1]:
            return None
        copied = Path(os.path.realpath(board.parent / header[1]))
    except (OSError, ValueError):  # not to be read, or a path with a NUL in it
        return None
    return copied if _ours(copied, STORYBOARD) and _parsed(copied) != schema.load(STORYBOARD) else None


def _ours(file: Path, name: str) -> bool:
    found = _parsed(file)
    return isinstance(found, dict) and found.get("$id") == schema.load(name)["$id"]


def _parsed(file: Path) -> Any:
    """The JSON in a file; None where there is none."""
    try:
        if not file.is_file() or file.stat().st_size > _MAX_BYTES:
            return None
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _replace(file: Path, data: bytes) -> None:
    # An editor may be reading it: it sees the old schema or the new one, and never half of one.
    fresh = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        fresh.write_bytes(data)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
