"""Whether what is read in each film can be filled in, and is there in its language."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import Problem
from pipeline.plan import Compositions
from pipeline.said import Said, Unlike, has_words


def problems(compositions: Compositions) -> Iterator[Problem]:
    """What is wrong with the words of each film that says something else than the ones before."""
    unlike = Unlike(compositions.board)
    for variant in compositions.variants if has_words(compositions.board) else ():
        if found := unlike.among(variant):
            said = Said(compositions, variant)
            for shown in found:
                said.of(shown)
            yield from said.problems
