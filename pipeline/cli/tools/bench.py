"""Work comes in from another thread and is done on the main one, a piece at a time, each stopped as by Ctrl-C.

Only the main thread hears of signals, and only by them does asyncio let a run come to its orderly end, or is the
drawing of a cut broken off. So the verbs that write run here, just as they do on the command line.
"""

from __future__ import annotations

import _thread
import queue
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Generic, TypeVar

from pipeline.cli import stopping

_T = TypeVar("_T")
_PAUSE_S = 0.05  # between two strikes
# The bench's own signal, by which it stops its work: nobody else sends it.
_STRIKE = signal.Signals[next(name for name in ("SIGUSR1", "SIGBREAK") if hasattr(signal, name))]
_ENDING = tuple(signal.Signals[name] for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@dataclass(slots=True, eq=False)
class Piece(Generic[_T]):
    """A piece of work."""

    work: Callable[[], _T]
    done: Callable[[_T | None], object]  # told what it came to; None: it was stopped
    stopped: bool = False  # somebody wants it stopped


class Bench(Generic[_T]):
    """Where pieces are done, in the order in which they come."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[Piece[_T] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._at_work: Piece[_T] | None = None
        self._closing = False
        self._hot = False  # the main thread is in a piece, and has not been interrupted yet
        self._felt = threading.Event()  # it has

    def put(self, piece: Piece[_T]) -> None:
        """Have it done when its turn comes."""
        self._waiting.put(piece)

    def stop(self, piece: Piece[_T]) -> None:
        """It is not begun any more, or stopped as Ctrl-C would stop it."""
        with self._guard:
            piece.stopped = True
            if self._at_work is piece:
                self._strike_until_felt(piece)

    def close(self) -> None:
        """Nothing more will come; what is at work is stopped."""
        with self._guard:
            self._closing = True
            if self._at_work:
                self._at_work.stopped = True
                self._strike_until_felt(self._at_work)
        self._waiting.put(None)

    def _strike_until_felt(self, piece: Piece[_T]) -> None:
        """A signal that comes just before the main thread begins to wait for something is not heard until that came."""
        _strike()

        def again() -> None:
            while not self._felt.wait(_PAUSE_S):
                with self._guard:
                    if self._at_work is not piece or not self._hot:
                        return
                    _strike()

        threading.Thread(target=again, daemon=True).start()

    def work_off(self) -> None:
        """Do what comes until `close`. Raises KeyboardInterrupt where a signal ended it, once the work was stopped."""
        with self._listening():
            while not self._closing and (piece := self._waiting.get()):
                self._do(piece)

    def _do(self, piece: Piece[_T]) -> None:
        with self._guard:
            self._at_work = None if piece.stopped or self._closing else piece
        if not self._at_work:
            piece.done(None)
            return
        outcome = None
        try:
            self._felt.clear()
            self._hot = True
            if piece.stopped or self._closing:  # before a strike could be felt
                raise KeyboardInterrupt
            outcome = piece.work()
        except KeyboardInterrupt:
            self._hot = False
            if not piece.stopped:
                raise  # Ctrl-C, or a signal to end: not this piece alone
        finally:
            self._hot = False
            with self._guard:
                self._at_work = None
        piece.done(outcome)

    @contextmanager
    def _listening(self) -> Iterator[None]:
        before = {one: signal.getsignal(one) for one in (_STRIKE, *_ENDING)}
        signal.signal(_STRIKE, self._struck)
        for one in _ENDING:
            if before[one] is not signal.SIG_IGN:  # `nohup` ignores it, and means it
                signal.signal(one, self._ended)
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)

    def _struck(self, number: int, frame: FrameType | None) -> None:
        # A second interrupt would end at once what is on its way to an orderly end.
        if self._hot:
            self._hot = False
            self._felt.set()
            stopping.as_interrupt(number, frame)

    def _ended(self, number: int, frame: FrameType | None) -> None:
        # A client that closed our input sends this two seconds later, while the work is still coming to its end.
        if not self._closing:
            self._closing = True
            if self._at_work is None:
                raise KeyboardInterrupt
            self._struck(number, frame)


def _strike() -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, _STRIKE)  # it also wakes the thread where it waits
    else:
        _thread.interrupt_main(_STRIKE)
