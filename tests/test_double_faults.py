"""What each kind of fault does to a client, on a real socket; and that a seed repeats it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from pipeline import schema, wire
from pipeline.server.conduct import Conduct, Fault, conduct_of
from pipeline.server.faults import KINDS, Chance, answers, downloads, telling
from pipeline.server.faults.failures import MESSAGES
from tests.double import KEY, Double, doubled
from tests.rehearsal import SEEDANCE

BEARER = {"Authorization": f"Bearer {KEY}"}
MANUAL = Path(__file__).parent.parent / "docs" / "double.md"
HELD_S = {"too_many_requests": 0.0, "accept_then_504": 0.01, "slow_download": 0.01}


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A double that does to each prompt what the prompt says: `<reset>`."""
    faults = tuple(Fault(kind, match=f"<{kind}>", seconds=HELD_S.get(kind)) for kind in KINDS if kind != "clock_off")
    failing = tuple(Fault("task_fails", match=f"<{code}>", code=code) for code in MESSAGES)
    conduct = Conduct(clips="tiny", generation_s=0, faults=(*faults, *failing))
    with doubled(tmp_path_factory.mktemp("double"), conduct) as found:
        yield found


@pytest.fixture
def api(double: Double) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{double.origin}{wire.API_ROOT}", headers=BEARER, trust_env=False) as client:
        yield client


def post(api: httpx.Client, prompt: str, timeout_s: float = 10) -> httpx.Response:
    return api.post(f"/{SEEDANCE}", json={"prompt": prompt}, timeout=timeout_s)


def submitted(api: httpx.Client, prompt: str) -> str:
    prediction: str = post(api, prompt).json()["data"]["id"]
    return prediction


def got(api: httpx.Client, prediction: str) -> dict[str, Any]:
    data: dict[str, Any] = api.get(f"/predictions/{prediction}/result").json()["data"]
    return data


def completed(api: httpx.Client, prediction: str) -> dict[str, Any]:
    while (data := got(api, prediction))["status"] != "completed" or not data["outputs"]:
        assert data["status"] != "failed", data
    return data


def clip_of(api: httpx.Client, prompt: str) -> str:
    address: str = completed(api, submitted(api, prompt))["outputs"][0]
    return address


def fetched(address: str, timeout_s: float = 10) -> httpx.Response:
    return httpx.get(address, trust_env=False, timeout=timeout_s)


def accepted(double: Double, prompt: str) -> list[dict[str, Any]]:
    return [row for row in double.accepted() if row["prompt"] == prompt]


def test_every_kind_is_done_by_something() -> None:
    by_stage = {
        stage: {name for name, kind in KINDS.items() if kind.stage == stage} for stage in ("request", "accepted")
    }
    assert by_stage == {"request": answers.KINDS_INSTEAD, "accepted": answers.KINDS_SPOILT}
    assert {name for name, kind in KINDS.items() if kind.stage == "told"} == telling.KINDS_TOLD
    assert {name for name, kind in KINDS.items() if kind.stage == "clip"} == downloads.KINDS_OF_DOWNLOADS


def test_schema_and_manual_name_every_kind_with_its_sentence() -> None:
    item = schema.load("faults.schema.json")["properties"]["faults"]["items"]
    assert item["properties"]["kind"]["enum"] == list(KINDS)
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\w+) \|", MANUAL.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(name, kind.does, kind.stage) for name, kind in KINDS.items()]


def test_the_manuals_example_is_a_faults_file(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(.+?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "faults.yaml"
    file.write_text(example)
    conduct = conduct_of(file)
    assert conduct.faults
    assert {fault.kind for fault in conduct.faults} <= KINDS.keys()


# What the client sees: the exception of a broken exchange, or the statuses that an answer may have.
SEEN_BEFORE: dict[str, type[Exception] | set[int]] = {
    "reset": httpx.ReadError,
    "hang": httpx.ReadTimeout,
    "too_many_requests": {429},
    "server_error": {500, 502, 503, 504},
    "page_200": {200},
    "page_502": {502},
    "refused_in_200": {200},
    "redirect": {307},
}
SEEN_AFTER: dict[str, type[Exception] | set[int]] = {
    "accept_then_reset": httpx.ReadError,
    "accept_then_hang": httpx.ReadTimeout,
    "accept_then_cut": httpx.RemoteProtocolError,
    "accept_without_id": {200},
    "accept_then_504": {504},
    "accept_then_500": {500},
    "accept_then_page": {502},
}


def spoilt(api: httpx.Client, kind: str, expected: type[Exception] | set[int]) -> None:
    """Submit, and see what is expected; a prediction is told in no case."""
    if isinstance(expected, type):
        with pytest.raises(expected):
            post(api, f"<{kind}>", 0.3)
        return
    reply = post(api, f"<{kind}>")
    assert reply.status_code in expected
    sort = reply.headers.get("content-type", "")
    assert "html" in sort or "page" not in kind
    payload = reply.json() if "json" in sort else None
    assert wire.parse_prediction(payload) is None
    assert kind != "refused_in_200" or wire.refused(payload)


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.stage == "request"])
def test_what_stands_in_for_an_answer_buys_nothing(api: httpx.Client, double: Double, kind: str) -> None:
    spoilt(api, kind, SEEN_BEFORE[kind])
    assert accepted(double, f"<{kind}>") == []


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if kind.stage == "accepted"])
def test_what_spoils_the_answer_leaves_one_acceptance_that_the_history_tells(
    api: httpx.Client, double: Double, kind: str
) -> None:
    spoilt(api, kind, SEEN_AFTER[kind])
    (row,) = accepted(double, f"<{kind}>")
    assert not row["told"]
    rows = wire.parse_history(api.post("/predictions", json={"include_inputs": True, "page_size": 100}).json())
    assert rows is not None
    assert [one.prediction.id for one in rows if one.inputs == {"prompt": f"<{kind}>"}] == [row["id"]]
    assert completed(api, row["id"])["outputs"]


def test_a_broken_connection_is_reset_and_others_are_served(api: httpx.Client, double: Double) -> None:
    host, _, port = double.origin.removeprefix("http://").partition(":")
    body = json.dumps({"prompt": "<accept_then_reset>"}).encode()
    head = f"POST {wire.submit_path(SEEDANCE)} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {KEY}\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert completed(api, submitted(api, "The sea."))


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_a_task_fails_by_its_code_and_only_moderation_keeps_the_money(api: httpx.Client, code: int) -> None:
    prediction = submitted(api, f"<{code}>")
    while (data := got(api, prediction))["status"] != "failed":
        assert data["status"] in ("created", "processing")
    assert (data["code"], data["error"], data["outputs"]) == (code, MESSAGES[code], [])
    bills = wire.parse_bills(api.post("/billings/search", json={"page_size": 100}).json())
    assert bills is not None
    kinds = [bill.kind for bill in bills[0] if bill.prediction == prediction]
    assert kinds == (["deduct"] if code == wire.MODERATED else ["refund", "deduct"])


def test_a_stuck_prediction_stays_open(api: httpx.Client, double: Double) -> None:
    prediction = submitted(api, "<stuck>")
    assert {got(api, prediction)["status"] for _ in range(20)} <= {"created", "processing"}
    assert double.ledger()["open"] == 1


def test_a_late_prediction_is_not_found_at_first(api: httpx.Client) -> None:
    address = f"/predictions/{submitted(api, '<late_404>')}"
    assert [api.get(address).status_code for _ in range(3)] == [404, 404, 200]


def test_a_flapping_status_comes_to_the_truth_again(api: httpx.Client) -> None:
    prediction = submitted(api, "<flapping>")
    told = [(data["status"], bool(data["outputs"])) for data in (got(api, prediction) for _ in range(2))]
    assert told == [("completed", False), ("processing", False)]
    assert completed(api, prediction)["outputs"]


def test_an_unknown_status_gives_way_to_a_known_one(api: httpx.Client) -> None:
    prediction = submitted(api, "<unknown_status>")
    known = {*wire.TERMINAL, "created", "processing"}
    assert all(got(api, prediction)["status"] not in known for _ in range(3))
    assert completed(api, prediction)


def test_outputs_are_empty_at_first(api: httpx.Client) -> None:
    prediction = submitted(api, "<empty_outputs>")
    told = []
    while not (data := got(api, prediction))["outputs"]:
        told.append(data["status"])
    assert told.count("completed") == 2


def test_other_forms_are_read_as_the_usual_one(api: httpx.Client) -> None:
    data = completed(api, submitted(api, "<object_outputs> <nanosecond_times> <null_fields>"))
    assert data["outputs"][0]["url"].startswith("http")
    assert re.fullmatch(r"\S+\.\d{9}Z", data["created_at"])
    assert [data["error"], data["code"], data["timings"]] == [None] * 3
    prediction = wire.parse_prediction({"data": data})
    assert prediction is not None
    assert (prediction.status, len(prediction.outputs)) == ("completed", 1)


def test_an_expired_address_is_replaced_by_a_fresh_one(api: httpx.Client) -> None:
    prediction = submitted(api, "<expired_address>")
    (old,) = completed(api, prediction)["outputs"]
    assert fetched(old).status_code in (403, 404)
    assert fetched(old).status_code == 404
    (fresh,) = completed(api, prediction)["outputs"]
    assert fresh != old
    assert fetched(fresh).status_code == 200


def test_a_truncated_download_breaks_off(api: httpx.Client) -> None:
    address = clip_of(api, "<truncated_download>")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        fetched(address)
    assert frames(fetched(address).content) == 120


def test_an_endless_download_goes_on(api: httpx.Client) -> None:
    with httpx.stream("GET", clip_of(api, "<endless_download>"), trust_env=False) as reply:
        assert "content-length" not in reply.headers
        seen = 0
        for piece in reply.iter_bytes():
            seen += len(piece)
            if seen > 20_000_000:
                break
    assert seen > 20_000_000


def test_a_slow_download_comes_byte_by_byte(api: httpx.Client) -> None:
    with httpx.stream("GET", clip_of(api, "<slow_download>"), trust_env=False) as reply:
        assert int(reply.headers["content-length"]) > 10_000
        assert sum(map(len, (piece for piece, _ in zip(reply.iter_raw(), range(5), strict=False)))) < 100


def test_wrong_downloads_are_what_they_are_called(api: httpx.Client) -> None:
    with pytest.raises(av.FFmpegError):
        frames(fetched(clip_of(api, "<not_a_clip>")).content)
    assert fetched(clip_of(api, "<page_download>")).headers["content-type"].startswith("text/html")
    empty = fetched(clip_of(api, "<empty_download>"))
    assert (empty.status_code, empty.content, empty.headers["content-length"]) == (200, b"", "0")
    assert frames(fetched(clip_of(api, "<wrong_length>")).content) == 60


def test_redirects_lead_nowhere_good(api: httpx.Client) -> None:
    address = clip_of(api, "<redirect_loop>")
    assert fetched(address).headers["location"] == address
    private = fetched(clip_of(api, "<redirect_private>"))
    assert private.status_code == 302
    assert re.match(r"https?://(10\.|169\.254\.|192\.168\.|\[fd00)", private.headers["location"])


def frames(clip: bytes) -> int:
    with av.open(BytesIO(clip)) as film:
        return sum(1 for _ in film.decode(video=0))


@pytest.mark.parametrize("at", ["result", "history", "upload", "download", "account"])
def test_any_other_request_can_be_struck_and_only_it(tmp_path: Path, at: str) -> None:
    conduct = Conduct(clips="tiny", generation_s=0, faults=(Fault("server_error", at=at, code=503, after=1, most=1),))
    with doubled(tmp_path, conduct) as double, httpx.Client(headers=BEARER, trust_env=False) as client:
        root = f"{double.origin}{wire.API_ROOT}"
        client.base_url = root
        body = {"prompt": "The sea.", "enable_sync_mode": True}  # no question is needed until the clip is there
        made = client.post(f"/{SEEDANCE}", json=body).json()["data"]
        asked = {
            "result": ("GET", f"{root}/predictions/{made['id']}", {}),
            "history": ("POST", f"{root}/predictions", {}),
            "upload": ("POST", f"{root}/media/uploads", {"filename": "a.png", "size": 1}),
            "download": ("GET", made["outputs"][0], {}),
            "account": ("GET", f"{root}/balance", {}),
        }
        seen = {
            name: [client.request(method, address, json=body).status_code for _ in range(3)]
            for name, (method, address, body) in asked.items()
        }
        assert seen[at] == [200, 503, 200]
        assert all(set(seen[name]) == {200} for name in seen if name != at)
        assert double.ledger()["struck"] == {"server_error": 1}


def test_a_storm_turns_everybody_away_and_says_when_to_come_back_in_every_way(tmp_path: Path) -> None:
    conduct = Conduct(faults=(Fault("too_many_requests", at="any", seconds=3600, match=""),), seed=3)
    with doubled(tmp_path, conduct) as double, httpx.Client(headers=BEARER, trust_env=False) as client:
        address = f"{double.origin}{wire.BALANCE_PATH}"
        said = [client.get(address).headers.get("retry-after", "") for _ in range(30)]
        assert {"", "3600"} < set(said)
        (date,) = (parsedate_to_datetime(one) for one in set(said) if "GMT" in one and one == max(said, key=len))
        assert 3500 < (date - datetime.now(UTC)).total_seconds() <= 3601
        reply = client.post(f"{double.origin}{wire.submit_path(SEEDANCE)}", json={"prompt": "x"})
        assert reply.status_code == 429


def test_the_clock_is_an_hour_off_everywhere(tmp_path: Path) -> None:
    conduct = Conduct(clips="tiny", generation_s=0, faults=(Fault("clock_off"),))
    with doubled(tmp_path, conduct) as double, httpx.Client(base_url=double.origin, headers=BEARER) as client:
        reply = client.post(wire.submit_path(SEEDANCE), json={"prompt": "x"})
        created = datetime.fromisoformat(reply.json()["data"]["created_at"])
        for told in (created, parsedate_to_datetime(reply.headers["date"])):
            assert 3500 < abs((told - datetime.now(UTC)).total_seconds()) < 3700
        (accepted_at,) = (row["accepted_at"] for row in double.accepted())
        assert abs((datetime.fromisoformat(accepted_at) - datetime.now(UTC)).total_seconds()) < 60


def struck(seed: int) -> list[tuple[str, ...]]:
    faults = [Fault("accept_then_reset", share=0.3), Fault("flapping", share=0.5), Fault("stuck", share=0.5, match="a")]
    chance = Chance(seed, faults, Counter(), lambda: 0.0)
    occasions = ["a", "b", "ab", "c"] * 5
    return [
        tuple(fate.kind for fate in (chance.first("accepted", prompt), *chance.fates(prompt)) if fate)
        for prompt in occasions
    ]


def test_the_same_seed_repeats_the_same_faults() -> None:
    assert struck(7) == struck(7)
    assert len({tuple(struck(seed)) for seed in range(20)}) == 20


def test_a_kind_that_is_added_does_not_move_the_others() -> None:
    def resets(*faults: Fault) -> list[bool]:
        chance = Chance(1, faults, Counter(), lambda: 0.0)
        found = [chance.first("accepted") for _ in range(200)]
        return [fate is not None and fate.kind == "accept_then_reset" for fate in found]

    reset, other = Fault("accept_then_reset", share=0.3), Fault("accept_then_hang", share=0.3)
    alone, behind = resets(reset), resets(other, reset)
    assert all(one for one, struck in zip(alone, behind, strict=True) if struck)
    assert 0 < sum(behind) < sum(alone)


def test_a_storm_lasts_and_counts_as_one_strike() -> None:
    now = [0.0]
    chance = Chance(1, [Fault("too_many_requests", seconds=5, most=1)], Counter(), lambda: now[0])
    seen = []
    for now[0] in (0.0, 1.0, 4.9, 5.0, 6.0):
        seen.append(chance.first("request") is not None)
    assert seen == [True, True, True, False, False]


def test_a_fault_keeps_to_its_share_its_limit_and_its_beginning() -> None:
    chance = Chance(1, [Fault("reset", share=0.5, after=10, most=5)], Counter(), lambda: 0.0)
    seen = [chance.first("request") is not None for _ in range(100)]
    assert not any(seen[:10])
    assert sum(seen) == 5
    assert not all(seen[10:15])


def test_when_everything_goes_wrong_the_books_are_right(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    at = [
        Fault(name, share=0.05, at=where) for where in ("submit", "any") for name in ("reset", "page_502", "redirect")
    ]
    kinds = [name for name, kind in KINDS.items() if kind.stage != "request" and "hang" not in name]
    faults = (*(Fault(name, share=0.1, seconds=0) for name in kinds), *at)
    conduct = Conduct(seed=5, clips="tiny", generation_s=0, balance=Decimal(100), faults=faults)
    with doubled(tmp_path, conduct) as double:
        asyncio.run(hurried(double.origin, 200))
        ledger, rows = double.ledger(), double.accepted()
    assert "bug" not in caplog.text
    assert 100 < len(rows) < 200
    charged = sum(Decimal(row["usd"]) for row in rows)
    refunded = sum(Decimal(row["usd"]) for row in rows if row["refunded"])
    assert (Decimal(ledger["charged_usd"]), Decimal(ledger["refunded_usd"])) == (charged, refunded)
    assert 0 < refunded < charged
    assert [row["refunded"] for row in rows] == [row["status"] == "failed" and row["code"] != 1200 for row in rows]
    assert ledger["open"] == sum("stuck" in row["faults"] for row in rows)
    assert all(row["number"] == 1 for row in rows)


async def hurried(origin: str, jobs: int) -> None:
    """That many submissions by a client that minds nothing, each asked for a few times and fetched."""
    async with httpx.AsyncClient(headers=BEARER, trust_env=False, timeout=1) as client:

        async def anyhow(method: str, address: str, **request: Any) -> dict[str, Any]:
            try:
                payload = (await client.request(method, address, **request)).json()
                return payload["data"] if isinstance(payload["data"], dict) else {}
            except (httpx.HTTPError, ValueError, KeyError, UnicodeDecodeError):
                return {}

        async def job(number: int) -> None:
            body = {"prompt": f"Shot {number}.", "duration": 4 + number % 3}
            data = await anyhow("POST", origin + wire.submit_path(SEEDANCE), json=body)
            for _ in range(5):
                data |= await anyhow("GET", origin + wire.result_path(data.get("id", "none")))
            for address in wire.parse_prediction({"data": data}).outputs if data.get("id") else ():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        await anyhow("GET", address)

        limit = asyncio.Semaphore(20)

        async def in_turn(number: int) -> None:
            async with limit:
                await job(number)

        await asyncio.gather(*map(in_turn, range(jobs)))
