"""What is missing is bought, each take once, then everything is rendered. The only way in which money is spent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from pipeline import halting, loops, screening, settings
from pipeline.client import Client, Endpoint
from pipeline.errors import ApprovalNeeded, SetupError, StoryreelError, nearest
from pipeline.plan import EVERYTHING, Plan, Slot, Variant, Wish, purchase
from pipeline.produce.buying import Connect, Sleep, buy
from pipeline.produce.endpoints import paid
from pipeline.produce.events import Tell, unheard
from pipeline.produce.flagging import screening_of
from pipeline.produce.offering import Offer, purse_of, refuse_from_here, refuse_over_budget
from pipeline.produce.preparing import Preparing
from pipeline.produce.quoting import quotes
from pipeline.produce.reading import Film, Source, chosen, now, plan, planned
from pipeline.produce.rendering import Rendered, cuts_of, refuse_namesake
from pipeline.produce.saving import Agreement, refuse_dearer, refuse_moved
from pipeline.produce.sharing import Outbox, brought_home
from pipeline.produce.writing import brought_up_to_date
from pipeline.settings import ci
from pipeline.store import Gate, Limits
from pipeline.take import Take

_QUIET_S = 0.3  # without a take that lands, before takes are looked at: until then there is other work


@dataclass(frozen=True, slots=True)
class Left:
    """A job for which nothing was ordered: refused by moderation, held back, or passed over."""

    slot: Slot  # the first that uses it
    shared: bool  # it is the only job of its entry: all variants that show the entry use it
    reason: str  # why, one sentence


@dataclass(frozen=True, slots=True)
class Shooting:
    """What `shoot` did."""

    offer: Offer
    made: Mapping[str, Take | StoryreelError]  # by key of the order: the take, or why there is none
    spent_usd: Decimal  # US dollars, as expected, of what the API took in this run
    billed_usd: Decimal | None  # as its bills say; None: it did not tell
    rendered: Rendered
    left: tuple[Left, ...]  # what has no take, and was not ordered
    notes: tuple[str, ...] = ()  # what is to be told of the team's store

    @property
    def failed(self) -> Mapping[str, StoryreelError]:
        """Why some orders came to no take."""
        return {key: outcome for key, outcome in self.made.items() if isinstance(outcome, StoryreelError)}


def never(_: Offer) -> bool:
    """Nobody has said yes."""
    return False


def shoot(
    file: Source,
    *,
    approve: Callable[[Offer], bool] = never,
    variants: Iterable[str] = (),
    only: Iterable[str] = (),
    again: bool = False,
    missing_only: bool = False,
    regenerate_absent: bool = False,
    max_cost_usd: Decimal | None = None,
    tell: Tell = unheard,
    environ: Mapping[str, str] = os.environ,
    connect: Connect | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Shooting:
    """Buy what is missing of each variant (or of those named; or of the shots in `only`), then render.

    `again` buys one more take of each shot in `only`; with `missing_only` shots that have changed keep the takes they
    have; `regenerate_absent` buys takes anew whose clips are gone, instead of fetching them.

    `approve` is shown the offer and says whether it is bought; it is not asked where nothing costs anything. `connect`
    and `sleep` are handed in by tests. Raises BadInput, SetupError, OverBudget and ApprovalNeeded, each before anything
    is bought. What one shot comes to, and whether it failed, is in what is returned.
    """
    wish = Wish(frozenset(only), regenerate_absent, again, missing_only)
    made, notes = _offer(file, wish, tuple(variants), environ, max_cost_usd, tell)
    return _shot(made, approve, None, notes, tell, environ, connect, sleep)


def shoot_saved(
    agreed: Agreement,
    *,
    max_cost_usd: Decimal | None = None,
    tell: Tell = unheard,
    environ: Mapping[str, str] = os.environ,
    connect: Connect | None = None,
    sleep: Sleep = asyncio.sleep,
) -> Shooting:
    """Buy exactly what a saved plan says, at no more than its price, then render. The plan itself is the approval.

    Raises SetupError where anything that it rests on has moved, and what `shoot` raises.
    """
    made, notes = _offer(agreed.file, agreed.wish, agreed.variants, environ, max_cost_usd, tell)
    refuse_moved(agreed, made)
    purse = made.purse
    if purse.run_usd is None or agreed.cost_usd < purse.run_usd:
        purse = replace(purse, run_usd=agreed.cost_usd, run_words="the saved plan")
    return _shot(replace(made, purse=purse, amount=True), lambda _: True, agreed, notes, tell, environ, connect, sleep)


def _offer(
    file: Source,
    wish: Wish,
    variants: tuple[str, ...],
    environ: Mapping[str, str],
    max_cost_usd: Decimal | None,
    tell: Tell | None = None,
) -> tuple[Offer, tuple[str, ...]]:
    """What would be bought, and what is to be told of the team's store, which is asked where `tell` is given."""
    film, before = plan(file, environ)
    wanted = chosen(before, variants)
    notes: tuple[str, ...] = ()
    _refuse_unknown(film, wish)
    if tell:
        refuse_namesake(film)
        before, notes = brought_home(film, before, wanted, tell, environ)
    amount = max_cost_usd is not None or settings.max_cost(environ) is not None
    purse = purse_of(film, environ, max_cost_usd)
    return Offer(film, before, purchase(before, wanted, wish), wanted, purse, amount), notes


def _shot(
    offer: Offer,
    approve: Callable[[Offer], bool],
    agreed: Agreement | None,
    notes: tuple[str, ...],
    tell: Tell,
    environ: Mapping[str, str],
    connect: Connect | None,
    sleep: Sleep,
) -> Shooting:
    film, before, wanted = offer.film, offer.plan, offer.variants
    made: Mapping[str, Take | StoryreelError] = {}
    spent, billed = Decimal("0.00"), None
    if offer.purchase.orders:
        refuse_from_here(offer, ci.where(environ))
        endpoint = paid(environ)
        gate = _gate(film, before, offer)
        offer = replace(offer, spent=gate.count(partial(_longest_s, film)))
        offer = quoted(offer, endpoint, connect)
        if agreed:
            refuse_dearer(agreed, offer)
        refuse_over_budget(offer)
        if offer.purchase.to_pay and not approve(offer):
            raise ApprovalNeeded("nothing was bought: nobody said yes", hint="--yes says it beforehand")
        halting.look()
        tell(offer)
    with Outbox(film, before.origin, tell, environ) as outbox:
        if offer.purchase.orders:
            made, billed = _bought(offer, gate, endpoint, connect or Client, sleep, tell, outbox)
            spent = gate.run_usd
        after = planned(film, before.origin) if offer.purchase.orders else before
        brought_up_to_date(film, after)
        rendered = cuts_of(film, after, wanted, tell)
    notes += outbox.notes
    return Shooting(offer, made, spent, billed, rendered, _left(offer, after, wanted), notes)


def _bought(
    offer: Offer,
    gate: Gate,
    endpoint: Endpoint,
    connect: Connect,
    sleep: Sleep,
    tell: Tell,
    outbox: Outbox,
) -> tuple[Mapping[str, Take | StoryreelError], Decimal | None]:
    screening.load()  # while this is the only thread
    try:
        # Around the loop, which must not wait for them.
        with (
            screening_of(offer.film, _QUIET_S) as screen,
            Preparing(offer.film, offer.plan.origin, offer.variants) as joints,
        ):

            def landed(take: Take) -> None:
                screen.see(take)
                joints.landed(take)
                outbox.landed(take)

            return loops.run(buy(offer, gate, endpoint, connect, sleep, tell, landed))
    except KeyboardInterrupt:
        with suppress(StoryreelError):  # takes that landed while the run was being stopped belong into the lock
            brought_up_to_date(offer.film, planned(offer.film, offer.plan.origin))
        raise


def offered(
    file: Source,
    wish: Wish = EVERYTHING,
    variants: Iterable[str] = (),
    environ: Mapping[str, str] = os.environ,
    connect: Connect | None = None,
    *,
    live: bool = False,
) -> Offer:
    """What `shoot` would buy; `live`: at the API's own price of this moment, which takes a key. Nothing is bought."""
    made, _ = _offer(file, wish, tuple(variants), environ, None)
    return quoted(made, paid(environ), connect) if live and made.purchase.to_pay else made


def quoted(offer: Offer, endpoint: Endpoint, connect: Connect | None) -> Offer:
    """The offer at the API's price of this moment. Raises SetupError where a price is known neither to it nor here."""
    if not offer.purchase.to_pay:
        return offer
    prices, notes = loops.run(quotes(offer, endpoint, connect))
    fresh = replace(offer, purchase=offer.purchase.priced(prices), plan=offer.plan.priced(prices), notes=notes)
    if fresh.unpriced:
        hint = "nothing was bought; ask again later, or write the price into a model file of your own"
        raise SetupError("no price is known for some of the shots, and the API told none", hint=hint)
    return fresh


def _left(offer: Offer, after: Plan, variants: tuple[Variant, ...]) -> tuple[Left, ...]:
    """Each job that is refused or held back or was passed over, and that was not among the orders."""
    ordered = {order.wanted for order in offer.purchase.orders.values()}
    alone = after.alone()
    found: dict[str, Left] = {}
    for variant in variants:
        for shot, slot in zip(variant.shots, after.slots(variant), strict=True):
            skipped = offer.purchase.skipped.get(slot.digest)
            use = after.choice(variant.name, shot.entry, slot.digest)
            waits = slot.state in ("refused", "held") and not (use and use.held)  # what is held by hand misses nothing
            if slot.digest not in ordered and (skipped or waits):
                found.setdefault(slot.digest, Left(slot, shot.entry in alone, skipped or slot.reason))
    return tuple(found.values())


def _refuse_unknown(film: Film, wish: Wish) -> None:
    """Raises SetupError for a name that is no shot, and where one more take is asked for of no shot in particular."""
    known = {part.id for entry in film.board.entries for part in entry.parts}
    known |= {entry.id for entry in film.board.entries}
    for name in wish.named:
        if name not in known:
            meant = nearest(name, known)
            hint = f'did you mean "{meant}"?' if meant else f"shots: {', '.join(sorted(known)[:12])}"
            raise SetupError(f'there is no shot "{name}"', hint=hint)
    if wish.again and not wish.named:
        raise SetupError("one more take of which shot?", hint="name it: --only SHOT --again")


def _gate(film: Film, plan: Plan, offer: Offer) -> Gate:
    project = film.project
    posts, most = settings.TIERS[project.tier]
    limits = Limits(posts, min(most, project.concurrency or most))
    return Gate(project.outputs, plan.origin, now, limits, offer.purse)


def _longest_s(film: Film, model: str) -> float:
    """Seconds that a job of a model may be open; of one that is not known any more, an hour."""
    return float(film.project.models[model].longest_s) if model in film.project.models else 3600.0
