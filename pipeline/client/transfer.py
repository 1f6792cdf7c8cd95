"""Files on disk become pieces to send, and pieces that arrive become files: whole, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.client.verdict import Lost, passing
from pipeline.errors import Expired, UnreachableApi

_PIECE = 1 << 18  # bytes
_EXPIRED = (401, 403, 404, 410)  # what stores of files answer to a signature that is too old, and when it is deleted
_PAGES = ("text/", "application/json", "application/xml", "application/xhtml")  # what an error looks like under a 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file on its way here."""

    status: int
    headers: Mapping[str, str]  # names in any case
    pieces: AsyncIterator[bytes]  # as they came, no encoding undone


async def pieces(source: Path | bytes) -> AsyncGenerator[bytes, None]:
    """The bytes, bit by bit."""
    if isinstance(source, bytes):
        for start in range(0, len(source), _PIECE):
            yield source[start : start + _PIECE]
        return
    with source.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


async def keep(arrival: Arrival, target: Path, max_bytes: int) -> None:
    """Write the file to `target`. Raises UnreachableApi for what is no clip, Lost for one that broke off."""
    length = _promised(arrival, max_bytes)
    written = 0
    with target.open("wb") as file:
        async for piece in arrival.pieces:
            written += len(piece)
            if written > max_bytes:
                raise UnreachableApi(f"the clip was not downloaded: more than {max_bytes} bytes")
            file.write(piece)
    if not written or written != (written if length is None else length):
        raise Lost(f"{written} bytes came of {length or 'a clip'}")


def _promised(arrival: Arrival, max_bytes: int) -> int | None:
    """Bytes to come, None where nobody says. Raises for an answer that no clip follows."""
    sort, coding = arrival.headers.get("content-type", ""), arrival.headers.get("content-encoding", "identity")
    length = arrival.headers.get("content-length")
    if arrival.status != 200:
        sort_of = Expired if arrival.status in _EXPIRED else UnreachableApi
        error = sort_of(f"the clip was not downloaded: HTTP {arrival.status}", http_status=arrival.status)
        raise passing(error, arrival.status, arrival.headers)
    if sort.lower().startswith(_PAGES) or coding.lower() != "identity":
        raise UnreachableApi(f"the clip was not downloaded: what came is {sort[:80]!r}, encoded as {coding[:80]!r}")
    if length is None or not length.isdigit():
        return None
    if int(length) > max_bytes:
        raise UnreachableApi(f"the clip was not downloaded: {length} bytes are more than {max_bytes}")
    return int(length)
