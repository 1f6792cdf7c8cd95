"""What the ledger holds becomes pages of the history, of the bills and of the statistics, as they were asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from pipeline import wire
from pipeline.server.ledger import Entry, Ledger
from pipeline.server.request import Refusal

_USUAL_PAGE = 20  # rows where nobody says how many


def history(
    entries: Iterable[Entry], asked: Mapping[str, Any], tell: Callable[[Entry], Mapping[str, Any]]
) -> dict[str, Any]:
    """`data` of a reply to POST /predictions; `entries` newest first. Raises Refusal for what is no question."""
    page, size = _page(asked)
    chosen = [entry for entry in entries if _chosen(entry, asked)]
    rows = chosen[(page - 1) * size : page * size]
    return wire.history_data(page, len(chosen), [tell(entry) for entry in rows])


def bills(ledger: Ledger, asked: Mapping[str, Any]) -> dict[str, Any]:
    """`data` of a reply to POST /billings/search, newest first. Raises Refusal for what is no question."""
    page, size = _page(asked)
    kind, model = _text(asked, "billing_type"), _text(asked, "model_uuid")
    if kind not in ("", "deduct", "refund"):
        raise Refusal(400, "billing_type must be deduct or refund", wire.INVALID)
    within = _window(asked, "start_time", "end_time")
    chosen = [
        wire.bill_data(bill, entry.prediction.model, entry.prediction.status)
        for bill, entry in reversed(ledger.bills)
        if kind in ("", bill.kind) and model in ("", entry.prediction.model) and within(bill.created_at)
    ]
    return wire.bills_data(page, chosen[(page - 1) * size : page * size], has_more=len(chosen) > page * size)


def usage(ledger: Ledger, asked: Mapping[str, Any]) -> dict[str, Any]:
    """`data` of a reply to POST /user/usage_stats. Raises Refusal for what is no question."""
    within, model = _window(asked, "start_time", "end_time"), _text(asked, "model_uuid")
    chosen = [
        entry
        for entry in ledger.entries.values()
        if model in ("", entry.prediction.model) and within(entry.prediction.created_at)
    ]
    models, days = defaultdict[str, list[Entry]](list), defaultdict[str, list[Entry]](list)
    for entry in chosen:
        models[entry.prediction.model].append(entry)
        days[entry.prediction.created_at[:10]].append(entry)
    return {
        "summary": _sums(chosen),
        "per_model_usage": [{"model_uuid": name, **_sums(those)} for name, those in models.items()],
        "daily_usage": [{"date": day, **_sums(those)} for day, those in days.items()],
    }


def _sums(entries: list[Entry]) -> dict[str, Any]:
    cost = sum((entry.usd for entry in entries if not entry.refunded), Decimal(0))
    fine = sum(entry.prediction.status == "completed" for entry in entries)
    return {"total_cost": float(cost), "total_requests": len(entries), "success_requests": fine}


def _chosen(entry: Entry, asked: Mapping[str, Any]) -> bool:
    model, status = _text(asked, "model"), _text(asked, "status")
    within = _window(asked, "created_after", "created_before")
    told = entry.prediction
    return model in ("", told.model) and status in ("", told.status) and within(told.created_at)


def _page(asked: Mapping[str, Any]) -> tuple[int, int]:
    page, size = asked.get("page", 1), asked.get("page_size", _USUAL_PAGE)
    for name, number, most in (("page", page, 2**31), ("page_size", size, wire.LARGEST_PAGE)):
        if type(number) is not int or not 1 <= number <= most:
            raise Refusal(400, f"{name} must be 1 to {most}", wire.INVALID)
    return page, size


def _window(asked: Mapping[str, Any], first: str, last: str) -> Callable[[str], bool]:
    begin, end = _time(asked, first), _time(asked, last)

    def within(told: str) -> bool:
        when = datetime.fromisoformat(told)
        return (begin is None or when >= begin) and (end is None or when <= end)

    return within


def _time(asked: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(asked, name)
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise Refusal(400, f"{name} must be a time such as 2026-11-03T12:30:00Z", wire.INVALID) from None
    return found.replace(tzinfo=UTC) if found and found.tzinfo is None else found


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise Refusal(400, f"{name} must be a text", wire.INVALID)
    return value or ""
