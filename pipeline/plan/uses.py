"""A Plan becomes what its lock should say: the take that each shot uses, once for all variants that agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.lock import Use
from pipeline.plan.plan import Plan

SHARED = ""  # in the place of a variant: all that have nothing of their own


def uses(plan: Plan) -> Mapping[tuple[str, str], Use | None]:
    """By entry and variant ("": shared) what the lock is to say from now on of the takes in use, where that is news.

    None: nothing, because the variant uses what all do.
    """
    chosen = {(entry, variant): use for entry, variant, use in _every(plan)}
    shared: dict[str, Use | None] = {}
    for (entry, _), use in chosen.items():
        before = plan.lock.own_use(plan.origin, entry, SHARED)
        if shared.setdefault(entry, before) in (None, before) and (before is None or _gives_way(plan, before, use)):
            shared[entry] = use
    found = {(entry, SHARED): use for entry, use in shared.items()}
    found |= {(entry, variant): None if use == shared[entry] else use for (entry, variant), use in chosen.items()}
    return {at: use for at, use in found.items() if plan.lock.own_use(plan.origin, *at) != use}


def _every(plan: Plan) -> Iterator[tuple[str, str, Use]]:
    """Each entry in each variant that uses a take."""
    for variant in plan.variants:
        for index, digest in plan.digests(variant).items():
            if use := _chosen(plan, variant.name, index, digest):
                yield plan.board.entries[index].id, variant.name, use


def _chosen(plan: Plan, variant: str, index: int, digest: str) -> Use | None:
    """What the variant uses: what was chosen for it, the take of what it wants, else of what it wanted before."""
    choice = plan.choice(variant, index, digest)
    if choice and (choice.held or plan.absent_in(variant, index, digest)):
        return choice  # what is fetched later is no less chosen
    take = plan.use(variant, index, digest)
    if take and choice and (choice.digest, choice.number) == (take.digest, take.number):
        return choice
    if take:
        return Use(digest, take.digest, take.number)
    return (
        plan.lock.use(plan.origin, plan.board.entries[index].id, variant)
        if plan.older(variant, index, digest)
        else None
    )


def _gives_way(plan: Plan, shared: Use, chosen: Use) -> bool:
    """Whether what all used is of a request that nobody makes any more, and this is of one that is made."""
    return shared.wanted not in plan.jobs and chosen.wanted in plan.jobs
