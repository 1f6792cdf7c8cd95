"""What differs between two states is told exactly: the shots, their reasons, the seconds and the dollars."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.difference import Difference, Edit, difference
from pipeline.difference.matching import moved
from pipeline.lock import Points
from pipeline.storyboard import DEFAULT_MODEL
from tests.boards import ORIGIN
from tests.bought import Money, digests, other
from tests.test_plan_changes import FILM

OTHER_MODEL = "bytedance/seedance-2.0/text-to-video"


def film(order: str = "", **changed: Any) -> dict[str, Any]:
    """The film with changes: a section by its name, a shot by its id; None takes away; `order` of its shots."""
    wanted: dict[str, Any] = yaml.safe_load(yaml.safe_dump(FILM))
    shots = {shot["id"]: shot for shot in wanted["shots"]}
    for name, value in changed.items():
        if value is None:
            shots.pop(name)
        elif name not in shots and name.startswith(("sh", "sq")):
            shots[name] = {"id": name, **value}
        elif isinstance(value, dict):
            where = shots[name] if name in shots else wanted.setdefault(name, {})
            for key, new in value.items():
                where.pop(key) if new is None else where.update({key: new})
        else:
            wanted[name] = value
    wanted["shots"] = [shots[name] for name in order.split()] if order else list(shots.values())
    return wanted


def told(wanted: dict[str, Any], was: dict[str, Any] | None = None, money: Money | None = None) -> Difference:
    money = money or Money()
    return difference(money.plan(was or film()), money.plan(wanted))


def why(edit: Edit) -> str:
    """Kinds and causes of an edit."""
    causes = dict.fromkeys(str(cause) for job in edit.jobs for cause in job.causes)
    return f"{', '.join(edit.kinds)}: {'; '.join((*causes, *edit.recut))}".removesuffix(": ")


def shots(found: Difference) -> dict[str, str]:
    return {edit.shot: why(edit) for edit in found.edits}


def test_of_the_same_board_nothing_differs() -> None:
    found = told(film())
    assert (found.edits, found.settings, found.variants_added, found.variants_removed) == ((), (), (), ())
    assert (str(found.new_usd), str(found.usd_before), str(found.usd)) == ("0.00", "2.00", "2.00")
    assert [(each.before_s, each.after_s) for each in found.lengths] == [(25, 25)]


@pytest.mark.parametrize(
    ("wanted", "expected", "usd", "after_s"),
    [
        (film(sh030={"prompt": "@keeper runs."}), {"sh030": "changed: prompt"}, "0.40", "25"),
        (film(vars={"hour": "noon"}), {"sh030": "changed: variable hour"}, "0.40", "25"),
        (film(sh030={"duration": 8}), {"sh030": "changed: duration 5 s to 8 s"}, "0.64", "28"),
        (film(sh030={"model": OTHER_MODEL}), {
            "sh030": f"changed: model {DEFAULT_MODEL} to {OTHER_MODEL}",
        }, "1.20", "25"),
        (film(sh010={"prompt": "The sea."}), {
            "sh010": "changed: prompt; variable weather is gone",
            "sh020": "changed: sh010, which it continues from, gets another take",
        }, "0.80", "25"),
        (film(sh020={"continue_from": {"shot": "sh030"}}), {
            "sh020": "changed: continue_from sh010 to sh030",
        }, "0.40", "25"),
        (film(sh020={"continue_from": None}), {"sh020": "changed: continue_from is gone"}, "0.40", "25"),
        (film(sh010={"out": 4}), {
            "sh010": "recut: out the end of its take to 4 s",
            "sh020": "changed: sh010 ends at frame 95 now, 119 before",
        }, "0.40", "24"),
        (film(sh030={"in": 0.5, "out": 4}), {
            "sh030": "recut: in 0 s to 0.5 s; out the end of its take to 4 s",
        }, "0.00", "47/2"),
        (film(sh030={"transition": {"type": "dissolve", "duration": 0.5}}), {
            "sh030": "recut: dissolve of 0.5 s is new",
        }, "0.00", "49/2"),
        (film(sq040={"split": [5]}), {
            "sq040": "recut: sh040 out 4 s to 5 s; sh050 in 4 s to 5 s",
        }, "0.00", "25"),
        (film(sq040={"split": "keep"}), {
            "sq040": "recut: sh040 is called sq040 now; sh040 out 4 s to the end of its take; "
            "sh050 is not shown any more",
        }, "0.00", "25"),
        (film(sq040={"split": "auto"}), {"sq040": "recut: its take is divided where it cuts"}, "0.00", "25"),
        (film(sh060={"prompt": "A wave."}), {"sh060": "added"}, "0.40", "30"),
        (film(sh030=None), {"sh030": "removed"}, "0.00", "20"),
        (film("sh030 sh010 sh020 sq040"), {"sh030": "moved"}, "0.00", "25"),
        (film("sh031 sh010 sh020 sq040", sh030=None, sh031=FILM["shots"][2] | {"id": "sh031"}), {
            "sh031": "renamed, moved",
        }, "0.00", "25"),
    ],
)  # fmt: skip
def test_each_kind_of_difference_is_told_word_for_word(
    wanted: dict[str, Any], expected: dict[str, str], usd: str, after_s: str
) -> None:
    found = told(wanted)
    assert shots(found) == expected
    assert str(found.new_usd) == usd
    assert [each.after_s for each in found.lengths] == [Fraction(after_s)]


def test_a_board_that_is_new_or_gone_is_all_added_or_removed() -> None:
    plan = Money().plan(film())
    new, gone = difference(None, plan), difference(plan, None)
    assert {edit.kinds for edit in new.edits} == {("added",)}
    assert {edit.kinds for edit in gone.edits} == {("removed",)}
    assert (str(new.new_usd), str(new.usd_before), str(new.usd)) == ("2.00", "0.00", "2.00")
    assert (str(gone.new_usd), str(gone.usd_before), str(gone.usd)) == ("0.00", "2.00", "0.00")
    assert (new.variants_added, gone.variants_removed) == ((), ())


def test_the_fewest_shots_are_moved() -> None:
    found = told(film("sq040 sh010 sh020 sh030"))
    [edit] = found.edits
    assert (edit.shot, edit.follows, edit.followed) == ("sq040", "", "sh030")


@given(st.permutations(range(7)))
def test_what_is_moved_leaves_the_rest_in_order_and_is_as_little_as_can_be(was: list[int]) -> None:
    places = moved(was)
    rest = [number for place, number in enumerate(was) if place not in places]
    assert rest == sorted(rest)
    longest = [1] * len(was)
    for place, number in enumerate(was):
        longest[place] = 1 + max((longest[i] for i in range(place) if was[i] < number), default=0)
    assert len(rest) == max(longest)


def test_nothing_is_moved_where_there_is_nothing() -> None:
    assert moved([]) == frozenset()


def test_a_take_that_is_there_costs_nothing() -> None:
    money = Money()
    money.shoot(film())
    money.shoot(film(vars={"hour": "noon"}))
    money.shoot(film())
    found = told(film(vars={"hour": "noon"}), money=money)
    [job] = found.edits[0].jobs
    assert (job.state, job.to_pay, str(found.new_usd), str(found.usd)) == ("reuse", False, "0.00", "0.00")


def test_a_take_that_is_paid_for_and_elsewhere_costs_nothing() -> None:
    money = Money()
    money.shoot(film(vars={"hour": "noon"}))
    money.takes.clear()
    [job] = told(film(vars={"hour": "noon"}), money=money).edits[0].jobs
    assert (job.state, job.to_pay) == ("absent", False)


def test_a_take_that_the_newer_lock_has_lost_is_to_be_paid_again() -> None:
    bought, empty = Money(), Money()
    bought.shoot(film())
    found = difference(bought.plan(film()), empty.plan(film()))
    assert {edit.kinds for edit in found.edits} == {("lost",)}
    assert (str(found.new_usd), str(found.usd_before)) == ("2.00", "0.00")


def test_other_bytes_of_a_reference_are_told_by_its_path() -> None:
    before, after = Money(), Money(bytes={"coat.png": other("another coat")})
    found = difference(before.plan(film()), after.plan(film()))
    assert shots(found) == {"sh030": "changed: coat.png has other bytes"}


TWO = {"variants": {"matrix": {"weather": {"storm": "a rising storm", "calm": "a calm"}}}}
THREE = {"variants": {"matrix": {"weather": {"storm": "a rising storm", "calm": "a calm", "fog": "fog"}}}}


def test_variants_that_came_and_went_are_told_with_what_they_need() -> None:
    found = told(film(**THREE), film(**TWO))
    assert (found.variants_added, found.variants_removed) == (("fog",), ())
    assert shots(found) == {"sh010": "variants", "sh020": "variants"}
    assert [job.variants for edit in found.edits for job in edit.jobs] == [("fog",), ("fog",)]
    assert str(found.new_usd) == "0.80"
    assert [(each.variant, each.before_s, each.after_s) for each in found.lengths] == [
        ("storm", 25, 25), ("calm", 25, 25), ("fog", None, 25),
    ]  # fmt: skip
    back = told(film(**TWO), film(**THREE))
    assert (back.variants_added, back.variants_removed, back.edits) == ((), ("fog",), ())


def test_a_board_that_gets_variants_keeps_the_shots_that_it_has() -> None:
    found = told(film(**TWO))
    assert (found.variants_added, found.variants_removed) == (("storm", "calm"), ("main",))
    assert [job.variants for edit in found.edits for job in edit.jobs] == [("calm",), ("calm",)]
    assert str(found.new_usd) == "0.80"


def test_only_the_jobs_that_differ_are_told_of_a_shot_with_several() -> None:
    calmer = {"variants": {"matrix": {"weather": {"storm": "a rising storm", "calm": "a flat calm"}}}}
    found = told(film(**calmer), film(**TWO))
    assert shots(found)["sh010"] == "changed: variable weather"
    assert [job.variants for job in found.edits[0].jobs] == [("calm",)]


def test_a_shot_that_a_variant_leaves_out_is_told() -> None:
    without = {
        "variants": {**TWO["variants"], "change": [{"when": {"weather": "calm"}, "without": ["sh030", "sh050"]}]}
    }
    assert shots(told(film(**without), film(**TWO))) == {
        "sh030": "recut: is not shown any more in calm", "sq040": "recut: sh050 is not shown any more in calm",
    }  # fmt: skip
    assert shots(told(film(**TWO), film(**without))) == {
        "sh030": "recut: is shown now in calm", "sq040": "recut: sh050 is shown now in calm",
    }  # fmt: skip


def test_settings_of_the_whole_film_are_told() -> None:
    cut = {"variants": {**TWO["variants"], "change": [{"when": {"weather": "calm"}, "cut": {"fit": "cover"}}]}}
    wanted = film(**cut) | {"title": "A Film", "cut": {"frame_rate": 25}, "budget": {"max_cost": 5}}
    assert [(each.name, each.words) for each in told(wanted, film(**TWO)).settings] == [
        ("title", "'Film' to 'A Film'"),
        ("cut.frame_rate", "24 to 25"),
        ("cut.fit", "contain to cover in calm"),
        ("budget.max_cost", "no limit to $5"),
    ]


CARD = {"id": "c015", "card": {"text": {"en": "Later", "de": "Später"}, "duration": 2}}
LANGUAGES = {
    "variants": {"matrix": {"language": ["en", "de"]}},
    "captions": {"language": "{{ language }}"},
    "vars": {"name": "The Sea", "weather": "storm"},
}


def worded(changed: dict[str, Any] | None = None, *, cards: bool = True, **sections: Any) -> dict[str, Any]:
    """The film in two languages, with a title over its first shot, a caption over its third, a card and credits.

    `changed` holds fields of shots by their ids; of a section, None takes it away.
    """
    made = film(sh010={"title": "{{ name }}"}, sh030={"caption": {"en": "Run!", "de": "Lauf!"}}, **LANGUAGES)
    made["credits"] = {"lines": ["The end"]}
    for shot in made["shots"]:
        shot |= (changed or {}).get(shot["id"], {})
    for name, value in sections.items():
        made[name] = {**made[name], **value} if value else made.pop(name) and {}
    if cards:
        made["shots"].insert(1, CARD)
    return {name: value for name, value in made.items() if value}


@pytest.mark.parametrize(
    ("wanted", "expected", "settings"),
    [
        (worded(), {}, []),
        (worded(vars={"name": "The Sky"}), {"sh010": "recut: title says something else"}, []),
        (worded({"sh010": {"title": {"text": "The Sea", "start": 2}}}), {
            "sh010": "recut: title is shown otherwise"
        }, []),
        (worded({"sh020": {"lower_third": "Ada"}}), {"sh020": "recut: lower third is new"}, []),
        (worded({"sh030": {"caption": {"en": "Run!", "de": "Renn!"}}}), {
            "sh030": "recut: caption says something else in de"
        }, []),
        (worded({"sh030": {"caption": {"de": "Lauf!"}}}), {"sh030": "recut: caption says something else in en"}, []),
        (worded(cards=False), {}, [("card c015", "is gone")]),
        (worded(credits=None), {}, [("credits", "is gone")]),
        (worded(credits={"lines": ["Ende"], "roll": False, "duration": 4, "background": "white"}), {}, [
            ("credits", "says something else"), ("credits", "8 s to 4 s"),
            ("credits", "background #000000 to #ffffff"), ("credits", "does not roll any more"),
        ]),
        (worded(captions={"burn": True, "language": "en"}), {
            "sh030": "recut: caption says something else in de"
        }, [
            ("card c015", "says something else in de"),
            ("captions.burn", "false to true"), ("captions.language", "de to en in de"),
        ]),
    ],
)  # fmt: skip
def test_changes_of_words_are_told_and_cost_nothing(
    wanted: dict[str, Any], expected: dict[str, str], settings: list[tuple[str, str]]
) -> None:
    found = told(wanted, worded())
    assert shots(found) == expected
    assert [(each.name, each.words) for each in found.settings] == settings
    assert (str(found.new_usd), found.new_unpriced) == ("0.00", 0)


def test_a_card_that_moved_is_told_and_one_that_is_new_lengthens_the_film() -> None:
    moved_card = worded(cards=False)
    moved_card["shots"].insert(3, CARD)
    found = told(moved_card, worded())
    assert [(each.name, each.words) for each in found.settings] == [("card c015", "stands after sh030 now")]
    found = told(worded(), worded(cards=False))
    assert [(each.name, each.words) for each in found.settings] == [("card c015", "is new")]
    assert {each.after_s - each.before_s for each in found.lengths if each.after_s and each.before_s} == {2}


def test_what_is_renamed_and_continued_from_moves_nothing() -> None:
    wanted = film("sh011 sh020 sh030 sq040", sh010=None, sh011=FILM["shots"][0] | {"id": "sh011"})
    wanted["shots"][1]["continue_from"] = {"shot": "sh011"}
    found = told(wanted)
    assert shots(found) == {"sh011": "renamed"}
    wanted["shots"][1]["prompt"] = "Two gulls."
    assert shots(told(wanted)) == {"sh011": "renamed", "sh020": "changed: prompt"}


def test_two_shots_of_one_request_are_paid_once() -> None:
    found = told(film(sh060={"prompt": "A wave."}, sh070={"prompt": "A wave."}))
    assert [(edit.shot, edit.jobs[0].same_as) for edit in found.edits] == [("sh060", ""), ("sh070", "sh060")]
    assert str(found.new_usd) == "0.40"


def test_a_shot_without_a_price_is_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.plan.expansion.price_of", lambda *_: None)
    found = told(film(sh060={"prompt": "A wave."}))
    assert (str(found.new_usd), found.new_unpriced, found.unpriced) == ("0.00", 1, 5)


def test_a_board_over_its_budget_says_so() -> None:
    assert told(film(budget={"max_cost": 1})).over_budget
    assert not told(film(budget={"max_cost": 2})).over_budget


def test_a_job_that_a_changed_shot_and_a_new_variant_share_is_paid_once() -> None:
    found = told(film(**THREE, sh030={"prompt": "@keeper runs."}), film(**TWO))
    [edit] = [edit for edit in found.edits if edit.shot == "sh030"]
    assert (edit.kinds, [job.variants for job in edit.jobs]) == (("changed",), [("storm", "calm", "fog")])
    assert str(found.new_usd) == "1.20"


def test_one_job_that_takes_the_place_of_two_is_paid_once() -> None:
    found = told(film(**TWO, sh010={"prompt": "The sea."}), film(**TWO))
    assert [len(edit.jobs) for edit in found.edits] == [1, 1]
    assert [job.variants for edit in found.edits for job in edit.jobs] == [("storm", "calm"), ("storm", "calm")]
    assert str(found.new_usd) == "0.80"


@given(st.sampled_from([film(), film(**TWO), film(**THREE)]), st.sampled_from([
    film(**THREE), film(vars={"hour": "noon"}), film(style={"look": "ash"}, **TWO), film(sh010={"prompt": "The sea."}),
]))  # fmt: skip
def test_the_rows_come_to_the_sum(was: dict[str, Any], wanted: dict[str, Any]) -> None:
    found = told(wanted, was)
    paid = [job.price.usd for edit in found.edits for job in edit.jobs if job.to_pay and not job.same_as and job.price]
    assert sum(paid) == found.new_usd


def test_another_take_and_points_of_a_take_are_told_wherever_the_clips_are() -> None:
    before, after = Money(), Money()
    before.shoot(film())
    [digest] = [d for (_, shot), d in digests(before.plan(film())).items() if shot == "sh030"]
    before.keep(digest)
    before.write(film())
    before.takes.clear()
    after.lock = before.lock
    after.choose("sh030", digest, digest, 2)
    assert shots(difference(before.plan(film()), after.plan(film()))) == {"sh030": "recut: another take is used"}
    after.lock = before.lock.with_points(ORIGIN, digest, 1, "sh030", Points(None, Fraction(4)))
    found = difference(before.plan(film()), after.plan(film()))
    assert shots(found) == {"sh030": "recut: out the end of its take to 4 s in its take"}
    assert (str(found.new_usd), [each.after_s for each in found.lengths]) == ("0.00", [24])


def test_how_a_take_is_divided_is_told_both_ways_and_costs_nothing() -> None:
    auto = film(sq040={"split": "auto"})
    back = told(film(), auto)
    assert shots(back) == {"sq040": "recut: its take is not divided where it cuts any more"}
    assert (str(back.new_usd), [(each.before_s, each.after_s) for each in back.lengths]) == ("0.00", [(25, 25)])
    later = film(sq040={"split": "auto"})
    later["shots"][-1]["shots"][1] |= {"in": 0.5, "out": 3}
    assert shots(told(later, auto)) == {"sq040": "recut: sh050 in 0 s to 0.5 s; sh050 out the end of its part to 3 s"}
