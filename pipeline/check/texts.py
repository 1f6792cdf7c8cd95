"""Whether what an author wrote as text says what it seems to say: templates where none are read, prompts of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import error, warning
from pipeline.errors import Problem
from pipeline.plan import Compositions
from pipeline.storyboard import Path, Storyboard


def unread(board: Storyboard) -> Iterator[Problem]:
    """Texts with {{ }} in them that are taken as they stand."""
    for path, text in _taken_as_they_stand(board):
        for opening in ("{{", "{%"):
            if opening in text:
                message = f"templates are not filled in here: {opening} goes to the model as it stands"
                hint = "write the words themselves, here or in the text that uses them"
                yield warning(board, "unread-template", path, message, hint, find=opening)


def _taken_as_they_stand(board: Storyboard) -> Iterator[tuple[Path, str]]:
    for name, value in board.vars.items():
        yield ("vars", name), str(value)
    for name, values in board.variants.matrix.items() if board.variants else ():
        for value in values.values():
            yield ("variants", "matrix", name), str(value)
    for character in board.characters.values():
        yield (*character.path, "name"), character.name
        for reference in character.references:
            yield (*reference.path, "role"), reference.role
    for shot in board.shots:
        for reference in shot.references:
            yield (*reference.path, "role"), reference.role


def empty(compositions: Compositions) -> Iterator[Problem]:
    """Prompts that come out as nothing at all."""
    for shot in compositions.board.shots:
        if not all(composed.direction["action"] for composed in compositions.all_of(shot)):
            path = (*shot.path, "prompt")
            yield error(compositions.board, "empty", path, "the prompt comes out empty", "say what happens")
