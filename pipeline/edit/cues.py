"""Cues in seconds come in; the Sounds that they are in the cut go out, one for each time that a loop comes round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from pipeline.edit import ducking
from pipeline.edit.cut import Segment
from pipeline.edit.ducking import Spans
from pipeline.edit.sound import Cue, Fade, Sound
from pipeline.edit.takes import HALF_FADE
from pipeline.frames import LOOP_S, SAMPLE_RATE, frames_in, plain_seconds, sample_at

_NEXT = 2 * HALF_FADE  # samples over which one time round gives way to the next
_ATTACK = SAMPLE_RATE // 1000  # samples of the fade of an effect that is heard from its beginning: a knock stays one


@dataclass(slots=True)
class Cues:
    """Places cues in one cut."""

    segments: Sequence[Segment]
    rate: Fraction  # frames a second
    spoken: Spans = ()  # samples in which somebody speaks, merged
    notes: list[str] = field(default_factory=list)  # what could not be as it was asked
    _starts: Mapping[str, int] = field(init=False, repr=False)  # frame on which each shot begins

    def __post_init__(self) -> None:
        self._starts = {segment.shot: segment.start for segment in self.segments}

    def sounds(self, cue: Cue, shot: str) -> tuple[Sound, ...]:
        """What a cue of a shot, or of the film (""), is in the cut."""
        begin = self._begin(cue, shot)
        if begin is None:
            return ()
        end, film = self._end(cue), self._at(self.segments[-1].end)
        left = round(cue.duration_s * SAMPLE_RATE) - round(cue.in_s * SAMPLE_RATE)
        asked = end if cue.loop or end < film else begin + left
        if begin >= min(end, film):
            why = "it begins when the film has ended" if begin >= film else "it ends before it begins"
            self._note(cue, shot, f"is not heard: {why}")
            return ()
        if cue.role != "music" and asked > film:
            missing = plain_seconds(Fraction(asked - film, SAMPLE_RATE))
            self._note(cue, shot, f"is cut off by the end of the film, {missing} s before its own")
        stop = min(end, film, begin + left) if not self._loops(cue, left) else min(end, film)
        return tuple(self._rounds(cue, shot, begin, stop, left)) if stop > begin else ()

    def _rounds(self, cue: Cue, shot: str, begin: int, stop: int, left: int) -> Iterator[Sound]:
        """Each time round, crossed with the next; the fades of the cue lie over all of them."""
        own = self._fades(cue, begin, stop)
        skipped, at = round(cue.in_s * SAMPLE_RATE), begin
        while True:
            last = at + left >= stop
            end = stop if last else at + left
            seams: tuple[Fade, ...] = () if at == begin else (Fade(at, at + _NEXT, up=True),)
            seams += () if last else (Fade(end - _NEXT, end, up=False),)
            fades = tuple(fade for fade in own if fade.start < end and fade.stop > at)
            levels = ducking.levels(cue.gain_db, cue.duck_db, self.spoken, at, end)
            yield Sound(cue.role, shot, cue.source, cue.sha256, at, skipped, end - at, (*fades, *seams), levels)
            if last:
                return
            at = end - _NEXT

    def _fades(self, cue: Cue, begin: int, stop: int) -> tuple[Fade, Fade]:
        whole = stop - begin
        attack = _ATTACK if cue.role == "effect" and not cue.in_s else HALF_FADE
        up = min(whole, max(attack, round(cue.fade_in_s * SAMPLE_RATE)))
        down = min(whole, max(HALF_FADE, round(cue.fade_out_s * SAMPLE_RATE)))
        return Fade(begin, begin + up, up=True), Fade(stop - down, stop, up=False)

    def _loops(self, cue: Cue, left: int) -> bool:
        return cue.loop and left >= LOOP_S * SAMPLE_RATE

    def _begin(self, cue: Cue, shot: str) -> int | None:
        """The sample at which a cue begins; None where the shot that it counts from is not in the cut."""
        of = cue.at_shot or shot
        if of and of not in self._starts:
            self._note(cue, shot, f"is not heard: {of} is not in this cut")
            return None
        return self._at(self._starts.get(of, 0) + frames_in(cue.at_s, self.rate))

    def _end(self, cue: Cue) -> int:
        """The sample at which a cue has to have ended."""
        if cue.until_shot in self._starts:
            return self._at(self._starts[cue.until_shot])
        film = self._at(self.segments[-1].end)
        return film if cue.until_s is None else min(film, self._at(frames_in(cue.until_s, self.rate)))

    def _at(self, frame: int) -> int:
        return sample_at(frame, SAMPLE_RATE, self.rate)

    def _note(self, cue: Cue, shot: str, words: str) -> None:
        self.notes.append(f"{shot or cue.role.replace('_', ' ')}: {cue.source} {words}")
