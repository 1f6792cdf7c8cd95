from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.errors import MediaError
from pipeline.frames import sample_at
from pipeline.previs.clip import draw
from pipeline.previs.order import Camera, Direction, Figure, Line, PrevisOrder, Reference

Frames = list[NDArray[np.uint8]]
BT709, LIMITED = 1, 1


def lumas(path: Path) -> Frames:
    """The luma of every frame, height x width."""
    with av.open(path) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def seen(frame: NDArray[np.uint8]) -> NDArray[np.int16]:
    """The middle of a frame, where nothing is written."""
    height, width = frame.shape
    return frame[height // 4 : height * 3 // 5, width // 8 : width * 7 // 8].astype(np.int16)


@pytest.mark.parametrize("size", [(160, 90), (90, 160), (128, 128), (210, 90), (98, 130)])
@pytest.mark.parametrize(("rate", "frames"), [("24", 13), ("30000/1001", 1), ("25", 50)])
def test_a_clip_has_exactly_the_size_length_and_rate_asked_for(
    clip: Callable[..., Path], size: tuple[int, int], rate: str, frames: int
) -> None:
    path = clip(width=size[0], height=size[1], frame_rate=Fraction(rate), frames=frames)
    with av.open(path) as container:
        stream = container.streams.video[0]
        decoded = list(container.decode(stream))
        assert (stream.width, stream.height) == size
        assert stream.average_rate == Fraction(rate)
        assert [frame.pts * frame.time_base * Fraction(rate) for frame in decoded] == list(range(frames))
        assert stream.codec_context.name == "h264"
        assert stream.pix_fmt == "yuv420p"


def test_a_clip_says_which_colours_it_means(clip: Callable[..., Path]) -> None:
    with av.open(clip()) as container:
        frame = next(container.decode(video=0))
        assert (frame.color_primaries, frame.color_trc, frame.colorspace) == (BT709, BT709, BT709)
        assert frame.color_range == LIMITED


def test_the_colours_of_a_still_survive(
    clip: Callable[..., Path], direction: Callable[..., Direction], tmp_path: Path
) -> None:
    Image.new("RGB", (320, 180), (200, 60, 90)).save(tmp_path / "still.png")
    shot = replace(direction(movement="static"), images=(Reference("the wall", ""),))
    path = clip(width=320, height=180, direction=shot, images=(str(tmp_path / "still.png"),))
    with av.open(path) as container:
        frame = next(container.decode(video=0))
        pixel = frame.to_ndarray(format="rgb24", src_colorspace="ITU709")[90, 160]
    assert np.abs(pixel.astype(int) - (200, 60, 90)).max() <= 4


@pytest.mark.parametrize(("rate", "frames"), [("24", 24), ("24", 121), ("30000/1001", 7)])
def test_sound_is_as_long_as_the_picture_to_within_one_aac_frame(
    clip: Callable[..., Path], rate: str, frames: int
) -> None:
    path = clip(audio=True, frame_rate=Fraction(rate), frames=frames)
    with av.open(path) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.layout.name) == ("aac", 48_000, "stereo")
        samples = sum(frame.samples for frame in container.decode(stream))
    assert 0 <= samples - sample_at(frames, 48_000, Fraction(rate)) < 1024 + 1024


def test_a_silent_order_gets_no_sound_stream(clip: Callable[..., Path]) -> None:
    with av.open(clip(audio=False)) as container:
        assert not container.streams.audio


def test_the_guide_sound_is_quiet_speaks_where_the_subtitle_stands_and_never_clips(
    clip: Callable[..., Path], direction: Callable[..., Direction]
) -> None:
    shot = replace(direction(), dialogue=(Line("the keeper", "", "I have kept this light for forty years."),))
    with av.open(clip(audio=True, frames=72, direction=shot)) as container:
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert np.abs(sound).max() < 0.5
    before, during = sound[:, 2000:9000], sound[:, 24_000:72_000]
    assert 0.0005 < np.sqrt(np.mean(before**2)) < 0.05
    assert np.sqrt(np.mean(during**2)) > 1.3 * np.sqrt(np.mean(before**2))


def test_the_same_order_gives_the_same_bytes_in_any_process(
    order: Callable[..., PrevisOrder], direction: Callable[..., Direction], tmp_path: Path
) -> None:
    shot = direction(shot_size="MS", movement="handheld")
    copies = [order(audio=True, direction=shot, output=str(tmp_path / f"{name}.mp4")) for name in "ab"]
    for copy in copies:
        draw(copy)
    first, second = (Path(copy.output).read_bytes() for copy in copies)
    assert first == second
    program = "import sys, pickle; from pipeline.previs.clip import draw; draw(pickle.load(sys.stdin.buffer))"
    elsewhere = order(audio=True, direction=shot, output=str(tmp_path / "c.mp4"))
    hashes = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run([sys.executable, "-c", program], input=pickle.dumps(elsewhere), check=True, env=hashes)
    assert (tmp_path / "c.mp4").read_bytes() == first


def test_another_seed_gives_another_picture(clip: Callable[..., Path], tmp_path: Path) -> None:
    first, second = clip(output=str(tmp_path / "a.mp4")), clip(seed="badcafe", output=str(tmp_path / "b.mp4"))
    assert np.abs(seen(lumas(first)[0]) - seen(lumas(second)[0])).mean() > 2


MOVES = [
    *("", "handheld", "tracking", "whip_pan", "rack_focus", "pan_left", "tilt_up", "dolly_in", "truck_right"),
    *("pedestal_down", "crane_up", "orbit_left", "zoom_out"),
]


def travelled(path: Path) -> float:
    """Mean change of a pixel over a clip, in levels; its first frames are left out, while the encoder settles."""
    frames = lumas(path)
    return float(np.abs(seen(frames[6]) - seen(frames[-1])).mean())


@pytest.mark.parametrize("movement", MOVES)
def test_every_movement_moves_the_picture(
    clip: Callable[..., Path], direction: Callable[..., Direction], movement: str
) -> None:
    assert travelled(clip(frames=24, direction=direction(shot_size="MS", movement=movement))) > 2


def test_a_static_camera_holds_the_picture_still(
    clip: Callable[..., Path], direction: Callable[..., Direction]
) -> None:
    assert travelled(clip(frames=24, direction=direction(shot_size="MS", movement="static"))) < 1.2


def test_the_timecode_runs_and_the_progress_line_grows(
    clip: Callable[..., Path], direction: Callable[..., Direction]
) -> None:
    first, *_, last = lumas(clip(width=320, height=180, frames=24, direction=direction(movement="static")))
    corner = np.s_[:24, 200:]
    assert np.abs(first[corner].astype(int) - last[corner]).max() > 60
    line = np.abs(last[108:, :].astype(int) - first[108:, :]).max(axis=1)
    assert line.max() > 60


def test_snow_falls_even_where_the_camera_holds_still(clip: Callable[..., Path]) -> None:
    shot = Direction(action="Snow over the hills.", camera=Camera(movement="static"))
    frames = lumas(clip(frames=6, direction=shot))
    assert np.abs(seen(frames[0]) - seen(frames[-1])).mean() > 2


def test_a_tracking_camera_keeps_its_people_in_place(
    clip: Callable[..., Path], direction: Callable[..., Direction]
) -> None:
    def colour_of_the_coat(frame: av.VideoFrame) -> float:
        red, _, blue = np.moveaxis(frame.to_ndarray(format="rgb24").astype(int), -1, 0)
        found = np.argwhere((red - blue)[20:60, :] > 90)
        return float(found[:, 1].mean())

    with av.open(
        clip(width=320, height=180, frames=24, direction=direction(shot_size="MS", movement="tracking"))
    ) as container:
        places = [colour_of_the_coat(frame) for frame in container.decode(video=0)]
    assert max(places) - min(places) < 3


@pytest.mark.parametrize("shot_size", ["EWS", "WS", "FS", "MWS", "MS", "MCU", "CU", "ECU", "OTS", "POV", "insert", ""])
@pytest.mark.parametrize("angle", ["", "low", "high", "overhead", "ground", "dutch"])
def test_every_framing_is_drawn(
    clip: Callable[..., Path], direction: Callable[..., Direction], shot_size: str, angle: str
) -> None:
    pair = replace(direction(shot_size=shot_size, angle=angle), figures=(Figure("the keeper", 0), Figure("a girl", 11)))
    frames = lumas(clip(width=64, height=36, frames=2, direction=pair))
    assert frames[0].std() > 5


@pytest.mark.parametrize(
    "action",
    [
        "A room",
        "Stairs",
        "A kitchen",
        "The sea in a storm",
        "A ship at night",
        "A misty forest",
        "A city in the rain",
        "A desert at dusk",
        "Above the clouds",
        "Hills in the snow",
    ],
)
def test_every_place_is_drawn(clip: Callable[..., Path], action: str) -> None:
    frames = lumas(clip(width=64, height=36, frames=2, direction=Direction(action=action, figures=(Figure("Ann", 2),))))
    assert frames[0].std() > 5


def test_an_unreadable_still_leaves_no_clip_behind(order: Callable[..., PrevisOrder], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(MediaError):
        draw(order(images=(str(tmp_path / "a.png"),)))
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_clip_that_fails_half_way_leaves_no_part_behind(order: Callable[..., PrevisOrder], tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").mkdir()
    with pytest.raises(OSError, match="clip"):
        draw(order())
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


@pytest.mark.parametrize("name", ["concat:a|b.mp4", "-y.mp4", "%03d.mp4", "clip é 守.mp4", "subfile,,x.mp4"])
def test_an_output_is_only_ever_a_file_name(clip: Callable[..., Path], tmp_path: Path, name: str) -> None:
    assert clip(output=str(tmp_path / name)).is_file()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_groups_of_pictures_are_closed_and_two_seconds_long(clip: Callable[..., Path]) -> None:
    with av.open(clip(frames=100)) as container:
        keys = [index for index, packet in enumerate(container.demux(video=0)) if packet.is_keyframe]
    assert keys == [0, 48, 96]


def test_a_clip_can_be_played_before_it_is_loaded(clip: Callable[..., Path]) -> None:
    head = clip(audio=True).read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")


def test_a_clip_is_the_same_whether_its_frames_are_encoded_while_others_are_drawn_or_in_turn(
    order: Callable[..., PrevisOrder], tmp_path: Path
) -> None:
    made = []
    for cores in (1, 2, 3):
        wanted = order(output=str(tmp_path / f"{cores}.mp4"), frames=60, audio=True)
        draw(wanted, cores)
        made.append(Path(wanted.output).read_bytes())
    assert made[0] == made[1] == made[2]
