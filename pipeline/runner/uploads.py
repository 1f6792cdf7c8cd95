"""The files and frames that go with requests become addresses, each uploaded once whoever needs it."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Coroutine, Mapping
from fractions import Fraction
from pathlib import Path

from pipeline import media, wire
from pipeline.errors import SetupError, StoryreelError
from pipeline.plan import Order
from pipeline.runner.desk import Desk
from pipeline.runner.orderly import settled
from pipeline.wire import FileRef, FrameRef, MediaRef


class Bodies:
    """Requests as they are sent."""

    def __init__(self, desk: Desk, group: asyncio.TaskGroup) -> None:
        self._desk = desk
        self._group = group
        self._uploads: dict[str, asyncio.Task[str | StoryreelError]] = {}
        self._kept = desk.store.uploads(desk.origin) if desk.origin else None

    async def of(self, order: Order, clips: Mapping[FrameRef, Path]) -> Mapping[str, object]:
        """The body of an order's request, every file and frame of it uploaded."""
        refs = order.request.media
        found = await asyncio.gather(*(self._address(ref, clips, order) for ref in refs))
        addresses = dict(zip(refs, found, strict=True))
        return wire.body(order.request, addresses.__getitem__)

    def forget(self, order: Order) -> None:
        """The API could not reach a file of the order: its files are uploaded anew for the next one."""
        self._uploads.clear()
        for ref in order.request.media:
            if self._kept and isinstance(ref, FileRef):
                self._kept.forget(ref.sha256)

    async def _address(self, ref: MediaRef, clips: Mapping[FrameRef, Path], order: Order) -> str:
        if isinstance(ref, FileRef):
            name, upload = ref.sha256, self._file(ref)
        else:
            rate = order.sources[ref].frame_rate
            name, upload = f"{clips[ref]}#{ref.frame}@{rate}", self._frame(clips[ref], ref.frame, rate)
        return await self._once(name, upload)

    async def _once(self, name: str, upload: Coroutine[object, object, str]) -> str:
        if name in self._uploads:
            upload.close()
        else:
            self._uploads[name] = self._group.create_task(settled(upload))
        outcome = await asyncio.shield(self._uploads[name])
        if isinstance(outcome, StoryreelError):
            raise outcome
        return outcome

    async def _file(self, ref: FileRef) -> str:
        path = self._desk.locate(ref.path)
        data = await asyncio.to_thread(path.read_bytes)
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise SetupError(f"{ref.path}: the file changed while the run was under way", hint="run the command again")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return await self._uploaded(data, ref.sha256, path.name, kind)

    async def _frame(self, clip: Path, frame: int, frame_rate: Fraction) -> str:
        png = await asyncio.to_thread(media.frame_png, clip, frame, frame_rate)
        return await self._uploaded(png, hashlib.sha256(png).hexdigest(), f"frame-{frame}.png", "image/png")

    async def _uploaded(self, data: bytes, sha256: str, name: str, kind: str) -> str:
        if self._kept and (address := await asyncio.to_thread(self._kept.find, sha256)):
            return address
        address = await self._desk.client.upload(data, name, kind)
        if self._kept:
            await asyncio.to_thread(self._kept.keep, sha256, address)
        return address
