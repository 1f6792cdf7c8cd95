"""What the gate promises: neither more open jobs nor more money than may be, whatever becomes of attempts and files."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pipeline.errors import OverBudget, StoreError
from pipeline.plain import digest_of
from pipeline.store import Attempt, Bill, Busy, Gate, Intent, Limits, Purse, Store, Wish, take_home
from pipeline.store import gate as module
from pipeline.take import MediaFacts

ORIGIN = "https://api.wavespeed.ai"
FREE = Limits(0, 0)
NO_LIMIT = Purse("film")
PRICE = Decimal("0.40")
LONGEST_S = 600.0
NOTHING = Decimal("0.00")


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Desk:
    """An outputs folder, its store, and gates to it as several runs have them."""

    def __init__(self, folder: Path) -> None:
        self.outputs, self.clock = folder / "outputs", Clock()
        self.store = Store(self.outputs, self.clock)
        self.file = self.outputs / "takes" / "api.wavespeed.ai" / "gate.json"

    def gate(self, limits: Limits = FREE, purse: Purse = NO_LIMIT) -> Gate:
        gate = Gate(self.outputs, ORIGIN, self.clock, limits, purse)
        self.spent = gate.count(longest)
        return gate

    def begin(self, gate: Gate, name: object, price: Decimal | None = PRICE, board: str = "film") -> Attempt | float:
        with self.store.open(home(name)) as opened:
            return gate.begin(opened, Intent(request(name), board, "main", str(name), price), LONGEST_S)

    def begin_each(self, gate: Gate, *names: object, over: Iterable[object] = (), price: Decimal = PRICE) -> Any:
        with ExitStack() as stack:
            entered = {name: stack.enter_context(self.store.open(home(name))) for name in (*names, *over)}
            intents = {name: Intent(request(name), "film", "main", str(name), price) for name in names}
            wishes = [Wish(entered[name], intents[name], LONGEST_S) for name in names]
            return gate.begin_each(wishes, [entered[name] for name in over])

    def begun(self, gate: Gate, name: object, price: Decimal | None = PRICE) -> None:
        assert isinstance(self.begin(gate, name, price), Attempt)

    def turn_away(self, gate: Gate, name: object) -> None:
        with self.store.open(home(name)) as opened:
            gate.turned_away(opened, opened.resume(), 429, "too many")

    def end(self, gate: Gate, name: object) -> None:
        with self.store.open(home(name)) as opened:
            gate.ended(opened)

    def fate(self, name: object, fate: str) -> None:
        """What becomes of an attempt, without a word to any gate."""
        with self.store.open(home(name)) as opened:
            attempt = opened.resume()
            if fate == "abandoned":
                attempt.end("abandoned")
                return
            if not attempt.prediction:
                attempt.submitted(f"p-{name}-{attempt.number}")
            if fate == "failed":
                attempt.end("failed", 1200, "no faces")
            elif fate == "kept":
                clip = attempt.temporary()
                clip.write_bytes(b"film")
                attempt.keep(clip, MediaFacts("a" * 64, 4, "video", "mp4"))

    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.file.read_text())
        return found

    def reserved(self) -> Decimal:
        return sum((Decimal(usd) for usd in self.told()["spent"].values()), NOTHING)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def request(name: object) -> dict[str, Any]:
    return {"format": 1, "model": "a/b", "inputs": {"prompt": str(name)}}


def home(name: object) -> str:
    return take_home(ORIGIN, digest_of(request(name)), 1)


def longest(_: str) -> float:
    return LONGEST_S


# --- several at once


def test_those_who_ask_together_are_counted_one_by_one(desk: Desk) -> None:
    attempts, wait_s = desk.begin_each(desk.gate(Limits(0, 2)), 1, 2, 3)
    assert [type(one) for one in attempts] == [Attempt, Attempt]
    assert wait_s == 1.0
    assert len(desk.told()["open"]) == len(desk.told()["posts"]) == 2
    attempts, wait_s = desk.begin_each(desk.gate(Limits(3, 0)), 4, 5)
    assert len(attempts) == 1
    assert wait_s == 60.0


def test_those_who_ask_together_share_what_money_there_is(desk: Desk) -> None:
    gate = desk.gate(purse=Purse("film", run_usd=2 * PRICE))
    (first, second, third), wait_s = desk.begin_each(gate, 1, 2, 3)
    assert isinstance(first, Attempt)
    assert isinstance(second, Attempt)
    assert isinstance(third, OverBudget)
    assert wait_s == 0
    assert gate.run_usd == desk.reserved() == 2 * PRICE


def test_while_the_gate_reopens_one_passes_at_a_time(desk: Desk) -> None:
    gate = desk.gate(Limits(60, 0))
    gate.closed(5.0)
    desk.clock.tick(6)
    attempts, wait_s = desk.begin_each(gate, 1, 2)
    assert len(attempts) == 1
    assert wait_s > 0


def test_a_place_that_became_free_is_taken_in_the_same_look(desk: Desk) -> None:
    gate = desk.gate(Limits(0, 1))
    desk.begun(gate, 1)
    desk.fate(1, "kept")
    attempts, wait_s = desk.begin_each(gate, 2, 3, over=[1])
    assert len(attempts) == 1
    assert wait_s == 1.0
    assert list(desk.told()["open"]) == [home(2)]


def test_who_is_turned_back_by_money_frees_the_place_of_those_that_ended_all_the_same(desk: Desk) -> None:
    gate = desk.gate(purse=Purse("film", run_usd=PRICE))
    desk.begun(gate, 1)
    desk.fate(1, "kept")
    (refused,), _ = desk.begin_each(gate, 2, over=[1])
    assert isinstance(refused, OverBudget)
    assert not desk.told()["open"]


def test_of_those_who_ask_together_one_that_can_not_begin_gives_back_only_its_own(desk: Desk) -> None:
    gate = desk.gate(Limits(10, 10))
    desk.begun(desk.gate(Limits(10, 10)), 2)
    (first, second, third), _ = desk.begin_each(gate, 1, 2, 3)
    assert isinstance(first, Attempt)
    assert isinstance(second, StoreError)
    assert isinstance(third, Attempt)
    assert gate.run_usd == 2 * PRICE
    assert desk.reserved() == 3 * PRICE
    assert set(desk.told()["open"]) == {home(1), home(2), home(3)}
    assert len(desk.told()["posts"]) == 3


def test_nobody_who_asks_together_is_taken_for_dead_before_the_intent_stands(desk: Desk) -> None:
    """Where all places are taken, jobs without an intent are looked after: not those of this very look."""
    attempts, wait_s = desk.begin_each(desk.gate(Limits(0, 1)), 1, 2, 3)
    assert len(attempts) == 1
    assert wait_s == 1.0
    assert list(desk.told()["open"]) == [home(1)]


# --- open jobs


def test_no_more_are_open_than_may_be(desk: Desk) -> None:
    gate = desk.gate(Limits(0, 2))
    desk.begun(gate, 1)
    desk.begun(gate, 2)
    assert desk.begin(gate, 3) == 1.0
    desk.fate(1, "kept")
    desk.end(gate, 1)
    desk.begun(gate, 3)


def test_two_runs_in_one_process_share_the_cap(desk: Desk) -> None:
    one, other = desk.gate(Limits(0, 2)), desk.gate(Limits(0, 2))
    desk.begun(one, 1)
    desk.begun(other, 2)
    assert desk.begin(one, 3) == 1.0
    assert desk.begin(other, 4) == 1.0


def test_what_a_dead_run_left_open_counts_and_what_it_left_ended_does_not(desk: Desk) -> None:
    dead = desk.gate(Limits(0, 3))
    for name in range(3):
        desk.begun(dead, name)
    desk.fate(1, "submitted")
    desk.fate(2, "kept")
    gate = desk.gate(Limits(0, 3))
    assert set(desk.told()["open"]) == {home(0), home(1)}
    desk.begun(gate, 3)
    assert desk.begin(gate, 4) == 1.0


def test_a_run_that_goes_on_finds_places_that_dead_ones_left(desk: Desk) -> None:
    living, dead = desk.gate(Limits(0, 2)), desk.gate(Limits(0, 2))
    desk.begun(dead, 1)
    desk.begun(dead, 2)
    assert desk.begin(living, 3) == 1.0
    desk.fate(2, "failed")  # and died before it could say so
    desk.begun(living, 3)


def test_a_job_past_its_longest_time_holds_no_place(desk: Desk) -> None:
    gate = desk.gate(Limits(0, 1))
    desk.begun(gate, 1)
    desk.clock.tick(LONGEST_S)
    desk.begun(gate, 2)


def test_an_attempt_of_a_clock_set_back_holds_its_place_no_longer_than_others(desk: Desk) -> None:
    desk.begun(desk.gate(), 1)
    desk.clock.tick(-7200)
    gate = desk.gate(Limits(0, 1))
    assert desk.begin(gate, 2) == 1.0
    desk.clock.tick(LONGEST_S)
    desk.begun(gate, 2)


def test_a_place_that_a_dead_run_left_is_found_by_the_run_that_had_the_same_job_before(desk: Desk) -> None:
    living, dead = desk.gate(Limits(0, 1)), desk.gate(Limits(0, 1))
    desk.begun(living, 1)
    desk.fate(1, "failed")
    desk.end(living, 1)
    desk.begun(dead, 1)
    desk.fate(1, "failed")  # and died before it could say so
    desk.begun(living, 2)


# --- posts a minute, and the closed gate


def test_a_minute_has_no_more_posts_than_may_be_over_all_runs(desk: Desk) -> None:
    one, other = desk.gate(Limits(2, 0)), desk.gate(Limits(2, 0))
    desk.begun(one, 1)
    desk.clock.tick(10)
    desk.begun(other, 2)
    assert desk.begin(one, 3) == 50.0
    assert one.again() == 50.0  # to send one more time counts as much
    desk.clock.tick(50)
    assert other.again() == 0
    assert desk.begin(one, 3) == 10.0


def test_posts_of_the_last_minute_are_found_again_where_gate_json_is_lost(desk: Desk) -> None:
    desk.begun(desk.gate(Limits(2, 0)), 1)
    desk.clock.tick(5)
    desk.begun(desk.gate(Limits(2, 0)), 2)
    desk.file.unlink()
    assert desk.begin(desk.gate(Limits(2, 0)), 3) == 55.0


def test_a_closed_gate_is_closed_for_all_and_for_who_comes_later(desk: Desk) -> None:
    one, other = desk.gate(), desk.gate()
    one.closed(30.0)
    assert desk.begin(other, 1) == 30.0
    assert other.again() == 30.0
    assert desk.begin(desk.gate(), 1) == 30.0
    desk.clock.tick(30)
    desk.begun(other, 1)
    other.accepted()


def test_after_a_kill_the_gate_is_as_closed_as_before(desk: Desk) -> None:
    dead = desk.gate()
    dead.closed(None)
    dead.closed(None)
    desk.clock.tick(2)
    assert desk.begin(desk.gate(), 1) == 3.0


def test_a_clock_that_was_set_back_holds_nobody_up_for_hours(desk: Desk) -> None:
    gate = desk.gate(Limits(2, 0))
    desk.begun(gate, 1)
    gate.closed(250.0)
    desk.clock.tick(-7200)
    waited = 0.0
    while not isinstance(wait_s := desk.begin(gate, 2), Attempt):
        assert (waited := waited + wait_s) <= 130
        desk.clock.tick(wait_s)


def test_what_was_turned_away_keeps_its_place_until_it_is_sent_again(desk: Desk) -> None:
    gate = desk.gate(Limits(0, 1))
    desk.begun(gate, 1)
    gate.closed(5.0)
    desk.clock.tick(5)
    assert desk.begin(gate, 2) > 0
    assert gate.again() == 0


# --- money


def test_a_run_never_reserves_more_than_it_may(desk: Desk) -> None:
    gate = desk.gate(purse=Purse("film", run_usd=Decimal("1.00"), run_words="--max-cost"))
    desk.begun(gate, 1)
    desk.begun(gate, 2)
    with pytest.raises(OverBudget, match=r"--max-cost.*\$0.80 of \$1.00") as caught:
        desk.begin(gate, 3)
    assert caught.value.hint
    assert gate.run_usd == Decimal("0.80")
    desk.begun(gate, 4, Decimal("0.20"))
    desk.begun(desk.gate(purse=Purse("film", run_usd=Decimal("1.00"))), 3)  # another run has its own


def test_a_storyboards_total_counts_all_attempts_ever(desk: Desk) -> None:
    desk.begun(desk.gate(), 1)
    desk.fate(1, "failed")
    gate = desk.gate(purse=Purse("film", board_usd=Decimal("1.00")))
    desk.begun(gate, 2)
    with pytest.raises(OverBudget, match="max_total of the storyboard"):
        desk.begin(gate, 3)


def test_a_stores_total_counts_all_storyboards(desk: Desk) -> None:
    other = desk.gate(purse=Purse("other"))
    desk.begin(other, 1, board="other")
    gate = desk.gate(purse=Purse("film", board_usd=Decimal("0.40"), store_usd=Decimal("0.80")))
    desk.begun(gate, 2)
    with pytest.raises(OverBudget, match="max_total"):
        desk.begin(gate, 3)
    third = desk.gate(purse=Purse("third", store_usd=Decimal("0.80")))
    with pytest.raises(OverBudget, match=r"storyreel\.yaml"):
        desk.begin(third, 4, board="third")


def test_two_runs_share_what_is_left_of_a_total(desk: Desk) -> None:
    purse = Purse("film", board_usd=Decimal("0.80"))
    one, other = desk.gate(purse=purse), desk.gate(purse=purse)
    desk.begun(one, 1)
    desk.begun(other, 2)
    for gate in (one, other):
        with pytest.raises(OverBudget):
            desk.begin(gate, 3)


@pytest.mark.parametrize(
    ("fate", "counts"), [("abandoned", True), ("failed", True), ("kept", True), ("submitted", True), ("sent", True)]
)
def test_whatever_the_api_may_have_taken_counts(desk: Desk, fate: str, counts: bool) -> None:
    desk.begun(desk.gate(), 1)
    if fate != "sent":
        desk.fate(1, fate)
    desk.gate()
    assert desk.spent == ({"film": PRICE} if counts else {})


def test_what_it_turned_away_counts_for_nothing(desk: Desk) -> None:
    purse = Purse("film", run_usd=PRICE, board_usd=PRICE)
    gate = desk.gate(Limits(0, 1), purse)
    desk.begun(gate, 1)
    desk.turn_away(gate, 1)
    assert gate.run_usd == 0
    assert desk.reserved() == 0
    desk.begun(gate, 2)
    desk.gate()
    assert desk.spent == {"film": PRICE}


def test_what_is_adopted_counts(desk: Desk) -> None:
    with desk.store.open(home(1)) as opened:
        opened.adopt(Intent(request(1), "film", "main", "1", PRICE), "p1")
    desk.gate()
    assert desk.spent == {"film": PRICE}


@pytest.mark.parametrize(
    ("charged", "refunded", "usd"), [("0.34", "0", "0.34"), ("0.40", "0.40", "0"), ("0.10", "0.40", "0")]
)
def test_a_bill_counts_instead_of_the_price_and_never_as_less_than_nothing(
    desk: Desk, charged: str, refunded: str, usd: str
) -> None:
    desk.begun(desk.gate(), 1)
    desk.fate(1, "failed")
    (one,) = desk.store.attempts(ORIGIN)
    desk.store.billed(one, Bill(Decimal(charged), Decimal(refunded)))
    gate = desk.gate(purse=Purse("film", board_usd=Decimal(usd) + PRICE))
    assert desk.spent["film"] == Decimal(usd)
    desk.begun(gate, 2)


def test_a_take_whose_process_died_before_its_end_is_no_open_one(desk: Desk) -> None:
    desk.begun(desk.gate(), 1)
    desk.fate(1, "kept")
    (desk.outputs / home(1) / "attempts/1/end.json").unlink()
    gate = desk.gate(Limits(0, 1))
    assert desk.spent == {"film": PRICE}
    desk.begun(gate, 2)


def test_money_is_given_back_once_however_often_it_is_counted_meanwhile(desk: Desk) -> None:
    """Counting sees an attempt with its reservation or without both, never the one without the other."""
    gate = desk.gate()
    for name in range(3):
        desk.begun(gate, name)
    seen: list[Decimal] = []
    real = Attempt.end

    def end(attempt: Attempt, *words: Any) -> None:
        real(attempt, *words)
        neighbour = Gate(desk.outputs, ORIGIN, desk.clock, FREE, NO_LIMIT)
        with impatient(), pytest.raises(Busy):
            neighbour.count(longest)
        seen.append(desk.reserved())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempt, "end", end)
        desk.turn_away(gate, 1)
    assert seen == [3 * PRICE]
    assert desk.reserved() == 2 * PRICE
    desk.gate()
    assert desk.reserved() == 2 * PRICE


@contextmanager
def impatient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "waiting_for", lambda path: waiting_for(path, 0.0))
        yield


waiting_for = module.waiting_for


# --- what goes wrong


def test_an_attempt_that_can_not_begin_gives_back_what_was_reserved(desk: Desk) -> None:
    gate = desk.gate(Limits(2, 2), Purse("film", run_usd=PRICE))
    desk.begun(desk.gate(), 1)
    before = desk.told()
    with pytest.raises(StoreError, match="not ended"):
        desk.begin(gate, 1)
    after = desk.told()
    assert {**after, "at": ""} == {**before, "at": ""}
    assert gate.run_usd == 0


def test_a_full_disk_between_gate_and_intent_gives_back_as_well(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = desk.gate()
    with monkeypatch.context() as patch:
        patch.setattr(os, "link", full)
        with pytest.raises(StoreError, match="No space"):
            desk.begin(gate, 1)
    assert desk.reserved() == 0
    assert not desk.told()["open"]
    desk.begun(gate, 1)


def full(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


GOOD: dict[str, Any] = {"format": 1, "at": "", "posts": [], "open": {}, "closed_until": 0, "refusals": 0, "gap_s": 0}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        json.dumps({**GOOD, "spent": {"film": "-5"}}).encode(),
        json.dumps({**GOOD, "spent": {"film": "NaN"}}).encode(),
        json.dumps({**GOOD, "spent": {"film": "much"}}).encode(),
        json.dumps({**GOOD, "spent": {}, "refusals": 10**9}).encode(),
        json.dumps({**GOOD, "spent": {}, "refusals": -1}).encode(),
        json.dumps({**GOOD, "spent": {}, "closed_until": float("nan")}).encode(),
        json.dumps({**GOOD, "spent": {}, "closed_until": float("inf")}).encode(),
        json.dumps({**GOOD, "spent": {}, "posts": [float("nan")]}).encode(),
        json.dumps({**GOOD, "spent": {}, "gap_s": 1e9}).encode(),
        json.dumps({**GOOD, "spent": {}, "open": [1]}).encode(),
        json.dumps({**GOOD, "spent": {}, "format": 2}).encode(),
        json.dumps({name: GOOD[name] for name in GOOD if name != "format"} | {"spent": {}}).encode(),
    ],
)
def test_a_gate_json_that_is_damaged_or_foreign_is_counted_anew(desk: Desk, content: bytes) -> None:
    running = desk.gate()
    desk.begun(running, 1)
    desk.file.write_bytes(content)
    with pytest.raises(StoreError) as caught:
        desk.begin(running, 2)
    assert "run the command again" in caught.value.hint
    gate = desk.gate(Limits(0, 1), Purse("film", board_usd=Decimal("1.00")))
    assert desk.spent == {"film": PRICE}
    assert desk.begin(gate, 2) == 1.0


def test_who_stands_in_line_waits_for_no_more_of_the_disk_than_each_intent_needs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, synced = desk.gate(), list[str]()
    with desk.store.open(home(1)) as opened:
        opened.prepare()
        attempt = desk.outputs / home(1) / "attempts" / "1"
        assert attempt.is_dir()
        monkeypatch.setattr(
            os, "fsync", lambda fd: synced.append("folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "file")
        )
        assert isinstance(gate.begin(opened, Intent(request(1), "film", "main", "1", PRICE), LONGEST_S), Attempt)
    assert synced == ["file", "folder"]


def test_a_gate_json_that_is_gone_is_told_and_made_anew(desk: Desk) -> None:
    gate = desk.gate()
    desk.begun(gate, 1)
    desk.file.unlink()
    with pytest.raises(StoreError, match="gone"):
        desk.begin(gate, 2)
    gate.count(longest)
    desk.begun(gate, 2)
    assert desk.reserved() == 2 * PRICE


def test_a_gate_whose_folder_was_deleted_begins_anew(desk: Desk) -> None:
    gate = desk.gate()
    desk.begun(gate, 1)
    shutil.rmtree(desk.file.parent)
    with pytest.raises(StoreError):
        desk.begin(gate, 2)
    assert gate.count(longest) == {}
    desk.begun(gate, 2)


def test_what_a_neighbour_wrote_is_seen_whatever_time_and_size_his_file_has(desk: Desk) -> None:
    gate, other = desk.gate(Limits(0, 2)), desk.gate(Limits(0, 2))
    desk.begun(gate, "a")
    before = desk.file.stat()
    ours = desk.file.read_bytes()
    other.closed(30.0)
    written = desk.file.read_bytes()
    with desk.file.open("r+b") as file:  # the same inode, as a system may give it out again
        file.write(written)
    os.utime(desk.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ours != written
    assert desk.begin(gate, "b") == 30.0


def test_a_damaged_attempt_is_told_and_never_counted_as_nothing(desk: Desk) -> None:
    desk.begun(desk.gate(), 1)
    (desk.outputs / home(1) / "attempts/1/intent.json").write_text("{")
    with pytest.raises(StoreError, match=r"intent\.json"):
        desk.gate()


def test_what_killed_writers_left_beside_the_gate_is_cleared(desk: Desk) -> None:
    desk.gate()
    leftover = desk.file.with_name(".part-0123456789abcdef")
    leftover.write_bytes(b"{")
    desk.gate()
    assert not leftover.exists()


def test_unpriced_attempts_cost_nothing_that_is_known(desk: Desk) -> None:
    gate = desk.gate(purse=Purse("film", run_usd=Decimal("0.10")))
    desk.begun(gate, 1, None)
    assert gate.run_usd == 0


# --- all of it at random


class Runs(RuleBasedStateMachine):
    """Several runs over one store, some of which die between any two of their steps."""

    CAP, TOTAL = 3, Decimal("2.00")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.desk = Desk(self.folder)
        self.gates = [self.made() for _ in range(3)]
        self.names = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    def made(self) -> Gate:
        purse = Purse("film", run_usd=Decimal("1.20"), board_usd=self.TOTAL)
        return self.desk.gate(Limits(4, self.CAP), purse)

    def unresolved(self) -> list[str]:
        return [
            one.state.intent.shot for one in self.desk.store.attempts(ORIGIN) if one.unresolved and one.state.intent
        ]

    def truth(self) -> Decimal:
        return sum((one.usd for one in self.desk.store.attempts(ORIGIN)), NOTHING)

    @rule(which=st.integers(0, 2), price=st.sampled_from(["0.10", "0.40", "0.60"]))
    def begin(self, which: int, price: str) -> None:
        self.names += 1
        before = len(self.unresolved())
        try:
            answer = self.desk.begin(self.gates[which], self.names, Decimal(price))
        except OverBudget:
            over_run = self.gates[which].run_usd + Decimal(price) > Decimal("1.20")
            assert over_run or self.desk.reserved() + Decimal(price) > self.TOTAL
        else:
            assert before < self.CAP or not isinstance(answer, Attempt)

    @rule(which=st.integers(0, 2), price=st.sampled_from(["0.10", "0.40"]))
    def begin_and_die_before_the_intent(self, which: int, price: str) -> None:
        self.names += 1

        def killed(*_: Any) -> None:
            raise Dead

        written = module.Gate._write
        once: list[int] = []

        def write(gate: Gate, state: Any) -> None:
            if not once:  # what a dead process would take back stays as it is
                written(gate, state)

        def begin(*_: Any) -> None:
            once.append(1)
            killed()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipeline.store.home.Home.begin", begin)
            patch.setattr(module.Gate, "_write", write)
            try:
                self.desk.begin(self.gates[which], self.names, Decimal(price))
            except (Dead, OverBudget):
                self.gates[which] = self.made()

    @rule(which=st.integers(0, 2), data=st.data(), fate=st.sampled_from(["kept", "failed", "abandoned", "submitted"]))
    def resolve(self, which: int, data: st.DataObject, fate: str) -> None:
        if open_ones := self.unresolved():
            name = data.draw(st.sampled_from(open_ones))
            self.desk.fate(name, fate)
            if fate != "submitted" and data.draw(st.booleans()):  # else it died before it could say so
                self.desk.end(self.gates[which], name)

    @rule(which=st.integers(0, 2), data=st.data())
    def turn_away(self, which: int, data: st.DataObject) -> None:
        sent = [
            one.state.intent.shot
            for one in self.desk.store.attempts(ORIGIN)
            if one.state.standing == "uncertain" and one.state.intent
        ]
        if sent:
            self.desk.turn_away(self.gates[which], data.draw(st.sampled_from(sent)))

    @rule(which=st.integers(0, 2))
    def another_run_starts(self, which: int) -> None:
        self.gates[which] = self.made()
        assert self.desk.reserved() == self.truth()

    @rule(which=st.integers(0, 2), asked_s=st.none() | st.floats(0, 100))
    def too_many(self, which: int, asked_s: float | None) -> None:
        self.gates[which].closed(asked_s)

    @rule(which=st.integers(0, 2))
    def accepted(self, which: int) -> None:
        self.gates[which].accepted()

    @rule(which=st.integers(0, 2), seconds=st.floats(0, 90))
    def time_passes(self, which: int, seconds: float) -> None:
        self.desk.clock.tick(min(seconds, 60))
        self.gates[which].again()

    @invariant()
    def holds(self) -> None:
        assert self.truth() <= self.desk.reserved()
        assert self.truth() <= self.TOTAL
        now = self.desk.clock().timestamp()
        counted = {job for job, until in self.desk.told()["open"].items() if until > now}
        young = {
            one.home
            for one in self.desk.store.attempts(ORIGIN)
            if one.unresolved and one.state.begun and one.state.begun.timestamp() + LONGEST_S > now
        }
        assert young <= counted


class Dead(BaseException):
    """The process is gone."""


def test_whatever_runs_do_and_wherever_they_die_the_caps_hold() -> None:
    quick = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Runs, settings=quick)
