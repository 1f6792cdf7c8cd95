"""What a take was to be, what it is and what it looks like enter; flags leave, each a plain sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import MediaError
from pipeline.screening.asked import Asked
from pipeline.take import BUILT_IN, Flag, MediaFacts

if TYPE_CHECKING:
    from pipeline.media.bars import Bars
    from pipeline.media.seeing import Seen
    from pipeline.media.spans import Span

VERSION = "1"  # of everything in here and of what it sees by: another one looks at every take again
_FRAMES = 2  # that a take may be shorter or longer: Seedance makes 121 for 5 s at 24 a second
_SHAPE = Fraction(3, 100)  # of the ratio: models work in blocks of 16 points, 1280 x 704 for 1280 x 720
_SIDE = Fraction(1, 10)  # of each side, likewise
_SILENT_DB = -60.0  # dBFS: the quietest room that was recorded is louder, and a decoder's rounding is not
_MOST = 5  # spans of one kind, told one by one


def flags(clip: Path, facts: MediaFacts, asked: Asked) -> tuple[Flag, ...] | None:
    """What is odd about a clip; None of a file that is not there any more."""
    from pipeline.media.seeing import see  # here: it loads libav

    measured = [*_length(facts, asked), *_size(facts, asked)]
    try:
        seen = see(clip, hear=asked.dialogue)
    except MediaError as error:
        return (*measured, _flag("unreadable", error.reason)) if clip.is_file() else None
    return (*measured, *_looks(seen, facts), *_sound(seen, facts, asked))


def _length(facts: MediaFacts, asked: Asked) -> Iterator[Flag]:
    if asked.seconds is None or not facts.frame_rate:
        return
    found_s = facts.frame_count / facts.frame_rate
    off = (found_s - asked.seconds) * facts.frame_rate
    if abs(off) > _FRAMES:
        code = "short" if off < 0 else "long"
        yield _flag(code, f"{_seconds(found_s)} long where {_seconds(asked.seconds)} were asked for")


def _size(facts: MediaFacts, asked: Asked) -> Iterator[Flag]:
    if asked.size is None or not facts.height:
        return
    width, height = asked.size
    shape = Fraction(facts.width, facts.height) / Fraction(width, height)
    sides = Fraction(facts.width, width), Fraction(facts.height, height)
    if abs(shape - 1) > _SHAPE or any(abs(side - 1) > _SIDE for side in sides):
        yield _flag("size", f"{facts.width} x {facts.height} pixels where {width} x {height} were asked for")


def _looks(seen: Seen, facts: MediaFacts) -> Iterator[Flag]:
    length_s = facts.frame_count / facts.frame_rate if facts.frame_rate else facts.duration_s
    for code, spans in (("black", seen.black), ("frozen", seen.frozen)):
        for span in spans[:_MOST]:
            yield _flag(code, f"{code} {_when(span, length_s)}", span)
        if len(spans) > _MOST:
            yield _flag(code, f"{code} {len(spans) - _MOST} more times")
    if seen.bars:
        yield _flag("bars", f"black bars {' and '.join(map(_bars, seen.bars))}")


def _bars(bars: Bars) -> str:
    where = "above and below" if bars.across else "left and right"
    each = f"{bars.first}" if bars.first == bars.second else f"{bars.first} and {bars.second}"
    return f"{where}, {each} pixels"


def _sound(seen: Seen, facts: MediaFacts, asked: Asked) -> Iterable[Flag]:
    if not asked.dialogue:
        return ()
    if not facts.sample_rate:
        return (_flag("silent", "no sound where dialogue was asked for"),)
    if seen.loudness_db is None or seen.loudness_db < _SILENT_DB:
        return (_flag("silent", "silent where dialogue was asked for"),)
    return ()


def _when(span: Span, length_s: Fraction) -> str:
    if not span.from_s and span.to_s >= length_s:
        return "from beginning to end"
    return f"from {_seconds(span.from_s)} to {_seconds(span.to_s)}"


def _seconds(length_s: Fraction) -> str:
    """`1.2 s`; hundredths only where tenths would round them away."""
    text = f"{float(length_s):.2f}"
    return f"{text.removesuffix('0')} s"


def _flag(code: str, message: str, span: Span | None = None) -> Flag:
    return Flag(code, message, BUILT_IN, span.from_s if span else None, span.to_s if span else None)
