"""A review is used where all of it fits, and changes nothing where anything does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import produce
from pipeline.errors import BadInput, SetupError
from pipeline.plan import TakeRow
from pipeline.produce import Applied
from tests.studio import BOARD, TWO, Studio, opened


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Take 1 of sh010 answers an older request, takes 2 and 3 the one of now; sh020 has one take."""
    with opened(tmp_path_factory.mktemp("film"), text=BOARD) as there:
        there.shoot()
        there.write(BOARD.replace("The sea", "The wild sea"))
        there.shoot(only=["sh010"])
        there.shoot(only=["sh010"], again=True)
        yield there


def rows(studio: Studio, shot: str = "sh010") -> tuple[TakeRow, ...]:
    return produce.takes(studio.file, shot, studio.environ).rows


def mark(studio: Studio, take: int) -> str:
    row = rows(studio)[take - 1]
    return f"{row.digest[:12]}/{row.number}"


def apply(studio: Studio, shots: str, head: str = "storyboard: film\n", *, keep: bool = False) -> Applied:
    review = studio.folder / "film.review.yaml"
    review.write_text(f"format: 1\n{head}shots:\n{shots}", encoding="utf-8")
    return produce.apply_review(studio.file, review, keep=keep, environ=studio.environ)


def used(studio: Studio, shot: str = "sh010") -> list[int]:
    return [row.name for row in rows(studio, shot) if row.used]


def test_circled_takes_are_used_and_a_second_time_nothing_changes(studio: Studio) -> None:
    shots = f"  - {{shot: sh010, circle: 3, request: {mark(studio, 3)}}}\n"
    shots += "  - {shot: sh020, comments: [{text: Good.}]}\n"
    done = apply(studio, shots)
    assert [(one.shot, one.take, one.variants, one.unchanged) for one in done.circled] == [
        ("sh010", 3, ("main",), False)
    ]
    assert used(studio) == [3]
    lock = studio.folder.joinpath("film.lock.yaml").read_bytes()
    assert [one.unchanged for one in apply(studio, shots).circled] == [True]
    assert studio.folder.joinpath("film.lock.yaml").read_bytes() == lock
    assert len(studio.double.accepted()) == 4, "nothing was bought"


def test_a_take_of_an_older_request_is_used_only_where_that_is_meant(studio: Studio) -> None:
    with pytest.raises(BadInput, match=r"answers another request[^\0]*--keep"):
        apply(studio, "  - {shot: sh010, circle: 1}\n")
    assert apply(studio, "  - {shot: sh010, circle: 1}\n", keep=True).circled[0].take == 1
    assert used(studio) == [1]
    assert apply(studio, "  - {shot: sh010, circle: 1}\n").circled[0].unchanged
    apply(studio, "  - {shot: sh010, circle: 2}\n")


@pytest.mark.parametrize(
    ("shots", "messages"),
    [
        ("  - {shot: sh011, circle: 2}\n", ['there is no shot "sh011"', 'did you mean "sh010"?']),
        ("  - {shot: sh010, circle: 9}\n", ["sh010 has no take 9", "its takes: 1, 2, 3"]),
        ("  - {shot: sh010, circle: 2}\n  - {shot: sh010, circle: 3}\n", ["take 2 of sh010 is circled above already"]),
        ("  - {shot: sh010, circle: 2, request: 000000000000/1}\n", ["not the one looked at", "make a new report"]),
        ("  - {shot: sh011}\n  - {shot: sh020, circle: 2}\n", ['no shot "sh011"', "sh020 has no take 2"]),
        ("  - {shot: sh010, circle: 3}\n  - {shot: sh020, circle: 4}\n", ["sh020 has no take 4"]),
    ],
)
def test_what_does_not_fit_is_told_whole_and_nothing_is_changed(
    studio: Studio, shots: str, messages: list[str]
) -> None:
    lock = studio.folder.joinpath("film.lock.yaml").read_bytes()
    with pytest.raises(BadInput, match=r"film\.review\.yaml:\d+:\d+  shots\[\d\]") as refused:
        apply(studio, shots)
    for message in messages:
        assert message in str(refused.value)
    assert studio.folder.joinpath("film.lock.yaml").read_bytes() == lock


def test_shots_of_one_take_have_one_circle(tmp_path: Path) -> None:
    shots = "shots: [{id: a, prompt: One.}, {id: b, prompt: Two.}]"
    text = BOARD + f"  - {{id: sq030, prompt: A hall., split: [2], {shots}}}\n"
    with opened(tmp_path, text=text) as studio:
        studio.shoot(only=["sq030"])
        studio.shoot(only=["sq030"], again=True)
        with pytest.raises(BadInput, match="take 2 of a is circled above already"):
            apply(studio, "  - {shot: a, circle: 2}\n  - {shot: b, circle: 1}\n")
        assert [one.take for one in apply(studio, "  - {shot: a, circle: 2}\n  - {shot: b, circle: 2}\n").circled] == [
            2,
            2,
        ]
        assert used(studio, "b") == [2]


def test_a_take_that_has_another_number_here_is_named(studio: Studio) -> None:
    shots = f"  - {{shot: sh010, circle: 2, request: {mark(studio, 3)}}}\n"
    with pytest.raises(BadInput, match="is take 3 here"):
        apply(studio, shots)


@pytest.mark.parametrize(
    ("head", "message"),
    [
        ("storyboard: other\n", 'this is a review of "other", and the storyboard is "film"'),
        ("storyboard: film\nvariant: storm\n", 'there is no variant "storm"'),
    ],
)
def test_a_review_of_something_else_is_refused(studio: Studio, head: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        apply(studio, "  - {shot: sh010, circle: 2}\n", head)
    assert message in str(refused.value)


def test_a_file_that_is_not_there_is_no_review(studio: Studio) -> None:
    with pytest.raises(SetupError, match="can't be read"):
        produce.apply_review(studio.file, studio.folder / "none.yaml", environ=studio.environ)


def test_circles_hold_for_the_variant_that_was_looked_at(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        studio.shoot()
        studio.shoot(only=["sh020"], again=True)
        with pytest.raises(BadInput, match="it does not say of which variant it is"):
            apply(studio, "  - {shot: sh020, circle: 2}\n")
        done = apply(studio, "  - {shot: sh020, circle: 2}\n", "storyboard: film\nvariant: dry\n")
        assert done.variants == ("dry",)
        assert {row.name: row.used for row in rows(studio, "sh020")} == {1: ("wet",), 2: ("dry",)}
