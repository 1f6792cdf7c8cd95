"""Compositions, facts of files and what the store holds become a Plan: each job made once, with what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.lock import Lock
from pipeline.plan.chosen import Chosen
from pipeline.plan.compositions import Composition, Compositions
from pipeline.plan.jobs import Facts, Job, frame_of, price_of, request_of
from pipeline.plan.plan import JobUse, Plan
from pipeline.plan.standing import held, with_absent
from pipeline.plan.variants import Variant
from pipeline.take import StoreView
from pipeline.wire import MODERATED, FrameRef, request_digest


def expand(
    compositions: Compositions,
    facts: Facts,
    look: Callable[[Iterable[str]], StoreView],
    lock: Lock | None = None,
    origin: str = "",
) -> Plan:
    """Every job of a checked board.

    `facts` holds each file that the board names, by its path; `look` tells which takes there are for the request
    digests it is given; `lock` which of them are used, and `origin` is that of the endpoint they come from.
    """
    board, locked = compositions.board, lock or Lock()
    chosen = Chosen.of(locked, origin)
    jobs: dict[str, Job] = {}
    uses: dict[JobUse, str] = {}
    owners: dict[str, tuple[int, str]] = {}
    fallbacks: dict[str, Job] = {}
    for variant in compositions.variants:
        found: dict[int, str] = {}
        for index, upstream in compositions.in_turn(variant):
            before = found[upstream.entry] if upstream else ""
            use = (compositions.key(variant, index), before)
            if use not in uses:
                frame = frame_of(compositions, variant, upstream, before, chosen) if upstream else None
                job = _job(compositions, variant, index, facts, frame)
                uses[use] = jobs.setdefault(job.digest, job).digest
                owners.setdefault(job.digest, (index, variant.name))
                if job.digest not in fallbacks and (other := compositions.fallback(variant, index)):
                    fallbacks[job.digest] = _job_of(other, facts, frame)
            found[index] = uses[use]
    known = jobs.keys() | {job.digest for job in fallbacks.values()} | locked.used(origin)
    view = with_absent(look(known), locked, known)
    waiting = held(owners, {digest: job.digest for digest, job in fallbacks.items()}, view)
    most_usd = board.max_cost_usd
    plan = Plan(board.name, compositions, facts, view, jobs, uses, locked, chosen, fallbacks, owners, waiting, most_usd)
    if MODERATED in view.failed.values():
        _hold_what_follows(plan, waiting)
    return plan


def _hold_what_follows(plan: Plan, waiting: dict[str, str]) -> None:
    """Jobs that continue from one that can't be had are not bought either."""
    for digest, job in plan.jobs.items():  # what others continue from comes first
        if job.upstream and plan.state(job.upstream)[0] in ("refused", "held"):
            before = plan.board.entries[plan.owners[job.upstream][0]].id
            waiting.setdefault(digest, f"{before}, from which it continues, is not to be had")


def _job(compositions: Compositions, variant: Variant, index: int, facts: Facts, frame: FrameRef | None) -> Job:
    return _job_of(compositions.composition(variant, index), facts, frame)


def _job_of(composition: Composition, facts: Facts, frame: FrameRef | None) -> Job:
    request = request_of(composition, facts, frame)
    digest, upstream = request_digest(request), frame.digest if frame else ""
    return Job(digest, request.model, int(composition.asked.duration_s), price_of(composition, facts), upstream)
