"""Files on the wire, without the key: to and from the addresses that replies name, each checked before."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

import httpx

from pipeline.client.endpoint import Endpoint
from pipeline.client.network import as_ours, opened, timeout
from pipeline.client.pace import Patience
from pipeline.client.reach import Way, way_to
from pipeline.client.transfer import Arrival

_PIECE = 1 << 16  # bytes


class Carriage:
    """Puts and fetches files. Redirects are not followed: whoever asks has each address checked."""

    def __init__(self, endpoint: Endpoint, patience: Patience) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._open = AsyncExitStack()
        self._proxied: dict[str, httpx.AsyncClient] = {}

    async def __aenter__(self) -> Self:
        self._own = await self._open.enter_async_context(opened(self._endpoint))
        # The way is decided already: httpx must not read the environment once more and decide otherwise.
        self._direct = await self._open.enter_async_context(opened(self._endpoint, fresh=True, trust_env=False))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def put(self, address: str, headers: Mapping[str, str], pieces: AsyncIterator[bytes], size: int) -> int:
        """HTTP status of a PUT of `size` bytes."""
        # Without its length it would go in chunks, which object stores refuse.
        sent = {**headers, "Content-Length": str(size)}
        async with self._reply("PUT", address, sent, pieces) as reply:
            return reply.status_code

    @asynccontextmanager
    async def fetch(self, address: str) -> AsyncIterator[Arrival]:
        """A file on its way here."""
        async with self._reply("GET", address, {"Accept-Encoding": "identity"}) as reply:
            yield Arrival(reply.status_code, reply.headers, reply.aiter_raw(_PIECE))

    @asynccontextmanager
    async def _reply(
        self, method: str, address: str, headers: Mapping[str, str], content: AsyncIterator[bytes] | None = None
    ) -> AsyncIterator[httpx.Response]:
        way = await way_to(self._endpoint, address)
        client = await self._client(way)
        named = {name: value for name, value in headers.items() if name.lower() != "host"}
        if way.host:
            named["Host"] = way.host
        with as_ours():
            reply = await self._first(client, way, method, headers=named, content=content)
            try:
                yield reply
            finally:
                await reply.aclose()

    async def _first(self, client: httpx.AsyncClient, way: Way, method: str, **options: object) -> httpx.Response:
        """The reply of the first of the way's addresses that can be connected to."""
        *others, last = way.urls
        for url in others:
            try:
                return await self._send(client, way, method, url, **options)
            except (httpx.ConnectError, httpx.ConnectTimeout):  # nothing was sent: the content is still whole
                continue
        return await self._send(client, way, method, last, **options)

    async def _send(
        self, client: httpx.AsyncClient, way: Way, method: str, url: str, **options: object
    ) -> httpx.Response:
        extensions = {"sni_hostname": way.name} if way.name else {}
        limit = timeout(self._patience)
        request = client.build_request(method, url, timeout=limit, extensions=extensions, **options)  # type: ignore[arg-type]
        return await client.send(request, stream=True)

    async def _client(self, way: Way) -> httpx.AsyncClient:
        if way.owned:
            return self._own
        if not way.proxy:
            return self._direct
        if way.proxy not in self._proxied:
            client = opened(self._endpoint, fresh=True, trust_env=False, proxy=way.proxy)
            self._proxied[way.proxy] = await self._open.enter_async_context(client)
        return self._proxied[way.proxy]
