"""A fault that struck a request becomes the reply that stands in for the answer, or what is left of the answer."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime

from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline import wire
from pipeline.server.faults.connection import Cut, Reset, Silence
from pipeline.server.faults.fate import Fate

_ERRORS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
ELSEWHERE = "http://elsewhere.invalid/"  # RFC 2606: no such host can exist


def instead(fate: Fate, now: Callable[[], datetime]) -> Response:
    """The reply to a request that nothing is done for; `now` is the server's time of day."""
    return _INSTEAD[fate.kind](fate, now)


async def spoilt(fate: Fate, answer: Response) -> Response:
    """What is left of the answer to a submission that was accepted."""
    return await _SPOILT[fate.kind](fate, answer)


def page(status: int) -> Response:
    """A web page, as gateways and captive portals send."""
    words = f"{status} {_ERRORS.get(status, 'Sign in to the network')}"
    html = f"<!DOCTYPE html>\n<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>\n"
    return Response(html, status, media_type="text/html")


def _too_many(fate: Fate, now: Callable[[], datetime]) -> Response:
    wait_s = max(1, math.ceil(fate.seconds))
    said = fate.choose.choice(["", str(wait_s), format_datetime(now() + timedelta(seconds=wait_s), usegmt=True)])
    return JSONResponse(_refusal(429, "Too many requests"), 429, {"Retry-After": said} if said else None)


def _server_error(fate: Fate, _: object) -> Response:
    status = fate.fault.code or fate.choose.choice(list(_ERRORS))
    return JSONResponse(_refusal(status, _ERRORS.get(status, "Error")), status)


def _refusal(code: int, message: str) -> dict[str, object]:
    return wire.envelope(code=code, message=message)


async def _without_id(_: Fate, answer: Response) -> Response:
    told = json.loads(bytes(answer.body))
    told["data"].pop("id")
    told["data"].pop("urls")
    return JSONResponse(told)


async def _delayed(fate: Fate, _: Response) -> Response:
    await asyncio.sleep(fate.seconds)
    return page(504)


async def _reset(*_: object) -> Response:
    return Reset()


async def _hang(*_: object) -> Response:
    return Silence()


async def _cut(_: Fate, answer: Response) -> Response:
    return Cut(answer, len(answer.body) // 2)


async def _failed(*_: object) -> Response:
    return JSONResponse(_refusal(500, _ERRORS[500]), 500)


async def _page(fate: Fate, _: Response) -> Response:
    return page(fate.fault.code or 502)


_INSTEAD: Mapping[str, Callable[[Fate, Callable[[], datetime]], Response]] = {
    "reset": lambda *_: Reset(),
    "hang": lambda *_: Silence(),
    "too_many_requests": _too_many,
    "server_error": _server_error,
    "page_200": lambda *_: page(200),
    "page_502": lambda *_: page(502),
    "refused_in_200": lambda fate, _: JSONResponse(_refusal(fate.fault.code or 400, "The request was not accepted")),
    "redirect": lambda *_: RedirectResponse(ELSEWHERE, 307),
}
_SPOILT: Mapping[str, Callable[[Fate, Response], Awaitable[Response]]] = {
    "accept_then_reset": _reset,
    "accept_then_hang": _hang,
    "accept_then_cut": _cut,
    "accept_without_id": _without_id,
    "accept_then_504": _delayed,
    "accept_then_500": _failed,
    "accept_then_page": _page,
}
KINDS_INSTEAD, KINDS_SPOILT = frozenset(_INSTEAD), frozenset(_SPOILT)
