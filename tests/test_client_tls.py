"""What the client promises of connections: none to a machine that can't prove its name, and nothing sent before."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from pipeline.client import Client, Endpoint, Patience, network, reach
from pipeline.errors import UnreachableApi
from tests.scripted import KEY, Server, Work, clip, http, result, serving, submit, told

AUTHORITY = trustme.CA()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def certified(*hosts: str, by: trustme.CA = AUTHORITY) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    by.issue_cert(*hosts).configure_cert(context)
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our authority is one that the client trusts."""
    context = ssl.create_default_context()
    AUTHORITY.configure_trust(context)
    monkeypatch.setattr(network, "_trust", lambda: context)


def talk(work: Work, certificate: ssl.SSLContext, *answers: bytes) -> tuple[Any, Server, list[float]]:
    """What came of the work at an endpoint with that certificate, and how long the client slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def body() -> tuple[Any, Server, list[float]]:
        async with (
            serving(*answers, tls=certificate) as server,
            Client(Endpoint(server.origin, KEY), patience=Patience(read_s=2), sleep=sleep) as client,
        ):
            try:
                return await work(client), server, slept
            except UnreachableApi as error:
                return error, server, slept

    return asyncio.run(body())


@pytest.mark.usefixtures("trusted")
def test_an_endpoint_that_proves_its_name_is_asked() -> None:
    prediction, server, _ = talk(submit, certified("127.0.0.1"), told("created"))
    assert prediction.id == "p1"
    assert server.seen[0].headers["authorization"] == f"Bearer {KEY}"


UNPROVEN = {
    "of nobody's": certified("127.0.0.1", by=trustme.CA()),
    "of another name": certified("api.example"),
}


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("certificate", UNPROVEN.values(), ids=UNPROVEN)
@pytest.mark.parametrize("work", [submit, result])
def test_nothing_is_sent_to_an_endpoint_that_does_not(work: Work, certificate: ssl.SSLContext) -> None:
    error, server, slept = talk(work, certificate, told("created"))
    assert isinstance(error, UnreachableApi)
    assert not error.uncertain
    assert "its certificate is not trusted" in error.message
    assert "SSL_CERT_FILE" in error.hint
    assert server.seen == []
    assert slept == []  # a moment later it would be the same


@pytest.mark.parametrize("work", [submit, result])
def test_a_name_that_is_not_found_is_asked_again_and_surely_unsent(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    lookups = []

    def unknown(*names: Any, **_: Any) -> Any:
        lookups.append(names[0])
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def body() -> UnreachableApi:
        endpoint = Endpoint("https://nowhere.example", KEY)
        async with Client(endpoint, patience=Patience(tries=3), sleep=lambda _: asyncio.sleep(0)) as client:
            with pytest.raises(UnreachableApi) as caught:
                await work(client)
            return caught.value

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = asyncio.run(body())
    assert not error.uncertain
    assert "nowhere.example: its name has no address: Name or service not known" in error.message
    assert len(lookups) == 3


def fetched(tmp_path: Path, certificate: ssl.SSLContext, answer: bytes = clip()) -> tuple[Any, Server]:
    """What came of a clip at https://cdn.example."""

    async def body() -> tuple[Any, Server]:
        async with serving(answer, tls=certificate) as server:
            port = server.origin.rpartition(":")[2]
            async with Client(Endpoint("https://api.example", KEY), patience=Patience(tries=1)) as client:
                try:
                    await client.download(f"https://cdn.example:{port}/clip.mp4?sig=1", tmp_path / "clip", 1000)
                except UnreachableApi as error:
                    return error, server
                return (tmp_path / "clip").read_bytes(), server

    return asyncio.run(body())


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch, trusted: None) -> list[str]:  # noqa: ARG001
    """The numbers of every name; this machine's own count as public."""
    numbers = ["127.0.0.1"]

    async def resolve(_: str, __: int) -> tuple[str, ...]:
        return tuple(numbers)

    monkeypatch.setattr(reach, "resolve", resolve)
    monkeypatch.setattr(reach, "is_public", lambda _: True)
    return numbers


@pytest.mark.usefixtures("found")
def test_a_file_comes_from_the_checked_number_under_its_own_name(tmp_path: Path) -> None:
    content, server = fetched(tmp_path, certified("cdn.example"))
    assert content == b"a clip"
    (seen,) = server.seen
    assert seen.headers["host"] == f"cdn.example:{server.origin.rpartition(':')[2]}"
    assert seen.path == "/clip.mp4?sig=1"
    assert "authorization" not in seen.headers


@pytest.mark.usefixtures("found")
def test_the_machine_at_that_number_must_prove_the_name(tmp_path: Path) -> None:
    error, server = fetched(tmp_path, certified("127.0.0.1", "other.example"))
    assert isinstance(error, UnreachableApi)
    assert "its certificate is not trusted" in error.message
    assert server.seen == []


def test_where_one_number_does_not_answer_the_next_is_tried(tmp_path: Path, found: list[str]) -> None:
    found[:] = ["::1", "127.0.0.1"]  # nothing listens at the first
    assert fetched(tmp_path, certified("cdn.example"))[0] == b"a clip"


@pytest.mark.usefixtures("found")
def test_a_file_that_is_refused_over_tls_is_an_error_as_elsewhere(tmp_path: Path) -> None:
    error, _ = fetched(tmp_path, certified("cdn.example"), http(403, raw=b""))
    assert isinstance(error, UnreachableApi)
    assert error.http_status == 403


def test_a_port_without_tls_is_surely_unsent() -> None:
    async def body() -> None:
        async with serving(told("created")) as server:
            origin = server.origin.replace("http:", "https:")
            async with Client(Endpoint(origin, KEY), patience=Patience(tries=1, connect_s=0.3)) as client:
                with pytest.raises(UnreachableApi) as caught:
                    await submit(client)
            assert not caught.value.uncertain
            assert server.seen == []

    asyncio.run(body())
