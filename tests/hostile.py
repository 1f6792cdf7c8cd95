"""An API that lies: it takes every submission, and says of it what it is told to say, on a real socket."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.clips import Spec, write_clip


@dataclass
class Hostile:
    """What it says, and what it was asked."""

    clip: bytes
    origin: str = ""
    id: str = "p1"  # of every prediction
    told: Mapping[str, Any] = field(default_factory=dict)  # fields of a prediction, instead of honest ones
    refusal: tuple[int, object] | None = None  # HTTP status and JSON of the answer to a submission, instead of an id
    query: str = ""  # of the clip's address
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))  # released by each submission
    answers: threading.Event = field(default_factory=threading.Event)  # until it is set, submissions get no answer
    submitted: list[dict[str, Any]] = field(default_factory=list)  # bodies
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)  # method, path, headers

    def answer(self, method: str, path: str, body: Any) -> tuple[int, object]:
        """HTTP status and JSON, or the bytes of the clip."""
        if path.startswith("/clip"):
            return 200, self.clip
        if re.fullmatch(r"/api/v3/predictions/.+/result", path):
            done = {"id": self.id, "status": "completed", "outputs": [f"{self.origin}/clip.mp4{self.query}"]}
            return 200, {"code": 200, "data": done | dict(self.told)}
        if method == "POST" and path == "/api/v3/test/quick":
            self.submitted.append(body)
            self.arrived.release()
            self.answers.wait(60)
            return self.refusal or (200, {"code": 200, "data": {"id": self.id, "status": "created"}})
        return 404, {"code": 404, "message": "not here"}


@contextmanager
def hostile(folder: Path, tls: ssl.SSLContext | None = None, **says: Any) -> Iterator[Hostile]:
    """The API, listening."""
    folder.mkdir(parents=True, exist_ok=True)
    clip = write_clip(folder / "clip.mp4", Spec(size=(160, 96))).read_bytes()
    api = Hostile(clip, **says)
    api.answers.set()

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            api.asked.append((self.command, self.path, dict(self.headers)))
            status, said = api.answer(self.command, self.path, json.loads(body) if body else None)
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "video/mp4" if isinstance(said, bytes) else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Nothing is told on stderr."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        api.origin = f"http://127.0.0.1:{server.server_address[1]}"
        if tls:
            api.origin = f"https://localhost:{server.server_address[1]}"
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            server.handle_error = lambda *_: None  # type: ignore[method-assign, assignment] - a client that hangs up
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join(10)
