"""Signals come in; whatever asks the process to end stops its work as Ctrl-C does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType


@contextmanager
def gently() -> Iterator[None]:
    """Whoever asks the process to end, or closes its terminal, stops it as Ctrl-C does: nothing is left uncertain."""
    names = ("SIGTERM", "SIGHUP") if threading.current_thread() is threading.main_thread() else ()
    signals = [signal.Signals[name] for name in names if hasattr(signal, name)]
    mine = [one for one in signals if signal.getsignal(one) is signal.SIG_DFL]  # `nohup` ignores them, and means it
    with _interruptible() if mine else nullcontext():
        for one in mine:
            signal.signal(one, as_interrupt)
        try:
            yield
        finally:
            for one in mine:
                signal.signal(one, signal.SIG_DFL)


def as_interrupt(number: int, frame: FrameType | None) -> None:
    """What Ctrl-C does at this moment: asyncio lets its tasks end, elsewhere KeyboardInterrupt is raised."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):
        raise KeyboardInterrupt
    interrupt(number, frame)


@contextmanager
def _interruptible() -> Iterator[None]:
    """There is a handler of Ctrl-C, which asyncio needs to stop its tasks, also where Ctrl-C itself is ignored."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN or not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # In the background of a shell script: it stays unheard, blocked instead of ignored.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
