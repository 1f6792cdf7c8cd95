"""A request of httpx enters, its reply leaves: HTTP/1.1 over connections of our own, each of the errors that httpx has.

Nothing is ever sent twice, and no redirect, no proxy and no name server decides where: what the address says is where
it goes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType

import h11
import httpx

from pipeline.client.connection import Connection, connected

_KEPT = 16  # idle connections at most
_LONGEST_IDLE_S = 5.0  # servers close what is idle for longer: a question sent into that would be lost
_LONGEST_HEAD = 100 << 10  # bytes of a reply's status and headers
_PORTS = {"http": 80, "https": 443}

_Place = tuple[str, str, int, str]  # scheme, host, port and the name that a certificate must be for


class Transport(httpx.AsyncBaseTransport):
    """What an `httpx.AsyncClient` sends by. With `fresh`, each request has a connection that nobody used before."""

    def __init__(self, trust: ssl.SSLContext, *, fresh: bool) -> None:
        trust.set_alpn_protocols(["http/1.1"])
        self._trust = trust
        self._fresh = fresh
        self._idle: list[_Talk] = []  # the one that was used last stands last

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The reply, its body still to be read. Raises what httpx documents, ConnectError where nothing was sent."""
        limits: Mapping[str, float | None] = request.extensions.get("timeout", {})
        talk = await self._talk(_place(request), limits.get("connect"))
        try:
            await talk.ask(request, limits.get("write"))
            return await talk.reply(limits.get("read"), self)
        except BaseException:
            talk.drop()
            raise

    async def aclose(self) -> None:
        """Closes what is idle."""
        while self._idle:
            self._idle.pop().drop()
        await asyncio.sleep(0)  # a turn of the loop, in which it closes them

    def finished(self, talk: _Talk) -> None:
        """Keeps a connection whose reply was read for the next request, or closes it."""
        if self._fresh or not talk.begun_anew():
            talk.drop()
            return
        talk.idle_since = asyncio.get_running_loop().time()
        self._idle.append(talk)
        if len(self._idle) > _KEPT:
            self._idle.pop(0).drop()

    async def _talk(self, place: _Place, connect_s: float | None) -> _Talk:
        oldest = asyncio.get_running_loop().time() - _LONGEST_IDLE_S
        for talk in reversed(self._idle):
            if talk.place == place:
                self._idle.remove(talk)
                if talk.connection.idle and talk.idle_since > oldest:
                    return talk
                talk.drop()
        scheme, host, port, name = place
        with _connecting():
            connection = await connected(host, port, self._trust if scheme == "https" else None, name, connect_s)
        return _Talk(place, connection, h11.Connection(h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD))


@dataclass(slots=True, eq=False)
class _Talk:
    """Requests and replies on one connection, one after the other."""

    place: _Place
    connection: Connection
    state: h11.Connection
    idle_since: float = 0.0  # by the loop's clock

    async def ask(self, request: httpx.Request, limit_s: float | None) -> None:
        with _speaking:
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            waiting = self.state.send(head) or b""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for piece in request.stream:
            with _speaking:
                waiting += self.state.send(h11.Data(data=piece)) or b""
            if not await self._sent(waiting, limit_s):
                return
            waiting = b""
        with _speaking:
            waiting += self.state.send(h11.EndOfMessage()) or b""
        if waiting:
            await self._sent(waiting, limit_s)

    async def _sent(self, content: bytes, limit_s: float | None) -> bool:
        """False where the other side takes no more: it may have said why."""
        try:
            await self.connection.send(content, limit_s)
        except TimeoutError as error:
            raise httpx.WriteTimeout("") from error
        except OSError:
            return False
        return True

    async def reply(self, limit_s: float | None, transport: Transport) -> httpx.Response:
        while not isinstance(event := await self._event(limit_s), h11.Response):
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise httpx.RemoteProtocolError("the server switched to a protocol that nobody asked for")
        told = {"http_version": b"HTTP/" + event.http_version, "reason_phrase": event.reason}
        body = _Body(self, limit_s, transport)
        return httpx.Response(event.status_code, headers=event.headers.raw_items(), stream=body, extensions=told)

    async def pieces(self, limit_s: float | None) -> AsyncIterator[bytes]:
        while isinstance(event := await self._event(limit_s), h11.Data):
            yield bytes(event.data)

    def begun_anew(self) -> bool:
        """Whether another request may follow; False where either side wants to close, or has not come to its end."""
        with suppress(h11.LocalProtocolError):
            self.state.start_next_cycle()
            return self.connection.idle and self.state.trailing_data[0] == b""
        return False

    def drop(self) -> None:
        self.connection.drop()

    async def _event(self, limit_s: float | None) -> object:
        while True:
            with _speaking:
                event = self.state.next_event()
            if event is not h11.NEED_DATA:
                return event
            content = await self._received(limit_s)
            if not content and self.state.their_state is h11.SEND_RESPONSE:
                raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
            with _speaking:
                self.state.receive_data(content)

    async def _received(self, limit_s: float | None) -> bytes:
        try:
            return await self.connection.receive(limit_s)
        except TimeoutError as error:
            raise httpx.ReadTimeout("") from error
        except OSError as error:
            raise httpx.ReadError(str(error)) from error


class _Body(httpx.AsyncByteStream):
    def __init__(self, talk: _Talk, limit_s: float | None, transport: Transport) -> None:
        self._talk, self._limit_s, self._transport = talk, limit_s, transport
        self._closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._talk.pieces(self._limit_s):
            yield piece

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._transport.finished(self._talk)


def _place(request: httpx.Request) -> _Place:
    url = request.url
    host = url.raw_host.decode("ascii")
    name = request.extensions.get("sni_hostname") or host
    return url.scheme, host, url.port or _PORTS[url.scheme], name


@contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise httpx.ConnectTimeout("") from error
    except OSError as error:
        raise httpx.ConnectError(str(error)) from error


class _Speaking:
    """What h11 says of either side in the body is said as httpx says it. Many times for each request."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, h11.LocalProtocolError):
            raise httpx.LocalProtocolError(str(error)) from error
        if isinstance(error, h11.RemoteProtocolError):
            raise httpx.RemoteProtocolError(str(error)) from error


_speaking = _Speaking()
