"""Two states of a storyboard become their Difference: what each entry was and is, what it costs, how long films are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipeline import plan as planning
from pipeline.catalog import Price
from pipeline.difference import besides
from pipeline.difference import recut as cutting
from pipeline.difference.matching import moved, pairs
from pipeline.difference.recut import Setting
from pipeline.difference.side import Side
from pipeline.plan import Cause, Plan, State, Variant, Words

Kind = Literal["added", "removed", "renamed", "moved", "changed", "variants", "lost", "recut", "fallback", "notes"]


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that the state after has and the one before has not, or has no take for any more."""

    digest: str  # of its request
    before: str  # digest of the job whose place it takes; "" for none
    variants: tuple[str, ...]  # that want it
    causes: tuple[Cause, ...]  # what moved it; empty where it takes no other's place
    prompt: tuple[Words, ...]  # the prompt before and after; empty where it is the same, or there was none
    seconds: int  # generated and paid for
    price: Price | None  # None: unpriced
    state: State
    reason: str  # why it is in that state, one sentence
    to_pay: bool  # it has to be paid, and in the state before it had not
    same_as: str  # id of an earlier entry here that comes to the same request; "" for none


@dataclass(frozen=True, slots=True)
class Edit:
    """An entry in which something differs."""

    shot: str  # its id; where it was removed the one it had
    was: str  # its id before; "" where it was added
    kinds: tuple[Kind, ...]  # what happened to it, the weightiest first; never empty
    shots: tuple[str, ...]  # ids of what the cut makes of it
    jobs: tuple[NewJob, ...]
    follows: str  # id of the entry before it, where it was moved, else ""; "" for the first, too
    followed: str  # the same in the state before
    recut: tuple[str, ...]  # what the cut makes otherwise of it, one sentence each; costs nothing
    fallback: tuple[str, ...] = ()  # what differs of its other wording, which is bought only after a refusal
    notes: tuple[str, ...] = ()  # what differs of its notes; costs nothing


@dataclass(frozen=True, slots=True)
class Length:
    """How long the cut of one variant is, as long as its takes are what was asked for."""

    variant: str
    before_s: Fraction | None  # seconds; None where the state before has no such variant
    after_s: Fraction | None  # likewise


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two states of a storyboard."""

    edits: tuple[Edit, ...]  # in the order of the state after, removed ones last
    settings: tuple[Setting, ...]  # of the whole film
    variants_added: tuple[str, ...]
    variants_removed: tuple[str, ...]
    lengths: tuple[Length, ...]  # of every variant of either
    new_usd: Decimal  # US dollars for what has to be paid after and had not before, unpriced jobs left out
    new_unpriced: int  # of these jobs, those without a known price
    new_estimate: bool  # only a live quote would be exact
    usd_before: Decimal  # US dollars for all that has to be shot in the state before
    usd: Decimal  # the same in the state after
    unpriced: int  # jobs of that without a known price
    max_cost_usd: Decimal | None  # US dollars that one run may cost after; None: no limit

    @property
    def over_budget(self) -> bool:
        """Whether all that has to be shot costs more than one run may."""
        return self.max_cost_usd is not None and self.usd > self.max_cost_usd

    def count(self, kind: Kind) -> int:
        """Entries to which that happened."""
        return sum(1 for edit in self.edits if kind in edit.kinds)


def difference(before: Plan | None, after: Plan | None) -> Difference:
    """What differs between two plans of a board; None stands for a state that does not have it."""
    old, new = Side(before), Side(after)
    fresh = [after.jobs[digest] for digest in new.to_buy - old.to_buy] if after else []
    prices = [job.price for job in fresh if job.price]
    names = dict.fromkeys((*old.seconds, *new.seconds))
    return Difference(
        edits=tuple(_Edits(old, new)),
        settings=tuple(cutting.settings(old, new)),
        variants_added=tuple(name for name in names if name not in old.seconds) if before else (),
        variants_removed=tuple(name for name in names if name not in new.seconds) if after else (),
        lengths=tuple(Length(name, old.seconds.get(name), new.seconds.get(name)) for name in names),
        new_usd=sum((price.usd for price in prices), Decimal("0.00")),
        new_unpriced=len(fresh) - len(prices),
        new_estimate=any(price.estimate for price in prices),
        usd_before=before.cost_usd() if before else Decimal("0.00"),
        usd=after.cost_usd() if after else Decimal("0.00"),
        unpriced=after.unpriced() if after else 0,
        max_cost_usd=after.max_cost_usd if after else None,
    )


@dataclass(frozen=True, slots=True)
class _Want:
    """A job of an entry that has to be told of."""

    digest: str
    before: str  # digest of the job whose place it takes in the first of the variants; "" for none
    variants: tuple[str, ...]


class _Edits:
    """The entries in which something differs, one after another."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self.pairs = pairs(old, new)
        places = tuple(self.pairs)
        self.moved = frozenset(places[place] for place in moved(tuple(self.pairs.values())))
        self.told: dict[str, str] = {}  # digest -> id of the entry that tells of it
        self.names = self._names()  # what shots are called now, by what they were called
        self.wanted = {index: self._wanted(index, self.pairs.get(index)) for index in range(len(new.entries))}
        first = frozenset(want.variants[0] for found in self.wanted.values() for want in found if want.before)
        self.olds, self.news = _called(old.plan, first), _called(new.plan, first)

    def __iter__(self) -> Iterator[Edit]:
        for index, entry in enumerate(self.new.entries):
            was = self.pairs.get(index)
            jobs = tuple(self._job(index, was, want) for want in self.wanted[index])
            free = self._free(index, was)
            shots = tuple(shot.id for shot in entry.shots)
            if kinds := (*self._kinds(index, was, jobs, free), *(kind for kind, told in free.items() if told)):
                follows = self.new.name_of(index) if index in self.moved else ""
                followed = self.old.name_of(was) if was is not None and index in self.moved else ""
                name = self.old.entries[was].id if was is not None else ""
                yield Edit(entry.id, name, kinds, shots, jobs, follows, followed, *free.values())
        kept = frozenset(self.pairs.values())
        for index, entry in enumerate(self.old.entries):
            if index not in kept:
                yield Edit(entry.id, entry.id, ("removed",), tuple(shot.id for shot in entry.shots), (), "", "", ())

    def _free(self, index: int, was: int | None) -> Mapping[Kind, tuple[str, ...]]:
        """What differs and generates nothing now, in sentences, by its kind."""
        if was is None:
            return {"recut": (), "fallback": (), "notes": ()}
        return {
            "recut": cutting.recut(self.old, self.new, was, index),
            "fallback": besides.fallback(self.old, self.new, was, index),
            "notes": besides.notes(self.old.entries[was], self.new.entries[index]),
        }

    def _kinds(
        self, index: int, was: int | None, jobs: tuple[NewJob, ...], free: Mapping[Kind, tuple[str, ...]]
    ) -> Iterator[Kind]:
        if was is None:
            yield "added"
            return
        if any(job.before for job in jobs):
            yield "changed"
        if self.old.entries[was].id != self.new.entries[index].id:
            yield "renamed"
        if index in self.moved:
            yield "moved"
        if any(not job.before and job.digest not in self.old.digests for job in jobs):
            yield "variants"
        again = [job for job in jobs if not job.before and job.digest in self.old.digests]
        if any(not (free["fallback"] and self._had_none(job)) for job in again):
            yield "lost"

    def _had_none(self, job: NewJob) -> bool:
        """Whether a job had no take before either, because moderation refused it or another one of its shot."""
        return self.old.plan is not None and self.old.plan.state(job.digest)[0] in ("refused", "held")

    def _wanted(self, index: int, was: int | None) -> tuple[_Want, ...]:
        """The jobs of an entry that it had not or had not to pay, each once, with what it replaces first of all."""
        earlier = self.old.jobs[was] if was is not None else {}
        replaced: dict[str, list[str]] = {}
        besides: dict[str, list[str]] = {}
        for variant, digest in self.new.jobs[index].items():
            before, known = earlier.get(variant, ""), digest in self.old.digests
            if before == digest or (not before and known and was is not None):  # a film more out of a take there is
                if known and digest in self.new.to_buy and digest not in self.old.to_buy:
                    besides.setdefault(digest, []).append(variant)
            else:
                (replaced if before else besides).setdefault(digest, []).append(variant)
        return tuple(
            _Want(digest, earlier[replaced[digest][0]] if digest in replaced else "",
                  (*replaced.get(digest, ()), *besides.get(digest, ())))
            for digest in dict.fromkeys((*replaced, *besides))
        )  # fmt: skip

    def _job(self, index: int, was: int | None, want: _Want) -> NewJob:
        plan, digest, before, variants = self.new.plan, want.digest, want.before, want.variants
        assert plan is not None
        causes: tuple[Cause, ...] = ()
        prompt: tuple[Words, ...] = ()
        if before and was is not None and self.old.plan:
            asked = planning.asked(self.old.plan, self.olds[variants[0]], was)
            asked = planning.Asked(asked.request, asked.marks, self.names.get(asked.continues, asked.continues))
            causes, prompt = planning.causes(plan, self.news[variants[0]], index, asked)
        job, (state, reason) = plan.jobs[digest], plan.state(digest)
        own = self.new.entries[index].id
        first = self.told.setdefault(digest, own)
        to_pay = digest in self.new.to_buy and digest not in self.old.to_buy
        same_as = "" if first == own else first
        return NewJob(
            digest, before, variants, causes, prompt, job.duration_s, job.price, state, reason, to_pay, same_as
        )

    def _names(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for index, was in self.pairs.items():
            old, new = self.old.entries[was], self.new.entries[index]
            if old.id != new.id:
                found |= {shot.id: own.id for shot, own in zip(old.shots, new.shots, strict=False)}
        return found


def _called(plan: Plan | None, names: frozenset[str]) -> Mapping[str, Variant]:
    return {variant.name: variant for variant in plan.variants.called(names)} if plan and names else {}
