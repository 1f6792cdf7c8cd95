"""A plan, or the lack of one, becomes what has to be known of a state to hold it against another one."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pipeline.edit import Footage, assemble
from pipeline.lock import Points
from pipeline.plan import Plan, Variant, points
from pipeline.storyboard import Card, Entry, Shot

_ANY_SIZE = (2, 2)  # pixels: how long a cut is does not hang on it


class Side:
    """One of two states of a storyboard."""

    def __init__(self, plan: Plan | None) -> None:
        """`plan` is None where the storyboard is not in this state."""
        self.plan = plan
        self.entries: tuple[Entry, ...] = plan.board.entries if plan else ()
        self.index = {entry.id: index for index, entry in enumerate(self.entries)}
        self.jobs: list[dict[str, str]] = [{} for _ in self.entries]  # of each entry: variant -> digest
        self.takes: list[dict[str, tuple[str, int]]] = [{} for _ in self.entries]  # variant -> the take that it uses
        self.shown: list[dict[str, frozenset[str]]] = [{} for _ in self.entries]  # variant -> ids of shots in its cut
        self.seconds: dict[str, Fraction] = {}  # variant -> length of its cut
        self.cuts: dict[str, tuple[Fraction | None, str | None, str]] = {}  # variant -> frame rate, fit and size
        self.to_buy = frozenset(job.digest for job in plan.to_buy()) if plan else frozenset()
        for variant in plan.variants if plan else ():
            self._add(variant)

    @property
    def digests(self) -> Mapping[str, object]:
        """All jobs by digest."""
        return self.plan.jobs if self.plan else {}

    def name_of(self, index: int) -> str:
        """The id of the entry before the one at the index; "" for the first."""
        return self.entries[index - 1].id if index else ""

    def _add(self, variant: Variant) -> None:
        assert self.plan is not None
        for index, digest in self.plan.digests(variant).items():
            self.jobs[index][variant.name] = digest
            # What the lock says counts wherever the clip is: on a build server there is none.
            at = variant.name, index, digest
            if take := self.plan.choice(*at) or self.plan.older_use(*at) or self.plan.footage(*at):
                self.takes[index][variant.name] = take.digest, take.number
        shown: dict[int, list[str]] = {}
        for shot in variant.shots:
            shown.setdefault(shot.entry, []).append(shot.id)
        for index, ids in shown.items():
            self.shown[index][variant.name] = frozenset(ids)
        self.seconds[variant.name] = self._length(self.plan, variant)
        width, height = self.plan.compositions.size(variant)
        self.cuts[variant.name] = variant.cut.frame_rate, variant.cut.fit, f"{width}x{height}"

    def chosen(self, index: int, variant: str, shot: str) -> Points:
        """Where a shot begins and ends in the take that the variant uses, where somebody chose it for just that one."""
        take = self.takes[index].get(variant)
        return self.plan.chosen.points(*take, shot) if self.plan and take else Points(None, None)

    def _length(self, plan: Plan, variant: Variant) -> Fraction:
        """Seconds of a variant's cut, as long as its takes are what was asked for."""
        rate, fit = variant.cut.frame_rate, variant.cut.fit
        assert rate is not None
        assert fit is not None
        footage = [
            _card(each) if isinstance(each, Card) else self._footage(plan, variant, each) for each in variant.sequence
        ]
        return assemble(variant.name, footage, rate, _ANY_SIZE, fit).frame_count / rate

    def _footage(self, plan: Plan, variant: Variant, shot: Shot) -> Footage:
        duration_s = plan.compositions.asked(variant, plan.board.entries[shot.entry]).duration_s
        in_s, out_s = points(shot, duration_s)
        own = self.chosen(shot.entry, variant.name, shot.id)
        in_s, out_s = in_s if own.in_s is None else own.in_s, out_s if own.out_s is None else own.out_s
        overlap_s = shot.transition.duration_s if shot.transition else Fraction(0)
        return Footage(shot.id, duration_s, in_s, out_s, overlap_s, "", None)


def _card(card: Card) -> Footage:
    overlap_s = card.transition.duration_s if card.transition else Fraction(0)
    return Footage(card.id, card.duration_s, Fraction(0), None, overlap_s, "", None, ground=card.background)
