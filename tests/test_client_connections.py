"""What the client promises of its connections: which are used twice, which never, and how long one waits on them."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from pipeline.client import Client, Endpoint, Patience, transport
from pipeline.client.connection import Connection, connected
from tests.scripted import BODY, KEY, MODEL, after, http, listening, result, serving, told

DONE = told("completed", outputs=["https://cdn.example/a.mp4"]).replace(b"Connection: close\r\n", b"")


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@asynccontextmanager
async def keeping(answer: Callable[[int], bytes], *, most: int = 1000) -> AsyncIterator[tuple[Client, list[int]]]:
    """A client of a server that answers `most` requests a connection; the number of requests of each connection.

    `answer` is told how many requests came before, over all connections.
    """
    asked: list[int] = []
    count = itertools.count()

    async def at_work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = len(asked)
        asked.append(0)
        while asked[mine] < most:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = head.partition("content-length: ")[2].partition("\r")[0]
            await reader.readexactly(int(length or 0))
            asked[mine] += 1
            writer.write(answer(next(count)))
            await writer.drain()

    async with listening(at_work) as origin, Client(Endpoint(origin, KEY), patience=Patience(tries=1)) as client:
        yield client, asked


def test_questions_share_a_connection_and_no_submission_does() -> None:
    async def body() -> list[int]:
        async with keeping(lambda _: DONE) as (client, asked):
            for _ in range(3):
                await client.result("p1")
            for _ in range(2):
                await client.submit(MODEL, BODY)
            await client.result("p1")
            return asked

    assert asyncio.run(body()) == [4, 1, 1]


def test_a_connection_that_the_server_has_closed_is_not_asked_once_more() -> None:
    async def body() -> list[int]:
        async with keeping(lambda _: DONE, most=1) as (client, asked):
            for _ in range(3):
                assert (await client.result("p1")).status == "completed"
                await closed(client)
            return asked

    async def closed(client: Client) -> None:
        (idle,) = kept(client)
        while idle.connection.idle:
            await asyncio.sleep(0)

    assert asyncio.run(body()) == [1, 1, 1]


def test_what_a_server_says_unasked_is_nobodys_answer() -> None:
    """A second answer behind the first, as somebody between may slip one in."""
    evil = DONE.replace(b"p1", b"p2")

    async def body() -> tuple[str, list[int]]:
        async with keeping(lambda number: DONE + (evil if number == 0 else b"")) as (client, asked):
            await client.result("p1")
            return (await client.result("p1")).id, asked

    assert asyncio.run(body()) == ("p1", [1, 1])


def test_what_was_idle_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_LONGEST_IDLE_S", -1.0)

    async def body() -> list[int]:
        async with keeping(lambda _: DONE) as (client, asked):
            await client.result("p1")
            await client.result("p1")
            return asked

    assert asyncio.run(body()) == [1, 1]


def test_no_more_than_a_few_connections_are_kept() -> None:
    async def body() -> int:
        async with keeping(lambda _: DONE) as (client, _):
            await asyncio.gather(*(client.result("p1") for _ in range(40)))
            return len(kept(client))

    assert asyncio.run(body()) == transport._KEPT


def test_an_answer_that_was_broken_off_leaves_no_connection_behind() -> None:
    async def body() -> int:
        hold = asyncio.Event()

        async def at_work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(DONE[:-5])
            hold.set()
            assert await reader.read() == b""  # the client hangs up

        async with listening(at_work) as origin, Client(Endpoint(origin, KEY)) as client:
            asking = asyncio.ensure_future(client.result("p1"))
            await hold.wait()
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking
            return len(kept(client))

    assert asyncio.run(body()) == 0


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + DONE,
        b"HTTP/1.0 200 OK\r\n\r\n" + DONE.partition(b"\r\n\r\n")[2],  # to the end of the connection
        http(200, raw=gzip.compress(DONE.partition(b"\r\n\r\n")[2]), Content_Encoding="gzip"),
    ],
)
def test_an_answer_is_read_in_whatever_form_it_comes(answer: bytes) -> None:
    prediction, _ = after(result, answer)
    assert prediction.status == "completed"


def test_an_answer_in_chunks_is_read_to_its_last_one() -> None:
    payload = DONE.partition(b"\r\n\r\n")[2]
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, payload[at : at + 1]) for at in range(len(payload)))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def body() -> list[int]:
        async with keeping(lambda _: head + chunks + b"0\r\n\r\n") as (client, asked):
            for _ in range(2):
                assert json.loads(payload)["data"]["id"] == (await client.result("p1")).id
            return asked

    assert asyncio.run(body()) == [2]


def test_more_headers_than_anybody_needs_are_no_answer() -> None:
    endless = b"HTTP/1.1 200 OK\r\n" + b"X-Note: much\r\n" * 20_000
    error, _ = after(result, endless, tries=1)
    assert "the shot is still open" in str(error)


def test_what_an_answer_sets_as_a_cookie_is_not_sent_back() -> None:
    async def work(client: Client) -> None:
        await client.result("p1")
        await client.result("p1")

    _, server = after(work, http(200, json.loads(DONE.partition(b"\r\n\r\n")[2]), Set_Cookie="who=me; Path=/"))
    assert len(server.seen) == 2
    assert "cookie" not in server.seen[1].headers


@asynccontextmanager
async def facing(answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> AsyncIterator[Connection]:
    async def at_work(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        outcome = answer(reader, writer)
        if asyncio.iscoroutine(outcome):
            await outcome

    async with listening(at_work) as origin:
        connection = await connected("127.0.0.1", int(origin.rpartition(":")[2]), None, "", 5.0)
        try:
            yield connection
        finally:
            connection.drop()


def test_who_reads_slowly_makes_the_sender_wait() -> None:
    """Bytes that nobody has asked for yet stay at the sender, not in memory."""
    size = 16 << 20

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(size))
        await writer.drain()

    async def body() -> list[int]:
        sizes: list[int] = []
        async with facing(flood) as connection:
            while piece := await connection.receive(5.0):
                sizes.append(len(piece))
                for _ in range(50):  # as long as something may still arrive
                    await asyncio.sleep(0)
        return sizes

    sizes = asyncio.run(body())
    assert sum(sizes) == size
    assert max(sizes) <= 1 << 20


def test_who_takes_nothing_is_given_up_in_time() -> None:
    async def body() -> None:
        hold = asyncio.Event()
        async with facing(lambda *_: hold.wait()) as connection:
            try:
                with pytest.raises(TimeoutError):
                    await connection.send(bytes(64 << 20), 0.1)
            finally:
                hold.set()

    asyncio.run(body())


def test_who_says_nothing_is_given_up_in_time() -> None:
    async def body() -> None:
        hold = asyncio.Event()
        async with facing(lambda *_: hold.wait()) as connection:
            try:
                with pytest.raises(TimeoutError):
                    await connection.receive(0.05)
            finally:
                hold.set()

    asyncio.run(body())


def test_nothing_is_sent_into_a_connection_that_is_closed() -> None:
    async def body() -> None:
        async with facing(lambda _, writer: writer.close()) as connection:
            assert await connection.receive(5.0) == b""
            with pytest.raises(OSError, match="closed"):
                await connection.send(b"GET / HTTP/1.1\r\n\r\n", 5.0)

    asyncio.run(body())


def test_a_proxy_of_the_environment_stands_between(monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> str:
        async with serving(told("created")) as proxy:
            monkeypatch.setenv("HTTP_PROXY", proxy.origin)
            async with Client(Endpoint("http://127.0.0.1:9", KEY)) as client:
                await client.submit(MODEL, BODY)
            return proxy.seen[0].path

    assert asyncio.run(body()).startswith("http://127.0.0.1:9/")


def test_our_own_server_is_asked_past_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    prediction, server = after(result, told("created"), direct=True)
    assert prediction.id == "p1"
    assert server.seen[0].path.startswith("/api/")


def kept(client: Client) -> list[transport._Talk]:
    """The idle connections for questions."""
    found = client._exchange._asking._transport
    assert isinstance(found, transport.Transport)
    return found._idle
