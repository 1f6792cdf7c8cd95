"""A board and the facts of its files become Problems: everything that is wrong with what it means, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pipeline.check import files, shots, structure, texts
from pipeline.check.files import references
from pipeline.check.finding import distinct
from pipeline.errors import BadInput, MediaError, Problem
from pipeline.plan import Compositions
from pipeline.storyboard import Storyboard, in_order
from pipeline.take import MediaFacts

__all__ = ["Checked", "check", "references"]

_UNREADABLE = ("number", "control-character")  # of a value that stands in the board all the same
_GONE = ("type", "missing-key", "empty")  # of a section that could not be read at all
_MISSED = {  # what is then said of each mention, and the sections that may hold what is mentioned
    "undefined-name": ("vars", "variants", "variants.matrix"),
    "unknown-character": ("characters",),
}


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
    shape = tuple(shape)
    vague = frozenset(problem.path for problem in shape)
    rules = [structure.problems(board), shots.problems(board, vague), texts.unread(board)]
    rules += [files.unusable(board, unusable), files.unfit(board, facts)]
    compositions = None
    try:
        compositions = Compositions(board)
        rules += [texts.empty(compositions), files.sent(compositions, facts)]
    except BadInput as bad:
        rules.append(iter(bad.problems))
    found = chain.from_iterable(map(distinct, rules))
    problems = in_order([*shape, *_not_told_yet(found, shape)])
    broken = any(problem.severity == "error" for problem in problems)
    return Checked(board, problems, None if broken else compositions)


def _not_told_yet(found: Iterable[Problem], shape: tuple[Problem, ...]) -> Iterator[Problem]:
    """The problems that do not only follow from one of the shape."""
    unreadable = {problem.place for problem in shape if problem.code in _UNREADABLE}
    gone = {problem.path for problem in shape if problem.code in _GONE}
    for problem in found:
        if problem.place not in unreadable and not gone & set(_MISSED.get(problem.code, ())):
            yield problem
