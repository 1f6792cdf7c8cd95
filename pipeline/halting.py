"""A run can be asked to end from another thread, and ends as by Ctrl-C: its loops are cancelled, and what else it does
looks now and then whether it was asked.

Like Ctrl-C, that reaches whatever the run is doing, so it is not handed from one function to the next.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


def current() -> Halt | None:
    """What asks the run to end that does this; None where nothing can."""
    return _HALT.get()


def look() -> None:
    """Raises KeyboardInterrupt where the run that does this was asked to end."""
    halt = current()
    if halt and halt.asked:
        raise KeyboardInterrupt
