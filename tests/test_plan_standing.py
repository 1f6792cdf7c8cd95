"""The state of each job with its reason, out of what store and lock say; and what is shown until it is replaced."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.plan import Wish, purchase, rehearse
from tests.boards import ORIGIN
from tests.bought import Money, chain, digests, in_two, other, paid, reasons, states, take, used

SHOT = ("main", "sh030")


def state_of(money: Money, wanted: dict[str, Any] | None = None) -> tuple[str, str]:
    found = money.plan(wanted or chain())
    return states(found)[SHOT], reasons(found)["sh030"]


def bell(wanted: dict[str, Any] | None = None) -> str:
    return digests(Money().plan(wanted or chain()))[SHOT]


@pytest.mark.parametrize(
    ("rest", "state", "words"),
    [
        ({}, "generate", "no take yet"),
        ({"open": {bell(): "p1"}}, "open", "not finished"),
        ({"uncertain": frozenset({bell()})}, "uncertain", "nobody knows"),
        ({"absent": {bell(): (paid(bell()),)}}, "absent", "not here"),
        ({"failed": {bell(): 1200}}, "refused", "change the prompt"),
        ({"failed": {bell(): 1406}}, "generate", "the upstream service gave up"),
        ({"failed": {bell(): 0}}, "generate", "the last attempt failed"),
        # Of several the most urgent: what may still come in, then what is paid for, then what was refused.
        ({"open": {bell(): "p1"}, "failed": {bell(): 1200}}, "open", ""),
        ({"open": {bell(): "p1"}, "absent": {bell(): (paid(bell()),)}}, "open", ""),
        ({"uncertain": frozenset({bell()}), "absent": {bell(): (paid(bell()),)}}, "uncertain", ""),
        ({"absent": {bell(): (paid(bell()),)}, "failed": {bell(): 1200}}, "absent", ""),
    ],
)
def test_the_store_alone_says(rest: dict[str, Any], state: str, words: str) -> None:
    found, reason = state_of(Money(rest=rest))
    assert found == state
    assert words in reason


def test_a_kept_take_is_used_whatever_else_there_is() -> None:
    money = Money(rest={"open": {bell(): "p2"}, "failed": {bell(): 1200}})
    money.keep(bell())
    assert state_of(money) == ("reuse", "take 1 is kept")


def test_what_the_lock_alone_knows_as_paid_for_is_absent() -> None:
    money = Money()
    money.lock = money.lock.with_takes(ORIGIN, [(paid(bell()), {"format": 1}), (paid(bell(), 2), {"format": 1})])
    found = money.plan(chain())
    assert states(found)[SHOT] == "absent"
    assert [one.number for one in found.view.absent[bell()]] == [1, 2]
    assert found.view.absent[bell()][0].price_usd is not None
    assert states(found)["main", "sh010"] == "generate"
    money.keep(bell())
    assert state_of(money)[0] == "reuse"


def test_of_absent_takes_both_what_the_store_and_what_the_lock_know_count() -> None:
    money = Money(rest={"absent": {bell(): (paid(bell(), 3),)}})
    money.lock = money.lock.with_takes(ORIGIN, [(paid(bell()), {"format": 1})])
    assert [one.number for one in money.plan(chain()).view.absent[bell()]] == [1, 3]


def test_the_take_that_the_lock_chose_is_used() -> None:
    money = Money()
    money.keep(bell(), bell())
    money.choose("sh030", bell(), bell(), 2)
    assert state_of(money) == ("reuse", "take 2 is kept")
    money.choose("sh030", bell(), bell(), 7)  # whose clip is not here
    assert state_of(money) == ("reuse", "take 1 is kept")


def test_a_take_of_another_wording_is_reuse_and_not_stale() -> None:
    money = Money(rest={"failed": {bell(): 1200}})
    money.keep(other("fallback"))
    money.choose("sh030", bell(), other("fallback"))
    assert state_of(money) == ("reuse", "take 1 of another wording is used for it")
    assert used(money.plan(chain()))[SHOT] == other("fallback")


def test_a_take_of_another_wording_serves_whoever_makes_the_same_request() -> None:
    wanted = in_two()
    money = Money()
    money.keep(other("fallback"))
    money.choose("sh030", bell(), other("fallback"), variant="dry")
    found = money.plan(wanted)
    assert states(found)["wet", "sh030"] == states(found)["dry", "sh030"] == "reuse"
    assert not [job for job in found.to_buy() if job.digest == bell()]


def test_a_changed_shot_is_stale_and_shows_its_older_take_until_the_new_one_is_there() -> None:
    money = Money()
    money.shoot(chain())
    changed = chain(sh030="A bell tolls.")
    assert state_of(money, changed) == ("stale", "it has changed since its take was made")
    assert used(money.plan(changed))[SHOT] == bell()
    assert rehearse(money.plan(changed)).footage["main", 2] == f"take:{bell()}:1"
    after = money.shoot(changed)
    assert states(after)[SHOT] == "reuse"
    assert used(after)[SHOT] == bell(changed)
    assert rehearse(after).footage["main", 2] == f"take:{bell(changed)}:1"


def test_what_continues_from_a_changed_shot_is_stale_too() -> None:
    money = Money()
    money.shoot(chain())
    found = money.plan(chain(sh010="The sky."))
    assert states(found) == {("main", "sh010"): "stale", ("main", "sh020"): "stale", SHOT: "reuse"}


def test_taking_a_change_back_finds_the_old_take() -> None:
    money = Money()
    money.shoot(chain())
    money.shoot(chain(sh030="A bell tolls."))
    back = money.write(chain())
    assert states(back)[SHOT] == "reuse"
    assert used(back)[SHOT] == bell()
    # And after one more edit it is this take that is shown, not the one in between.
    assert used(money.plan(chain(sh030="Bells.")))[SHOT] == bell()


def test_a_new_variant_is_not_stale() -> None:
    money = Money()
    money.shoot(in_two())
    three = chain(variants={"matrix": {"weather": {"wet": "rain", "dry": "sun", "cold": "snow"}}})
    found = money.plan(three)
    assert states(found)["cold", "sh010"] == "generate"
    assert ("cold", "sh010") not in used(found)
    assert states(found)["wet", "sh010"] == states(found)["dry", "sh010"] == "reuse"


def test_each_variant_shows_its_own_older_take() -> None:
    money = Money()
    before = digests(money.shoot(in_two()))
    found = money.plan(in_two(sh010="The sky in {{ weather }}."))
    for variant in ("wet", "dry"):
        assert states(found)[variant, "sh010"] == "stale"
        assert used(found)[variant, "sh010"] == before[variant, "sh010"]


def test_a_stale_shot_that_fails_is_still_shown() -> None:
    money = Money()
    money.shoot(chain())
    changed = chain(sh030="A bell tolls.")
    money.rest = {"failed": {bell(changed): 1200}}
    assert state_of(money, changed)[0] == "refused"
    assert used(money.plan(changed))[SHOT] == bell()


def test_after_a_refusal_the_other_jobs_of_the_shot_are_held() -> None:
    first = digests(Money().plan(in_two()))["wet", "sh010"]
    money = Money(rest={"failed": {first: 1200}})
    found = money.plan(in_two())
    assert states(found)["wet", "sh010"] == "refused"
    assert states(found)["dry", "sh010"] == "held"
    reasons = {(slot.variant, slot.shot): slot.reason for slot in found.every_slot() if slot.state == "held"}
    assert reasons["dry", "sh010"] == "held back: wet of this shot was refused by moderation"
    assert reasons["wet", "sh020"] == "held back: sh010, from which it continues, is not to be had"
    assert states(found)["wet", "sh030"] == "generate"
    money.rest = {"failed": {first: 1403}}
    assert states(money.plan(in_two()))["dry", "sh010"] == "generate"


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_nothing_is_held_where_some_job_of_the_shot_has_a_take(where: str) -> None:
    wanted = chain(variants={"matrix": {"weather": {"wet": "rain", "dry": "sun", "cold": "snow"}}})
    found = digests(Money().plan(wanted))
    money = Money(rest={"failed": {found["wet", "sh010"]: 1200}})
    if where == "here":
        money.keep(found["dry", "sh010"])
    else:
        money.rest["absent"] = {found["dry", "sh010"]: (paid(found["dry", "sh010"]),)}
    assert states(money.plan(wanted))["cold", "sh010"] == "generate"


def test_another_wording_that_is_paid_for_elsewhere_is_fetched_and_neither_is_bought() -> None:
    wanted = chain()
    wanted["shots"][2]["fallback_prompt"] = "A chime."
    (chime,) = (job.digest for job in Money().plan(wanted).fallbacks.values())
    money = Money()
    money.lock = money.lock.with_takes(ORIGIN, [(paid(chime), {"format": 1})])
    money.choose("sh030", bell(), chime)
    found = money.plan(wanted)
    assert (states(found)[SHOT], reasons(found)["sh030"]) == (
        "absent",
        "its other wording is paid for, and that clip is not here",
    )
    (order,) = purchase(found, wish=Wish(frozenset({"sh030"}))).orders.values()
    assert (order.key, order.absent, order.wanted) == (f"take:{chime}:1", paid(chime), bell())
    again = purchase(found, wish=Wish(frozenset({"sh030"}), regenerate_absent=True))
    ((key, order),) = again.orders.items()
    assert (key, order.absent, order.wanted) == (f"take:{chime}:2", None, bell())
    assert again.to_pay == (order,)


def test_takes_from_another_origin_are_none() -> None:
    money = Money()
    money.lock = money.lock.with_takes("http://127.0.0.1:8017", [(paid(bell()), {"format": 1})])
    assert state_of(money)[0] == "generate"


def test_only_what_has_no_take_or_a_stale_one_is_to_buy() -> None:
    money = Money()
    money.shoot(chain())
    found = money.plan(chain(sh030="A bell tolls."))
    assert [job.digest for job in found.to_buy()] == [bell(chain(sh030="A bell tolls."))]
    assert found.view.best(bell()) == take(bell())
