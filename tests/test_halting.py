"""A run that is asked to end, from another thread, ends as by Ctrl-C: in loops, in waits and between two steps."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from pipeline import halting, loops
from pipeline.halting import Halt
from pipeline.sync.crowd import Crowd, Hands
from pipeline.sync.pushing import Pusher


async def nine() -> int:
    return 9


async def for_ever(begun: Callable[[], object], ended: list[str]) -> None:
    try:
        begun()
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)  # an orderly end takes its time
        ended.append("in order")


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, Future[Any]]:
    outcome = Future[Any]()

    def there() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again where the outcome is asked for
            outcome.set_exception(error)

    thread = threading.Thread(target=there)
    thread.start()
    return thread, outcome


def test_a_loop_is_cancelled_and_comes_to_its_end_first() -> None:
    halt, begun, ended = Halt(), threading.Event(), list[str]()

    def work() -> None:
        with halt.over():
            loops.run(for_ever(begun.set, ended))

    thread, outcome = in_thread(work)
    assert begun.wait(10)
    halt.ask()
    halt.ask()
    with pytest.raises(KeyboardInterrupt):
        outcome.result(10)
    thread.join(10)
    assert ended == ["in order"]


def test_what_was_asked_before_stops_a_loop_at_its_first_wait() -> None:
    halt = Halt()
    halt.ask()
    with halt.over(), pytest.raises(KeyboardInterrupt):
        loops.run(for_ever(lambda: None, []))


def test_an_end_that_comes_of_itself_is_no_interrupt() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with Halt().over():
        assert loops.run(nine()) == 9
        with pytest.raises(asyncio.CancelledError):
            loops.run(cancelled())


def test_only_the_run_that_was_asked_hears_of_it() -> None:
    first, second = Halt(), Halt()
    with first.over():
        with second.over():
            first.ask()
            halting.look()
        with pytest.raises(KeyboardInterrupt):
            halting.look()
    halting.look()


def test_where_a_loop_runs_the_work_is_done_beside_it() -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        here = asyncio.get_running_loop()

        async def elsewhere() -> bool:
            return asyncio.get_running_loop() is not here

        assert loops.run(elsewhere())
        with pytest.raises(ZeroDivisionError):
            loops.run(fail())

    asyncio.run(main())


def finished(work: Callable[[], object]) -> None:
    hands = Hands(1)
    hands.give(work)
    hands.finish()


@pytest.mark.parametrize("wait", [finished, Crowd().ask])
def test_who_waits_for_transfers_hears_of_it(wait: Callable[[Callable[[], object]], object]) -> None:
    halt, free = Halt(), threading.Event()
    halt.ask()
    with halt.over(), pytest.raises(KeyboardInterrupt):
        wait(free.wait)
    free.set()


def test_pushes_are_broken_off_where_the_wait_for_them_is(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, told = threading.Event(), list[str]()

    def sent(pusher: Pusher, _: object) -> None:
        begun.set()
        try:
            for _ in pusher._crowd.watched(iter(lambda: b"piece", b"")):
                pass
        finally:
            told.append("broken off")

    monkeypatch.setattr(Pusher, "_sent", sent)
    halt = Halt()

    def work() -> None:
        with halt.over(), Pusher(None) as pusher:  # type: ignore[arg-type]
            pusher.landed(None)  # type: ignore[arg-type]
            assert begun.wait(10)
            halt.ask()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert told == ["broken off"]
