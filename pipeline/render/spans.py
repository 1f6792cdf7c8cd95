"""The segments of a cut come in; what is on screen when, and what sounds without a break, goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.edit import Segment


@dataclass(frozen=True, slots=True)
class Span:
    """A run of the cut's frames in which the same segments are on screen."""

    start: int  # frame of the cut
    length: int  # frames
    shown: tuple[int, ...]  # indexes of the segments: one, or the two of a dissolve, the outgoing first


def spans(segments: Sequence[Segment]) -> Iterator[Span]:
    """The spans of the cut, in order and without gaps."""
    for index, segment in enumerate(segments):
        if segment.overlap:
            yield Span(segment.start, segment.overlap, (index - 1, index))
        start, end = segment.start + segment.overlap, segment.start + segment.length
        alone = end - (segments[index + 1].overlap if index + 1 < len(segments) else 0) - start
        if alone > 0:
            yield Span(start, alone, (index,))


def runs(segments: Sequence[Segment]) -> list[range]:
    """The indexes of the segments, grouped where one goes on in the very frame of the clip where another ends."""
    grouped: list[range] = []
    for index, segment in enumerate(segments):
        if index and segment.goes_on_from(segments[index - 1]):
            grouped[-1] = range(grouped[-1].start, index + 1)
        else:
            grouped.append(range(index, index + 1))
    return grouped
