"""Loops in which a run waits for many things at once, and which end when the run is asked to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import Any, TypeVar

from pipeline.halting import LOOK_S, Halt, current

_T = TypeVar("_T")


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """What the work comes to in a loop of its own, also where a loop runs in this thread already (a notebook).

    Raises KeyboardInterrupt, after the work has come to its orderly end, where the run was asked to end.
    """
    if _loop_runs_here():
        return _beside(work)
    halt = current()
    if halt is None:
        return asyncio.run(work)
    try:
        return asyncio.run(_cancellable(work, halt))
    except asyncio.CancelledError:
        if halt.asked:
            raise KeyboardInterrupt from None
        raise


def _loop_runs_here() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def _cancellable(work: Coroutine[Any, Any, _T], halt: Halt) -> _T:
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    with halt.cancelling(lambda: loop.call_soon_threadsafe(task.cancel)):
        return await task


def _beside(work: Coroutine[Any, Any, _T]) -> _T:
    """The same in a thread of its own, for which this one waits."""
    halt, outcome = Halt(), Future[_T]()

    def there() -> None:
        try:
            with halt.over():
                outcome.set_result(run(work))
        except BaseException as error:  # noqa: BLE001 - raised again where somebody waits for it
            outcome.set_exception(error)

    thread = threading.Thread(target=copy_context().run, args=(there,), name="storyreel-loop")
    thread.start()
    try:
        # Not for the thread: interrupted, Python 3.11 takes it for one that has ended.
        while wait((outcome,), LOOK_S).not_done:
            pass  # an interrupt that comes just before is seen when the wait ends
    except KeyboardInterrupt:
        halt.ask()
        wait((outcome,))
        raise
    finally:
        if outcome.done():
            thread.join()
    return outcome.result()
