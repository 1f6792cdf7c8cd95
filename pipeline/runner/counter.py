"""Paid orders stand in line; those whose turn it is leave with an attempt, their intents on the disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from pipeline.errors import GenerationError
from pipeline.runner.orderly import Hand
from pipeline.store import Attempt, Gate, Home, Intent, Wish

_T = TypeVar("_T")
_TOGETHER = 8  # that ask the gate at once
ASIDE_S = 0.25  # at most, that what is no hurry waits for what is


class Counter:
    """Where paid orders wait for their turn: in one line, and the first ones of it ask the gate together."""

    def __init__(self, gate: Gate, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.gate = gate
        self._sleep = sleep
        # Of its own: who waits in line for a place would keep those who have theirs from using it, for ever.
        self._turn_again = asyncio.Lock()
        self._freed, self._aside = asyncio.Event(), asyncio.Lock()
        self._line: list[_Waiting] = []
        self._serving: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[tuple[list[Attempt | Exception], float]] | None = None  # the gate, the latest time
        self._over: list[Home] = []  # of jobs that have ended, of which the gate was not told yet
        # Hands of its own: behind clips that are examined every submission would wait, and every id, which keeps a
        # place from the next one for as long.
        self._hand, self._pen = Hand(), Hand()
        self.stopped: GenerationError | None = None  # why nothing more can be bought, for those who stand in line too

    async def begin(self, home: Home, intent: Intent, longest_s: float, waits: Callable[[float], object]) -> Attempt:
        """The attempt, as soon as its intent may stand in the store. Raises OverBudget, and what stopped the run."""
        waiting = _Waiting(Wish(home, intent, longest_s), waits, asyncio.get_running_loop().create_future())
        self._line.append(waiting)
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        try:
            answer = await asyncio.shield(waiting.answer)
        except asyncio.CancelledError:
            # At once, or it would be asked for later on and nobody would know of it.
            self._leaves(waiting)
            # What is being written down is written to its end, and whoever wanted it takes it back.
            if self._asking:
                await asyncio.wait({self._asking})
            raise
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _serve(self) -> None:
        """Serves the line until nobody stands in it."""
        try:
            while self._line:
                wait_s = await self._served(self._line[:_TOGETHER])
                if wait_s and self._line:
                    self._line[0].waits(wait_s)
                    await self._look_again(wait_s)
                if not self._line:
                    await self._told()
        except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
            # Where nobody does, it was only about jobs that have ended: who finds no place looks after them.
            while self._line:
                self._answered(self._line[-1], error)

    async def _served(self, first: list[_Waiting]) -> float:
        """Seconds that the others have to wait."""
        self._freed.clear()
        answers: Sequence[Attempt | Exception]
        if self.stopped:
            answers, wait_s = [self.stopped] * len(first), 0.0
        else:
            over, self._over = self._over, []
            wishes = [waiting.wish for waiting in first]
            self._asking = asyncio.ensure_future(self._do(self.gate.begin_each, wishes, over, self._teller(first)))
            try:
                answers, wait_s = await self._asking
            except Exception as error:  # noqa: BLE001 - raised again where somebody waits for it
                answers, wait_s = [error] * len(first), 0.0
        for waiting, answer in zip(first, answers, strict=False):
            self._answered(waiting, answer)
        return wait_s

    def _teller(self, first: list[_Waiting]) -> Callable[[Attempt | Exception], object]:
        """What the gate tells of each: the first is sent while the intent of the next is written down."""
        loop, rest = asyncio.get_running_loop(), iter(first)
        return lambda answer: loop.call_soon_threadsafe(self._answered, next(rest), answer)

    def _answered(self, waiting: _Waiting, answer: Attempt | Exception) -> None:
        self._leaves(waiting)
        if not waiting.answer.done():
            waiting.answer.set_result(answer)

    def _leaves(self, waiting: _Waiting) -> None:
        if waiting in self._line:
            self._line.remove(waiting)

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """For what would hold up those who are to be sent: one at a time, and for a while not beside the gate."""
        async with self._aside:
            now = asyncio.get_running_loop().time
            until = now() + ASIDE_S
            while self._asking and not self._asking.done() and (left_s := until - now()) > 0:
                await asyncio.wait({self._asking}, timeout=left_s)
                await asyncio.sleep(0)  # for who stands in line to ask it next
            yield

    async def again(self) -> None:
        """Comes back when what the API turned away by rule may be sent once more."""
        async with self._turn_again:
            while wait_s := await self._do(self.gate.again):
                await self._sleep(wait_s)

    async def ended(self, home: Home) -> None:
        """The attempt runs no longer at the API. The gate hears of it together with whoever stands in line next."""
        self._over.append(home)
        self._freed.set()
        await self._told()

    async def _told(self) -> None:
        if self._over and (self._serving is None or self._serving.done() or not self._line):
            over, self._over = self._over, []
            await self._do(self.gate.ended, *over)

    async def turned_away(self, home: Home, attempt: Attempt, error: GenerationError) -> None:
        """The API took no request for the attempt, which ends."""
        await self._do(self.gate.turned_away, home, attempt, error.code, error.message)
        self._freed.set()

    async def accepted(self, attempt: Attempt, prediction: str) -> None:
        """The API took a submission, and gave it this id, which is on the disk before anything else is done."""
        await self._pen.whole(attempt.submitted, prediction)
        if not self.gate.calm:
            await self._do(self.gate.accepted)

    async def closed(self, asked_s: float | None) -> None:
        """The API said "too many requests": nobody sends anything for so long."""
        await self._do(self.gate.closed, asked_s)

    async def _do(self, step: Callable[..., _T], *words: object) -> _T:
        return await self._hand.whole(step, *words)

    async def _look_again(self, wait_s: float) -> None:
        """Waits so long, or until a place becomes free."""
        sleeping = asyncio.ensure_future(self._sleep(wait_s))
        freed = asyncio.ensure_future(self._freed.wait())
        try:
            await asyncio.wait({sleeping, freed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            freed.cancel()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """Somebody who stands in line."""

    wish: Wish
    waits: Callable[[float], object]  # is told how many seconds, each time that the gate was asked in vain
    answer: asyncio.Future[Attempt | Exception]
