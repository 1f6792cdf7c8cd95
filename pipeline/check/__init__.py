"""A board and the facts of its files become Problems: everything that is wrong with what it means, all at once.

structure   names, links, several shots in one generation
films       what variants ask for, and whether their shots fit together in the cut
files       whether the named files are there and are what the models take
texts       prompts of nothing
rules       what works and is probably not meant: each a warning with a code that can be switched off
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pipeline.catalog import Model, models
from pipeline.check import files, films, rules, structure, texts
from pipeline.check.files import references
from pipeline.check.finding import distinct
from pipeline.errors import BadInput, MediaError, Problem
from pipeline.plan import Compositions, Facts, Variants, sample
from pipeline.prompts import problems_of_texts
from pipeline.storyboard import DEFAULT_MODEL, Storyboard, in_order

__all__ = ["Checked", "check", "references"]

_UNREADABLE = ("number", "control-character")  # of a value that stands in the board all the same
_GONE = ("type", "missing-key", "empty")  # of a section that could not be read at all
_MISSED = {  # what is then said of each mention, and the sections that may hold what is mentioned
    "undefined-name": ("vars", "variants", "variants.matrix", "variants.from"),
    "unknown-character": ("characters", "locations", "props", "include"),
    "unknown-location": ("locations", "include"),
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
    facts: Facts,
    unusable: Mapping[str, MediaError],
    shape: Iterable[Problem] = (),
    catalogue: Mapping[str, Model] | None = None,
) -> Checked:
    """Everything wrong with a board, the problems of its `shape` among it.

    `facts` and `unusable` hold, by its path, each file that the board names: what it is, or why it can't be used.
    `catalogue` holds the models there are; without it those that travel with the package.
    """
    shape = tuple(shape)
    vague = frozenset(problem.path for problem in shape)
    known = models() if catalogue is None else catalogue
    found: list[Iterator[Problem]] = [structure.problems(board)]
    found += [files.unusable(board, unusable), files.unfit(board, facts)]
    try:
        variants = Variants(board)
    except BadInput as bad:
        found.append(iter(bad.problems))
        variants = sample(board)
    compositions = Compositions(board, variants, known)
    found += [films.problems(compositions, vague), _composed(compositions, facts), rules.warnings(compositions)]
    problems = in_order([*shape, *_not_told_yet(chain.from_iterable(map(distinct, found)), shape)], board.source.file)
    broken = any(problem.severity == "error" for problem in problems)
    return Checked(board, problems, None if broken else compositions)


def _composed(compositions: Compositions, facts: Facts) -> Iterator[Problem]:
    """What is wrong with the texts of each shot, and with what goes with it."""
    board = compositions.board
    for found in compositions.distinct():
        if isinstance(found, BadInput):
            yield from found.problems
        else:
            yield from texts.empty(board, found)
            yield from files.sent(board, found, facts)
            yield from rules.warnings_of(board, found)
    if len(compositions.variants):
        variant, usual = compositions.variants.first(), compositions.models[DEFAULT_MODEL]
        yield from problems_of_texts(board, compositions.values(variant), usual, compositions.budget)


def _not_told_yet(found: Iterable[Problem], shape: tuple[Problem, ...]) -> Iterator[Problem]:
    """The problems that do not only follow from one of the shape."""
    unreadable = {problem.place for problem in shape if problem.code in _UNREADABLE}
    gone = {problem.path for problem in shape if problem.code in _GONE}
    # A file that could not be read may hold whatever is missed.
    lost = {problem.path.partition("[")[0] for problem in shape if problem.code == "file"}
    if any(problem.path == "" and problem.place.file != shape[0].place.file for problem in shape):
        lost |= {"include", "variants.from"}
    for problem in found:
        if problem.place not in unreadable and not (gone | lost) & set(_MISSED.get(problem.code, ())):
            yield problem
