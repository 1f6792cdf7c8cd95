"""What every request passes: it came to this machine, from this page, with this session's token. Else 403."""

from __future__ import annotations

import hmac
import re
import traceback
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.server.shelf import is_this_machine

# Nothing but what this server sends is loaded, run, sent to, or framed; what is written into the page runs never.
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "media-src 'self'",
    "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the first address has the token in it
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_METHODS = ("GET", "HEAD", "POST")
_STRANGE = re.compile(r"[\x00-\x1f\x7f\\]|(?:^|/)\.{1,2}(?:/|$)")  # in a path; no file is looked for by it anyway


class Guard:
    """Lets through who may ask."""

    def __init__(self, app: ASGIApp, token: str, cookie: str, report: Callable[[str], object]) -> None:
        """`cookie` is the name of the one that holds the token, once a page was opened with it.

        `report` gets the traceback of a bug below.
        """
        self._app, self._token, self._cookie, self._report = app, token, cookie, report

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fresh = self._opens(scope)

        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._mark(MutableHeaders(scope=message), fresh=fresh)
            await send(message)

        refused = self._refused(scope, Headers(scope=scope), fresh=fresh)
        try:
            await (refused or self._app)(scope, receive, guarded)
        except Exception:
            self._report(traceback.format_exc())
            if started:  # a broken connection is the only way left to say that the answer is not whole
                raise
            await PlainTextResponse("a bug: the terminal tells of it", 500)(scope, receive, guarded)

    def _refused(self, scope: Scope, headers: Headers, *, fresh: bool) -> Response | None:
        host, origin, site = (headers.get(name, "") for name in ("host", "origin", "sec-fetch-site"))
        if scope["method"] not in _METHODS:
            return PlainTextResponse("this is asked with GET or POST", 405, {"Allow": ", ".join(_METHODS)})
        if not is_this_machine(host):
            return _no("this page is for this machine only")
        if (scope["method"] == "POST" and not origin) or (origin and not _same(origin, host)):
            return _no("another page asked")
        if not fresh and site not in ("", "same-origin", "none"):
            return _no("another page asked")
        if _STRANGE.search(scope["path"]):
            return _no("there is no such path")
        if not fresh and not self._knows(headers):
            return _no("open the address that `storyreel preview` shows in the terminal: it holds this session's token")
        return None

    def _opens(self, scope: Scope) -> bool:
        """Whether a page is opened with the token in its address."""
        if scope["path"] != "/" or scope["method"] != "GET":
            return False
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        return self._is_token(given)

    def _knows(self, headers: Headers) -> bool:
        return any(self._is_token(value) for value in _cookies(headers, self._cookie))

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _mark(self, headers: MutableHeaders, *, fresh: bool) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        if fresh:
            headers.append("Set-Cookie", f"{self._cookie}={self._token}; Path=/; HttpOnly; SameSite=Strict")


def _cookies(headers: Headers, name: str) -> list[str]:
    found = []
    for line in headers.getlist("cookie"):
        try:
            found += [one.value for key, one in SimpleCookie(line).items() if key == name]
        except CookieError:  # of another program on this machine: cookies know no ports
            continue
    return found


def _same(origin: str, host: str) -> bool:
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


def _no(why: str) -> Response:
    return PlainTextResponse(why, 403)
