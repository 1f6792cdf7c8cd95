"""Steps that are taken to their end, and errors that become values for those who wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from pipeline.errors import StoreError, StoryreelError

_T = TypeVar("_T")


async def whole(step: Callable[..., _T], *words: object) -> _T:
    """Take a step of the store to its end, also when the run is being stopped: an id not written down is money lost."""
    return await to_its_end(asyncio.to_thread(step, *words))


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
