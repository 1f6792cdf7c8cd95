"""What is missing is bought, each take once, then everything is rendered. The only way in which money is spent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path

from pipeline import settings
from pipeline.client import Client, Endpoint
from pipeline.errors import ApprovalNeeded, SetupError, StoryreelError, nearest
from pipeline.plan import Plan, Slot, Variant, purchase
from pipeline.produce.buying import Connect, Sleep, buy
from pipeline.produce.endpoints import paid
from pipeline.produce.offering import Offer, purse_of, refuse_from_here, refuse_over_budget
from pipeline.produce.quoting import quotes
from pipeline.produce.reading import Film, chosen, now, plan, planned
from pipeline.produce.rendering import Cutting, Rendered, cuts_of, refuse_namesake
from pipeline.produce.sharing import Outbox, brought_home
from pipeline.produce.writing import brought_up_to_date
from pipeline.runner import Step
from pipeline.settings import ci
from pipeline.store import Gate, Limits
from pipeline.sync import Moving
from pipeline.take import Take


@dataclass(frozen=True, slots=True)
class Left:
    """A job for which nothing was ordered: refused by moderation, or held back."""

    slot: Slot  # the first that uses it
    shared: bool  # it is the only job of its entry: all variants that show the entry use it


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
    file: Path,
    *,
    approve: Callable[[Offer], bool] = never,
    variants: Iterable[str] = (),
    only: Iterable[str] = (),
    max_cost_usd: Decimal | None = None,
    regenerate_absent: bool = False,
    tell: Callable[[Step | Cutting | Moving], object] = lambda _: None,
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
    before, notes = brought_home(film, before, wanted, tell, environ)
    bought = purchase(before, wanted, _named(film, only), again=regenerate_absent)
    purse = purse_of(film, environ, max_cost_usd)
    amount = max_cost_usd is not None or settings.max_cost(environ) is not None
    offer = Offer(film, before, bought, wanted, purse, amount)
    made: Mapping[str, Take | StoryreelError] = {}
    spent, billed = Decimal("0.00"), None
    if bought.orders:
        refuse_from_here(offer, ci.where(environ))
        endpoint = paid(environ)
        gate = _gate(film, before, offer)
        offer = replace(offer, spent=gate.count(partial(_longest_s, film)))
        offer = quoted(offer, endpoint, connect)
        refuse_over_budget(offer)
        if offer.purchase.to_pay and not approve(offer):
            raise ApprovalNeeded("nothing was bought: nobody said yes", hint="--yes says it beforehand")
    with Outbox(film, before.origin, tell, environ) as outbox:
        if bought.orders:
            try:
                made, billed = asyncio.run(buy(offer, gate, endpoint, connect or Client, sleep, tell, outbox.landed))
            except KeyboardInterrupt:
                with suppress(StoryreelError):  # takes that landed while the run was being stopped belong into the lock
                    brought_up_to_date(film, planned(film, before.origin))
                raise
            spent = gate.run_usd
        after = planned(film, before.origin) if bought.orders else before
        brought_up_to_date(film, after)
        rendered = cuts_of(film, after, wanted, tell)
    notes += outbox.notes
    return Shooting(offer, made, spent, billed, rendered, _left(offer, after, wanted), notes)


def quote(file: Path, environ: Mapping[str, str] = os.environ, connect: Connect | None = None) -> Offer:
    """What everything that is missing would cost at this moment, by the API's own price. Nothing is bought."""
    film, before = plan(file, environ)
    wanted = chosen(before, ())
    offer = Offer(film, before, purchase(before, wanted), wanted, purse_of(film, environ, None), amount=False)
    return quoted(offer, paid(environ), connect) if offer.purchase.to_pay else offer


def quoted(offer: Offer, endpoint: Endpoint, connect: Connect | None) -> Offer:
    """The offer at the API's price of this moment. Raises SetupError where a price is known neither to it nor here."""
    if not offer.purchase.to_pay:
        return offer
    prices, notes = asyncio.run(quotes(offer, endpoint, connect))
    fresh = replace(offer, purchase=offer.purchase.priced(prices), plan=offer.plan.priced(prices), notes=notes)
    if fresh.unpriced:
        hint = "nothing was bought; ask again later, or write the price into a model file of your own"
        raise SetupError("no price is known for some of the shots, and the API told none", hint=hint)
    return fresh


def _left(offer: Offer, after: Plan, variants: tuple[Variant, ...]) -> tuple[Left, ...]:
    """Each job that is refused or held back, and that was not among the orders."""
    ordered = {order.wanted for order in offer.purchase.orders.values()}
    alone = after.alone()
    found: dict[str, Left] = {}
    for variant in variants:
        for shot, slot in zip(variant.shots, after.slots(variant), strict=True):
            if slot.state in ("refused", "held") and slot.digest not in ordered:
                found.setdefault(slot.digest, Left(slot, shot.entry in alone))
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


def _gate(film: Film, plan: Plan, offer: Offer) -> Gate:
    project = film.project
    posts, most = settings.TIERS[project.tier]
    limits = Limits(posts, min(most, project.concurrency or most))
    return Gate(project.outputs, plan.origin, now, limits, offer.purse)


def _longest_s(film: Film, model: str) -> float:
    """Seconds that a job of a model may be open; of one that is not known any more, an hour."""
    return float(film.project.models[model].longest_s) if model in film.project.models else 3600.0
