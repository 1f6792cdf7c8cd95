"""Seconds become whole frames exactly, whatever the rate."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.frames import frame_at, frames_in, plain_seconds, rate, sample_at, seconds, timecode

RATES = st.sampled_from(
    [Fraction(n) for n in (1, 12, 24, 25, 30, 48, 50, 60, 120, 240)]
    + [Fraction(n * 1000, 1001) for n in (24, 30, 60)]
    + [Fraction(997, 40)]
)
FRAMES = st.integers(0, 5_000_000)
LENGTHS = st.fractions(0, 100_000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("0", 0),
        ("0.5", Fraction(1, 2)),
        ("4.2", Fraction(21, 5)),
        ("5s", 5),
        (" 5 s ", 5),
        ("1:30", 90),
        ("90:00", 5400),
        ("0:04.25", Fraction(17, 4)),
        ("1:02:03.5", Fraction(7447, 2)),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(text: str, value: Fraction) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "s", "-1", "+1", ".5", "5.", "1e3", "1:60", "1:90:00", "1:2:3:4", "5 m", "٥"])
def test_what_is_no_length_of_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write seconds"):
        seconds(text)


@pytest.mark.parametrize("text", ["1e999999999", "9" * 5000, "0." + "1" * 5000, "1/" + "3" * 5000])
def test_a_number_that_would_take_hours_to_compute_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="write 24"):
        rate(text)
    with pytest.raises(ValueError, match="write seconds"):
        seconds(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("24", 24),
        ("24.0", 24),
        ("12.5", Fraction(25, 2)),
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        ("30000/1001", Fraction(30000, 1001)),
        ("48/2", 24),
    ],
)
def test_a_frame_rate_is_exact_however_it_is_rounded(text: str, value: Fraction) -> None:
    assert rate(text) == value


@pytest.mark.parametrize("text", ["", "fast", "-24", "+24", "1_0", "1e1", "nan", "inf", "1/0", "24 fps", "٢٤"])
def test_what_is_no_frame_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write 24"):
        rate(text)


@pytest.mark.parametrize("text", ["0", "0.5", "241", "1000000"])
def test_a_frame_rate_that_nothing_plays_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="outside 1 to 240"):
        rate(text)


@given(LENGTHS, RATES)
def test_a_length_is_never_more_than_half_a_frame_off(length_s: Fraction, frame_rate: Fraction) -> None:
    off = frames_in(length_s, frame_rate) - length_s * frame_rate
    assert -Fraction(1, 2) < off <= Fraction(1, 2)


@given(FRAMES, RATES)
def test_the_length_of_whole_frames_is_that_many_frames(count: int, frame_rate: Fraction) -> None:
    assert frames_in(count / frame_rate, frame_rate) == count


def test_half_a_frame_is_one() -> None:
    assert frames_in(Fraction(1, 48), Fraction(24)) == 1


@given(LENGTHS, LENGTHS, RATES)
def test_parts_laid_end_to_end_never_overlap(one_s: Fraction, other_s: Fraction, frame_rate: Fraction) -> None:
    first, last = sorted((one_s, other_s))
    assert frames_in(first, frame_rate) <= frames_in(last, frame_rate)


@given(FRAMES, RATES)
def test_at_its_own_rate_a_clip_is_shown_frame_by_frame(frame: int, frame_rate: Fraction) -> None:
    assert frame_at(frame, frame_rate, frame_rate) == frame


@given(FRAMES, RATES, RATES)
def test_the_frame_shown_is_the_one_on_screen_at_that_moment(frame: int, cut: Fraction, clip: Fraction) -> None:
    shown = frame_at(frame, cut, clip)
    assert shown / clip <= frame / cut < (shown + 1) / clip


@given(FRAMES, RATES)
def test_a_frame_begins_at_the_nearest_sample(frame: int, frame_rate: Fraction) -> None:
    assert abs(sample_at(frame, 48000, frame_rate) - frame * 48000 / frame_rate) <= Fraction(1, 2)


@given(FRAMES, st.integers(0, 10_000), RATES)
def test_sound_never_drifts_from_the_picture(frame: int, length: int, frame_rate: Fraction) -> None:
    """Placed by frame each time, no rounding is ever added to another."""
    samples = sample_at(frame + length, 48000, frame_rate) - sample_at(frame, 48000, frame_rate)
    assert abs(samples - length * 48000 / frame_rate) <= 1


@pytest.mark.parametrize(
    ("frame", "frame_rate", "text"),
    [
        (0, Fraction(24), "00:00:00:00"),
        (23, Fraction(24), "00:00:00:23"),
        (24, Fraction(24), "00:00:01:00"),
        (24, Fraction(24000, 1001), "00:00:01:00"),
        (30, Fraction(30000, 1001), "00:00:01:00"),
        (60 * 60 * 25 + 61 * 25 + 7, Fraction(25), "01:01:01:07"),
        (12, Fraction(25, 2), "00:00:00:12"),
    ],
)
def test_a_timecode_counts_whole_frames(frame: int, frame_rate: Fraction, text: str) -> None:
    assert timecode(frame, frame_rate) == text


@given(FRAMES, RATES)
def test_no_two_frames_of_a_day_share_a_timecode(frame: int, frame_rate: Fraction) -> None:
    assert timecode(frame, frame_rate) != timecode(frame + 1, frame_rate)


@pytest.mark.parametrize(
    ("length_s", "text"),
    [(Fraction(5), "5"), (Fraction(90), "90"), (Fraction(21, 5), "4.2"), (Fraction(1, 3), "0.333"), (Fraction(), "0")],
)
def test_seconds_are_shown_as_people_write_them(length_s: Fraction, text: str) -> None:
    assert plain_seconds(length_s) == text
