"""A prompt that tells of several shots, "Shot 1: ... Shot 2: ...", enters; what it says of all and of each leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"\bshot ([0-9]{1,2}):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sections:
    """The words of a prompt, shot by shot."""

    throughout: str  # of no shot alone: what stands before the first, and on lines of its own after the last
    shots: tuple[str, ...]  # of each shot; () where the prompt tells of a single one


def sections(prompt: str) -> Sections:
    """The prompt's shots, numbered from 1 without a gap; a number out of turn is a word like any other."""
    marks: list[re.Match[str]] = []
    for mark in _MARK.finditer(prompt):
        if int(mark[1]) == len(marks) + 1:
            marks.append(mark)
    if len(marks) < 2:
        return Sections(prompt, ())
    ends = [*(mark.start() for mark in marks[1:]), len(prompt)]
    shots = [prompt[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    after = ""
    # Where each shot has a line, the lines after the last one are of none: "Sound: surf", "No music".
    if not any("\n" in words for words in shots[:-1]):
        shots[-1], _, after = shots[-1].partition("\n")
    throughout = "\n".join(filter(None, (prompt[: marks[0].start()].strip(), after.strip())))
    return Sections(throughout, tuple(shots))
