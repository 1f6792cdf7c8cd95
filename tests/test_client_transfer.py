"""What the client promises of files: whole or not at all, from where they may come from, and never with the key."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from pipeline.client import Client, Endpoint, Patience
from pipeline.errors import Expired, RefusedByApi, UnreachableApi
from tests.scripted import (
    HANGS,
    KEY,
    STALLS,
    after,
    clip,
    fetch,
    http,
    lead,
    listening,
    serving,
    submit,
    ticket,
    upload,
)


@pytest.mark.parametrize("as_file", [False, True])
def test_an_upload_is_a_ticket_with_the_key_and_bytes_without_it(tmp_path: Path, as_file: bool) -> None:
    content = bytes(range(256)) * 2000
    (tmp_path / "face.png").write_bytes(content)
    source = tmp_path / "face.png" if as_file else content
    address, server = after(lambda client: client.upload(source, "face.png", "image/png"), ticket, http(201, raw=b""))
    assert address == f"{server.origin}/kept.png"
    asked, sent = server.seen
    assert json.loads(asked.body) == {"filename": "face.png", "size": len(content), "content_type": "image/png"}
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert (sent.method, sent.path, sent.body) == ("PUT", "/bucket?signature=canary-signed", content)
    assert "authorization" not in sent.headers
    assert "transfer-encoding" not in sent.headers
    assert "content-type" not in sent.headers  # the ticket names none, and a signature covers what it names
    assert sent.headers["if-none-match"] == "*"


@pytest.mark.parametrize(
    "answer", [http(500, raw=b""), http(412, raw=b""), b"", HANGS], ids=["500", "412", "cut", "hangs"]
)
def test_an_upload_that_broke_off_gets_another_ticket(answer: bytes) -> None:
    address, server = after(upload, ticket, answer, ticket, http(200, raw=b""))
    assert address.endswith("/kept.png")
    assert [seen.method for seen in server.seen] == ["POST", "PUT", "POST", "PUT"]


def test_an_upload_that_is_refused_says_so() -> None:
    error, server = after(upload, http(400, {"code": 1401, "message": "too big"}))
    assert isinstance(error, RefusedByApi)
    assert "too big" in error.message
    assert len(server.seen) == 1


def test_a_clip_is_fetched_whole_and_without_the_key(tmp_path: Path) -> None:
    content, server = after(fetch(tmp_path / "clip"), clip(b"frames" * 100))
    assert content == b"frames" * 100
    assert "authorization" not in server.seen[0].headers
    assert server.seen[0].headers["accept-encoding"] == "identity"


def test_a_clip_without_a_length_is_fetched_too(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\nframes"
    assert after(fetch(tmp_path / "clip"), answer)[0] == b"frames"


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_address_that_is_too_old_is_told_apart(tmp_path: Path, status: int) -> None:
    error, server = after(fetch(tmp_path / "clip"), http(status, raw=b"<Error>AccessDenied</Error>"), clip())
    assert isinstance(error, Expired)
    assert error.http_status == status
    assert len(server.seen) == 1


BROKEN = [b"", clip(b"half a clip")[:-4], HANGS, STALLS, http(503, raw=b""), clip(b""), clip(Content_Length="500")]


@pytest.mark.parametrize("answer", BROKEN, ids=["cut", "short", "hangs", "stalls", "503", "empty", "promises more"])
def test_a_download_that_breaks_off_is_tried_again_from_the_start(tmp_path: Path, answer: bytes) -> None:
    content, server = after(fetch(tmp_path / "clip"), answer, clip())
    assert content == b"a clip"
    assert len(server.seen) == 2


WORTHLESS = {
    "a page": http(200, raw=b"<html>log in", Content_Type="text/html"),
    "json": http(200, {"code": 200}),
    "a part": http(206, raw=b"a cl", Content_Type="video/mp4"),
    "packed": clip(Content_Encoding="gzip"),
    "too long": clip(b"x" * 1001),
    "too long unannounced": b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n" + b"x" * 2000,
    "gone": http(403, raw=b""),
    "in circles": lead("/clip.mp4"),
    "to a file": lead("file:///etc/passwd"),
    "to plain http": lead("http://elsewhere.example/clip.mp4"),
    "nowhere": lead("http://["),
    "to no port": lead("https://x:port/"),
}


@pytest.mark.parametrize("answer", WORTHLESS.values(), ids=WORTHLESS)
def test_what_is_no_clip_is_an_error_and_never_a_clip(tmp_path: Path, answer: bytes) -> None:
    error, server = after(fetch(tmp_path / "clip"), answer, tries=1)
    assert isinstance(error, UnreachableApi)
    assert not error.uncertain
    assert {seen.method for seen in server.seen} == {"GET"}
    assert len(server.seen) <= 4


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "169.254.169.254", "2130706433", "[::1]", "[::ffff:10.0.0.1]"]
)
def test_no_redirect_leads_into_a_private_network(tmp_path: Path, host: str) -> None:
    def inside(origin: str) -> bytes:
        return lead(f"https://{host}:{origin.rpartition(':')[2]}/clip.mp4")

    error, _ = after(fetch(tmp_path / "clip"), inside, clip())
    assert isinstance(error, UnreachableApi)
    assert "inside a private network" in error.message


def test_a_server_of_this_machine_may_name_another_port_of_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(clip()) as other, serving(lead(f"{other.origin}/clip.mp4")) as server:
            async with Client(Endpoint(server.origin, KEY)) as client:
                await client.download(f"{server.origin}/clip.mp4", tmp_path / "clip", 1000)
            assert "authorization" not in other.seen[0].headers

    asyncio.run(body())
    assert (tmp_path / "clip").read_bytes() == b"a clip"


@pytest.mark.parametrize(
    ("origin", "address", "allowed"),
    [
        ("https://api.example", "https://cdn.example/a", True),
        ("https://api.example", "http://api.example/a", False),
        ("https://api.example", "http://127.0.0.1/a", False),
        ("http://api.example", "http://api.example/a", True),
        ("http://api.example", "http://cdn.example/a", False),
        ("http://api.example", "http://localhost/a", False),
        ("http://127.0.0.1:8000", "http://localhost:9000/a", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1.example/a", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1@evil.example/a", False),
    ],
)
def test_plain_http_goes_to_the_endpoint_only(origin: str, address: str, allowed: bool) -> None:
    assert Endpoint(origin, KEY).may_send_to(address) is allowed


def test_behind_a_proxy_it_is_the_proxy_that_looks_names_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        async with serving(http(403, raw=b"")) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", proxy.origin)
            endpoint = Endpoint("https://api.example", KEY)
            async with Client(endpoint, patience=Patience(tries=1)) as client:
                with pytest.raises(UnreachableApi):
                    await client.download("https://cdn.example/clip.mp4?sig=canary", tmp_path / "clip", 1000)
                with pytest.raises(UnreachableApi) as caught:
                    await submit(client)
            assert not caught.value.uncertain
            asked = [(seen.method, seen.path) for seen in proxy.seen]
            assert asked == [("CONNECT", "cdn.example:443"), ("CONNECT", "api.example:443")]
            assert "canary" not in repr(proxy.seen)

    asyncio.run(body())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_three_times(tmp_path: Path, status: int) -> None:
    content, server = after(fetch(tmp_path / "clip"), *[lead("/next.mp4", status)] * 3, clip())
    assert content == b"a clip"
    assert all("authorization" not in seen.headers for seen in server.seen)


@pytest.mark.parametrize(
    "address", ["ftp://x/1", "/etc/passwd", "", "http://elsewhere.example/1", "https://localhost/1"]
)
def test_an_output_elsewhere_is_not_fetched(tmp_path: Path, address: str) -> None:
    async def work(client: Client) -> None:
        await client.download(address, tmp_path / "clip", 1000)

    error, server = after(work, clip())
    assert isinstance(error, UnreachableApi)
    assert "the API named an address" in error.message
    assert server.seen == []
    assert not (tmp_path / "clip").exists()


def test_a_drip_of_bytes_ends(tmp_path: Path) -> None:
    answer = clip(b"x" * 900)[:-1]

    async def body() -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)

        patience = Patience(transfer_s=0.2, tries=1)
        async with listening(drip) as origin, Client(Endpoint(origin, KEY), patience=patience) as client:
            with pytest.raises(UnreachableApi, match=r"within 0\.2 s"):
                await client.download(f"{origin}/clip", tmp_path / "clip", 1000)

    asyncio.run(body())
