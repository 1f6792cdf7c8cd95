from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.previs import signs
from pipeline.previs.layout import ACCENT, fit_rows, mark_box, name_px, type_for
from pipeline.previs.lettering import balanced, font, has_glyph, plain, shorten, wrap
from pipeline.previs.order import Camera, Direction, Figure, Line, PrevisOrder
from pipeline.previs.speech import spread, syllables
from pipeline.previs.unslate import unslated

SIZES = [
    (160, 90),
    (90, 160),
    (32, 32),
    (320, 180),
    (256, 256),
    (480, 852),
    (720, 1280),
    (1280, 720),
    (2206, 946),
    (4096, 64),
]
MUCH = Direction(
    title="The Very Long Title of a Film That Nobody Will Ever Finish",
    shot="sequence-030-shot-040-b",
    camera=Camera("OTS", "overhead", "pedestal_down", "slow", 135),
    action="The keeper climbs the spiral stairs, one hand on the wall, counting under his breath. " * 6,
    dialogue=(Line("the keeper", "under his breath", "Not tonight. " * 30),),
    notes="Thunder on the cut, then nothing at all for a very long time. " * 4,
    figures=tuple(Figure(f"the keeper of lighthouse number {index}", index) for index in range(9)),
)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("direction", [MUCH, replace(MUCH, shot=""), Direction(action="x" * 500), Direction()])
def test_what_the_band_holds_fits_the_frame(size: tuple[int, int], direction: Direction) -> None:
    type_ = type_for(*size)
    rows = fit_rows(type_, direction)
    room = size[0] - 2 * type_.margin
    assert rows.height(type_) <= 0.4 * size[1]
    assert all(type_.body.getlength(line) <= room for line in rows.action)
    assert type_.small.getlength(rows.notes) <= room
    assert sum(name_px(name, type_) for name, _ in rows.cast) <= room
    first = type_.strong.getlength(rows.shot) + type_.line if rows.shot and not rows.camera_below else 0
    assert first + type_.body.getlength(rows.camera) <= room or not rows.camera


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (960, 960)])
def test_at_usual_sizes_nothing_of_a_usual_shot_is_left_out(size: tuple[int, int]) -> None:
    direction = replace(
        MUCH, shot="sh040", figures=(Figure("the keeper", 0),), action="The keeper waits.", notes="Rain."
    )
    rows = fit_rows(type_for(*size), direction)
    assert (rows.shot, rows.action, rows.notes) == ("sh040", ("The keeper waits.",), "Rain.")
    assert rows.camera == "Over the shoulder · overhead · slow pedestal down"
    assert [name for name, _ in rows.cast] == ["the keeper"]


@pytest.mark.parametrize("size", SIZES)
def test_the_fullest_slate_is_drawn_at_any_size(clip: Callable[..., Path], size: tuple[int, int]) -> None:
    path = clip(width=size[0], height=size[1], frames=2, direction=MUCH)
    with av.open(path) as container:
        assert sum(1 for _ in container.decode(video=0)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "守塔人爬上楼梯。",
        "الحارس يصعد الدرج",
        "שומר",
        "\ud800",
        "a\x00\x1b[2J\u202eb",
        "👩‍🚀🎬",
        "e\u0301 ñ",
        "\uffff",
        "Ω Я ß",
        "क्षि",
        "",
        " \n\t ",
    ],
)
def test_any_text_can_be_lettered(clip: Callable[..., Path], text: str) -> None:
    direction = Direction(
        text,
        text,
        Camera("MS", text, text, text),
        text,
        (Line(text, text, text or "x"),),
        text,
        figures=(Figure(text, 0),),
    )
    assert clip(frames=12, width=320, height=180, audio=True, direction=direction).stat().st_size


@pytest.mark.skipif(has_glyph("\U00016a40"), reason="a font with the letters of Mro is installed")
def test_what_no_font_has_is_shown_as_left_out() -> None:
    assert plain("Ann \U00016a40\U00016a41 \U00016a42 sees\u202e\x07 Žluťoučký Ωμέγα Ёж") == (
        "Ann […] sees Žluťoučký Ωμέγα Ёж"
    )


def test_lines_end_in_an_ellipsis_only_where_something_is_missing() -> None:
    face = font("Medium", 20)
    assert wrap("one two", face, 1000, 2) == ["one two"]
    lines = wrap("one two three four five six seven", face, 120, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(face.getlength(line) <= 120 for line in lines)
    assert shorten("word", face, 1) == ""
    assert wrap("anything", face, 100, 0) == []


def test_a_subtitle_never_ends_in_a_lone_word() -> None:
    lines = balanced("I have kept this light for forty years and one night more", font("Medium", 20), 520, 2)
    assert len(lines) == 2
    assert len(lines[1]) > 0.7 * len(lines[0])


def test_every_move_of_the_vocabulary_has_a_sign() -> None:
    for movement in ("static", "handheld", "tracking", "whip_pan", "rack_focus", "pan_left", "orbit_right", "zoom_out"):
        strokes = signs.sign(Camera(movement=movement))
        assert strokes
        assert all(-0.05 <= value <= 1.05 for stroke in strokes for point in stroke for value in point)
    assert signs.sign(Camera()) == ()


def test_a_mirrored_move_has_a_mirrored_sign() -> None:
    left, right = signs.sign(Camera(movement="pan_left")), signs.sign(Camera(movement="pan_right"))
    assert left == tuple(tuple((1 - x, y) for x, y in stroke) for stroke in right)


@pytest.mark.parametrize(
    ("title", "place", "heading"),
    [
        ("Film", "", "Film"),
        ("Film", "the lamp room: brass and glass", "Film · the lamp room"),
        ("Film", "Harbour – at night", "Film · Harbour"),
        ("", "a well-lit hall, empty", "a well-lit hall"),
    ],
)
def test_a_slate_is_headed_by_the_film_and_the_name_of_the_place(title: str, place: str, heading: str) -> None:
    assert signs.heading(Direction(title=title, place=place)) == heading


def test_lines_are_spoken_one_after_another_inside_the_clip() -> None:
    lines = (
        Line("a", "", "One."),
        Line("b", "", "  "),
        Line("b", "", "Two three four five six seven."),
        Line("a", "", "Eight."),
    )
    spoken = spread(lines, 120)
    assert [said.line.line for said in spoken] == ["One.", "Two three four five six seven.", "Eight."]
    assert spoken[0].start > 0
    assert spoken[-1].stop < 120
    assert all(before.stop == after.start for before, after in pairwise(spoken))
    assert spoken[1].stop - spoken[1].start > spoken[0].stop - spoken[0].start
    assert spread((), 120) == ()


def test_syllables_are_counted_in_more_than_one_script() -> None:
    assert [syllables(text) for text in ("Not tonight, boy", "Καλημέρα", "Пойдём", "守塔人", "…")] == [4, 4, 2, 3, 1]


@pytest.mark.parametrize("size", [(320, 180), (180, 320), (640, 360), (1280, 720)])
def test_a_frame_of_a_previs_clip_is_continued_without_its_slate(
    clip: Callable[..., Path], direction: Callable[..., Direction], size: tuple[int, int]
) -> None:
    path = clip(width=size[0], height=size[1], frames=3, direction=direction(shot_size="MS"))
    with av.open(path) as container:
        *_, last = container.decode(video=0)
        frame = last.to_image()
    free = unslated(frame)
    assert free.width == size[0]
    assert 0.4 * size[1] < free.height < 0.9 * size[1]
    mark = np.asarray(frame.crop(mark_box(type_for(*size))), np.int16)
    assert mark[:, :, 0].mean() > 180
    assert unslated(free) is free


def test_an_evening_sky_at_the_edge_is_not_taken_for_the_slates_own_line(
    clip: Callable[..., Path], direction: Callable[..., Direction]
) -> None:
    path = clip(width=640, height=360, frames=3, direction=direction(shot_size="MS"))
    with av.open(path) as container:
        frame = next(container.decode(video=0)).to_image()
    whole = unslated(frame)
    frame.paste(ACCENT, (0, 130, 200, 190))
    assert unslated(frame).size == whole.size


def test_any_other_picture_is_continued_whole(order: Callable[..., PrevisOrder]) -> None:
    assert order().width == 160
    for colour in ((255, 188, 66), (12, 14, 18), (120, 160, 90)):
        picture = Image.new("RGB", (320, 180), colour)
        if colour != (255, 188, 66):
            assert unslated(picture) is picture
    tall = Image.new("RGB", (20, 9000))
    assert unslated(tall) is tall


def shown(clip: Callable[..., Path], slate: str, **changes: object) -> tuple[Image.Image, Image.Image]:
    """A frame with a slate like that, and the same without any."""
    made = []
    for each in (slate, "none"):
        direction = replace(MUCH, slate=each, camera=Camera("WS", movement="static"), dialogue=(), **changes)
        with av.open(clip(width=640, height=360, frames=1, direction=direction)) as container:
            made.append(next(container.decode(video=0)).to_image())
    return made[0], made[1]


def touched(pair: tuple[Image.Image, Image.Image]) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Where two frames differ, height x width."""
    first, second = (np.asarray(each.convert("RGB"), np.int16) for each in pair)
    return np.asarray(np.abs(first - second).max(axis=2) > 24)


def test_a_corner_slate_leaves_all_but_the_upper_corners_free(clip: Callable[..., Path]) -> None:
    differs = touched(shown(clip, "corner"))
    assert differs[:40].any()
    assert not differs[60:].any()
    assert touched(shown(clip, "full"))[300:].mean() > 0.5


def test_without_a_slate_nothing_is_written(clip: Callable[..., Path]) -> None:
    bare = shown(clip, "none")[0]
    assert unslated(bare).size == bare.size
    assert not touched(shown(clip, "none")).any()


def test_what_goes_on_from_a_corner_slate_goes_on_without_it(clip: Callable[..., Path]) -> None:
    marked = shown(clip, "corner")[0]
    assert unslated(marked).size[1] < marked.size[1]


def test_safe_areas_are_lines_at_their_shares_of_the_frame(clip: Callable[..., Path]) -> None:
    plain_, lined = shown(clip, "none")[0], shown(clip, "none", safe_areas=True)[0]
    differs = touched((plain_, lined))
    columns = np.flatnonzero(differs[100:140].mean(axis=0) > 0.9)
    for share in (0.93, 0.90):
        edge = 640 * (1 - share) / 2
        assert np.abs(columns - edge).min() <= 2
        assert np.abs(columns - (640 - edge)).min() <= 2
    assert differs.mean() < 0.03


@pytest.mark.parametrize("text", ["שומר המגדלור", "حارس المنارة", "Хранитель маяка", "Ο φύλακας"])
def test_scripts_that_a_font_here_has_are_written(text: str) -> None:
    assert plain(text) == text
    face = font("Medium", 20)
    mask, _ = face.mask(text)
    assert np.asarray(mask).max() > 200
    assert face.getlength(text) == pytest.approx(mask.width - 4, abs=1.5)
