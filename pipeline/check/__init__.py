"""A board and the facts of its files become Problems: everything that is wrong with what it means, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.check import files, shots, structure
from pipeline.check.files import references
from pipeline.errors import BadInput, MediaError, Problem
from pipeline.plan import Compositions
from pipeline.storyboard import Storyboard, in_order
from pipeline.take import MediaFacts

__all__ = ["Checked", "check", "references"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A board with what was found wrong with it."""

    board: Storyboard
    problems: tuple[Problem, ...]  # errors and warnings, in the order of the file
    compositions: Compositions | None  # None where there are errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that have to be mended before anything is made."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def check(
    board: Storyboard,
    facts: Mapping[str, MediaFacts],
    unusable: Mapping[str, MediaError],
    shape: Iterable[Problem] = (),
) -> Checked:
    """Everything wrong with a board, the problems of its `shape` among it.

    `facts` and `unusable` hold, by its path as written, each file that the board names: what it is, or why it can't
    be used.
    """
    problems = [*shape, *structure.problems(board), *shots.problems(board)]
    problems += [*files.unusable(board, unusable), *files.unfit(board, facts)]
    compositions = None
    try:
        compositions = Compositions(board)
        problems.extend(files.sent(compositions, facts))
    except BadInput as bad:
        problems.extend(bad.problems)
    broken = any(problem.severity == "error" for problem in problems)
    return Checked(board, in_order(problems), None if broken else compositions)
