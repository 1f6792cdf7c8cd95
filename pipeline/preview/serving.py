"""A storyboard's file is served as a page on this machine, until the process is told to stop."""

from __future__ import annotations

import asyncio
import secrets
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from pipeline.errors import SetupError
from pipeline.preview.pages import application
from pipeline.preview.session import Session
from pipeline.server.serving import listening

HOST = "127.0.0.1"
PORT = 8018  # where it is free, so that the page has the same address tomorrow


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is served."""

    origin: str
    token: str  # of this session; a page that is opened with it keeps it as a cookie

    @property
    def address(self) -> str:
        """What a browser opens."""
        return f"{self.origin}/?token={self.token}"


def serve(
    file: Path,
    environ: Mapping[str, str],
    *,
    port: int | None = None,
    ready: Callable[[Opened], object] = lambda _: None,
    report: Callable[[str], object] = lambda _: None,
) -> None:
    """Serve the page of a storyboard until Ctrl-C; `ready` gets its address first, `report` the traceback of a bug.

    `port` is the one to listen on, 0 any free one; None: the usual one, or another if somebody has that.
    Raises SetupError for a port that can't be had. Whatever is wrong with the storyboard is told on the page.
    """
    with _listener(port) as listener, tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        number = listener.getsockname()[1]
        opened = Opened(f"http://{HOST}:{number}", secrets.token_urlsafe(24))
        session = Session(file, environ, Path(folder), report)
        app = application(session, opened.token, f"storyreel-{number}", report)
        server = _Server(_config(app), session, lambda: ready(opened))
        asyncio.run(server.serve([listener]))


def _listener(port: int | None) -> socket.socket:
    if port is not None:
        return listening(HOST, port)
    try:
        return listening(HOST, PORT)
    except SetupError:  # another preview, most likely
        return listening(HOST, 0)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, session: Session, announce: Callable[[], object]) -> None:
        super().__init__(config)
        self._session, self._announce = session, announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._session.end()  # else it would wait for the streams to the pages
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as it is called
        """Ctrl-C is how a preview ends: it is not raised once more afterwards."""
        self.force_exit = self.should_exit
        self.should_exit = True


def _config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="critical",  # a bug is told by the guard, and there is nothing else to tell
        access_log=False,
        server_header=False,
        proxy_headers=False,  # nothing stands in front of it
        timeout_graceful_shutdown=1,
    )
