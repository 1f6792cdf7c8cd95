"""A submission and what becomes of it: one POST that may have arrived, whatever comes back, and never a second."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline import wire
from pipeline.errors import ChargeUncertain, OutOfCredit, OverBudget, RefusedByApi, StoryreelError, UnreachableApi
from pipeline.runner import Counter, generate
from pipeline.runner.counter import ASIDE_S
from pipeline.server.conduct import Fault
from pipeline.store import Home, Intent, Limits, Purse, Wish
from pipeline.take import Take
from tests.double import KEY, Double
from tests.rehearsal import SEEDANCE
from tests.shop import PRICE, SETTLE, Shop, body, opened, order

SPOILT = ("reset", "hang", "cut", "504", "500", "page")


def submitted(double: Double, inputs: dict[str, Any]) -> str:
    """The id of a generation that somebody else made with the same account."""
    headers = {"Authorization": f"Bearer {KEY}"}
    reply = httpx.post(f"{double.origin}{wire.submit_path(SEEDANCE)}", json=inputs, headers=headers, trust_env=False)
    prediction: str = reply.json()["data"]["id"]
    return prediction


def test_an_order_is_bought_once_and_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        assert [row["id"] for row in shop.double.accepted()] == [take.prediction]
        assert shop.bought(order("a")) == take
        assert len(shop.double.accepted()) == 1
    states = [state for state in shop.states("a") if state != "making"]  # as often as it was asked
    assert states[:4] == ["waiting", "sending", "accepted", "fetching"]
    assert shop.kept == ["a", "a"]
    assert shop.gate.run_usd == Decimal("0.40")


@pytest.mark.parametrize("how", SPOILT)
def test_what_was_accepted_without_an_answer_is_found_in_the_history(tmp_path: Path, how: str) -> None:
    with opened(tmp_path, Fault(f"accept_then_{how}", seconds=0.01)) as shop:
        taken = shop.shoot(order("a"), order("b"))
        accepted = {row["prompt"]: row["id"] for row in shop.double.accepted()}
        assert {take.prediction for take in taken} == set(accepted.values())
        assert len(accepted) == len(shop.double.accepted()) == 2


def test_an_answer_without_an_id_is_looked_for_too(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("accept_without_id")) as shop:
        take = shop.bought(order("a"))
        assert [row["id"] for row in shop.double.accepted()] == [take.prediction]


def test_a_history_that_is_late_is_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("accept_then_reset"), history_delay_s=0.3) as shop:
        shop.hurry = 0.2
        take = shop.bought(order("a"))
        assert [row["id"] for row in shop.double.accepted()] == [take.prediction]
    assert shop.slept[:2] == [1.0, 4.0]


@pytest.mark.parametrize("how", [{"history_inputs": False}, {"history_delay_s": 60}])
def test_without_a_match_it_stops_with_the_whole_command_line(tmp_path: Path, how: dict[str, Any]) -> None:
    with opened(tmp_path, Fault("accept_then_reset"), **how) as shop:
        for _ in range(2):  # the next run looks again, and does not send again either
            (error,) = shop.shoot(order("a"))
            assert isinstance(error, ChargeUncertain)
            assert error.exit_code == 4
            for way in ("--adopt ID", "--abandon"):
                assert f"{SETTLE} {order('a').digest[:12]} {way}" in error.hint
        assert len(shop.double.accepted()) == 1
    assert shop.last(order("a")).standing == "uncertain"
    assert shop.slept == [1.0, 4.0, 10.0] * 2
    assert shop.gate.run_usd == Decimal("0.40")


def test_a_history_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("accept_then_reset"), Fault("server_error", at="history", code=503)) as shop:
        (error,) = shop.shoot(order("a"))
        assert isinstance(error, ChargeUncertain)
        assert "history could not be read" in error.message
        assert len(shop.double.accepted()) == 1


def test_of_several_that_may_be_it_none_is_taken(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("accept_then_reset", after=1)) as shop:
        other = submitted(shop.double, body(order("a")))
        (error,) = shop.shoot(order("a"))
        assert isinstance(error, ChargeUncertain)
        assert other in error.message
        assert len(shop.double.accepted()) == 2


def test_a_generation_that_is_written_down_with_another_attempt_is_not_it(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("accept_then_reset", after=1)) as shop:
        first = shop.bought(order("a"))
        second = shop.bought(order("a", 2))
        assert first.prediction != second.prediction
        assert [row["id"] for row in shop.double.accepted()] == [first.prediction, second.prediction]


def test_the_attempt_of_a_dead_process_is_looked_for_and_not_sent(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        shop.left_behind(order("a"))
        prediction = submitted(shop.double, body(order("a")))
        assert shop.bought(order("a")).prediction == prediction
        shop.left_behind(order("b"))
        (error,) = shop.shoot(order("b"))
        assert isinstance(error, ChargeUncertain)
        assert "no such request" in error.message
        assert len(shop.double.accepted()) == 1


def test_what_was_made_long_before_is_not_it(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        submitted(shop.double, body(order("a")))
        shop.passed = timedelta(minutes=5)
        shop.left_behind(order("a"))
        (error,) = shop.shoot(order("a"))
        assert isinstance(error, ChargeUncertain)


def test_an_id_that_a_dead_process_had_is_fetched_and_nothing_sent(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        prediction = submitted(shop.double, body(order("a")))
        shop.left_behind(order("a"), prediction)
        assert shop.bought(order("a")).prediction == prediction
        assert len(shop.double.accepted()) == 1


# --- turned away


def test_a_storm_of_429_ends_in_one_acceptance_in_the_same_attempt(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("too_many_requests", most=7, seconds=0)) as shop:
        wanted = [order(name) for name in "abc"]
        taken = shop.shoot(*wanted)
        assert all(isinstance(take, Take) for take in taken), taken
        assert set(shop.double.bought().values()) == {1}
        ledger = shop.double.ledger()
        assert sum(ledger["struck"].values()) == 7
    assert [shop.last(one).number for one in wanted] == [1, 1, 1]
    assert shop.gate.run_usd == Decimal("1.20")


def test_all_places_turned_away_at_once_still_get_on(tmp_path: Path) -> None:
    """Who stands in line for a place must not keep those who have theirs from sending again."""
    with opened(tmp_path, Fault("too_many_requests", most=2, seconds=0), limits=Limits(0, 2)) as shop:
        shop.hurry = 0.02
        taken = shop.shoot(*(order(name) for name in "abcd"))
        assert all(isinstance(take, Take) for take in taken), taken
        assert set(shop.double.bought().values()) == {1}
        assert shop.double.ledger()["most_open"] <= 2
    assert sum(shop.slept) < 120


def test_an_account_of_the_first_tier_is_never_asked_for_more_than_it_allows(tmp_path: Path) -> None:
    with opened(tmp_path, limits=Limits(2, 2)) as shop:
        taken = shop.shoot(*(order(name) for name in "abcde"))
        assert all(isinstance(take, Take) for take in taken), taken
        assert shop.double.ledger()["most_open"] <= 2
    assert 110 < sum(shop.slept) < 500  # two minutes by rule; a busy machine asks more often meanwhile


def test_what_is_surely_unsent_ends_the_attempt_and_gives_the_money_back(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        pass
    (error,) = shop.shoot(order("a"))  # nobody listens there any more
    assert isinstance(error, UnreachableApi)
    assert not isinstance(error, ChargeUncertain)
    assert shop.last(order("a")).outcome == "turned_away"
    assert shop.gate.run_usd == 0
    assert shop.gate.count(lambda _: 600.0) == {"film": 0}


def test_a_refusal_ends_the_attempt_and_gives_the_money_back(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("refused_in_200", most=1)) as shop:
        (error,) = shop.shoot(order("a"))
        assert isinstance(error, RefusedByApi)
        assert shop.last(order("a")).outcome == "turned_away"
        assert shop.gate.run_usd == 0
        assert isinstance(shop.bought(order("a")), Take)
    assert shop.last(order("a")).number == 2


def test_without_credit_nothing_more_is_sent(tmp_path: Path) -> None:
    with opened(tmp_path, balance=Decimal("0.50"), limits=Limits(0, 1)) as shop:
        outcomes = shop.shoot(*(order(name) for name in "abcdef"))
        assert sum(isinstance(one, Take) for one in outcomes) == 1
        assert all(isinstance(one, Take | OutOfCredit) for one in outcomes)
        assert shop.double.ledger()["turned_away"]["credit"] < 5
    assert shop.gate.run_usd == Decimal("0.40")


def test_over_budget_nothing_is_sent(tmp_path: Path) -> None:
    with opened(tmp_path, purse=Purse("film", run_usd=Decimal("0.80"))) as shop:
        outcomes = shop.shoot(*(order(name) for name in "abc"))
        assert sum(isinstance(one, OverBudget) for one in outcomes) == 1
        assert len(shop.double.accepted()) == 2


# --- a run that is stopped


def stopped(shop: Shop, state: str) -> None:
    """A run that is stopped, as by Ctrl-C, when its order has come so far."""

    async def run() -> None:
        async with shop.desk() as desk:
            task = asyncio.ensure_future(generate([order("a")], {}, desk))
            while state not in shop.states("a")[1:]:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


def test_stopped_while_the_api_asks_for_a_pause_it_leaves_nothing_uncertain(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("too_many_requests", most=1, seconds=0)) as shop:
        shop.hurry = 60.0
        stopped(shop, "waiting")
        assert shop.last(order("a")).outcome == "turned_away"
        assert shop.gate.run_usd == 0
        shop.hurry = 0.0
        assert isinstance(shop.bought(order("a")), Take)
        assert len(shop.double.accepted()) == 1


def test_many_that_ask_at_once_are_each_bought_once(tmp_path: Path) -> None:
    names = [f"s{number}" for number in range(30)]
    with opened(tmp_path, limits=Limits(0, 3)) as shop:
        assert all(isinstance(made, Take) for made in shop.shoot(*map(order, names)))
        assert set(shop.double.bought().values()) == {1}
        assert len(shop.double.accepted()) == len(names)
        assert shop.double.ledger()["most_open"] <= 3
        page = shop.gate._read()
        assert not page.rates.open  # whoever ended last was told of, too
        assert sum(page.spent.values()) == len(names) * (PRICE.usd or 0)


def test_stopped_in_line_it_leaves_nothing_behind(tmp_path: Path) -> None:
    with opened(tmp_path, limits=Limits(0, 1), generation_s=60) as shop:
        orders = [order(f"s{number}") for number in range(5)]

        async def run() -> None:
            async with shop.desk() as desk:
                task = asyncio.ensure_future(generate(orders, {}, desk))
                while not any(step.state == "accepted" for step in shop.steps):
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

        asyncio.run(run())
        assert sorted(shop.last(one).standing for one in orders) == ["none"] * 4 + ["submitted"]
        assert shop.gate.run_usd == PRICE.usd


def test_stopped_in_line_while_another_is_served_nothing_is_begun_for_it_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as shop:
        begin, asking, answers, asked = shop.gate.begin_each, threading.Event(), threading.Event(), list[str]()

        def slowly(wishes: Iterable[Wish], over: Iterable[Home], told: Callable[[Any], object]) -> Any:
            wanted = tuple(wishes)
            asked.extend(wish.intent.shot for wish in wanted)
            asking.set()
            assert answers.wait(10)
            return begin(wanted, over, told)

        monkeypatch.setattr(shop.gate, "begin_each", slowly)

        async def run(first: Home, second: Home) -> None:
            counter = Counter(shop.gate)
            one = asyncio.ensure_future(counter.begin(first, shop.intent(order("a")), 60, print))
            await asyncio.to_thread(asking.wait, 10)
            other = asyncio.ensure_future(counter.begin(second, shop.intent(order("b")), 60, print))
            await asyncio.sleep(0)
            other.cancel()
            await asyncio.sleep(0)
            answers.set()
            await one
            with pytest.raises(asyncio.CancelledError):
                await other
            await counter.ended(first)

        with shop.store.open(shop.home(order("a"))) as first, shop.store.open(shop.home(order("b"))) as second:
            asyncio.run(run(first, second))
        assert asked == ["a"]
        assert [shop.last(order(name)).standing for name in "ab"] == ["uncertain", "none"]


def test_the_first_is_sent_while_the_intent_of_the_next_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as shop:
        begin, sent = Home.begin, threading.Event()

        def waits(home: Home, intent: Intent) -> Any:
            assert intent.shot == "a" or sent.wait(10), "the first is sent before the second is begun"
            return begin(home, intent)

        monkeypatch.setattr(Home, "begin", waits)

        async def run(first: Home, second: Home) -> None:
            counter = Counter(shop.gate)
            one, other = (
                asyncio.ensure_future(counter.begin(home, shop.intent(order(name)), 60, print))
                for home, name in ((first, "a"), (second, "b"))
            )
            await one
            sent.set()
            await other

        with shop.store.open(shop.home(order("a"))) as first, shop.store.open(shop.home(order("b"))) as second:
            asyncio.run(run(first, second))


def test_clips_are_kept_one_at_a_time_and_not_while_the_gate_is_asked_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as shop:
        asking, answers = threading.Event(), threading.Event()
        begin = shop.gate.begin_each

        def slowly(*words: Any) -> Any:
            asking.set()
            assert answers.wait(10)
            return begin(*words)

        monkeypatch.setattr(shop.gate, "begin_each", slowly)
        inside = most = 0

        async def keep(counter: Counter) -> None:
            nonlocal inside, most
            async with counter.aside():
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.01)
                inside -= 1

        async def run(home: Home) -> None:
            counter, now = Counter(shop.gate), asyncio.get_running_loop().time
            one = asyncio.ensure_future(counter.begin(home, shop.intent(order("a")), 60, print))
            await asyncio.to_thread(asking.wait, 10)
            began = now()
            await keep(counter)
            assert now() - began >= ASIDE_S, "who is to be sent goes first"
            answers.set()
            await one
            began = now()
            await asyncio.gather(*(keep(counter) for _ in range(3)))
            assert now() - began < ASIDE_S, "nobody is to be sent: there is nothing to wait for"

        with shop.store.open(shop.home(order("a"))) as home:
            asyncio.run(run(home))
        assert most == 1


def test_who_hears_of_the_line_and_breaks_stops_nobody_for_ever(tmp_path: Path) -> None:
    with opened(tmp_path, limits=Limits(0, 1), generation_s=0.2) as shop:

        def broken(step: Any) -> None:
            if step.state == "waiting" and step.reason:
                raise LookupError("a bug of the hearer")

        async def run() -> None:
            async with shop.desk() as desk:
                await generate([order(f"s{number}") for number in range(3)], {}, replace(desk, tell=broken))

        with pytest.raises(ExceptionGroup) as caught:
            asyncio.run(run())
        assert caught.group_contains(LookupError)


def test_stopped_before_the_post_it_leaves_nothing_uncertain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path) as shop:
        begin = shop.gate.begin_each

        async def run() -> None:
            async with shop.desk() as desk:
                task = asyncio.ensure_future(generate([order("a")], {}, desk))
                loop = asyncio.get_running_loop()

                def begun(*words: Any) -> Any:
                    found = begin(*words)
                    loop.call_soon_threadsafe(task.cancel)
                    return found

                monkeypatch.setattr(shop.gate, "begin_each", begun)
                with pytest.raises(asyncio.CancelledError):
                    await task

        asyncio.run(run())
        assert shop.last(order("a")).standing in ("ended", "submitted")
        assert not shop.double.accepted() or shop.last(order("a")).standing == "submitted"


def test_stopped_while_the_answer_is_on_its_way_its_id_is_written_down(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        stopped(shop, "sending")
        last = shop.last(order("a"))
        assert [row["id"] for row in shop.double.accepted()] == [last.prediction]
        assert shop.bought(order("a")).prediction == last.prediction


def test_an_error_that_came_while_a_run_was_stopped_is_not_lost(caplog: pytest.LogCaptureFixture) -> None:
    from pipeline.runner.orderly import to_its_end

    async def run() -> None:
        async def refused() -> None:
            await asyncio.sleep(0.01)
            raise StoryreelError("no")

        task = asyncio.ensure_future(to_its_end(refused()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert isinstance(caught.value.__cause__, StoryreelError)

    asyncio.run(run())
    assert not caplog.records
