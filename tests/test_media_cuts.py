"""Cuts inside a clip are found on their very frame, and what only looks like one is none."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import MediaError
from pipeline.media import find_cuts
from pipeline.media.cuts import strongest
from pipeline.take import FoundCut
from tests.clips import write_pictures
from tests.cut_clips import KINDS, Pixels, Sample, sample
from tests.looks import grainy, moving

SIZE = (320, 180)


def written(path: Path, clip: Sample, rate: int = 24) -> Path:
    return write_pictures(path / "clip.mp4", clip.pictures, rate=rate, g="250", crf="23")


def frames(path: Path, rate: Fraction = Fraction(24)) -> list[int]:
    return [cut.frame for cut in find_cuts(path, rate)]


def shots(*lengths: int, size: tuple[int, int] = SIZE) -> list[Pixels]:
    """Shots of patterns that have nothing in common, each moving on by a point a frame."""
    chance, found = np.random.default_rng(5), []
    for length in lengths:
        blocks = chance.integers(30, 225, (size[1] // 20, size[0] // 20, 3))
        pattern = np.kron(blocks, np.ones((20, 20, 1))).astype(np.uint8)
        found += [np.roll(pattern, number, axis=1) for number in range(length)]
    return found


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_clip_has_just_its_cuts(tmp_path: Path, kind: str, seed: int) -> None:
    clip = sample(kind, seed, SIZE)
    assert frames(written(tmp_path, clip)) == [*clip.cuts]


@pytest.mark.parametrize("size", [(180, 320), (64, 64), (840, 360), (48, 32)])
def test_a_picture_of_any_shape_will_do(tmp_path: Path, size: tuple[int, int]) -> None:
    if min(size) < 60:
        pictures = [np.full((size[1], size[0], 3), level, np.uint8) for level in [40] * 20 + [190] * 20]
        assert frames(write_pictures(tmp_path / "clip.mp4", pictures)) == [20]
    else:
        assert frames(write_pictures(tmp_path / "clip.mp4", shots(20, 20, size=size))) == [20]


def test_moments_are_exact_at_any_even_rate(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    with av.open(str(tmp_path / "clip.mp4"), "w") as container:
        video = container.add_stream("libx264", rate=rate, options={"crf": "20"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        for number, drawn in enumerate(shots(31, 29)):
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    assert [(cut.frame, cut.at_s) for cut in find_cuts(tmp_path / "clip.mp4", rate)] == [(31, 31 / rate)]


def test_a_film_whose_frames_are_not_evenly_spaced_is_told_by_its_clock(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        video = container.add_stream("libx264", rate=24, options={"crf": "20"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        video.codec_context.time_base = Fraction(1, 1000)
        for number, drawn in enumerate(shots(30, 30)):
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24")
            frame.pts, frame.time_base = number * 40 + (500 if number >= 20 else 0), Fraction(1, 1000)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    assert [(cut.frame, cut.at_s) for cut in find_cuts(tmp_path / "clip.mkv", Fraction(24))] == [(30, Fraction(17, 10))]


@pytest.mark.parametrize("pixels", ["yuv444p", "yuv420p10le"])
def test_other_ways_to_store_pictures_hide_no_cut(tmp_path: Path, pixels: str) -> None:
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        video = container.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = *SIZE, pixels
        for drawn in shots(20, 20):
            container.mux(video.encode(av.VideoFrame.from_ndarray(drawn, format="rgb24")))
        container.mux(video.encode(None))
    assert frames(tmp_path / "clip.mkv") == [20]


def test_a_cut_of_which_only_the_colour_tells_is_found(tmp_path: Path) -> None:
    sky, sea = (np.full((180, 320, 3), colour, np.uint8) for colour in ((60, 110, 200), (124, 110, 20)))
    assert frames(write_pictures(tmp_path / "clip.mp4", [sky] * 20 + [sea] * 20)) == [20]


@pytest.mark.parametrize(("lengths", "expected"), [((8, 40), []), ((40, 8), []), ((11, 40, 11), [11, 51])])
def test_no_shot_is_shorter_than_two_fifths_of_a_second(
    tmp_path: Path, lengths: tuple[int, ...], expected: list[int]
) -> None:
    assert frames(write_pictures(tmp_path / "clip.mp4", shots(*lengths))) == expected


def test_a_shot_of_a_few_frames_counts_as_none_of_its_own(tmp_path: Path) -> None:
    assert len(frames(write_pictures(tmp_path / "clip.mp4", shots(30, 5, 30)))) == 1


def test_the_plainest_of_many_cuts_are_told_in_order() -> None:
    cuts = [FoundCut(24 * at, Fraction(at), strength) for at, strength in ((1, 0.5), (2, 0.9), (3, 0.4), (4, 0.8))]
    assert [cut.frame for cut in strongest(cuts, 2)] == [48, 96]
    near = [FoundCut(24, Fraction(1), 0.5), FoundCut(30, Fraction(5, 4), 0.6)]
    assert strongest(near, 9) == (near[1],)


@pytest.mark.parametrize(
    "pictures", [moving(1), moving(7), moving(60), grainy(60)], ids=["one", "few", "moving", "grain"]
)
def test_a_single_shot_has_no_cut(tmp_path: Path, pictures: list[Pixels]) -> None:
    assert frames(write_pictures(tmp_path / "clip.mp4", pictures)) == []


def test_a_file_that_is_no_film_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"no film")
    with pytest.raises(MediaError, match=r"clip\.mp4"):
        find_cuts(tmp_path / "clip.mp4", Fraction(24))
    broken = write_pictures(tmp_path / "cut.mp4", shots(20, 20))
    broken.write_bytes(broken.read_bytes()[:9000])
    with pytest.raises(MediaError, match=r"cut\.mp4"):
        find_cuts(broken, Fraction(24))
