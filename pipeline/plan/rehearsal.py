"""A Plan becomes a Rehearsal: the takes there are, and an order for a previs clip everywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pipeline.catalog import Price
from pipeline.plain import digest_of
from pipeline.plan.plan import Plan
from pipeline.plan.variants import Variant
from pipeline.take import Paid
from pipeline.wire import FrameRef, Request


@dataclass(frozen=True, slots=True)
class FrameSource:
    """The footage that a frame is taken from."""

    key: str  # "take:<digest>:<number>", or the key of an order
    frame_rate: Fraction  # frames a second in which the frame is counted: of the model that makes the take


@dataclass(frozen=True, slots=True)
class Order:
    """One clip to be made for the rehearsal, and the footage it continues from."""

    key: str  # "previs:<request digest>-<direction digest>"
    digest: str  # of the request
    request: Request
    price: Price | None  # of the take that it stands for; None: unpriced
    direction: Mapping[str, Any]  # plain JSON: the entry's, and the keys of the footage it continues from
    direction_digest: str
    sources: Mapping[FrameRef, FrameSource]  # where each frame that goes with the request comes from
    variant: str  # the first that wants it
    shot: str  # id of the entry
    pilot: str = ""  # key of the order that goes first, as both are jobs of one entry; "" for none
    absent: Paid | None = None  # the take to fetch instead of making one
    fallback: Order | None = None  # what is tried once if moderation refuses this
    shared: bool = False  # it is the entry's only job: all variants that show the entry use it
    stands_for: str = ""  # digest of the request that it is used for, where that is another; "" for its own
    extra: bool = False  # one more take of a request that has one: the one in use stays in use
    dialogue: bool = False  # somebody is to be heard speaking in it; information only

    @property
    def wanted(self) -> str:
        """Digest of the request that the storyboard makes, whose take this is to be."""
        return self.stands_for or self.digest


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a film for nothing needs: takes where there are some, previs everywhere else."""

    orders: Mapping[str, Order]  # by key, what others continue from first
    footage: Mapping[tuple[str, int], str]  # (variant, entry) -> "take:<digest>:<number>" or the key of an order


def rehearse(plan: Plan, only: Iterable[Variant] = (), *, older: bool = True) -> Rehearsal:
    """The best footage there can be for nothing, of the variants in `only` or of all.

    Without `older` a take of an older request does not stand in for what the board asks for now.
    """
    take = plan.footage if older else plan.use
    orders: dict[str, Order] = {}
    footage: dict[tuple[str, int], str] = {}
    alone = plan.alone()
    for variant in tuple(only) or plan.variants:
        digests = plan.digests(variant)
        for index, digest in digests.items():  # what others continue from comes first
            at = variant.name, index
            if best := take(variant.name, index, digest):
                footage[at] = f"take:{best.digest}:{best.number}"
                continue
            link = plan.board.entries[index].continue_from
            upstream = footage[variant.name, plan.compositions.targets[link.shot].entry] if link else ""
            order = replace(_order(plan, variant, index, digests, upstream), shared=index in alone)
            footage[at] = orders.setdefault(order.key, order).key
    return Rehearsal(orders, footage)


def _order(plan: Plan, variant: Variant, index: int, digests: Mapping[int, str], upstream: str) -> Order:
    """The previs of one entry; `upstream` is the key of the footage it continues from, "" for none."""
    digest, composition = digests[index], plan.composition(variant, index)
    request = plan.request(variant, index, digests)
    frames = [ref for ref in request.media if isinstance(ref, FrameRef)]
    sources = {ref: FrameSource(upstream, plan.frame_rate(ref.digest)) for ref in frames}
    direction = {**composition.composed.direction, "sources": [source.key for source in sources.values()]}
    direction_digest = digest_of(direction)
    key = f"previs:{digest}-{direction_digest}"
    price = plan.jobs[digest].price
    return Order(key, digest, request, price, direction, direction_digest, sources, variant.name, composition.entry.id)
