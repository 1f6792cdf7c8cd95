"""Who may ask a preview: this machine, its own page, with its token; whatever else comes is refused."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.previews import Preview, previewing
from tests.proofs.stage import stage

Reply = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    here = stage(tmp_path_factory.mktemp("guarded"), 2)
    with previewing(here.board) as opened:
        yield opened


def ask(preview: Preview, path: str, method: str = "GET", body: bytes = b"", **headers: str | None) -> Reply:
    """A reply, to a request with the cookie and as a page of the preview would send it, but for what is said."""
    address = urlsplit(preview.origin)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    cookie = f"storyreel-{address.port}={preview.token}"
    sent = {"Host": address.netloc, "Cookie": cookie, "Origin": preview.origin, **named}
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=10)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in sent.items():
            if value is not None:
                connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


def picture_of(preview: Preview) -> str:
    """The address of a picture that there is."""
    address = urlsplit(preview.origin)
    connection = http.client.HTTPConnection("127.0.0.1", address.port or 0, timeout=10)
    connection.request("GET", "/events", headers={"Cookie": f"storyreel-{address.port}={preview.token}"})
    stream = connection.getresponse()
    while not (line := stream.readline()).startswith(b"data:"):
        pass
    connection.close()
    panels = json.loads(line.removeprefix(b"data: "))["panels"]
    return str(next(iter(panels.values()))["picture"])


def test_the_token_opens_the_page_and_is_kept_as_a_cookie(preview: Preview) -> None:
    status, headers, body = ask(preview, f"/?token={preview.token}", Cookie=None, Origin=None)
    assert status == 200
    assert b"<!doctype html>" in body
    cookie = headers["set-cookie"]
    assert preview.token in cookie
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    status, headers, _ = ask(preview, "/")
    assert (status, "set-cookie" in headers) == (200, False)


@pytest.mark.parametrize(
    "path", ["/", "/?token=", "/?token=guess", "/events", "/static/main.js", "/picture/0/0.jpg", "/cut"]
)
def test_without_the_token_nothing_is_told(preview: Preview, path: str) -> None:
    for cookie in (None, "storyreel=x", f"storyreel-{urlsplit(preview.origin).port}=guess", "\x01=; ;;"):
        status, headers, body = ask(preview, path, Cookie=cookie, Origin=None)
        assert status == 403
        assert "set-cookie" not in headers
        assert preview.token.encode() not in body


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8018",
        "127.0.0.1.nip.io",
        "127.0.0.1@evil.example",
        "localhost.evil.example",
        "",
        "0.0.0.0",
    ],
)
def test_a_name_that_was_pointed_at_this_machine_is_refused(preview: Preview, host: str) -> None:
    for path in ("/", f"/?token={preview.token}", "/events"):
        assert ask(preview, path, Host=host, Origin=None)[0] in (400, 403)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "https://127.0.0.1", "http://127.0.0.1:1", "null", "file://", "", None]
)
def test_another_page_can_choose_nothing(preview: Preview, origin: str | None) -> None:
    body = json.dumps({"shot": "s0001", "circle": 1}).encode()
    status, _, said = ask(preview, "/choose", "POST", body, Origin=origin, Content_Type="application/json")
    assert (status, said) == (403, b"another page asked")


def test_a_form_of_another_page_can_choose_nothing(preview: Preview) -> None:
    body = json.dumps({"shot": "s0001", "circle": 1}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert ask(preview, "/choose", "POST", body, Content_Type=kind)[0] == 415
    asked = ask(preview, "/choose", "POST", body, Content_Type="application/json", Sec_Fetch_Site="cross-site")
    assert asked[0] == 403


def test_what_another_page_embeds_is_refused(preview: Preview) -> None:
    for site in ("cross-site", "same-site"):
        assert ask(preview, picture_of(preview), Origin=None, Sec_Fetch_Site=site)[0] == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pages.py", "/static/..%2fpages.py", "/static/%2e%2e/pages.py", "/static/%2e%2e%2fsession.py",
        "/picture/../../etc/passwd", "/clip/..%5c..%5cfilm.yaml.mp4", "/static/....//pages.py", "/cut/../film.yaml",
        "/reference/..%2f..%2fstoryreel.yaml.jpg", "/static/page.html%00.js", "//etc/passwd", "/static//etc/passwd",
        "/static/pages.py", "/media/../../film.yaml",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_page(preview: Preview, path: str) -> None:
    status, _, body = ask(preview, path)
    assert status in (403, 404)
    assert len(body) < 100
    assert b"import" not in body


def test_a_range_gives_just_those_bytes(preview: Preview) -> None:
    path = picture_of(preview)
    status, headers, whole = ask(preview, path)
    assert (status, headers["content-type"], headers["accept-ranges"]) == (200, "image/jpeg", "bytes")
    status, headers, part = ask(preview, path, Range="bytes=2-9")
    assert (status, part, headers["content-range"]) == (206, whole[2:10], f"bytes 2-9/{len(whole)}")
    status, headers, nothing = ask(preview, path, "HEAD")
    assert (status, nothing, headers["content-length"]) == (200, b"", str(len(whole)))


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=99999999-",
        "bytes=9-2",
        "bytes=0-1,2-3",
        "bytes=" + ",".join(["0-"] * 1500),
        "bytes=-0",
        "items=0-1",
        "bytes=0-1;q",
    ],
)
def test_ranges_that_are_only_asked_to_make_work_are_refused(preview: Preview, asked: str) -> None:
    status, headers, body = ask(preview, picture_of(preview), Range=asked)
    assert (status, body) == (416, b"")
    assert re.fullmatch(r"bytes \*/\d+", headers["content-range"])


def test_the_page_loads_runs_and_sends_nothing_but_its_own(preview: Preview) -> None:
    for path in ("/", "/static/main.js", "/static/none.js", "/picture/none/0.jpg"):
        headers = ask(preview, path)[1]
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert (
            policy["default-src"]
            == policy["frame-ancestors"]
            == policy["base-uri"]
            == policy["form-action"]
            == "'none'"
        )
        assert {policy[name] for name in ("script-src", "style-src", "connect-src", "img-src", "media-src")} == {
            "'self'"
        }
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
    page = ask(preview, "/")[2].decode()
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//|<style|style=|\son\w+=|javascript:", page)
    assert not re.search(r"<script(?![^>]*src=)", page)


def test_only_choosing_changes_anything(preview: Preview) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"):
        assert ask(preview, "/choose", method)[0] in (400, 405)
    for path in ("/", "/events", "/takes", "/cut", "/picture/0/0.jpg", "/shoot", "/render"):
        assert ask(preview, path, "POST", b"{}", Content_Type="application/json")[0] in (404, 405)
    assert ask(preview, "/choose")[0] == 405


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400), (b"[" * 9_000, 400), (b"{" + b" " * 20_000 + b"}", 413), (b"null", 422), (b"{}", 422),
        (b"\xff", 400),
        (b'{"shot": "s0001", "circle": 1}', 422), (b'{"shot": "../../x", "circle": 1}', 422),
    ],
)  # fmt: skip
def test_what_is_no_choice_is_told_and_changes_nothing(preview: Preview, body: bytes, status: int) -> None:
    told, _, said = ask(preview, "/choose", "POST", body, Content_Type="application/json")
    assert told == status
    assert b"Traceback" not in said


def test_the_takes_of_no_shot_are_an_answer_too(preview: Preview) -> None:
    assert json.loads(ask(preview, "/takes?shot=s0001")[2]) == {"shot": "s0001", "takes": []}
    status, _, said = ask(preview, "/takes?shot=none")
    assert status == 422
    assert "there is no shot" in json.loads(said)["message"]
    assert ask(preview, "/picture/none/0.jpg")[0] == ask(preview, "/clip/none.mp4")[0] == ask(preview, "/cut")[0] == 404
