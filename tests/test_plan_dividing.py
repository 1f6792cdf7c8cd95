"""Cuts found in a take become the shots of a film; what is asked of a model never hangs on them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.frames import frame_at
from pipeline.lock import Points
from pipeline.plan import Plan, divided, points, rehearse, split_flags, takes_of
from pipeline.take import FoundCut, MediaFacts
from tests.boards import ORIGIN
from tests.bought import Money, requests

PARTS: list[dict[str, Any]] = [
    {"id": "sh010", "prompt": "The sea."},
    {"id": "sh020", "prompt": "A gull."},
    {"id": "sh030", "prompt": "A boat."},
]
RATE = Fraction(24)


def film(split: object = "auto", rate: str = "24", **changed: dict[str, Any]) -> dict[str, Any]:
    """A take of three shots, and one that goes on from its end."""
    parts = [part | changed.get(part["id"], {}) for part in PARTS]
    first = {"id": "sq010", "duration": 12, "split": split, "shots": parts}
    last = {"id": "sh040", "prompt": "A bell.", "continue_from": {"shot": "sh030"}}
    return {"version": 1, "title": "Film", "cut": {"frame_rate": rate}, "shots": [first, last]}


def cut(frame: int, strength: float = 0.8) -> FoundCut:
    return FoundCut(frame, frame / RATE, strength)


def bought(wanted: dict[str, Any], *cuts: FoundCut, frames: int = 288, **chosen: Points) -> tuple[Plan, str]:
    """The plan with a take in which these cuts were found, and the digest of its request."""
    money = Money()
    digest = money.shoot(wanted).digests(money.plan(wanted).variants.first())[0]
    clip = MediaFacts("0" * 64, 1, "video", "mp4", frame_count=frames, frame_rate=RATE, duration_s=frames / RATE)
    money.takes[digest] = tuple(replace(take, clip=clip) for take in money.takes[digest])
    money.rest["cuts"] = {(digest, 1): cuts}
    for shot, said in chosen.items():
        money.lock = money.lock.with_points(ORIGIN, digest, 1, shot, said)
    return money.plan(wanted), digest


def shown(plan: Plan, digest: str) -> tuple[list[tuple[str, Fraction, Fraction]], tuple[str, ...]]:
    """Of each shot of the take its id, in and out point, in seconds; and what is told."""
    found = divided(plan, plan.variants.first(), {0: (digest, 1)} if digest else {})
    return [(shot.id, *points(shot, Fraction(12))) for shot in found.variant.shots if not shot.entry], found.notes


def flags(plan: Plan, digest: str) -> list[str]:
    return [flag.message for flag in split_flags(plan, 0, (digest, 1), plan.view.cuts[digest, 1])]


@given(
    times=st.lists(st.integers(1, 119), min_size=2, max_size=2, unique=True).map(sorted),
    points_of=st.dictionaries(st.sampled_from(["in", "out"]), st.just(1)),
)
@settings(max_examples=25, deadline=None)
def test_however_a_take_is_divided_the_request_is_the_same(times: list[int], points_of: dict[str, int]) -> None:
    money = Money()
    found = [
        requests(money.plan(wanted))
        for wanted in (
            film([time / 10 for time in times]),
            film("keep"),
            film(),
            film(sh010=points_of if points_of.keys() != {"in", "out"} else {"in": 0.5, "out": 1}),
        )
    ]
    assert found[0] == found[1] == found[2] == found[3]


def test_a_take_that_is_kept_and_one_that_is_searched_are_rehearsed_alike() -> None:
    keep, auto = (rehearse(Money().plan(film(split))) for split in ("keep", "auto"))
    assert keep.orders.keys() == auto.orders.keys()


def test_before_there_is_a_take_its_shots_are_equally_long() -> None:
    plan = Money().plan(film(sh020={"in": 0.5}, sh030={"in": 1}))
    expected = [("sh010", 0, 4), ("sh020", Fraction(9, 2), 8), ("sh030", 9, 12)]
    assert shown(plan, "") == (expected, ())
    variant = plan.variants.first()
    assert [(shot.id, *points(shot, Fraction(12))) for shot in variant.shots][:3] == expected


def test_points_count_from_where_a_shot_was_found() -> None:
    plan, digest = bought(film(sh020={"in": 0.5, "out": 2}), cut(60), cut(216))
    assert shown(plan, digest) == (
        [("sh010", 0, Fraction(5, 2)), ("sh020", 3, Fraction(9, 2)), ("sh030", 9, 12)],
        (),
    )
    assert flags(plan, digest) == []


@pytest.mark.parametrize(
    ("changed", "expected", "note", "length"),
    [
        ({"sh020": {"in": 3}}, ("sh020", 2, 4), "sh020: its in point", 2),
        ({"sh020": {"out": 3}}, ("sh020", 2, 4), "sh020: its out point", 2),
        ({"sh030": {"in": 2}}, ("sh030", 11, 12), "sh030: its in point", 1),
    ],
)
def test_points_outside_of_what_was_found_are_passed_over_and_told(
    changed: dict[str, dict[str, Any]], expected: tuple[str, int, int], note: str, length: int
) -> None:
    plan, digest = bought(film(**changed), cut(48), cut(96 if "sh020" in changed else 264))
    found, notes = shown(plan, digest)
    assert expected in found
    assert notes == (f"{note} is passed over: its part of the take is {length} s long",)


def test_what_was_chosen_for_just_this_take_is_no_reason_for_a_note() -> None:
    said = Points(Fraction(3), None)
    plan, digest = bought(film(sh020={"in": 3}), cut(48), cut(96), sh020=said)
    assert shown(plan, digest)[1] == ()


@pytest.mark.parametrize(("cuts", "count"), [((), 1), ((cut(48),), 2)])
def test_too_few_cuts_keep_the_take_whole(cuts: tuple[FoundCut, ...], count: int) -> None:
    plan, digest = bought(film(sh010={"in": 0.5}), *cuts)
    told = f"sq010: {count} of 3 shots found: its take is kept whole"
    assert shown(plan, digest) == ([("sq010", Fraction(1, 2), 12)], (told,))
    assert flags(plan, digest) == [f"{count} of 3 shots found: kept whole"]
    (row,) = takes_of(plan, 0, "sh010", plan.view)
    assert [flag.message for flag in row.flags] == flags(plan, digest)


def test_of_more_cuts_than_are_wanted_the_plainest_divide_the_take() -> None:
    plan, digest = bought(film(), cut(48, 0.9), cut(96, 0.3), cut(144, 0.8))
    assert [begin for _, begin, _ in shown(plan, digest)[0]] == [0, 2, 6]
    assert flags(plan, digest) == []
    plan, digest = bought(film(), cut(48, 0.9), cut(96, 0.7), cut(144, 0.8))
    assert flags(plan, digest) == ["4 shots found where 3 were asked for: divided at 2 s and 6 s"]


def test_a_take_that_nobody_divides_has_no_flag_for_it() -> None:
    plan, digest = bought(film([4, 8]), cut(48))
    assert flags(plan, digest) == []
    assert shown(plan, digest)[0] == [("sh010", 0, 4), ("sh020", 4, 8), ("sh030", 8, 12)]


@pytest.mark.parametrize("rate", ["24", "25", "30", "23.976", "60", "12"])
@pytest.mark.parametrize("frame", [61, 97, 143])
def test_no_frame_of_another_shot_flashes_up_at_any_rate_of_the_film(rate: str, frame: int) -> None:
    plan, digest = bought(film(rate=rate), cut(frame), cut(200))
    variant = plan.variants.first()
    of_film = variant.cut.frame_rate
    assert of_film
    before, after = divided(plan, variant, {0: (digest, 1)}).variant.shots[:2]
    first = after.in_s * of_film
    assert before.end_s == after.in_s
    assert first.denominator == 1
    assert frame_at(int(first), of_film, RATE) >= frame > frame_at(int(first) - 1, of_film, RATE)


def test_a_film_without_one_of_its_shots_shows_the_others() -> None:
    wanted = film() | {
        "variants": {
            "matrix": {"length": ["short", "long"]},
            "change": [{"when": {"length": "short"}, "without": ["sh020"]}],
        }
    }
    plan, digest = bought(wanted, cut(48), cut(96))
    assert [one[:2] for one in shown(plan, digest)[0]] == [("sh010", 0), ("sh030", 4)]
    plan, digest = bought(wanted, cut(48))
    assert [name for name, _, _ in shown(plan, digest)[0]] == ["sq010"]
