"""An approved Offer becomes takes, each bought once and written into the lock, and what the API's bills say of them."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path

from pipeline import runner, settings
from pipeline.client import Client, Endpoint
from pipeline.errors import StoryreelError
from pipeline.plan import Order, Plan, Purchase
from pipeline.produce.billing import billed
from pipeline.produce.events import Tell
from pipeline.produce.offering import Offer
from pipeline.produce.reading import Film, now
from pipeline.produce.writing import Scribe
from pipeline.store import Gate, Store, take_home
from pipeline.take import Take

Connect = Callable[[Endpoint], Client]
Sleep = Callable[[float], Awaitable[None]]
_HANDS = 4  # threads for names to be resolved and files to be read; the store has one of its own
_AHEAD = 4  # orders at work beyond those that may be open: they upload, download and are kept
_SPARE_FILES = 150  # file descriptors that are not for orders, of which each holds a lock and a connection


async def buy(
    offer: Offer,
    gate: Gate,
    endpoint: Endpoint,
    connect: Connect,
    sleep: Sleep,
    tell: Tell,
    landed: Callable[[Take], object],
) -> tuple[Mapping[str, Take | StoryreelError], Decimal | None]:
    """What each order came to, by its key, and the US dollars that the API's bills say of it; None: it did not tell.

    `gate` counts what is open and what is spent; `tell` hears of every step, `landed` of every take. Raises StoreError
    for a damaged take that an order continues from, before anything is bought.
    """
    film, bought = offer.film, offer.purchase
    began = now()
    outputs, origin = film.project.outputs, offer.plan.origin
    there = _there(offer.plan, bought, outputs, film.store)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_HANDS))
    async with connect(endpoint) as client, Scribe(film, offer.plan) as scribe:

        def kept(order: Order, take: Take) -> None:
            scribe.kept(order, take)
            landed(take)

        desk = runner.Desk(
            client,
            film.store,
            outputs,
            partial(_home, origin),
            film.locate,
            film.board.name,
            film.project.models,
            _at_work(film),
            tell,
            origin,
            runner.Counter(gate, sleep),
            f"storyreel status {shlex.quote(str(film.file))} --settle",
            kept,
            sleep,
        )
        made = await runner.generate(bought.orders.values(), there, desk)
        fetched = frozenset(order.absent.prediction for order in bought.orders.values() if order.absent)
        return made, await billed(client, film, origin, began, fetched)


def _there(plan: Plan, bought: Purchase, outputs: Path, store: Store) -> Mapping[str, Path]:
    """The clips of takes that are kept, by the keys that orders continue from. Raises StoreError for a damaged one."""
    keys = {source.key for order in bought.orders.values() for source in order.sources.values()} - bought.orders.keys()
    kept = {f"take:{take.digest}:{take.number}": take for takes in plan.view.takes.values() for take in takes}
    there = [key for key in keys if key in kept]
    for key in there:
        store.verify(kept[key])  # a frame out of another film would be paid for
    return {key: outputs / kept[key].home / "clip.mp4" for key in there}


def _home(origin: str, order: Order) -> str:
    _, digest, number = order.key.split(":")
    return take_home(origin, digest, int(number))


def _at_work(film: Film) -> int:
    """Orders at a time: more than may be open, and no more than there are file descriptors for."""
    most = settings.TIERS[film.project.tier][1]
    wanted = 2 * min(most, film.project.concurrency or most) + _AHEAD
    try:
        import resource  # not on Windows, whose limit is another one

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft < hard:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        files = hard
    except (ImportError, OSError, ValueError):
        files = 512
    return max(2, min(wanted, (files - _SPARE_FILES) // 3))
