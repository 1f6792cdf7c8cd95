"""A verb and what it is told enter; what happens meanwhile leaves as an asynchronous stream, and at its end the result.

The verb runs in a thread of its own, so neither it nor the loop that listens waits for the other.
"""

from __future__ import annotations

import asyncio
import concurrent.futures.thread
import importlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar

from pipeline.halting import Halt
from pipeline.produce.events import Cutting, Event, Tell
from pipeline.runner import Making, Waiting

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Outcome = tuple[_T | None, BaseException | None]
# What verbs load where they need it. Two threads that import the same at one moment can get it half.
_LIBRARIES = ("client.carriage", "client.exchange", "server", "media.seeing", "render.drawing")
_loading = threading.Lock()
_under_way: set[_Begun[Any]] = set()


def follow(verb: Callable[_P, _T], *words: _P.args, **said: _P.kwargs) -> Run[_T]:
    """A run of `shoot`, `shoot_saved`, `render` or `exchanged`, said with the words of the verb itself but for `tell`.

    Nothing begins before it is iterated, awaited or entered. To leave the loop or the context, to cancel the task and
    an error in between all stop the run as Ctrl-C does. Who leaves the context has waited for its orderly end; without
    one it may come a moment later, and the process does not end before.

        async with follow(shoot, Path("film.yaml"), approve=yes, max_cost_usd=Decimal(5)) as run:
            async for event in run:
                ...
            done = await run
    """
    if "tell" in said:
        raise TypeError("follow() tells of the run itself: leave `tell` out")
    # The type of a verb can't say "but for one of its words".
    told: Callable[..., _T] = verb
    return Run(lambda tell: told(*words, tell=tell, **said))


class Run(Generic[_T]):
    """A verb under way. An asynchronous context, an asynchronous iterable of events, and awaitable: the result.

    Where an error ended it, that is raised when all events were told; where it was stopped, CancelledError.
    """

    def __init__(self, verb: Callable[[Tell], _T]) -> None:
        self._verb, self._halt = verb, Halt()
        self._begun: _Begun[_T] | None = None

    async def __aenter__(self) -> Self:
        self._begin()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def __aiter__(self) -> AsyncIterator[Event]:
        return _Events(self._next, self._halt)

    async def _next(self) -> Event:
        begun = self._begin()
        try:
            event = await begun.box.next()
        except asyncio.CancelledError:
            await self._stop()
            raise
        if event is None:
            begun.result()
            raise StopAsyncIteration
        return event

    def __await__(self) -> Generator[Any, None, _T]:
        return self._end().__await__()

    async def _end(self) -> _T:
        begun = self._begin()
        try:
            await asyncio.shield(begun.over)
        finally:
            await self._stop()
        return begun.result()

    def _begin(self) -> _Begun[_T]:
        if self._begun is None:
            self._begun = _Begun(self._verb, self._halt)
        return self._begun

    async def _stop(self) -> None:
        """Comes back when the run has ended, whoever cancels meanwhile: an id not written down is money lost."""
        if self._begun is None:
            return
        self._halt.ask()
        cancelled: asyncio.CancelledError | None = None
        while not self._begun.over.done():
            try:
                await asyncio.shield(self._begun.over)
            except asyncio.CancelledError as again:
                cancelled = again
        self._begun.thread.join()  # it has nothing left to do
        if cancelled:
            raise cancelled


class _Events:
    """The events of a run in a loop. Who leaves the loop lets go of this, and so the run is stopped."""

    def __init__(self, following: Callable[[], Awaitable[Event]], halt: Halt) -> None:
        self._following, self._halt = following, halt

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        return await self._following()

    def __del__(self) -> None:
        self._halt.ask()


class _Begun(Generic[_T]):
    """The thread of a run, and what it comes to."""

    def __init__(self, verb: Callable[[Tell], _T], halt: Halt) -> None:
        loop = asyncio.get_running_loop()
        self.box = Box(loop)
        self.over: asyncio.Future[_Outcome[_T]] = loop.create_future()
        self._halt = halt
        self.thread = threading.Thread(target=self._work, args=(verb, loop), name="storyreel-run")
        _under_way.add(self)
        self.thread.start()

    def result(self) -> _T:
        """What the verb returned. Raises what it raised."""
        value, error = self.over.result()
        if isinstance(error, KeyboardInterrupt):
            raise asyncio.CancelledError("the run was stopped")
        if error:
            raise error
        return value  # type: ignore[return-value]  # where there is no error it returned one

    def end(self) -> None:
        """Comes back when it has ended, stopped as Ctrl-C does. Whoever calls this holds up a thread."""
        self._halt.ask()
        self.thread.join()

    def _work(self, verb: Callable[[Tell], _T], loop: asyncio.AbstractEventLoop) -> None:
        outcome: _Outcome[_T]
        try:
            with self._halt.over():
                load_libraries()
                outcome = verb(self.box.put), None
        except BaseException as error:  # noqa: BLE001 - raised again where somebody waits for it
            outcome = None, error
        _under_way.discard(self)
        with suppress(RuntimeError):  # the loop has ended: nobody listens any more
            loop.call_soon_threadsafe(self._finish, outcome)

    def _finish(self, outcome: _Outcome[_T]) -> None:
        self.box.close()
        self.over.set_result(outcome)


class Box:
    """Events that wait for whoever listens; who puts one in waits for nobody.

    Of what only says how far a job or a cut has come, the newest waits. So there is never more in it than a few events
    for each job and each cut, however slowly they are taken out.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._guard = threading.Lock()
        self._waiting: dict[object, Event] = {}
        self._closed = self._woken = False
        self._news = asyncio.Event()

    def put(self, event: Event) -> None:
        """From whatever thread."""
        with self._guard:
            subject = _subject(event)
            self._waiting.pop(subject, None)
            self._waiting[subject] = event
            wake, self._woken = not self._woken, True
        if wake:  # once for all that came since: what waits to be run by a loop that is held up is bounded too
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._news.set)

    def close(self) -> None:
        """Nothing more comes. In the loop."""
        self._closed = True
        self._news.set()

    async def next(self) -> Event | None:
        """The oldest event; None at the end."""
        while True:
            with self._guard:
                if self._waiting:
                    return self._waiting.pop(next(iter(self._waiting)))
                self._woken = False
                self._news.clear()
            if self._closed:
                return None
            await self._news.wait()


def _subject(event: Event) -> object:
    """What an event replaces the older one of; something else for each that has to be told."""
    if isinstance(event, Waiting | Making):
        return event.key
    if isinstance(event, Cutting):
        return event.variant
    return object()


def _end_all() -> None:
    """The interpreter is about to end."""
    for begun in tuple(_under_way):
        begun.end()


# Ids that are on their way are still written down, by threads of executors: so it has to be called before those are
# closed, which is what the same hook was called with as their module was loaded. `atexit` comes after that.
assert concurrent.futures.thread
threading._register_atexit(_end_all)  # type: ignore[attr-defined]


def load_libraries(*more: str) -> None:
    """Load what verbs load where they need it, and other modules of the package, before threads do so side by side."""
    with _loading:
        for name in (*_LIBRARIES, *more):
            importlib.import_module(f"pipeline.{name}")
