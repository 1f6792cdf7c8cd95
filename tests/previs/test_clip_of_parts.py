"""Several shots in one clip, drawn and decoded."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.errors import MediaError
from pipeline.frames import sample_at
from pipeline.previs.clip import draw
from pipeline.previs.order import Camera, Direction, Figure, Line, OrderError, Part, PrevisOrder, Reference
from pipeline.previs.shots import shots_of
from pipeline.previs.sound import SAMPLE_RATE, guide_track

KEEPER = Figure("the keeper", 0)
PARTS = (
    Part(Fraction(1, 2), "sh030", Camera("WS", movement="static"), "The keeper in the lamp room.", figures=(KEEPER,)),
    Part(Fraction(7, 6), "sh040", Camera("insert", movement="static"), "The sea at noon."),
    Part(None, "sh050", Camera("MS", movement="static"), "A street at night.", figures=(KEEPER,)),
)
WHOLE = Direction(title="A film", shot="sq030", parts=PARTS)


def lumas(path: Path) -> list[NDArray[np.int16]]:
    with av.open(path) as container:
        return [frame.to_ndarray(format="gray").astype(np.int16) for frame in container.decode(video=0)]


def cuts(frames: list[NDArray[np.int16]], part: tuple[slice, slice]) -> list[int]:
    """The frames that differ plainly from the one before, within a part of the picture."""
    return [
        index
        for index, (before, after) in enumerate(pairwise(frames), start=1)
        if np.abs(after[part] - before[part]).mean() > 8
    ]


@pytest.mark.parametrize("size", [(320, 180), (180, 320)])
@pytest.mark.parametrize(("rate", "frames", "expected"), [("24", 40, [12, 28]), ("30000/1001", 47, [15, 35])])
def test_picture_and_label_change_on_the_very_frame_where_a_part_begins(
    clip: Callable[..., Path], size: tuple[int, int], rate: str, frames: int, expected: list[int]
) -> None:
    width, height = size
    path = clip(width=width, height=height, frame_rate=Fraction(rate), frames=frames, direction=WHOLE)
    shown = lumas(path)
    assert len(shown) == frames
    assert cuts(shown, np.s_[height // 4 : height // 2, :]) == expected
    assert cuts(shown, np.s_[height * 84 // 100 :, : width // 3]) == expected


@pytest.fixture
def dark(clip: Callable[..., Path], tmp_path: Path) -> Callable[[Direction], list[NDArray[np.int16]]]:
    """The frames of a clip of 40 frames in which only the slate is bright."""
    Image.new("RGB", (320, 180)).save(tmp_path / "black.png")

    def make(direction: Direction) -> list[NDArray[np.int16]]:
        shot = replace(direction, images=(Reference("the wall", ""),))
        return lumas(clip(width=320, height=180, frames=40, direction=shot, images=(str(tmp_path / "black.png"),)))

    return make


def test_the_timecode_runs_on_over_the_cuts(dark: Callable[[Direction], list[NDArray[np.int16]]]) -> None:
    one = Direction(title="A film", shot="sh050", camera=PARTS[2].camera, action=PARTS[2].action)
    clock = np.s_[6:18, 232:312]
    for frame, (running, alone) in enumerate(zip(dark(WHOLE), dark(one), strict=True)):
        assert np.abs(running[clock] - alone[clock]).max() < 40, frame


def test_the_progress_line_grows_with_every_part(dark: Callable[[Direction], list[NDArray[np.int16]]]) -> None:
    full = [bool((frame[108:, 305:315].min(axis=1) > 120).any()) for frame in dark(WHOLE)]
    assert [index for index, reached in enumerate(full) if reached] == [11, 27, 39]


def test_a_group_of_pictures_begins_at_every_cut(clip: Callable[..., Path]) -> None:
    with av.open(clip(frames=100, direction=WHOLE)) as container:
        keys = [index for index, packet in enumerate(container.demux(video=0)) if packet.is_keyframe]
    assert keys == [0, 12, 28, 76]


def test_a_clip_of_one_part_is_byte_for_byte_the_clip_of_that_shot(
    order: Callable[..., PrevisOrder], tmp_path: Path
) -> None:
    part = replace(PARTS[0], camera=Camera("MS", movement="handheld"), dialogue=(Line("the keeper", "", "Not now."),))
    shot = Direction("A film", "sh030", part.camera, part.action, part.dialogue, figures=part.figures)
    one = order(audio=True, frames=30, direction=shot, output=str(tmp_path / "one.mp4"))
    whole = order(
        audio=True,
        frames=30,
        direction=Direction("A film", "sq030", parts=(part,)),
        output=str(tmp_path / "whole.mp4"),
    )
    for wanted in (one, whole):
        draw(wanted)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()


def test_the_same_parts_give_the_same_bytes(order: Callable[..., PrevisOrder], tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        draw(order(audio=True, frames=40, direction=WHOLE, output=str(tmp_path / name)))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize(("rate", "frames"), [("24", 40), ("30000/1001", 47), ("240", 3)])
def test_the_guide_track_is_exactly_as_long_as_the_picture(
    order: Callable[..., PrevisOrder], rate: str, frames: int
) -> None:
    wanted = order(frame_rate=Fraction(rate), frames=frames, direction=WHOLE)
    track = guide_track(wanted, shots_of(wanted))
    assert track.shape == (2, sample_at(frames, SAMPLE_RATE, Fraction(rate)))


def test_a_line_is_heard_in_its_own_part_only(order: Callable[..., PrevisOrder]) -> None:
    line = Line("the keeper", "", "I have kept this light for forty years.")
    parts = tuple(
        Part(Fraction(2 * number), action="A room.", dialogue=(line,) if number == 2 else ()) for number in (1, 2, 3)
    )
    wanted = order(frames=144, direction=replace(WHOLE, parts=parts))
    track = guide_track(wanted, shots_of(wanted))
    loud = [float(np.sqrt(np.mean(track[:, at * SAMPLE_RATE :][:, : 2 * SAMPLE_RATE] ** 2))) for at in (0, 2, 4)]
    assert loud[1] > 1.3 * max(loud[0], loud[2])


def test_the_sound_neither_clicks_nor_drops_out_at_a_cut(order: Callable[..., PrevisOrder]) -> None:
    parts = tuple(replace(part, end_s=Fraction(number), action="A room.") for number, part in enumerate(PARTS, 1))
    wanted = order(frames=72, direction=replace(WHOLE, parts=parts))
    track = guide_track(wanted, shots_of(wanted))[0]
    steps = np.abs(np.diff(track))
    for cut in (SAMPLE_RATE, 2 * SAMPLE_RATE):
        around = slice(cut - 50, cut + 800)
        assert steps[around].max() <= 1.2 * steps[2000:-2000].max()
        level = np.sqrt(np.mean(track[around] ** 2)) / np.sqrt(np.mean(track[2000:-2000] ** 2))
        assert 0.4 < level < 2.5


def test_an_unreadable_still_of_a_later_part_leaves_no_clip_behind(
    order: Callable[..., PrevisOrder], tmp_path: Path
) -> None:
    Image.new("RGB", (64, 36), (90, 90, 90)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"nothing")
    pictures = (Reference("the map", ""), Reference("the door", ""))
    images = (str(tmp_path / "a.png"), str(tmp_path / "b.png"))
    with pytest.raises(MediaError, match=r"b\.png"):
        draw(order(audio=True, frames=40, images=images, direction=replace(WHOLE, images=pictures)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_more_parts_than_frames_are_refused_before_anything_is_written(
    order: Callable[..., PrevisOrder], tmp_path: Path
) -> None:
    with pytest.raises(OrderError, match="3 parts can't be drawn in 2 frames: each needs one of its own"):
        draw(order(frames=2, direction=WHOLE))
    assert list(tmp_path.iterdir()) == []


def test_one_frame_a_part_is_drawn(clip: Callable[..., Path]) -> None:
    assert len(lumas(clip(frames=3, audio=True, direction=WHOLE))) == 3


_MANY = """
import sys
from fractions import Fraction
from pathlib import Path
from pipeline.previs.clip import draw
from pipeline.previs.order import Camera, Direction, Part, PrevisOrder
count, target = int(sys.argv[1]), sys.argv[2]
parts = tuple(Part(Fraction(end, 6), action="A cliff.", camera=Camera("WS")) for end in range(1, count + 1))
draw(PrevisOrder("x", 1280, 720, Fraction(24), 4 * count, False, "", (), Direction(parts=parts), "1", target))
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def _most_memory_kb(parts: int, target: Path) -> int:
    command = [sys.executable, "-c", _MANY, str(parts), str(target)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process used at most")
def test_many_parts_take_no_more_memory_than_a_few(tmp_path: Path) -> None:
    few, many = (_most_memory_kb(parts, tmp_path / "clip.mp4") for parts in (6, 18))
    assert many < few + 20_000
