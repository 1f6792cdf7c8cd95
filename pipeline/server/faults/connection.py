"""The connection below a request: reset, cut or held, which no reply of an application can do."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class Reset(Response):
    """Instead of a reply: what was sent is thrown away, and the other side gets a TCP reset."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        transport = _transport(scope)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        transport.abort()
        await asyncio.sleep(0)  # until the server has noticed


class Cut(Response):
    """A reply that promises all its bytes, and ends after some of them."""

    def __init__(self, whole: Response, sent: int) -> None:
        super().__init__(whole.body, whole.status_code, media_type=None)
        self.raw_headers = whole.raw_headers
        self._sent = sent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body[: self._sent]), "more_body": True})
        _transport(scope).close()  # what was written still goes out
        await asyncio.sleep(0)


class Silence(Response):
    """Never a reply, for as long as the other side waits."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        while (await receive())["type"] != "http.disconnect":
            pass


def hold_to_it(state: dict[str, Any], transport: asyncio.Transport) -> dict[str, Any]:
    """The state of an application's requests, with the connection that they come by."""
    return {**state, "connection": transport}


def _transport(scope: Scope) -> Any:
    return scope["state"]["connection"]
