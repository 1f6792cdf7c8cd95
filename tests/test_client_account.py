"""What the client promises of an account: prices and bills as they are, and the history of a span of our own time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest

from pipeline import wire
from pipeline.client import Client
from pipeline.errors import RefusedByApi, UnreachableApi
from pipeline.wire import Bill, Quote
from tests.scripted import BODY, KEY, MODEL, Server, Work, after, http, result, told

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Answer = bytes


def said(data: Any, *, ahead: timedelta = timedelta(0)) -> Answer:
    """A reply of a server whose clock is so far ahead of ours."""
    return http(200, {"code": 200, "message": "success", "data": data}, Date=format_datetime(NOW + ahead, usegmt=True))


def row(name: str, created_at: str | None = "2026-11-03T12:00:00.123456789Z", **more: Any) -> dict[str, Any]:
    return {"id": name, "model": MODEL, "status": "processing", "created_at": created_at, "inputs": BODY} | more


def page(*rows: dict[str, Any], ahead: timedelta = timedelta(0)) -> Answer:
    return said({"page": 1, "items": list(rows)}, ahead=ahead)


def bill(name: str, at: str = "2026-11-03T12:00:00Z", kind: str = "deduct") -> dict[str, Any]:
    return {"uuid": name, "billing_type": kind, "price": 0.4, "created_at": at, "prediction": {"uuid": "p1"}}


def around(client: Client) -> Any:
    return client.history(MODEL, NOW - 3 * MINUTE, NOW + 10 * MINUTE)


def since(client: Client) -> Any:
    return client.bills(NOW - HOUR)


def asked(server: Server) -> list[dict[str, Any]]:
    return [json.loads(seen.body) for seen in server.seen]


def seen_by(work: Work, *answers: Answer) -> tuple[list[str], Server]:
    """The ids that came, after a first reply from which the clock was known."""

    async def known(client: Client) -> Any:
        await result(client)
        return await work(client)

    rows, server = after(known, said({"id": "p0", "status": "created"}), *answers, clock=lambda: NOW)
    server.seen.pop(0)
    return [each.prediction.id for each in rows], server


def test_a_balance_is_exact_money() -> None:
    balance, server = after(lambda client: client.balance(), said({"balance": 12.34}))
    assert balance == Decimal("12.34")
    assert (server.seen[0].method, server.seen[0].path) == ("GET", "/api/v3/balance")
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_quote_is_of_the_request_as_it_would_be_sent() -> None:
    quote, server = after(lambda client: client.quote(MODEL, BODY), said({"price": 0.4, "discounted_price": 0.34}))
    assert quote == Quote(Decimal("0.34"), Decimal("0.4"))
    assert server.seen[0].path == wire.PRICE_PATH
    assert asked(server) == [{"model_id": MODEL, "inputs": BODY}]


@pytest.mark.parametrize("missing", [http(404, raw=b"404 page not found"), http(200, {"code": 404, "message": "no"})])
def test_where_there_is_no_new_price_list_the_old_one_is_asked(missing: Answer) -> None:
    old = said({"model_id": MODEL, "unit_price": 0.4, "currency": "USD"})
    quote, server = after(lambda client: client.quote(MODEL, BODY), missing, old)
    assert quote.usd == Decimal("0.4")
    assert [seen.path for seen in server.seen] == ["/api/v3/model/price", "/api/v3/model/pricing"]


def test_the_catalogue_comes_as_it_is() -> None:
    rows = [{"model_id": MODEL, "name": "Mini", "description": "x" * (9 << 20)}]
    assert after(lambda client: client.models(), said(rows))[0] == tuple(rows)


QUESTIONS: dict[str, Work] = {
    "balance": lambda client: client.balance(),
    "quote": lambda client: client.quote(MODEL, BODY),
    "models": lambda client: client.models(),
    "history": around,
    "bills": since,
}


@pytest.mark.parametrize("work", QUESTIONS.values(), ids=QUESTIONS)
def test_each_is_asked_again_until_it_is_answered_or_refused(work: Work) -> None:
    error, server = after(work, http(503, raw=b""), http(200, raw=b"<html>"), http(401, {"message": "Unauthorized"}))
    assert isinstance(error, RefusedByApi)
    assert len(server.seen) == 3
    error, server = after(work, http(200, {"code": 200, "data": None}))
    assert isinstance(error, UnreachableApi)
    assert not error.uncertain
    assert len(server.seen) == 4


def test_the_history_is_of_one_model_and_span_with_its_inputs() -> None:
    names, server = seen_by(around, page(row("p1")), page())
    assert names == ["p1"]
    assert asked(server)[0] == {
        "model": MODEL,
        "include_inputs": True,
        "created_after": "2026-11-03T11:56:58.000Z",  # two seconds more at either end
        "created_before": "2026-11-03T12:10:02.000Z",
        "page": 1,
        "page_size": 100,
    }
    assert {seen.path for seen in server.seen} == {"/api/v3/predictions"}


def test_the_rows_keep_what_was_asked_of_the_model() -> None:
    rows, _ = after(around, page(row("p1")), page(row("p1")), page(), clock=lambda: NOW)
    assert [each.inputs for each in rows] == [BODY]


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(seconds=-90)])
def test_the_span_is_one_of_our_clock_however_far_the_apis_is_off(ahead: timedelta) -> None:
    def created(at: datetime) -> str:
        return (at + ahead).isoformat()

    rows = [
        row("in", created(NOW)),
        row("early", created(NOW - 4 * MINUTE)),
        row("late", created(NOW + 11 * MINUTE)),
    ]
    found, server = after(around, page(ahead=ahead), page(*rows, ahead=ahead), page(ahead=ahead), clock=lambda: NOW)
    assert [each.prediction.id for each in found] == ["in"]
    first, second, _ = asked(server)
    assert "created_after" not in first  # only asked what time it is
    assert datetime.fromisoformat(second["created_after"]) == NOW - 3 * MINUTE + ahead - timedelta(seconds=2)


def test_the_clock_is_asked_for_once() -> None:
    async def twice(client: Client) -> Any:
        await around(client)
        return await around(client), client.ahead

    (_, ahead), server = after(twice, page(ahead=HOUR), clock=lambda: NOW)
    assert ahead == HOUR
    assert ["created_after" in body for body in asked(server)] == [False, True, True]


@pytest.mark.parametrize("date", ["", "today", "Tue, 03 Nov 0001 12:00:00 GMT", "Tue, 03 Nov 2026 12:00:00 +99999999"])
def test_a_server_that_tells_no_time_is_taken_to_have_ours(date: str) -> None:
    answer = http(200, {"code": 200, "data": {"items": [row("p1")]}}, **({"Date": date} if date else {}))
    rows, server = after(around, answer, clock=lambda: NOW)
    assert [each.prediction.id for each in rows] == ["p1"]
    assert asked(server)[1]["created_after"] == "2026-11-03T11:56:58.000Z"


@pytest.mark.parametrize(
    ("created_at", "is_in"),
    [
        ("2026-11-03T12:00:00.123456789Z", True),
        ("2026-11-03T20:00:00+08:00", True),
        ("2026-11-03T12:00:00+08:00", False),
        ("2026-11-02T12:00:00Z", False),
        ("2026-11-03T12:00:00", True),  # in a zone that nobody knows
        ("yesterday", True),
        ("", True),
        (None, True),
    ],
)
def test_a_row_is_left_out_only_where_its_time_tells_so(created_at: str | None, is_in: bool) -> None:
    assert seen_by(around, page(row("p1", created_at)), page())[0] == (["p1"] if is_in else [])


def test_a_row_of_another_model_is_left_out() -> None:
    rows = [row("p1"), row("p2", model="a/b"), row("p3", model=None)]
    assert seen_by(around, page(*rows), page())[0] == ["p1", "p3"]


def test_all_pages_are_read_and_nothing_counts_twice() -> None:
    names, server = seen_by(around, page(row("p1"), row("p2")), page(row("p2"), row("p3")), page())
    assert names == ["p1", "p2", "p3"]
    assert [body["page"] for body in asked(server)] == [1, 2, 3]


def test_a_history_that_does_not_end_is_no_history() -> None:
    pages = [page(row(f"p{number}")) for number in range(30)]
    error, server = after(around, page(), *pages, clock=lambda: NOW)
    assert isinstance(error, UnreachableApi)
    assert "more than 20 pages" in error.message
    assert len(server.seen) == 21


def test_bills_of_all_pages_come_once() -> None:
    pages = [
        said({"page": 1, "has_more": True, "items": [bill("b1"), bill("b0", "2026-11-01T12:00:00Z"), bill("", "")]}),
        said({"page": 2, "has_more": False, "items": [bill("b1"), bill("b2", kind="refund"), bill("", "")]}),
    ]
    bills, server = after(since, page(), *pages, clock=lambda: NOW)
    assert [each.id for each in bills] == ["b1", "", "b2", ""]
    assert bills[2] == Bill("b2", "refund", Decimal("0.4"), "2026-11-03T12:00:00Z", "p1")
    assert asked(server)[1] == {"start_time": "2026-11-03T10:59:58.000Z", "page": 1, "page_size": 100}


def test_bills_that_repeat_themselves_end() -> None:
    same = said({"page": 1, "has_more": True, "items": [bill("b1")]})
    bills, server = after(since, page(), same, clock=lambda: NOW)
    assert [each.id for each in bills] == ["b1"]
    assert len(server.seen) == 3


def test_bills_that_do_not_end_are_no_sum() -> None:
    pages = [said({"page": 1, "has_more": True, "items": [bill(f"b{number}")]}) for number in range(60)]
    error, server = after(since, page(), *pages, clock=lambda: NOW)
    assert isinstance(error, UnreachableApi)
    assert len(server.seen) == 51


def test_what_an_id_was_asked_for_tells_the_time_too() -> None:
    async def work(client: Client) -> Any:
        before = client.ahead
        await result(client)
        return before, client.ahead

    answer = told("created").replace(b"\r\n\r\n", b"\r\nDate: Tue, 03 Nov 2026 11:59:00 GMT\r\n\r\n")
    assert after(work, answer, clock=lambda: NOW)[0] == (None, -MINUTE)
