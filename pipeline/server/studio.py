"""Accepted requests become predictions that run to their end; the studio knows them all and owns workers and files."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from pipeline import wire
from pipeline.catalog import Model
from pipeline.previs.workers import Workers
from pipeline.server import prices, request
from pipeline.server.account import Account
from pipeline.server.conduct import REHEARSAL, Conduct
from pipeline.server.faults import Chance
from pipeline.server.faults.telling import shaped
from pipeline.server.ledger import Entry, Ledger
from pipeline.server.making import Commission, Failure, Maker
from pipeline.server.shelf import Shelf
from pipeline.server.webhooks import Webhooks
from pipeline.wire import Prediction, Quote

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a studio is made from."""

    folder: Path  # its files lie in a temporary folder below this one
    workers: int  # processes at most
    command: tuple[str, ...]  # that starts a worker
    begun: Workers | None  # processes that are there already; whoever began them ends them
    clock: Callable[[], datetime]  # the time of day, with its zone
    conduct: Conduct = REHEARSAL
    seconds: Callable[[], float] = time.monotonic  # a clock that is never set


class Studio:
    """The predictions of one run of the server. An asynchronous context: when it ends, so do its workers and files."""

    def __init__(self, setup: SetUp) -> None:
        self._setup = setup
        self.conduct = setup.conduct
        self.ledger = Ledger()
        self.account = Account(setup.conduct, self.ledger, setup.seconds, self.now)
        self.chance = Chance(setup.conduct.seed, setup.conduct.faults, self.ledger.struck, setup.seconds)
        self._ahead = timedelta(seconds=setup.conduct.clock_skew_s + self.chance.clock_error_s())
        self.webhooks = Webhooks(self.now)
        self._open = AsyncExitStack()
        self._running: dict[str, asyncio.Task[None]] = {}  # by id of the prediction

    async def __aenter__(self) -> Self:
        self._setup.folder.mkdir(parents=True, exist_ok=True)
        home = TemporaryDirectory(prefix="serve-", dir=self._setup.folder, ignore_cleanup_errors=True)
        folder = Path(self._open.enter_context(home))
        self.shelf = Shelf(folder, self._setup.seconds, self.conduct.retention_s)
        workers = self._setup.begun
        if workers is None:
            workers = Workers(self._setup.workers, self._setup.command)
            await self._open.enter_async_context(workers)
        self._open.push_async_callback(self.webhooks.close)
        self._maker = Maker(self.conduct, self.shelf, workers)
        self._open.push_async_callback(self._maker.close)
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
        return self._setup.clock().astimezone(UTC) + self._ahead

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
        full = _cents(await prices.list_price(self.shelf, model, inputs) * self.conduct.price_rate)
        return Quote(_cents(full * self.conduct.discount_rate), full)

    async def begin(self, wanted: Commission) -> Entry:
        """A new prediction, as created; it goes on by itself. Raises Refusal where the account does not allow it."""
        usd = (await self.quote(wanted.model, wanted.inputs)).usd if self.conduct.charges else Decimal(0)
        # From here to the acceptance nothing may wait: two submissions must not both fit into the last place.
        self.account.admit(usd)
        created = self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        prediction = Prediction(secrets.token_hex(16), wanted.model.id, "created", created_at=created)
        prompt = str(wanted.inputs.get(wanted.model.dialect.get("prompt", ""), ""))
        entry = Entry(prediction, self._digest(wanted), wanted.sent, usd, self._setup.clock())
        entry.prompt, entry.webhook, entry.hosts = prompt, wanted.webhook, wanted.hosts
        entry.fates = self.chance.fates(prompt)
        self.account.accept(entry)
        task = asyncio.create_task(self._make(entry, wanted))
        self._running[prediction.id] = task
        task.add_done_callback(lambda ended: self._end(entry, ended))
        return entry

    def readdress(self, entry: Entry, name: str) -> None:
        """Give the clip of that name another one, which the next GET of the prediction tells."""
        fresh = self.shelf.move(name)
        self.ledger.files[fresh] = self.ledger.files.pop(name)
        entry.change(outputs=tuple(fresh if output == name else output for output in entry.prediction.outputs))

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
            entry.change(status="failed", code=error.code, error=error.message)
        elif error:
            _log.error("a bug in a prediction", exc_info=error)
            entry.change(status="failed", code=wire.INTERNAL, error="internal error")
        self.account.end()
        if self.conduct.refund_delay_s:
            asyncio.get_running_loop().call_later(self.conduct.refund_delay_s, self.account.refund, entry)
        else:
            self.account.refund(entry)
        if entry.webhook:
            told = shaped(entry.fates, entry.data(entry.hosts))
            self.webhooks.send(entry.webhook, {**told, "input": entry.inputs, "has_nsfw_contents": []})

    async def _make(self, entry: Entry, wanted: Commission) -> None:
        async with self.account.places:
            name, took_s = await self._maker.make(entry, wanted)
        self.ledger.files[name] = entry
        entry.change(status="completed", outputs=(name,), inference_ms=round(took_s * 1000))


def _cents(usd: Decimal) -> Decimal:
    """Dollars to the millionth, with cents at least."""
    return usd.quantize(Decimal("0.000001")).normalize() + Decimal("0.00")
