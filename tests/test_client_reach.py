"""What the client promises of addresses that a reply names: its own or public, checked ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.client import Client, Endpoint, Patience, reach
from pipeline.client.reach import Way, is_public, way_to
from pipeline.client.verdict import Unsent
from pipeline.errors import SetupError, UnreachableApi
from tests.scripted import KEY, after, clip, fetch, http, lead, serving, upload

API = Endpoint("https://api.example", KEY)
PUBLIC = "93.184.216.34"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


class Names:
    """A resolver that gives its answers in turn, and counts."""

    def __init__(self, *answers: Iterable[str]) -> None:
        self.answers = [tuple(answer) for answer in answers]
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append(f"{host}:{port}")
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    resolver = Names((PUBLIC,))
    monkeypatch.setattr(reach, "resolve", resolver)
    return resolver


def way(address: str, endpoint: Endpoint = API) -> Way:
    return asyncio.run(way_to(endpoint, address))


def test_a_public_name_is_reached_by_the_number_that_was_checked(names: Names) -> None:
    names.answers = [(PUBLIC, "2606:2800:220:1::1")]
    found = way("https://cdn.example:8443/a/b.mp4?sig=1#top")
    assert found.urls == (f"https://{PUBLIC}:8443/a/b.mp4?sig=1", "https://[2606:2800:220:1::1]:8443/a/b.mp4?sig=1")
    assert (found.host, found.name, found.proxy) == ("cdn.example:8443", "cdn.example", "")
    assert names.asked == ["cdn.example:8443"]


def test_the_endpoints_own_name_is_not_looked_up(names: Names) -> None:
    assert way("https://API.example:443/clip.mp4?sig=1") == Way(("https://api.example/clip.mp4?sig=1",), owned=True)
    assert names.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://0/",
        "http://2130706433/",
        "http://cdn.example/a.mp4",
        "https://good@127.0.0.1/",
        "https://good@cdn.example/",
        "https://api.example@cdn.example/",
        "https://user:word@api.example/",
        "https://api.example\\@127.0.0.1/",
        "gopher://cdn.example/",
        "ftp://cdn.example/",
        "file:///etc/passwd",
        "data:video/mp4;base64," + "A" * 5_000_000,
        "//cdn.example/a.mp4",
        "https:///a.mp4",
        "https://cdn.example:99999/",
        "",
    ],
)
def test_no_other_kind_of_address_is_gone_to(address: str, names: Names) -> None:
    with pytest.raises(UnreachableApi) as caught:
        way(address)
    assert len(caught.value.message) < 300
    assert names.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "localhost",
        "a.localhost",
        "printer.local",
        "db.internal",
    ],
)
@pytest.mark.parametrize("proxy", [False, True])
def test_a_number_in_disguise_or_a_name_of_the_inside_is_no_public_one(
    host: str, proxy: bool, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(UnreachableApi, match="inside a private network"):
        way(f"https://{host}/a.mp4")
    assert names.asked == []


@pytest.mark.parametrize(
    "host", ["intranet", "bücher.example", "a" * 64 + ".example", "-", "%31.example", "a b.example"]
)
def test_what_is_no_public_host_name_is_not_looked_up(host: str, names: Names) -> None:
    with pytest.raises(UnreachableApi, match="public host name"):
        way(f"https://{host}/a.mp4")
    assert names.asked == []


@pytest.mark.parametrize("answers", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["fe80::1%eth0"], []])
def test_a_name_that_leads_inside_is_refused(answers: list[str], names: Names) -> None:
    names.answers = [tuple(answers)]
    with pytest.raises(UnreachableApi, match="inside a private network"):
        way("https://127.0.0.1.nip.io/")


@pytest.mark.parametrize(
    ("number", "public"),
    [
        (PUBLIC, True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),  # 127.0.0.1 behind a gateway
        ("64:ff9b::5db8:d822", True),  # PUBLIC behind one: all there is in a network without IPv4
        ("2002:a00:1::", False),  # 10.0.0.1
    ],
)
def test_no_private_number_passes_in_any_form(number: str, public: bool) -> None:
    assert is_public(number) is public


def test_an_answer_that_changes_leads_nowhere(names: Names) -> None:
    """A name that is public when it is checked and private when it is connected to."""
    names.answers = [(PUBLIC,), ("127.0.0.1",)]
    assert way("https://rebind.example/").urls == (f"https://{PUBLIC}/",)
    assert names.asked == ["rebind.example:443"]


def test_each_file_has_its_name_looked_up_once_and_goes_to_that_number(
    tmp_path: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    names.answers = [("127.0.0.1",), ("127.0.0.2",)]
    monkeypatch.setattr(reach, "is_public", lambda _: True)

    async def body() -> None:
        connected = []

        async def took(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connected.append(writer.get_extra_info("sockname")[0])
            writer.close()

        listener = await asyncio.start_server(took, "0.0.0.0", 0)
        port = listener.sockets[0].getsockname()[1]
        async with listener, Client(API, patience=Patience(tries=1)) as client:
            with pytest.raises(UnreachableApi):
                await client.download(f"https://rebind.example:{port}/", tmp_path / "clip", 1000)
        assert connected == ["127.0.0.1"]
        assert len(names.asked) == 1

    asyncio.run(body())


def test_each_redirect_is_checked_anew(tmp_path: Path, names: Names) -> None:
    names.answers = [("10.0.0.1",)]
    error, server = after(fetch(tmp_path / "clip"), lead("/again"), lead("https://inside.example/"), clip())
    assert isinstance(error, UnreachableApi)
    assert "inside a private network: inside.example" in error.message
    assert names.asked == ["inside.example:443"]
    assert len(server.seen) == 2


def test_an_upload_goes_to_checked_addresses_only(names: Names) -> None:
    names.answers = [("10.0.0.1",)]
    to = {"method": "PUT", "url": "https://inside.example/bucket", "headers": {"Host": "api.example"}}
    reply = http(200, {"code": 200, "data": {"upload": to, "download_url": "https://x.example/kept.png"}})
    error, server = after(upload, reply)
    assert isinstance(error, UnreachableApi)
    assert "inside a private network" in error.message
    assert len(server.seen) == 1


@pytest.mark.parametrize("headers", [{"x-note": "é\ud800"}, {"x\ud800": "1"}, {"x-note": "a\r\nb: c"}])
def test_a_ticket_that_no_request_can_be_made_of_is_an_error(headers: dict[str, str]) -> None:
    def answer(origin: str) -> bytes:
        to = {"method": "PUT", "url": f"{origin}/bucket", "headers": headers}
        return http(200, {"code": 200, "data": {"upload": to, "download_url": "https://x.example/kept.png"}})

    error, _ = after(upload, answer, tries=1)
    assert isinstance(error, UnreachableApi)


def test_the_proxy_of_the_environment_looks_names_up(names: Names, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "near.example")
    assert way("https://cdn.example/a") == Way(("https://cdn.example/a",), proxy="http://proxy.example:3128")
    assert names.asked == []
    assert way("https://near.example/a").proxy == ""
    assert names.asked == ["near.example:443"]
    with pytest.raises(UnreachableApi, match="inside a private network"):
        way("https://[fc00::1]/a")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "teapot://127.0.0.1:9"])
def test_a_proxy_of_no_known_kind_is_a_matter_of_set_up(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body() -> None:
        async with Client(API):
            pass

    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(SetupError, match="proxy"):
        asyncio.run(body())


def test_a_name_that_is_not_found_is_surely_unsent() -> None:
    with pytest.raises(Unsent, match=r"nowhere\.invalid has no address"):
        asyncio.run(reach.resolve("nowhere.invalid", 443))


def test_a_server_of_this_machine_may_put_files_at_another_port_of_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with serving(clip()) as other, serving(lead(f"{other.origin}/clip.mp4")) as server:
            async with Client(Endpoint(server.origin, KEY)) as client:
                await client.download(f"{server.origin}/clip.mp4", tmp_path / "clip", 1000)
            assert "authorization" not in other.seen[0].headers

    asyncio.run(body())
    assert (tmp_path / "clip").read_bytes() == b"a clip"
