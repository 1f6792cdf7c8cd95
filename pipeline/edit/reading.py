"""Segments and what is to be read over each come in; when which words are seen goes out, and what had no room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import zip_longest

from pipeline.edit.cut import Footage, Segment
from pipeline.words import Stretch, Words, breadth, laid


def read(
    shown: Sequence[Segment], footage: Sequence[Footage], frame_rate: Fraction, size: tuple[int, int]
) -> tuple[tuple[Words, ...], tuple[str, ...]]:
    """The words of a cut of `size` (width, height), in the order in which they appear; and what is left out."""
    words: list[Words] = []
    notes: list[str] = []
    for shot, seen in zip(footage, _stretches(shown), strict=True):
        found = tuple(laid(shot.words, seen, frame_rate, breadth(*size)))
        notes.extend(_left_out(shot, found))
        words.extend(found)
    return tuple(sorted(words, key=lambda each: each.start)), tuple(notes)


def _stretches(segments: Sequence[Segment]) -> Iterator[Stretch]:
    """Where each segment is seen, and where it is seen alone."""
    for segment, after in zip_longest(segments, segments[1:]):
        stop = segment.start + segment.length
        yield Stretch(
            segment.shot, segment.start, stop, (segment.start + segment.overlap, after.start if after else stop)
        )


def _left_out(shot: Footage, found: Sequence[Words]) -> Iterator[str]:
    """What there was no room for: the take is shorter than was asked for."""
    shown = {kind: _bare(words.text for words in found if words.kind == kind) for kind in {one.kind for one in found}}
    for kind, rows in dict.fromkeys((wording.kind, wording.rows) for wording in shot.words):
        if _bare(cell for row in rows for cell in row) not in shown.get(kind, ""):
            yield f"{shot.shot}: a {kind.replace('_', ' ')} is left out: no more of the shot is there for it"


def _bare(texts: Iterable[str]) -> str:
    """Texts without the spaces and lines that they are parted by."""
    return "".join("".join(texts).split())
