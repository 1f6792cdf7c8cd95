"""What an account can be asked: prices, balance, catalogue, and by a span of our own time its history and bills."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from pipeline import wire
from pipeline.client.asking import Asking
from pipeline.client.verdict import Reply
from pipeline.errors import RefusedByApi, UnreachableApi
from pipeline.wire import Bill, Listed, Quote

_OLD_PRICE_PATH = f"{wire.API_ROOT}/model/pricing"  # of the official command line up to 0.2.2
_MOST_HISTORY, _MOST_BILLS = 20, 50  # pages
_LARGEST_CATALOGUE = 64 << 20  # bytes: a thousand models with a schema each
_BLUR = timedelta(seconds=2)  # the API's clock is read to a whole second, from a reply that was some time on its way
_T = TypeVar("_T")


async def balance(asking: Asking) -> Decimal:
    """US dollars left."""
    return await _ask(asking, partial(asking.exchange.get, wire.BALANCE_PATH), wire.parse_balance)


async def quote(asking: Asking, model: str, inputs: Mapping[str, Any]) -> Quote:
    """What a request would cost now."""
    body = {"model_id": model, "inputs": inputs}
    try:
        return await _ask(asking, partial(asking.exchange.post, wire.PRICE_PATH, body), wire.parse_quote)
    except RefusedByApi as refused:
        if 404 not in (refused.http_status, refused.code):
            raise
    return await _ask(asking, partial(asking.exchange.post, _OLD_PRICE_PATH, body), wire.parse_quote)


async def models(asking: Asking) -> tuple[Mapping[str, Any], ...]:
    """The rows of the API's catalogue, as they came."""
    ask = partial(asking.exchange.get, wire.MODELS_PATH, most_bytes=_LARGEST_CATALOGUE)
    return await _ask(asking, ask, wire.parse_models)


async def history(asking: Asking, model: str, after: datetime, before: datetime) -> tuple[Listed, ...]:
    """The model's predictions of a span of our time, newest first; those too whose time or model nobody can tell.

    Raises UnreachableApi also where the pages do not end: a list that lacks some would pass for the whole.
    """
    ahead = await _ahead(asking)
    begin, end = after + ahead - _BLUR, before + ahead + _BLUR
    body = {"model": model, "include_inputs": True, "created_after": _iso(begin), "created_before": _iso(end)}
    found: dict[str, Listed] = {}
    for page in range(1, _MOST_HISTORY + 1):
        rows = await _page(asking, wire.HISTORY_PATH, body, page, wire.parse_history)
        fresh = {row.prediction.id: row for row in rows if row.prediction.id not in found}
        found |= fresh
        # An empty page is the only end that every server tells: some give fewer rows than they were asked for.
        if not fresh:
            return tuple(row for row in found.values() if _matches(row, model, begin, end))
    raise UnreachableApi(f"the API's history of that time has more than {_MOST_HISTORY} pages")


async def bills(asking: Asking, since: datetime) -> tuple[Bill, ...]:
    """Deductions and refunds since a moment of our time. Raises UnreachableApi also where the pages do not end."""
    begin = since + await _ahead(asking) - _BLUR
    body = {"start_time": _iso(begin)}
    found: dict[object, Bill] = {}
    for page in range(1, _MOST_BILLS + 1):
        rows, more = await _page(asking, wire.BILLINGS_PATH, body, page, wire.parse_bills)
        before = len(found)
        found |= {bill if bill.id else (page, index): bill for index, bill in enumerate(rows)}
        if not more or len(found) == before:
            return tuple(bill for bill in found.values() if _within(bill.created_at, begin))
    raise UnreachableApi(f"the API's bills since {since:%Y-%m-%d} have more than {_MOST_BILLS} pages")


async def _ahead(asking: Asking) -> timedelta:
    """How far the API's clock is ahead of ours; where no reply has told it yet, one is asked for."""
    if asking.exchange.ahead is None:
        await _page(asking, wire.HISTORY_PATH, {}, 1, wire.parse_history)
    return asking.exchange.ahead or timedelta(0)


async def _page(
    asking: Asking, path: str, body: Mapping[str, Any], page: int, parse: Callable[[object], _T | None]
) -> _T:
    asked = {**body, "page": page, "page_size": wire.LARGEST_PAGE}
    return await _ask(asking, partial(asking.exchange.post, path, asked), parse)


async def _ask(asking: Asking, ask: Callable[[], Awaitable[Reply]], parse: Callable[[object], _T | None]) -> _T:
    return await asking.question(ask, lambda reply: parse(reply.payload), "nothing is lost; ask again later")


def _matches(row: Listed, model: str, begin: datetime, end: datetime) -> bool:
    return row.prediction.model in ("", model) and _within(row.prediction.created_at, begin, end)


def _within(text: str, begin: datetime, end: datetime | None = None) -> bool:
    """Whether a moment lies in the span, for all that can be told."""
    moment = _moment(text)
    return moment is None or (begin <= moment and (end is None or moment <= end))


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)  # nanoseconds are cut to microseconds
    except ValueError:
        return None
    return found if found.tzinfo else None


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
