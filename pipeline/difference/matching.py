"""The entries of two states become pairs: by id, else by what they make; and the least that has to be moved."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from pipeline.difference.side import Side


def pairs(before: Side, after: Side) -> Mapping[int, int]:
    """Of each entry that both states have its index after -> before, in order of the state after.

    Entries of one id are the same; else one whose id is gone is the one of a new id that makes the same request.
    """
    found = {index: before.index[entry.id] for index, entry in enumerate(after.entries) if entry.id in before.index}
    gone: dict[str, list[int]] = {}
    for index, entry in enumerate(before.entries):
        if entry.id not in after.index:
            for digest in dict.fromkeys(before.jobs[index].values()):
                gone.setdefault(digest, []).append(index)
    taken: set[int] = set()
    for index in range(len(after.entries)):
        if index not in found:
            alike = (old for digest in after.jobs[index].values() for old in gone.get(digest, ()))
            if (old := next((old for old in alike if old not in taken), None)) is not None:
                found[index] = old
                taken.add(old)
    return dict(sorted(found.items()))


def moved(was: Sequence[int]) -> frozenset[int]:
    """Which members to take out so that the rest is in order: as few as can be, the others are the longest such run.

    `was` holds different numbers; what leaves are places in it, from 0.
    """
    ends: list[int] = []  # the lowest last number of a run, by the length of the run
    last: list[int] = []  # the place of that number
    link: list[int] = []  # by place, that of the number before it in its run; -1 for none
    for place, number in enumerate(was):
        length = bisect_left(ends, number)
        ends[length:] = [number, *ends[length + 1 :]]
        last[length:] = [place, *last[length + 1 :]]
        link.append(last[length - 1] if length else -1)
    at = last[-1] if last else -1
    stay: set[int] = set()
    while at >= 0:
        stay.add(at)
        at = link[at]
    return frozenset(range(len(was))) - stay
