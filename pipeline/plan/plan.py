"""The Plan: jobs and slots, and for each what is sent for it, which take it uses and in which state it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from pipeline.catalog import Price
from pipeline.lock import Lock, Use
from pipeline.plan.chosen import Chosen
from pipeline.plan.compositions import Composition, Compositions, Key
from pipeline.plan.jobs import FIRST_TAKE, Facts, Job, frame_of, request_of
from pipeline.plan.standing import State, after_refusal, standing
from pipeline.plan.variants import Variant, Variants
from pipeline.storyboard import FRAME_RATE, Shot, Storyboard
from pipeline.take import Paid, StoreView, Take
from pipeline.wire import MODERATED, Request

JobUse = tuple[Key, str]  # a composition, and the digest of what it continues from


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a job is used."""

    variant: str
    shot: str
    digest: str  # of the job
    part: int  # of the job's take, from 0; 0 where the take is one shot
    state: State
    reason: str  # why it is in that state, one sentence
    take: int  # number of the take in use, or of the one to be made
    continues: str  # id of the shot it continues from; "" for none


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be made, used and paid for. Slots and requests are made anew when they are asked for."""

    storyboard: str  # its name
    compositions: Compositions = field(repr=False)
    facts: Facts = field(repr=False)
    view: StoreView = field(repr=False)
    jobs: Mapping[str, Job]  # by digest, each once, what others continue from first
    uses: Mapping[JobUse, str] = field(repr=False)  # the digest of the job that each composition comes to
    lock: Lock = field(repr=False)
    chosen: Chosen = field(repr=False)
    fallbacks: Mapping[str, Job] = field(repr=False)  # by the digest of the job that each stands for
    owners: Mapping[str, tuple[int, str]] = field(repr=False)  # of each job the first entry and variant that want it
    held: Mapping[str, str] = field(repr=False)  # jobs that are not bought before another one was -> why
    max_cost_usd: Decimal | None  # dollars; None: no limit
    elsewhere: str = ""  # where else an absent take may be, for its reason; "" where nowhere else
    _states: dict[tuple[str, int, str], tuple[State, str]] = field(default_factory=dict, init=False, repr=False)

    @property
    def origin(self) -> str:
        """The endpoint whose takes count."""
        return self.view.origin

    @property
    def board(self) -> Storyboard:
        """What the author wrote."""
        return self.compositions.board

    @property
    def variants(self) -> Variants:
        """The films of the board."""
        return self.compositions.variants

    def digests(self, variant: Variant) -> Mapping[int, str]:
        """The job of each entry that the variant needs, by the entry's index."""
        found: dict[int, str] = {}
        for index, upstream in self.compositions.in_turn(variant):
            before = found[upstream.entry] if upstream else ""
            found[index] = self.uses[self.compositions.key(variant, index), before]
        return found

    def slots(self, variant: Variant) -> Iterator[Slot]:
        """The slots of one variant, in the order of the cut."""
        digests = self.digests(variant)
        for shot in variant.shots:
            yield self._slot(variant, shot, digests[shot.entry])

    def every_slot(self) -> Iterator[Slot]:
        """The slots of all variants, one variant after another."""
        for variant in self.variants:
            yield from self.slots(variant)

    def composition(self, variant: Variant, index: int) -> Composition:
        """What the entry at the index says in the variant."""
        return self.compositions.composition(variant, index)

    def request(self, variant: Variant, index: int, digests: Mapping[int, str] | None = None) -> Request:
        """What is sent for the entry at the index in the variant; `digests` are the variant's, where they are known."""
        composition = self.composition(variant, index)
        link = composition.entry.continue_from
        if link is None:
            return request_of(composition, self.facts, None)
        shot = self.compositions.targets[link.shot]
        digest = (self.digests(variant) if digests is None else digests)[shot.entry]
        return request_of(composition, self.facts, frame_of(self.compositions, variant, shot, digest, self.chosen))

    def fallback_request(self, variant: Variant, index: int, digests: Mapping[int, str]) -> Request | None:
        """What is sent if moderation refuses the request of the entry; None where the author has no other wording."""
        composition = self.compositions.fallback(variant, index)
        if composition is None:
            return None
        link = composition.entry.continue_from
        shot = self.compositions.targets[link.shot] if link else None
        frame = frame_of(self.compositions, variant, shot, digests[shot.entry], self.chosen) if shot else None
        return request_of(composition, self.facts, frame)

    def state(self, digest: str) -> tuple[State, str]:
        """The state of a job, and why it is in it."""
        index, variant = self.owners[digest]
        return self.state_in(variant, index, digest)

    def state_in(self, variant: str, index: int, digest: str) -> tuple[State, str]:
        """The state of an entry's job as the variant sees it, which may hold a take that others don't."""
        key = variant, index, digest
        if key not in self._states:
            state, why = self._state_in(variant, index, digest)
            self._states[key] = state, f"{why}; {self.elsewhere}" if state == "absent" and self.elsewhere else why
        return self._states[key]

    def forget_states(self) -> None:
        """What is held back has changed: states are found anew."""
        self._states.clear()

    def _state_in(self, variant: str, index: int, digest: str) -> tuple[State, str]:
        use, used = self.choice(variant, index, digest), self.use(variant, index, digest)
        gone = self.absent_in(variant, index, digest)
        if use and gone and (use.how or use.digest == digest == gone[0].digest) and digest not in self.view.unsettled:
            name = self.name_of(gone[0].digest, gone[0].number)
            which = f"take {name}, which was chosen for it, is paid for" if used or use.how else "paid for"
            return "absent", f"{which}, and its clip is not here"
        if use and use.held and use.wanted != digest and used:
            name = self.name_of(used.digest, used.number)
            return "held", f"take {name} of an older request is held: changes buy nothing until it is released"
        older = self.older_use(variant, index, digest)
        name = self.name_of(used.digest, used.number) if used else 0
        found = standing(digest, self.view, used, name, older, self.held.get(digest, ""))
        if found[0] == "refused" and digest in self.fallbacks:
            found = after_refusal(self.fallbacks[digest].digest, self.view)
        if found[0] not in ("reuse", "open", "uncertain", "absent") and gone:
            return "absent", "its other wording is paid for, and that clip is not here"
        return found

    def absent(self, digest: str) -> tuple[Paid, ...]:
        """Takes of a job that are paid for, not here and wanted, the one that is used first."""
        index, variant = self.owners[digest]
        return self.absent_in(variant, index, digest)

    def absent_in(self, variant: str, index: int, digest: str) -> tuple[Paid, ...]:
        """The same as the variant sees it: the take that was chosen, else all of its request where none is here."""
        use, gone = self.choice(variant, index, digest), self.view.absent.get(digest, ())
        if use and _here(self.view, use):
            return ()
        chosen = [paid for paid in self.view.absent.get(use.digest, ()) if paid.number == use.number] if use else []
        if not chosen and self.use(variant, index, digest):
            return ()
        return (*chosen, *(paid for paid in gone if paid not in chosen))

    def at_work(self, digest: str) -> str:
        """Digest of the request by which a job is under way: its own, or that of its fallback once it was refused."""
        fallback = self.fallbacks[digest].digest if digest in self.fallbacks else ""
        return fallback if fallback in self.view.open or fallback in self.view.uncertain else digest

    def choice(self, variant: str, index: int, digest: str) -> Use | None:
        """What the lock says that an entry uses in a variant for the request it makes now, wherever its clip is."""
        return self.chosen.use(self.board.entries[index].id, variant, digest)

    def use(self, variant: str, index: int, digest: str) -> Take | None:
        """The take that an entry uses in a variant for just the request it makes now; None where it has none."""
        use = self.choice(variant, index, digest)
        found = _here(self.view, use) if use else None
        return found or self.view.best(digest) or self._fallback_take(digest)

    def _fallback_take(self, digest: str) -> Take | None:
        refused = self.view.failed.get(digest) == MODERATED and digest in self.fallbacks
        return self.view.best(self.fallbacks[digest].digest) if refused else None

    def name_of(self, digest: str, number: int) -> int:
        """What people call a take: its number among all takes of its shot, where the lock has given it one."""
        return self.lock.slate(self.origin, digest, number) or number

    def next_number(self, digest: str) -> int:
        """That of the next take of a request: one more than any take of it that was paid for."""
        known = [take.number for take in self.view.takes.get(digest, ())]
        known += [paid.number for paid in self.view.absent.get(digest, ())]
        known += [paid.number for paid in self.lock.takes(self.origin, [digest]).get(digest, ())]
        return max(known, default=0) + 1

    def frame_rate(self, digest: str) -> Fraction:
        """Frames a second of the takes of a request: of one of its jobs, or of one that the lock knows."""
        job = self.jobs.get(digest)
        request = None if job else self.lock.request(self.origin, digest)
        name = job.model if job else str((request or {}).get("model", ""))
        known = self.compositions.models.get(name)
        take = self.view.best(digest)
        return known.frame_rate if known else take.clip.frame_rate if take else FRAME_RATE

    def older_use(self, variant: str, index: int, digest: str) -> Use | None:
        """What the lock says that the entry used in the variant for an older request, wherever its clip is."""
        entry = self.board.entries[index].id
        chosen = self.lock.own_use(self.origin, entry, variant)
        if chosen is None:
            chosen = self.lock.own_use(self.origin, entry, "")
            if chosen and chosen.wanted in self.jobs:  # another variant's; this one is new
                return None
        return chosen if chosen and chosen.wanted != digest else None

    def older(self, variant: str, index: int, digest: str) -> Take | None:
        """The take of an older request that the entry used in the variant, and uses until a new one is there."""
        chosen = self.older_use(variant, index, digest)
        return _here(self.view, chosen) if chosen else None

    def footage(self, variant: str, index: int, digest: str) -> Take | None:
        """The best paid take there is for an entry in a variant: that of its request, else of an older one."""
        return self.use(variant, index, digest) or self.older(variant, index, digest)

    def alone(self) -> frozenset[int]:
        """Indices of the entries that come to one job, whatever variant shows them."""
        digests: dict[int, set[str]] = {}
        for (key, _), digest in self.uses.items():
            index = key[0]
            assert isinstance(index, int)
            digests.setdefault(index, set()).add(digest)
        return frozenset(index for index, several in digests.items() if len(several) == 1)

    def priced(self, prices: Mapping[str, Price]) -> Plan:
        """The same at other prices, by request digest."""
        jobs = {digest: replace(job, price=prices.get(digest, job.price)) for digest, job in self.jobs.items()}
        return replace(self, jobs=jobs)

    def to_buy(self) -> tuple[Job, ...]:
        """Jobs that have to be generated, each once: those without a take, and those whose take is stale."""
        return tuple(job for job in self.jobs.values() if self.state(job.digest)[0] in ("generate", "stale"))

    def changed(self) -> tuple[Job, ...]:
        """Those of `to_buy` that have a take, of an older request, which can stay in use."""
        return tuple(job for job in self.jobs.values() if self.state(job.digest)[0] == "stale")

    def cost_usd(self) -> Decimal:
        """Dollars for all that has to be generated, unpriced jobs left out."""
        return sum((job.price.usd for job in self.to_buy() if job.price), Decimal("0.00"))

    def unpriced(self) -> int:
        """Jobs to be generated that have no known price."""
        return sum(1 for job in self.to_buy() if job.price is None)

    def over_budget(self) -> bool:
        """Whether it costs more than one run may."""
        return self.max_cost_usd is not None and self.cost_usd() > self.max_cost_usd

    def _slot(self, variant: Variant, shot: Shot, digest: str) -> Slot:
        state, reason = self.state_in(variant.name, shot.entry, digest)
        best = self.use(variant.name, shot.entry, digest)
        link = self.board.entries[shot.entry].continue_from
        number = best.number if best else FIRST_TAKE
        return Slot(variant.name, shot.id, digest, shot.part, state, reason, number, link.shot if link else "")


def _here(view: StoreView, use: Use) -> Take | None:
    return next((take for take in view.takes.get(use.digest, ()) if take.number == use.number), None)
