"""Who may submit when, without a clock: caps on open jobs and on posts a minute, and a gate that reopens gently."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.store.rates import LONGEST_ASKED_S, LONGEST_CLOSED_S, Limits, Rates

BRONZE = Limits(2, 2)
FREE = Limits(0, 0)
NOW = 1_800_000_000.0


def passed(rates: Rates, now: float, limits: Limits, job: str, open_s: float = 1e6) -> tuple[Rates, float]:
    """The rates and the moment once a job has been let through, having waited as often as it was told to."""
    for _ in range(1000):
        rates = rates.at(now)
        wait_s = rates.wait_s(now, limits)
        if not wait_s:
            return rates.sending(now).begun(job, now + open_s), now
        now += wait_s
    raise AssertionError("it never gets its turn")


def test_nothing_stops_the_first() -> None:
    assert Rates().at(NOW).wait_s(NOW, BRONZE) == 0


def test_no_more_go_in_any_minute_than_may() -> None:
    rates, now, moments = Rates(), NOW, []
    for number in range(9):
        rates, now = passed(rates, now, Limits(3, 0), str(number))
        moments.append(now)
    assert all(later - earlier >= 60 for earlier, later in zip(moments, moments[3:], strict=False))
    assert moments[:3] == [NOW] * 3
    assert moments[-1] == NOW + 120  # and nobody waits longer than that


@given(st.lists(st.floats(0, 50), min_size=1, max_size=40), st.integers(1, 5))
def test_no_minute_has_too_many_however_the_orders_come(pauses: list[float], cap: int) -> None:
    rates, now, moments = Rates(), NOW, []
    for number, pause_s in enumerate(pauses):
        rates, now = passed(rates, now + pause_s, Limits(cap, 0), str(number))
        moments.append(now)
    for earlier, later in zip(moments, moments[cap:], strict=False):
        assert later - earlier >= 60 - 1e-6


def test_no_more_are_open_than_may_be_until_one_has_ended() -> None:
    rates = Rates().begun("a", NOW + 600).begun("b", NOW + 600)
    assert rates.full(NOW, BRONZE)
    assert 0 < rates.wait_s(NOW, BRONZE) <= 2  # it looks again soon: nobody is told when a place becomes free
    assert rates.ended(frozenset({"a"}), NOW).wait_s(NOW, BRONZE) == 0
    assert not rates.full(NOW, FREE)


def test_a_job_that_nobody_ever_ends_holds_its_place_only_so_long() -> None:
    rates = Rates().begun("a", NOW + 600).begun("b", NOW + 700)
    assert rates.full(NOW + 599, BRONZE)
    assert not rates.full(NOW + 600, BRONZE)
    assert rates.ended(frozenset(), NOW + 650).open == {"b": NOW + 700}


def test_after_too_many_requests_nothing_goes_for_as_long_as_the_api_asks() -> None:
    closed = Rates().refused(NOW, 42.0, FREE)
    assert closed.wait_s(NOW, FREE) == 42
    assert closed.at(NOW + 42).wait_s(NOW + 42, FREE) == 0


def test_no_api_can_close_it_for_a_week() -> None:
    assert Rates().refused(NOW, 604_800, FREE).wait_s(NOW, FREE) == LONGEST_ASKED_S


def test_without_a_time_it_closes_ever_longer_up_to_a_good_minute() -> None:
    rates, now, waits = Rates(), NOW, []
    for _ in range(8):
        rates = rates.refused(now, None, FREE)
        waits.append(rates.wait_s(now, FREE))
        now = rates.closed_until
    assert waits == [5, 10, 20, 40, *[LONGEST_CLOSED_S] * 4]


def test_many_refused_at_once_count_as_one_refusal() -> None:
    one = Rates().refused(NOW, None, FREE)
    burst = one
    for moment in range(40):
        burst = burst.refused(NOW + moment / 100, None, FREE)
    assert burst == one
    assert burst.refused(NOW + 1, 30.0, FREE).closed_until == NOW + 31  # but what the API asks for is heard


def test_it_reopens_gently() -> None:
    limits = Limits(60, 0)
    rates, now, moments = Rates(), NOW, []
    for _ in range(3):
        rates = rates.refused(now, None, limits)
        now = rates.closed_until
    for number in range(9):
        rates, now = passed(rates, now, limits, str(number))
        moments.append(now)
        rates = rates.accepted()
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps == [2, 1, 0.5, 0.25, 0, 0, 0, 0]


def test_a_gate_that_is_refused_again_and_again_lets_one_through_at_a_time() -> None:
    rates, now, gaps = Rates(), NOW, []
    limits = Limits(60, 0)
    for number in range(5):
        rates, now = passed(rates, now, limits, str(number))
        rates = rates.refused(now, 0.5, limits)
        gaps.append(rates.gap_s)
    assert gaps == [1, 2, 4, 8, 16]
    for _ in range(7):
        gaps.append((rates := rates.accepted()).gap_s)
    assert gaps[5:] == [8, 4, 2, 1, 0.5, 0.25, 0]
    assert rates.refusals == 0


def test_a_clock_that_was_set_back_makes_nobody_wait_until_it_has_caught_up() -> None:
    limits = Limits(1, 1)
    ahead = (
        Rates().sending(NOW + 3600).begun("a", NOW + 4000).ended(frozenset({"a"}), NOW).refused(NOW + 3600, 5, limits)
    )
    seen = ahead.at(NOW)
    assert 0 < seen.wait_s(NOW, limits) <= LONGEST_CLOSED_S
    assert seen.at(NOW + LONGEST_CLOSED_S).wait_s(NOW + LONGEST_CLOSED_S, limits) == 0


def test_a_clock_that_was_set_back_lets_no_more_through_a_minute() -> None:
    rates = Rates().sending(NOW + 3600).sending(NOW + 3601)
    assert rates.at(NOW).wait_s(NOW, BRONZE) == 60
    assert rates.at(NOW).at(NOW + 30).wait_s(NOW + 30, BRONZE) == 30
    assert rates.at(NOW).at(NOW + 60).wait_s(NOW + 60, BRONZE) == 0
