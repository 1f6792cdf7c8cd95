"""What reading the camera out of words promises: codes and words agree, and the quick look overlooks nothing."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.camera import ANGLES, MOVEMENTS, SHOT_SIZES, TABLES, angle_in, lens_in, movement_in, shot_size_in, words

ROWS = [(table, code, pattern) for table in TABLES for code, pattern in table.rows]


@pytest.mark.parametrize(("table", "code", "pattern"), ROWS, ids=[code for _, code, _ in ROWS])
def test_the_quick_look_overlooks_nothing(table: object, code: str, pattern: re.Pattern[str]) -> None:
    assert code

    @settings(max_examples=40, deadline=None)
    @given(st.from_regex(pattern))
    def found(text: str) -> None:
        # Some letters grow or shrink when they are folded, and no author writes "\u017fhot".
        if text.isascii():
            assert table.first(text) is not None  # type: ignore[attr-defined]

    found()


@pytest.mark.parametrize("code", SHOT_SIZES)
def test_the_words_of_a_shot_size_are_read_as_it(code: str) -> None:
    said = shot_size_in(words(code, "", "", "", Decimal(0)))
    assert said is not None
    assert said.code == code


@pytest.mark.parametrize("code", [code for code in MOVEMENTS if code != "orbit_right"])
def test_the_words_of_a_movement_are_read_as_it(code: str) -> None:
    said, speed = movement_in(words("", "", code, "slow", Decimal(0)))
    assert said is not None
    assert speed is not None
    assert (said.code, speed.code) == (code, "slow")


def test_what_is_no_camera_is_read_as_none() -> None:
    for text in ("The keeper climbs the stairs.", "A 35mm film look.", "Arms and hams."):
        assert (shot_size_in(text), lens_in(text), movement_in(text)[0], angle_in(text)) == (None, None, None, None)
    assert set(ANGLES) >= {"eye", "low", "high"}
