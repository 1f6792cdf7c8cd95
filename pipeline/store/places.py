"""An origin, a request digest and a take number enter; the folder that belongs to them leaves, as a relative path."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipeline.errors import SetupError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
# Windows opens a device for these names, whatever follows their first dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_HOME = re.compile(
    r"takes/[a-z0-9][a-z0-9.+_\[\]-]*/(?P<paid>[0-9a-f]{64})/(?P<number>[1-9][0-9]{0,8})"
    r"|previs/[0-9]{1,9}/(?P<previs>[0-9a-f]{64})-[0-9a-f]{64}"
)
_NAME_LIMIT = 255  # bytes of one file name, on every file system in use


@dataclass(frozen=True, slots=True)
class Address:
    """What the path of a home says about the take in it."""

    home: str  # relative to the outputs folder, with forward slashes
    digest: str  # of the request
    number: int  # of the take, from 1; previs has one take of everything
    paid: bool  # False for previs, which is disposable

    @classmethod
    def of(cls, home: str) -> Address:
        """The address of a home made by `take_home` or `previs_home`; ValueError for any other path."""
        match = _HOME.fullmatch(home)
        if not match:
            raise ValueError(f"no home of a take: {home!r}")
        paid = match["paid"] is not None
        return cls(home, match["paid"] or match["previs"], int(match["number"] or 1), paid)

    @property
    def lock(self) -> str:
        """The file whose lock a writer holds: all takes of a paid request share it, so their POSTs never overlap."""
        return f"{self.home.rpartition('/')[0] if self.paid else self.home}/lock"


def take_home(origin: str, digest: str, number: int) -> str:
    """Where take `number` (from 1) of a request lives, for an origin such as "https://api.wavespeed.ai"."""
    if number < 1:
        raise ValueError(f"takes are numbered from 1: {number}")
    return f"{shelf(origin)}/{_checked(digest)}/{number}"


def previs_home(drawing: int, digest: str, direction_digest: str) -> str:
    """Where the previs of a request and a direction lives, by the version of the drawing code."""
    return f"previs/{drawing}/{_checked(digest)}-{_checked(direction_digest)}"


def shelf(origin: str) -> str:
    """The folder of everything bought from one origin; no two origins share it, on any file system."""
    return f"takes/{_slug(origin)}"


def _checked(digest: str) -> str:
    if not _DIGEST.fullmatch(digest):
        raise ValueError(f"no SHA-256 in lower-case hex: {digest!r}")
    return digest


def _slug(origin: str) -> str:
    try:
        parts = urlsplit(origin)
        port = parts.port
        host = _legal(parts.hostname or "", in_brackets="[" in parts.netloc)
    except ValueError as error:
        raise _no_origin() from error
    extra = parts.path.rstrip("/") or parts.query or parts.fragment or parts.username or parts.password
    if parts.scheme not in ("http", "https") or extra:
        raise _no_origin()
    if port is None:
        port = 443 if parts.scheme == "https" else 80
    full = f"{parts.scheme}+{host}+{port}"
    if len(full) > _NAME_LIMIT:
        raise _no_origin()
    # A plain host name holds no "+", so the short form meets no long one. Windows drops a dot at the end.
    short = (parts.scheme, port) == ("https", 443) and host[0].isalnum() and not host.endswith(".")
    return host if short and not _DEVICES.fullmatch(host) else full


def _legal(host: str, *, in_brackets: bool) -> str:
    if in_brackets:
        if "%" in host:
            raise ValueError("an address with a zone")
        return f"[{ipaddress.IPv6Address(host).compressed.replace(':', '-')}]"
    if not _HOST.fullmatch(host):
        raise ValueError("no host name")
    return host


def _no_origin() -> SetupError:
    # The text is not repeated: a mistaken one may hold a user name and a key.
    return SetupError("the API's address is no origin", hint="write it as https://host or http://host:port")
