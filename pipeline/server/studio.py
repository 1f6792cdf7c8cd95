"""Accepted requests become predictions that run to their end; the studio knows them all and owns workers and files."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from pipeline import media, wire
from pipeline.catalog import Model
from pipeline.errors import MediaError
from pipeline.server import request
from pipeline.server.shelf import Shelf, Stored
from pipeline.server.workers import WorkerDied, Workers
from pipeline.wire import Prediction

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a studio is made from."""

    folder: Path  # its files lie in a temporary folder below this one
    workers: int  # processes at most
    command: tuple[str, ...]  # that starts a worker
    clock: Callable[[], datetime]  # the time of day, with its zone


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
        self._open = AsyncExitStack()
        self._predictions: dict[str, Prediction] = {}  # outputs are names on the shelf
        self._running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._setup.folder.mkdir(parents=True, exist_ok=True)
        home = TemporaryDirectory(prefix="serve-", dir=self._setup.folder, ignore_cleanup_errors=True)
        self.shelf = Shelf(Path(self._open.enter_context(home)))
        self._workers = Workers(self._setup.workers, self._setup.command)
        self._open.push_async_callback(self._workers.close)
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
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._open.aclose()

    def find(self, prediction: str) -> Prediction | None:
        """The prediction of that id as it stands."""
        return self._predictions.get(prediction)

    def begin(self, model: Model, inputs: Mapping[str, Any], direction: Mapping[str, Any] | None) -> Prediction:
        """A new prediction, as created; it goes on by itself."""
        now = self._setup.clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        prediction = Prediction(secrets.token_hex(16), model.id, "created", created_at=now)
        self._predictions[prediction.id] = prediction
        task = asyncio.create_task(self._make(prediction.id, model, inputs, direction))
        self._running.add(task)
        task.add_done_callback(lambda ended: self._end(prediction.id, ended))
        return prediction

    def _end(self, prediction: str, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Failure):
            self._change(prediction, status="failed", code=error.code, error=error.message)
        elif error:
            _log.error("a bug in a prediction", exc_info=error)
            self._change(prediction, status="failed", code=wire.INTERNAL, error="internal error")

    async def _make(
        self, prediction: str, model: Model, inputs: Mapping[str, Any], direction: Mapping[str, Any] | None
    ) -> None:
        files = {word: self._found(addresses) for word, addresses in request.media_of(model, inputs)}
        hashes = {address: stored.sha256 for found in files.values() for address, stored in found}
        pictures = [stored.path for word in ("first_frame", "images") for _, stored in files.get(word, ())]
        order = request.order(
            model,
            inputs,
            seed=request.seed(model, inputs, hashes),
            images=pictures,
            direction=direction,
            first_frame=await asyncio.to_thread(_picture_size, pictures[0]) if "first_frame" in files else None,
        )
        path = self.shelf.blank(".mp4")
        took_s = await self._draw(prediction, {**order, "id": prediction, "output": str(path)}, model.longest_s)
        name = await self.shelf.add(path, "video/mp4")
        self._change(prediction, status="completed", outputs=(name,), inference_ms=round(took_s * 1000))

    def _found(self, addresses: Sequence[str]) -> list[tuple[str, Stored]]:
        found = [(address, self.shelf.behind(address)) for address in addresses]
        if not all(stored for _, stored in found):
            raise Failure(wire.UNREACHABLE_MEDIA, "a file of the request was never uploaded to this server")
        return [(address, stored) for address, stored in found if stored]

    async def _draw(self, prediction: str, order: Mapping[str, Any], longest_s: float) -> float:
        now = asyncio.get_running_loop().time
        try:
            async with self._workers.one() as worker:
                began = now()
                self._change(prediction, status="processing")
                async with asyncio.timeout(longest_s):
                    wrong = await worker.draw(order)
        except WorkerDied as died:
            raise Failure(wire.INTERNAL, str(died)) from died
        except TimeoutError:
            raise Failure(wire.TIMED_OUT, f"the clip was not drawn within {longest_s} s") from None
        if wrong:
            raise Failure(wire.FAILED, wrong)
        return now() - began

    def _change(self, prediction: str, **change: Any) -> None:
        self._predictions[prediction] = replace(self._predictions[prediction], **change)


def _picture_size(path: Path) -> tuple[int, int]:
    """Width and height of an uploaded picture, in pixels."""
    try:
        facts = media.inspect(path, "image")
    except MediaError as error:
        raise Failure(wire.INVALID, f"the first frame can't be used: {error.reason}") from error
    return facts.width, facts.height
