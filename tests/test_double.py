"""What the double of the paid API promises: an account to the cent, and answers that really break."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import wire
from pipeline.server.conduct import Conduct, Fault
from tests.double import KEY, Double, double_process, doubled
from tests.rehearsal import SEEDANCE

BEARER = {"Authorization": f"Bearer {KEY}"}
QUICK = Conduct(clips="canned", generation_s=0)


@contextmanager
def talking(folder: Path, **conduct: Any) -> Iterator[tuple[Double, httpx.Client]]:
    """A double of that conduct, and a client of it."""
    given = Conduct(**({"clips": "canned", "generation_s": 0} | conduct))
    with doubled(folder, given) as double, client_of(double) as api:
        yield double, api


def client_of(double: Double) -> httpx.Client:
    return httpx.Client(base_url=f"{double.origin}{wire.API_ROOT}", headers=BEARER, trust_env=False, timeout=10)


def submitted(api: httpx.Client, prompt: str = "The sea.", **inputs: Any) -> dict[str, Any]:
    reply = api.post(f"/{SEEDANCE}", json={"prompt": prompt, **inputs})
    assert reply.status_code == 200, reply.text
    data: dict[str, Any] = reply.json()["data"]
    return data


def ended(api: httpx.Client, prediction: str) -> dict[str, Any]:
    while True:
        data: dict[str, Any] = api.get(f"/predictions/{prediction}/result").json()["data"]
        if data["status"] in wire.TERMINAL:
            return data


def test_a_reset_after_acceptance_is_a_broken_connection_and_a_charge(tmp_path: Path) -> None:
    with talking(tmp_path, faults=(Fault("accept_then_reset", most=1),)) as (double, api):
        with pytest.raises(httpx.ReadError):
            api.post(f"/{SEEDANCE}", json={"prompt": "The sea."})
        (row,) = double.accepted()
        assert (row["prompt"], row["usd"], row["told"]) == ("The sea.", "0.40", False)
        found = wire.parse_history(api.post("/predictions", json={"page": 1, "include_inputs": True}).json())
        assert found is not None
        assert [(one.prediction.id, one.inputs) for one in found] == [(row["id"], {"prompt": "The sea."})]
        assert ended(api, submitted(api)["id"])["status"] == "completed"
        assert max(double.bought().values()) == 2


def test_a_reset_before_acceptance_looks_the_same_and_costs_nothing(tmp_path: Path) -> None:
    with talking(tmp_path, faults=(Fault("reset"),)) as (double, api):
        with pytest.raises(httpx.ReadError):
            api.post(f"/{SEEDANCE}", json={"prompt": "The sea."})
        assert double.accepted() == []
        assert double.ledger()["charged_usd"] == "0"


def test_more_at_once_than_the_tier_allows_is_turned_away(tmp_path: Path) -> None:
    with talking(tmp_path, tier="bronze", generation_s=60) as (double, api):
        submitted(api)
        submitted(api)
        reply = api.post(f"/{SEEDANCE}", json={"prompt": "The sea."})
        assert (reply.status_code, reply.json()["code"]) == (429, 429)
        assert reply.json()["message"] == "You have reached your concurrency limit"
        assert (len(double.accepted()), double.ledger()["most_open"]) == (2, 2)


def test_more_in_a_minute_than_the_tier_allows_is_turned_away(tmp_path: Path) -> None:
    with talking(tmp_path, tier="bronze") as (double, api):
        for _ in range(2):
            ended(api, submitted(api)["id"])
        reply = api.post(f"/{SEEDANCE}", json={"prompt": "The sea."})
        assert (reply.status_code, reply.json()["message"]) == (429, "You have reached your rate limit")
        assert double.ledger()["turned_away"] == {"rate": 1}


def test_the_balance_is_spent_to_the_cent_and_never_beyond(tmp_path: Path) -> None:
    with talking(tmp_path, balance=Decimal("1.00"), discount_rate=Decimal("0.5")) as (double, api):
        quote = wire.parse_quote(
            api.post("/model/price", json={"model_id": SEEDANCE, "inputs": {"duration": 10}}).json()
        )
        assert quote == wire.Quote(Decimal("0.4"), Decimal("0.8"))
        for _ in range(2):
            submitted(api, duration=10)
        assert wire.parse_balance(api.get("/balance").json()) == Decimal("0.2")
        reply = api.post(f"/{SEEDANCE}", json={"prompt": "The sea.", "duration": 10})
        assert (reply.status_code, reply.json()["code"]) == (400, wire.NO_CREDIT)
        assert Decimal(double.ledger()["charged_usd"]) == Decimal("0.8")


def test_it_is_a_process_with_a_file_too(tmp_path: Path) -> None:
    faults = "seed: 7\nclips: canned\ngeneration_s: 0.1\nfaults:\n  - {kind: accept_then_reset, after: 1, most: 1}\n"
    with double_process(tmp_path, faults) as double, client_of(double) as api:
        done = ended(api, submitted(api)["id"])
        clip = httpx.get(done["outputs"][0], trust_env=False)
        assert clip.headers["content-type"] == "video/mp4"
        with pytest.raises(httpx.ReadError):
            submitted(api)
        assert [row["told"] for row in double.accepted()] == [True, False]
