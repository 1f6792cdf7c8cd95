"""A problem at a path of a board, with the place where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.catalog import Model
from pipeline.errors import MOST, Problem
from pipeline.storyboard import Path, Storyboard, dotted


def error(
    board: Storyboard, code: str, path: Path, message: str, hint: str = "", *, key: bool = False, find: str = ""
) -> Problem:
    """Something to mend before anything is made."""
    return Problem(code, dotted(path), message, hint, board.source.place(path, key=key, find=find))


def warning(
    board: Storyboard, code: str, path: Path, message: str, hint: str = "", *, key: bool = False, find: str = ""
) -> Problem:
    """Something that works, and probably not as the author thinks."""
    return Problem(code, dotted(path), message, hint, board.source.place(path, key=key, find=find), "warning")


def distinct(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each problem once, and of a great many the first: a mistake in `defaults` is found again in every shot.

    Warnings are counted by code, and apart from errors, which they must not hide.
    """
    seen: set[Problem] = set()
    told: Counter[str] = Counter()
    for problem in problems:
        kind = problem.code if problem.severity == "warning" else "error"
        if problem not in seen and told[kind] < MOST:
            yield problem
            seen.add(problem)
            told[kind] += 1
        if told["error"] == MOST:
            return


def called(model: Model) -> str:
    """The model as people call it: seedance-2.0-mini of bytedance/seedance-2.0-mini/text-to-video-turbo."""
    return model.id.split("/")[1]
