"""Segments come in; the sound of their takes goes out, each run of one take's frames as one Sound.

Where one shot's sound gives way to the next one's, both fade over the same samples, equal in power: over the whole of a
transition, around a hard cut for 10 ms. A lead or a lag moves that place away from the picture: what leads or lags is
heard whole, and its neighbour fades where it begins or ends. Where a lag meets a lead both are heard all the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

from pipeline.edit.cut import Footage, Segment, frames_available
from pipeline.edit.sound import Fade, Level, Sound
from pipeline.frames import SAMPLE_RATE, frames_in, sample_at

HALF_FADE = SAMPLE_RATE // 200  # samples: a hard cut is heard as a crossfade of twice this, 10 ms, around it
_MOVED_FADE = SAMPLE_RATE // 10  # samples of the crossfade where a lead begins, or a lag ends


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of all takes."""

    sounds: tuple[Sound, ...]
    spoken: tuple[tuple[int, int], ...]  # samples of the cut in which somebody speaks: from, to
    notes: tuple[str, ...]  # leads and lags that are shorter than asked


def heard(segments: Sequence[Segment], footage: Sequence[Footage], frame_rate: Fraction) -> Heard:
    """What the takes sound like at `frame_rate`; a card and a muted take are silent."""
    takes = _Takes(segments, footage, frame_rate)
    sounds = tuple(takes.sound(run) for run in takes.runs())
    return Heard(sounds, tuple(takes.spoken), tuple(takes.notes))


@dataclass(slots=True)
class _Takes:
    segments: Sequence[Segment]
    footage: Sequence[Footage]
    rate: Fraction
    leads: list[int] = field(default_factory=list)  # frames, of each segment
    lags: list[int] = field(default_factory=list)  # frames, likewise
    spoken: list[tuple[int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sample: Callable[[int], int] = field(init=False)

    def __post_init__(self) -> None:
        self.sample = partial(sample_at, sample_rate=SAMPLE_RATE, frame_rate=self.rate)
        for index in range(len(self.segments)):
            self.leads.append(self._reach(index, "lead"))
            self.lags.append(self._reach(index, "lag"))

    def runs(self) -> Iterator[range]:
        """Indexes of the segments that sound, those together that go on in one take."""
        begun: range | None = None
        for index in range(len(self.segments)):
            if begun and self._goes_on(index):
                begun = range(begun.start, index + 1)
                continue
            if begun:
                yield begun
            begun = range(index, index + 1) if self._sounds(index) else None
        if begun:
            yield begun

    def sound(self, run: range) -> Sound:
        """One run as it is heard; whoever speaks in it is remembered."""
        first, last = self.segments[run[0]], self.segments[run[-1]]
        come, go = self._come(run), self._go(run)
        offset = self.sample(first.first) - self.sample(first.start)  # from a sample of the cut to the take's
        start = max(come.start, -offset)
        for index in run:
            if self.footage[index].own.speaks:
                begin = start if index == run[0] else self.sample(self.segments[index].start)
                end = go.stop if index == run[-1] else self.sample(self.segments[index].end)
                self.spoken.append((begin, end))
        speaks = any(self.footage[index].own.speaks for index in run)
        return Sound(
            role="dialogue" if speaks else "take",
            shot=first.shot,
            source=last.source,
            sha256=last.sha256,
            start=start,
            first=start + offset,
            length=go.stop - start,
            fades=(come, go),
            levels=tuple(self._levels(run, start)),
        )

    def _sounds(self, index: int) -> bool:
        return bool(self.segments[index].source) and not self.footage[index].own.muted

    def _goes_on(self, index: int) -> bool:
        """Whether the sound of a segment is that of the one before, without a seam."""
        inside = 0 < index < len(self.segments)
        both = inside and self._sounds(index) and self._sounds(index - 1)
        return both and self.segments[index].goes_on_from(self.segments[index - 1])

    def _levels(self, run: range, start: int) -> Iterator[Level]:
        gain_db = self.footage[run[0]].own.gain_db
        yield Level(start, gain_db)
        for index in run[1:]:
            before, gain_db = gain_db, self.footage[index].own.gain_db
            if gain_db != before:
                seam = self.sample(self.segments[index].start)
                yield from (Level(seam - HALF_FADE, before), Level(seam + HALF_FADE, gain_db))

    def _come(self, run: range) -> Fade:
        segment = self.segments[run[0]]
        if moved := self._joint(run[0]):
            return Fade(*moved, up=True)
        start = self.sample(segment.start)
        half = self._half(run)
        return Fade(start - min(half, self.sample(segment.first), start), start + half, up=True)

    def _go(self, run: range) -> Fade:
        if moved := self._joint(run.stop):
            return Fade(*moved, up=False)
        end, half = self.sample(self.segments[run[-1]].end), self._half(run)
        return Fade(end - half, end + half if run.stop < len(self.segments) else end, up=False)

    def _half(self, run: range) -> int:
        """Samples of the fade at a hard cut on either side of it."""
        length = self.sample(self.segments[run[-1]].end) - self.sample(self.segments[run[0]].start)
        return min(HALF_FADE, length // 2)

    def _joint(self, index: int) -> tuple[int, int] | None:
        """The samples over which a segment takes the place of the one before; None at a hard cut."""
        if not 0 < index < len(self.segments):
            return None
        segment, lead, lag = self.segments[index], self.leads[index], self.lags[index - 1]
        start = self.sample(segment.start - lead)
        stop = self.sample(segment.start + segment.overlap + lag)
        if lead and not lag:
            return start, min(stop, start + _MOVED_FADE)
        if lag and not lead:
            return max(start, stop - _MOVED_FADE), stop
        return (start, stop) if stop > start else None

    def _reach(self, index: int, way: str) -> int:
        """Frames by which a segment's sound leads or lags: fewer than asked where there are no more, or no room."""
        own = self.footage[index].own
        asked = frames_in(own.lead_s if way == "lead" else own.lag_s, self.rate)
        if not asked or not self._sounds(index) or self._goes_on(index + (way == "lag")):
            return 0
        left, room = self._before(index) if way == "lead" else self._after(index)
        reach = max(0, min(asked, left, room))
        if reach < asked:
            verb = "begins" if way == "lead" else "ends"
            side = "before" if way == "lead" else "after"
            why = f"no more of its take lies {side} it" if left <= room else "the film has no more room for it"
            shot = self.segments[index].shot
            self.notes.append(f"{shot}: its sound {verb} {reach} frames {side} its picture, not {asked}: {why}")
        return reach

    def _before(self, index: int) -> tuple[int, int]:
        """Frames of the take before a segment, and of the one before it in the cut that its sound may take."""
        segment = self.segments[index]
        over = self.segments[index - 2].end + self.lags[index - 2] if index > 1 else 0
        return segment.first, segment.start - over - 1 if index else 0

    def _after(self, index: int) -> tuple[int, int]:
        """Frames of the take after a segment, and of the one after it in the cut that its sound may take."""
        segment, clip = self.segments[index], self.footage[index].clip
        left = frames_available(clip, self.rate) - segment.first - segment.length if clip else 0
        end = self.segments[index + 2].start if index + 2 < len(self.segments) else self.segments[-1].end
        return left, end - segment.end - 1
