"""What is black, frozen, barred or silent in a clip is seen, and what only looks a little like it is not."""

from __future__ import annotations

import math
import tracemalloc
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import MediaError
from pipeline.media.bars import BARS_STEP, BarFinder, Bars
from pipeline.media.seeing import see
from pipeline.media.spans import Span, Spans, joined
from tests import looks
from tests.clips import Spec, write_clip, write_pictures

FRAME = Fraction(1, 24)


@pytest.mark.parametrize(
    "pictures",
    [looks.moving(36), looks.grainy(36), looks.night(36), looks.speaking(36), looks.moving(12) + looks.still(11)],
    ids=["moving", "still with grain", "night", "only a mouth", "a short hold"],
)
def test_nothing_is_seen_in_a_clip_that_is_fine(tmp_path: Path, pictures: list[looks.Pixels]) -> None:
    seen = see(write_pictures(tmp_path / "clip.mp4", pictures))
    assert (seen.black, seen.frozen, seen.bars) == ((), (), ())


@pytest.mark.parametrize("crf", ["15", "23", "30"])
@pytest.mark.parametrize("preset", ["veryfast", "medium"])
def test_a_picture_that_stands_still_is_seen_as_encoders_leave_it(tmp_path: Path, crf: str, preset: str) -> None:
    pictures = [*looks.moving(24), *[looks.moving(1, 24)[0]] * 36, *looks.moving(24, 25)]
    seen = see(write_pictures(tmp_path / "clip.mp4", pictures, crf=crf, preset=preset))
    assert len(seen.frozen) == 1
    # An encoder takes some frames to draw it well, and looks ahead to where it moves again.
    assert abs(seen.frozen[0].from_s - 1) < Fraction(1, 2)
    assert abs(seen.frozen[0].to_s - Fraction(60, 24)) <= Fraction(1, 4)
    assert seen.black == ()


def test_a_frozen_picture_is_one_span_over_its_key_frames(tmp_path: Path) -> None:
    seen = see(write_pictures(tmp_path / "clip.mp4", looks.still(72), g="20"))
    assert len(seen.frozen) == 1


def test_black_is_seen_to_the_frame_and_is_not_frozen_as_well(tmp_path: Path) -> None:
    pictures = [*looks.moving(24), *[looks.BLACK] * 18, *looks.moving(12)]
    seen = see(write_pictures(tmp_path / "clip.mp4", pictures))
    assert seen.black == (Span(Fraction(1), Fraction(42, 24)),)
    assert seen.frozen == ()


def test_a_cut_through_black_is_no_black(tmp_path: Path) -> None:
    seen = see(write_pictures(tmp_path / "clip.mp4", [*looks.moving(12), *[looks.BLACK] * 4, *looks.moving(12)]))
    assert seen.black == ()


def test_a_clip_that_is_black_all_through_has_no_bars(tmp_path: Path) -> None:
    seen = see(write_pictures(tmp_path / "clip.mp4", [looks.BLACK] * 24))
    assert seen.black == (Span(Fraction(0), Fraction(1)),)
    assert seen.bars == ()


@pytest.mark.parametrize("full_range", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv444p", "yuv420p10le"])
def test_black_is_black_in_every_format(tmp_path: Path, pixels: str, full_range: bool) -> None:
    spec = Spec(colour=(0, 0, 0), number=0, frames=1, pixels=pixels, full_range=full_range)
    assert see(write_clip(tmp_path / "clip.mp4", Spec(**{**_fields(spec), "colour": (40, 40, 40)}))).black == ()
    frames = [looks.BLACK] * 12
    assert len(see(write_pictures(tmp_path / "black.mp4", frames)).black) == 1


def _fields(spec: Spec) -> dict[str, object]:
    return {name: getattr(spec, name) for name in Spec.__dataclass_fields__}


@pytest.mark.parametrize(
    ("above", "below", "sides", "found"),
    [
        (22, 22, 0, (Bars(True, 22, 22),)),
        (0, 0, 40, (Bars(False, 40, 40),)),
        (22, 22, 40, (Bars(True, 22, 22), Bars(False, 40, 40))),
        (22, 8, 0, ()),
        (22, 0, 0, ()),
        (2, 2, 2, ()),
    ],
    ids=["letterbox", "pillarbox", "both", "uneven", "one", "a margin"],
)
def test_even_bars_are_seen(tmp_path: Path, above: int, below: int, sides: int, found: tuple[Bars, ...]) -> None:
    pictures = looks.barred(looks.moving(24), above, below, sides)
    seen = see(write_pictures(tmp_path / "clip.mp4", pictures)).bars
    assert [bars.across for bars in seen] == [bars.across for bars in found]
    for bars, wanted in zip(seen, found, strict=True):
        assert abs(bars.first - wanted.first) <= 2
        assert abs(bars.second - wanted.second) <= 2


def test_bars_that_open_are_none(tmp_path: Path) -> None:
    pictures = [looks.barred([each], 22, 22)[0] for each in looks.moving(12)] + looks.moving(12)
    assert see(write_pictures(tmp_path / "clip.mp4", pictures)).bars == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(4, 60), st.integers(40, 255), st.integers(0, 3))
def test_bars_of_any_height_are_measured_in_lines(height: int, level: int, noise: int) -> None:
    chance = np.random.default_rng(height)
    finder = BarFinder()
    for _ in range(3):
        picture = np.full((180, 320), level, np.uint8)
        picture[:height] = picture[180 - height :] = chance.integers(0, noise + 1, (height, 320))
        finder.saw(picture[:, ::BARS_STEP], picture[::BARS_STEP])
    assert finder.found() == (Bars(True, height, height),)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.booleans(), max_size=60), st.integers(1, 12))
def test_spans_are_the_runs_that_are_long_enough(holds: list[bool], least: int) -> None:
    spans = Spans(least * FRAME)
    for number, each in enumerate(holds):
        spans.saw(number * FRAME, holds=each)
    spans.ended(len(holds) * FRAME)
    runs = "".join("x" if each else " " for each in holds).split()
    assert [round((span.to_s - span.from_s) / FRAME) for span in spans.found] == [
        len(run) for run in runs if len(run) >= least
    ]
    assert all(before.to_s < after.from_s for before, after in pairwise(spans.found))
    assert [*joined(spans.found, Fraction(0))] == spans.found


@pytest.mark.parametrize(
    ("sound", "least", "most"),
    [(looks.tone(1), -30, -15), (looks.tone(1, 0), -math.inf, -100), (looks.tone(1, 0.0001), -95, -70)],
    ids=["a tone", "silence", "next to nothing"],
)
def test_how_loud_a_clip_is_all_in_all(tmp_path: Path, sound: object, least: float, most: float) -> None:
    clip = write_pictures(tmp_path / "clip.mp4", looks.moving(24), sound)  # type: ignore[arg-type]
    heard = see(clip, hear=True).loudness_db
    assert heard is not None
    assert least <= heard <= most
    assert see(clip).loudness_db is None, "what nobody asked for is not decoded"


def test_a_clip_without_sound_has_no_loudness(tmp_path: Path) -> None:
    assert see(write_pictures(tmp_path / "clip.mp4", looks.moving(12)), hear=True).loudness_db is None


def test_a_clip_that_breaks_off_is_told_of(tmp_path: Path) -> None:
    clip = write_pictures(tmp_path / "clip.mp4", looks.grainy(48))
    content = bytearray(clip.read_bytes())
    middle = content.index(b"mdat") + 2000
    content[middle : middle + 4000] = bytes(4000)
    clip.write_bytes(content[: middle + 4000])
    with pytest.raises(MediaError):
        see(clip)


def test_memory_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    short = write_pictures(tmp_path / "short.mp4", looks.moving(24))
    long = write_pictures(tmp_path / "long.mp4", looks.moving(240))
    see(short)
    peaks = []
    for clip in (short, long):
        tracemalloc.start()
        see(clip)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 200_000
