"""Which rows of the API's history may be a submission that got no answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.plain import digest_of
from pipeline.runner.matching import matching
from pipeline.wire import FileRef, FrameRef, Listed, Prediction, Request, as_digested, body

FACE, ROOM = FileRef("a" * 64, "refs/face.png"), FileRef("b" * 64, "refs/room.png")
FRAME = FrameRef("c" * 64, 1, 95)
INPUTS: dict[str, Any] = {"prompt": "A café.", "duration": 5, "generate_audio": True, "aspect_ratio": "16:9"}


def request(media: tuple[FileRef | FrameRef, ...] = (), **changes: Any) -> Request:
    return Request("a/b", {**INPUTS, "reference_images": media, **changes})


def sent(wanted: Request, host: str = "https://x") -> dict[str, Any]:
    return body(wanted, lambda ref: f"{host}/{ref.sha256 if isinstance(ref, FileRef) else ref.frame}")


def row(name: str, inputs: Any) -> Listed:
    return Listed(Prediction(id=name, model="a/b", status="created"), inputs)


def found(wanted: Request, *rows: Listed, known: tuple[str, ...] = (), host: str = "https://x") -> tuple[str, ...]:
    return matching(digest_of(sent(wanted, host)), as_digested(wanted), rows, frozenset(known))


def test_the_body_that_was_sent_is_found_among_others() -> None:
    wanted = request((FACE,))
    others = [
        row("p2", {**sent(wanted), "prompt": "A bar."}),
        row("p3", {**sent(wanted), "duration": 6}),
        row("p4", {}),
    ]
    assert found(wanted, *others, row("p1", sent(wanted))) == ("p1",)
    assert found(wanted, *others) == ()


def test_defaults_that_the_api_adds_are_no_difference() -> None:
    wanted = request()
    told = {**sent(wanted), "enable_sync_mode": False, "reference_images": [], "reference_audios": None, "seed": -1}
    assert found(wanted, row("p1", told)) == ("p1",)


def test_a_parameter_that_the_api_does_not_tell_is_one() -> None:
    wanted = request()
    told = {name: value for name, value in sent(wanted).items() if name != "duration"}
    assert found(wanted, row("p1", told)) == ()


def test_files_under_other_addresses_count_by_their_number() -> None:
    wanted = request((FACE, FRAME))
    moved = sent(wanted, "https://elsewhere")
    assert found(wanted, row("p1", moved)) == ("p1",)
    assert found(wanted, row("p1", {**moved, "reference_images": moved["reference_images"][:1]})) == ()
    assert found(wanted, row("p1", {**moved, "reference_images": ["https://elsewhere/1", ""]})) == ()
    assert found(wanted, row("p1", {**moved, "reference_images": ["https://elsewhere/1", 7]})) == ()
    assert found(request(first=FACE), row("p1", sent(request(first=FACE), "https://elsewhere"))) == ("p1",)


def test_the_addresses_that_were_sent_come_before_others() -> None:
    wanted = request((FACE, ROOM))
    assert found(wanted, row("p2", sent(wanted, "https://elsewhere")), row("p1", sent(wanted))) == ("p1",)


@pytest.mark.parametrize("inputs", [None, {}, {"prompt": None}])
def test_a_row_without_inputs_is_none(inputs: Any) -> None:
    assert found(request(), row("p1", inputs)) == ()


def test_generations_that_are_written_down_are_left_out() -> None:
    wanted = request()
    both = row("p1", sent(wanted)), row("p2", sent(wanted))
    assert found(wanted, *both, known=("p1",)) == ("p2",)
    assert found(wanted, *both, known=("p1", "p2")) == ()


def test_of_two_equal_ones_both_are_told() -> None:
    wanted = request()
    assert found(wanted, row("p1", sent(wanted)), row("p2", sent(wanted))) == ("p1", "p2")


@pytest.mark.parametrize(
    ("name", "told", "same"),
    [
        ("duration", 5.0, True),
        ("duration", "5", False),
        ("duration", True, False),
        ("generate_audio", 1, False),
        ("generate_audio", "true", False),
        ("prompt", "A cafe\u0301.", True),
        ("prompt", "a café.", False),
        ("prompt", ["A café."], False),
    ],
)
def test_values_are_compared_as_json_has_them(name: str, told: Any, same: bool) -> None:
    wanted = request((FACE,), **({"duration": 1} if told is True else {}))
    moved = sent(wanted, "https://elsewhere")
    assert found(wanted, row("p1", {**moved, name: told})) == (("p1",) if same else ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*INPUTS, "reference_images", "other"]), JSON))
def test_no_history_is_too_odd(told: dict[str, Any]) -> None:
    wanted = request((FACE,))
    assert found(wanted, row("p1", {**sent(wanted), "prompt": "Another.", **told} | {"duration": 15})) == ()
