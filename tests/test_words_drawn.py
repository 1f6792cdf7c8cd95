"""What the renderer promises of words: exact to the frame, drawn only where they are, never shown as boxes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import features

from pipeline import produce
from pipeline.edit import Cut, Footage, Joint, Segment
from pipeline.letters import arabic, bidi, faces
from pipeline.letters.runs import line
from pipeline.media.canvas import Canvas
from pipeline.media.coded import coded
from pipeline.media.languages import three_letters
from pipeline.render import captions, kept
from pipeline.render.lettering import Lettering, forget, missing
from pipeline.render.lettering.blocks import Frame
from pipeline.render.lettering.plate import ground, ink
from pipeline.render.lettering.setting import plate_of
from pipeline.render.parts import Copied, parts
from pipeline.words import Captions, Wording, Words
from tests.clips import Spec, luma, names
from tests.cuts import Edit

QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)
TITLE = Wording("title", (("The Sea",),), Fraction(1, 3), Fraction(1, 3))  # frames 8 to 15 of a shot at 24
SPOKEN = Wording("caption", (("Not tonight, boy.",),), speaker="the keeper")
KEYS = (("preset", "ultrafast"), ("crf", "10"), ("g", "4"), ("x264-params", "scenecut=0"))


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A machine without any font but our own."""
    monkeypatch.setattr(faces, "folders", lambda: (tmp_path / "nowhere",))
    forget()
    yield
    monkeypatch.undo()
    forget()


def card(shot: str, text: str, *, length_s: Fraction = HALF, overlap_s: Fraction = Fraction(0)) -> Footage:
    words = (Wording("card", ((text,),)),)
    return Footage(shot, length_s, Fraction(0), None, overlap_s, "", None, ground="#102030", words=words)


def with_words(edit: Edit, index: int, *words: Wording) -> None:
    edit.footage[index] = replace(edit.footage[index], words=words)


def film(edit: Edit) -> Cut:
    """Three clips with a title and a caption, a card and credits."""
    for number in range(3):
        edit.add(Spec(number, options=KEYS))
    with_words(edit, 0, TITLE)
    with_words(edit, 1, SPOKEN)
    edit.footage.insert(2, card("c010", "Later"))
    rows = (("Written by", "Mara Voss"), ("The end",))
    edit.footage.append(replace(card("credits", "", length_s=Fraction(1), overlap_s=QUARTER), joint=Joint("fade")))
    with_words(edit, 4, Wording("credits", rows, rolls=True))
    return edit.cut()


def test_words_add_no_frame_and_cards_exactly_theirs(edit: Edit) -> None:
    cut = film(edit)
    shown = luma(edit.render(cut))
    assert len(shown) == cut.frame_count == 24 + 24 + 12 + 24 + 24 - 6


def test_frames_without_words_are_the_very_packets_of_their_clips(edit: Edit) -> None:
    cut = film(edit)
    clips = {each.source: coded(edit.outputs / each.source) for each in cut.segments if each.source}
    found = parts(cut, clips)
    copied = {
        frame for part in found if isinstance(part, Copied) for frame in range(part.start, part.start + part.length)
    }
    lettered = set(range(8, 16))  # the title; a key frame every four frames, so nothing else of the shot is encoded
    assert copied == (set(range(24 + 24)) - lettered) | set(range(60, 78))
    shown, takes = luma(edit.render(cut)), [luma(edit.outputs / f"takes/sh0{n}0/clip.mp4") for n in (1, 2, 3)]
    for frame in sorted(copied):
        take, at = (0, frame) if frame < 24 else (1, frame - 24) if frame < 48 else (2, frame - 60)
        assert np.array_equal(shown[frame], takes[take][at]), frame


def test_a_title_changes_only_its_own_box_and_comes_and_goes(edit: Edit) -> None:
    edit.add(Spec(1))
    plain = luma(edit.render(edit.cut()))
    with_words(edit, 0, Wording("title", (("The Sea",),), Fraction(0), Fraction(1)))
    shown = luma(edit.render())
    change = [np.abs(one.astype(int) - two).max(axis=1) for one, two in zip(shown, plain, strict=True)]
    assert change[12][60:120].max() > 100
    assert change[12][:40].max() < 12 > change[12][-30:].max()
    strength = [each.max() for each in change]
    assert strength[:7] == sorted(strength[:7])
    assert strength[-7:] == sorted(strength[-7:], reverse=True)
    assert strength[0] < strength[12] / 3 > strength[-1]


def test_both_engines_draw_the_same_words(edit: Edit) -> None:
    cut = film(edit)
    cut = replace(cut, captions=Captions(burn=True, language="en"))
    ours = luma(edit.render(cut))
    reference = luma(edit.render(cut, "moviepy"))
    assert len(ours) == len(reference)
    for frame, (one, other) in enumerate(zip(ours, reference, strict=True)):
        assert np.abs(one.astype(int) - other).mean() < 1.5, frame


def test_captions_are_burned_in_only_where_they_are_asked_for(edit: Edit) -> None:
    edit.add(Spec(1, options=KEYS))
    with_words(edit, 0, SPOKEN)
    cut = edit.cut()
    plain = luma(edit.render(cut))
    burned = luma(edit.render(replace(cut, captions=Captions(burn=True))))
    [words] = cut.words
    for frame, (one, other) in enumerate(zip(plain, burned, strict=True)):
        lower = np.abs(one.astype(int) - other)[140:].max()
        assert (lower > 100) == (words.start <= frame < words.stop), frame


row = st.tuples(st.booleans(), st.sampled_from([None, TITLE, SPOKEN]), st.sampled_from([0, 6]))


@settings(max_examples=12, deadline=None)
@given(st.lists(row, min_size=1, max_size=4), st.booleans())
def test_an_edit_with_words_has_the_frames_of_one_without(
    tmp_path_factory: pytest.TempPathFactory, shots: list[tuple[bool, Wording | None, int]], burn: bool
) -> None:
    edit = Edit(tmp_path_factory.mktemp("words"))
    for number, (is_card, words, overlap) in enumerate(shots):
        overlap_s = Fraction(overlap, 24) if number else Fraction(0)
        if is_card:
            edit.footage.append(card(f"c{number}", "Later", overlap_s=overlap_s))
        else:
            edit.add(Spec(number, size=(160, 90), options=KEYS), overlap_s=overlap_s)
            with_words(edit, number, *filter(None, [words]))
    cut = replace(edit.cut(size=(160, 90)), captions=Captions(burn=burn))
    bare = replace(cut, words=())
    assert (
        bare.frame_count
        == cut.frame_count
        == sum(24 - 12 * is_card for is_card, _, _ in shots) - sum(each.overlap for each in cut.segments)
    )
    shown = luma(edit.render(cut))
    assert len(shown) == cut.frame_count
    where = names(edit.target)
    clear = [frame for frame in range(cut.frame_count) if _clear(frame, cut)]
    for segment in (each for each in cut.segments if each.source):
        for frame in set(clear) & set(range(segment.start, segment.start + segment.length)):
            assert where[frame] == (int(segment.shot[2:4]) - 1, frame - segment.start)


def _clear(frame: int, cut: Cut) -> bool:
    """Whether one clip alone is seen in a frame, and nothing is read over it."""
    shown = [each for each in cut.segments if each.start <= frame < each.start + each.length]
    over = any(words.start <= frame < words.stop for words in cut.words)
    return len(shown) == 1 and not over


def test_a_part_with_other_words_is_drawn_anew_and_one_with_the_same_is_not(edit: Edit) -> None:
    edit.add(Spec(1, options=KEYS))
    with_words(edit, 0, TITLE)
    edit.render()
    first = edit.kept()
    edit.render()
    assert edit.kept() == first
    with_words(edit, 0, replace(TITLE, rows=(("The Sky",),)))
    edit.render()
    assert len(edit.kept()) == len(first) + 1


def streams(path: Path) -> list[tuple[str, str | None, int]]:
    with av.open(str(path)) as container:
        return [(each.type, each.language, int(each.disposition)) for each in container.streams]


def cues(path: Path) -> list[tuple[Fraction, Fraction, str]]:
    """What a player reads in a film: from when to when, in seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.subtitles[0]
        assert stream.time_base
        packets: list[Any] = [packet for packet in container.demux(stream) if packet.size > 2]
        base = stream.time_base
        return [(each.pts * base, (each.pts + each.duration) * base, bytes(each)[2:].decode()) for each in packets]


@pytest.mark.parametrize("engine", ["copy", "moviepy"])
def test_a_film_has_its_captions_as_a_track_that_is_off_until_it_is_asked_for(edit: Edit, engine: Any) -> None:
    for number in range(3):
        edit.add(Spec(number))
    with_words(edit, 1, replace(SPOKEN, rows=(("Nicht heute Nacht, Jungchen: 雨が降る",),)))
    cut = replace(edit.cut(), captions=Captions(language="de-AT"))
    film = edit.render(cut, engine)
    assert streams(film) == [("video", "und", 1), ("audio", "und", 1), ("subtitle", "deu", 0)]
    [words] = cut.words
    assert cues(film) == [(Fraction(words.start, 24), Fraction(words.stop, 24), words.text)]
    assert len(luma(film)) == 72


def test_a_film_without_captions_or_a_track_has_none(edit: Edit) -> None:
    edit.add(Spec(1))
    with_words(edit, 0, TITLE)
    assert [kind for kind, _, _ in streams(edit.render())] == ["video", "audio"]
    with_words(edit, 0, SPOKEN)
    cut = replace(edit.cut(), captions=Captions(soft=False, burn=True))
    assert [kind for kind, _, _ in streams(edit.render(cut))] == ["video", "audio"]


def drawn(edit: Edit, cut: Cut) -> Path:
    kept.draw(cut, "copy", "film.yaml", edit.outputs, edit.target, Path, lambda _done, _all: None)
    return edit.target


def test_captions_are_written_beside_the_film_and_go_with_it(edit: Edit) -> None:
    edit.add(Spec(1))
    text = 'Tom & <Ann> say {no} "\\N" --> 3'
    with_words(edit, 0, replace(SPOKEN, rows=((text,),)))
    cut = edit.cut()
    film = drawn(edit, cut)
    [words] = cut.words
    start, end = (round(frame * 1000 / 24) for frame in (words.start, words.stop))
    for form in captions.ENDINGS:
        [event] = pysubs2.load(str(film.with_suffix(f".{form}")))
        assert abs(event.start - start) <= 10 >= abs(event.end - end), form
    assert text in film.with_suffix(".srt").read_text(encoding="utf-8")
    assert 'Tom &amp; &lt;Ann&gt; say {no} "\\N" --&gt; 3' in film.with_suffix(".vtt").read_text(encoding="utf-8")
    assert "Tom & <Ann> say \\{no\\}" in film.with_suffix(".ass").read_text(encoding="utf-8")
    assert ",the keeper," in film.with_suffix(".ass").read_text(encoding="utf-8")
    assert kept.is_drawn(cut, "copy", film)
    film.with_suffix(".srt").unlink()
    assert not kept.is_drawn(cut, "copy", film)
    with_words(edit, 0)
    assert edit.left_over() == ["cut.ass", "cut.json", "cut.mp4", "cut.vtt"]
    drawn(edit, edit.cut())
    assert edit.left_over() == ["cut.json", "cut.mp4"]


@pytest.mark.usefixtures("no_fonts")
def test_a_film_is_drawn_anew_where_a_font_was_installed(edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    edit.add(Spec(1))
    with_words(edit, 0, replace(TITLE, rows=(("漢",),)))
    cut = edit.cut()
    film = drawn(edit, cut)
    assert kept.is_drawn(cut, "copy", film)
    face = faces.Face(faces._OWN / "Inter-Medium.otf")  # a font that says it has the letter
    monkeypatch.setattr(faces, "_found", lambda *_: face)
    assert not kept.is_drawn(cut, "copy", film)


@pytest.mark.usefixtures("no_fonts")
def test_letters_that_no_font_has_are_told_of_with_what_to_install_and_never_drawn_as_boxes(edit: Edit) -> None:
    edit.add(Spec(1))
    with_words(edit, 0, replace(TITLE, rows=(("Hi 漢字 שלום",),)))
    cut = edit.cut()
    told = missing(cut)
    assert len(told) == 2
    assert all(note.startswith("sh010: its title has letters that no font here has") for note in told)
    assert "install Noto Sans CJK" in told[0] + told[1]
    assert "install Noto Sans Hebrew" in told[0] + told[1]
    shown = line("Hi 漢字 שלום", "Bold", "en", 40)
    assert "".join(run.text for run in shown.runs) == "Hi […] […]"
    assert missing(replace(cut, words=(replace(cut.words[0], rows=(("Grüße, Ωμέγα, Привет",),)),))) == ()


FRAMES = [(1280, 720), (720, 1280), (640, 640), (320, 180), (1680, 720)]
LONG = "Nobody had seen the keeper since the storm of 1952 and nobody went up to ask"


@pytest.mark.parametrize("size", FRAMES, ids=str)
@pytest.mark.parametrize(
    "words",
    [
        Words("title", "sh010", (("The Last Lighthouse at the end of the world",),), 0, 48),
        Words("title", "sh010", ((LONG,),), 0, 48, position="top"),
        Words("title", "sh010", (("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",),), 0, 48, position="bottom"),
        Words("caption", "sh010", (("W" * 26,), (LONG[:26],)), 0, 48),
        Words("lower_third", "sh010", (("Ada Lund",), (LONG,)), 0, 48),
        Words("lower_third", "sh010", (("عادل",),), 0, 48),
        Words("card", "c010", tuple((LONG,) for _ in range(8)), 0, 48),
        Words("credits", "credits", tuple(("Written by", LONG[:34]) for _ in range(5)), 0, 48),
    ],
    ids=lambda words: f"{words.kind}-{len(words.text)}",
)
def test_all_letters_stand_within_the_title_safe_part_of_the_picture(size: tuple[int, int], words: Words) -> None:
    width, height = size
    frame = Frame(width, height, "en", Captions(burn=True))
    black = ground("#000000", size)
    bright = plate_of(words, frame, "#000000").lay(black, size)[:height] > 100
    down, across = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    assert down.size
    assert across[0] >= width * 0.05 - 2
    assert across[-1] <= width * 0.95 + 2
    assert down[0] >= height * 0.05 - 2
    assert down[-1] <= height * 0.95 + 2


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#808080", "#e0d040"])
@pytest.mark.parametrize("kind", ["title", "caption", "box", "lower_third"])
def test_words_are_read_on_any_ground(kind: str, colour: str) -> None:
    """Around the edges of letters there is always something much darker than they are."""
    size = 640, 360
    words = Words("caption" if kind == "box" else kind, "sh010", (("HHHH",),), 0, 48)  # type: ignore[arg-type]
    frame = Frame(*size, "en", Captions(burn=True, style="box" if kind == "box" else "outline"))
    laid = plate_of(words, frame).lay(ground(colour, size), size)[:360].astype(int)
    bright = laid > 215
    down, across = np.flatnonzero(laid.max(axis=1) > 215), np.flatnonzero(bright.any(axis=0))
    assert down.size
    assert across.size
    row = laid[int(np.median(np.flatnonzero((np.abs(np.diff(laid, axis=1)) > 60).any(axis=1))))]
    edges = np.flatnonzero(np.abs(np.diff(row)) > 20)
    assert edges.size >= 8
    near = row[max(0, edges[0] - 4) : edges[-1] + 5]
    assert near.max() - near.min() > 90


def test_credits_roll_from_below_the_picture_to_above_it_without_a_jump() -> None:
    words = Words("credits", "credits", (("Written by", "Mara Voss"), ("The end",)), 0, 120, rolls=True)
    cut = Cut("main", Fraction(24), 320, 180, "contain", (), (), words=(words,), captions=Captions(language="en"))
    segment = Segment("credits", "", "", "", 0, 0, 120, 0, ground="#000000")
    lettering = Lettering(cut)
    shown = [lettering.on_ground(segment, frame)[:180].astype(float) - 16 for frame in range(120)]
    lines = [each.sum(axis=1) for each in shown]
    assert max(lines[0].sum(), lines[-1].sum()) < max(each.sum() for each in lines) / 20
    whole = [each for each in lines if each.sum() > 0.98 * max(other.sum() for other in lines)]
    steps = np.diff([(each @ np.arange(180)) / each.sum() for each in whole])
    assert len(steps) > 60
    assert steps.max() < 0
    assert np.abs(steps - steps.mean()).max() < 0.05  # of a line: slow movement does not jump from line to line


def test_what_is_laid_over_a_picture_leaves_the_rest_of_it_as_it_is() -> None:
    size = 320, 180
    picture = np.random.default_rng(1).integers(0, 255, (270, 320), np.uint8)
    words = Words("lower_third", "sh010", (("Ada",),), 0, 48)
    laid = plate_of(words, Frame(*size, "en", Captions())).lay(picture, size)
    assert laid is not picture
    assert np.array_equal(laid[:, 200:][:180], picture[:, 200:][:180])
    assert not np.array_equal(laid, picture)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
@pytest.mark.parametrize("down", [0.0, 0.3, 7.5])
def test_no_share_of_words_is_brighter_than_white_or_wraps_round(share: float, down: float) -> None:
    size = 320, 180
    words = Words("card", "c010", (("WWWWWWWW",),), 0, 48)
    plate = plate_of(words, Frame(*size, "en", Captions()), "#000000")
    for level in (0, 16, 235, 255):
        picture = np.full((270, 320), level, np.uint8)
        laid = plate.lay(picture, size, share, down)[:180].astype(int)
        assert min(level, 16) <= laid.min()
        assert laid.max() <= max(level, 235)
        between = (laid >= min(level, ink("#f4f2ec")[0]) - 1) & (laid <= max(level, ink("#f4f2ec")[0]) + 1)
        assert between.all()


@pytest.mark.parametrize(
    ("text", "base", "shown"),
    [
        ("abc", 0, "abc"),
        ("אבג", 1, "גבא"),
        ("abc אבג", 0, "abc גבא"),
        ("אבג abc", 1, "abc גבא"),
        ("בשנת 1952, ילד.", 1, ".דלי ,1952 תנשב"),
        ("سنة 12-34", 1, "34-12 ةنس"),
        ("I said שלום.", 0, "I said םולש."),
        ("שלום 50% off!", 1, "!off 50% םולש"),
        ("(אב) a", 1, "a (בא)"),
    ],
)
def test_a_line_stands_in_the_order_of_the_bidirectional_algorithm(text: str, base: int, shown: str) -> None:
    found = bidi.levels(text, base)
    runs = [(text[begin:end], found[begin] % 2) for begin, end in bidi.visual(found)]
    assert "".join(arabic.reversed_(run) if leftward else run for run, leftward in runs) == shown


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("سلام", "\ufeb3\ufefc\ufee1"),  # seen begins, lam and alef are one, meem stands alone behind them
        ("بيت", "\ufe91\ufef4\ufe96"),
        ("دار", "\ufea9\ufe8d\ufead"),  # none of these joins the next
        ("بَيت", "\ufe91\u064e\ufef4\ufe96"),  # past a mark
        ("پدر", "\ufb58\ufeaa\ufead"),  # Persian
        ("abc", "abc"),
    ],
)
def test_arabic_letters_join_where_pillow_shapes_nothing(text: str, forms: str) -> None:
    assert arabic.joined(text) == forms


def test_words_from_right_to_left_are_drawn_where_pillow_shapes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inter has no Hebrew; brackets and digits in a run of level 1 are turned all the same."""
    assert arabic.reversed_("(אָב)") == "(באָ)"
    monkeypatch.setattr("pipeline.letters.runs.shapes", lambda: False)
    words = Words("title", "sh010", (("Grüße 12",),), 0, 48)
    plate = plate_of(words, Frame(320, 180, "en", Captions()))
    assert plate.lay(ground("#000000", (320, 180)), (320, 180)).max() > 200


@pytest.mark.skipif(not features.check("raqm"), reason="Pillow finds no FriBiDi here")
def test_a_line_of_latin_is_one_run_of_our_own_font() -> None:
    [run] = line("Not tonight, boy: 12 % — “no”.", "Medium", "en", 40).runs
    assert run.face.file.name == "Inter-Medium.otf"


def test_the_letters_of_a_language_are_those_that_films_keep() -> None:
    assert [three_letters(tag) for tag in ("de", "pt-BR", "zh-Hant", "yue", "EN", "", "xx")] == [
        "deu", "por", "zho", "yue", "eng", "und", "und"
    ]  # fmt: skip


def test_a_plate_of_one_size_fits_every_picture_of_it() -> None:
    for (width, height), kind in itertools.product([(322, 182), (2, 2), (64, 4096)], ["title", "caption"]):
        words = Words(kind, "sh010", (("A",),), 0, 48)  # type: ignore[arg-type]
        canvas = Canvas(width, height, "contain")
        plate_of(words, Frame(width, height, "en", Captions(burn=True))).lay(canvas.black, (width, height))


TWO_LANGUAGES = """
version: 1
title: T
captions: {language: "{{ language }}"}
shots:
  - {id: sh010, prompt: The sea., duration: 4, out: 1, caption: {en: The sea., de: Das Meer.}}
  - {id: c020, card: {text: {en: Later, de: Später}, duration: 1}, transition: {type: dissolve, duration: 0.25}}
variants: {matrix: {language: [en, de]}}
"""


def test_a_film_in_a_second_language_is_made_of_the_same_footage(tmp_path: Path) -> None:
    (tmp_path / "film.yaml").write_text(TWO_LANGUAGES, encoding="utf-8")
    (tmp_path / "storyreel.yaml").touch()
    done = produce.render(tmp_path / "film.yaml")
    assert (done.drawn, [(cut.variant, cut.frames, cut.notes) for cut in done.cuts]) == (
        1, [("en", 24 + 24 - 6, ()), ("de", 24 + 24 - 6, ())]
    )  # fmt: skip
    assert [cues(cut.file)[0][2] for cut in done.cuts] == ["The sea.", "Das Meer."]
    assert [streams(cut.file)[2] for cut in done.cuts] == [("subtitle", "eng", 0), ("subtitle", "deu", 0)]
    assert all(cut.unchanged for cut in produce.render(tmp_path / "film.yaml").cuts)
