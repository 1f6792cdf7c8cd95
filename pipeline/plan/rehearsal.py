"""A Plan becomes a Rehearsal: the takes there are, and an order for a previs clip everywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline import catalog
from pipeline.plan.jobs import Job, Plan, Slot
from pipeline.wire import FrameRef, digest_of


@dataclass(frozen=True, slots=True)
class FrameSource:
    """The footage that a frame is taken from."""

    key: str  # "take:<digest>:<number>", or the key of an order
    frame_rate: Fraction  # frames a second in which the frame is counted: of the model that makes the take


@dataclass(frozen=True, slots=True)
class Order:
    """One clip to be made for the rehearsal, and the footage it continues from."""

    key: str  # "previs:<request digest>-<direction digest>"
    job: Job
    direction: Mapping[str, Any]  # plain JSON: the slot's, and the keys of the footage it continues from
    direction_digest: str
    sources: Mapping[FrameRef, FrameSource]  # where each frame that goes with the job comes from
    variant: str  # the first slot that wants it
    shot: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a film for nothing needs: takes where there are some, previs everywhere else."""

    orders: Mapping[str, Order]  # by key, what others continue from first
    footage: Mapping[tuple[str, str], str]  # (variant, shot) -> "take:<digest>:<number>" or the key of an order


def rehearse(plan: Plan, only: Iterable[str] = ()) -> Rehearsal:
    """The best footage there can be for nothing, of the variants named in `only` or of all."""
    wanted = set(only) or {variant.name for variant in plan.variants}
    rank = {digest: index for index, digest in enumerate(plan.jobs)}  # what others continue from comes first
    orders: dict[str, Order] = {}
    footage: dict[tuple[str, str], str] = {}
    for slot in sorted((slot for slot in plan.slots if slot.variant in wanted), key=lambda slot: rank[slot.digest]):
        at = slot.variant, slot.shot
        if slot.state == "reuse":
            footage[at] = f"take:{slot.digest}:{slot.take}"
        else:
            upstream = footage[slot.variant, slot.continues] if slot.continues else ""
            order = _order(slot, plan, upstream)
            footage[at] = orders.setdefault(order.key, order).key
    return Rehearsal(orders, footage)


def _order(slot: Slot, plan: Plan, upstream: str) -> Order:
    """The previs of one slot; `upstream` is the key of the footage it continues from, "" for none."""
    job = plan.jobs[slot.digest]
    sources = {}
    for frame in job.frames:
        model = catalog.models()[plan.jobs[frame.digest].request.model]
        sources[frame] = FrameSource(upstream, model.frame_rate)
    direction = {**slot.direction, "sources": [source.key for source in sources.values()]}
    direction_digest = digest_of(direction)
    key = f"previs:{slot.digest}-{direction_digest}"
    return Order(key, job, direction, direction_digest, sources, slot.variant, slot.shot)
