"""A Plan becomes what its lock should say: the take that each shot uses, once for all variants that agree."""

from __future__ import annotations

from collections.abc import Container, Mapping

from pipeline.lock import Use
from pipeline.plan.expansion import Plan

Shared = ""  # in the place of a variant: all that have nothing of their own


def uses(plan: Plan, only: Container[str] | None = None) -> Mapping[tuple[str, str], Use]:
    """By entry and variant ("": shared) the takes in use that the lock does not say yet; of the entries in `only`."""
    found: dict[tuple[str, str], Use] = {}
    for variant in plan.variants:
        for index, digest in plan.digests(variant).items():
            entry = plan.board.entries[index].id
            if only is not None and entry not in only:
                continue
            chosen = _chosen(plan, variant.name, index, digest)
            if chosen is None:
                continue
            shared = found.get((entry, Shared)) or plan.lock.own_use(plan.origin, entry, Shared)
            if shared is None or _gives_way(plan, shared, chosen, (entry, Shared) in found):
                found[entry, Shared] = chosen
            elif chosen != shared:
                found[entry, variant.name] = chosen
    return {at: use for at, use in found.items() if plan.lock.own_use(plan.origin, *at) != use}


def _chosen(plan: Plan, variant: str, index: int, digest: str) -> Use | None:
    """What the variant uses: the take of what it wants, else of what it wanted before."""
    take = plan.use(variant, index, digest)
    if take:
        return Use(digest, take.digest, take.number)
    return (
        plan.lock.use(plan.origin, plan.board.entries[index].id, variant)
        if plan.older(variant, index, digest)
        else None
    )


def _gives_way(plan: Plan, shared: Use, chosen: Use, new: bool) -> bool:
    """Whether what all used is of a request that nobody makes any more, and this is of one that is made."""
    return not new and shared.wanted not in plan.jobs and chosen.wanted in plan.jobs
