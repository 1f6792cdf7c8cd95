"""Runs in an asynchronous world: what they tell, what they come to, and that they end in order wherever one leaves."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import halting, produce, settings
from pipeline.catalog import Price
from pipeline.client import Client, Endpoint
from pipeline.errors import ApprovalNeeded, BadInput, RefusedByApi
from pipeline.produce import (
    Accepted,
    Cutting,
    Event,
    Failed,
    Fetching,
    FinishedCut,
    Kept,
    Making,
    Offer,
    Run,
    Sending,
    Shooting,
    Step,
    Waiting,
    follow,
)
from pipeline.produce.following import Box
from pipeline.render import copying
from pipeline.server.conduct import Conduct, Fault
from tests.double import KEY, Double, doubled
from tests.haste import SHORT, hurried
from tests.hostile import hostile
from tests.proofs.stage import Stage, stage
from tests.shop import PACE, briefly


@dataclass
class Studio:
    """A project, and where it buys."""

    here: Stage
    double: Double

    @property
    def environ(self) -> Mapping[str, str]:
        return {"WAVESPEED_BASE_URL": self.here.origin, "WAVESPEED_API_KEY": KEY}

    def run(self, **how: Any) -> Run[Shooting]:
        """`shoot`, to be followed."""
        how = {"approve": lambda _: True, "environ": self.environ, "connect": connect, "sleep": briefly} | how
        return follow(produce.shoot, how.pop("file", self.here.board), **how)

    def predictions(self) -> int:
        """Ids that are written down."""
        return len(list(self.here.folder.rglob("prediction.json")))

    def kept(self) -> int:
        return len(list(self.here.folder.rglob("take.json")))


def connect(endpoint: Endpoint) -> Client:
    return Client(endpoint, pace=PACE, patience=SHORT, sleep=briefly)


@contextmanager
def opened(folder: Path, shots: int = 3, *faults: Fault, generation_s: float = 0, **how: Any) -> Iterator[Studio]:
    here = stage(folder / "project", shots, **how)
    conduct = Conduct(clips="tiny", generation_s=generation_s, faults=faults)
    with doubled(folder / "double", conduct, catalogue=settings.project_of(here.board).models) as double:
        yield Studio(replace(here, origin=double.origin), double)
    assert at_work() == []


def states(studio: Studio) -> set[str]:
    return {row.state for row in produce.status(studio.here.board, studio.environ).rows}


def at_work() -> list[str]:
    """Threads of runs."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith(("storyreel", "screening"))]


async def all_of(run: Run[Any]) -> list[Event]:
    return [event async for event in run]


async def until(run: Run[Any], wanted: Callable[[Event], object]) -> None:
    """Leave the loop at the first event of that kind."""
    async for event in run:
        if wanted(event):
            break
    else:
        pytest.fail("it was never told")


def is_polled(event: Event) -> bool:
    return isinstance(event, Making) and event.paid and event.status != ""


def test_all_that_happens_is_told_in_order_and_then_the_result(tmp_path: Path) -> None:
    async def main() -> None:
        run = studio.run()
        told = await all_of(run)
        done = await run
        assert isinstance(told[0], Offer)
        assert told[0].cost_usd == Decimal("0.16")
        for shot in ("s0001", "s0002"):
            steps = [event for event in told if isinstance(event, Step) and event.shot == shot]
            kinds = [type(step) for step in steps if not isinstance(step, Waiting | Making)]
            assert kinds == [Sending, Accepted, Fetching, Kept]
            assert {step.paid for step in steps} == {True}
        [sending] = [event for event in told if isinstance(event, Sending) and event.shot == "s0001"]
        assert sending.price == Price(Decimal("0.08"), estimate=False)
        takes = {event.key: event.take for event in told if isinstance(event, Kept)}
        assert takes == done.made
        ids = {event.prediction for event in told if isinstance(event, Accepted)}
        assert ids == {take.prediction for take in takes.values()}
        cutting = [event for event in told if isinstance(event, Cutting)]
        assert (cutting[-1].done, cutting[-1].total) == (48, 48)
        assert told[-1] == done.rendered.cuts[0]
        assert isinstance(told[-1], FinishedCut)
        assert told[-1].file.is_file()

    with opened(tmp_path, 2) as studio:
        asyncio.run(main())


def test_each_time_that_the_api_was_asked_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, 1, generation_s=0.3) as studio:
        told = asyncio.run(all_of(studio.run()))
    polled = [event for event in told if isinstance(event, Making)]
    [accepted] = [event for event in told if isinstance(event, Accepted)]
    assert len(polled) > 1
    assert {event.prediction for event in polled} == {accepted.prediction}
    assert {event.status for event in polled} <= {"created", "processing"}


def test_a_refusal_says_what_it_has_cost_and_what_to_do(tmp_path: Path) -> None:
    with opened(tmp_path, 2, Fault("task_fails", code=1200, match="Picture 1")) as studio:
        told = asyncio.run(all_of(studio.run()))
    [failed] = [event for event in told if isinstance(event, Failed)]
    assert isinstance(failed.error, RefusedByApi)
    error = failed.error
    assert (error.word, error.shot, error.charged, error.code) == ("refused", "s0001", "unknown", 1200)
    assert error.prediction
    assert error.hint.startswith("change the prompt")
    assert [event.shot for event in told if isinstance(event, Kept) and event.paid] == ["s0002"]


def test_previs_is_told_apart_from_what_costs_money(tmp_path: Path) -> None:
    async def main() -> None:
        told = await all_of(follow(produce.render, here.board, environ={}))
        steps = [event for event in told if isinstance(event, Step)]
        assert [type(step) for step in steps if not isinstance(step, Waiting)] == [Making, Kept]
        assert {step.paid for step in steps} == {False}
        assert isinstance(told[-1], FinishedCut)

    here = stage(tmp_path, 1)
    asyncio.run(main())


def test_a_run_is_awaited_without_its_events(tmp_path: Path) -> None:
    async def main() -> Shooting:
        return await studio.run()

    with opened(tmp_path, 2) as studio:
        done = asyncio.run(main())
        assert (len(done.made), done.spent_usd) == (2, Decimal("0.16"))


@pytest.mark.parametrize("how", [all_of, lambda run: run.__aenter__(), lambda run: asyncio.wait_for(run, 30)])
def test_nothing_begins_before_somebody_listens(tmp_path: Path, how: Callable[[Any], Awaitable[Any]]) -> None:
    async def main() -> None:
        run = studio.run()
        assert at_work() == []
        async with run:
            await how(run)

    with opened(tmp_path, 1) as studio:
        asyncio.run(main())


def test_what_ends_a_run_is_raised_where_it_is_iterated_and_where_it_is_awaited(tmp_path: Path) -> None:
    async def main() -> None:
        run = studio.run(approve=lambda _: False)
        with pytest.raises(ApprovalNeeded) as raised:
            await all_of(run)
        with pytest.raises(ApprovalNeeded) as again:
            await run
        assert raised.value is again.value
        wrong = produce.written({"version": 1, "title": "x", "shots": [{"id": "a", "prmpt": "x"}]}, studio.here.board)
        with pytest.raises(BadInput) as bad:
            await studio.run(file=wrong)
        assert {problem.code for problem in bad.value.problems} >= {"unknown-key"}

    with opened(tmp_path, 1) as studio:
        asyncio.run(main())
        assert studio.double.accepted() == []


def test_who_follows_leaves_tell_to_the_run() -> None:
    with pytest.raises(TypeError, match="leave `tell` out"):
        follow(produce.render, Path("film.yaml"), tell=print)


# --- the end


async def by_break(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    async with run:
        await until(run, wanted)


async def by_break_without_context(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    await until(run, wanted)
    assert run._halt.asked
    assert run._begun
    run._begun.thread.join(30)


async def by_error(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    async def listen() -> None:
        async with run:
            async for event in run:
                if wanted(event):
                    raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await listen()


async def by_error_without_context(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    async def listen() -> None:
        async for event in run:
            if wanted(event):
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await listen()
    assert run._halt.asked
    assert run._begun
    run._begun.thread.join(30)


async def by_cancel(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    seen = asyncio.Event()

    async def listen() -> None:
        async for event in run:
            if wanted(event):
                seen.set()

    task = asyncio.create_task(listen())
    await asyncio.wait_for(seen.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert at_work() == []


async def by_cancel_over_and_over(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    async def listen() -> None:
        async for event in run:
            if wanted(event):
                task.cancel()

    task = asyncio.create_task(listen())
    while not task.done():
        await asyncio.sleep(0)
        if run._halt.asked:
            task.cancel()
    assert task.cancelled()
    assert at_work() == []


async def by_timeout(run: Run[Shooting], wanted: Callable[[Event], object]) -> None:
    async def listen() -> None:
        async with asyncio.timeout(None) as limit:
            async for event in run:
                if wanted(event):
                    limit.reschedule(0)

    with pytest.raises(TimeoutError):
        await listen()
    assert at_work() == []


WAYS = [
    by_break,
    by_break_without_context,
    by_error,
    by_error_without_context,
    by_cancel,
    by_cancel_over_and_over,
    by_timeout,
]


@pytest.mark.parametrize("way", WAYS)
def test_stopped_while_the_api_works_nothing_is_lost_and_nothing_bought_twice(tmp_path: Path, way: Any) -> None:
    with opened(tmp_path, generation_s=2) as studio:
        asyncio.run(way(studio.run(), is_polled))
        assert at_work() == []
        accepted = len(studio.double.accepted())
        assert accepted >= 1
        assert (studio.predictions(), studio.kept()) == (accepted, 0)
        assert "uncertain" not in states(studio)
        done = asyncio.run(all_of(studio.run()))
        assert sum(1 for event in done if isinstance(event, Kept)) == 3
        assert set(studio.double.bought().values()) == {1}
        assert len(studio.double.accepted()) == 3


def test_an_answer_on_its_way_is_waited_for(tmp_path: Path) -> None:
    async def main() -> None:
        async with studio.run(max_cost_usd=Decimal(5)) as run:
            async for event in run:
                if isinstance(event, Sending):
                    break
            assert await asyncio.to_thread(api.arrived.acquire, timeout=20)
            asyncio.get_running_loop().call_later(0.2, api.answers.set)

    with hostile(tmp_path / "api") as api:
        here = replace(stage(tmp_path / "project", 1), origin=api.origin)
        studio = Studio(here, Double(api.origin))
        api.answers.clear()
        asyncio.run(main())
        assert at_work() == []
        assert (len(api.submitted), studio.predictions()) == (1, 1)
        told = asyncio.run(all_of(studio.run()))
        assert [type(event) for event in told if isinstance(event, Fetching | Sending | Kept)] == [Fetching, Kept]
        assert len(api.submitted) == 1


def test_takes_that_landed_before_the_stop_are_in_the_lock(tmp_path: Path) -> None:
    with opened(tmp_path, 6, concurrency=2) as studio:
        asyncio.run(by_break(studio.run(), lambda event: isinstance(event, Kept)))
        lock = (studio.here.folder / "film.lock.yaml").read_text()
        assert lock.count('"prediction"') == studio.kept() >= 1


def test_the_making_of_a_cut_is_broken_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really, over = copying.splice, threading.Event()

    def slow(*words: Any) -> None:
        while not over.wait(0.01):  # a cut of two seconds is made before anybody could stop it
            halting.look()
        really(*words)

    monkeypatch.setattr(copying, "splice", slow)
    with opened(tmp_path, 2) as studio:
        asyncio.run(by_break(studio.run(), lambda event: isinstance(event, Cutting)))
        assert not studio.here.cut.exists()
        assert [path.name for path in studio.here.cut.parent.glob("*")] == []
        over.set()
        done = asyncio.run(until_done(studio.run()))
        assert (done.made, studio.here.cut.is_file()) == ({}, True)


async def until_done(run: Run[Shooting]) -> Shooting:
    return await run


def test_a_run_that_was_stopped_has_no_result(tmp_path: Path) -> None:
    async def main() -> None:
        run = studio.run()
        async with run:
            pass
        with pytest.raises(asyncio.CancelledError):
            await run

    with opened(tmp_path, 1) as studio:
        asyncio.run(main())
        assert studio.double.accepted() == []


def test_to_wait_no_longer_for_the_result_stops_the_run(tmp_path: Path) -> None:
    async def main() -> None:
        task = asyncio.ensure_future(until_done(studio.run()))
        while not studio.predictions():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with opened(tmp_path, 1, generation_s=2) as studio:
        asyncio.run(main())
        assert at_work() == []
        assert studio.predictions() == 1


def test_an_own_check_of_takes_ends_with_the_run(tmp_path: Path) -> None:
    async def main() -> None:
        async with studio.run() as run:
            async for event in run:
                if isinstance(event, FinishedCut):
                    while not begun.exists():
                        await asyncio.sleep(0)
                    break

    begun = tmp_path / "begun"
    with opened(tmp_path, 1) as studio:
        check = studio.here.folder / "endless.py"
        check.write_text(f"import pathlib, time\npathlib.Path({str(begun)!r}).touch()\ntime.sleep(600)\n")
        board = studio.here.board
        board.write_text(board.read_text() + "checks:\n  - {run: ./endless.py, timeout: 500}\n")
        asyncio.run(main())


# --- who listens


def test_a_listener_that_holds_up_its_loop_does_not_hold_up_the_run(tmp_path: Path) -> None:
    async def main() -> None:
        told: list[Event] = []
        async for event in studio.run():
            if not told:
                [thread] = [one for one in threading.enumerate() if one.name == "storyreel-run"]
                await asyncio.sleep(0)
                thread.join(30)  # the whole loop stands still meanwhile
                assert not thread.is_alive()
            told.append(event)
        assert len([event for event in told if isinstance(event, Kept)]) == 3
        assert len([event for event in told if isinstance(event, Cutting)]) == 1, "the newest of them"
        assert len(told) < 25

    with opened(tmp_path, generation_s=0.2) as studio:
        asyncio.run(main())


def test_what_waits_is_bounded_and_what_has_to_be_told_is_never_left_out() -> None:
    async def main() -> list[Event]:
        calls = 0

        class Loop:
            def call_soon_threadsafe(self, call: Callable[[], object]) -> None:
                nonlocal calls
                calls += 1
                asyncio.get_running_loop().call_soon_threadsafe(call)

        box = Box(Loop())  # type: ignore[arg-type]
        for number in range(1000):
            box.put(Cutting("main", number, 1000))
            for job in ("a", "b"):
                box.put(Waiting(job, "main", job, f"{number} s"))
                box.put(Making(job, "main", job, "id", "processing"))
        for job in ("a", "b"):
            box.put(Accepted(job, "main", job, "id"))
        assert calls == 1
        box.close()
        told = []
        while event := await box.next():
            told.append(event)
        return told

    assert asyncio.run(main()) == [
        Cutting("main", 999, 1000),
        Making("a", "main", "a", "id", "processing"),
        Making("b", "main", "b", "id", "processing"),
        Accepted("a", "main", "a", "id"),
        Accepted("b", "main", "b", "id"),
    ]


def test_several_runs_at_once_in_one_loop_buy_each_job_once(tmp_path: Path) -> None:
    async def main() -> list[Shooting]:
        runs = [studio.run(), studio.run(), studio.run(file=other)]
        events, *_ = await asyncio.gather(all_of(runs[0]), all_of(runs[1]), all_of(runs[2]))
        assert events
        return [await run for run in runs]

    with opened(tmp_path, 3, generation_s=0.2) as studio:
        other = studio.here.folder / "other.yaml"
        other.write_text(studio.here.board.read_text().replace("Picture", "Painting"))
        done = asyncio.run(main())
        assert [len(one.made) for one in done] == [3, 3, 3]
        assert not any(one.failed for one in done)
        assert set(studio.double.bought().values()) == {1}
        assert len(studio.double.accepted()) == 6
        assert sum(one.spent_usd for one in done) == Decimal("0.48")


def test_one_of_several_runs_is_stopped_alone(tmp_path: Path) -> None:
    async def main() -> Shooting:
        other = asyncio.ensure_future(until_done(studio.run(file=second)))
        await by_break(studio.run(), is_polled)
        return await other

    with opened(tmp_path, 2, generation_s=0.5) as studio:
        second = studio.here.folder / "other.yaml"
        second.write_text(studio.here.board.read_text().replace("Picture", "Painting"))
        done = asyncio.run(main())
        assert (len(done.made), done.failed) == (2, {})
        assert studio.kept() == 2


# --- the verbs themselves where a loop runs


def test_the_verbs_themselves_work_where_a_loop_runs_already(tmp_path: Path) -> None:
    async def main() -> None:
        assert produce.render(studio.here.board, environ={}).drawn == 2
        offer = produce.offered(studio.here.board, environ=studio.environ, connect=connect, live=True)
        assert offer.cost_usd == Decimal("0.16")
        done = produce.shoot(
            studio.here.board, approve=lambda _: True, environ=studio.environ, connect=connect, sleep=hurried
        )
        assert len(done.made) == 2
        asyncio.get_running_loop()

    with opened(tmp_path, 2) as studio:
        asyncio.run(main())


def test_interrupted_where_a_loop_runs_it_ends_as_it_does_elsewhere(tmp_path: Path) -> None:
    interrupted = threading.Event()

    def interrupt(event: Event) -> None:
        if is_polled(event) and not interrupted.is_set():  # a second one would end it at once
            interrupted.set()
            signal.raise_signal(signal.SIGINT)

    async def main() -> None:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)  # as a notebook has it
        try:
            with pytest.raises(KeyboardInterrupt):
                produce.shoot(
                    studio.here.board, approve=lambda _: True, environ=studio.environ, connect=connect, tell=interrupt
                )
        finally:
            signal.signal(signal.SIGINT, before)
        assert at_work() == []

    with opened(tmp_path, 1, generation_s=2) as studio:
        asyncio.run(main())
        assert (studio.predictions(), studio.kept()) == (1, 0)
        assert "uncertain" not in states(studio)
