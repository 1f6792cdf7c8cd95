"""Whether what an author wrote as text says what it seems to say: templates where none are read, prompts of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import error, warning
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Path, Storyboard
from pipeline.templates import Data


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
        yield from _texts(("vars", name), value)
    for name, values in board.variants.matrix.items() if board.variants else ():
        for value in values.values():
            yield ("variants", "matrix", name), str(value)
    for index, change in enumerate(board.variants.changes if board.variants else ()):
        for name, value in change.vars.items():
            yield from _texts(("variants", "change", index, "vars", name), value)
    for subject in board.subjects.values():
        yield (*subject.path, "name"), subject.name
        for reference in subject.references:
            yield (*reference.path, "role"), reference.role
    for entry in board.entries:
        if entry.raw:
            yield (*entry.path, "prompt", "raw"), entry.prompt
        for reference in entry.references:
            yield (*reference.path, "role"), reference.role


def _texts(path: Path, value: Data) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _texts((*path, index), item)
    elif not isinstance(value, int):
        for key, item in value.items():
            yield from _texts((*path, key), item)


def empty(board: Storyboard, found: Composition) -> Iterator[Problem]:
    """Prompts that come out as nothing at all."""
    if not found.composed.prompt.strip() and (template := found.entry.prompt_template or board.prompt_template):
        path: Path = (*found.entry.path, "prompt_template") if found.entry.prompt_template else ("prompt_template",)
        hint = "put {{ action }} in it" if "action" not in template else ""
        yield error(board, "empty", path, f"the prompt of {found.entry.id} comes out empty", hint)
    for part, action in zip(found.entry.parts, found.composed.actions, strict=True):
        if not action:
            path = (*part.path, "prompt")
            yield error(board, "empty", path, "the prompt comes out empty", "say what happens")
