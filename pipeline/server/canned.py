"""One clip for each size, rate, length and sound, drawn once and then told apart by a box at its end."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.server.shelf import Stored

TINY = {"width": 160, "height": 90}  # pixels
# What was drawn in this process: whoever starts a thousand doubles in it waits for the drawing once.
_drawn: dict[tuple[object, ...], bytes] = {}
_Draw = Callable[[Mapping[str, Any]], Awaitable[object]]


class Canned:
    """Clips that cost nothing after the first of their kind."""

    def __init__(self, blank: Callable[[str], Path], draw: _Draw, command: Sequence[str], *, tiny: bool) -> None:
        """`draw` fulfils an order for a worker, which `command` started; `blank` names a file for it.

        `tiny` clips are small, whatever is asked.
        """
        self._size = TINY if tiny else {}
        self._blank, self._draw, self._command = blank, draw, tuple(command)
        self._clips: dict[tuple[object, ...], asyncio.Task[Stored]] = {}

    async def clip(self, order: Mapping[str, Any], label: Mapping[str, Any]) -> Stored:
        """An MP4 as the order asks for, but for what it shows.

        The label makes it a file of its own; players pass over it.
        """
        order = {**order, **self._size}
        kind = (self._command, *(order[word] for word in ("width", "height", "frames", "frame_rate", "audio")))
        if kind not in self._clips or _failed(self._clips[kind]):
            self._clips[kind] = asyncio.create_task(self._made(kind, order))
        plain = await asyncio.shield(self._clips[kind])
        digest, box = hashlib.sha256(plain.content[0]), _free_box(json.dumps(label).encode())
        digest.update(box)
        return Stored(plain.path, digest.hexdigest(), plain.content_type, (plain.content[0], box))

    async def close(self) -> None:
        """End what is being drawn."""
        for task in self._clips.values():
            task.cancel()
        await asyncio.gather(*self._clips.values(), return_exceptions=True)

    async def _made(self, kind: tuple[object, ...], order: Mapping[str, Any]) -> Stored:
        path = self._blank(".mp4")
        if kind in _drawn:
            path.write_bytes(_drawn[kind])
        else:
            shown = {"prompt": "A card.", "images": (), "direction": None, "seed": "0" * 64}
            await self._draw({**order, **shown, "output": str(path)})
        content = _drawn[kind] = path.read_bytes()
        return Stored(path, hashlib.sha256(content).hexdigest(), "video/mp4", (content,))


def _failed(task: asyncio.Task[Stored]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _free_box(content: bytes) -> bytes:
    """ISO/IEC 14496-12, 8.1.2: a box that is not read."""
    return (len(content) + 8).to_bytes(4, "big") + b"free" + content
