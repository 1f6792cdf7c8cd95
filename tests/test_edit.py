"""The edit lays every frame where it belongs, and says where it could not do what was asked."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edit import Cut, Footage, assemble, frames_available
from pipeline.frames import frame_at, frames_in
from pipeline.take import MediaFacts

RATES = st.sampled_from([Fraction(n) for n in (24, 25, 30, 60)] + [Fraction(n * 1000, 1001) for n in (24, 30, 60)])
FRAME = Fraction(1, 24)


def clip(frames: int, frame_rate: Fraction = Fraction(24)) -> MediaFacts:
    return MediaFacts("0" * 64, 1, "video", "mp4", 1280, 720, frames, frame_rate, frames / frame_rate)


def shot(name: str = "sh010", frames: int = 121, **changes: object) -> Footage:
    usual = Footage(name, Fraction(5), Fraction(0), None, Fraction(0), f"takes/{name}/clip.mp4", clip(frames))
    return replace(usual, **changes)  # type: ignore[arg-type]


def cut_of(*footage: Footage, frame_rate: Fraction = Fraction(24)) -> Cut:
    return assemble("main", footage, frame_rate, (1280, 720), "contain")


@st.composite
def footage(draw: st.DrawFn) -> list[Footage]:
    shots = []
    for number in range(draw(st.integers(1, 8))):
        in_s = draw(st.fractions(0, 4, max_denominator=100))
        length_s = draw(st.fractions(Fraction(1, 10), 8, max_denominator=100))
        there = clip(draw(st.integers(1, 300)), draw(RATES)) if draw(st.booleans()) else None
        overlap_s = draw(st.fractions(0, 3, max_denominator=100))
        missing = "" if there else "never shot"
        name = f"sh{number:03}"
        shots.append(Footage(name, Fraction(15), in_s, in_s + length_s, overlap_s, name, there, missing))
    return shots


def test_without_points_the_asked_length_is_used_and_not_a_frame_more() -> None:
    segment = cut_of(shot(frames=121)).segments[0]
    assert (segment.first, segment.length) == (0, 120)


def test_points_count_from_the_start_of_the_take() -> None:
    segment = cut_of(shot(in_s=Fraction(1, 2), out_s=Fraction(4))).segments[0]
    assert (segment.first, segment.length) == (12, 84)


def test_shots_follow_each_other_without_a_gap() -> None:
    cut = cut_of(shot("a"), shot("b"), shot("c"))
    assert [segment.start for segment in cut.segments] == [0, 120, 240]
    assert cut.frame_count == 360


def test_a_dissolve_overlaps_both_shots_and_shortens_the_cut_once() -> None:
    cut = cut_of(shot("a"), shot("b", overlap_s=Fraction(1, 2)))
    assert [(segment.start, segment.overlap) for segment in cut.segments] == [(0, 0), (108, 12)]
    assert cut.frame_count == 228
    assert not cut.notes


def test_the_first_shot_has_nothing_to_dissolve_from() -> None:
    assert cut_of(shot(overlap_s=Fraction(1))).segments[0].overlap == 0


def test_a_dissolve_longer_than_the_footage_is_cut_down_and_said() -> None:
    cut = cut_of(shot("a", out_s=FRAME * 10), shot("b", overlap_s=Fraction(1)))
    assert cut.segments[1].overlap == 9
    assert cut.notes == ("b: its transition is 9 frames long, not 24: no more footage is left",)


def test_a_shot_is_never_in_two_dissolves_at_once() -> None:
    long = Fraction(1)
    cut = cut_of(shot("a"), shot("b", out_s=FRAME * 30, overlap_s=long), shot("c", overlap_s=long))
    assert [segment.overlap for segment in cut.segments] == [0, 24, 5]


def test_a_short_take_shortens_its_shot_and_is_said() -> None:
    cut = cut_of(shot(frames=100))
    assert cut.segments[0].length == 100
    assert cut.notes == ("sh010: 20 frames (0.833 s) shorter than asked, as its take is",)


def test_a_shot_without_a_clip_is_a_card_of_its_length_with_the_reason() -> None:
    segment = cut_of(shot(clip=None, missing="refused by moderation")).segments[0]
    assert (segment.source, segment.sha256, segment.card, segment.length) == ("", "", "refused by moderation", 120)


def test_a_take_that_ends_before_the_in_point_becomes_a_card() -> None:
    cut = cut_of(shot(frames=24, in_s=Fraction(2), out_s=Fraction(3)))
    assert cut.segments[0].source == ""
    assert cut.segments[0].card == "the take ends at 1 s, before its in point"
    assert cut.notes == ("sh010: the take ends at 1 s, before its in point; a card stands in",)


def test_a_storyboard_without_shots_is_an_empty_cut() -> None:
    assert cut_of().frame_count == 0


@given(st.integers(1, 500), RATES, RATES)
def test_every_frame_a_clip_can_fill_exists_and_the_next_does_not(
    count: int, of_clip: Fraction, of_cut: Fraction
) -> None:
    available = frames_available(clip(count, of_clip), of_cut)
    assert frame_at(available - 1, of_cut, of_clip) < count <= frame_at(available, of_cut, of_clip)


@given(footage(), RATES)
def test_every_frame_of_a_cut_shows_one_shot_or_the_two_of_a_dissolve(
    shots: list[Footage], frame_rate: Fraction
) -> None:
    cut = cut_of(*shots, frame_rate=frame_rate)
    shown = [0] * cut.frame_count
    for segment in cut.segments:
        assert segment.length >= 1
        for frame in range(segment.start, segment.start + segment.length):
            shown[frame] += 1
    assert set(shown) <= {1, 2}
    assert shown.count(2) == sum(segment.overlap for segment in cut.segments)


@given(footage(), RATES)
def test_every_frame_a_cut_names_exists_in_its_clip(shots: list[Footage], frame_rate: Fraction) -> None:
    for segment, used in zip(cut_of(*shots, frame_rate=frame_rate).segments, shots, strict=True):
        if segment.source and used.clip:
            last = frame_at(segment.first + segment.length - 1, frame_rate, used.clip.frame_rate)
            assert last < used.clip.frame_count


@given(footage(), RATES)
def test_shots_keep_their_order_and_join(shots: list[Footage], frame_rate: Fraction) -> None:
    segments = cut_of(*shots, frame_rate=frame_rate).segments
    assert [segment.shot for segment in segments] == [shot.shot for shot in shots]
    for before, after in pairwise(segments):
        assert after.start == before.start + before.length - after.overlap
        assert before.start < after.start


@given(footage(), RATES)
def test_what_differs_from_what_was_asked_is_said(shots: list[Footage], frame_rate: Fraction) -> None:
    cut = cut_of(*shots, frame_rate=frame_rate)
    for number, (segment, asked) in enumerate(zip(cut.segments, shots, strict=True)):
        out_s = asked.out_s or Fraction(0)
        wanted = frames_in(out_s, frame_rate) - frames_in(asked.in_s, frame_rate)
        dissolve = frames_in(asked.overlap_s, frame_rate) if number else 0
        differs = segment.length != wanted or segment.overlap != dissolve or bool(segment.card) != (asked.clip is None)
        assert differs == any(note.startswith(f"{segment.shot}:") for note in cut.notes)
