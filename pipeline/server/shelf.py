"""Uploads come in against tickets and clips come from the workers; both lie here under names nobody can guess."""

from __future__ import annotations

import asyncio
import hashlib
import math
import mimetypes
import re
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline import wire
from pipeline.server.request import Refusal

LARGEST_UPLOAD = 200 * 1024 * 1024  # bytes; the official client's own limit
FILES_PATH = f"{wire.API_ROOT}/media/files"
_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\]|storyreel\.invalid)(:\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that can be downloaded."""

    path: Path
    sha256: str  # lower-case hex
    content_type: str
    content: tuple[bytes, ...] = ()  # the bytes where they are not those at the path


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that a ticket was given for."""

    name: str  # that it will have on the shelf
    size: int  # bytes
    content_type: str


class Shelf:
    """The files of one run of the server."""

    def __init__(
        self, folder: Path, age_s: Callable[[], float] = time.monotonic, retention_s: float = math.inf
    ) -> None:
        """`age_s` is a clock that is never set; files are gone `retention_s` seconds after they came."""
        self._folder, self._age_s, self._retention_s = folder, age_s, retention_s
        self._files: dict[str, Stored] = {}  # by name
        self._since: dict[str, float] = {}  # when each came
        self._expected: dict[str, Expected] = {}  # by token of the ticket; the download address gives no right to write

    def file(self, name: str) -> Stored | None:
        """The file of that name. The name is looked up and never becomes a path."""
        gone = self._age_s() - self._since.get(name, math.inf) >= self._retention_s
        return None if gone else self._files.get(name)

    def behind(self, address: str) -> Stored | None:
        """The file at a download address of this server, under whichever of its names; None for any other address."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return None
        folder, _, name = parts.path.rpartition("/")
        ours = parts.scheme == "http" and _HOST.fullmatch(parts.netloc) and folder == FILES_PATH
        return self.file(name) if ours else None

    def ticket(self, body: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """`data` of the reply to a request for an upload. Raises Refusal for one that names no acceptable file."""
        filename, size = body.get("filename"), body.get("size")
        if filename is None or size is None:
            raise Refusal(400, "filename and size are required", wire.MISSING)
        if not isinstance(filename, str) or not filename:
            raise Refusal(400, "filename must be a text", wire.INVALID)
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST_UPLOAD:
            raise Refusal(400, f"size must be 0 to {LARGEST_UPLOAD} bytes", wire.INVALID)
        content_type = _content_type(body.get("content_type"), filename)
        name = secrets.token_hex(16) + _suffix(filename)
        token = secrets.token_hex(16)
        self._expected[token] = Expected(name, size, content_type)
        headers = {"Content-Type": content_type, "If-None-Match": "*"}
        ticket = wire.Ticket(f"{origin}{wire.UPLOADS_PATH}/{token}", headers, f"{origin}{FILES_PATH}/{name}")
        return wire.ticket_data(filename, size, content_type, ticket)

    async def receive(self, token: str, headers: Mapping[str, str], chunks: AsyncIterator[bytes]) -> Stored:
        """Keep the bytes of an upload, once. Raises Refusal where they are not what the ticket was given for."""
        expected = self._expected.get(token)
        if expected is None:
            raise Refusal(404, "no such upload")
        if expected.name in self._files:
            raise Refusal(412, "this address has its file already")
        if headers.get("content-type") != expected.content_type:
            raise Refusal(403, f"the Content-Type must be {expected.content_type}, as in the ticket")
        if headers.get("content-length", str(expected.size)) != str(expected.size):
            raise Refusal(400, f"the ticket was given for {expected.size} bytes")
        incoming = self._folder / f"{secrets.token_hex(16)}.part"
        try:
            sha256 = await _write(incoming, chunks, expected.size)
            if expected.name in self._files:  # another PUT was quicker
                raise Refusal(412, "this address has its file already")
            path = incoming.replace(self._folder / expected.name)
        finally:
            incoming.unlink(missing_ok=True)
        stored = Stored(path, sha256, expected.content_type)
        self.put(expected.name, stored)
        return stored

    def blank(self, suffix: str) -> Path:
        """Where a file that is being made can be written; `add` puts it on the shelf."""
        return self._folder / (secrets.token_hex(16) + suffix)

    async def add(self, path: Path, content_type: str) -> str:
        """The name under which a finished file can be downloaded from now on."""
        self.put(path.name, Stored(path, await asyncio.to_thread(_sha256, path), content_type))
        return path.name

    async def keep(self, filename: str, content_type: str | None, content: bytes) -> tuple[str, Stored]:
        """Name and file of an upload whose bytes are all here. Raises Refusal for one that is too large."""
        if len(content) > LARGEST_UPLOAD:
            raise Refusal(400, f"a file has at most {LARGEST_UPLOAD} bytes", wire.INVALID)
        found = _content_type(content_type, filename)
        path = self.blank(_suffix(filename))
        await asyncio.to_thread(path.write_bytes, content)
        name = await self.add(path, found)
        return name, self._files[name]

    def put(self, name: str, stored: Stored) -> None:
        """Let a file be downloaded under a name."""
        self._files[name] = stored
        self._since[name] = self._age_s()

    def move(self, name: str) -> str:
        """The new name of a file, whose old one leads nowhere from now on."""
        fresh = secrets.token_hex(16) + _suffix(name)
        self._files[fresh], self._since[fresh] = self._files.pop(name), self._since.pop(name)
        return fresh

    def drop(self, name: str) -> None:
        """Forget a file."""
        self._files.pop(name, None)


def is_this_machine(host: str) -> bool:
    """Whether a Host header names this machine: a page elsewhere that points its own name here is kept out."""
    return _HOST.fullmatch(host) is not None


async def _write(path: Path, chunks: AsyncIterator[bytes], size: int) -> str:
    digest, written = hashlib.sha256(), 0
    with path.open("xb") as file:
        async for chunk in chunks:
            written += len(chunk)
            if written > size:
                raise Refusal(400, f"more than the {size} bytes of the ticket")
            digest.update(chunk)
            file.write(chunk)
    if written != size:
        raise Refusal(400, f"{written} bytes came of the {size} of the ticket")
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content_type(given: object, filename: str) -> str:
    if given is not None and not (isinstance(given, str) and re.fullmatch(r"[\w.+-]+/[\w.+-]+(; ?[\w=.+-]+)*", given)):
        raise Refusal(400, "content_type must be a media type such as image/png", wire.INVALID)
    return given or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def _suffix(filename: str) -> str:
    match = re.search(r"\.[A-Za-z0-9]{1,8}\Z", filename)
    return match.group().lower() if match else ""
