"""The edit says what is heard when: takes with their leads and lags, cues at their times, music under speech."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.edit import Cue, Cut, Fade, Footage, Level, Mix, Own, Sound, assemble
from pipeline.frames import SAMPLE_RATE, sample_at
from tests.test_edit import RATES, clip, cut_of, footage, shot

FRAME = 2000  # samples of a frame at 24 frames a second
HALF = 240  # samples of a fade on either side of a hard cut
MUSIC = Cue("music", "bed.wav", "1" * 64, Fraction(60))
GAINS = st.integers(-40, 12).map(Decimal)


def seconds(most: int) -> st.SearchStrategy[Fraction]:
    return st.integers(0, 100 * most).map(lambda hundredths: Fraction(hundredths, 100))


OWN = st.builds(Own, GAINS, st.booleans(), seconds(3), seconds(3), st.booleans())
CUES = st.builds(
    Cue,
    role=st.sampled_from(["effect", "voice_over", "music"]),
    source=st.just("x.wav"),
    sha256=st.just("4" * 64),
    duration_s=seconds(20),
    at_s=seconds(20),
    in_s=seconds(3),
    until_s=st.none() | seconds(20),
    gain_db=GAINS,
    loop=st.booleans(),
    fade_in_s=seconds(5),
    fade_out_s=seconds(5),
    duck_db=st.integers(0, 20).map(Decimal),
)


def mixed(*shots: Footage, frame_rate: Fraction = Fraction(24), **mix: Any) -> Cut:
    return assemble("main", shots, frame_rate, (1280, 720), "contain", Mix(**mix))


def db(number: str) -> Decimal:
    return Decimal(number)


def spans(cut: Cut) -> list[tuple[int, int]]:
    return [(sound.start, sound.end) for sound in cut.sounds]


def trimmed(name: str, **own: Any) -> Footage:
    """Four seconds out of the middle of a take of five."""
    return shot(name, in_s=Fraction(1, 2), out_s=Fraction(9, 2), own=Own(**own))


def test_a_hard_cut_is_a_crossfade_of_10_ms_around_it() -> None:
    first, second = cut_of(trimmed("a"), trimmed("b")).sounds
    assert first.fades[1] == Fade(96 * FRAME - HALF, 96 * FRAME + HALF, up=False)
    assert second.fades[0] == Fade(96 * FRAME - HALF, 96 * FRAME + HALF, up=True)
    assert second.first - second.start == 12 * FRAME - 96 * FRAME


def test_a_lead_begins_the_sound_before_the_picture_and_in_step_with_it() -> None:
    cut = cut_of(trimmed("a"), trimmed("b", lead_s=Fraction(1, 4)))
    first, second = cut.sounds
    assert second.start == (96 - 6) * FRAME
    assert second.first == (12 - 6) * FRAME
    crossed = (second.start, second.start + SAMPLE_RATE // 10)
    assert (first.fades[1], second.fades[0]) == (Fade(*crossed, up=False), Fade(*crossed, up=True))
    assert first.end == crossed[1], "what lies under the lead has faded"
    assert not cut.notes


def test_a_lag_lets_the_sound_go_on_after_the_picture() -> None:
    first, second = cut_of(trimmed("a", lag_s=Fraction(1, 4)), trimmed("b")).sounds
    crossed = ((96 + 6) * FRAME - SAMPLE_RATE // 10, (96 + 6) * FRAME)
    assert (first.fades[1], second.fades[0]) == (Fade(*crossed, up=False), Fade(*crossed, up=True))
    assert second.first - second.start == 12 * FRAME - 96 * FRAME, "the later one is still in step with its picture"


def test_where_a_lag_meets_a_lead_both_are_heard_all_the_way() -> None:
    first, second = cut_of(trimmed("a", lag_s=Fraction(1, 4)), trimmed("b", lead_s=Fraction(1, 2))).sounds
    crossed = (84 * FRAME, 102 * FRAME)
    assert (first.fades[1], second.fades[0]) == (Fade(*crossed, up=False), Fade(*crossed, up=True))


def test_a_lead_and_a_lag_reach_as_far_as_there_is_footage_and_that_is_said() -> None:
    cut = cut_of(trimmed("a", lag_s=Fraction(2)), trimmed("b", lead_s=Fraction(2)))
    assert cut.notes == (
        "a: its sound ends 13 frames after its picture, not 48: no more of its take lies after it",
        "b: its sound begins 12 frames before its picture, not 48: no more of its take lies before it",
    )
    assert (cut.sounds[0].end, cut.sounds[1].start) == (109 * FRAME, 84 * FRAME)


def test_the_film_begins_and_ends_with_its_picture() -> None:
    cut = cut_of(trimmed("a", lead_s=Fraction(1, 4), lag_s=Fraction(1, 4)))
    assert spans(cut) == [(0, 96 * FRAME)]
    assert [note.partition(": its")[0] for note in cut.notes] == ["a", "a"]


def test_a_sound_never_reaches_over_the_whole_of_a_neighbour() -> None:
    short = shot("b", in_s=Fraction(1), out_s=Fraction(3, 2))
    cut = cut_of(trimmed("a", lag_s=Fraction(1, 2)), short, trimmed("c", lead_s=Fraction(1, 2)))
    assert cut.sounds[0].end < cut.sounds[2].start
    assert cut.notes == (
        "a: its sound ends 11 frames after its picture, not 12: the film has no more room for it",
        "c: its sound begins 0 frames before its picture, not 12: the film has no more room for it",
    )


def test_what_goes_on_in_one_take_is_one_sound_whatever_leads() -> None:
    first = shot("a", source="t.mp4", out_s=Fraction(2), own=Own(lag_s=Fraction(1, 2)))
    second = shot("b", source="t.mp4", in_s=Fraction(2), own=Own(lead_s=Fraction(1, 2)))
    cut = cut_of(first, second)
    assert spans(cut) == [(0, 120 * FRAME)]
    assert not cut.notes


def test_a_gain_that_changes_within_one_take_changes_in_10_ms() -> None:
    first = shot("a", source="t.mp4", out_s=Fraction(2), own=Own(gain_db=db("-6")))
    second = shot("b", source="t.mp4", in_s=Fraction(2))
    (sound,) = cut_of(first, second).sounds
    seam = 48 * FRAME
    assert sound.levels == (Level(0, db("-6")), Level(seam - HALF, db("-6")), Level(seam + HALF, db("0")))


def test_a_muted_take_and_a_card_are_silent() -> None:
    cut = cut_of(trimmed("a", muted=True), shot("b", clip=None, missing="refused"), trimmed("c"))
    assert [sound.shot for sound in cut.sounds] == ["c"]


def test_a_voice_over_begins_with_its_shot_and_an_effect_with_the_shot_it_names() -> None:
    said = Cue("voice_over", "vo.wav", "2" * 64, Fraction(1), at_s=Fraction(1, 2))
    knock = Cue("effect", "knock.wav", "3" * 64, Fraction(1, 4), at_shot="a", gain_db=db("-3"))
    cut = mixed(trimmed("a"), replace(trimmed("b"), cues=(said,)), cues=(knock,))
    assert [(sound.role, sound.shot, sound.start, sound.end) for sound in cut.sounds[2:]] == [
        ("voice_over", "b", 108 * FRAME, 132 * FRAME),
        ("effect", "", 0, 6 * FRAME),
    ]
    assert cut.sounds[3].levels == (Level(0, db("-3")),)


def test_what_can_not_be_heard_is_said() -> None:
    late = Cue("voice_over", "vo.wav", "2" * 64, Fraction(3), at_s=Fraction(3))
    cut = mixed(
        replace(trimmed("a"), cues=(late,)),
        cues=(replace(MUSIC, at_shot="sh999"), replace(late, role="effect", at_s=Fraction(9))),
    )
    assert spans(cut) == [(0, 96 * FRAME), (72 * FRAME, 96 * FRAME)]
    assert cut.notes == (
        "a: vo.wav is cut off by the end of the film, 2 s before its own",
        "effect: vo.wav is not heard: it begins when the film has ended",
        "music: bed.wav is not heard: sh999 is not in this cut",
    )


def test_music_plays_from_its_point_until_it_is_told_to_end() -> None:
    asked = replace(MUSIC, in_s=Fraction(4), at_s=Fraction(1), until_shot="b", fade_out_s=Fraction(1))
    (music,) = mixed(trimmed("a"), trimmed("b"), cues=(asked,)).sounds[2:]
    assert (music.start, music.end, music.first) == (24 * FRAME, 96 * FRAME, 4 * SAMPLE_RATE)
    assert music.fades[1] == Fade(96 * FRAME - SAMPLE_RATE, 96 * FRAME, up=False)


def test_a_loop_comes_round_until_the_film_ends_each_crossed_with_the_next() -> None:
    asked = replace(MUSIC, duration_s=Fraction(3), in_s=Fraction(1), loop=True, fade_out_s=Fraction(3))
    rounds = mixed(trimmed("a"), cues=(asked,)).sounds[1:]
    assert [(sound.start, sound.first) for sound in rounds] == [(0, 48000), (95520, 48000), (191040, 48000)]
    assert rounds[-1].end == 96 * FRAME
    for before, after in pairwise(rounds):
        assert before.end - after.start == 2 * HALF
        assert Fade(after.start, before.end, up=False) in before.fades
        assert Fade(after.start, before.end, up=True) in after.fades
    assert all(Fade(192000 - 144000, 192000, up=False) in sound.fades for sound in rounds), "it fades over several"


def test_music_that_is_no_loop_ends_with_its_file() -> None:
    assert mixed(trimmed("a"), cues=(replace(MUSIC, duration_s=Fraction(2)),)).sounds[1].end == 2 * SAMPLE_RATE


def test_music_goes_down_under_dialogue_and_voice_over_and_comes_up_between() -> None:
    said = Cue("voice_over", "vo.wav", "2" * 64, Fraction(1))
    shots = [trimmed("a"), trimmed("b", speaks=True), trimmed("c"), replace(trimmed("d"), cues=(said,))]
    music = mixed(*shots, cues=(replace(MUSIC, gain_db=db("-8"), duck_db=db("10")),)).sounds[-1]
    corners = [(level.at, float(level.gain_db)) for level in music.levels]
    spoken = [(96 * FRAME - HALF, 192 * FRAME + HALF), (288 * FRAME, 312 * FRAME)]
    assert corners == [
        corner for begin, end in spoken for corner in ((begin - 12000, -8), (begin, -18), (end, -18), (end + 36000, -8))
    ]


def test_music_does_not_come_up_for_a_moment_between_two_who_speak() -> None:
    shots = [trimmed("a", speaks=True), shot("b", out_s=Fraction(1, 2)), trimmed("c", speaks=True), trimmed("d")]
    music = mixed(*shots, cues=(replace(MUSIC, duck_db=db("10")),)).sounds[-1]
    assert [float(level.gain_db) for level in music.levels] == [0, -10, -10, 0]


def test_a_muted_take_ducks_nothing() -> None:
    music = mixed(trimmed("a", speaks=True, muted=True), cues=(replace(MUSIC, duck_db=db("10")),)).sounds[-1]
    assert music.levels == (Level(0, db("0")),)


@st.composite
def edits(draw: st.DrawFn) -> list[Footage]:
    """Any list of clips, points and transitions, with leads, lags, gains and sound files."""
    shots = draw(footage())
    return [replace(one, own=draw(OWN), cues=tuple(draw(st.lists(CUES, max_size=1)))) for one in shots]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits(), RATES)
def test_any_list_of_clips_with_j_and_l_cuts_has_the_frames_of_its_picture_and_sounds_within_them(
    shots: list[Footage], frame_rate: Fraction
) -> None:
    cut = cut_of(*shots, frame_rate=frame_rate)
    plainly = cut_of(*(replace(one, own=Own(), cues=()) for one in shots), frame_rate=frame_rate)
    assert (cut.frame_count, cut.segments) == (plainly.frame_count, plainly.segments)
    end = sample_at(cut.frame_count, SAMPLE_RATE, frame_rate)
    for sound in cut.sounds:
        assert 0 <= sound.start < sound.end <= end
        assert sound.first >= 0
        assert sound.levels
        assert all(before.at <= after.at for before, after in pairwise(sound.levels))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits(), RATES)
def test_every_take_is_in_step_with_its_picture_however_it_leads_or_lags(
    shots: list[Footage], frame_rate: Fraction
) -> None:
    cut = cut_of(*shots, frame_rate=frame_rate)
    first = {segment.shot: segment for segment in cut.segments}
    for sound in (sound for sound in cut.sounds if sound.of_take):
        segment = first[sound.shot]
        picture = sample_at(segment.first, SAMPLE_RATE, frame_rate) - sample_at(segment.start, SAMPLE_RATE, frame_rate)
        assert sound.first - sound.start == picture


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edits(), RATES)
def test_at_every_joint_of_two_takes_one_goes_as_the_other_comes(shots: list[Footage], frame_rate: Fraction) -> None:
    cut = cut_of(*shots, frame_rate=frame_rate)
    takes = [sound for sound in cut.sounds if sound.of_take]
    for before, after in pairwise(takes):
        if after.start < before.end - 2 * HALF:
            down, up = before.fades[1], after.fades[0]
            assert (down.start, down.stop) == (up.start, up.stop), "equal in power all the way"


@pytest.mark.parametrize("frames", [121, 125])
def test_the_sound_reaches_no_further_than_the_take(frames: int) -> None:
    cut = cut_of(shot("a", frames=frames, own=Own(lag_s=Fraction(5))), shot("b"))
    sound: Sound = cut.sounds[0]
    assert sound.first + sound.length == clip(frames).frame_count * FRAME
