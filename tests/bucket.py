"""S3-speaking servers on loopback, from packages: one that checks signatures, and one that knows conditional writes."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import localbucket
import uvicorn
from nanio.app import build_app
from nanio.auth.credentials import StaticCredentialResolver
from nanio.config import Settings

BUCKET = "team"
KEY_ID, SECRET = "canary-key-id-5Zq", "canary-secret-8Xw"
Application = Callable[[Any, Any, Any], Awaitable[None]]


@dataclass
class Server:
    """A server whose buckets are folders."""

    url: str
    data: Path
    asked: list[tuple[str, str]] = field(default_factory=list)  # method and path of every request
    fault: Callable[[str, str], str] = lambda _method, _path: (
        ""
    )  # "hang up", "break off", "stall", "no conditions" or "" for each of them
    stop: Callable[[], object] = lambda: None

    @property
    def environ(self) -> dict[str, str]:
        """By what a client finds it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "us-east-1",
            "NO_PROXY": "*",
        }

    @property
    def bucket(self) -> Path:
        """The folder of the bucket."""
        return self.data / BUCKET

    def objects(self, prefix: str = "") -> dict[str, Path]:
        """The file of every object, by its name."""
        top = self.bucket / prefix
        found = (file for file in sorted(top.rglob("*")) if file.is_file())
        names = ((file.relative_to(top), file) for file in found)
        return {name.as_posix(): file for name, file in names if not name.parts[0].startswith(".")}

    def changes(self) -> list[str]:
        """Paths of all requests that wrote something."""
        return [path for method, path in self.asked if method not in ("GET", "HEAD")]


@contextmanager
def signed(folder: Path) -> Iterator[Server]:
    """A server that checks the signature of every request, as S3 does."""
    data = folder / "s3"
    (data / BUCKET).mkdir(parents=True)
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(f"http://127.0.0.1:{listener.getsockname()[1]}", data)
    known = StaticCredentialResolver({KEY_ID: SECRET})
    app = build_app(Settings(data_dir=data, credentials=known))
    config = uvicorn.Config(partial(_faulty, server, app), log_level="critical", lifespan="off", interface="asgi3")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, args=([listener],), daemon=True)
    thread.start()

    def stop() -> None:
        running.should_exit = running.force_exit = True
        thread.join(10)
        listener.close()

    server.stop = stop
    until = time.monotonic() + 10
    while not running.started and time.monotonic() < until:
        time.sleep(0.001)
    try:
        yield server
    finally:
        stop()
        assert not thread.is_alive()


async def _faulty(server: Server, app: Application, scope: Any, receive: Any, send: Any) -> None:
    method, path = scope["method"], scope["path"]
    server.asked.append((method, path))
    fault = server.fault(method, path)
    if fault == "hang up":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        raise ConnectionAbortedError

    if fault == "no conditions" and any(name == b"if-none-match" for name, _ in scope["headers"]):
        body = b"<Error><Code>NotImplemented</Code></Error>"
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 501, "headers": [length]})
        await send({"type": "http.response.body", "body": body})
        return
    if fault == "stall":
        while (await receive())["type"] != "http.disconnect":
            pass
        return

    async def cut(message: Any) -> None:
        if fault == "break off" and message["type"] == "http.response.body" and message.get("body"):
            await send({**message, "body": message["body"][:10], "more_body": True})
            raise ConnectionAbortedError
        await send(message)

    await app(scope, receive, cut)


@contextmanager
def conditional(folder: Path) -> Iterator[Server]:
    """A server that takes any signature and honours `If-None-Match: *`, as S3 does."""
    data = folder / "conditional"
    (data / BUCKET).mkdir(parents=True)
    handler = type("Handler", (localbucket.S3Handler,), {"data_root": data, "log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield Server(f"http://127.0.0.1:{running.server_address[1]}", data)
        finally:
            running.shutdown()
            thread.join(10)
