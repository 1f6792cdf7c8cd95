"""What every request passes before it is answered: the name it was sent to, the key; and how a refusal looks."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from email.utils import format_datetime

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline import wire
from pipeline.server import asking
from pipeline.server.faults import answers
from pipeline.server.request import Refusal
from pipeline.server.shelf import is_this_machine

Endpoint = Callable[[Request], Awaitable[Response]]
_log = logging.getLogger(__name__)
# What a faults file calls the requests that the ledger counts under these names; "account" for the others.
_AT = {name: name for name in ("submit", "result", "history", "download")} | dict.fromkeys(
    ("ticket", "upload", "form"), "upload"
)


class Front:
    """Its Host names this machine, and a bug below gives a reply and a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_this_machine(Headers(scope=scope).get("host", "")):
            await refusal(403, "this server answers to this machine only")(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _date(scope, message)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            _log.exception("a bug in the local server")
            if started:  # a broken connection is the only way left to say that the reply is not whole
                raise
            await refusal(500, "internal error")(scope, receive, send)


def with_key(endpoint: Endpoint) -> Endpoint:
    """The endpoint, for those who have the key."""

    async def guarded(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        key: str | None = request.app.state.key
        right = hmac.compare_digest(given.strip().encode(), key.encode()) if key is not None else bool(given.strip())
        if scheme.lower() != "bearer" or not right:
            raise Refusal(401, "Unauthorized")
        return await endpoint(request)

    return guarded


def counted(name: str, endpoint: Endpoint) -> Endpoint:
    """The endpoint, each request to it written down under a name, and struck by the faults of that kind of request."""
    at = _AT.get(name, "account")

    async def counting(request: Request) -> Response:
        studio = asking.studio(request)
        studio.ledger.requests[name] += 1
        if name in ("upload", "download") and "authorization" in request.headers:
            studio.ledger.keys[name] += 1
        # A submission is struck where its prompt is known.
        if studio.chance and at != "submit" and (fate := studio.chance.first("request", _prompt(request), at)):
            return answers.instead(fate, studio.now)
        return await endpoint(request)

    return counting


def _prompt(request: Request) -> str:
    """The prompt of the prediction that is asked for, or of the one whose clip is."""
    ledger, asked = asking.studio(request).ledger, request.path_params
    entry = ledger.entries.get(asked.get("prediction", "")) or ledger.files.get(asked.get("name", ""))
    return entry.prompt if entry else ""


def refusal(status: int, message: str, code: int = 0, headers: Mapping[str, str] | None = None) -> Response:
    """A reply that says no."""
    return JSONResponse(wire.envelope(code=code or status, message=message), status, headers)


async def refused(_: Request, error: Exception) -> Response:
    """The reply to what an endpoint turned away."""
    assert isinstance(error, Refusal)
    return refusal(error.status, error.message, error.code)


async def astray(_: Request, error: Exception) -> Response:
    """The reply to a request that no endpoint takes."""
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, error.detail, headers=error.headers)


def _date(scope: Scope, message: Message) -> None:
    """The server's own time, where uvicorn was told not to write the true one."""
    state = scope["app"].state
    if state.tells_date:
        MutableHeaders(scope=message)["date"] = format_datetime(state.studio.now(), usegmt=True)
