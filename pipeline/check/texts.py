"""Whether what an author wrote comes out as something: prompts of nothing."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.finding import error
from pipeline.errors import Problem
from pipeline.plan import Composition
from pipeline.storyboard import Path, Storyboard


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
