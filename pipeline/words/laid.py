"""The words that a shot brings, and the frames in which it is seen, come in; when each is shown goes out.

Nobody knows when in a take a line is spoken. So lines are laid over the shot in their order, each for as long as it
takes to read, all of them drawn out or hurried together where the shot is longer or shorter than that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipeline.frames import frames_in
from pipeline.words.lines import columns, paged
from pipeline.words.values import Kind, Wording, Words

COMFORT, HURRY = 17, 20  # columns of text that are read in a second: at ease, and at most
_LEAST_S, _MOST_S = Fraction(1), Fraction(7)  # seconds for one caption
_DRAWN_OUT = Fraction(3, 2)  # times as long as it takes to read, where there is room
_GAP_S = Fraction(1, 12)  # seconds between two captions: without a gap nobody sees that they change
_LEAD_S = Fraction(1, 2)  # seconds before the first words of a shot, at most
_USUAL_S = Fraction(4)  # seconds for which a title or a lower third is shown, at most
_FADES_S: dict[Kind, Fraction] = {
    "title": Fraction(1, 2),
    "lower_third": Fraction(1, 3),
    "card": Fraction(1, 2),
    "credits": Fraction(1, 2),
}
_LINES = 2  # of a caption


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where in the cut a shot is seen."""

    shot: str
    start: int  # frame of the cut
    stop: int  # the one after the last
    clear: tuple[int, int]  # those of them in which no other shot is seen: the first, and the one after the last


def breadth(width: int, height: int) -> int:
    """Columns of a caption's line: 42 in wide pictures, fewer in narrow ones, whose letters would be too small."""
    return max(26, min(42, round(Fraction(width, height) * Fraction(9, 16) * 42)))


def laid(wordings: Sequence[Wording], seen: Stretch, rate: Fraction, wide: int) -> Iterator[Words]:
    """The words of one shot in the frames of the cut; `wide` is how many columns a line of a caption has."""
    for wording in wordings:
        if wording.kind in ("card", "credits"):
            yield _alone(wording, seen, rate)
        elif wording.kind != "caption":
            yield from _over(wording, seen, rate)
    captions = [wording for wording in wordings if wording.kind == "caption"]
    for group, (start, stop) in _groups(captions, seen, rate):
        yield from _read(group, seen, start, stop, rate, wide)


def hurried(words: Words, rate: Fraction) -> bool:
    """Whether they are shown for less time than it takes to read them; credits that roll by are not read through."""
    return not words.rolls and 0 < HURRY * words.length < columns(words.text) * rate


def needed_s(text: str) -> Fraction:
    """Seconds that it takes to read a text at ease."""
    return max(_LEAST_S, Fraction(columns(text), COMFORT))


def _alone(wording: Wording, seen: Stretch, rate: Fraction) -> Words:
    length = seen.stop - seen.start
    fade = 0 if wording.rolls else _fade(wording.kind, length, rate)
    come, go = (fade if seen.start == seen.clear[0] else 0), (fade if seen.stop == seen.clear[1] else 0)
    return Words(wording.kind, seen.shot, wording.rows, seen.start, length, come, go, rolls=wording.rolls)


def _over(wording: Wording, seen: Stretch, rate: Fraction) -> Iterator[Words]:
    first, last = seen.clear
    lead = min(frames_in(_LEAD_S, rate), (last - first) // 4)
    start = first + lead if wording.start_s is None else seen.start + frames_in(wording.start_s, rate)
    if wording.duration_s is None:
        end = seen.stop if start >= last else last
        stop = min(end, start + frames_in(_USUAL_S, rate))
    else:
        stop = min(seen.stop, start + max(1, frames_in(wording.duration_s, rate)))
    if start < stop:
        fade = _fade(wording.kind, stop - start, rate)
        yield Words(wording.kind, seen.shot, wording.rows, start, stop - start, fade, fade, wording.position)


def _fade(kind: Kind, length: int, rate: Fraction) -> int:
    return min(frames_in(_FADES_S[kind], rate), length // 4)


def _groups(
    captions: Sequence[Wording], seen: Stretch, rate: Fraction
) -> Iterator[tuple[list[Wording], tuple[int, int]]]:
    """Captions that share a stretch of the shot: those without a time of their own follow the one before them."""
    groups: list[list[Wording]] = []
    for wording in captions:
        if groups and wording.start_s is None:
            groups[-1].append(wording)
        else:
            groups.append([wording])
    starts = [_start(group[0], seen, rate) for group in groups]
    for number, (group, start) in enumerate(zip(groups, starts, strict=True)):
        own = group[0].start_s is not None
        later = [other for at, other in enumerate(starts) if (other, at) > (start, number)]
        stop = min([seen.stop if own and start >= seen.clear[1] else seen.clear[1], *later])
        if own and group[-1].duration_s is not None and len(group) == 1:
            stop = min([seen.stop, *later, start + max(1, frames_in(group[-1].duration_s, rate))])
        yield group, (start, stop)


def _start(wording: Wording, seen: Stretch, rate: Fraction) -> int:
    return seen.clear[0] if wording.start_s is None else seen.start + frames_in(wording.start_s, rate)


def _read(group: list[Wording], seen: Stretch, start: int, stop: int, rate: Fraction, wide: int) -> Iterator[Words]:
    """The captions of one stretch, page by page."""
    pages = [
        (wording, page)
        for wording in group
        for page in paged("\n".join(" ".join(row) for row in wording.rows), wide, _LINES)
    ]
    gap = max(1, frames_in(_GAP_S, rate))
    lengths = [_wanted(wording, page, rate) for wording, page in pages]
    room = stop - start - gap * (len(pages) - 1)
    if not pages or room < len(pages):
        return
    slack = room - sum(lengths)
    if group[0].start_s is None and slack > 0:
        lead = min(slack // 4, frames_in(_LEAD_S, rate))
        start, room = start + lead, room - lead
    for (wording, page), length in zip(pages, _shared(lengths, room, rate), strict=True):
        rows = tuple((line,) for line in page)
        yield Words("caption", seen.shot, rows, start, length, speaker=wording.speaker)
        start += length + gap


def _wanted(wording: Wording, page: Sequence[str], rate: Fraction) -> int:
    """Frames that a page would take at ease, or its share of what its author gives the whole."""
    whole = sum(columns(" ".join(row)) for row in wording.rows)
    own = columns(" ".join(page))
    if wording.duration_s is not None and whole:
        return max(1, frames_in(wording.duration_s * own / whole, rate))
    return max(1, frames_in(needed_s(" ".join(page)), rate))


def _shared(lengths: Sequence[int], room: int, rate: Fraction) -> Iterator[int]:
    """Each length drawn out or hurried in the same measure, so that all of them have room."""
    factor = min(_DRAWN_OUT, Fraction(room, sum(lengths)))
    most = frames_in(_MOST_S, rate)
    left = room
    for number, length in enumerate(lengths):
        after = len(lengths) - number - 1  # each of them needs a frame
        own = max(1, min(left - after, int(length * factor), max(most, length)))
        left -= own
        yield own
