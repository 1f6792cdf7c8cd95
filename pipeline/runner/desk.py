"""What a run works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.catalog import Model
from pipeline.client import Client
from pipeline.errors import GenerationError
from pipeline.plan import Order
from pipeline.runner.orderly import to_its_end
from pipeline.runner.steps import Step
from pipeline.store import Attempt, Gate, Home, Intent, Store
from pipeline.take import Take

_T = TypeVar("_T")
LARGEST_CLIP = 2 << 30  # bytes


class Counter:
    """Where paid orders wait for their turn: one at a time asks the gate, the others stand in line behind it."""

    def __init__(self, gate: Gate, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.gate = gate
        self._sleep = sleep
        self._turn = asyncio.Lock()
        # Of its own: who waits in line for a place would keep those who have theirs from using it, for ever.
        self._turn_again = asyncio.Lock()
        self._freed = asyncio.Event()
        self._line = 0  # how many stand in line
        self._over: list[Home] = []  # of jobs that have ended, of which the gate was not told yet
        # A hand of its own: behind clips that are examined every submission would wait.
        self._hand = ThreadPoolExecutor(1)
        self.stopped: GenerationError | None = None  # why nothing more can be bought, for those who stand in line too

    async def begin(self, home: Home, intent: Intent, longest_s: float, waits: Callable[[float], object]) -> Attempt:
        """The attempt, as soon as its intent may stand in the store. Raises OverBudget, and what stopped the run."""
        self._line += 1
        try:
            async with self._turn:
                return await self._begun(home, intent, longest_s, waits)
        finally:
            self._line -= 1
            await self._told()

    async def _begun(self, home: Home, intent: Intent, longest_s: float, waits: Callable[[float], object]) -> Attempt:
        while True:
            if self.stopped:
                raise self.stopped
            self._freed.clear()
            over, self._over = self._over, []
            answer = await self._do(self.gate.begin, home, intent, longest_s, over)
            if isinstance(answer, Attempt):
                return answer
            waits(answer)
            await self._look_again(answer)

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
        if self._over and not self._line:
            over, self._over = self._over, []
            await self._do(self.gate.ended, *over)

    async def turned_away(self, home: Home, attempt: Attempt, error: GenerationError) -> None:
        """The API took no request for the attempt, which ends."""
        await self._do(self.gate.turned_away, home, attempt, error.code, error.message)
        self._freed.set()

    async def accepted(self) -> None:
        """The API took a submission."""
        if not self.gate.calm:
            await self._do(self.gate.accepted)

    async def closed(self, asked_s: float | None) -> None:
        """The API said "too many requests": nobody sends anything for so long."""
        await self._do(self.gate.closed, asked_s)

    async def _do(self, step: Callable[..., _T], *words: object) -> _T:
        return await to_its_end(_in(self._hand, step, *words))

    async def _look_again(self, wait_s: float) -> None:
        """Waits so long, or until a place becomes free."""
        sleeping = asyncio.ensure_future(self._sleep(wait_s))
        freed = asyncio.ensure_future(self._freed.wait())
        try:
            await asyncio.wait({sleeping, freed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            freed.cancel()


async def _in(hand: ThreadPoolExecutor, step: Callable[..., _T], *words: object) -> _T:
    return await asyncio.get_running_loop().run_in_executor(hand, partial(step, *words))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run works with."""

    client: Client
    store: Store
    outputs: Path  # the folder that homes are relative to
    home: Callable[[Order], str]  # where the clip of an order lives
    locate: Callable[[str], Path]  # a reference as the storyboard writes it -> its file
    storyboard: str  # its name; written down with each attempt
    models: Mapping[str, Model]  # those there are, by id
    limit: int  # orders at a time
    tell: Callable[[Step], object]
    origin: str = ""  # of the endpoint that is paid; "" for a rehearsal
    counter: Counter | None = None  # None for a rehearsal
    settle: str = ""  # the command line that settles an attempt, up to the name of the shot
    kept: Callable[[Order, Take], object] = lambda _order, _take: None  # called as each take lands
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
