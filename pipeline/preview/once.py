"""Files that are made when they are asked for, each once; and places for those who make them, the newest wish first."""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pipeline.errors import GenerationError


class Once:
    """Files by name. Whoever asks for one that is being made waits for the same."""

    def __init__(self, folder: Path, ending: str, most: int) -> None:
        """Of more files than `most` those go first that were asked for longest ago; they are made again when needed."""
        self._folder, self._ending, self._most = folder, ending, most
        self._number = itertools.count()
        self._made: OrderedDict[str, asyncio.Task[Path]] = OrderedDict()

    async def get(self, name: str, make: Callable[[Path], Awaitable[object]]) -> Path:
        """The file, written by `make` to the path that this is given. Raises what that raises, and forgets it."""
        task = self._made.get(name)
        if task is None:
            task = self._made[name] = asyncio.create_task(self._make(make))
            task.add_done_callback(lambda done: self._forget(name, done))
            self._clear()
        self._made.move_to_end(name)
        try:
            return await asyncio.shield(task)  # who asks no more leaves the others waiting
        except asyncio.CancelledError:
            if task.cancelled():
                raise GenerationError("nothing is made any more: the preview ends") from None
            raise

    def end(self) -> None:
        """Make nothing more."""
        for task in self._made.values():
            task.cancel()

    async def _make(self, make: Callable[[Path], Awaitable[object]]) -> Path:
        target = self._folder / f"{next(self._number)}.{self._ending}"
        await make(target)
        return target

    def _forget(self, name: str, done: asyncio.Task[Path]) -> None:
        if (done.cancelled() or done.exception()) and self._made.get(name) is done:
            del self._made[name]

    def _clear(self) -> None:
        old = [name for name, task in self._made.items() if task.done()][: max(0, len(self._made) - self._most)]
        for name in old:
            self._made.pop(name).result().unlink(missing_ok=True)


class Places:
    """So many may work at a time; of those who wait the last one is the next: it is what somebody looks at now."""

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: list[asyncio.Future[None]] = []
        self._wanted, self._rest = 0, asyncio.Event()
        self._rest.set()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A place, when there is one."""
        self._wanted += 1
        self._rest.clear()
        try:
            if self._free:
                self._free -= 1
            else:
                await self._wait()
            try:
                yield
            finally:
                self._give_back()
        finally:
            self._wanted -= 1
            if not self._wanted:
                self._rest.set()

    async def rest(self, most_s: float) -> None:
        """Wait until nobody works or waits, but no longer than that."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._rest.wait(), most_s)

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()  # it was given and not taken
            raise

    def _give_back(self) -> None:
        while self._waiting:
            turn = self._waiting.pop()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
