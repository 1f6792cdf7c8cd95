"""Frames and samples of a film are the very ones that were asked for."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.frames import frame_at
from pipeline.media import frame_png, opening
from pipeline.media.pictures import FrameReader
from pipeline.media.sound import SoundReader
from tests.clips import Spec, lag, named, noise, png_frame, tone, write_clip, write_sound

NTSC = Fraction(24000, 1001)
VP9 = (("deadline", "realtime"), ("crf", "20"))


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 frames with B-frames and a key frame about every 23."""
    options = (("preset", "veryfast"), ("crf", "12"), ("g", "23"), ("bf", "3"), ("sc_threshold", "0"))
    return write_clip(tmp_path_factory.mktemp("clips") / "long.mp4", Spec(1, frames=100, options=options))


def test_a_frame_is_the_same_however_it_is_reached(long_clip: Path) -> None:
    with FrameReader(long_clip) as reader:
        in_order = [reader.frame(number).to_ndarray() for number in range(100)]
        assert [named(frame) for frame in in_order] == [(1, number) for number in range(100)]
        chosen = random.Random(1)
        for number in [99, 0, 22, 23, 24, 0, 98, 45, 46, *(chosen.randrange(100) for _ in range(60))]:
            assert np.array_equal(reader.frame(number).to_ndarray(), in_order[number]), number


def test_open_groups_of_pictures_are_searched_exactly(tmp_path: Path) -> None:
    options = (("x264-params", "open-gop=1:keyint=20:bframes=3:scenecut=0"), ("crf", "12"))
    path = write_clip(tmp_path / "clip.mp4", Spec(1, frames=70, options=options))
    with FrameReader(path) as reader:
        for number in (69, 41, 40, 39, 38, 37, 20, 19, 18, 60, 0):
            assert named(reader.frame(number).to_ndarray()) == (1, number)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), NTSC, Fraction(60)])
def test_a_frame_is_the_one_on_screen_at_that_moment(long_clip: Path, rate: Fraction) -> None:
    for frame in (0, 1, 7, 80, 97):
        shown = named(png_frame(frame_png(long_clip, frame, rate)))
        assert shown == (1, min(99, frame_at(frame, rate, Fraction(24))))


def test_after_the_end_the_last_frame_is_shown(long_clip: Path) -> None:
    assert frame_png(long_clip, 100, Fraction(24)) == frame_png(long_clip, 99, Fraction(24))
    assert frame_png(long_clip, 10**6, Fraction(24)) == frame_png(long_clip, 99, Fraction(24))


@pytest.mark.parametrize(
    "spec",
    [
        Spec(size=(1280, 720), tagged=False),
        Spec(size=(640, 360), matrix=5, tagged=False),
        Spec(matrix=1),
        Spec(matrix=5),
        Spec(full_range=True),
        Spec(pixels="yuv444p"),
        Spec(codec="libx265", pixels="yuv420p10le", options=(("x265-params", "log-level=none:crf=8"),)),
    ],
    ids=["HD guessed", "SD guessed", "709", "601", "full range", "4:4:4", "10 bit HEVC"],
)
def test_a_frame_has_the_colours_it_was_made_with(tmp_path: Path, spec: Spec) -> None:
    colour = (200, 90, 30)
    path = write_clip(tmp_path / "clip.mp4", replace(spec, frames=3, colour=colour))
    picture = np.asarray(Image.open(io.BytesIO(frame_png(path, 1, Fraction(24)))))
    assert picture.shape == (*reversed(spec.size), 3)
    assert np.abs(picture[spec.size[1] // 2 :].reshape(-1, 3).mean(axis=0) - colour).max() <= 3


def test_a_frame_is_the_same_bytes_every_time(long_clip: Path) -> None:
    assert frame_png(long_clip, 50, Fraction(24)) == frame_png(long_clip, 50, Fraction(24))


def test_a_frame_of_something_without_frames_is_refused(tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "voice.wav", "pcm_s16le", tone(440, 0.5))
    with pytest.raises(MediaError, match="no picture"):
        frame_png(sound, 0, Fraction(24))
    Image.new("RGB", (30, 20)).save(tmp_path / "face.png")
    with pytest.raises(MediaError, match="expected a video or a sound, found an image"):
        frame_png(tmp_path / "face.png", 0, Fraction(24))


def test_a_frame_that_was_damaged_on_disk_is_refused_and_not_patched_up(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec(frames=40))
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    at, size = packets[20]
    data[at + 8 : at + size] = b"\xff" * (size - 8)
    path.write_bytes(data)
    with FrameReader(path) as reader:
        assert named(reader.frame(19).to_ndarray()) == (0, 19)
        with pytest.raises(MediaError, match="can't be decoded"):
            reader.frame(20)


def test_a_frame_that_does_not_exist_is_refused(long_clip: Path) -> None:
    with FrameReader(long_clip) as reader:
        for number in (100, -1):
            with pytest.raises(MediaError, match="has 100 frames"):
                reader.frame(number)


SOUNDS: list[tuple[str, str, int, int]] = [
    ("stereo aac 48k", "stereo", 48000, 2),
    ("stereo aac 44.1k", "stereo", 44100, 2),
    ("mono aac 22.05k", "mono", 22050, 1),
    ("5.1 aac", "5.1", 48000, 6),
]


@pytest.mark.parametrize(("layout", "rate", "channels"), [sound[1:] for sound in SOUNDS], ids=[s[0] for s in SOUNDS])
def test_the_first_sample_is_heard_with_the_first_frame(tmp_path: Path, layout: str, rate: int, channels: int) -> None:
    """The encoder's priming is dropped once: neither left in (late by 21 ms) nor dropped twice (early)."""
    sound = noise(3, 1, rate, channels)
    path = write_clip(tmp_path / "clip.mp4", Spec(sound=sound, sound_rate=rate, layout=layout))
    spectrum = np.fft.rfft(sound[0])
    reference = np.fft.irfft(np.concatenate([spectrum, np.zeros(24001 - len(spectrum))]), 48000).astype(np.float32)
    with SoundReader(path) as reader:
        assert abs(lag(reader.read(0, 48000)[0], reference, 0, 40000)) <= 2


def test_sound_in_a_webm_is_placed_too(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.webm", Spec(sound=noise(3, 1), codec="libvpx-vp9", options=VP9))
    with SoundReader(path) as reader:
        assert abs(lag(reader.read(0, 48000)[0], noise(3, 1)[0], 0, 40000)) <= 24


def test_pieces_of_sound_are_the_whole_wherever_they_begin(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec(sound=noise(3, 1, 44100), sound_rate=44100))
    with SoundReader(path) as reader:
        whole = reader.read(-100, 49000)
        assert not whole[:, :100].any(), "silence before the start"
        assert whole.shape == (2, 49000)
        assert whole.dtype == np.float32
        for first, count in [(0, 1), (1, 2001), (2002, 1024), (30000, 5), (100, 700), (-100, 200), (47000, 1900)]:
            assert np.array_equal(reader.read(first, count), whole[:, first + 100 : first + 100 + count])


def test_sound_ends_where_it_ends_and_is_silence_after(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "voice.wav", "pcm_s16le", tone(440, 0.5))
    with SoundReader(path) as reader:
        assert reader.heard_until(10_000) == 10_000
        assert reader.heard_until(100_000) == 24_000
        assert not reader.read(24_000, 5000).any()
        assert not reader.read(10**9, 10).any()


def test_a_film_without_sound_is_silent(tmp_path: Path) -> None:
    with SoundReader(write_clip(tmp_path / "clip.mp4", Spec(size=(64, 36)))) as reader:
        assert reader.heard_until(1) == 0
        assert not reader.read(0, 1000).any()


def test_sound_that_begins_after_the_picture_stays_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=24)
        video.width, video.height, video.pix_fmt = 64, 36, "yuv420p"
        audio: Any = container.add_stream("pcm_s16le", rate=48000, layout="mono")
        for number in range(24):
            frame = av.VideoFrame(64, 36, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        for second, at in ((0.2, 12_000), (0.2, 36_000)):
            block = av.AudioFrame.from_ndarray((tone(440, second, channels=1) * 32767).astype(np.int16), "s16", "mono")
            block.sample_rate, block.pts, block.time_base = 48000, at, Fraction(1, 48000)
            container.mux(audio.encode(block))
    with SoundReader(path) as reader:
        wave = np.abs(reader.read(0, 48_000)[0])
    assert all(wave[at : at + 400].max() > 0.3 for at in (12_100, 21_000, 36_100))
    assert not any(wave[at : at + 400].any() for at in (0, 11_500, 22_000, 35_500, 46_000))


def test_sound_before_the_first_picture_is_not_heard(tmp_path: Path) -> None:
    source, path = write_clip(tmp_path / "whole.mp4", Spec(size=(64, 36), sound=noise(3, 1))), tmp_path / "late.mp4"
    with av.open(str(source)) as clip, av.open(str(path), "w") as late:
        streams: dict[Any, Any] = {stream: late.add_stream_from_template(stream) for stream in clip.streams}
        for packet in clip.demux():
            if packet.size:
                moved = Fraction(1, 2) / packet.time_base if packet.stream.type == "video" else 0
                packet.pts, packet.dts = packet.pts + int(moved), packet.dts + int(moved)
                packet.stream = streams[packet.stream]
                late.mux(packet)
    with SoundReader(source) as whole, SoundReader(path) as reader:
        heard = reader.read(0, 20_000)
        assert np.abs(heard - whole.read(24_000, 20_000)).max() < 0.01
        assert np.abs(heard).max() > 0.1


@pytest.mark.parametrize("look", [FrameReader, SoundReader])
def test_a_closed_file_may_be_closed_again(long_clip: Path, look: Callable[[Path], Any]) -> None:
    reader = look(long_clip)
    reader.close()
    reader.close()


def test_what_lies_before_a_damage_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec(0, sound=tone(440, 1)))
    whole = SoundReader(path).read(0, 4096)

    class Damaged:
        def __init__(self, container: Any) -> None:
            self._container = container

        def __getattr__(self, name: str) -> Any:
            return getattr(self._container, name)

        def decode(self, stream: Any) -> Any:
            for number, frame in enumerate(self._container.decode(stream)):
                if number == 6:
                    raise av.InvalidDataError(1, "damaged")
                yield frame

    @contextmanager
    def opened(*words: Any, **options: Any) -> Iterator[Any]:
        with opening.opened(*words, **options) as container:
            yield Damaged(container)

    monkeypatch.setattr("pipeline.media.sound.opened", opened)
    with SoundReader(path) as reader:
        assert np.array_equal(reader.read(0, 4096), whole)
        with pytest.raises(MediaError, match="damaged"):
            reader.read(4096, 8192)
