"""What a plan promises: a job for each request there is, once, and a digest that only the request can change."""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.plan import Plan, rehearse
from pipeline.take import MediaFacts, Paid, StoreView, Take
from tests.boards import ORIGIN, planned

BOARD: dict[str, Any] = {
    "version": 1,
    "title": "Three",
    "vars": {"weather": "rain"},
    "characters": {"keeper": {"description": "an old man"}, "anna": {"description": "a girl"}},
    "shots": [
        {"id": "sh010", "prompt": "The sea in {{ weather }}.", "duration": 5},
        {"id": "sh020", "prompt": "@keeper waits.", "continue_from": {"shot": "sh010"}, "out": 4},
        {"id": "sh030", "prompt": "@anna runs.", "continue_from": {"shot": "sh020"}},
        {"id": "sh040", "prompt": "A gull.", "transition": {"type": "dissolve", "duration": 0.5}},
    ],
}


def copy() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(BOARD))
    return value


def plan(wanted: dict[str, Any]) -> Plan:
    return planned(yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True))


def changed(edit: Any) -> set[str]:
    """The shots whose request an edit of the board changes."""
    wanted = copy()
    edit(wanted)
    before = {slot.shot: slot.digest for slot in plan(BOARD).every_slot()}
    return {slot.shot for slot in plan(wanted).every_slot() if slot.digest != before[slot.shot]}


@pytest.mark.parametrize(
    ("edit", "shots"),
    [
        (lambda b: b["shots"][3].update(prompt="Two gulls."), {"sh040"}),
        (lambda b: b["shots"][1].update(prompt="@keeper sits."), {"sh020", "sh030"}),
        (lambda b: b["vars"].update(weather="sun"), {"sh010", "sh020", "sh030"}),
        (lambda b: b["characters"]["anna"].update(description="a boy"), {"sh030"}),
        (lambda b: b["characters"]["keeper"].update(name="Tom"), {"sh020", "sh030"}),
        (lambda b: b["shots"][1].update(out=3), {"sh030"}),
        (lambda b: b["shots"][1].update(out=5), {"sh030"}),
        (lambda b: b["shots"][0].update(out=5), set()),
        (lambda b: b["shots"][3].update(duration=6), {"sh040"}),
        (lambda b: b["shots"][3].update(camera={"angle": "low"}), {"sh040"}),
        (lambda b: b.update(style={"look": "ink"}), {"sh010", "sh020", "sh030", "sh040"}),
        (lambda b: b["shots"][3].update(notes="hold", **{"in": 1}), set()),
        (lambda b: b["shots"][3].pop("transition"), set()),
        (lambda b: b.update(title="Other", cut={"frame_rate": 25}, budget={"max_cost": 3}), set()),
        (lambda b: b["vars"].update(unused="x"), set()),
    ],
)
def test_an_edit_changes_exactly_the_requests_it_should(edit: Any, shots: set[str]) -> None:
    assert changed(edit) == shots


def test_a_shot_keeps_its_take_when_it_is_renamed_or_moved() -> None:
    assert (
        changed(
            lambda b: b["shots"].insert(0, b["shots"].pop(3) | {"transition": None}) or b["shots"][0].pop("transition")
        )
        == set()
    )
    renamed = copy()
    renamed["shots"][3]["id"] = "sh045"
    assert {slot.digest for slot in plan(renamed).every_slot()} == {slot.digest for slot in plan(BOARD).every_slot()}


def shuffled(value: Any, draw: Any) -> Any:
    """The same board with the keys of its mappings in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], draw) for key in draw(st.permutations(list(value)))}
    return [shuffled(item, draw) for item in value] if isinstance(value, list) else value


@settings(max_examples=40, deadline=None)
@given(data=st.data(), flow=st.booleans(), width=st.integers(20, 200), comment=st.booleans())
def test_how_a_board_is_written_changes_no_digest(data: st.DataObject, flow: bool, width: int, comment: bool) -> None:
    wanted = shuffled(copy(), data.draw)
    # The order in which characters are declared is the order of their references, so that one means something.
    wanted["characters"] = BOARD["characters"]
    text = yaml.safe_dump(wanted, sort_keys=False, default_flow_style=flow, width=width)
    text = text.replace("\n", "  # as it is\n") if comment and not flow and width > 100 else text
    assert [slot.digest for slot in planned(text).every_slot()] == [slot.digest for slot in plan(BOARD).every_slot()]


def test_variants_that_share_a_shot_share_its_job() -> None:
    wanted = copy() | {"variants": {"matrix": {"weather": {"wet": "rain", "dry": "sun"}}}}
    found = plan(wanted)
    assert len(list(found.every_slot())) == 8
    assert len(found.jobs) == 7, "only the gull is the same in both"
    assert found.cost_usd() == Decimal("0.40") * 7


def test_a_variant_is_named_by_its_keys_and_its_template() -> None:
    wanted = copy() | {"variants": {"matrix": {"weather": {"wet": "rain", "dry": "sun"}, "n": [1, 2]}}}
    assert list(plan(wanted).variants.names) == ["wet_1", "wet_2", "dry_1", "dry_2"]
    wanted["variants"]["name"] = "{{ weather }}: take/{{ n }}"
    assert plan(wanted).variants.names[0] == "wet-take-1"
    wanted["variants"] = {"matrix": {"weather": ["Über 東京?", "../x"]}}
    assert list(plan(wanted).variants.names) == ["Über-東京", "x"]


def take(digest: str, number: int = 1) -> Take:
    return Take(digest, number, f"takes/api/{digest}/{number}", "id", MediaFacts("0" * 64, 1, "video", "mp4"))


def test_each_slot_says_its_state_and_why() -> None:
    text = yaml.safe_dump(copy(), sort_keys=False)
    first, second, third, fourth = (slot.digest for slot in planned(text).every_slot())
    view = StoreView(
        ORIGIN,
        takes={first: (take(first),)},
        absent={second: (Paid(second, 1, "p", None, "0" * 64),)},
        open={third: "id"},
        failed={fourth: 1200},
    )
    found = planned(text, view)
    assert [slot.state for slot in found.every_slot()] == ["reuse", "absent", "open", "refused"]
    assert found.to_buy() == ()
    assert "moderation" in list(found.every_slot())[3].reason
    again = planned(text, StoreView(ORIGIN, failed={first: 1406}, uncertain=frozenset({second})))
    assert [slot.state for slot in again.every_slot()] == ["generate", "uncertain", "generate", "generate"]
    assert next(again.every_slot()).reason == "the last attempt failed: the upstream service gave up"


def test_a_rehearsal_uses_takes_and_draws_the_rest_after_what_it_continues_from() -> None:
    text = yaml.safe_dump(copy(), sort_keys=False)
    digest = next(planned(text).every_slot()).digest
    bare, paid = rehearse(planned(text)), rehearse(planned(text, StoreView(ORIGIN, takes={digest: (take(digest),)})))
    turns = [order.shot for order in bare.orders.values()]
    assert sorted(turns) == ["sh010", "sh020", "sh030", "sh040"]
    assert turns.index("sh010") < turns.index("sh020") < turns.index("sh030")
    assert sorted(order.shot for order in paid.orders.values()) == ["sh020", "sh030", "sh040"]
    assert paid.footage["main", 0] == f"take:{digest}:1"
    assert paid.footage["main", 1] != bare.footage["main", 1], "it begins with another picture"
    assert paid.footage["main", 3] == bare.footage["main", 3]


def test_a_chain_of_a_thousand_shots_has_a_plan() -> None:
    shots: list[dict[str, Any]] = [{"id": f"s{n}", "prompt": f"Step {n}."} for n in range(1000)]
    for before, shot in itertools.pairwise(shots):
        shot["continue_from"] = {"shot": before["id"]}
    found = plan({"version": 1, "title": "Chain", "shots": shots[::-1]})
    assert len(rehearse(found).orders) == 1000
