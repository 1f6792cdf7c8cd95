"""A Plan becomes a Purchase: an order for each take that is to be bought or fetched, and the footage each shot gets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from pipeline.catalog import Price
from pipeline.plain import digest_of
from pipeline.plan.jobs import FIRST_TAKE, speaks
from pipeline.plan.plan import Plan
from pipeline.plan.rehearsal import FrameSource, Order
from pipeline.plan.standing import State
from pipeline.plan.variants import Variant
from pipeline.take import Paid
from pipeline.wire import MODERATED, FrameRef, from_digested

PAID_FOR: frozenset[State] = frozenset({"open", "uncertain", "absent"})  # nothing more is paid for these
_BOUGHT: frozenset[State] = frozenset({"generate", "stale"})
_BY_NAME: frozenset[State] = frozenset({"refused", "held"})  # bought only where their shot is named


@dataclass(frozen=True, slots=True)
class Purchase:
    """What `shoot` does."""

    orders: Mapping[str, Order]  # by key "take:<digest>:<number>", what others continue from first
    states: Mapping[str, State]  # of the job of each order
    footage: Mapping[tuple[str, int], str]  # (variant, entry) -> key of a take that is kept or ordered
    skipped: Mapping[str, str]  # jobs that were asked for and can't be had now, by digest -> why

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


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be bought of what could be."""

    named: frozenset[str] = frozenset()  # shots: only these and what they continue from; empty: all
    regenerate_absent: bool = False  # takes whose clips are gone are bought anew instead of fetched
    again: bool = False  # one more take of each named shot that has one
    missing_only: bool = False  # shots that have a take of an older request keep it


EVERYTHING = Wish()
_LOST = "its take is paid for and not here, and the request it answers is lost: neither the lock nor the store has it"


def purchase(plan: Plan, variants: Iterable[Variant] = (), wish: Wish = EVERYTHING) -> Purchase:
    """What has to be bought and fetched for these variants, or for all; what moderation refused only where named."""
    wanted = _Purchase(plan, wish)
    for variant in tuple(variants) or plan.variants:
        wanted.add(variant)
    return Purchase(wanted.with_pilots(), wanted.states, wanted.footage, wanted.skipped)


class _Purchase:
    def __init__(self, plan: Plan, wish: Wish) -> None:
        self.plan, self.wish = plan, wish
        self.orders: dict[str, Order] = {}
        self.states: dict[str, State] = {}
        self.footage: dict[tuple[str, int], str] = {}
        self.skipped: dict[str, str] = {}
        self.by_entry: dict[int, list[str]] = defaultdict(list)
        self.alone = plan.alone()

    def add(self, variant: Variant) -> None:
        digests = self.plan.digests(variant)
        asked = self._asked(digests)
        for index, digest in digests.items():  # what others continue from comes first
            take = self.plan.use(variant.name, index, digest)
            gone = self.plan.absent_in(variant.name, index, digest)
            if take and not (gone and index in asked):
                self.footage[variant.name, index] = f"take:{take.digest}:{take.number}"
                if index in asked:
                    self._one_more(variant, index, digests)
            elif index in asked:
                self._order(variant, index, digests)

    def _names(self, index: int) -> frozenset[str]:
        entry = self.plan.board.entries[index]
        return frozenset({entry.id, *(part.id for part in entry.parts)})

    def _one_more(self, variant: Variant, index: int, digests: Mapping[int, str]) -> None:
        """Another take of a request that has one: that is under way, or that is asked for."""
        plan, digest = self.plan, digests[index]
        under_way = digest in plan.view.unsettled
        if not under_way and not (self.wish.again and self._names(index) & self.wish.named):
            return
        state, _ = plan.state_in(variant.name, index, digest)
        if not under_way and state != "reuse":
            self.skipped[digest] = f"it is {state}: one more take of it can't be bought now"
            return
        number = plan.view.unsettled.get(digest) or plan.next_number(digest)
        order = replace(self._made(f"take:{digest}:{number}", variant, index, digests), extra=True)
        opened: State = "uncertain" if digest in plan.view.uncertain else "open"
        self._keep(order, opened if under_way else "generate", index)

    def _keep(self, order: Order, state: State, index: int) -> None:
        if order.key not in self.orders:
            self.orders[order.key] = order
            self.states[order.key] = state
            self.by_entry[index].append(order.key)

    def _asked(self, digests: Mapping[int, str]) -> frozenset[int]:
        """The entries that are named, or all, with everything they continue from."""
        entries, targets = self.plan.board.entries, self.plan.compositions.targets
        found: set[int] = set()
        for index in digests:
            named = self.wish.named
            at: int | None = index if not named or self._names(index) & named else None
            while at is not None and at not in found:
                found.add(at)
                link = entries[at].continue_from
                at = targets[link.shot].entry if link else None
        return frozenset(found)

    def _order(self, variant: Variant, index: int, digests: Mapping[int, str]) -> None:
        plan, digest = self.plan, digests[index]
        state = plan.state_in(variant.name, index, digest)[0]
        if state in _BY_NAME and not self._names(index) & self.wish.named:
            return
        if state in _BOUGHT and self._left_out(variant, index, digests, state):
            return
        gone = plan.absent_in(variant.name, index, digest) if state == "absent" else ()
        if gone and not self.wish.regenerate_absent:
            fetched = self._fetched(gone[0], variant, index, digests)
            if fetched is None:
                self.skipped[digest] = _LOST
                return
            order = fetched
        else:
            order = self._generated(gone, variant, index, digests, by_name=state in _BY_NAME)
        self.footage[variant.name, index] = order.key
        self._keep(order, "generate" if gone and self.wish.regenerate_absent else state, index)

    def _generated(
        self, gone: Sequence[Paid], variant: Variant, index: int, digests: Mapping[int, str], *, by_name: bool
    ) -> Order:
        """The order for a new take; where takes are gone, for one in their place."""
        plan, digest = self.plan, digests[index]
        number = plan.next_number(digest) if gone else plan.view.unsettled.get(digest, FIRST_TAKE)
        order, again = self._made(f"take:{digest}:{number}", variant, index, digests), FIRST_TAKE
        only = plan.view.failed.get(digest) == MODERATED and not by_name
        other = plan.fallbacks.get(digest)
        if gone and other and gone[0].digest == other.digest:
            only, again = True, plan.next_number(other.digest)
        return self._with_fallback(order, again, variant, index, digests, only=only)

    def _left_out(self, variant: Variant, index: int, digests: Mapping[int, str], state: State) -> bool:
        """Whether it keeps the take it has, or continues from what does."""
        if not self.wish.missing_only:
            return False
        if state == "stale":
            return True
        link = self.plan.board.entries[index].continue_from
        if link is None or (variant.name, self.plan.compositions.targets[link.shot].entry) in self.footage:
            return False
        self.skipped[digests[index]] = f"it continues from {link.shot}, which has changed and keeps the take it has"
        return True

    def _fetched(self, gone: Paid, variant: Variant, index: int, digests: Mapping[int, str]) -> Order | None:
        """The order for a take that is paid for and not here; it may be of another request, which lock or store have.

        None where neither has it whole: a take can't be kept without what it answers.
        """
        digest = digests[index]
        order = replace(self._made(f"take:{gone.digest}:{gone.number}", variant, index, digests), absent=gone)
        if gone.digest == digest:
            return order
        other = self.plan.fallbacks.get(digest)
        if other and other.digest == gone.digest:
            return self._with_fallback(
                replace(order, key=f"take:{digest}:1"), gone.number, variant, index, digests, only=True
            )
        requests = self.plan.lock.request(self.plan.origin, gone.digest), self.plan.view.requests.get(gone.digest)
        known = next((one for one in requests if one and digest_of(one) == gone.digest), None)
        if known is None:
            return None
        return replace(order, digest=gone.digest, request=from_digested(known), sources={}, stands_for=digest)

    def _made(self, key: str, variant: Variant, index: int, digests: Mapping[int, str]) -> Order:
        plan, digest = self.plan, digests[index]
        entry, request = plan.board.entries[index], plan.request(variant, index, digests)
        frames = [ref for ref in request.media if isinstance(ref, FrameRef)]
        link = entry.continue_from
        upstream = ""
        if link:
            before = plan.compositions.targets[link.shot].entry
            upstream = self.footage.get((variant.name, before), f"take:{digests[before]}:{FIRST_TAKE}")
        sources = {ref: FrameSource(upstream, plan.frame_rate(ref.digest)) for ref in frames}
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
