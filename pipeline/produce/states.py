"""A storyboard at one moment: in the working tree, or in a revision with everything that it names as it was then."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from pipeline import settings
from pipeline.errors import BadInput, Problem, SetupError
from pipeline.history import Repository, Revision, Snapshot
from pipeline.plan import Plan
from pipeline.produce.pointed import Sight
from pipeline.produce.reading import Film, plan_of, read
from pipeline.storyboard.reading import MAX_BYTES

HERE = "the working tree"
_MODELS = "models"  # folder of a project's own models


@dataclass(frozen=True, slots=True)
class State:
    """A storyboard at one moment."""

    name: str  # as the user named it, or `HERE`
    commit: str  # id, hex; "" for the working tree
    board: str  # path from the top of the repository; "" where the storyboard is not there
    film: Film | None = None  # None where it is not there
    plan: Plan | None = None  # likewise
    notes: tuple[str, ...] = ()  # what could not be known of it


class Moment(Protocol):
    """A state of the repository, before the storyboard is read in it."""

    @property
    def name(self) -> str:
        """What people call it."""

    def has(self, board: str) -> bool:
        """Whether a file is there, by its path from the top."""

    def names(self) -> tuple[str, ...]:
        """Files that may be storyboards."""

    def content(self, board: str) -> bytes:
        """The bytes of a file that is there, or so many that it can't be a storyboard."""

    def state(self, board: str, environ: Mapping[str, str]) -> State:
        """The storyboard of that path, read and planned; "" for none. Raises BadInput, SetupError."""


class Here:
    """The working tree."""

    name = HERE

    def __init__(self, repository: Repository, file: Path) -> None:
        """`file` is the storyboard, as the user named it."""
        self.repository, self.file = repository, file

    def has(self, board: str) -> bool:
        """Whether a file is there."""
        return os.path.isfile(self.repository.top / board)  # noqa: PTH113 - answers for a name that is too long, too

    def names(self) -> tuple[str, ...]:
        """YAML files that git does not ignore."""
        return self.repository.boards_here()

    def content(self, board: str) -> bytes:
        """The bytes of a file."""
        try:
            with (self.repository.top / board).open("rb") as file:
                return file.read(MAX_BYTES)
        except OSError as error:
            raise SetupError(f"{board}: can't be read: {error.strerror}") from error

    def state(self, board: str, environ: Mapping[str, str]) -> State:
        """The storyboard, read and planned."""
        if not board:
            return State(self.name, "", "")
        sight = Sight(self.repository)
        file = self.file if board == self.repository.path_of(self.file) else self.repository.top / board
        film = read(file, settings.project_of(file), warn=False, inspect=sight.inspect)
        return State(self.name, "", board, film, *sight.honest(film, plan_of(film, environ)))


class Then:
    """A revision, whose files are brought as they are asked for."""

    def __init__(self, repository: Repository, file: Path, revision: Revision, snapshot: Snapshot) -> None:
        """`file` is the storyboard, as the user named it."""
        self.repository, self.file, self.revision, self.snapshot = repository, file, revision, snapshot
        self.name = revision.name

    @staticmethod
    @contextmanager
    def of(repository: Repository, file: Path, revision: Revision) -> Iterator[Then]:
        """The revision, as long as it is looked at."""
        with Snapshot.of(repository, revision) as snapshot:
            yield Then(repository, file, revision, snapshot)

    def has(self, board: str) -> bool:
        """Whether a file is there."""
        return board in self.snapshot.tree.files

    def names(self) -> tuple[str, ...]:
        """YAML files."""
        return tuple(name for name in self.snapshot.tree.files if name.endswith((".yaml", ".yml")))

    def content(self, board: str) -> bytes:
        """The bytes of a file."""
        return self.snapshot.text(board)

    def state(self, board: str, environ: Mapping[str, str]) -> State:
        """The storyboard, read and planned with the takes that there are now."""
        if not board:
            return State(self.name, self.revision.commit, "")
        try:
            film, plan, notes = self._read(board, environ)
        except BadInput as bad:
            raise BadInput([self._named(problem) for problem in bad.problems]) from bad
        except SetupError as error:
            raise SetupError(self._shown(error.message), hint=self._shown(error.hint)) from error
        return State(self.name, self.revision.commit, board, film, plan, notes)

    def _read(self, board: str, environ: Mapping[str, str]) -> tuple[Film, Plan, tuple[str, ...]]:
        file = self.snapshot.bring_project(board, settings.PROJECT_FILE, _MODELS)
        root = settings.root_of(file)
        for program in settings.programs_of(root / settings.PROJECT_FILE):
            self.snapshot.bring(root / program)
        if not file.is_file():
            hint = "a storyboard is read where it is in that revision"
            raise SetupError(f"{file}: it is a link that leads to no file of that revision", hint=hint)
        outputs = Path(os.path.realpath(settings.root_of(self.file) / "outputs"))
        project = replace(settings.project_of(file), outputs=outputs)
        sight = Sight(self.repository)
        film = read(file, project, warn=False, bring=self.snapshot.bring, inspect=sight.inspect)
        self.snapshot.bring(film.lock_file.path)
        return film, *sight.honest(film, plan_of(film, environ))

    def _named(self, problem: Problem) -> Problem:
        place = replace(problem.place, file=self._shown(problem.place.file))
        return replace(problem, place=place, message=self._shown(problem.message), hint=self._shown(problem.hint))

    def _shown(self, text: str) -> str:
        """A text in which paths are as git names them: HEAD~1:boards/film.yaml."""
        top = str(self.snapshot.top)
        return text.replace(f"{top}{os.sep}", f"{self.name}:").replace(top, self.name)
