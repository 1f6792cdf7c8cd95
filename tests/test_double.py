"""What the double of the paid API promises: an account to the cent, and answers that really break."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import catalog, media, wire
from pipeline.errors import BadInput, SetupError
from pipeline.server.conduct import Conduct, Fault, conduct_of
from tests.double import KEY, Double, double_process, doubled
from tests.rehearsal import SEEDANCE

BEARER = {"Authorization": f"Bearer {KEY}"}


@contextmanager
def talking(folder: Path, **conduct: Any) -> Iterator[tuple[Double, httpx.Client]]:
    """A double of that conduct, and a client of it."""
    given = Conduct(**({"clips": "tiny", "generation_s": 0} | conduct))
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


def test_more_at_once_may_also_be_queued(tmp_path: Path) -> None:
    with talking(tmp_path, tier="bronze", over_limit="queue", minute_s=1e-9, generation_s=0.2) as (double, api):
        begun = time.monotonic()
        made = [submitted(api)["id"] for _ in range(5)]
        assert all(ended(api, prediction)["status"] == "completed" for prediction in made)
        assert time.monotonic() - begun >= 0.6
        assert double.ledger()["most_open"] == 5


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


def test_a_failed_prediction_is_paid_back_and_the_bills_say_so_page_by_page(tmp_path: Path) -> None:
    fails = Fault("task_fails", match="[fails]", code=5003)
    with talking(tmp_path, faults=(fails,), balance=Decimal(1)) as (double, api):
        failed = ended(api, submitted(api, "[fails]")["id"])
        kept = ended(api, submitted(api)["id"])
        pages = [
            wire.parse_bills(api.post("/billings/search", json={"page": n, "page_size": 2}).json()) for n in (1, 2)
        ]
        assert [page and page[1] for page in pages] == [True, False]
        told = [(bill.prediction, bill.kind, bill.usd) for page in pages if page for bill in page[0]]
        price = Decimal("0.4")
        assert told == [(kept["id"], "deduct", price), (failed["id"], "refund", price), (failed["id"], "deduct", price)]
        refunds = wire.parse_bills(api.post("/billings/search", json={"billing_type": "refund"}).json())
        assert refunds is not None
        assert [bill.prediction for bill in refunds[0]] == [failed["id"]]
        assert wire.parse_balance(api.get("/account/balance").json()) == Decimal("0.6")
        usage = api.post("/user/usage_stats", json={}).json()["data"]
        assert usage["summary"] == {"total_cost": 0.4, "total_requests": 2, "success_requests": 1}
        assert [row["model_uuid"] for row in usage["per_model_usage"]] == [SEEDANCE]
        ledger = double.ledger()
        assert (ledger["charged_usd"], ledger["refunded_usd"], ledger["open"]) == ("0.80", "0.40", 0)


def test_prices_move_and_refunds_come_late(tmp_path: Path) -> None:
    late = {"price_rate": Decimal("1.25"), "discount_rate": Decimal("0.8"), "refund_delay_s": 3600}
    with talking(tmp_path, faults=(Fault("task_fails", code=1405),), **late) as (double, api):
        quote = wire.parse_quote(
            api.post("/model/price", json={"model_id": SEEDANCE, "inputs": {"duration": 6}}).json()
        )
        assert quote == wire.Quote(Decimal("0.48"), Decimal("0.6"))
        assert ended(api, submitted(api, duration=6)["id"])["status"] == "failed"
        ledger = double.ledger()
        assert (ledger["charged_usd"], ledger["refunded_usd"], ledger["open"]) == ("0.48", "0", 0)


def history(api: httpx.Client, **asked: Any) -> list[str]:
    """Ids of the predictions on a page of the history."""
    found = wire.parse_history(api.post("/predictions", json=asked).json())
    assert found is not None
    return [row.prediction.id for row in found]


def test_the_history_is_newest_first_in_pages_and_filtered(tmp_path: Path) -> None:
    with talking(tmp_path, faults=(Fault("task_fails", match="[fails]"),)) as (_, api):
        made = [ended(api, submitted(api, prompt)["id"]) for prompt in ("one", "[fails]", "three")]
        ids = [data["id"] for data in reversed(made)]
        assert history(api) == ids
        assert [history(api, page=page, page_size=2) for page in (1, 2, 3)] == [ids[:2], ids[2:], []]
        assert api.post("/predictions", json={"page_size": 2}).json()["data"]["total"] == 3
        assert history(api, status="failed") == [ids[1]]
        assert history(api, model=SEEDANCE) == ids
        assert history(api, model="another/model") == []
        assert history(api, created_after=made[2]["created_at"]) == ids[:1]
        assert history(api, created_before="2020-01-01") == []
        rows = api.post("/predictions", json={"include_inputs": True}).json()["data"]["items"]
        assert [row["inputs"] for row in rows] == [{"prompt": word} for word in ("three", "[fails]", "one")]
        assert "inputs" not in api.post("/predictions", json={}).json()["data"]["items"][0]
        for wrong in ({"page": 0}, {"page_size": 101}, {"page": "1"}, {"created_after": "yesterday"}, {"model": 3}):
            assert api.post("/predictions", json=wrong).status_code == 400


def test_the_history_may_be_late_and_silent_about_inputs(tmp_path: Path) -> None:
    with talking(tmp_path, history_inputs=False) as (_, api):
        submitted(api)
        (row,) = api.post("/predictions", json={"include_inputs": True}).json()["data"]["items"]
        assert not {"input", "inputs"} & row.keys()
    with talking(tmp_path, history_delay_s=3600) as (_, api):
        submitted(api)
        assert history(api) == []


def test_what_was_deleted_is_gone_but_stays_charged(tmp_path: Path) -> None:
    with talking(tmp_path) as (double, api):
        done = ended(api, submitted(api)["id"])
        assert api.post("/predictions/delete", json={"ids": [done["id"], "another"]}).status_code == 200
        assert history(api) == []
        assert ended(api, done["id"])["status"] == "deleted"
        assert httpx.get(done["outputs"][0], trust_env=False).status_code == 404
        assert [(row["usd"], row["deleted"]) for row in double.accepted()] == [("0.40", True)]
        assert api.post("/predictions/delete", json={"ids": "all"}).status_code == 400


def test_after_a_week_predictions_and_files_are_gone(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 3, tzinfo=UTC)]
    conduct = Conduct(clips="tiny", generation_s=0)
    seconds = lambda: now[0].timestamp()  # noqa: E731  two clocks, one hand
    with doubled(tmp_path, conduct, clock=lambda: now[0], seconds=seconds) as double, client_of(double) as api:
        done = ended(api, submitted(api)["id"])
        now[0] += timedelta(days=6, hours=23)
        assert ended(api, done["id"])["outputs"] == done["outputs"]
        assert httpx.get(done["outputs"][0], trust_env=False).status_code == 200
        now[0] += timedelta(hours=1)
        assert api.get(f"/predictions/{done['id']}").status_code == 404
        assert httpx.get(done["outputs"][0], trust_env=False).status_code == 404
        assert history(api) == []
        assert len(double.accepted()) == 1


def test_prices_are_those_of_the_plan_in_both_forms(tmp_path: Path) -> None:
    with talking(tmp_path) as (_, api):
        for inputs, usd in (({}, "0.4"), ({"duration": 12, "resolution": "1080p"}, "1.08")):
            asked = {"model_id": SEEDANCE, "inputs": inputs}
            quotes = [wire.parse_quote(api.post(f"/model/{word}", json=asked).json()) for word in ("price", "pricing")]
            assert quotes == [wire.Quote(Decimal(usd), Decimal(usd))] * 2
        unpriced = next(model for model in catalog.models().values() if not model.prices)
        quote = wire.parse_quote(api.post("/model/price", json={"model_id": unpriced.id}).json())
        assert quote is not None
        assert quote.usd > 0
        assert api.post("/model/price", json={"model_id": "nobody/knows"}).status_code == 404
        assert api.post("/model/price", json={"model_id": SEEDANCE, "inputs": {"duration": "5"}}).status_code == 400


def test_a_reference_video_is_measured_and_priced(tmp_path: Path) -> None:
    with talking(tmp_path) as (double, api):
        video = ended(api, submitted(api, duration=4)["id"])["outputs"][0]
        submitted(api, "again", reference_videos=[video])
        assert Decimal(double.accepted()[1]["usd"]) == Decimal("0.0575") * 5 + Decimal("0.0375") * 4


def test_the_older_upload_takes_a_form(tmp_path: Path) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--not the boundary\r\n"
    with talking(tmp_path) as (_, api):
        files = {"note": (None, b"first"), "file": ("still.png", content, "image/png")}
        data = api.post("/media/upload/binary", files=files).json()["data"]
        assert (data["type"], data["filename"], data["size"]) == ("image", "still.png", len(content))
        kept = httpx.get(data["download_url"], trust_env=False)
        assert (kept.content, kept.headers["content-type"]) == (content, "image/png")
        assert api.post("/media/upload/binary", files={"other": ("a.png", b"x")}).status_code == 400
        assert api.post("/media/upload/binary", content=b"x").status_code == 400


def test_files_may_be_at_another_origin_and_a_key_there_is_written_down(tmp_path: Path) -> None:
    with talking(tmp_path, files="elsewhere") as (double, api):
        ticket = api.post("/media/uploads", json={"filename": "a.png", "size": 3}).json()["data"]
        put, headers = ticket["upload"]["url"], ticket["upload"]["headers"]
        assert put.startswith("http://localhost:")
        assert httpx.put(put, content=b"abc", headers=headers, trust_env=False).status_code == 200
        (clip,) = ended(api, submitted(api)["id"])["outputs"]
        assert clip.startswith("http://localhost:")
        assert httpx.get(clip, trust_env=False).status_code == 200
        assert double.ledger()["uploads"] == {hashlib.sha256(b"abc").hexdigest(): 1}
        assert double.ledger()["keys_given_away"] == {}
        assert api.get(clip).status_code == 200
        assert double.ledger()["keys_given_away"] == {"download": 1}


def test_sync_mode_answers_with_the_end_or_with_the_promise_of_one(tmp_path: Path) -> None:
    with talking(tmp_path, generation_s=0.05) as (_, api):
        assert submitted(api, enable_sync_mode=True)["status"] == "completed"
    with talking(tmp_path, generation_s=60, sync_s=0.05) as (_, api):
        data = submitted(api, enable_sync_mode=True)
        assert (data["status"], data["code"]) == ("processing", 5004)
        assert data["error"].startswith("Sync mode timed out")
        assert api.get(data["urls"]["get"]).json()["data"]["error"] == ""


def test_a_canned_clip_has_the_size_rate_and_length_that_are_asked_and_a_tiny_one_is_small(tmp_path: Path) -> None:
    wanted = {"duration": 4, "resolution": "720p", "aspect_ratio": "9:16"}
    found = {}
    for clips in ("canned", "tiny"):
        with talking(tmp_path, clips=clips) as (_, api):
            done = ended(api, submitted(api, "The sea.", **wanted)["id"])
            (tmp_path / "clip.mp4").write_bytes(httpx.get(done["outputs"][0], trust_env=False).content)
        facts = media.inspect(tmp_path / "clip.mp4", "video")
        found[clips] = facts.width, facts.height, facts.frame_rate, facts.frame_count, facts.channels > 0
    assert found == {"canned": (720, 1280, 24, 96, True), "tiny": (160, 90, 24, 96, True)}


def test_a_canned_clip_is_drawn_once_for_all_who_ask_the_same(tmp_path: Path) -> None:
    wanted = {"duration": 4, "resolution": "720p", "aspect_ratio": "1:1"}
    with talking(tmp_path, clips="canned") as (_, api):
        done = [ended(api, submitted(api, f"Picture {number}.", **wanted)["id"]) for number in range(3)]
        clips = [httpx.get(data["outputs"][0], trust_env=False).content for data in done]
    plain = [clip[: clip.rindex(b"free") - 4] for clip in clips]
    assert len(set(clips)) == 3
    assert len(set(plain)) == 1


def test_canned_clips_differ_by_request_and_not_by_run(tmp_path: Path) -> None:
    def clips() -> list[bytes]:
        with talking(tmp_path) as (_, api):
            done = [ended(api, submitted(api, prompt)["id"]) for prompt in ("one", "two", "one")]
            return [httpx.get(data["outputs"][0], trust_env=False).content for data in done]

    made = clips()
    assert len(set(made)) == 3
    assert clips() == made


def test_it_is_a_process_with_a_file_too(tmp_path: Path) -> None:
    faults = "seed: 7\nclips: tiny\ngeneration_s: 0.1\nfaults:\n  - {kind: accept_then_reset, after: 1, most: 1}\n"
    with double_process(tmp_path, faults) as double, client_of(double) as api:
        done = ended(api, submitted(api)["id"])
        clip = httpx.get(done["outputs"][0], trust_env=False)
        assert clip.headers["content-type"] == "video/mp4"
        with pytest.raises(httpx.ReadError):
            submitted(api)
        assert [row["told"] for row in double.accepted()] == [True, False]


def test_mistakes_in_a_faults_file_are_all_told_with_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text("tier: bronce\nfaults:\n  - {kind: accept_than_reset}\n  - {kind: reset, share: 2}\n")
    with pytest.raises(BadInput) as caught:
        conduct_of(file)
    assert [problem.place.line for problem in caught.value.problems] == [1, 3, 4]
    assert "bronze" in str(caught.value)
    assert "accept_then_reset" in str(caught.value)
    with pytest.raises(SetupError, match="can't be read"):
        conduct_of(tmp_path / "none.yaml")


def test_an_empty_faults_file_is_a_patient_server(tmp_path: Path) -> None:
    file = tmp_path / "faults.yaml"
    file.write_text("# nothing\n")
    assert conduct_of(file) == Conduct()
    file.write_text("balance: 12.10\nhistory: {delay_s: 3}\n")
    assert conduct_of(file) == Conduct(balance=Decimal("12.1"), history_delay_s=3)
