"""What the local server promises on the wire: the protocol to the letter, and real clips for official clients."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import av
import httpx
import pytest
import wavespeed
from PIL import Image

from pipeline import catalog, wire
from pipeline.errors import SetupError
from pipeline.server.serving import serve
from tests.double import served
from tests.rehearsal import SEEDANCE, tiny

KEY = "the-key-of-this-server"
BEARER = {"Authorization": f"Bearer {KEY}"}
WHEN = datetime(2026, 11, 3, 12, 30, 0, 250_000, tzinfo=UTC)


CATALOGUE = {"test/tiny": tiny(), SEEDANCE: catalog.models()[SEEDANCE]}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("server")
    with served(folder, KEY, catalogue=CATALOGUE, clock=lambda: WHEN) as address:
        yield address
    assert list(folder.iterdir()) == []


@pytest.fixture
def api(origin: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{origin}{wire.API_ROOT}", headers=BEARER, verify=False) as client:
        yield client


@pytest.fixture
def anyone(origin: str) -> Iterator[httpx.Client]:
    """A client without a key."""
    with httpx.Client(base_url=f"{origin}{wire.API_ROOT}", verify=False) as client:
        yield client


def png(colour: str = "teal") -> bytes:
    file = BytesIO()
    Image.new("RGB", (320, 320), colour).save(file, "PNG")
    return file.getvalue()


def ticket(api: httpx.Client, content: bytes, filename: str = "face.png") -> dict[str, Any]:
    reply = api.post("/media/uploads", json={"filename": filename, "size": len(content)})
    assert reply.status_code == 200
    data: dict[str, Any] = reply.json()["data"]
    return data


def put(anyone: httpx.Client, data: dict[str, Any], content: Any, **headers: str) -> httpx.Response:
    return anyone.put(data["upload"]["url"], content=content, headers=data["upload"]["headers"] | headers)


def refused(reply: httpx.Response, status: int, code: int = 0) -> str:
    """The message of a refusal, its shape checked."""
    assert reply.status_code == status
    assert set(reply.json()) == {"code", "message", "data"}
    assert reply.json()["code"] == (code or status)
    assert reply.json()["data"] == {}
    message: str = reply.json()["message"]
    assert message
    return message


def test_the_official_client_gets_a_clip_that_plays(origin: str, tmp_path: Path) -> None:
    face = tmp_path / "face.png"
    face.write_bytes(png())
    client = wavespeed.Client(api_key=KEY, base_url=origin)
    reference = client.upload(str(face))
    inputs = {"prompt": "A keeper climbs the stairs.", "reference_images": [reference], "duration": 2}
    outputs = client.run("test/tiny", inputs, timeout=20, poll_interval=0.05)["outputs"]
    assert len(outputs) == 1
    clip = httpx.get(outputs[0], trust_env=False)
    assert clip.headers["content-type"] == "video/mp4"
    with av.open(BytesIO(clip.content)) as film:
        assert sum(1 for _ in film.decode(video=0)) == 48
        assert (film.streams.video[0].width, film.streams.video[0].height) == (160, 90)
        assert len(film.streams.audio) == 1


def test_a_submission_is_answered_at_once_with_every_field_of_the_page(api: httpx.Client, origin: str) -> None:
    reply = api.post("/test/tiny", json={"prompt": "A lighthouse.", "duration": 1, "generate_audio": False})
    assert reply.status_code == 200
    data = reply.json()["data"]
    address = f"{origin}/api/v3/predictions/{data['id']}/result"
    assert reply.json() == {
        "code": 200,
        "message": "success",
        "data": {
            "id": data["id"],
            "model": "test/tiny",
            "outputs": [],
            "urls": {"get": address},
            "status": "created",
            "created_at": "2026-11-03T12:30:00.250Z",
            "error": "",
            "code": 0,
            "timings": {"inference": 0},
        },
    }
    for path in (address, f"/predictions/{data['id']}"):
        result = api.get(path)
        assert result.status_code == 200
        assert result.json()["data"]["id"] == data["id"]
        assert result.json()["data"]["status"] in ("created", "processing", "completed")


@pytest.mark.parametrize("header", [None, "", "Bearer", f"Basic {KEY}", "Bearer another", f"Bearer {KEY}x"])
def test_nobody_gets_in_without_the_key(anyone: httpx.Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    asked = [("POST", "/test/tiny"), ("GET", "/predictions/x/result"), ("POST", "/media/uploads"), ("GET", "/models")]
    for method, path in asked:
        assert refused(anyone.request(method, path, headers=headers), 401) == "Unauthorized"


@pytest.mark.parametrize("path", ["/predictions/none/result", "/predictions/none", "/predictions/..%2f..%2fx/result"])
def test_an_unknown_prediction_is_not_found(api: httpx.Client, path: str) -> None:
    refused(api.get(path), 404)


def test_an_unknown_model_is_not_found_and_the_nearest_one_is_named(api: httpx.Client) -> None:
    message = refused(api.post("/bytedance/seedance-2.0-mini/text-to-video-turb", json={"prompt": "x"}), 404)
    assert message.endswith(f"did you mean {SEEDANCE}?")


@pytest.mark.parametrize(
    "path", ["/predictions/x", "/media/x", "/model/x", "/user/x", "/webhook/x", "/nobody", "/models"]
)
def test_a_reserved_word_is_no_model(api: httpx.Client, path: str) -> None:
    reply = api.post(path, json={"prompt": "x"})
    assert refused(reply, 405 if path == "/media/uploads" else 404)


def test_a_wrong_method_or_address_has_an_envelope_too(api: httpx.Client, origin: str) -> None:
    refused(api.get(f"/{SEEDANCE}"), 405)
    refused(api.get("/models/"), 404)
    refused(api.delete("/models"), 405)
    refused(httpx.get(f"{origin}/elsewhere", trust_env=False), 404)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b'{"prompt": NaN}',
        b'{"prompt": "x", "duration": 1e999}',
        b'{"prompt": "x", "duration": 9007199254740993}',
        b'{"prompt": "\\ud800"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"prompt": "' + b"x" * (1 << 20) + b'"}',
    ],
    ids=range(11),
)
def test_a_body_that_is_no_object_is_refused(api: httpx.Client, body: bytes) -> None:
    refused(api.post(f"/{SEEDANCE}", content=body), 400)


@pytest.mark.parametrize(
    ("body", "code", "says"),
    [
        ({}, 1400, "prompt is missing"),
        ({"duration": 99}, 1400, "prompt is missing; duration must be 4 to 15, not 99"),
        ({"prompt": ""}, 1401, "prompt is empty"),
        ({"prompt": 3}, 1401, "prompt must be a text, not 3"),
        ({"prompt": "x", "duration": 3}, 1401, "duration must be 4 to 15, not 3"),
        ({"prompt": "x", "duration": "5"}, 1401, 'duration must be a whole number, not "5"'),
        ({"prompt": "x", "duration": 4.5}, 1401, "duration must be a whole number, not 4.5"),
        ({"prompt": "x", "duration": True}, 1401, "duration must be a whole number, not true"),
        ({"prompt": "x", "duration": None}, 1401, "duration must be a whole number, not null"),
        ({"prompt": "x", "resolution": "4k"}, 1401, 'resolution must be one of 720p, 1080p, not "4k"'),
        ({"prompt": "x", "aspect_ratio": "2:1"}, 1401, "aspect_ratio must be one of 16:9, 9:16, 4:3, 3:4, 1:1, 21:9"),
        ({"prompt": "x", "generate_audio": "yes"}, 1401, 'generate_audio must be true or false, not "yes"'),
        ({"prompt": "x", "reference_images": "a.png"}, 1401, 'reference_images must be a list, not "a.png"'),
        ({"prompt": "x", "reference_images": ["a", 1]}, 1401, "reference_images[1] must be a text, not 1"),
        ({"prompt": "x", "reference_images": ["a"] * 10}, 1401, "reference_images takes at most 9 files, not 10"),
        ({"prompt": "x", "promt": 1}, 1401, f'"promt" is no parameter of {SEEDANCE}, did you mean prompt?'),
    ],
)
def test_a_wrong_parameter_is_named_with_what_it_may_be(
    api: httpx.Client, body: dict[str, Any], code: int, says: str
) -> None:
    assert refused(api.post(f"/{SEEDANCE}", json=body), 400, code).startswith(says)


def test_an_upload_is_kept_once_and_read_back_by_anyone(api: httpx.Client, anyone: httpx.Client) -> None:
    content = png()
    data = ticket(api, content)
    assert data["upload"]["headers"] == {"Content-Type": "image/png", "If-None-Match": "*"}
    assert anyone.get(data["download_url"]).status_code == 404
    assert put(anyone, data, content).status_code == 200
    refused(put(anyone, data, content), 412)
    refused(put(anyone, data, png("red")), 412)
    kept = anyone.get(data["download_url"])
    assert kept.content == content
    assert kept.headers["content-type"] == "image/png"
    assert kept.headers["etag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    part = anyone.get(data["download_url"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")
    assert anyone.get(data["download_url"], headers={"Range": "bytes=999999999-"}).status_code == 416
    assert anyone.head(data["download_url"]).headers["content-length"] == str(len(content))


def test_an_upload_in_chunks_is_kept_too(api: httpx.Client, anyone: httpx.Client) -> None:
    data = ticket(api, png())
    assert put(anyone, data, iter([png()])).status_code == 200
    assert anyone.get(data["download_url"]).content == png()


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"too short", {}, 400),
        (png() + b"too long", {}, 400),
        (iter([b"too short in chunks"]), {}, 400),
        (iter([png(), b"too long in chunks"]), {}, 400),
        (png(), {"Content-Type": "text/html"}, 403),
    ],
    ids=["short", "long", "short chunks", "long chunks", "type"],
)
def test_an_upload_that_is_not_what_was_announced_is_not_kept(
    api: httpx.Client, anyone: httpx.Client, content: Any, headers: dict[str, str], status: int
) -> None:
    data = ticket(api, png())
    refused(put(anyone, data, content, **headers), status)
    assert anyone.get(data["download_url"]).status_code == 404
    assert put(anyone, data, png()).status_code == 200


def test_an_upload_that_broke_off_can_be_sent_again(api: httpx.Client, anyone: httpx.Client) -> None:
    data = ticket(api, png())
    address = urlsplit(data["upload"]["url"])
    with socket.create_connection((address.hostname, address.port)) as connection:
        head = f"PUT {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: image/png\r\n"
        connection.sendall(f"{head}Content-Length: {len(png())}\r\n\r\nhalf".encode())
    assert put(anyone, data, png()).status_code == 200
    assert anyone.get(data["download_url"]).content == png()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 1400),
        ({"filename": "a.png"}, 1400),
        ({"filename": 3, "size": 3}, 1401),
        ({"filename": "a.png", "size": -1}, 1401),
        ({"filename": "a.png", "size": True}, 1401),
        ({"filename": "a.png", "size": 200 * 1024 * 1024 + 1}, 1401),
        ({"filename": "a.png", "size": 3, "content_type": "image/png\r\nX: y"}, 1401),
    ],
)
def test_a_ticket_is_given_for_an_acceptable_file_only(api: httpx.Client, body: dict[str, Any], code: int) -> None:
    refused(api.post("/media/uploads", json=body), 400, code)


@pytest.mark.parametrize(
    "name", ["x", "..", "../../../etc/passwd", "%2e%2e%2fetc%2fpasswd", "..%5c..%5cx", "a.png%00", ""]
)
def test_no_name_leads_out_of_the_shelf(anyone: httpx.Client, name: str) -> None:
    assert anyone.get(f"/media/files/{name}").status_code in (401, 404)
    assert anyone.put(f"/media/uploads/{name}", content=b"x").status_code in (404, 405)


@pytest.mark.parametrize("name", ["../../up.png", "a/b\\c.png", "x" * 300, "no suffix", "weird.p%g", "\x00.png"])
def test_a_file_name_never_becomes_a_path(api: httpx.Client, anyone: httpx.Client, name: str) -> None:
    data = ticket(api, b"bytes", name)
    assert len(data["download_url"].rpartition("/")[2]) <= 40
    assert put(anyone, data, b"bytes").status_code == 200
    assert anyone.get(data["download_url"]).content == b"bytes"


@pytest.mark.parametrize("parameter", ["reference_images", "reference_videos", "reference_audios"])
def test_a_reference_from_elsewhere_fails_the_task_and_is_never_fetched(api: httpx.Client, parameter: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.setblocking(False)
        port = elsewhere.getsockname()[1]
        pending = ticket(api, b"never sent")["download_url"]
        bad = [f"http://127.0.0.1:{port}/a.png", "file:///etc/passwd", "http://[", pending, pending + "/..", ""]
        for address in bad:
            reply = api.post("/test/tiny", json={"prompt": "x", parameter: [address]})
            assert reply.json()["data"]["status"] == "created"
            data = ended(api, reply.json()["data"]["id"])
            assert (data["status"], data["code"], data["outputs"]) == ("failed", 1402, [])
            assert data["error"]
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def ended(api: httpx.Client, prediction: str) -> dict[str, Any]:
    while True:
        data: dict[str, Any] = api.get(f"/predictions/{prediction}/result").json()["data"]
        if data["status"] in wire.TERMINAL:
            return data


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.nip.io", "localhost.evil.example:80", "", "127.0.0.1:x"])
def test_a_page_that_points_its_own_name_here_is_kept_out(api: httpx.Client, host: str) -> None:
    refused(api.get("/models", headers={"Host": host}), 403)


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:99", "[::1]:8000", "storyreel.invalid"])
def test_addresses_in_replies_are_under_the_name_that_was_asked(api: httpx.Client, host: str) -> None:
    server = api.get("/models", headers={"Host": host}).json()["data"][0]["api_schema"]["api_schemas"][0]["server"]
    assert server.lower() == f"http://{host}".lower()


def test_the_catalogue_is_in_the_apis_shape(api: httpx.Client) -> None:
    row = next(row for row in api.get("/models").json()["data"] if row["model_id"] == SEEDANCE)
    assert row["base_price"] == 0.4
    assert row["type"] == "text-to-video-turbo"
    described = row["api_schema"]["api_schemas"][0]
    assert described["api_path"] == f"/api/v3/{SEEDANCE}"
    assert described["request_schema"]["required"] == ["prompt"]
    assert "x-order-properties" in described["request_schema"]


def test_a_port_that_is_taken_is_said_to_be(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SetupError, match="can't be had"):
        asyncio.run(serve(tmp_path, 1, port=taken.getsockname()[1]))


def test_other_machines_are_not_served(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"0\.0\.0\.0"):
        asyncio.run(serve(tmp_path, 1, host="0.0.0.0"))
