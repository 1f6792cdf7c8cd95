"""Every frame of a cut is the one that the edit names, at the right moment, in the right place and colours."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edit import Cut, Footage, Segment, assemble
from pipeline.frames import frame_at
from pipeline.render.spans import spans
from tests.clips import Spec, details, heard, luma, named, names, rgb, tone
from tests.cuts import SECOND, Edit

NTSC = Fraction(24000, 1001)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


def expected(cut: Cut, edit: Edit) -> list[tuple[int, int] | None]:
    """The clip and frame that each frame of the cut must show; None where it shows two, or a card."""
    shown: list[tuple[int, int] | None] = [None] * cut.frame_count
    for number, (segment, used) in enumerate(zip(cut.segments, edit.footage, strict=True)):
        following = cut.segments[number + 1].overlap if number + 1 < len(cut.segments) else 0
        for at in range(segment.overlap, segment.length - following):
            if used.clip is None:
                continue  # a card is nobody's frame
            shown[segment.start + at] = (number, frame_at(segment.first + at, cut.frame_rate, used.clip.frame_rate))
    return shown


def flat(frame: np.ndarray) -> float:
    """The level of the one colour under the blocks, left and right edge excluded."""
    return float(frame[frame.shape[0] // 2 :, 8:-8].mean())


def test_hard_cuts_lose_and_repeat_no_frame(edit: Edit) -> None:
    for number in range(3):
        edit.add(Spec(number, frames=25))
    shown = names(edit.render())
    assert shown == [(number, frame) for number in range(3) for frame in range(24)]


def test_in_and_out_points_are_exact(edit: Edit) -> None:
    edit.add(Spec(0), in_s=Fraction(5, 24), out_s=Fraction(11, 24))
    edit.add(Spec(1), in_s=Fraction(20, 24))
    assert names(edit.render()) == [(0, frame) for frame in range(5, 11)] + [(1, frame) for frame in range(20, 24)]


def test_a_dissolve_shows_both_shots_and_leaves_the_others_alone(edit: Edit) -> None:
    edit.add(Spec(0, colour=(200, 200, 200)))
    edit.add(Spec(1, colour=(40, 40, 40)), overlap_s=Fraction(7, 24))
    edit.add(Spec(2, colour=(120, 120, 120)), overlap_s=Fraction(4, 24))
    cut = edit.cut()
    frames = luma(edit.render(cut))
    assert len(frames) == cut.frame_count == 72 - 7 - 4
    assert all(named(frame) == wanted for frame, wanted in zip(frames, expected(cut, edit), strict=True) if wanted)
    alone = [flat(frames[0]), flat(frames[30])]
    for at in range(7):
        share = (at + 0.5) / 7
        assert flat(frames[17 + at]) == pytest.approx(alone[0] * (1 - share) + alone[1] * share, abs=1.5)


def test_the_middle_of_a_dissolve_is_the_mean_of_the_very_frames_it_joins(edit: Edit) -> None:
    edit.add(Spec(0, colour=(230, 60, 40)))
    edit.add(Spec(1, colour=(30, 90, 200)), overlap_s=Fraction(5, 24))
    edit.render()
    middle = rgb(edit.target)[19 + 2].astype(float)
    leaving = rgb(edit.outputs / edit.footage[0].source)[21].astype(float)
    coming = rgb(edit.outputs / edit.footage[1].source)[2].astype(float)
    mean = (leaving + coming) / 2
    assert np.abs(middle[60:] - mean[60:]).max() <= 4
    assert np.abs(middle[60:] - mean[60:]).mean() <= 1.5
    assert np.abs(middle[:40].mean(axis=0) - mean[:40].mean(axis=0)).mean() <= 3


@pytest.mark.parametrize("of_cut", [Fraction(24), Fraction(25), Fraction(30), NTSC, Fraction(60)])
def test_clips_of_any_rate_show_the_frame_of_that_moment(edit: Edit, of_cut: Fraction) -> None:
    for number, of_clip in enumerate((Fraction(24), Fraction(25), Fraction(30), NTSC, Fraction(60))):
        frames = int(of_clip * Fraction(11, 10))
        edit.add(Spec(number, frames=frames, rate=of_clip, size=(160, 90)), in_s=Fraction(1, 3))
    cut = edit.cut(of_cut, (160, 90))
    assert names(edit.render(cut)) == expected(cut, edit)
    said = details(edit.target)
    assert said["rate"] == of_cut
    assert said["times_s"] == [number / of_cut for number in range(cut.frame_count)]


def test_codecs_containers_and_depths_may_differ(edit: Edit) -> None:
    edit.add(Spec(0, codec="libx265", pixels="yuv420p10le", options=(("x265-params", "log-level=none:crf=12"),)))
    edit.add(Spec(1, codec="libvpx-vp9", rate=NTSC, options=(("deadline", "realtime"), ("crf", "20"))), suffix=".webm")
    edit.add(Spec(2, codec="mpeg4", options=(("b", "4000000"),)), suffix=".mov")
    edit.add(Spec(3, pixels="yuv444p"), suffix=".mkv")
    cut = edit.cut()
    assert names(edit.render(cut)) == expected(cut, edit)


def test_shots_split_from_one_take_run_on_without_a_seam(edit: Edit) -> None:
    edit.add(Spec(0, frames=48, sound=tone(440, 2)), out_s=Fraction(10, 24))
    for in_s, out_s in ((10, 30), (30, 48)):
        edit.add(None, in_s=Fraction(in_s, 24), out_s=Fraction(out_s, 24), source=edit.footage[0].source)
    assert names(edit.render()) == [(0, frame) for frame in range(48)]
    wave = heard(edit.target)[0]
    levels = [np.abs(wave[at - 240 : at + 240]).max() for at in (20000, 40000, 60000)]
    assert levels == pytest.approx([0.4] * 3, abs=0.02)


def test_a_take_may_come_back_earlier_and_dissolve_into_itself(edit: Edit) -> None:
    edit.add(Spec(0, frames=60), in_s=SECOND, out_s=Fraction(2))
    edit.add(None, source=edit.footage[0].source, overlap_s=Fraction(6, 24))
    cut = edit.cut()
    shown = names(edit.render(cut))
    assert shown[:18] == [(0, frame) for frame in range(24, 42)]
    assert shown[24:] == [(0, frame) for frame in range(6, 24)]


def test_a_wide_clip_is_letterboxed_and_its_picture_undistorted(edit: Edit) -> None:
    edit.add(Spec(3, size=(320, 90), colour=(255, 255, 255)))
    frame = luma(edit.render())[7]
    assert frame[:43].max() <= 18
    assert frame[-43:].max() <= 18
    assert named(frame, (0, 45, 320, 90)) == (3, 7)
    assert frame[90:130].min() >= 225


def test_a_tall_clip_is_pillarboxed(edit: Edit) -> None:
    edit.add(Spec(3, size=(180, 320), colour=(255, 255, 255)))
    frame = luma(edit.render())[7]
    assert frame[:, :106].max() <= 18
    assert frame[:, -106:].max() <= 18
    assert frame[60:, 112:208].min() >= 225
    assert named(frame, (109, 0, 102, 180)) == (3, 7)


def test_cover_fills_the_frame_and_crops_the_rest(edit: Edit) -> None:
    edit.add(Spec(3, size=(180, 320), colour=(255, 255, 255)))
    frame = luma(edit.render(edit.cut(fit="cover")))[7]
    assert frame.min() >= 225


def test_cover_crops_evenly_from_both_sides(edit: Edit) -> None:
    edit.add(Spec(3, size=(640, 180)))
    frame = luma(edit.render(edit.cut(fit="cover")))[21]
    assert frame[20, 4:36].min() > 200, "of 21 = 0b10101 the middle half begins with the block of bit 4"
    assert frame[20, 44:].max() < 50


@pytest.mark.parametrize("size", [(321, 181), (319, 179), (854, 480), (64, 36)])
def test_odd_sizes_are_normalised(edit: Edit, size: tuple[int, int]) -> None:
    edit.add(Spec(5, size=size, pixels="yuv444p" if size[0] % 2 else "yuv420p"))
    edit.render()
    assert details(edit.target)["size"] == (320, 180)
    assert names(edit.target) == [(5, frame) for frame in range(24)]


def test_a_shot_without_a_clip_is_a_silent_card_of_its_length(edit: Edit) -> None:
    edit.add(Spec(0, sound=tone(440, 1)))
    edit.add(None, asked_s=Fraction(7, 24))
    edit.add(Spec(2, sound=tone(440, 1)))
    frames = luma(edit.render())
    assert len(frames) == 24 + 7 + 24
    assert [named(frame) for frame in frames[:24]] == [(0, frame) for frame in range(24)]
    assert [named(frame) for frame in frames[31:]] == [(2, frame) for frame in range(24)]
    for card in frames[24:31]:
        assert card[60:120].max() > 150, "words"
        assert card[:50].max() <= 20, "black around them"
        assert card[:, :20].max() <= 20, "black around them"
    silence = heard(edit.target)[:, 48000 + 2000 : 48000 + 12000]
    assert np.abs(silence).max() < 1e-3


def test_a_cut_of_cards_alone_is_a_film(edit: Edit) -> None:
    edit.add(None, asked_s=Fraction(5, 24))
    edit.add(None, asked_s=Fraction(6, 24), overlap_s=Fraction(2, 24))
    assert len(luma(edit.render())) == 9
    assert details(edit.target)["sound_s"] == Fraction(9, 24)


def test_long_words_on_a_card_stay_inside_the_picture(edit: Edit) -> None:
    words = "no clip " * 30 + "https://example.com/" + "x" * 200 + "\x1b[2J"
    card = Segment("sh010", "", words, "", 0, 0, 2, 0)
    edit.render(Cut("main", Fraction(24), 180, 320, "contain", (card,), ()))
    frame = luma(edit.target)[0]
    assert frame[:, :10].max() <= 20
    assert frame[:, -10:].max() <= 20
    assert frame[:20].max() <= 20


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_spans_cover_every_frame_once_with_the_segments_that_are_there(parts: list[tuple[int, int]]) -> None:
    footage = [
        Footage(f"sh{number}", Fraction(length, 24), Fraction(0), None, Fraction(dissolve, 24), "", None, "none")
        for number, (length, dissolve) in enumerate(parts)
    ]
    cut = assemble("main", footage, Fraction(24), (320, 180), "contain")
    shown = [(span.start + at, span.shown) for span in spans(cut.segments) for at in range(span.length)]
    there = [
        tuple(n for n, one in enumerate(cut.segments) if one.start <= frame < one.start + one.length)
        for frame in range(cut.frame_count)
    ]
    assert shown == list(enumerate(there))


# Colours


HD, SD = (1280, 720), (640, 360)


@pytest.mark.parametrize(
    ("size", "matrix", "tagged"),
    [(HD, 1, True), (HD, 5, True), (SD, 1, True), (SD, 5, True), (HD, 1, False), (SD, 5, False)],
)
def test_colours_survive_and_untagged_ones_are_guessed_as_players_do(
    edit: Edit, size: tuple[int, int], matrix: int, tagged: bool
) -> None:
    colour = (40, 160, 220)
    edit.add(Spec(0, frames=3, size=size, colour=colour, matrix=matrix, tagged=tagged), asked_s=Fraction(3, 24))
    shown = rgb(edit.render(edit.cut(size=size)))[1][size[1] // 2 :]
    assert np.abs(shown.reshape(-1, 3).mean(axis=0) - colour).max() <= 2


@pytest.mark.parametrize("size", [(1470, 630), (1112, 834), (2206, 946), (322, 182)])
def test_colours_lie_where_the_brightness_does_in_every_shape(edit: Edit, size: tuple[int, int]) -> None:
    colour, few = (40, 160, 220), Fraction(3, 24)
    edit.add(Spec(0, frames=3, size=size, colour=colour), asked_s=few)
    edit.add(Spec(1, frames=3, size=size, colour=colour), asked_s=few, overlap_s=Fraction(1, 24))
    for shown in rgb(edit.render(edit.cut(size=size))):
        blocks, below = shown[: size[1] // 8].astype(int), shown[size[1] // 2 :]
        assert np.abs(below.mean(axis=(1, 2)) - np.mean(colour)).max() <= 3
        assert np.abs(below.mean(axis=(0, 1)) - colour).max() <= 2
        assert np.ptp(blocks, axis=2).mean() <= 3, "black and white blocks have no colour"


def test_full_range_clips_keep_their_contrast(edit: Edit) -> None:
    edit.add(Spec(0, frames=3, colour=(250, 128, 5), full_range=True), asked_s=Fraction(3, 24))
    shown = rgb(edit.render())[1][100:]
    assert np.abs(shown.reshape(-1, 3).mean(axis=0) - (250, 128, 5)).max() <= 2.5


def test_brightness_survives_within_two_levels(edit: Edit) -> None:
    edit.add(Spec(0, colour=(200, 120, 40)))
    edit.render()
    before, after = luma(edit.outputs / edit.footage[0].source), luma(edit.target)
    assert all(abs(float(one.mean()) - float(other.mean())) < 2 for one, other in zip(before, after, strict=True))


def test_the_film_says_what_it_is(edit: Edit) -> None:
    edit.add(Spec(0, frames=60, sound=tone(440, 2.5)), asked_s=Fraction(5, 2))
    said = details(edit.render(edit.cut(NTSC)))
    assert said["colours"] == (1, 1, 1, 1), "BT.709, limited range"
    assert said["pixels"] == "yuv420p"
    assert said["rate"] == NTSC
    assert said["sound"] == ("aac", 48000, "stereo")
    assert said["keys"][0] == 0
    assert all(later - key <= 48 for key, later in pairwise([*said["keys"], 60])), "a key frame every two seconds"
    data = edit.target.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat"), "a browser may begin before it has the whole file"
