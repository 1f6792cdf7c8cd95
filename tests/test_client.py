"""What the client promises: a paid request is sent once, a question as often as it takes, and the key never shows."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
import threading
import traceback
from pathlib import Path
from typing import Any

import pytest

from pipeline import wire
from pipeline.client import Client, Endpoint, Patience
from pipeline.errors import (
    ChargeUncertain,
    GenerationError,
    OutOfCredit,
    RateLimited,
    RefusedByApi,
    SetupError,
    StillOpen,
    UnreachableApi,
)
from tests.scripted import (
    BODY,
    HANGS,
    KEY,
    MODEL,
    Work,
    after,
    fetch,
    http,
    lead,
    listening,
    result,
    serving,
    submit,
    ticket,
    told,
    upload,
)

LOST = {
    "cut at once": b"",
    "cut in the head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "cut in the body": told("created")[:-5],
    "never answered": HANGS,
    "no http": b"hello\r\n\r\n",
    "500": http(500, {"code": 500, "message": "oops"}),
    "502 of a proxy": http(502, raw=b"<html>"),
    "504": http(504, raw=b""),
    "500 whatever it says": http(500, {"code": 1407, "message": "no credit"}),
    "408 of a proxy": http(408, raw=b""),
    "no json": http(200, raw=b"<html>"),
    "no id": http(200, {"code": 200, "data": {}}),
    "a null": http(200, {"code": 200, "data": None}),
    "a null id": http(200, {"code": 200, "data": {"id": None, "status": "created"}}),
    "an envelope of 500": http(200, {"code": 500, "message": "oops"}),
    "an envelope of 5003": http(200, {"code": 5003, "message": "unavailable"}),
    "done, and sent on": lead("https://elsewhere.example/", 303),
    "endless": http(200, raw=b"x" * (9 << 20)),
}


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_a_submission_that_may_have_arrived_is_never_sent_again(answer: bytes) -> None:
    error, server = after(submit, answer)
    assert isinstance(error, ChargeUncertain)
    assert (error.uncertain, error.exit_code) == (True, 4)
    assert "may have been accepted and charged" in error.message
    assert len(server.seen) == 1


@pytest.mark.parametrize("read", [1, 500, 1200], ids=["in the head", "in the body", "after all of it"])
def test_nothing_repeats_a_submission_whose_connection_is_reset(read: int) -> None:
    """Counted on a bare socket, where a repetition by any library would show."""
    connections = []

    def reset_each() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:  # it is closed: the test is over
                return
            connections.append(peer.recv(read, socket.MSG_WAITALL))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()

    async def body(port: int) -> GenerationError:
        async with Client(Endpoint(f"http://127.0.0.1:{port}", KEY), sleep=lambda _: asyncio.sleep(0)) as client:
            with pytest.raises(GenerationError) as caught:
                await client.submit(MODEL, {"prompt": "x" * 1000})
            return caught.value

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=reset_each, daemon=True).start()
        error = asyncio.run(body(listener.getsockname()[1]))
        assert isinstance(error, ChargeUncertain)
        assert len(connections) == 1


def test_a_submission_goes_out_once_with_key_and_body() -> None:
    prediction, server = after(submit, told("created"))
    assert (prediction.id, prediction.status) == ("p1", "created")
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", f"/api/v3/{MODEL}")
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert json.loads(seen.body) == BODY


def test_what_surely_was_not_sent_is_tried_again_and_then_reported() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{unused.getsockname()[1]}"

        async def elsewhere(_: Client) -> Any:
            async with Client(Endpoint(closed, KEY), patience=Patience(tries=3, backoff_s=0.001)) as client:
                return await submit(client)

        error, server = after(elsewhere, told("created"))
    assert isinstance(error, UnreachableApi)
    assert not error.uncertain
    assert "the shot was not sent" in error.message
    assert server.seen == []


def test_a_server_that_comes_up_late_gets_the_submission_once() -> None:
    async def body() -> None:
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
        seen = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(await reader.readuntil(b"}"))
            writer.write(told("created"))
            writer.close()

        async def come_up(_: float) -> None:
            listeners.append(await asyncio.start_server(answer, "127.0.0.1", port))

        listeners: list[asyncio.Server] = []
        async with Client(Endpoint(f"http://127.0.0.1:{port}", KEY), sleep=come_up) as client:
            assert (await submit(client)).id == "p1"
        assert len(seen) == len(listeners) == 1
        listeners[0].close()

    asyncio.run(body())


def test_a_submission_has_a_connection_of_its_own() -> None:
    async def body() -> None:
        requests: list[list[str]] = []  # by connection

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            requests.append(mine := [])
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                mine.append(head.decode().split(" ")[0])
                if mine[-1] == "POST":
                    await reader.readuntil(b"}")
                writer.write(told("created").replace(b"Connection: close\r\n", b""))

        async with listening(answer) as origin, Client(Endpoint(origin, KEY)) as client:
            for work in (submit, result, result, submit, result):
                await work(client)
        assert sorted(requests) == [["GET"] * 3, ["POST"], ["POST"]]

    asyncio.run(body())


@pytest.mark.parametrize(
    ("answer", "code", "status", "says", "hint"),
    [
        (http(401, {"code": 401, "message": "Unauthorized"}), 401, 401, "Unauthorized", "WAVESPEED_API_KEY"),
        (http(403, {"code": 403, "message": "role", "data": {}}), 403, 403, "role", "role"),
        (http(402, raw=b""), 0, 402, "HTTP 402", "top up"),
        (http(404, {"message": "no model"}), 0, 404, "no model", "model"),
        (http(429, {"code": 429, "message": "concurrency limit"}), 429, 429, "concurrency limit", "concurrency"),
        (http(400, {"code": 1401, "message": "duration"}), 1401, 400, "duration", "check"),
        (http(200, {"code": 400, "message": "no"}), 400, 200, "no", "check"),
        (http(200, {"code": 1407}), 1407, 200, "out of credit", "top up"),
        (http(400, {"code": 400, "data": {"code": 1200, "error": "sensitive"}}), 1200, 400, "sensitive", "prompt"),
        (http(422, raw=b"<html>"), 0, 422, "HTTP 422", ""),
        (lead("https://elsewhere.example/", 307), 0, 307, "HTTP 307", "WAVESPEED_BASE_URL"),
    ],
)
def test_a_refusal_tells_its_reason_and_how_to_mend_it(
    answer: bytes, code: int, status: int, says: str, hint: str
) -> None:
    error, server = after(submit, answer)
    assert isinstance(error, RefusedByApi)
    assert (error.code, error.http_status) == (code, status)
    assert says in error.message
    assert hint in error.hint
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("asked", "asked_s"),
    [
        ({}, None),
        ({"Retry_After": "65"}, 65.0),
        ({"Retry_After": "Tue, 03 Nov 2026 12:00:09 GMT", "Date": "Tue, 03 Nov 2026 12:00:00 GMT"}, 9.0),
        ({"Retry_After": "Tue, 03 Nov 1998 12:00:09 GMT"}, 0.0),
        ({"Retry_After": "soon"}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 200])
def test_too_much_at_once_is_told_apart_and_left_to_whoever_holds_the_gate(
    status: int, asked: dict[str, str], asked_s: float | None
) -> None:
    error, server = after(submit, http(status, {"code": 429, "message": "concurrency limit"}, **asked))
    assert isinstance(error, RateLimited)
    assert error.asked_s == asked_s
    assert len(server.seen) == 1
    assert server.slept == []


@pytest.mark.parametrize(
    "answer", [http(402, raw=b""), http(200, {"code": 1407}), http(400, {"code": 400, "data": {"code": 1407}})]
)
def test_an_account_without_money_is_told_apart(answer: bytes) -> None:
    error, _ = after(submit, answer)
    assert isinstance(error, OutOfCredit)
    assert error.exit_code == 3


def test_an_id_counts_even_where_the_envelope_says_no() -> None:
    answer = http(200, {"code": 400, "message": "no", "data": {"id": "p9", "status": "failed", "error": "why"}})
    prediction, _ = after(submit, answer)
    assert (prediction.id, prediction.status, prediction.error) == ("p9", "failed", "why")


def test_the_direction_goes_to_our_own_server_only() -> None:
    async def directed(client: Client) -> Any:
        return await client.submit(MODEL, BODY, {"shot": "sh010"})

    name = wire.DIRECTION_HEADER.lower()
    _, ours = after(directed, told("created"), direct=True)
    _, paid = after(directed, told("created"))
    assert wire.unpack_direction(ours.seen[0].headers[name]) == {"shot": "sh010"}
    assert name not in paid.seen[0].headers


PASSING = [http(429, {}), http(503, raw=b""), b"", HANGS, http(200, raw=b"<html>"), http(200, {"code": 5003})]


@pytest.mark.parametrize("answer", PASSING, ids=["429", "503", "cut", "hangs", "no json", "envelope"])
def test_a_question_is_asked_again_until_it_is_answered(answer: bytes) -> None:
    prediction, server = after(result, answer, answer, told("processing"))
    assert prediction.status == "processing"
    assert [seen.path for seen in server.seen] == ["/api/v3/predictions/p1/result"] * 3


@pytest.mark.parametrize(
    ("asked", "slept"),
    [
        ({}, [0.5, 1.0, 2.0]),  # full jitter, of which chance gives the middle
        ({"Retry_After": "7"}, [7.0] * 3),
        ({"Retry_After": "2.5"}, [2.5] * 3),
        ({"Retry_After": "99999"}, [300.0] * 3),
        ({"Retry_After": "9" * 400}, [300.0] * 3),
        ({"Retry_After": "Tue, 03 Nov 2026 12:00:09 GMT", "Date": "Tue, 03 Nov 2026 12:00:00 GMT"}, [9.0] * 3),
        ({"Retry_After": "Tue, 03 Nov 1998 12:00:09 GMT"}, [0.0] * 3),
        ({"Retry_After": "-5"}, [0.5, 1.0, 2.0]),
        ({"Retry_After": "soon"}, [0.5, 1.0, 2.0]),
        ({"Retry_After": ""}, [0.5, 1.0, 2.0]),
        ({"Retry_After": "Tue, 99 Nov 2026 12:00:09 GMT"}, [0.5, 1.0, 2.0]),
        ({"Retry_After": "1.2.3"}, [0.5, 1.0, 2.0]),
        ({"Retry_After": "²"}, [0.5, 1.0, 2.0]),
    ],
)
def test_it_waits_as_long_as_the_server_asks_or_ever_longer(asked: dict[str, str], slept: list[float]) -> None:
    error, server = after(result, http(429, {"code": 429, "message": "slow down"}, **asked))
    assert isinstance(error, RefusedByApi)
    assert (error.http_status, error.prediction) == (429, "p1")
    assert server.slept == slept


def test_a_question_without_an_answer_is_given_up_in_the_end() -> None:
    error, server = after(result, http(503, raw=b""))
    assert isinstance(error, UnreachableApi)
    assert (error.uncertain, error.http_status, error.prediction) == (False, 503, "p1")
    assert len(server.seen) == 4


def test_an_id_that_is_not_known_yet_is_asked_for_a_few_times() -> None:
    missing = http(404, {"code": 404, "message": "Prediction not found"})
    assert after(result, missing, missing, told("created"))[0].status == "created"
    error, server = after(result, missing, tries=99)
    assert isinstance(error, RefusedByApi)
    assert sum(server.slept) == 30
    assert len(server.seen) == 6


def test_an_id_that_was_known_and_is_no_more_is_gone() -> None:
    async def twice(client: Client) -> Any:
        await result(client)
        return await result(client)

    error, server = after(twice, told("created"), http(404, {"code": 404, "message": "Prediction not found"}))
    assert isinstance(error, RefusedByApi)
    assert len(server.seen) == 2


def test_a_refused_question_is_not_repeated() -> None:
    error, server = after(result, http(401, {"code": 401, "message": "Unauthorized"}))
    assert isinstance(error, RefusedByApi)
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", sorted(wire.TERMINAL))
def test_waiting_ends_when_the_prediction_does(status: str) -> None:
    last = told(status, outputs=[{"url": "https://x/1.mp4"}], error="why", code=1200, timings={"inference": 9})
    prediction, server = after(lambda client: client.wait("p1", 30, 600), told("created"), told("puzzled"), last)
    assert (prediction.status, prediction.outputs, prediction.error) == (status, ("https://x/1.mp4",), "why")
    assert (prediction.code, prediction.inference_ms) == (1200, 9)
    assert server.slept == [30, 2.0, 2.6]


def test_a_completed_prediction_is_taken_the_first_time_it_is_seen() -> None:
    answers = [told("processing"), told("completed", outputs=["https://x/1.mp4"]), told("processing", outputs=None)]
    prediction, server = after(lambda client: client.wait("p1", 1, 600), *answers)
    assert prediction.outputs == ("https://x/1.mp4",)
    assert len(server.seen) == 2


def test_fields_may_be_null_and_times_of_nanoseconds() -> None:
    nulls = dict.fromkeys(("model", "outputs", "urls", "error", "timings", "code", "has_nsfw_contents"))
    last = told("completed", **nulls | {"outputs": [None, {"url": None}, {"url": "https://x/1.mp4"}]})
    created = told("created", **nulls | {"created_at": "2026-11-03T12:00:00.948268264Z"})
    prediction, _ = after(lambda client: client.wait("p1", 1, 600), created, last)
    assert prediction.outputs == ("https://x/1.mp4",)


def test_completed_without_a_clip_is_asked_again_a_few_times() -> None:
    bare, whole = told("completed", outputs=[]), told("completed", outputs=["https://x/1.mp4"])
    assert after(lambda client: client.wait("p1", 1, 600), bare, bare, whole)[0].outputs == ("https://x/1.mp4",)
    error, server = after(lambda client: client.wait("p1", 1, 600), bare)
    assert isinstance(error, UnreachableApi)
    assert "names no clip" in error.message
    assert (error.prediction, error.uncertain) == ("p1", False)
    assert len(server.seen) == 5


def test_our_own_server_is_polled_quickly() -> None:
    _, server = after(lambda client: client.wait("p1", 30, 600), *[told("created")] * 20, told("failed"), direct=True)
    assert server.slept[0] == 0.05
    assert server.slept == sorted(server.slept)
    assert server.slept[-1] == 0.2


def test_waiting_outlives_an_outage() -> None:
    answers = [told("processing"), *[http(503, raw=b"")] * 9, told("failed")]
    prediction, _ = after(lambda client: client.wait("p1", 1, 600), *answers)
    assert prediction.status == "failed"


def test_waiting_outlives_a_storm_of_429_and_waits_as_long_as_it_is_asked() -> None:
    storm = [http(429, {"code": 429, "message": "slow down"}, Retry_After="20")] * 10
    prediction, server = after(lambda client: client.wait("p1", 1, 600), *storm, told("failed"), tries=1, outage_s=-1)
    assert prediction.status == "failed"
    assert server.slept == [1] + [20] * 10


def test_where_much_fails_questions_are_not_repeated_any_more() -> None:
    async def many(client: Client) -> Any:
        errors = []
        for _ in range(4):
            with pytest.raises(UnreachableApi) as caught:
                await result(client)
            errors.append(caught.value)
        return errors

    errors, server = after(many, http(503, raw=b""), quota=20)
    assert [error.http_status for error in errors] == [503] * 4
    assert len(server.seen) == (1 + 3) + (1 + 1) + 1 + 1  # four repetitions are all that the quota pays for


def test_waiting_needs_no_quota() -> None:
    answers = [told("processing"), *[http(503, raw=b"")] * 9, told("failed")]
    assert after(lambda client: client.wait("p1", 1, 600), *answers, quota=0)[0].status == "failed"


def test_success_earns_repetitions() -> None:
    async def six_times(client: Client) -> Any:
        for _ in range(5):
            await result(client)
        return await result(client)

    failing = [http(503, raw=b"")] * 2
    prediction, _ = after(six_times, *failing, *[told("created")] * 5, *failing, told("created"), quota=12)
    assert prediction.status == "created"


def test_an_answer_that_drips_is_no_answer() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in told("created"):
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.01)

    async def body() -> None:
        patience = Patience(answer_s=0.2, tries=1)
        async with listening(drip) as origin, Client(Endpoint(origin, KEY), patience=patience) as client:
            with pytest.raises(UnreachableApi):
                await result(client)
            with pytest.raises(ChargeUncertain):
                await submit(client)

    asyncio.run(body())


def test_waiting_for_a_server_that_is_gone_ends() -> None:
    error, _ = after(lambda client: client.wait("p1", 1, 600), http(503, raw=b""), outage_s=-1)
    assert isinstance(error, UnreachableApi)
    assert error.prediction == "p1"


def test_a_prediction_that_takes_too_long_is_still_open_and_never_bought_again() -> None:
    async def body() -> None:
        async with (
            serving(told("processing")) as server,
            Client(Endpoint(server.origin, KEY, direct=True)) as client,
        ):
            with pytest.raises(StillOpen) as caught:
                await client.wait("p1", 0.01, 0.15)
            assert caught.value.prediction == "p1"
            assert server.asked("POST") == []

    asyncio.run(body())


def test_no_error_shows_the_key_or_a_signed_address(tmp_path: Path) -> None:
    echo = f"bad key {KEY} for https://cdn.example/a.mp4?sig=canary-signed#canary"
    answers = [
        *LOST.values(),
        http(400, {"code": 400, "message": echo}),
        http(500, {"message": echo}),
        http(200, {"code": 401, "message": echo}),
        lead("https://127.0.0.1/a?sig=canary-signed"),
        lead("http://[canary"),
        ticket,
    ]
    works: list[Work] = [submit, result, upload, fetch(tmp_path / "clip", "/clip.mp4?sig=canary-signed")]
    for work, answer in itertools.product(works, answers):
        outcome, server = after(work, answer, tries=1, read_s=0.05, submit_s=0.05)
        if isinstance(outcome, GenerationError):
            shown = "".join(traceback.format_exception(outcome)) + repr(outcome) + repr(vars(outcome))
            assert "canary" not in shown
            assert "canary" not in repr(Endpoint(server.origin, KEY))
    failed, _ = after(result, told("failed", error=echo))
    assert "canary" not in failed.error


@pytest.mark.parametrize("key", ["", "canary\n", "canary canary", "canary\x00", "canäry", "canary\r\nHost: x"])
def test_a_key_that_can_not_be_one_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(SetupError) as caught:
        Endpoint("https://api.wavespeed.ai", key)
    assert "can" not in caught.value.message.replace("can't", "")


@pytest.mark.parametrize("origin", ["", "api.wavespeed.ai", "ftp://x", "https://x/", "https://x/api", "https://x:port"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(SetupError):
        Endpoint(origin, KEY)


def test_no_proxy_stands_before_our_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert after(submit, told("created"), direct=True)[0].id == "p1"
