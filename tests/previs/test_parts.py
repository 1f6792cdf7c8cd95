from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.previs.intake import parse
from pipeline.previs.order import Camera, Direction, Figure, Line, OrderError, Part, PrevisOrder, Reference, Style
from pipeline.previs.parts import apart
from pipeline.previs.shots import shots_of

WIDE = Part(
    Fraction(21, 5), "sh030", Camera("WS"), "The keeper reaches the lamp room.", figures=(Figure("the keeper", 0),)
)
CLOSE = Part(
    Fraction(17, 2), "sh040", Camera("CU"), "His hand on the crank.", (Line("the keeper", "", "No."),), "Slow."
)
SHIP = Part(None, "sh050", Camera("OTS"), "The lights of a ship.", place="the gallery")
WHOLE = Direction(
    title="A film",
    shot="sq030",
    action="A room at night.",
    style=Style(look="film"),
    images=(Reference("face", "the keeper"),),
    place="the lamp room",
    parts=(WIDE, CLOSE, SHIP),
)


def lengths(order: PrevisOrder, *ends_s: str | None) -> list[int]:
    parts = tuple(Part(None if end_s is None else Fraction(end_s)) for end_s in ends_s)
    return [part.frames for part in apart(replace(order, direction=Direction(parts=parts)))]


@pytest.mark.parametrize(
    ("rate", "frames", "ends_s", "expected"),
    [
        ("24", 312, ("21/5", "17/2", None), [101, 103, 108]),
        ("30000/1001", 300, ("4.2", "8.5", "13"), [126, 129, 45]),
        ("24", 120, ("2.5", "9"), [60, 60]),  # the last one ends with the clip whatever it says
        ("24", 120, ("2.5", "1"), [60, 60]),
        ("24", 120, ("0", "0", None), [1, 1, 118]),
        ("24", 120, ("90", "91", None), [118, 1, 1]),
        ("24", 120, ("2", "2.001", None), [48, 1, 71]),
        ("24", 3, ("1", "2", None), [1, 1, 1]),
    ],
)
def test_each_part_ends_on_the_frame_nearest_to_its_time_and_none_is_without_a_frame(
    order: Callable[..., PrevisOrder], rate: str, frames: int, ends_s: tuple[str | None, ...], expected: list[int]
) -> None:
    assert lengths(order(frame_rate=Fraction(rate), frames=frames), *ends_s) == expected


@given(
    frames=st.integers(1, 400),
    rate=st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(240)]),
    ends=st.lists(st.fractions(0, 50), max_size=9),
)
def test_parts_are_together_exactly_as_long_as_the_clip(frames: int, rate: Fraction, ends: list[Fraction]) -> None:
    parts = (*(Part(end_s) for end_s in sorted(ends)), Part(None))
    wanted = PrevisOrder("x", 64, 36, rate, frames, False, "", (), Direction(parts=parts), "1", "/out.mp4")
    if len(parts) > frames:
        with pytest.raises(OrderError, match="each needs one of its own"):
            apart(wanted)
    else:
        made = [part.frames for part in apart(wanted)]
        assert sum(made) == frames
        assert min(made) >= 1


def test_title_style_and_pictures_are_of_the_clip_and_everything_else_is_of_the_part(
    order: Callable[..., PrevisOrder],
) -> None:
    first, second, third = (part.direction for part in apart(order(frames=312, direction=WHOLE)))
    assert first == Direction(
        title="A film",
        shot="sh030",
        camera=Camera("WS"),
        action="The keeper reaches the lamp room.",
        style=Style(look="film"),
        figures=(Figure("the keeper", 0),),
        images=(Reference("face", "the keeper"),),
        place="the lamp room",
        throughout="A room at night.",
    )
    assert second
    assert third
    assert (second.dialogue, second.notes, second.figures) == ((Line("the keeper", "", "No."),), "Slow.", ())
    assert (third.shot, third.place) == ("sh050", "the gallery")


def test_parts_have_seeds_of_their_own_and_the_first_has_the_clips(order: Callable[..., PrevisOrder]) -> None:
    wanted = order(frames=312, direction=WHOLE)
    seeds = [part.seed_number for part in apart(wanted)]
    assert seeds[0] == wanted.seed_number
    assert len(set(seeds)) == 3
    assert seeds == [part.seed_number for part in apart(replace(wanted, seed="C0FFEE", output="/elsewhere.mp4"))]


def test_each_part_reads_its_own_section_of_the_prompt(order: Callable[..., PrevisOrder]) -> None:
    prompt = "Film.\nShot 1: A room.\nShot 2: A hand.\nShot 3: A ship.\nNo music."
    told = [part.prompt for part in apart(order(frames=312, direction=WHOLE, prompt=prompt))]
    assert told == ["Film.\nNo music.\nA room.", "Film.\nNo music.\nA hand.", "Film.\nNo music.\nA ship."]
    untold = [part.prompt for part in apart(order(frames=312, direction=WHOLE, prompt="A film."))]
    assert untold == ["A film."] * 3


def test_a_prompt_alone_is_read_as_shots_of_equal_length(order: Callable[..., PrevisOrder]) -> None:
    prompt = "Paris, handheld. Shot 1: Wide shot, a woman runs. Shot 2: Close-up of her face. Shot 3: A boy waits."
    shots = shots_of(order(frames=100, prompt=prompt, images=("/a.png", "/b.png")))
    assert [(shot.first, shot.order.frames) for shot in shots] == [(0, 33), (33, 34), (67, 33)]
    assert [shot.direction.shot for shot in shots] == ["Shot 1", "Shot 2", "Shot 3"]
    assert [shot.direction.camera.shot_size for shot in shots] == ["WS", "CU", ""]
    assert {shot.direction.camera.movement for shot in shots} == {"handheld"}
    assert [shot.direction.figures for shot in shots] == [(Figure("the woman", 0),), (), (Figure("the boy", 1),)]
    assert [shot.still and shot.still.path for shot in shots] == ["/a.png", "/b.png", "/a.png"]


def test_whom_all_shots_speak_of_is_in_each_that_says_she(order: Callable[..., PrevisOrder]) -> None:
    prompt = "A woman in Paris. Shot 1: A boy calls her. Shot 2: She turns. Shot 3: An empty street."
    woman, boy = Figure("the woman", 1), Figure("the boy", 0)
    assert [shot.direction.figures for shot in shots_of(order(prompt=prompt))] == [(woman, boy), (woman,), ()]


def test_a_prompt_with_more_shots_than_frames_is_one_shot(order: Callable[..., PrevisOrder]) -> None:
    assert len(shots_of(order(frames=1, prompt="Shot 1: A street. Shot 2: A door."))) == 1


def test_what_a_part_leaves_open_is_as_in_the_part_before(order: Callable[..., PrevisOrder]) -> None:
    actions = ("A street.", "Rain at midnight.", "A hand.", "A kitchen in the morning.")
    parts = tuple(Part(Fraction(number), action=action) for number, action in enumerate(actions, start=1))
    settings = [shot.setting for shot in shots_of(order(frames=96, prompt="", direction=Direction(parts=parts)))]
    assert [place.place for place in settings] == ["city", "city", "city", "room"]
    assert [place.hour for place in settings] == ["night", "night", "night", "dawn"]
    assert [place.weather for place in settings] == ["rain"] * 4


def test_where_all_parts_play_outweighs_what_one_of_them_sees(order: Callable[..., PrevisOrder]) -> None:
    parts = (WIDE, CLOSE, replace(SHIP, place=""))
    wanted = order(frames=312, direction=replace(WHOLE, parts=parts), prompt="")
    settings = [shot.setting for shot in shots_of(wanted)]
    assert [(place.place, place.hour) for place in settings] == [("room", "night")] * 3


def direction(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Film", "place": "the tower", "parts": list(parts)}


def test_parts_are_read_whole() -> None:
    part = {
        "shot": "sh030",
        "camera": {"shot_size": "WS"},
        "action": "Rain.",
        "dialogue": [{"speaker": "Ann", "line": "You."}],
        "notes": "Slow.",
        "figures": [{"name": "Ann", "colour": 2}],
        "place": "a street",
        "seconds": "21/5",
        "something_new": 1,
    }
    read = parse(data(direction(part, {"seconds": "13"}))).direction
    assert read
    assert read.place == "the tower"
    assert read.parts == (
        Part(
            Fraction(21, 5),
            "sh030",
            Camera("WS"),
            "Rain.",
            (Line("Ann", "", "You."),),
            "Slow.",
            (Figure("Ann", 2),),
            "a street",
        ),
        Part(None),
    )


def data(direction: object) -> dict[str, Any]:
    whole = {"id": "x", "width": 64, "height": 36, "frame_rate": "24", "frames": 48, "seed": "1", "output": "/o.mp4"}
    return {**whole, "direction": direction}


@pytest.mark.parametrize(
    ("ends", "sentence"),
    [
        (("-1", ""), "parts[0] ends at '-1'"),
        (("1", "soon", ""), "parts[1] ends at 'soon', which is no number of seconds like 4.2 or 21/5"),
        (("1/0", ""), "parts[0] ends at '1/0'"),
        (("1e999999999", ""), "parts[0] ends at '1e999999999'"),
        (("9" * 5000, ""), "parts[0] ends at '999"),
        (("²", ""), "parts[0] ends at '²'"),
        (("1", "x"), "parts[1] ends at 'x'"),
        (("", "2"), "parts[0] does not say at how many seconds it ends"),
        (("2", "1", ""), "parts[1] ends before the part that it follows"),
        ((2, ""), "seconds is not text"),
    ],
)
def test_an_impossible_time_is_refused_in_one_sentence(ends: tuple[object, ...], sentence: str) -> None:
    with pytest.raises(OrderError, match=r"^[^\n]{1,120}$") as caught:
        parse(data(direction(*({"seconds": end} for end in ends))))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(("parts", "sentence"), [("ab", "parts is not a list"), ([1], "parts[0] is not a JSON object")])
def test_what_is_no_list_of_parts_is_refused(parts: object, sentence: str) -> None:
    with pytest.raises(OrderError) as caught:
        parse(data({"parts": parts}))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("parts", [None, []])
def test_no_parts_are_one_shot(parts: object) -> None:
    assert len(apart(parse(data({"parts": parts})))) == 1
