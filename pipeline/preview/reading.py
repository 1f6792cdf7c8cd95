"""A storyboard's file becomes a film and its plan, or what is wrong with it; and the files on which that depends."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline import settings
from pipeline.errors import BadInput, Place, Problem, StoryreelError
from pipeline.plan import Plan
from pipeline.produce.reading import Film, plan_of, read
from pipeline.store.lockfile import ENDING

_MODELS = "models"  # folder of a project's own models


@dataclass(frozen=True, slots=True)
class Reading:
    """A storyboard at one moment."""

    film: Film | None  # None where it can't be read at all
    plan: Plan | None  # None where it has errors
    problems: tuple[Problem, ...]
    files: frozenset[Path]  # that it depends on, whether they are there or not

    @property
    def good(self) -> bool:
        """Whether it can be shown."""
        return self.plan is not None


def read_board(file: Path, environ: Mapping[str, str]) -> Reading:
    """The storyboard as it is now. Raises nothing that the user can mend: that is among the problems."""
    seen = _around(file)
    try:
        film = read(file, settings.project_of(file), warn=True, bring=seen.add)
    except StoryreelError as error:
        return Reading(None, None, _problems(error, file), frozenset(seen))
    if film.checked.errors:
        return Reading(film, None, film.checked.problems, frozenset(seen))
    try:
        plan = plan_of(film, environ)
    except StoryreelError as error:
        return Reading(film, None, _problems(error, file), frozenset(seen))
    return Reading(film, plan, film.checked.problems, frozenset(seen))


def as_problem(error: StoryreelError, file: Path) -> Problem:
    """An error of no line as a problem of the whole file."""
    message = error.message.removeprefix(f"{file}: ")
    return Problem(error.word, "", message, error.hint, Place(str(file), 0, 0, 1, ""))


def _problems(error: StoryreelError, file: Path) -> tuple[Problem, ...]:
    return error.problems if isinstance(error, BadInput) else (as_problem(error, file),)


def _around(file: Path) -> set[Path]:
    """Files that count for every board: it, its lock, the settings and models of its project."""
    root = settings.root_of(file)
    real = Path(os.path.realpath(file))
    lock = real.with_name(real.stem + ENDING)
    models = sorted((root / _MODELS).rglob("*.json")) if (root / _MODELS).is_dir() else []
    return {file, lock, root / settings.PROJECT_FILE, root / _MODELS, *models}
