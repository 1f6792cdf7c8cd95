"""A cut and how its clips are coded come in; which of its frames are copied, and which are drawn, goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pipeline.edit import Cut, Segment
from pipeline.media.avc import Sets
from pipeline.media.coded import OWN_SETS, Coded
from pipeline.plain import plain
from pipeline.render.captions import over, seen
from pipeline.render.spans import Span, spans

_SHORT = 8  # frames: fewer are encoded with what stands beside them


@dataclass(frozen=True, slots=True)
class Copied:
    """A run of the cut's frames that are the packets of a clip, as they are."""

    start: int  # frame of the cut
    length: int  # frames, and packets
    source: str  # path of the clip relative to the outputs folder
    packet: int  # the first, in the order of decoding


@dataclass(frozen=True, slots=True)
class Drawn:
    """A run of the cut's frames that are composed and encoded."""

    start: int  # frame of the cut
    length: int  # frames


Part = Copied | Drawn


def parts(cut: Cut, clips: Mapping[str, Coded | str]) -> tuple[Part, ...]:
    """The whole cut, in order and without gaps; `clips` tells how each source is coded, or why it can't be copied.

    Where films have different parameter sets of one number, those that show most of the cut are copied.
    """
    fit = {source: clip for source, clip in clips.items() if isinstance(clip, Coded) and _fits(clip, cut)}
    fit = _agreeing(cut, fit)
    found: list[Part] = []
    lone = False  # whether the last part is a few frames of one shot: too few to be encoded by themselves
    bounds = _bounds(cut)
    for span in (part for whole in spans(cut.segments) for part in _cut_at(whole, bounds)):
        for part in _of(span, cut, fit, lettered=bounds.get(span.start, False)):
            last = found[-1] if found else None
            few = isinstance(part, Drawn) and part.length < _SHORT and len(span.shown) == 1
            if isinstance(part, Drawn) and isinstance(last, Drawn) and (few or lone):
                found[-1] = Drawn(last.start, last.length + part.length)
                lone = few and lone
            else:
                found.append(part)
                lone = few
    return tuple(found)


def shown(cut: Cut, part: Drawn) -> Iterator[Segment]:
    """The segments that are on screen in a part."""
    for span in spans(cut.segments):
        if span.start < part.start + part.length and part.start < span.start + span.length:
            yield from (cut.segments[index] for index in span.shown)


def described(cut: Cut, part: Drawn) -> dict[str, Any]:
    """Everything that the pictures of a drawn part hang on, as plain JSON, wherever in a cut it stands."""
    rows = []
    for span in spans(cut.segments):
        first, stop = max(span.start, part.start), min(span.start + span.length, part.start + part.length)
        if first < stop:
            there = [_shown(cut.segments[index], first) for index in span.shown]
            joint = plain(cut.segments[span.shown[1]].joint) if len(there) > 1 else None
            place = {"from": first - span.start, "frames": stop - first, "of": span.length}
            rows.append({**place, "shown": there, "joint": joint})
    found = {"size": [cut.width, cut.height], "fit": cut.fit, "frame_rate": str(cut.frame_rate), "spans": rows}
    return found | _read(cut, part)


def _read(cut: Cut, part: Drawn) -> dict[str, Any]:
    """The words that are seen in it; nothing where there are none, so that what was drawn before is found again."""
    stop = part.start + part.length
    there = [words for words in seen(cut) if words.start < stop and words.stop > part.start]
    if not there:
        return {}
    from pipeline.render.lettering import described  # here: it loads Pillow

    return {"words": [{**described(cut, words), "from": words.start - part.start} for words in there]}


def _bounds(cut: Cut) -> dict[int, bool]:
    """The frames from which on words are drawn over pictures, or none are."""
    above = over(cut)
    edges = {frame for words in above for frame in (words.start, words.stop)}
    edges |= {span.start for span in spans(cut.segments)}
    return {edge: any(words.start <= edge < words.stop for words in above) for edge in sorted(edges)}


def _cut_at(span: Span, bounds: Mapping[int, bool]) -> Iterator[Span]:
    edges = [edge for edge in bounds if span.start <= edge < span.start + span.length]
    for edge, after in pairwise([*edges, span.start + span.length]):
        yield Span(edge, after - edge, span.shown)


def _shown(segment: Segment, frame: int) -> dict[str, Any]:
    if not segment.source:
        return {"ground": segment.ground} if segment.ground else {"card": segment.card, "shot": segment.shot}
    return {"sha256": segment.sha256, "frame": segment.first + frame - segment.start}


def _fits(clip: Coded, cut: Cut) -> bool:
    free = all(number != OWN_SETS for number, _ in clip.sets.sequence + clip.sets.picture)
    return free and clip.size == (cut.width, cut.height) and clip.rate == cut.frame_rate


def _of(span: Span, cut: Cut, fit: Mapping[str, Coded], *, lettered: bool) -> Iterator[Part]:
    segment = cut.segments[span.shown[0]]
    clip = fit.get(segment.source) if len(span.shown) == 1 and not lettered else None
    run = clip.run(*_frames(span, segment)) if clip else None
    if not clip or not run:
        yield Drawn(span.start, span.length)
        return
    packet, count = run
    before = clip.shown[packet] - _frames(span, segment)[0]
    if before:
        yield Drawn(span.start, before)
    yield Copied(span.start + before, count, segment.source, packet)
    if after := span.length - before - count:
        yield Drawn(span.start + before + count, after)


def _frames(span: Span, segment: Segment) -> tuple[int, int]:
    """The frames of the clip that a span shows: the first, and the one after the last."""
    first = segment.first + span.start - segment.start
    return first, first + span.length


def _agreeing(cut: Cut, fit: Mapping[str, Coded]) -> dict[str, Coded]:
    """Those whose parameter sets may stand in one track; the ones that show the longest come first."""
    frames = dict.fromkeys({clip.sets for clip in fit.values()}, 0)
    for segment in cut.segments:
        if segment.source in fit:
            frames[fit[segment.source].sets] += segment.length
    chosen: list[Sets] = []
    for sets in sorted(frames, key=lambda sets: (-frames[sets], sets.sequence, sets.picture)):
        if all(sets.agree(other) for other in chosen):
            chosen.append(sets)
    return {source: clip for source, clip in fit.items() if clip.sets in chosen}
