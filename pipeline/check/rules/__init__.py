"""What works and is probably not meant. Each rule is a module with its doc, and a code that can be switched off.

To add one: a module here whose docstring is its page in docs/lint.md, with a RULE, and its name in RULES.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.check.rules import same_footage
from pipeline.check.rules.rule import Rule
from pipeline.errors import BadInput, Problem
from pipeline.plan import Composition, Compositions
from pipeline.storyboard import Storyboard

__all__ = ["RULES", "Rule", "warnings", "warnings_of"]

RULES: tuple[Rule, ...] = (same_footage.RULE,)


def warnings(compositions: Compositions) -> Iterator[Problem]:
    """What the rules find in the board as a whole, and in each of its films."""
    board = compositions.board
    yield from _wanted(board, (rule.of_board(board) for rule in RULES if rule.of_board))
    rules = [rule for rule in RULES if rule.of_film and rule.code not in board.lint.off]
    for variant in compositions.variants if rules else ():
        for rule in rules:
            assert rule.of_film
            try:
                yield from _wanted(board, [rule.of_film(compositions, variant)])
            except BadInput:  # a text that can't be composed, which is told of elsewhere
                return


def warnings_of(board: Storyboard, found: Composition) -> Iterator[Problem]:
    """What the rules find in one entry of one film."""
    yield from _wanted(board, (rule.of_entry(board, found) for rule in RULES if rule.of_entry))


def _wanted(board: Storyboard, found: Iterable[Iterable[Problem]]) -> Iterator[Problem]:
    for problems in found:
        for problem in problems:
            if problem.code not in board.lint.off and not _silenced(problem):
                yield problem


def _silenced(problem: Problem) -> bool:
    """Whether a comment at the end of the line says that nobody wants to hear of it: `# lint: off CODE`."""
    _, _, comment = problem.place.text.rpartition("# lint: off ")
    return problem.code in comment.replace(",", " ").split()
