"""A host and a port enter; a connection leaves on which bytes are sent and awaited, each within a time limit.

What httpx brings for this (httpcore over anyio) takes about 1 ms of processor for each request, this a tenth of it.
"""

from __future__ import annotations

import asyncio
import ssl

_MOST_WAITING = 1 << 18  # bytes that have arrived and that nobody has read; beyond them the sender has to wait
_NEXT_ADDRESS_S = 0.25  # until another address of the same name is tried beside the first: RFC 8305, 5


class Connection(asyncio.Protocol):
    """One connection, for one task at a time. Whatever goes wrong is an OSError; a time limit, TimeoutError."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._arrived: list[bytes] = []
        self._waiting = 0  # bytes in `_arrived`
        self._over = False
        self._fault: Exception | None = None
        self._blocked = False  # what is written waits here, and nothing more should be
        self._news: asyncio.Future[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether it is open, and nothing has come that nobody asked for."""
        return not (self._over or self._arrived or self._transport.is_closing())

    async def send(self, content: bytes, limit_s: float | None) -> None:
        """Hands the bytes to the system, or waits until it takes them."""
        self._refuse_broken()
        self._transport.write(content)
        if self._blocked:
            async with asyncio.timeout(limit_s):
                while self._blocked and not self._over:
                    await self._any_news()
            self._refuse_broken()

    async def receive(self, limit_s: float | None) -> bytes:
        """What has arrived, as soon as there is any; b"" where the other side has ended."""
        if not self._arrived and not self._over:
            async with asyncio.timeout(limit_s):
                while not self._arrived and not self._over:
                    await self._any_news()
        if not self._arrived:
            if self._fault:
                raise OSError(str(self._fault)) from self._fault
            return b""
        content = self._arrived[0] if len(self._arrived) == 1 else b"".join(self._arrived)
        self._arrived.clear()
        if self._waiting > _MOST_WAITING:
            self._transport.resume_reading()
        self._waiting = 0
        return content

    def drop(self) -> None:
        """Closes it at once; what is not sent yet is not."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop, as all that follow."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Bytes have arrived."""
        before, self._waiting = self._waiting, self._waiting + len(data)
        self._arrived.append(data)
        if before <= _MOST_WAITING < self._waiting:
            self._transport.pause_reading()
        self._tell()

    def eof_received(self) -> bool:
        """The other side sends nothing more."""
        self._over = True
        self._tell()
        return False  # the transport closes itself

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed, by whomever."""
        self._over, self._fault = True, exc
        self._tell()

    def pause_writing(self) -> None:
        """The system takes no more for now."""
        self._blocked = True

    def resume_writing(self) -> None:
        """It takes some again."""
        self._blocked = False
        self._tell()

    def _refuse_broken(self) -> None:
        if self._over or self._transport.is_closing():
            raise ConnectionError("the connection was closed while something was sent") from self._fault

    async def _any_news(self) -> None:
        self._news = asyncio.get_running_loop().create_future()
        try:
            await self._news
        finally:
            self._news = None

    def _tell(self) -> None:
        if self._news and not self._news.done():
            self._news.set_result(None)


async def connected(host: str, port: int, trust: ssl.SSLContext | None, name: str, limit_s: float | None) -> Connection:
    """A new connection; with `trust` an encrypted one, to a machine that proves to be `name`.

    Raises OSError (a name without an address and a certificate that proves nothing are some) or TimeoutError.
    """
    proof = name if trust else None
    pause_s = None if _is_numeric(host) else _NEXT_ADDRESS_S
    async with asyncio.timeout(limit_s):
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, host, port, ssl=trust, server_hostname=proof, happy_eyeballs_delay=pause_s
        )
    return connection


def _is_numeric(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
