"""Where somebody speaks comes in; the gain of music over time goes out.

It is laid out by the cut, not by what is heard: nobody knows where in a take the line is said, so the music stays down
for the whole shot, and the same board always sounds the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal

from pipeline.edit.sound import Level
from pipeline.frames import SAMPLE_RATE

ATTACK = SAMPLE_RATE // 4  # samples in which it goes down, before the speech begins
RELEASE = SAMPLE_RATE * 3 // 4  # samples in which it comes up again, after the speech has ended
Spans = Sequence[tuple[int, int]]  # samples of the cut: from, to


def merged(spoken: Iterable[tuple[int, int]]) -> Spans:
    """The spans in order, those as one between which the music would have no time to come up."""
    found: list[tuple[int, int]] = []
    for start, stop in sorted(spoken):
        if found and start - found[-1][1] < ATTACK + RELEASE:
            found[-1] = found[-1][0], max(found[-1][1], stop)
        else:
            found.append((start, stop))
    return found


def levels(gain_db: Decimal, duck_db: Decimal, spans: Spans, start: int, stop: int) -> tuple[Level, ...]:
    """The gain of music from sample `start` to `stop`, down by `duck_db` decibels in the spans, which are merged."""
    first = bisect_right(spans, start - RELEASE, key=lambda span: span[1])
    last = bisect_left(spans, stop + ATTACK, key=lambda span: span[0])
    if not duck_db or first >= last:
        return (Level(start, gain_db),)
    low_db = gain_db - duck_db
    return tuple(
        Level(at, corner_db)
        for begin, end in spans[first:last]
        for at, corner_db in (
            (begin - ATTACK, gain_db), (begin, low_db), (end, low_db), (end + RELEASE, gain_db),
        )
    )  # fmt: skip
