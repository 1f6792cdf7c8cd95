"""What `shoot` buys and fetches, in which order, and what the lock says of it afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.catalog import Price
from pipeline.lock import Use
from pipeline.plan import Purchase, Wish, purchase, uses
from tests.boards import ORIGIN
from tests.bought import Money, chain, digests, in_two, other, paid, states, used

THREE = {"weather": {"wet": "rain", "dry": "sun", "cold": "snow"}}


def bought(money: Money, wanted: dict[str, Any], *named: str, variants: tuple[str, ...] = (), **how: Any) -> Purchase:
    found = money.plan(wanted)
    some = tuple(found.variants.called(frozenset(variants))) if variants else ()
    return purchase(found, some, Wish(frozenset(named), **how))


def shots(found: Purchase) -> list[tuple[str, str]]:
    return [(order.variant, order.shot) for order in found.orders.values()]


# --- what is bought


def test_everything_that_is_missing_is_bought_once_what_others_continue_from_first() -> None:
    found = bought(Money(), in_two())
    turns = shots(found)
    # The bell is the same in both variants.
    assert sorted(turns) == sorted([(v, s) for v in ("wet", "dry") for s in ("sh010", "sh020")] + [("wet", "sh030")])
    assert turns.index(("wet", "sh010")) < turns.index(("wet", "sh020"))
    assert found.cost_usd == Decimal("0.40") * 5
    assert set(found.states.values()) == {"generate"}
    assert found.footage["wet", 2] == found.footage["dry", 2]


def test_what_is_kept_is_not_bought_and_what_changed_is() -> None:
    money = Money()
    money.shoot(chain())
    assert not bought(money, chain()).orders
    found = bought(money, chain(sh010="The sky."))
    assert shots(found) == [("main", "sh010"), ("main", "sh020")]
    assert set(found.states.values()) == {"stale"}
    assert found.cost_usd == Decimal("0.80")


def test_what_continues_from_an_order_waits_for_its_clip() -> None:
    found = bought(Money(), chain())
    first, second = (key for key, order in found.orders.items() if order.shot in ("sh010", "sh020"))
    (source,) = found.orders[second].sources.values()
    assert source.key == first
    money = Money()
    money.keep(digests(money.plan(chain()))["main", "sh010"])
    (after,) = (order for order in bought(money, chain()).orders.values() if order.shot == "sh020")
    (source,) = after.sources.values()
    assert source.key == first


def test_of_named_shots_only_these_and_what_they_continue_from() -> None:
    assert shots(bought(Money(), chain(), "sh030")) == [("main", "sh030")]
    assert shots(bought(Money(), chain(), "sh020")) == [("main", "sh010"), ("main", "sh020")]
    assert shots(bought(Money(), chain(), "sh010")) == [("main", "sh010")]


def test_a_part_of_a_take_names_the_whole() -> None:
    parts = [{"id": "a", "prompt": "One."}, {"id": "b", "prompt": "Two."}]
    wanted = {**chain(), "shots": [{"id": "both", "duration": 10, "split": [5], "shots": parts}, chain()["shots"][2]]}
    assert shots(bought(Money(), wanted, "b")) == [("main", "both")]
    assert shots(bought(Money(), wanted, "both")) == [("main", "both")]


def test_of_named_variants_only_what_these_show() -> None:
    assert shots(bought(Money(), in_two(), "sh010", variants=("dry",))) == [("dry", "sh010")]


@pytest.mark.parametrize("state", ["open", "uncertain"])
def test_what_is_under_way_is_looked_after_and_not_paid_for_again(state: str) -> None:
    bell = digests(Money().plan(chain()))["main", "sh030"]
    rest: dict[str, Any] = {"open": {bell: "p1"}} if state == "open" else {"uncertain": frozenset({bell})}
    found = bought(Money(rest=rest), chain(), "sh030")
    assert list(found.states.values()) == [state]
    assert found.to_pay == ()
    assert found.cost_usd == 0
    (order,) = found.orders.values()
    assert order.absent is None


@pytest.mark.parametrize("state", ["open", "uncertain"])
def test_an_attempt_under_way_at_a_later_take_is_found_there(state: str) -> None:
    bell = digests(Money().plan(chain()))["main", "sh030"]
    rest: dict[str, Any] = {"open": {bell: "p2"}} if state == "open" else {"uncertain": frozenset({bell})}
    money = Money(rest={**rest, "unsettled": {bell: 2}, "absent": {bell: (paid(bell),)}})
    (key,) = bought(money, chain(), "sh030").orders
    assert key == f"take:{bell}:2"


def test_an_absent_take_is_fetched_and_costs_nothing() -> None:
    bell = digests(Money().plan(chain()))["main", "sh030"]
    money = Money(rest={"absent": {bell: (paid(bell, 2), paid(bell, 5))}})
    found = bought(money, chain(), "sh030")
    ((key, order),) = found.orders.items()
    assert key == f"take:{bell}:2"
    assert order.absent == paid(bell, 2)
    assert found.to_pay == ()


def test_bought_anew_it_gets_the_next_number_and_costs_its_price() -> None:
    bell = digests(Money().plan(chain()))["main", "sh030"]
    money = Money(rest={"absent": {bell: (paid(bell, 2), paid(bell, 5))}})
    found = bought(money, chain(), "sh030", regenerate_absent=True)
    ((key, order),) = found.orders.items()
    assert key == f"take:{bell}:6"
    assert order.absent is None
    assert found.states[key] == "generate"
    assert found.cost_usd == Decimal("0.40")
    assert found.footage["main", 2] == key


def test_buying_anew_buys_nothing_that_is_here() -> None:
    money = Money()
    money.shoot(chain())
    assert not bought(money, chain(), regenerate_absent=True).orders


def test_what_moderation_refused_or_holds_is_bought_only_by_name() -> None:
    first = digests(Money().plan(in_two()))["wet", "sh010"]
    money = Money(rest={"failed": {first: 1200}})
    assert states(money.plan(in_two()))["dry", "sh010"] == "held"
    assert not [shot for _, shot in shots(bought(money, in_two())) if shot == "sh010"]
    assert shots(bought(money, in_two(), "sh010")) == [("wet", "sh010"), ("dry", "sh010")]
    # Named is what goes on from it: that does not buy it.
    assert "sh010" not in {shot for _, shot in shots(bought(money, in_two(), "sh020"))}


def test_other_prices_change_the_cost() -> None:
    found = bought(Money(), chain())
    bell = digests(Money().plan(chain()))["main", "sh030"]
    cheaper = found.priced({bell: Price(Decimal("0.34"), estimate=False)})
    assert cheaper.cost_usd == Decimal("1.14")
    assert found.cost_usd == Decimal("1.20")


# --- pilots


def pilots(found: Purchase) -> dict[tuple[str, str], tuple[str, str] | None]:
    names = {key: (order.variant, order.shot) for key, order in found.orders.items()}
    return {names[key]: names.get(order.pilot) for key, order in found.orders.items()}


def test_of_jobs_of_one_shot_the_first_goes_ahead() -> None:
    found = pilots(bought(Money(), chain(variants={"matrix": THREE})))
    assert found["wet", "sh010"] is None
    assert found["dry", "sh010"] == found["cold", "sh010"] == ("wet", "sh010")
    assert found["dry", "sh020"] == ("wet", "sh020")
    assert found["wet", "sh030"] is None


def test_the_board_may_choose_who_goes_ahead() -> None:
    found = pilots(bought(Money(), chain(variants={"matrix": THREE, "pilot": "cold"})))
    assert found["cold", "sh010"] is None
    assert found["wet", "sh010"] == found["dry", "sh010"] == ("cold", "sh010")


def test_what_is_under_way_already_goes_ahead_of_all() -> None:
    wanted = chain(variants={"matrix": THREE, "pilot": "cold"})
    dry = digests(Money().plan(wanted))["dry", "sh010"]
    found = pilots(bought(Money(rest={"open": {dry: "p1"}}), wanted))
    assert found["dry", "sh010"] is None
    assert found["wet", "sh010"] == found["cold", "sh010"] == ("dry", "sh010")


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_none_goes_ahead_where_some_job_of_the_shot_has_a_take(where: str) -> None:
    wanted = chain(variants={"matrix": THREE})
    dry = digests(Money().plan(wanted))["dry", "sh010"]
    money = Money()
    if where == "here":
        money.keep(dry)
    else:
        money.rest = {"absent": {dry: (paid(dry),)}}
    found = pilots(bought(money, wanted))
    assert found["wet", "sh010"] is found["cold", "sh010"] is None
    assert found["cold", "sh020"] == ("wet", "sh020")


def test_nobody_waits_for_somebody_who_waits_for_him() -> None:
    wanted = chain(variants={"matrix": THREE, "pilot": "cold"})
    found = bought(Money(), wanted)
    waits = {
        key: {order.pilot, *(source.key for source in order.sources.values())} - {""}
        for key, order in found.orders.items()
    }
    done: set[str] = set()
    while left := {key for key in waits if key not in done}:
        ready = {key for key in left if waits[key] <= done}
        assert ready
        done |= ready


# --- what the lock says afterwards


def lines(money: Money) -> dict[tuple[str, str], str]:
    """The digest that each line of the lock uses."""
    found = {}
    for shot in ("sh010", "sh020", "sh030"):
        for variant in ("", "main", "wet", "dry", "cold"):
            if use := money.lock.own_use(ORIGIN, shot, variant):
                found[shot, variant] = use.digest
    return found


def test_what_all_use_is_one_line_and_what_one_uses_is_its_own() -> None:
    money = Money()
    found = digests(money.shoot(in_two()))
    assert lines(money) == {
        ("sh010", ""): found["wet", "sh010"],
        ("sh010", "dry"): found["dry", "sh010"],
        ("sh020", ""): found["wet", "sh020"],
        ("sh020", "dry"): found["dry", "sh020"],
        ("sh030", ""): found["wet", "sh030"],
    }


def test_where_the_lock_says_it_already_there_is_nothing_new() -> None:
    money = Money()
    money.shoot(in_two())
    assert uses(money.plan(in_two())) == {}
    assert uses(Money().plan(in_two())) == {}


def test_an_edit_moves_its_own_line_alone() -> None:
    money = Money()
    money.shoot(in_two())
    before = lines(money)
    changed = in_two(sh030="A bell tolls.")
    new = digests(money.shoot(changed))["wet", "sh030"]
    assert lines(money) == {**before, ("sh030", ""): new}


def test_until_it_is_bought_nothing_moves() -> None:
    money = Money()
    money.shoot(in_two())
    assert uses(money.plan(in_two(sh030="A bell tolls."))) == {}


def test_a_line_that_a_running_shoot_wrote_for_one_goes_when_all_use_the_same() -> None:
    money = Money()
    money.shoot(chain())
    changed = chain(sh030="A bell tolls.")
    new = digests(money.plan(changed))["main", "sh030"]
    money.keep(new)
    money.choose("sh030", new, new, variant="main")
    money.write(changed)
    assert lines(money) == {key: value for key, value in lines(money).items() if key[1] == ""}
    assert lines(money)["sh030", ""] == new


def test_a_variant_whose_new_take_is_not_there_keeps_its_older_one_whoever_comes_first() -> None:
    one = chain(variants={"matrix": {"weather": {"wet": "rain", "dry": "rain "}}}, sh010="The sea.")
    for first in ("wet", "dry"):
        money = Money()
        before = digests(money.shoot(one))
        changed = in_two(sh010="The sky in {{ weather }}.")
        after = money.shoot(changed, lambda variant, _, first=first: variant == first)
        second = "dry" if first == "wet" else "wet"
        assert used(after)[first, "sh010"] == digests(after)[first, "sh010"]
        assert used(after)[second, "sh010"] == before[second, "sh010"]
        assert states(after)[second, "sh010"] == "stale"
        final = money.shoot(changed)
        assert used(final)[second, "sh010"] == digests(final)[second, "sh010"]
        assert uses(money.plan(changed)) == {}


def test_a_take_of_another_wording_stays_chosen() -> None:
    money = Money()
    bell = digests(money.plan(chain()))["main", "sh030"]
    money.keep(other("fallback"))
    money.choose("sh030", bell, other("fallback"))
    money.write(chain())
    assert money.lock.own_use(ORIGIN, "sh030", "") == Use(bell, other("fallback"), 1)
    assert not bought(money, chain(), "sh030").orders
