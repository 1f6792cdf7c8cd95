"""A problem at a path of a board, with the place where it stands."""

from __future__ import annotations

from pipeline.errors import Problem
from pipeline.storyboard import Path, Storyboard, dotted


def error(
    board: Storyboard, code: str, path: Path, message: str, hint: str = "", *, key: bool = False, find: str = ""
) -> Problem:
    """Something to mend before anything is made."""
    return Problem(code, dotted(path), message, hint, board.source.place(path, key=key, find=find))


def warning(board: Storyboard, code: str, path: Path, message: str, hint: str = "") -> Problem:
    """Something that works, and probably not as the author thinks."""
    return Problem(code, dotted(path), message, hint, board.source.place(path), "warning")
