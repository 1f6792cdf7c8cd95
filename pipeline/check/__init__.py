"""A board and the facts of its files become Problems: everything that is wrong with what it means, all at once.

structure   names, links, several shots in one generation
films       what variants ask for, and whether their shots fit together in the cut
files       whether the named files are there and are what the models take
sounds      the sound of the cut
texts       prompts of nothing
words       what is read in the cut: its templates, its language
rules       what works and is probably not meant: each a warning with a code that can be switched off
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pipeline.catalog import Model, models
from pipeline.check import files, films, rules, sounds, structure, texts, words
from pipeline.check.files import references
from pipeline.check.finding import distinct
from pipeline.check.sounds import sound_files
from pipeline.errors import BadInput, MediaError, Problem
from pipeline.plan import Compositions, Facts, Variants, sample
from pipeline.prompts import problems_of_texts
from pipeline.storyboard import DEFAULT_MODEL, Storyboard, in_order

__all__ = ["Checked", "check", "references", "sound_files"]

_UNREADABLE = ("number", "control-character")  # of a value that stands in the board all the same
_GONE = ("type", "missing-key", "empty")  # of a section that could not be read at all
_MISSED = {  # what is then said of each mention, and the sections that may hold what is mentioned
    "undefined-name": ("vars", "variants", "variants.matrix", "variants.from"),
    "unknown-character": ("characters", "locations", "props", "include"),
    "unknown-location": ("locations", "include"),
    "unknown-variable": ("variants.matrix", "variants.from"),
    "unknown-value": ("variants.matrix", "variants.from"),
    "no-variants": ("variants.from",),
    "empty": ("texts", "shots"),
}
_EITHER = {"include", "variants.from", "texts"}
_SECTIONS = ("vars", "variants", "characters", "locations", "props", "include")
_OF_TEXTS = {  # of any file, or of a table; all others are of a bible
    "encoding": _EITHER, "too-large": _EITHER, "control-character": _EITHER, "table": {"variants.from"},
}  # fmt: skip
_FOOTAGE = "same-footage"  # a warning of spans of takes, which are not to be trusted where they have a mistake


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
    *,
    warn: bool = True,
) -> Checked:
    """Everything wrong with a board, the problems of its `shape` among it.

    `facts` and `unusable` hold, by its path, each file that the board names: what it is, or why it can't be used.
    `catalogue` holds the models there are; without it those that travel with the package. The rules that can only warn
    are left out where nobody would be told, unless `warn`.
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
    found.append(sounds.problems(board, variants, facts, unusable))
    compositions = Compositions(board, variants, known)
    found += [films.problems(compositions, vague), _composed(compositions, facts, warn=warn)]
    found.append(words.problems(compositions))
    found += [rules.warnings(compositions)] if warn else []
    meant = _not_told_yet(board, list(chain.from_iterable(map(distinct, found))), shape)
    problems = in_order([*shape, *meant], board.source.file)
    broken = any(problem.severity == "error" for problem in problems)
    return Checked(board, problems, None if broken else compositions)


def _composed(compositions: Compositions, facts: Facts, *, warn: bool) -> Iterator[Problem]:
    """What is wrong with the texts of each shot, and with what goes with it."""
    board = compositions.board
    for found in compositions.distinct():
        if isinstance(found, BadInput):
            yield from found.problems
        else:
            yield from texts.empty(board, found)
            yield from files.sent(board, found, facts)
            yield from rules.warnings_of(board, found) if warn else ()
    if len(compositions.variants):
        variant, usual = compositions.variants.first(), compositions.models[DEFAULT_MODEL]
        yield from problems_of_texts(board, compositions.values(variant), usual, compositions.budget)


def _not_told_yet(board: Storyboard, found: Iterable[Problem], shape: tuple[Problem, ...]) -> Iterator[Problem]:
    """The problems that do not only follow from one of the shape, or from another one of the same entry."""
    unreadable = {problem.place for problem in shape if problem.code in _UNREADABLE}
    gone = {problem.path for problem in shape if problem.code in _GONE} | _lost(board, shape)
    broken = {_entry(problem) for problem in (*shape, *found) if problem.severity == "error"}
    for problem in found:
        follows = problem.code == _FOOTAGE and _entry(problem) in broken
        if problem.place not in unreadable and not follows and gone.isdisjoint(_MISSED.get(problem.code, ())):
            yield problem


def _lost(board: Storyboard, shape: tuple[Problem, ...]) -> set[str]:
    """The sections whose files could not be read as a whole: those may hold whatever is missed."""
    lost = {problem.path.partition("[")[0] for problem in shape if problem.code == "file"}
    for problem in shape:
        if problem.path == "" and problem.place.file != board.source.file:
            lost |= _OF_TEXTS.get(problem.code, {"include"})
        elif problem.path == "" and problem.code == "unknown-key":
            lost |= {section for section in _SECTIONS if f'"{section}"' in problem.hint}  # it is only misspelt
        elif problem.path == "variants" and problem.code == "unknown-key" and not _several_films(board):
            lost.add("variants.from")  # or whatever the unknown word stands for
    return lost


def _several_films(board: Storyboard) -> bool:
    """Whether the board still says what its variants are."""
    wanted = board.variants
    return wanted is not None and bool(wanted.rows or wanted.matrix or wanted.include)


def _entry(problem: Problem) -> str:
    """The member of `shots` that a problem is about: shots[2] of shots[2].prompt."""
    return problem.path.partition("]")[0]
