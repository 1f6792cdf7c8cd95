"""What works and is probably not meant. Each rule is a module with its doc, and a code that can be switched off.

To add one: a module here with a RULE, its name in MODULES, and a docstring that is its page in docs/lint.md: what it
finds, why that matters, a board in which it is found and one in which it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pipeline.check.rules import (
    camera_conflict,
    dialogue_pace,
    dissolve_into_itself,
    ignored_wording,
    long_chain,
    on_screen_text,
    prompt_length,
    reading_pace,
    references_left_out,
    same_footage,
    shot_pace,
    silent_dialogue,
    unbound_token,
    unmentioned_reference,
    unread_template,
    unseen_seconds,
)
from pipeline.check.rules.rule import Rule
from pipeline.errors import BadInput, Problem
from pipeline.plan import Composition, Compositions
from pipeline.said import Unlike
from pipeline.storyboard import Storyboard

__all__ = ["MODULES", "RULES", "Rule", "warnings", "warnings_of"]

MODULES = (
    unbound_token, unmentioned_reference, camera_conflict, ignored_wording, prompt_length, unread_template,
    on_screen_text, references_left_out, silent_dialogue, dialogue_pace, shot_pace, unseen_seconds,
    dissolve_into_itself, same_footage, long_chain, reading_pace,
)  # fmt: skip
RULES: tuple[Rule, ...] = tuple(module.RULE for module in MODULES)

_STEP = re.compile(r"[^.\[\]]+")  # of a path as it is shown: shots, 2, prompt of shots[2].prompt
_BLOCK = re.compile(r"(?:&\S+ +)?[>|]")


def warnings(compositions: Compositions) -> Iterator[Problem]:
    """What the rules find in the board as a whole, in each of its edits and in each of its films."""
    board = compositions.board
    rules = _on(board)
    yield from _wanted(board, (rule.of_board(board) for rule in rules if rule.of_board))
    edits: set[object] = set()
    unlike = Unlike(board)
    for variant in compositions.variants:
        edit = (variant.defaults, variant.cut, variant.shots)
        try:
            if edit not in edits:
                edits.add(edit)
                yield from _wanted(board, (rule.of_edit(compositions, variant) for rule in rules if rule.of_edit))
            if shown := unlike.among(variant):
                found = (rule.of_words(compositions, variant, shown) for rule in rules if rule.of_words)
                yield from _wanted(board, found)
            yield from _wanted(board, (rule.of_film(compositions, variant) for rule in rules if rule.of_film))
        except BadInput:  # a text that can't be composed, which is told of elsewhere
            return


def warnings_of(board: Storyboard, found: Composition) -> Iterator[Problem]:
    """What the rules find in one entry of one film."""
    yield from _wanted(board, (rule.of_entry(board, found) for rule in _on(board) if rule.of_entry))


def _on(board: Storyboard) -> list[Rule]:
    return [rule for rule in RULES if rule.code not in board.lint.off]


def _wanted(board: Storyboard, found: Iterable[Iterable[Problem]]) -> Iterator[Problem]:
    for problems in found:
        for problem in problems:
            if not _silenced(board, problem):
                yield problem


def _silenced(board: Storyboard, problem: Problem) -> bool:
    """Whether a comment at the end of the line says that nobody wants to hear of it: `# lint: off CODE`."""
    return any(problem.code in _named_in(line) for line in _lines(board, problem))


def _named_in(line: str) -> list[str]:
    _, mark, comment = line.rpartition("# lint: off ")
    return comment.replace(",", " ").split() if mark else []


def _lines(board: Storyboard, problem: Problem) -> tuple[str, ...]:
    """The lines that can hold the comment. In the middle of a text of several lines it would be a part of the text:
    there it stands behind the `>` or `|` of a block, and after the closing quote of any other text."""
    node = board.source.root
    for step in _STEP.findall(problem.path):
        node = node.child(int(step) if isinstance(node.value, list) and step.isdecimal() else step) or node
    if not isinstance(node.value, str) or node.line == node.end_line or node.text.file != problem.place.file:
        return (problem.place.text,)
    begin, end = node.text.lines[node.line], node.text.lines[node.end_line]
    return (begin if _BLOCK.match(begin, node.column) else end,)
