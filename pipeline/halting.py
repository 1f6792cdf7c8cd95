"""A run can be asked to end from another thread, and ends as by Ctrl-C: its loops are cancelled, and what else it does
looks now and then whether it was asked.

Like Ctrl-C, that reaches whatever the run is doing, so it is not handed from one function to the next.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any, TypeVar

_T = TypeVar("_T")
LOOK_S = 0.2  # seconds between two looks of what waits for something else


class Halt:
    """The wish that a run ends."""

    def __init__(self) -> None:
        self._guard = threading.RLock()  # whatever is thrown away may ask, at any moment
        self._asked = False
        self._loops: list[Callable[[], object]] = []  # what cancels those that run

    @property
    def asked(self) -> bool:
        """Whether it is to end."""
        return self._asked

    def ask(self) -> None:
        """Let the run end, from whatever thread. To ask once more changes nothing."""
        with self._guard:
            loops = () if self._asked else tuple(self._loops)
            self._asked = True
            for cancel in loops:
                cancel()

    @contextmanager
    def over(self) -> Iterator[None]:
        """What is done in here, in this thread, can be asked to end."""
        token = _HALT.set(self)
        try:
            yield
        finally:
            _HALT.reset(token)

    @contextmanager
    def cancelling(self, cancel: Callable[[], object]) -> Iterator[None]:
        """Has `cancel` called, from whatever thread, where the run is asked to end in here, or was before."""
        with self._guard:
            self._loops.append(cancel)
            if self._asked:
                cancel()
        try:
            yield
        finally:
            with self._guard:
                self._loops.remove(cancel)


_HALT: ContextVar[Halt | None] = ContextVar("halt", default=None)


def look() -> None:
    """Raises KeyboardInterrupt where the run that does this was asked to end."""
    halt = _HALT.get()
    if halt and halt.asked:
        raise KeyboardInterrupt


def run(work: Coroutine[Any, Any, _T]) -> _T:
    """What the work comes to in a loop of its own, also where a loop runs in this thread already (a notebook).

    Raises KeyboardInterrupt, after the work has come to its orderly end, where the run was asked to end.
    """
    if _loop_runs_here():
        return _beside(work)
    halt = _HALT.get()
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
