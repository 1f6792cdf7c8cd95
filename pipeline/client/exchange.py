"""One question to the endpoint on the wire, with the key; its answer, or the news that there was none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from pipeline.client.endpoint import Endpoint
from pipeline.client.network import HEADERS, as_ours, opened, timeout
from pipeline.client.pace import Patience, http_date
from pipeline.client.verdict import Lost, Reply

_LONGEST_REPLY = 8 << 20  # bytes of JSON
_MOST_AHEAD = timedelta(days=366)  # a clock that is further off tells no time


class Exchange:
    """Asks on a fresh connection (`submit`) or on a kept one (`get`, `post`). Redirects are not followed."""

    def __init__(self, endpoint: Endpoint, patience: Patience, clock: Callable[[], datetime]) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._clock = clock
        self.ahead: timedelta | None = None  # the API's clock of ours, by its latest reply; None: none told it yet
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        headers = HEADERS | {"Authorization": f"Bearer {self._endpoint.key}"}
        enter = self._open.enter_async_context
        self._submitting = await enter(opened(self._endpoint, headers=headers, fresh=True))
        self._asking = await enter(opened(self._endpoint, headers=headers))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def submit(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        """POST to the endpoint, on a connection that nobody used before."""
        return await self._ask(self._submitting, "POST", path, self._patience.submit_s, json=body, headers=headers)

    async def get(self, path: str, *, most_bytes: int = _LONGEST_REPLY) -> Reply:
        """GET from the endpoint."""
        return await self._ask(self._asking, "GET", path, self._patience.read_s, most_bytes)

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """POST to the endpoint, of something that may be repeated."""
        return await self._ask(self._asking, "POST", path, self._patience.read_s, json=body)

    async def _ask(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        read_s: float,
        most_bytes: int = _LONGEST_REPLY,
        **request: Any,
    ) -> Reply:
        url, pauses = self._endpoint.origin + path, timeout(self._patience, read_s)
        with as_ours():
            async with (
                asyncio.timeout(self._patience.answer_s),
                client.stream(method, url, timeout=pauses, **request) as reply,
            ):
                self._learn(reply.headers.get("date", ""))
                payload = _parsed(await _whole(reply, most_bytes))
        return Reply(reply.status_code, reply.headers, payload, self._endpoint.key)

    def _learn(self, date: str) -> None:
        told = http_date(date)
        ahead = told - self._clock() if told else None
        if ahead is not None and abs(ahead) < _MOST_AHEAD:
            self.ahead = ahead


async def _whole(reply: httpx.Response, most_bytes: int) -> bytes:
    raw = bytearray()
    async for piece in reply.aiter_bytes():
        raw += piece
        if len(raw) > most_bytes:
            raise Lost("the answer does not end")
    return bytes(raw)


def _parsed(raw: bytes) -> object:
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value
