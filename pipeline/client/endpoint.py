"""Where generations are bought or rehearsed, and which addresses it may send us on to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline import wire
from pipeline.errors import SetupError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server of the protocol."""

    origin: str  # scheme://host[:port], as `wire.origin_of` has it
    key: str = field(repr=False)
    app: ASGIApp | None = field(default=None, repr=False)  # asked inside this process instead of over the network
    direct: bool = False  # our own server: directions go along, it is polled quickly, and no proxy stands before it

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\x21-\x7e]+", self.key):
            # Sent as it is, httpx would complain with the key in its message.
            raise SetupError("the API key is empty or has characters that no key has", hint="copy it again")
        if not _is_origin(self.origin):
            raise SetupError(
                f"{self.origin[:200]!r} is no server address", hint="write https://host or http://host:port"
            )

    def owns(self, address: str) -> bool:
        """Whether the address is of the endpoint's own origin."""
        return _origin(address) == self.origin

    def may_send_to(self, address: str) -> bool:
        """Whether a file may go to or come from an address that a reply named: here, or anywhere by https.

        A server on this machine may also name another port of this machine.
        """
        parts = urlsplit(_origin(address))
        beside = parts.scheme == "http" and parts.hostname in _LOOPBACK and self._on_this_machine
        return self.owns(address) or parts.scheme == "https" or beside

    @property
    def _on_this_machine(self) -> bool:
        parts = urlsplit(self.origin)
        return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _origin(address: str) -> str:
    try:
        # What stands before an @ is no host, and makes people and parsers believe that it is.
        return "" if "@" in urlsplit(address).netloc else wire.origin_of(address)
    except ValueError:
        return ""


def _is_origin(text: str) -> bool:
    parts = urlsplit(_origin(text))
    return parts.scheme in ("http", "https") and bool(parts.hostname) and _origin(text) == text
