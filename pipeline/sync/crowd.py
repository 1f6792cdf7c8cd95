"""Transfers enter, of which four run at once, and what each came to leaves; where nobody answers, the rest rests."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from pipeline import halting
from pipeline.errors import SetupError, StoreError, StoryreelError
from pipeline.sync.remotes import Unreachable

AT_ONCE = 4
_GRACE_S = 2.0  # seconds that an interrupted run waits for its transfers to come to their next piece
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Hands:
    """Threads that end with the process: one that waits for a server that does not answer holds up nobody who stops."""

    def __init__(self, count: int = AT_ONCE) -> None:
        self._work: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._bugs: list[BaseException] = []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def give(self, task: Callable[[], object]) -> None:
        """Does it as soon as a hand is free."""
        self._work.put(task)

    def finish(self) -> None:
        """Waits until all is done. Raises what a task raised."""
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            while thread.is_alive():
                halting.look()
                # An interrupt that comes just before a lock is waited for is seen only when the wait ends.
                thread.join(halting.LOOK_S)
        if self._bugs:
            raise self._bugs[0]

    def leave(self) -> None:
        """Begins nothing more, and waits a moment for what is under way."""
        while not self._work.empty():
            self._work.get()
        for _ in self._threads:
            self._work.put(None)
        for thread in self._threads:
            thread.join(_GRACE_S / len(self._threads))

    def _run(self) -> None:
        while task := self._work.get():
            try:
                task()
            except BaseException as bug:  # noqa: BLE001 - `finish` raises it where somebody sees it
                self._bugs.append(bug)


class Crowd:
    """Several transfers at once."""

    def __init__(self) -> None:
        self._gone: StoryreelError | None = None  # why the rest need not be tried
        self._stopped = threading.Event()

    def all(self, items: Sequence[_Item], do: Callable[[_Item], _Result]) -> list[_Result | StoryreelError]:
        """What each item came to, in their order. Raises SetupError where it is the remote that can't be used."""
        found: dict[int, _Result | StoryreelError] = {}

        def work(number: int, item: _Item) -> None:
            found[number] = self.one(item, do)

        hands = Hands(min(AT_ONCE, len(items)))
        try:
            for number, item in enumerate(items):
                hands.give(partial(work, number, item))
            hands.finish()
        except BaseException:
            self.stop()
            hands.leave()
            raise
        if isinstance(self._gone, SetupError):
            raise self._gone
        return [found[number] for number in range(len(items))]

    def ask(self, question: Callable[[], _Result]) -> _Result:
        """The answer, for which one can stop waiting. Raises what came instead."""
        (answer,) = self.all([None], lambda _: question())
        if isinstance(answer, StoryreelError):
            raise answer
        return answer

    def one(self, item: _Item, do: Callable[[_Item], _Result]) -> _Result | StoryreelError:
        """What one item came to."""
        if self._gone:
            return self._gone
        try:
            return do(item)
        except (SetupError, Unreachable) as error:
            self._gone = error
            return error
        except StoryreelError as error:
            return error
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return StoreError(f"{where}{error.strerror or error}", hint="mend that and run the command again")

    def stop(self) -> None:
        """Breaks off what is under way at its next piece."""
        self._stopped.set()

    def watched(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces, until all are to stop."""
        for piece in pieces:
            if self._stopped.is_set():
                raise StoreError("stopped", hint="the same command goes on from here")
            yield piece
