"""`diff`: a storyboard in two states, and what differs between them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from pipeline import history
from pipeline.difference import Difference, difference
from pipeline.errors import BadInput, Problem, SetupError
from pipeline.history import Revision
from pipeline.produce.states import Here, Moment, State, Then
from pipeline.storyboard.reading import MAX_BYTES

_ALIKE = 0.5  # of the lines of two files, from which on one may be the other renamed: git's own measure
_MOST_TRIED = 40  # files that may be the renamed one, those of the likest names


@dataclass(frozen=True, slots=True)
class Compared:
    """A storyboard in two states."""

    file: Path  # as the user named it
    before: State
    after: State
    difference: Difference

    @property
    def title(self) -> str:
        """What the film is called: in the state after, where it is there."""
        film = self.after.film or self.before.film
        assert film is not None
        return film.board.title

    @property
    def renamed(self) -> bool:
        """Whether the storyboard is another file than before."""
        return bool(self.before.board and self.after.board) and self.before.board != self.after.board


def compare(file: Path, revisions: Sequence[str | Revision] = (), environ: Mapping[str, str] = os.environ) -> Compared:
    """What differs in a storyboard between two revisions, or between one (else HEAD) and the working tree.

    Raises SetupError for what git does not know, BadInput where the storyboard has errors in one of the states.
    """
    with comparing(file, revisions, environ) as compared:
        return compared


@contextmanager
def comparing(
    file: Path, revisions: Sequence[str | Revision] = (), environ: Mapping[str, str] = os.environ
) -> Iterator[Compared]:
    """The same, as long as the files that the storyboard names in a revision are there to be looked at."""
    repository = history.repository(file)
    asked = [one if isinstance(one, Revision) else repository.revision(one) for one in revisions or ("HEAD",)]
    states: list[State] = []
    problems: list[Problem] = []
    with ExitStack() as stack:
        moments: list[Moment] = [stack.enter_context(Then.of(repository, file, revision)) for revision in asked]
        moments += [Here(repository, file)] if len(moments) == 1 else []
        boards = _boards(file, repository.path_of(file), *moments)
        for moment, board in zip(moments, boards, strict=True):
            try:
                states.append(moment.state(board, environ))
            except BadInput as bad:
                problems += bad.problems
        if problems:
            raise BadInput(problems)
        before, after = states
        yield Compared(file, before, after, difference(before.plan, after.plan))


def _boards(file: Path, board: str, before: Moment, after: Moment) -> tuple[str, str]:
    """The paths of a storyboard in both states, "" where it is not there; one that was renamed has two."""
    was, now = before.has(board), after.has(board)
    if not was and not now:
        hint = "name the file of a storyboard by its path from here, as it is called in one of the two"
        raise SetupError(f"{file}: there is no such file in {before.name} or in {after.name}", hint=hint)
    if was and now:
        return board, board
    return (board, _renamed(board, before, after)) if was else (_renamed(board, after, before), board)


def _renamed(board: str, there: Moment, missing: Moment) -> str:
    """The path of a storyboard in the state where it is missing: of the file that only that state has, most alike."""
    content = there.content(board)
    lines = content.splitlines()
    likest, found = _ALIKE, ""
    others = [name for name in missing.names() if not there.has(name)]
    for name in sorted(others, key=lambda name: _distance(board, name))[:_MOST_TRIED]:
        other = missing.content(name)
        if other == content:
            return name
        alike = SequenceMatcher(None, lines, other.splitlines(), autojunk=False)
        if len(other) < MAX_BYTES and alike.quick_ratio() >= likest and (ratio := alike.ratio()) >= likest:
            likest, found = ratio, name
    return found


def _distance(board: str, name: str) -> tuple[bool, bool, str]:
    other_name = posixpath.basename(name) != posixpath.basename(board)
    return other_name, posixpath.dirname(name) != posixpath.dirname(board), name
