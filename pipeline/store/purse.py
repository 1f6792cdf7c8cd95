"""What may be spent and what is spent enter; whether a price may be added leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.errors import OverBudget

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Purse:
    """What may be spent, in US dollars; None: no limit. Each limit has the words that say whose it is."""

    storyboard: str  # name of the one that is bought for
    run_usd: Decimal | None = None  # by this run
    run_words: str = "the budget"
    board_usd: Decimal | None = None  # for the storyboard, by all attempts ever
    store_usd: Decimal | None = None  # for all storyboards of the store, likewise

    def refusal(self, price_usd: Decimal, run_usd: Decimal, spent: Mapping[str, Decimal]) -> OverBudget | None:
        """Why that is too much beside what this run and each storyboard have spent or reserved; None: it is not."""
        board, everything = spent.get(self.storyboard, NOTHING), sum(spent.values(), NOTHING)
        for limit, so_far, words in (
            (self.run_usd, run_usd, self.run_words),
            (self.board_usd, board, "max_total of the storyboard"),
            (self.store_usd, everything, "max_total of storyreel.yaml"),
        ):
            if limit is not None and so_far + price_usd > limit:
                message = f"${price_usd:f} more would be over {words}: ${so_far:f} of ${limit:f} are spent or reserved"
                return OverBudget(message, hint="raise it, or make fewer or shorter shots")
        return None
