"""A clip, and a fault that struck its download, become what comes instead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from starlette.responses import RedirectResponse, Response, StreamingResponse

from pipeline.server.faults.answers import page
from pipeline.server.faults.connection import Cut
from pipeline.server.faults.fate import Fate

_PIECE = 1 << 16  # bytes
_PRIVATE = (
    "http://10.0.0.1/clip.mp4",
    "http://169.254.169.254/latest/meta-data/",
    "https://192.168.0.1/clip.mp4",
    "http://[fd00::1]/clip.mp4",
)


def of(fates: Iterable[Fate]) -> Fate | None:
    """The first fault that strikes this download of the clip."""
    return next((fate for fate in fates if fate.kind in _INSTEAD and fate.shows()), None)


def instead(fate: Fate, clip: bytes, content_type: str, address: str) -> Response:
    """What comes instead of the clip, which was asked for at the address."""
    return _INSTEAD[fate.kind](fate, Response(clip, media_type=content_type), address)


def _expired(fate: Fate, *_: object) -> Response:
    return Response("<Error><Code>AccessDenied</Code></Error>", _code(fate), media_type="application/xml")


def _code(fate: Fate) -> int:
    return fate.fault.code or fate.choose.choice([403, 404])


def _truncated(_: Fate, clip: Response, __: str) -> Response:
    return Cut(clip, len(clip.body) // 2)


def _endless(_: Fate, clip: Response, __: str) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield bytes(clip.body)
        while True:
            yield bytes(_PIECE)
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), media_type=clip.media_type)


def _slow(fate: Fate, clip: Response, _: str) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in bytes(clip.body):
            yield bytes([byte])
            await asyncio.sleep(fate.seconds)

    return StreamingResponse(pieces(), headers={"Content-Length": str(len(clip.body))}, media_type=clip.media_type)


def _noise(fate: Fate, clip: Response, _: str) -> Response:
    return Response(fate.choose.randbytes(len(clip.body)), media_type=clip.media_type)


def _private(fate: Fate, *_: object) -> Response:
    return RedirectResponse(fate.choose.choice(_PRIVATE), 302)


_INSTEAD: Mapping[str, Callable[[Fate, Response, str], Response]] = {
    "expired_address": _expired,
    "truncated_download": _truncated,
    "endless_download": _endless,
    "slow_download": _slow,
    "not_a_clip": _noise,
    "page_download": lambda *_: page(200),
    "empty_download": lambda _, clip, __: Response(b"", media_type=clip.media_type),
    "redirect_loop": lambda _, __, address: RedirectResponse(address, 302),
    "redirect_private": _private,
}
KINDS_OF_DOWNLOADS = frozenset(_INSTEAD)
