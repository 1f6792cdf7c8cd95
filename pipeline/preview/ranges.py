"""Something that can be read in pieces becomes an answer to a player: whole, or the range that it asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

Read = Callable[[int, int], bytes]  # start, length -> bytes, fewer at the end
_PIECE = 1 << 18  # bytes
# One range: players ask for no more, and many small ones in one request are only asked for to make work.
_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{0,18})|-([0-9]{1,18}))", re.IGNORECASE)


def ranged(request: Request, size: int, read: Read, kind: str, headers: Mapping[str, str]) -> Response:
    """The whole, or 206 with a range of it; 416 for what is no single range within `size` bytes."""
    asked = request.headers.get("range")
    found = (0, size) if asked is None else span(asked, size)
    if found is None:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    start, stop = found
    told = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(stop - start)}
    if asked is not None:
        told["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    status = 200 if asked is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers={**told, "Content-Type": kind})
    return StreamingResponse(_pieces(read, start, stop), status, told, kind)


def span(asked: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a Range header; None for what can't be had."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None:
        return None
    if match[3]:
        start, stop = max(0, size - int(match[3])), size
    else:
        start, stop = int(match[1]), min(int(match[2]) + 1, size) if match[2] else size
    return (start, stop) if start < stop else None


def of_file(path: Path) -> tuple[int, Read]:
    """The size of a file, and how it is read. Raises OSError where it is gone."""

    def read(start: int, length: int) -> bytes:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(length)

    return path.stat().st_size, read


def _pieces(read: Read, start: int, stop: int) -> Iterator[bytes]:
    while start < stop:
        piece = read(start, min(_PIECE, stop - start))
        if not piece:
            return
        yield piece
        start += len(piece)
