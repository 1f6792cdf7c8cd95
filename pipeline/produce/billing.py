"""The API's bills enter; what they say of each attempt stands in the store, and what this run was charged leaves."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from pipeline.client import Client
from pipeline.errors import RefusedByApi, UnreachableApi
from pipeline.produce.reading import Film
from pipeline.store import Bill, Spent
from pipeline.wire import Bill as Row

_REFUNDED_WITHIN = timedelta(days=2)  # the API says three hours; after that nobody asks again
_NOTHING = Decimal(0)


async def billed(
    client: Client, film: Film, origin: str, began: datetime, fetched: frozenset[str] = frozenset()
) -> Decimal | None:
    """US dollars charged for the film's attempts that began since; None where the API did not tell of all of them.

    `fetched` are the ids of generations that were paid for before, by whomever.
    """
    attempts = await asyncio.to_thread(_attempts, film, origin, began)
    if not attempts:
        return Decimal("0.00")
    since = min(one.state.begun for one in attempts if one.state.begun)
    try:
        rows = await client.bills(since - timedelta(minutes=5))
    except (RefusedByApi, UnreachableApi):
        return None
    bills = _by_prediction(rows)
    await asyncio.to_thread(_write, film, attempts, bills)
    new = [
        bills.get(one.state.prediction)
        for one in attempts
        if _is_of(film, one, began) and one.state.prediction not in fetched
    ]
    charged = [bill.charged_usd - bill.refunded_usd for bill in new if bill]
    return sum(charged, Decimal("0.00")) if len(charged) == len(new) else None


def _attempts(film: Film, origin: str, began: datetime) -> list[Spent]:
    return [one for one in film.store.attempts(origin) if _unsettled(one, began)]


def _write(film: Film, attempts: Iterable[Spent], bills: Mapping[str, Bill]) -> None:
    for one in attempts:
        if one.state.prediction in bills:
            film.store.billed(one, bills[one.state.prediction])


def _is_of(film: Film, one: Spent, began: datetime) -> bool:
    intent, begun = one.state.intent, one.state.begun
    return intent is not None and begun is not None and intent.storyboard == film.board.name and begun >= began


def _unsettled(one: Spent, began: datetime) -> bool:
    """Whether the bills may say something new of it."""
    begun = one.state.begun
    if begun is None or began - begun > _REFUNDED_WITHIN or one.state.outcome == "turned_away":
        return False
    return one.bill is None or (one.state.outcome == "failed" and one.bill.refunded_usd < one.bill.charged_usd)


def _by_prediction(rows: Iterable[Row]) -> Mapping[str, Bill]:
    charged: dict[str, Decimal] = defaultdict(Decimal)
    refunded: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        (charged if row.kind == "deduct" else refunded)[row.prediction] += row.usd
    return {name: Bill(charged[name], refunded.get(name, _NOTHING)) for name in dict(charged) if name}
