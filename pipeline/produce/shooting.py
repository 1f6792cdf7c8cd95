"""What is missing is bought, each take once, then everything is rendered. The only way in which money is spent."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import screening, settings
from pipeline.errors import ApprovalNeeded, SetupError, StoryreelError, nearest
from pipeline.plan import Order, Plan, Purchase, Slot, Variant, purchase
from pipeline.produce.flagging import screening_of
from pipeline.produce.offering import Offer, purse_of, refuse_from_here, refuse_over_budget
from pipeline.produce.reading import Film, chosen, now, plan, planned
from pipeline.produce.rendering import Cutting, Rendered, cuts_of, refuse_namesake
from pipeline.produce.writing import Scribe, brought_up_to_date
from pipeline.settings import ci
from pipeline.store import Gate, Limits, Store, take_home
from pipeline.take import Take

if TYPE_CHECKING:
    from pipeline.client import Client, Endpoint
    from pipeline.runner import Step

Connect = Callable[["Endpoint"], "Client"]
Sleep = Callable[[float], Awaitable[None]]
_HANDS = 4  # threads that write to the store: they wait for the disk
_AHEAD = 4  # orders at work beyond those that may be open: they upload, download and are kept
_QUIET_S = 0.3  # without a take that lands, before takes are looked at: until then there is other work
_SPARE_FILES = 150  # file descriptors that are not for orders, of which each holds a lock and a connection


@dataclass(frozen=True, slots=True)
class Shooting:
    """What `shoot` did."""

    offer: Offer
    made: Mapping[str, Take | StoryreelError]  # by key of the order: the take, or why there is none
    spent_usd: Decimal  # US dollars, as expected, of what the API took in this run
    billed_usd: Decimal | None  # as its bills say; None: it did not tell
    rendered: Rendered
    left: tuple[Slot, ...]  # shots that have no take, and for which none was ordered: refused, or held back

    @property
    def failed(self) -> Mapping[str, StoryreelError]:
        """Why some orders came to no take."""
        return {key: outcome for key, outcome in self.made.items() if isinstance(outcome, StoryreelError)}


def never(_: Offer) -> bool:
    """Nobody has said yes."""
    return False


def shoot(
    file: Path,
    *,
    approve: Callable[[Offer], bool] = never,
    variants: Iterable[str] = (),
    only: Iterable[str] = (),
    max_cost_usd: Decimal | None = None,
    regenerate_absent: bool = False,
    tell: Callable[[Step | Cutting], object] = lambda _: None,
    environ: Mapping[str, str] = os.environ,
    connect: Connect | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Shooting:
    """Buy what is missing of each variant (or of those named; or of the shots in `only`), then render.

    `approve` is shown the offer and says whether it is bought; it is not asked where nothing costs anything. `connect`
    and `sleep` are handed in by tests. Raises BadInput, SetupError, OverBudget and ApprovalNeeded, each before anything
    is bought. What one shot comes to, and whether it failed, is in what is returned.
    """
    film, before = plan(file, environ)
    wanted = chosen(before, tuple(variants))
    refuse_namesake(film)
    bought = purchase(before, wanted, _named(film, only), again=regenerate_absent)
    purse = purse_of(film, environ, max_cost_usd)
    amount = max_cost_usd is not None or settings.max_cost(environ) is not None
    offer = Offer(film, before, bought, wanted, purse, amount)
    made: Mapping[str, Take | StoryreelError] = {}
    spent, billed = Decimal("0.00"), None
    if bought.orders:
        refuse_from_here(offer, ci.where(environ))
        endpoint = _endpoint(before.origin, environ)
        gate = _gate(film, before, offer)
        offer = replace(offer, spent=gate.count(partial(_longest_s, film)))
        offer = quoted(offer, endpoint, connect)
        refuse_over_budget(offer)
        if offer.purchase.to_pay and not approve(offer):
            raise ApprovalNeeded("nothing was bought: nobody said yes", hint="--yes says it beforehand")
        try:
            screening.load()  # while this is the only thread
            with screening_of(film, _QUIET_S) as screen:  # around the loop, which must not wait for it
                made, billed = asyncio.run(_buy(offer, gate, endpoint, connect or _client, sleep, tell, screen.see))
        except KeyboardInterrupt:
            with suppress(StoryreelError):  # takes that landed while the run was being stopped belong into the lock
                brought_up_to_date(film, planned(film, before.origin))
            raise
        spent = gate.run_usd
    after = planned(film, before.origin) if bought.orders else before
    brought_up_to_date(film, after)
    return Shooting(offer, made, spent, billed, cuts_of(film, after, wanted, tell), _left(offer, after, wanted))


def quote(file: Path, environ: Mapping[str, str] = os.environ, connect: Connect | None = None) -> Offer:
    """What everything that is missing would cost at this moment, by the API's own price. Nothing is bought."""
    film, before = plan(file, environ)
    wanted = chosen(before, ())
    offer = Offer(film, before, purchase(before, wanted), wanted, purse_of(film, environ, None), amount=False)
    return quoted(offer, _endpoint(before.origin, environ), connect) if offer.purchase.to_pay else offer


def quoted(offer: Offer, endpoint: Endpoint, connect: Connect | None) -> Offer:
    """The offer at the API's price of this moment. Raises SetupError where a price is known neither to it nor here."""
    from pipeline.produce.quoting import quotes  # loads the client

    if not offer.purchase.to_pay:
        return offer
    prices, notes = asyncio.run(quotes(offer, endpoint, connect))
    fresh = replace(offer, purchase=offer.purchase.priced(prices), plan=offer.plan.priced(prices), notes=notes)
    if fresh.unpriced:
        hint = "nothing was bought; ask again later, or write the price into a model file of your own"
        raise SetupError("no price is known for some of the shots, and the API told none", hint=hint)
    return fresh


def _left(offer: Offer, after: Plan, variants: tuple[Variant, ...]) -> tuple[Slot, ...]:
    """A slot of each job that is refused or held back, and that was not among the orders."""
    ordered = {order.wanted for order in offer.purchase.orders.values()}
    found: dict[str, Slot] = {}
    for variant in variants:
        for slot in after.slots(variant):
            if slot.state in ("refused", "held") and slot.digest not in ordered:
                found.setdefault(slot.digest, slot)
    return tuple(found.values())


def _named(film: Film, only: Iterable[str]) -> frozenset[str]:
    known = {part.id for entry in film.board.entries for part in entry.parts}
    known |= {entry.id for entry in film.board.entries}
    for name in only:
        if name not in known:
            meant = nearest(name, known)
            hint = f'did you mean "{meant}"?' if meant else f"shots: {', '.join(sorted(known)[:12])}"
            raise SetupError(f'there is no shot "{name}"', hint=hint)
    return frozenset(only)


def _client(endpoint: Endpoint) -> Client:
    from pipeline.client import Client

    return Client(endpoint)


def _endpoint(origin: str, environ: Mapping[str, str]) -> Endpoint:
    from pipeline.client import Endpoint

    return Endpoint(origin, settings.api_key(environ))


def _gate(film: Film, plan: Plan, offer: Offer) -> Gate:
    project = film.project
    posts, most = settings.TIERS[project.tier]
    limits = Limits(posts, min(most, project.concurrency or most))
    return Gate(project.outputs, plan.origin, now, limits, offer.purse)


def _longest_s(film: Film, model: str) -> float:
    """Seconds that a job of a model may be open; of one that is not known any more, an hour."""
    return float(film.project.models[model].longest_s) if model in film.project.models else 3600.0


async def _buy(
    offer: Offer,
    gate: Gate,
    endpoint: Endpoint,
    connect: Connect,
    sleep: Sleep,
    tell: Callable[[Step], object],
    see: Callable[[Take], object],
) -> tuple[Mapping[str, Take | StoryreelError], Decimal | None]:
    from pipeline import runner
    from pipeline.produce.billing import billed

    film, bought = offer.film, offer.purchase
    began = now()
    outputs, origin = film.project.outputs, offer.plan.origin
    there = _there(offer.plan, bought, outputs, film.store)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_HANDS))
    async with connect(endpoint) as client, Scribe(film, offer.plan) as scribe:

        def kept(order: Order, take: Take) -> None:
            scribe.kept(order, take)
            see(take)

        desk = runner.Desk(
            client,
            film.store,
            outputs,
            partial(_home, origin),
            film.locate,
            film.board.name,
            film.project.models,
            _at_work(film),
            tell,
            origin,
            runner.Counter(gate, sleep),
            f"storyreel status {shlex.quote(str(film.file))} --settle",
            kept,
            sleep,
        )
        made = await runner.generate(bought.orders.values(), there, desk)
        fetched = frozenset(order.absent.prediction for order in bought.orders.values() if order.absent)
        return made, await billed(client, film, origin, began, fetched)


def _there(plan: Plan, bought: Purchase, outputs: Path, store: Store) -> Mapping[str, Path]:
    """The clips of takes that are kept, by the keys that orders continue from. Raises StoreError for a damaged one."""
    keys = {source.key for order in bought.orders.values() for source in order.sources.values()} - bought.orders.keys()
    kept = {f"take:{take.digest}:{take.number}": take for takes in plan.view.takes.values() for take in takes}
    there = [key for key in keys if key in kept]
    for key in there:
        store.verify(kept[key])  # a frame out of another film would be paid for
    return {key: outputs / kept[key].home / "clip.mp4" for key in there}


def _home(origin: str, order: Order) -> str:
    _, digest, number = order.key.split(":")
    return take_home(origin, digest, int(number))


def _at_work(film: Film) -> int:
    """Orders at a time: more than may be open, and no more than there are file descriptors for."""
    most = settings.TIERS[film.project.tier][1]
    wanted = 2 * min(most, film.project.concurrency or most) + _AHEAD
    try:
        import resource  # not on Windows, whose limit is another one

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        files = hard
    except (ImportError, OSError, ValueError):
        files = 512
    return max(2, min(wanted, (files - _SPARE_FILES) // 3))
