"""A submission and the state of the account become acceptance, a charge and later a refund, or a refusal."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pipeline import settings, wire
from pipeline.server.conduct import Conduct
from pipeline.server.ledger import Entry, Ledger
from pipeline.server.request import Refusal
from pipeline.wire import Bill

ENDLESS = Decimal(1_000_000)  # dollars that an account without limit is said to have


@dataclass(frozen=True, slots=True)
class Tier:
    """What an account may ask for."""

    submissions: int  # a minute; 0: any number
    open: int  # predictions that have not ended; 0: any number


TIERS = {name: Tier(*limits) for name, limits in settings.TIERS.items()} | {"none": Tier(0, 0)}


class Account:
    """The one account of the server."""

    def __init__(
        self, conduct: Conduct, ledger: Ledger, seconds: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        """`seconds` is a clock that is never set; `now` the time of day that bills tell."""
        self._conduct, self._ledger, self._seconds, self._now = conduct, ledger, seconds, now
        self._tier = TIERS[conduct.tier]
        self._accepted: deque[float] = deque()  # when, within the last minute
        self._spent = Decimal(0)
        self.places = asyncio.Semaphore(self._tier.open or sys.maxsize)  # for predictions that run; the others wait

    @property
    def balance(self) -> Decimal:
        """US dollars left."""
        return (ENDLESS if self._conduct.balance is None else self._conduct.balance) - self._spent

    def admit(self, usd: Decimal) -> None:
        """Raises Refusal where a submission at this price is more than the tier or the balance allows."""
        refuses = self._tier.open and self._conduct.over_limit == "refuse"
        if refuses and self._ledger.open >= self._tier.open:
            self._turn_away("concurrency", Refusal(429, "You have reached your concurrency limit"))
        if self._tier.submissions and self._within_a_minute() >= self._tier.submissions:
            self._turn_away("rate", Refusal(429, "You have reached your rate limit"))
        if self._conduct.balance is not None and usd > self.balance:
            self._turn_away("credit", Refusal(400, "Insufficient credits, please top up", wire.NO_CREDIT))

    def accept(self, entry: Entry) -> None:
        """Write a submission down, and charge it: from here on it is bought."""
        if self._tier.submissions:
            self._accepted.append(self._seconds())
        self._ledger.entries[entry.prediction.id] = entry
        self._ledger.made[entry.request] += 1
        entry.number = self._ledger.made[entry.request]
        self._ledger.open += 1
        self._ledger.most_open = max(self._ledger.most_open, self._ledger.open)
        if self._conduct.charges:
            self._spent += entry.usd
            self._bill("deduct", entry)

    def end(self) -> None:
        """A prediction has ended."""
        self._ledger.open -= 1

    def refund(self, entry: Entry) -> None:
        """Pay back what failed, but for what moderation refused."""
        failed = entry.prediction.status == "failed" and entry.prediction.code != wire.MODERATED
        if failed and self._conduct.charges:
            entry.refunded = True
            self._spent -= entry.usd
            self._bill("refund", entry)

    def _within_a_minute(self) -> int:
        since = self._seconds() - self._conduct.minute_s
        while self._accepted and self._accepted[0] <= since:
            self._accepted.popleft()
        return len(self._accepted)

    def _turn_away(self, reason: str, refusal: Refusal) -> None:
        self._ledger.turned_away[reason] += 1
        raise refusal

    def _bill(self, kind: Literal["deduct", "refund"], entry: Entry) -> None:
        bill = Bill(secrets.token_hex(16), kind, entry.usd, _iso(self._now()), entry.prediction.id)
        self._ledger.bills.append((bill, entry))


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
