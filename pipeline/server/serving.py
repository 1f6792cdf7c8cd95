"""The local server on a socket of this machine, until it is told to stop. The only importer of uvicorn."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvicorn

from pipeline.errors import SetupError
from pipeline.server.app import local_app

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
    with _listener(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        server = _Server(_config(app), lambda: ready(f"http://{name}:{listener.getsockname()[1]}"))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            server.should_exit = True  # ends the open requests, then the lifespan, and with it the workers
            await serving
            raise


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, announce: Callable[[], object]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()


def _config(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",  # what is always installed, whatever else is
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing stands in front of it; a client must not choose the scheme of the addresses
        h11_max_incomplete_event_size=_LONGEST_HEADERS,
        timeout_graceful_shutdown=2,
    )


def _listener(host: str, port: int) -> socket.socket:
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
