"""A Purchase becomes an Offer: its price against every limit, and whether it may be bought from here at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pipeline import settings
from pipeline.errors import ApprovalNeeded, OverBudget
from pipeline.plan import Plan, Purchase, Variant
from pipeline.produce.reading import Film
from pipeline.settings.ci import Where
from pipeline.store import Purse


@dataclass(frozen=True, slots=True)
class Offer:
    """What `shoot` would do, for whoever has to say yes."""

    film: Film
    plan: Plan
    purchase: Purchase
    variants: tuple[Variant, ...]
    purse: Purse
    amount: bool  # the command itself, or its environment, named the most that it may cost
    spent: Mapping[str, Decimal] = field(default_factory=dict)  # US dollars by storyboard, of all attempts so far
    notes: tuple[str, ...] = ()  # what could not be asked of the API

    @property
    def cost_usd(self) -> Decimal:
        """US dollars for all of it."""
        return self.purchase.cost_usd

    @property
    def estimate(self) -> bool:
        """Whether some price is inferred and not the API's own."""
        return any(order.price and order.price.estimate for order in self.purchase.to_pay)

    @property
    def unpriced(self) -> int:
        """Orders whose price nobody knows."""
        return sum(1 for order in self.purchase.to_pay if order.price is None)


def purse_of(film: Film, environ: Mapping[str, str], max_cost_usd: Decimal | None) -> Purse:
    """What may be spent: of all limits the lowest."""
    board, project, set_usd = film.board, film.project, settings.max_cost(environ)
    limits = [
        (usd, words)
        for usd, words in (
            (board.max_cost_usd, "the storyboard's budget"),
            (project.max_cost_usd, "the budget in storyreel.yaml"),
            (set_usd, "STORYREEL_MAX_COST"),
            (max_cost_usd, "--max-cost"),
        )
        if usd is not None
    ]
    lowest, words = min(limits, default=(None, ""))
    return Purse(board.name, lowest, words, board.max_total_usd, project.max_total_usd)


def refuse_over_budget(offer: Offer) -> None:
    """Raises OverBudget, before anything is bought, where the whole offer costs more than some limit leaves."""
    for limit, spent, words in _limits(offer):
        if limit is not None and spent + offer.cost_usd > limit:
            so_far = f", and ${spent:f} are spent" if spent else ""
            message = f"this costs ${offer.cost_usd:f}{so_far}; {words} allows ${limit:f}; nothing was bought"
            raise OverBudget(message, hint="raise it, or buy less: --only SHOT, --variant NAME, shorter shots")


def refuse_from_here(offer: Offer, where: Where) -> None:
    """Raises ApprovalNeeded where nothing may be bought from: a pull request from a fork, CI without an amount."""
    if not offer.purchase.to_pay:
        return
    if where.is_fork:
        hint = "run it from a branch of the repository itself, once somebody has read the change"
        raise ApprovalNeeded(f"a pull request from a fork can't spend ({where.service})", hint=hint)
    if where.is_ci and not offer.amount:
        hint = "say how much it may cost: --yes --max-cost 5.00, or STORYREEL_MAX_COST in the job's own settings"
        raise ApprovalNeeded(f"in CI ({where.service}) nothing is bought without an amount", hint=hint)


def _limits(offer: Offer) -> Iterator[tuple[Decimal | None, Decimal, str]]:
    purse, nothing = offer.purse, Decimal("0.00")
    yield purse.run_usd, nothing, purse.run_words
    yield purse.board_usd, offer.spent.get(purse.storyboard, nothing), "max_total of the storyboard"
    yield purse.store_usd, sum(offer.spent.values(), nothing), "max_total of storyreel.yaml"
