"""One question on the wire; its answer, or the news that there was none. The only importer of httpx."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx

from pipeline.client.endpoint import Endpoint
from pipeline.client.pace import Patience, http_date
from pipeline.client.reach import admit
from pipeline.client.transfer import Arrival
from pipeline.client.verdict import Lost, Reply, Unsent

_LONGEST_REPLY = 8 << 20  # bytes of JSON
_PIECE = 1 << 16  # bytes
_MOST_AHEAD = timedelta(days=366)  # a clock that is further off tells no time
_HEADERS = {"User-Agent": "storyreel"}
# No connection came about; a refused CONNECT is the proxy's, before anything of ours was sent.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Exchange:
    """Asks with the key on a fresh connection (`submit`), with the key (`get`, `post`) or without (`put`, `fetch`)."""

    def __init__(self, endpoint: Endpoint, patience: Patience, clock: Callable[[], datetime]) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._clock = clock
        self.ahead: timedelta | None = None  # the API's clock of ours, by its latest reply; None: none told it yet
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        options, bearer = self._options(), {"Authorization": f"Bearer {self._endpoint.key}"}
        enter = self._open.enter_async_context
        # A kept connection that the server is just closing would leave it uncertain whether a submission arrived.
        # httpx itself repeats nothing: `retries` of its transports is 0, and HTTP/2, which may, is not asked for.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self._submitting = await enter(httpx.AsyncClient(headers=_HEADERS | bearer, limits=fresh, **options))
        self._asking = await enter(httpx.AsyncClient(headers=_HEADERS | bearer, **options))
        self._carrying = await enter(httpx.AsyncClient(headers=_HEADERS, **options))
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

    async def put(self, address: str, headers: Mapping[str, str], pieces: AsyncIterator[bytes], size: int) -> int:
        """HTTP status of a PUT of `size` bytes to an address that a reply named, without the key."""
        await admit(self._endpoint, address)
        # Without its length it would go in chunks, which object stores refuse.
        sent = {**headers, "Content-Length": str(size)}
        with _as_ours():
            reply = await self._carrying.put(address, headers=sent, content=pieces, timeout=self._timeout())
        return reply.status_code

    @asynccontextmanager
    async def fetch(self, address: str) -> AsyncIterator[Arrival]:
        """A file at an address that a reply named, without the key. Redirects are not followed."""
        await admit(self._endpoint, address)
        asked = {"Accept-Encoding": "identity"}
        with _as_ours():
            async with self._carrying.stream("GET", address, headers=asked, timeout=self._timeout()) as reply:
                yield Arrival(reply.status_code, reply.headers, reply.aiter_raw(_PIECE))

    async def _ask(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        read_s: float,
        most_bytes: int = _LONGEST_REPLY,
        **request: Any,
    ) -> Reply:
        timeout = self._timeout(read_s)
        with _as_ours():
            async with (
                asyncio.timeout(self._patience.answer_s),
                client.stream(method, self._endpoint.origin + path, timeout=timeout, **request) as reply,
            ):
                self._learn(reply.headers.get("date", ""))
                payload = _parsed(await _whole(reply, most_bytes))
        return Reply(reply.status_code, reply.headers, payload, self._endpoint.key)

    def _learn(self, date: str) -> None:
        told = http_date(date)
        ahead = told - self._clock() if told else None
        if ahead is not None and abs(ahead) < _MOST_AHEAD:
            self.ahead = ahead

    def _timeout(self, read_s: float | None = None) -> httpx.Timeout:
        return httpx.Timeout(read_s or self._patience.read_s, connect=self._patience.connect_s)

    def _options(self) -> dict[str, Any]:
        if self._endpoint.app is not None:
            # Every address goes to the application: nothing can leave this process.
            return {"transport": httpx.ASGITransport(self._endpoint.app, raise_app_exceptions=False)}
        return {"verify": _trust(), "trust_env": not self._endpoint.direct}


@cache
def _trust() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # reads every authority there is: 30 ms, and a client has three pools


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


@contextmanager
def _as_ours() -> Iterator[None]:
    try:
        yield
    except _UNSENT as error:
        raise Unsent(_words(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise Lost(_words(error)) from error


def _words(error: Exception) -> str:
    """What httpx says, or where it says nothing (its timeouts do), the name of it: "read timeout"."""
    return str(error)[:200] or re.sub(r"(?<!^)(?=[A-Z])", " ", type(error).__name__).lower()
