"""What an account can be asked: prices, balance, what it made and what it was charged; built and parsed.

Paths and fields: the official command line's and clients' sources, as of 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from pipeline.wire.envelopes import API_ROOT, Prediction, prediction_in
from pipeline.wire.lenient import amount, listed, mapping, text

PRICE_PATH = f"{API_ROOT}/model/price"
BALANCE_PATH = f"{API_ROOT}/balance"
MODELS_PATH = f"{API_ROOT}/models"
HISTORY_PATH = f"{API_ROOT}/predictions"
BILLINGS_PATH = f"{API_ROOT}/billings/search"
LARGEST_PAGE = 100  # rows of the history or the bills that one question may ask for


@dataclass(frozen=True, slots=True)
class Quote:
    """What a request would cost at this moment."""

    usd: Decimal  # US dollars to pay, the discount taken off
    full_usd: Decimal  # before the discount


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the history."""

    prediction: Prediction
    inputs: Mapping[str, Any] | None  # as they were sent; None where the API does not tell


@dataclass(frozen=True, slots=True)
class Bill:
    """A row of the bills."""

    id: str
    kind: Literal["deduct", "refund"]
    usd: Decimal  # US dollars, never negative
    created_at: str  # ISO-8601, as it came
    prediction: str  # id of the generation; "" where it is of something else


def price_data(model: str, quote: Quote) -> dict[str, Any]:
    """`data` of a reply to POST /model/price."""
    rate = float(quote.usd / quote.full_usd) if quote.full_usd else 1.0
    prices = {"price": float(quote.full_usd), "discounted_price": float(quote.usd), "discount_rate": rate}
    return {"model_id": model, **prices, "currency": "USD"}


def parse_quote(payload: object) -> Quote | None:
    """The price in a reply of either form: what is paid is the discounted one. None where there is none in dollars."""
    data = mapping(mapping(payload).get("data"))
    if text(data.get("currency")).upper() not in ("", "USD"):
        return None
    full = next((found for name in ("price", "unit_price") if (found := amount(data.get(name))) is not None), None)
    paid = amount(data.get("discounted_price"))
    if paid is None:
        paid = full
    return None if paid is None else Quote(paid, paid if full is None else full)


def balance_data(usd: Decimal) -> dict[str, Any]:
    """`data` of a reply to GET /balance."""
    return {"balance": float(usd), "currency": "USD"}


def parse_balance(payload: object) -> Decimal | None:
    """US dollars left; None where the reply does not say."""
    return amount(mapping(mapping(payload).get("data")).get("balance"))


def history_data(page: int, total: int, items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`data` of a reply to POST /predictions."""
    return {"page": page, "total": total, "items": list(items)}


def parse_history(payload: object) -> tuple[Listed, ...] | None:
    """The rows of one page, newest first; None where the reply is no page of the history."""
    data = mapping(mapping(payload).get("data"))
    if not isinstance(data.get("items"), list):
        return None
    rows = [mapping(item) for item in listed(data["items"])]
    found = ((prediction_in(row), row.get("inputs", row.get("input"))) for row in rows)
    return tuple(Listed(one, inputs if isinstance(inputs, Mapping) else None) for one, inputs in found if one)


def bill_data(bill: Bill, model: str, status: str) -> dict[str, Any]:
    """One row of a reply to POST /billings/search."""
    prediction = {"uuid": bill.prediction, "model_uuid": model, "status": status}
    row = {"uuid": bill.id, "billing_type": bill.kind, "price": float(bill.usd), "created_at": bill.created_at}
    return {**row, "access_key_name": "", "order": None, "prediction": prediction}


def bills_data(page: int, rows: Iterable[Mapping[str, Any]], *, has_more: bool) -> dict[str, Any]:
    """`data` of a reply to POST /billings/search."""
    return {"page": page, "has_more": has_more, "items": list(rows)}


def parse_bills(payload: object) -> tuple[tuple[Bill, ...], bool] | None:
    """The rows of one page and whether more follow; None where the reply is no page of bills."""
    data = mapping(mapping(payload).get("data"))
    if not isinstance(data.get("items"), list):
        return None
    found = (_bill(mapping(item)) for item in listed(data["items"]))
    return tuple(bill for bill in found if bill), data.get("has_more") is True


def _bill(row: Mapping[str, Any]) -> Bill | None:
    kind, usd = text(row.get("billing_type")).lower(), row.get("price")
    # A deduction may be told as a negative amount: the kind says which way it goes.
    paid = amount(abs(usd)) if isinstance(usd, int | float) else amount(usd)
    if kind not in ("deduct", "refund") or paid is None:
        return None
    prediction = mapping(row.get("prediction"))
    made = text(prediction.get("uuid")) or text(prediction.get("id"))
    sort: Literal["deduct", "refund"] = "deduct" if kind == "deduct" else "refund"
    return Bill(text(row.get("uuid")), sort, paid, text(row.get("created_at")), made)


def parse_models(payload: object) -> tuple[Mapping[str, Any], ...] | None:
    """The rows of the catalogue as they came; None where the reply is no catalogue."""
    rows = mapping(payload).get("data")
    if isinstance(rows, Mapping):
        rows = rows.get("items", rows.get("models"))
    return tuple(mapping(row) for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else None
