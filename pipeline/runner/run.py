"""Every order in its turn: after what it continues from, after its pilot, one process at a time, as the limits allow.

Each step is in the store before the next one is taken. One shot that fails stops nobody but those that go on from it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from pipeline.errors import GenerationError, Held, KeyRefused, OutOfCredit, RefusedByApi, StoryreelError
from pipeline.plan import Order
from pipeline.runner.desk import Desk
from pipeline.runner.fetching import Fetcher
from pipeline.runner.orderly import mendable
from pipeline.runner.refusals import with_next_step
from pipeline.runner.sending import Sender
from pipeline.runner.telling import Teller
from pipeline.runner.uploads import Bodies
from pipeline.store import Busy, Home
from pipeline.take import Take
from pipeline.wire import MODERATED, UNREACHABLE_MEDIA, FrameRef

_NEIGHBOUR_S = 0.2  # seconds between two looks whether a neighbour has finished the same clip


async def generate(
    orders: Iterable[Order], kept: Mapping[str, Path], desk: Desk
) -> Mapping[str, Take | StoryreelError]:
    """Make every order's clip; by its key the take, or why there is none.

    Orders that others continue from come first. `kept` holds the clips of footage that needs no order, by key.
    """
    async with asyncio.TaskGroup() as group:
        run = _Run(desk, kept, group)
        for order in orders:
            tell = run.teller(order)
            tell.waiting()
            run.tasks[order.key] = group.create_task(run.outcome(order, tell))
    return {key: task.result() for key, task in run.tasks.items()}


class _Run:
    def __init__(self, desk: Desk, kept: Mapping[str, Path], group: asyncio.TaskGroup) -> None:
        self.desk = desk
        self.kept = kept
        self.tasks: dict[str, asyncio.Task[Take | StoryreelError]] = {}
        self.room = asyncio.Semaphore(desk.limit)
        self.bodies = Bodies(desk, group)
        self.sender, self.fetcher = Sender(desk), Fetcher(desk)
        self.stopped: GenerationError | None = None  # nothing more can be bought: no credit, or no such key

    def teller(self, order: Order) -> Teller:
        return Teller(order, self.desk.tell, rehearsal=self.desk.counter is None)

    async def outcome(self, order: Order, tell: Teller) -> Take | StoryreelError:
        try:
            take = await self.made(order, tell)
        except (StoryreelError, OSError) as caught:
            error = mendable(caught)
            if order.fallback and isinstance(error, RefusedByApi) and error.code == MODERATED:
                tell.waiting("refused by moderation; its fallback_prompt is tried")
                return await self.outcome(order.fallback, self.teller(order.fallback))
            error.shot = order.shot
            tell.failed(error)
            return error
        self.desk.kept(order, take)
        tell.kept(take)
        return take

    async def made(self, order: Order, tell: Teller) -> Take:
        clips = {frame: await self.clip(source.key) for frame, source in order.sources.items()}
        if order.pilot:
            await self.after_pilot(order)
        async with self.room:
            return await self.take(order, clips, tell)

    async def clip(self, source: str) -> Path:
        """The file of the footage that an order continues from, once it is there."""
        if source in self.kept:
            return self.kept[source]
        if source not in self.tasks:
            raise GenerationError("the shot it continues from has no take, and none is bought for it now")
        outcome = await asyncio.shield(self.tasks[source])
        if isinstance(outcome, StoryreelError):
            raise GenerationError(f"the shot it continues from has no clip: {outcome.message}")
        return self.desk.outputs / outcome.home / "clip.mp4"

    async def after_pilot(self, order: Order) -> None:
        """Waits for the job of the same shot that goes first. Raises Held where moderation refused it."""
        outcome = await asyncio.shield(self.tasks[order.pilot])
        if isinstance(outcome, RefusedByApi) and outcome.code == MODERATED:
            raise Held(
                "held back, and not paid for: the first job of this shot was refused by moderation",
                hint="change the prompt or the references; or buy it all the same: --only and the name of the shot",
            )

    async def take(self, order: Order, clips: Mapping[FrameRef, Path], tell: Teller) -> Take:
        async with self.home(order) as (home, kept):
            if kept:
                return kept
            if order.absent:
                gone = await self.desk.hand.take(lambda: home.absent)
                fetch = self.fetcher.restored if gone else partial(self.fetcher.adopted, order)
                return await fetch(home, order.absent, tell)
            if self.stopped:
                raise self.stopped
            try:
                attempt = await self.sender.attempt(order, home, partial(self.bodies.of, order, clips), tell)
                return await self.fetcher.taken(order, home, attempt, tell)
            except RefusedByApi as refused:
                self.learn(order, refused)
                raise with_next_step(refused, order) from refused.__cause__

    def learn(self, order: Order, refused: RefusedByApi) -> None:
        """What one refusal says of all that is still to be bought."""
        if isinstance(refused, OutOfCredit | KeyRefused):
            self.stopped = refused
            if self.desk.counter:
                self.desk.counter.stopped = refused
        if refused.code == UNREACHABLE_MEDIA:
            self.bodies.forget(order)

    @asynccontextmanager
    async def home(self, order: Order) -> AsyncIterator[tuple[Home, Take | None]]:
        """The order's home, as soon as no neighbour works in it, and the take in it."""
        buys = self.desk.counter is not None and not order.absent
        while True:
            opened = self.desk.store.open(self.desk.home(order))
            try:
                found = await self.open(opened, buys)
                break
            except Busy:
                await asyncio.sleep(_NEIGHBOUR_S)
        try:
            yield found
        finally:
            opened.__exit__(None, None, None)

    async def open(self, opened: AbstractContextManager[Home], buys: bool) -> tuple[Home, Take | None]:
        """As `_entered`; a home that was opened while the run was stopped is closed again, or it would stay locked."""
        entering = asyncio.ensure_future(self.desk.hand.take(_entered, opened, buys))
        try:
            return await asyncio.shield(entering)
        except asyncio.CancelledError:
            await asyncio.wait({entering})
            if not entering.cancelled() and not entering.exception():
                opened.__exit__(None, None, None)
            raise


def _entered(opened: AbstractContextManager[Home], buys: bool) -> tuple[Home, Take | None]:
    """The home that was opened, all of it looked at in one go, and the take in it; ready for one that `buys`."""
    home = opened.__enter__()
    try:
        take = home.take
        if buys and not take:
            home.prepare()
    except BaseException:
        opened.__exit__(*sys.exc_info())
        raise
    return home, take
