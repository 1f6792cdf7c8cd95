"""A Plan becomes a Purchase: an order for each take that is to be bought or fetched, and the footage each shot gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from pipeline.catalog import Price
from pipeline.plan.expansion import Plan
from pipeline.plan.jobs import FIRST_TAKE, speaks
from pipeline.plan.rehearsal import FrameSource, Order
from pipeline.plan.standing import State
from pipeline.plan.variants import Variant
from pipeline.wire import MODERATED, FrameRef

PAID_FOR: frozenset[State] = frozenset({"open", "uncertain", "absent"})  # nothing more is paid for these
_BOUGHT: frozenset[State] = frozenset({"generate", "stale"})
_BY_NAME: frozenset[State] = frozenset({"refused", "held"})  # bought only where their shot is named


@dataclass(frozen=True, slots=True)
class Purchase:
    """What `shoot` does."""

    orders: Mapping[str, Order]  # by key "take:<digest>:<number>", what others continue from first
    states: Mapping[str, State]  # of the job of each order
    footage: Mapping[tuple[str, int], str]  # (variant, entry) -> key of a take that is kept or ordered

    @property
    def to_pay(self) -> tuple[Order, ...]:
        """The orders that cost money."""
        return tuple(order for key, order in self.orders.items() if self.states[key] not in PAID_FOR)

    @property
    def cost_usd(self) -> Decimal:
        """US dollars for all of them, unpriced ones left out."""
        return sum((order.price.usd for order in self.to_pay if order.price), Decimal("0.00"))

    def priced(self, prices: Mapping[str, Price]) -> Purchase:
        """The same at other prices, by request digest."""
        orders = {
            key: replace(order, price=prices.get(order.digest, order.price)) for key, order in self.orders.items()
        }
        return replace(self, orders=orders)


def purchase(
    plan: Plan, variants: Iterable[Variant] = (), named: frozenset[str] = frozenset(), *, again: bool = False
) -> Purchase:
    """What has to be bought and fetched for these variants, or for all.

    Where shots are `named`, only for them and for what they continue from; what moderation refused is bought only
    then. `again`: takes whose clips are gone are bought anew instead of fetched.
    """
    wanted = _Purchase(plan, named, again=again)
    for variant in tuple(variants) or plan.variants:
        wanted.add(variant)
    return Purchase(wanted.with_pilots(), wanted.states, wanted.footage)


class _Purchase:
    def __init__(self, plan: Plan, named: frozenset[str], *, again: bool) -> None:
        self.plan, self.named, self.again = plan, named, again
        self.orders: dict[str, Order] = {}
        self.states: dict[str, State] = {}
        self.footage: dict[tuple[str, int], str] = {}
        self.by_entry: dict[int, list[str]] = defaultdict(list)
        self.alone = plan.alone()

    def add(self, variant: Variant) -> None:
        digests = self.plan.digests(variant)
        asked = self._asked(digests)
        for index, digest in digests.items():  # what others continue from comes first
            at = variant.name, index
            if take := self.plan.use(variant.name, index, digest):
                self.footage[at] = f"take:{take.digest}:{take.number}"
            elif index in asked:
                self._order(variant, index, digests)

    def _asked(self, digests: Mapping[int, str]) -> frozenset[int]:
        """The entries that are named, or all, with everything they continue from."""
        entries, targets = self.plan.board.entries, self.plan.compositions.targets
        found: set[int] = set()
        for index in digests:
            ids = {entries[index].id, *(part.id for part in entries[index].parts)}
            at: int | None = index if not self.named or ids & self.named else None
            while at is not None and at not in found:
                found.add(at)
                link = entries[at].continue_from
                at = targets[link.shot].entry if link else None
        return frozenset(found)

    def _order(self, variant: Variant, index: int, digests: Mapping[int, str]) -> None:
        plan, digest = self.plan, digests[index]
        state = plan.state(digest)[0]
        entry = plan.board.entries[index]
        if state in _BY_NAME and not {entry.id, *(part.id for part in entry.parts)} & self.named:
            return
        gone = plan.absent(digest) if state == "absent" else ()
        fresh = state == "absent" and self.again
        number = plan.view.unsettled.get(digest, FIRST_TAKE)
        if gone:
            number = max(paid.number for paid in gone) + 1 if fresh else gone[0].number
        absent = gone[0] if gone and not fresh else None
        order = replace(self._made(f"take:{digest}:{number}", variant, index, digests), absent=absent)
        reworded = bool(gone) and gone[0].digest != digest
        if reworded or not absent:
            only = reworded or (plan.view.failed.get(digest) == MODERATED and state not in _BY_NAME)
            order = self._with_fallback(order, number if reworded else FIRST_TAKE, variant, index, digests, only=only)
        self.footage[variant.name, index] = order.key
        if order.key not in self.orders:
            self.orders[order.key] = order
            self.states[order.key] = "generate" if fresh else state
            self.by_entry[index].append(order.key)

    def _made(self, key: str, variant: Variant, index: int, digests: Mapping[int, str]) -> Order:
        plan, digest = self.plan, digests[index]
        entry, request = plan.board.entries[index], plan.request(variant, index, digests)
        frames = [ref for ref in request.media if isinstance(ref, FrameRef)]
        link = entry.continue_from
        upstream = ""
        if link:
            before = plan.compositions.targets[link.shot].entry
            upstream = self.footage.get((variant.name, before), f"take:{digests[before]}:{FIRST_TAKE}")
        models = plan.compositions.models
        sources = {ref: FrameSource(upstream, models[plan.jobs[ref.digest].model].frame_rate) for ref in frames}
        price, shared = plan.jobs[digest].price, index in self.alone
        heard = speaks(entry, plan.compositions.asked(variant, entry))
        return Order(
            key, digest, request, price, {}, "", sources, variant.name, entry.id, shared=shared, dialogue=heard
        )

    def _with_fallback(
        self, order: Order, number: int, variant: Variant, index: int, digests: Mapping[int, str], *, only: bool
    ) -> Order:
        """The order with what is tried once if moderation refuses it; that alone where it has refused it already."""
        other = self.plan.fallbacks.get(order.digest)
        request = self.plan.fallback_request(variant, index, digests) if other else None
        if other is None or request is None:
            return order
        key = f"take:{other.digest}:{number}"
        fallback = replace(order, key=key, digest=other.digest, request=request, price=other.price)
        fallback = replace(fallback, stands_for=order.digest)
        return fallback if only else replace(order, fallback=fallback)

    def with_pilots(self) -> Mapping[str, Order]:
        """The orders; of those that come from one entry without any take yet the first one goes ahead of the others."""
        pilot_of = {key: pilot for keys in self.by_entry.values() for key, pilot in self._led(keys)}
        return {key: replace(order, pilot=pilot_of.get(key, "")) for key, order in self.orders.items()}

    def _led(self, keys: list[str]) -> Iterable[tuple[str, str]]:
        index = self.plan.owners[self.orders[keys[0]].wanted][0]
        if len(keys) < 2 or index in self._tried:
            return ()
        pilot = self._pilot(index, keys)
        return ((key, pilot) for key in keys if key != pilot and self.states[key] in _BOUGHT)

    @cached_property
    def _tried(self) -> frozenset[int]:
        """Entries of which some job has a take, here or not: what they say has passed moderation."""
        view, owners = self.plan.view, self.plan.owners
        return frozenset(i for digest, (i, _) in owners.items() if view.takes.get(digest) or view.absent.get(digest))

    def _pilot(self, index: int, keys: list[str]) -> str:
        """What is under way already, else the job of the variant that the board names, else the first one."""
        under_way = [key for key in keys if self.states[key] in ("open", "uncertain")]
        board = self.plan.board
        chosen = self.footage.get((board.variants.pilot, index), "") if board.variants else ""
        return under_way[0] if under_way else chosen if chosen in keys else keys[0]
