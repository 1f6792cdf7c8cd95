"""Transfers enter, of which four run at once, and what each came to leaves; where nobody answers, the rest rests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pipeline.errors import SetupError, StoreError, StoryreelError
from pipeline.sync.remotes import Unreachable

AT_ONCE = 4
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Crowd:
    """Several transfers at once."""

    def __init__(self) -> None:
        self._gone: StoryreelError | None = None  # why the rest need not be tried
        self._stopped = threading.Event()

    def all(self, items: Sequence[_Item], do: Callable[[_Item], _Result]) -> list[_Result | StoryreelError]:
        """What each item came to, in their order. Raises SetupError where it is the remote that can't be used."""
        with ThreadPoolExecutor(AT_ONCE) as hands:
            futures = [hands.submit(self.one, item, do) for item in items]
            try:
                found = [future.result() for future in futures]
            except BaseException:
                self.stop()
                for future in futures:
                    future.cancel()
                raise
        if isinstance(self._gone, SetupError):
            raise self._gone
        return found

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
