"""The local server on a socket of this machine, until it is told to stop. The only importer of uvicorn."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipeline.errors import SetupError
from pipeline.server.app import local_app
from pipeline.server.faults.connection import hold_to_it

HOSTS = ("127.0.0.1", "localhost", "::1")
_LONGEST_HEADERS = 1 << 20  # bytes; a direction travels in one


async def serve(
    folder: Path,
    workers: int,
    key: str | None = None,
    *,
    host: str = HOSTS[0],
    port: int = 0,
    ready: Callable[[str], object] = lambda _: None,
    **options: Any,
) -> None:
    """Answer on `host` and `port` (0: any free one) until cancelled or signalled; `ready` gets the address first.

    `options` are those of `local_app`. Prints nothing. Raises SetupError for an address it can't have.
    """
    app = local_app(folder, workers, key, **options)
    hostile = bool(app.state.setup.conduct.faults)
    with listening(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        config = _config(app, own_date=app.state.tells_date)
        server = _Server(config, lambda: ready(f"http://{name}:{listener.getsockname()[1]}"), breaks_off=hostile)
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.should_exit = True  # ends the open requests, then the lifespan, and with it the workers
            await serving
            raise


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], object], *, breaks_off: bool) -> None:
        super().__init__(config)
        self._announce, self._breaks_off = announce, breaks_off

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._breaks_off:  # a fault may hold a request for ever
            for connection in list(self.server_state.connections):
                connection.transport.abort()
        await super().shutdown(sockets)


class _Protocol(H11Protocol):
    """HTTP/1.1, each request with the connection it came by, for the faults that break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = hold_to_it(self.app_state, transport)


def _config(app: Any, *, own_date: bool) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,  # h11 is always installed, whatever else is
        date_header=not own_date,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing stands in front of it; a client must not choose the scheme of the addresses
        h11_max_incomplete_event_size=_LONGEST_HEADERS,
        timeout_graceful_shutdown=2,
    )


def listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections there; port 0 is any free one. Raises SetupError for an address it can't have."""
    if host not in HOSTS:
        raise SetupError(f"the local server can't listen on {host}", hint=f"it is for this machine: {', '.join(HOSTS)}")
    # The protocol is named because asyncio switches Nagle's algorithm off only where it is: 44 ms a request otherwise.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        raise SetupError(f"port {port} of {host} can't be had: {error}", hint="another one may be free") from error
    return listener
