"""The cuts that were found in a take become the shots that a film shows of it; too few leave it whole.

The cuts belong to the take, the shots to the storyboard: how many are wanted, where each begins and ends in its part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise

from pipeline.frames import frames_in, plain_seconds
from pipeline.lock import Points
from pipeline.plan.parameters import within
from pipeline.plan.plan import Plan
from pipeline.plan.variants import Variant
from pipeline.storyboard import FRAME_RATE, Entry, Shot
from pipeline.take import BUILT_IN, Flag, FoundCut

CODE = "split"  # of the flag
_DOUBTFUL = 0.75  # of the weakest cut that is used: one left out that is plainer may be the right one
Found = tuple[FoundCut, ...]
Key = tuple[str, int]  # of a take: digest of its request, and its number


@dataclass(frozen=True, slots=True)
class Divided:
    """A film whose shots lie where the cuts of its takes are."""

    variant: Variant  # its shots in seconds of their takes; one, called as the entry, for a take that is kept whole
    notes: tuple[str, ...]  # where that is not what was asked


def divided(plan: Plan, variant: Variant, takes: Mapping[int, Key]) -> Divided:
    """The film with the shots of `takes`, by the index of their entry; of others it shows previs."""
    notes: list[str] = []
    shots: list[Shot] = []
    for index, group in groupby(variant.shots, lambda shot: shot.entry):
        own = tuple(group)
        if plan.board.entries[index].finds_cuts:
            own = _Take(plan, variant, index, takes.get(index)).shots(own, notes)
        shots += own
    return Divided(replace(variant, shots=tuple(shots)), tuple(notes))


def split_flags(plan: Plan, index: int, key: Key, cuts: Found | None) -> Iterator[Flag]:
    """What is odd about the cuts of a take, for an entry that is divided at them."""
    entry = plan.board.entries[index]
    if cuts is None or not entry.finds_cuts:
        return
    found, wanted = len(cuts) + 1, len(entry.parts)
    if _bounds(plan, entry, key, cuts) is None:
        yield Flag(CODE, f"{found} of {wanted} shots found: kept whole", BUILT_IN)
    elif _in_doubt(cuts, wanted - 1):
        at = " and ".join(f"{plain_seconds(cut.at_s)} s" for cut in _plainest(cuts, wanted - 1))
        yield Flag(CODE, f"{found} shots found where {wanted} were asked for: divided at {at}", BUILT_IN)


@dataclass(frozen=True, slots=True)
class _Take:
    """The footage of one entry in one film."""

    plan: Plan
    variant: Variant
    index: int
    key: Key | None  # None: previs

    @property
    def entry(self) -> Entry:
        return self.plan.board.entries[self.index]

    def shots(self, own: tuple[Shot, ...], notes: list[str]) -> tuple[Shot, ...]:
        cuts = self.plan.view.cuts.get(self.key) if self.key else None
        bounds = self.as_asked() if cuts is None or not self.key else _bounds(self.plan, self.entry, self.key, cuts)
        if bounds is None:
            assert cuts is not None
            found = f"{len(cuts) + 1} of {len(self.entry.parts)} shots found"
            notes.append(f"{self.entry.id}: {found}: its take is kept whole")
            return (self.whole(own),)
        rate = self.variant.cut.frame_rate or FRAME_RATE
        # The first frame of the film that shows the part: one earlier would flash what is before the cut.
        ends = [Fraction(math.ceil(at_s * rate)) / rate for at_s in bounds]
        parts = list(pairwise([Fraction(0), *ends, None]))
        return tuple(self.placed(shot, parts[shot.part][0] or Fraction(0), parts[shot.part][1], notes) for shot in own)

    def as_asked(self) -> tuple[Fraction, ...]:
        """Where the parts of a previs begin, to its frame: they are equally long."""
        asked, count = self.plan.compositions.asked(self.variant, self.entry), len(self.entry.parts)
        rate = asked.model.frame_rate
        return tuple(Fraction(frames_in(asked.duration_s * part / count, rate)) / rate for part in range(1, count))

    def placed(self, shot: Shot, begin_s: Fraction, end_s: Fraction | None, notes: list[str]) -> Shot:
        """The shot in its part, without points that lie outside of it."""
        found, until_s = within(shot, begin_s, end_s), self.length_s if end_s is None else end_s
        late = found.in_s >= until_s
        long = found.out_s is not None and found.out_s > until_s
        chosen = self.plan.chosen.points(*self.key, shot.id) if self.key else Points(None, None)
        for word, outside, instead in (("in", late, chosen.in_s), ("out", long, chosen.out_s)):
            if outside and instead is None:
                length = plain_seconds(until_s - begin_s)
                notes.append(f"{shot.id}: its {word} point is passed over: its part of the take is {length} s long")
        return replace(found, in_s=begin_s if late else found.in_s, out_s=None if long else found.out_s)

    @property
    def length_s(self) -> Fraction:
        """Seconds of the footage: those of the take, else those that are asked for."""
        takes = self.plan.view.takes.get(self.key[0], ()) if self.key else ()
        clip = next((take.clip for take in takes if self.key == (take.digest, take.number)), None)
        if clip and clip.frame_rate:
            return clip.frame_count / clip.frame_rate
        return self.plan.compositions.asked(self.variant, self.entry).duration_s

    def whole(self, own: tuple[Shot, ...]) -> Shot:
        """All of the take, as it is shown where nobody asks for its cuts."""
        assert self.key
        first, last = self.entry.shots[0], self.entry.shots[-1]
        begin, end = (self.plan.chosen.points(*self.key, shot.id) for shot in (first, last))
        return Shot(
            id=self.entry.id,
            entry=self.index,
            part=0,
            begin_s=Fraction(0),
            end_s=None,
            in_s=first.in_s if begin.in_s is None else begin.in_s,
            out_s=end.out_s,
            transition=own[0].transition,
            path=self.entry.path,
        )


def _bounds(plan: Plan, entry: Entry, key: Key, cuts: Found) -> tuple[Fraction, ...] | None:
    """Where the shots of a take but the first begin: at its plainest cuts, else where somebody chose it for all."""
    if len(cuts) >= len(entry.shots) - 1:
        return tuple(cut.at_s for cut in _plainest(cuts, len(entry.shots) - 1))
    points = [plan.chosen.points(*key, shot.id) for shot in entry.shots]
    chosen = [before.out_s if after.in_s is None else after.in_s for before, after in pairwise(points)]
    known = tuple(at_s for at_s in chosen if at_s is not None)
    rising = all(before < after for before, after in pairwise([Fraction(0), *known]))
    return known if len(known) == len(chosen) and rising else None


def _plainest(cuts: Found, wanted: int) -> Found:
    return tuple(sorted(_ranked(cuts)[:wanted], key=lambda cut: cut.frame))


def _in_doubt(cuts: Found, wanted: int) -> bool:
    """Whether a cut that is not used is nearly as plain as one that is."""
    ranked = _ranked(cuts)
    return len(cuts) > wanted and ranked[wanted].strength > _DOUBTFUL * ranked[wanted - 1].strength


def _ranked(cuts: Found) -> list[FoundCut]:
    return sorted(cuts, key=lambda cut: (-cut.strength, cut.frame))
