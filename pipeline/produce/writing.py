"""Takes land, and the lock beside the storyboard says so: soon after each, and once more at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from pipeline import wire
from pipeline.lock import Lock, Use
from pipeline.plain import digest_of
from pipeline.plan import Order, Plan, sources, uses
from pipeline.produce.reading import Film
from pipeline.take import Paid, Take

_PAUSE_S = 0.5  # between two writings at least
_SHARE = 10  # and this many times as long as one takes


class Scribe:
    """Writes each take into the lock as it lands. An asynchronous context: at its end everything is written."""

    def __init__(self, film: Film, plan: Plan) -> None:
        self._file, self._plan = film.lock_file, plan
        self._landed: list[tuple[Order, Take]] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._writing = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writing.cancel()
        await asyncio.wait({self._writing})
        self._write()

    def kept(self, order: Order, take: Take) -> None:
        """A take has landed."""
        self._landed.append((order, take))
        self._news.set()

    async def _write_on(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            began = time.monotonic()
            await asyncio.shield(asyncio.to_thread(self._write))
            await asyncio.sleep(max(_PAUSE_S, _SHARE * (time.monotonic() - began)))

    def _write(self) -> None:
        landed, self._landed = self._landed, []
        if landed:
            self._file.update(lambda lock: self._with(lock, landed))

    def _with(self, lock: Lock, landed: list[tuple[Order, Take]]) -> Lock:
        origin = self._plan.origin
        takes = [(_paid(order, take), wire.as_digested(order.request)) for order, take in landed]
        lines = {}
        for order, take in landed:
            variant = "" if lock.own_use(origin, order.shot, "") is None else order.variant
            known, used = lock.own_use(origin, order.shot, variant), lock.use(origin, order.shot, order.variant)
            if used and (used.wanted, used.digest, used.number) == (order.wanted, take.digest, take.number):
                continue  # it was only fetched
            if not order.extra and (known is None or (known.digest, known.number) != (take.digest, take.number)):
                lines[order.shot, variant] = Use(order.wanted, take.digest, take.number)
        made_from = sources(self._plan, (take.digest for _, take in landed))
        return lock.with_takes(origin, takes).with_sources(origin, made_from).with_uses(origin, lines)


def brought_up_to_date(film: Film, plan: Plan) -> None:
    """Writes into the lock whatever the store has and it lacks: takes, their requests, and which shot uses which."""
    missing, lost, news = tuple(_unwritten(film, plan)), dict(_lost(film, plan)), uses(plan)
    if missing or lost or news:
        made_from = sources(plan, (paid.digest for paid, _ in missing))
        film.lock_file.update(
            lambda lock: (
                lock.with_requests(plan.origin, lost)
                .with_takes(plan.origin, missing)
                .with_sources(plan.origin, made_from)
                .with_uses(plan.origin, news)
            )
        )


def _unwritten(film: Film, plan: Plan) -> Iterable[tuple[Paid, dict[str, object]]]:
    """Takes that this board uses and its lock does not know, with their requests."""
    known = plan.lock.takes(plan.origin, plan.view.takes)
    for digest, takes in plan.view.takes.items():
        written = {paid.number for paid in known.get(digest, ())}
        for take in takes:
            intent = film.store.intent_of(take.home) if take.number not in written else None
            if intent:
                yield (
                    Paid(digest, take.number, take.prediction, intent.price_usd, take.clip.sha256, intent.shot),
                    dict(intent.request),
                )


def _lost(film: Film, plan: Plan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The requests that stood in the lock, behind takes that it knows, and do not any more."""
    known = plan.lock.takes(plan.origin, plan.view.takes)
    for digest in plan.lock.without_request(plan.origin, known):
        intent = film.store.intent_of(plan.view.takes[digest][0].home)
        if intent and digest_of(intent.request) == digest:
            yield digest, intent.request


def _paid(order: Order, take: Take) -> Paid:
    price = order.absent.price_usd if order.absent else order.price.usd if order.price else None
    return Paid(take.digest, take.number, take.prediction, price, take.clip.sha256, order.shot)
