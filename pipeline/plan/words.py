"""Two texts enter; what differs leaves, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\s*\S+|\s+\Z")
_MOST = 2_000  # words that are held against each other; beyond them a text counts as another one


@dataclass(frozen=True, slots=True)
class Words:
    """A stretch of two texts that are held against each other."""

    before: str  # "" where something was put in
    after: str  # the same where nothing differs; "" where something was taken out

    @property
    def same(self) -> bool:
        """Whether nothing differs here."""
        return self.before == self.after


def word_diff(before: str, after: str) -> tuple[Words, ...]:
    """The stretches of both texts, in order: joined, the befores are the one and the afters the other."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail])
    whole = [_same(old[:head]), *middle, _same(old[len(old) - tail :])]
    return tuple(_joined(words for words in whole if words.before or words.after))


def _middle(old: list[str], new: list[str]) -> Iterator[Words]:
    if max(len(old), len(new)) > _MOST:
        yield Words("".join(old), "".join(new))
        return
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield _same(old[i:j]) if kind == "equal" else Words("".join(old[i:j]), "".join(new[k:m]))


def _joined(whole: Iterator[Words]) -> Iterator[Words]:
    """A lone "the" between two changed stretches makes three out of what a reader sees as one."""
    run: list[Words] = []
    for words in whole:
        run.append(words)
        if len(run) == 3 and run[1].same and not run[0].same and not run[2].same and len(run[1].before.split()) < 2:
            run = [Words("".join(one.before for one in run), "".join(one.after for one in run))]
        elif len(run) == 3 or run[0].same:
            yield run.pop(0)
    yield from run


def _same(words: list[str]) -> Words:
    text = "".join(words)
    return Words(text, text)


def _common(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    found = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        found += 1
    return found
