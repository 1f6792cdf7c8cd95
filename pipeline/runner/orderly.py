"""Steps that are taken to their end, and errors that become values for those who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from pipeline.errors import StoreError, StoryreelError

_T = TypeVar("_T")


class Hand:
    """Takes the steps of the store, one after the other.

    Several at once would be slower: each calls the system a dozen times, and after each call they and the loop wait for
    one another until one of them has the interpreter.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def whole(self, step: Callable[..., _T], *words: object) -> _T:
        """Take a step to its end, also when the run is being stopped: an id not written down is money lost."""
        return await to_its_end(self.take(step, *words))

    async def take(self, step: Callable[..., _T], *words: object) -> _T:
        """Take a step in its turn."""
        in_context = partial(copy_context().run, step, *words)
        return await asyncio.get_running_loop().run_in_executor(self._thread, in_context)


async def to_its_end(work: Coroutine[Any, Any, _T]) -> _T:
    """What the work comes to. It is not broken off when the run is being stopped, only what follows it is.

    The error that it came to then is the cause of the CancelledError.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError as stopped:
        await asyncio.wait({task})
        raise stopped from (None if task.cancelled() else task.exception())


async def settled(work: Coroutine[Any, Any, _T]) -> _T | StoryreelError:
    """The outcome of some work as a value, so that a failure reaches those who need it and nobody else."""
    try:
        return await work
    except (StoryreelError, OSError) as error:
        return mendable(error)


def mendable(error: StoryreelError | OSError) -> StoryreelError:
    """The error as one that the user can mend: a file that went away or a full disk is no bug of ours."""
    if isinstance(error, StoryreelError):
        return error
    where = f"{error.filename}: " if error.filename else ""
    return StoreError(f"{where}{error.strerror or error}", hint="mend that and run the command again")
