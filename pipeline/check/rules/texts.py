"""The prompts that an author wrote, filled in: what most rules look at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.plan import Composition
from pipeline.storyboard import Path

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


def word_count(text: str) -> tuple[int, int]:
    """Words, and characters of scripts that have no spaces between words."""
    characters = len(CJK.findall(text))
    return len(_WORD.findall(CJK.sub(" ", text))), characters
