"""The prompts that an author wrote, filled in: what most rules look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.plan import Composition
from pipeline.prompts import template_of
from pipeline.storyboard import Entry, Path, Storyboard
from pipeline.storyboard.nodes import search

CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")  # Japanese, Chinese, Korean
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def prompts_of(found: Composition) -> Iterator[tuple[Path, str]]:
    """Each prompt of an entry with the path where it stands: of a raw one as it is sent, of others filled in."""
    entry = found.entry
    if entry.raw:
        yield (*entry.path, "prompt", "raw"), entry.prompt
        return
    for part, action in zip(entry.parts, found.composed.actions, strict=True):
        yield (*part.path, "prompt"), action


def shared_by(board: Storyboard, found: Composition) -> Iterator[tuple[Path, str]]:
    """What else an author wrote for the prompt of an entry, as it is written: its template, the style, descriptions."""
    path, template = template_of(board, found.entry)
    if found.entry.raw:
        return
    yield path, template
    for key in ("look", "palette", "lighting"):
        yield ("style", key), getattr(board.style, key)
    for key in found.composed.subjects:
        yield (*board.subjects[key].path, "description"), board.subjects[key].description


def where(board: Storyboard, entry: Entry, path: Path, word: str) -> Path:
    """Where a word of a text that was filled in was written: at its path, for all shots of a take, or as a value."""
    if search(board.source.node(path), word):
        return path
    if entry.several and word in entry.prompt:
        return (*entry.path, "prompt")
    return next((at for at, value in _values(board) if word in value), path)


def _values(board: Storyboard) -> Iterator[tuple[Path, str]]:
    for name, value in board.vars.items():
        yield ("vars", name), str(value)
    for name, values in board.variants.matrix.items() if board.variants else ():
        yield from ((("variants", "matrix", name), str(scalar)) for scalar in values.values())


def word_count(text: str) -> tuple[int, int]:
    """Words, and characters of scripts that have no spaces between words."""
    characters = len(CJK.findall(text))
    return len(_WORD.findall(CJK.sub(" ", text))), characters
