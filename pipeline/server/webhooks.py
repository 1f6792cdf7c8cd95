"""The end of a prediction goes out to the address that its submission named: signed, and at least once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import json
import secrets
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline import wire
from pipeline.server.request import Refusal

PREFIX = "whsec_"  # of the secret as it is told; it is no part of the key
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TIMEOUT_S = 10
_PAUSES_S = (0.2, 1.0, 5.0, 30.0)  # before each repetition


class Webhooks:
    """Deliveries under way, and the secret by which they are signed."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.secret = PREFIX + secrets.token_hex(32)
        self._now = now
        self._deliveries: set[asyncio.Task[None]] = set()

    def send(self, address: str, payload: Mapping[str, Any]) -> None:
        """Tell the address, and tell it again until it says that it heard."""
        task = asyncio.create_task(self._deliver(address, secrets.token_hex(16), json.dumps(payload).encode()))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)

    async def close(self) -> None:
        """Give up on what nobody has heard yet."""
        for task in self._deliveries:
            task.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _deliver(self, address: str, number: str, body: bytes) -> None:
        for pause_s in (*_PAUSES_S, 0.0):
            headers = self._signed(number, body)
            if await asyncio.to_thread(_posted, address, headers, body):
                return
            await asyncio.sleep(pause_s)

    def _signed(self, number: str, body: bytes) -> dict[str, str]:
        """Its headers; the recipe is the API's: https://wavespeed.ai/docs/verify-webhooks, 2026-11."""
        stamp = str(int(self._now().timestamp()))
        key = self.secret.removeprefix(PREFIX).encode()
        signature = hmac.new(key, f"{number}.{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        return {
            "Content-Type": "application/json",
            "webhook-id": number,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v3,{signature}",
        }


def checked(address: str) -> str:
    """The address, if it may be told: by https, or on this machine. Raises Refusal."""
    try:
        parts = urlsplit(address)
        ours = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if not address or (parts.hostname and (parts.scheme == "https" or ours) and parts.port != 0):
            return address
    except ValueError:
        pass
    raise Refusal(400, "webhook must be an https address", wire.INVALID)


def _posted(address: str, headers: Mapping[str, str], body: bytes) -> bool:
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=_TIMEOUT_S, context=context)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body, dict(headers))
        return 200 <= connection.getresponse().status < 300
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
