"""Commissions become clips on the shelf, drawn or canned, or the reason why not."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import media, wire
from pipeline.catalog import Model
from pipeline.errors import MediaError
from pipeline.previs.workers import WorkerDied, Workers
from pipeline.server import request
from pipeline.server.canned import Canned
from pipeline.server.conduct import Conduct
from pipeline.server.faults.failures import failure
from pipeline.server.ledger import Entry, Hosts
from pipeline.server.shelf import Shelf, Stored


@dataclass(frozen=True, slots=True)
class Commission:
    """What somebody wants made."""

    model: Model
    inputs: Mapping[str, Any]  # checked, with every default
    sent: Mapping[str, Any]  # as they came
    direction: Mapping[str, Any] | None
    hosts: Hosts  # under which the server was asked
    webhook: str = ""  # address that is told of the end


class Failure(Exception):
    """A prediction that ends failed: its business code and what is wrong."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Maker:
    """Fulfils commissions, as its conduct has it."""

    def __init__(self, conduct: Conduct, shelf: Shelf, workers: Workers) -> None:
        self._conduct, self._shelf, self._workers = conduct, shelf, workers
        self._canned = Canned(shelf.blank, self._draw_card, workers.command, tiny=conduct.clips == "tiny")

    async def close(self) -> None:
        """End what goes on without anybody waiting for it."""
        await self._canned.close()

    async def make(self, entry: Entry, wanted: Commission) -> tuple[str, float]:
        """Name of the clip on the shelf, and the seconds it took. Raises Failure."""
        now = asyncio.get_running_loop().time
        began = now()
        fates = {fate.kind: fate for fate in entry.fates}
        order = await self._order(entry, wanted)
        if "wrong_length" in fates:
            order["frames"] //= 2
        if fates.keys() & {"stuck", "task_fails"}:
            entry.change(status="processing")
            await asyncio.sleep(math.inf if "stuck" in fates else self._conduct.generation_s or 0)
            raise Failure(*failure(fates["task_fails"]))
        if self._conduct.clips == "drawn":
            name, took_s = await self._film(entry, order, wanted.model.longest_s)
        else:
            name, took_s = await self._can(entry, order), now() - began
        if self._conduct.generation_s is None:
            return name, took_s
        await asyncio.sleep(began + self._conduct.generation_s - now())
        return name, self._conduct.generation_s

    async def _order(self, entry: Entry, wanted: Commission) -> dict[str, Any]:
        model, inputs = wanted.model, wanted.inputs
        files = {word: self._found(addresses) for word, addresses in request.media_of(model, inputs)}
        pictures = [stored.path for word in ("first_frame", "images") for stored in files.get(word, ())]
        order = request.order(
            model,
            inputs,
            seed=entry.request,
            images=pictures,
            direction=wanted.direction,
            first_frame=await asyncio.to_thread(_picture_size, pictures[0]) if "first_frame" in files else None,
        )
        return {**order, "id": entry.prediction.id}

    def _found(self, addresses: Sequence[str]) -> list[Stored]:
        found = [self._shelf.behind(address) for address in addresses]
        if not all(found):
            raise Failure(wire.UNREACHABLE_MEDIA, "a file of the request was never uploaded to this server")
        return [stored for stored in found if stored]

    async def _can(self, entry: Entry, order: Mapping[str, Any]) -> str:
        entry.change(status="processing")
        stored = await self._canned.clip(order, {"request": entry.request, "number": entry.number})
        name = self._shelf.blank(".mp4").name
        self._shelf.put(name, stored)
        return name

    async def _film(self, entry: Entry, order: Mapping[str, Any], longest_s: float) -> tuple[str, float]:
        path = self._shelf.blank(".mp4")
        took_s = await self._draw(entry, {**order, "output": str(path)}, longest_s)
        return await self._shelf.add(path, "video/mp4"), took_s

    async def _draw(self, entry: Entry, order: Mapping[str, Any], longest_s: float) -> float:
        now = asyncio.get_running_loop().time
        try:
            async with self._workers.one() as worker:
                began = now()
                entry.change(status="processing")
                async with asyncio.timeout(longest_s):
                    wrong = await worker.draw(order)
        except WorkerDied as died:
            raise Failure(wire.INTERNAL, str(died)) from died
        except TimeoutError:
            raise Failure(wire.TIMED_OUT, f"the clip was not drawn within {longest_s} s") from None
        if wrong:
            raise Failure(wire.FAILED, wrong)
        return now() - began

    async def _draw_card(self, order: Mapping[str, Any]) -> None:
        try:
            async with self._workers.one() as worker:
                wrong = await worker.draw(order)
        except WorkerDied as died:
            raise Failure(wire.INTERNAL, str(died)) from died
        if wrong:
            raise Failure(wire.FAILED, wrong)


def _picture_size(path: Path) -> tuple[int, int]:
    """Width and height of an uploaded picture, in pixels."""
    try:
        facts = media.inspect(path, "image")
    except MediaError as error:
        raise Failure(wire.INVALID, f"the first frame can't be used: {error.reason}") from error
    return facts.width, facts.height
