"""A Plan and a shot become its takes, as people name them: what each is, who uses it, whether it answers the shot."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from pipeline.lock import Points, Use
from pipeline.plan.dividing import split_flags
from pipeline.plan.plan import Plan
from pipeline.plan.variants import Variant
from pipeline.take import Flag, Paid, StoreView, Take


@dataclass(frozen=True, slots=True)
class TakeRow:
    """One take of a shot."""

    name: int  # among all takes of the shot, from 1: what --circle takes
    digest: str  # of the request that it answers
    number: int  # among the takes of that request, from 1
    price_usd: Decimal | None  # US dollars; None: nobody knows
    prediction: str  # the API's id
    here: Take | None  # None: its clip is not here
    answers: tuple[str, ...]  # variants whose shot makes just its request now
    used: tuple[str, ...]  # variants that use it
    how: frozenset[str]  # how some of them do: kept, held
    points: Points  # where the shot begins and ends in just this take, if somebody chose that
    flags: tuple[Flag, ...]


def digests_of(plan: Plan, index: int) -> frozenset[str]:
    """Digests of every request that the entry makes, made or uses takes of: those whose takes are its own."""
    entry = plan.board.entries[index].id
    found = {digest for digest, (owner, _) in plan.owners.items() if owner == index}
    for variant in plan.variants:
        if (digest := plan.digests(variant).get(index)) is not None:
            found |= {digest, *(use.digest for use in _uses(plan, variant, index, digest))}
    found |= {plan.fallbacks[digest].digest for digest in found & plan.fallbacks.keys()}
    return frozenset(found) | {paid.digest for paid in plan.lock.every_take(plan.origin) if paid.shot == entry}


def takes_of(plan: Plan, index: int, shot: str, view: StoreView) -> tuple[TakeRow, ...]:
    """The takes of an entry by their names; `view` tells of its `digests_of`, `shot` whose points are told."""
    entry, digests = plan.board.entries[index].id, digests_of(plan, index)
    wanted = {variant.name: plan.digests(variant).get(index) for variant in plan.variants}
    used = {variant.name: _used(plan, variant, index, digest)
            for variant in plan.variants if (digest := wanted[variant.name])}  # fmt: skip
    here = {(take.digest, take.number): take for digest in digests for take in view.takes.get(digest, ())}
    paid = {(one.digest, one.number): one for one in _paid(plan, digests, view, entry)}
    rows = []
    for name, key in _named(paid.values(), entry):
        users = {variant: use for variant, use in used.items() if use and (use.digest, use.number) == key}
        rows.append(
            TakeRow(
                name,
                *key,
                paid[key].price_usd,
                paid[key].prediction,
                here.get(key),
                tuple(variant for variant, digest in wanted.items() if digest and key[0] in _wordings(plan, digest)),
                tuple(users),
                frozenset(use.how for use in users.values() if use.how),
                plan.chosen.points(*key, shot),
                (*view.flags.get(key, ()), *split_flags(plan, index, key, view.cuts.get(key))),
            )
        )
    return tuple(rows)


def _wordings(plan: Plan, digest: str) -> frozenset[str]:
    other = plan.fallbacks.get(digest)
    return frozenset({digest, other.digest} if other else {digest})


def _uses(plan: Plan, variant: Variant, index: int, digest: str) -> Iterator[Use]:
    for use in (plan.choice(variant.name, index, digest), plan.older_use(variant.name, index, digest)):
        if use:
            yield use


def _used(plan: Plan, variant: Variant, index: int, digest: str) -> Use | None:
    """What the variant uses, wherever its clip is: what was chosen, what there is, what it used before."""
    chosen = plan.choice(variant.name, index, digest)
    if chosen:
        return chosen
    if take := plan.use(variant.name, index, digest):
        return Use(digest, take.digest, take.number)
    return plan.older_use(variant.name, index, digest)


def _paid(plan: Plan, digests: frozenset[str], view: StoreView, entry: str) -> Iterator[Paid]:
    """Takes that the lock knows, and those that only the store does."""
    known = {(one.digest, one.number) for takes in plan.lock.takes(plan.origin, digests).values() for one in takes}
    for takes in plan.lock.takes(plan.origin, digests).values():
        yield from takes
    for digest in sorted(digests):
        for take in view.takes.get(digest, ()):
            if (digest, take.number) not in known:
                yield Paid(digest, take.number, take.prediction, None, take.clip.sha256, entry)


def _named(takes: Iterable[Paid], entry: str) -> list[tuple[int, tuple[str, int]]]:
    """Each with its name: its own, or where two branches gave the same one, or none was given, the next free."""
    taken: dict[int, tuple[str, int]] = {}
    nameless: list[tuple[str, int]] = []
    for paid in sorted(takes, key=lambda one: (one.slate, one.digest, one.number)):
        if paid.shot == entry and paid.slate and paid.slate not in taken:
            taken[paid.slate] = paid.digest, paid.number
        else:
            nameless.append((paid.digest, paid.number))
    for key in sorted(nameless):
        taken[next(number for number in itertools.count(1) if number not in taken)] = key
    return sorted(taken.items())
