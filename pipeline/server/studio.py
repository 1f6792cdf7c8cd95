"""Accepted requests become predictions that run to their end; the studio knows them all and owns workers and files."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from pipeline import media, wire
from pipeline.catalog import Model
from pipeline.errors import MediaError
from pipeline.server import prices, request
from pipeline.server.account import Account
from pipeline.server.canned import Canned
from pipeline.server.conduct import REHEARSAL, Conduct
from pipeline.server.faults import Chance
from pipeline.server.ledger import Entry, Ledger
from pipeline.server.shelf import Shelf, Stored
from pipeline.server.workers import WorkerDied, Workers
from pipeline.wire import Prediction, Quote

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a studio is made from."""

    folder: Path  # its files lie in a temporary folder below this one
    workers: int  # processes at most
    command: tuple[str, ...]  # that starts a worker
    clock: Callable[[], datetime]  # the time of day, with its zone
    conduct: Conduct = REHEARSAL
    seconds: Callable[[], float] = time.monotonic  # a clock that is never set


@dataclass(frozen=True, slots=True)
class Commission:
    """What somebody wants made."""

    model: Model
    inputs: Mapping[str, Any]  # checked, with every default
    sent: Mapping[str, Any]  # as they came
    direction: Mapping[str, Any] | None = None
    webhook: str = ""  # address that is told of the end


class Failure(Exception):
    """A prediction that ends failed: its business code and what is wrong."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Studio:
    """The predictions of one run of the server. An asynchronous context: when it ends, so do its workers and files."""

    def __init__(self, setup: SetUp) -> None:
        self._setup = setup
        self.conduct = setup.conduct
        self.ledger = Ledger()
        self.account = Account(setup.conduct, self.ledger, setup.seconds, self.now)
        self.chance = Chance(setup.conduct.seed, setup.conduct.faults, self.ledger.struck)
        self._open = AsyncExitStack()
        self._running: dict[str, asyncio.Task[None]] = {}  # by id of the prediction

    async def __aenter__(self) -> Self:
        self._setup.folder.mkdir(parents=True, exist_ok=True)
        home = TemporaryDirectory(prefix="serve-", dir=self._setup.folder, ignore_cleanup_errors=True)
        folder = Path(self._open.enter_context(home))
        self.shelf = Shelf(folder, self._setup.seconds, self.conduct.retention_s)
        self._workers = Workers(self._setup.workers, self._setup.command)
        self._open.push_async_callback(self._workers.close)
        self._canned = Canned(self.shelf.blank, self._draw_card)
        self._open.push_async_callback(self._canned.close)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        closing = asyncio.create_task(self._close())
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing  # nobody else would finish it
            raise

    async def _close(self) -> None:
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._open.aclose()

    def now(self) -> datetime:
        """The time of day that the server tells, in UTC."""
        return self._setup.clock().astimezone(UTC) + timedelta(seconds=self.conduct.clock_skew_s)

    def find(self, prediction: str) -> Entry | None:
        """The submission that has the id; None where there is none, or it is too long ago."""
        entry = self.ledger.entries.get(prediction)
        return entry if entry and self._age_s(entry) < self.conduct.retention_s else None

    def listed(self) -> list[Entry]:
        """What the history shows, newest first."""
        since_s, until_s = self.conduct.history_delay_s, self.conduct.retention_s
        there = (entry for entry in reversed(self.ledger.entries.values()) if not entry.deleted)
        return [entry for entry in there if since_s <= self._age_s(entry) < until_s]

    def _age_s(self, entry: Entry) -> float:
        return (self._setup.clock() - entry.accepted_at).total_seconds()

    async def quote(self, model: Model, inputs: Mapping[str, Any]) -> Quote:
        """What a request would cost."""
        full = await prices.list_price(self.shelf, model, inputs)
        paid = (full * self.conduct.discount_rate).quantize(Decimal("0.000001")).normalize() + Decimal("0.00")
        return Quote(paid, full)

    async def begin(self, wanted: Commission) -> Entry:
        """A new prediction, as created; it goes on by itself. Raises Refusal where the account does not allow it."""
        usd = (await self.quote(wanted.model, wanted.inputs)).usd if self.conduct.charges else Decimal(0)
        # From here to the acceptance nothing may wait: two submissions must not both fit into the last place.
        self.account.admit(usd)
        created = self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        prediction = Prediction(secrets.token_hex(16), wanted.model.id, "created", created_at=created)
        prompt = str(wanted.inputs.get(wanted.model.dialect.get("prompt", ""), ""))
        entry = Entry(prediction, self._digest(wanted), wanted.sent, usd, self._setup.clock())
        entry.prompt, entry.webhook = prompt, wanted.webhook
        self.account.accept(entry)
        task = asyncio.create_task(self._make(entry, wanted))
        self._running[prediction.id] = task
        task.add_done_callback(lambda ended: self._end(entry, ended))
        return entry

    async def ended(self, entry: Entry, within_s: float) -> None:
        """Wait for the end of a prediction, but no longer than that."""
        task = self._running.get(entry.prediction.id)
        if task:
            await asyncio.wait([task], timeout=within_s)

    def _digest(self, wanted: Commission) -> str:
        given = [address for _, addresses in request.media_of(wanted.model, wanted.inputs) for address in addresses]
        found = {address: self.shelf.behind(address) for address in given}
        hashes = {address: stored.sha256 if stored else address for address, stored in found.items()}
        return request.seed(wanted.model, wanted.inputs, hashes)

    def _end(self, entry: Entry, task: asyncio.Task[None]) -> None:
        self._running.pop(entry.prediction.id, None)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Failure):
            _change(entry, status="failed", code=error.code, error=error.message)
        elif error:
            _log.error("a bug in a prediction", exc_info=error)
            _change(entry, status="failed", code=wire.INTERNAL, error="internal error")
        self.account.end(entry)

    async def _make(self, entry: Entry, wanted: Commission) -> None:
        began = asyncio.get_running_loop().time()
        order = await self._order(entry, wanted)
        if self.conduct.clips == "canned":
            name = await self._serve_canned(entry, order)
            took_s = 0.0
        else:
            path = self.shelf.blank(".mp4")
            took_s = await self._draw(entry, {**order, "output": str(path)}, wanted.model.longest_s)
            name = await self.shelf.add(path, "video/mp4")
        if self.conduct.generation_s is not None:
            took_s = self.conduct.generation_s
            await asyncio.sleep(began + took_s - asyncio.get_running_loop().time())
        self.ledger.files[name] = entry
        _change(entry, status="completed", outputs=(name,), inference_ms=round(took_s * 1000))

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
        found = [self.shelf.behind(address) for address in addresses]
        if not all(found):
            raise Failure(wire.UNREACHABLE_MEDIA, "a file of the request was never uploaded to this server")
        return [stored for stored in found if stored]

    async def _serve_canned(self, entry: Entry, order: Mapping[str, Any]) -> str:
        _change(entry, status="processing")
        stored = await self._canned.clip(order, {"request": entry.request, "number": entry.number})
        name = self.shelf.blank(".mp4").name
        self.shelf.put(name, stored)
        return name

    async def _draw(self, entry: Entry, order: Mapping[str, Any], longest_s: float) -> float:
        now = asyncio.get_running_loop().time
        try:
            async with self._workers.one() as worker:
                began = now()
                _change(entry, status="processing")
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


def _change(entry: Entry, **change: Any) -> None:
    entry.prediction = replace(entry.prediction, **change)


def _picture_size(path: Path) -> tuple[int, int]:
    """Width and height of an uploaded picture, in pixels."""
    try:
        facts = media.inspect(path, "image")
    except MediaError as error:
        raise Failure(wire.INVALID, f"the first frame can't be used: {error.reason}") from error
    return facts.width, facts.height
