"""What the account's replies are built as is what they are read as; broken ones are no answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline import wire
from pipeline.wire import Bill, Prediction, Quote


def test_a_price_is_the_discounted_one() -> None:
    quote = Quote(Decimal("0.34"), Decimal("0.4"))
    assert wire.parse_quote(wire.envelope(wire.price_data("a/b", quote))) == quote


@pytest.mark.parametrize(
    ("data", "usd"),
    [
        ({"unit_price": 0.4, "currency": "USD"}, "0.4"),  # the older form
        ({"price": 0.4}, "0.4"),
        ({"price": "0.40", "discounted_price": None}, "0.40"),
        ({"price": 0, "discounted_price": 0}, "0"),
    ],
)
def test_either_form_of_a_price_is_read(data: dict[str, Any], usd: str) -> None:
    quote = wire.parse_quote({"code": 200, "data": data})
    assert quote is not None
    assert quote.usd == Decimal(usd)


@pytest.mark.parametrize(
    "data", [{}, None, {"price": -1}, {"price": True}, {"price": "NaN"}, {"price": 5, "currency": "EUR"}, {"price": []}]
)
def test_what_is_no_price_in_dollars_is_none(data: object) -> None:
    assert wire.parse_quote({"code": 200, "data": data}) is None


def test_a_balance_comes_back() -> None:
    assert wire.parse_balance(wire.envelope(wire.balance_data(Decimal("12.5")))) == Decimal("12.5")
    assert wire.parse_balance({"data": {"balance": "much"}}) is None


@pytest.mark.parametrize("word", ["inputs", "input"])
def test_the_history_tells_inputs_under_either_name(word: str) -> None:
    prediction = Prediction("p1", "a/b", "processing", created_at="2026-11-03T12:30:00.123456789Z")
    row = wire.prediction_data(prediction, "http://here") | {word: {"prompt": "x"}}
    found = wire.parse_history(wire.envelope(wire.history_data(1, 1, [row, {"no": "id"}])))
    assert found is not None
    assert [(item.prediction.id, item.inputs) for item in found] == [("p1", {"prompt": "x"})]


def test_bills_come_back() -> None:
    bills = [
        Bill("u1", "deduct", Decimal("0.4"), "2026-11-03T12:30:00Z", "p1"),
        Bill("u2", "refund", Decimal("0.4"), "", ""),
    ]
    rows = [wire.bill_data(bill, "a/b", "completed") for bill in bills]
    assert wire.parse_bills(wire.envelope(wire.bills_data(1, rows, has_more=True))) == (tuple(bills), True)


def test_a_deduction_told_as_a_negative_amount_is_one() -> None:
    row = {"uuid": "u", "billing_type": "DEDUCT", "price": -0.4, "prediction": None}
    found = wire.parse_bills({"data": {"items": [row]}})
    assert found is not None
    assert found[0][0].usd == Decimal("0.4")


@pytest.mark.parametrize("payload", [None, [], {}, {"data": []}, {"data": {"items": {}}}])
def test_what_is_no_page_is_none(payload: object) -> None:
    assert wire.parse_history(payload) is None
    assert wire.parse_bills(payload) is None


def test_the_catalogue_may_be_wrapped() -> None:
    assert wire.parse_models({"data": [{"model_id": "a/b"}, 5]}) == ({"model_id": "a/b"},)
    assert wire.parse_models({"data": {"items": [{"model_id": "a/b"}]}}) == ({"model_id": "a/b"},)
    assert wire.parse_models({"data": {}}) is None
