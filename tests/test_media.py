"""A media file is what its bytes say, and its facts are exact."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media import frame_png, inspect
from pipeline.media.pictures import FrameReader
from tests.clips import Spec, named, patched, picture, png_frame, tone, write_clip, write_sound

NTSC = Fraction(24000, 1001)
VP9 = (("deadline", "realtime"), ("crf", "20"))


def test_the_facts_of_a_film_are_exact(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec(frames=121, sound=tone(440, 5.04, 44100), sound_rate=44100))
    facts = inspect(path, "video")
    assert (facts.kind, facts.format, facts.width, facts.height) == ("video", "mp4", 320, 180)
    assert (facts.frame_count, facts.frame_rate, facts.duration_s) == (121, Fraction(24), Fraction(121, 24))
    assert (facts.sample_rate, facts.channels) == (44100, 2)
    assert facts.size_bytes == path.stat().st_size
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(30), NTSC, Fraction(60), Fraction(60000, 1001)])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".mov"])
def test_frames_are_counted_and_their_rate_is_exact_in_every_container(
    tmp_path: Path, rate: Fraction, suffix: str
) -> None:
    codec = {"codec": "libvpx-vp9", "options": VP9} if suffix == ".webm" else {}
    path = write_clip(tmp_path / f"clip{suffix}", Spec(frames=31, rate=rate, size=(64, 36), **codec))  # type: ignore[arg-type]
    facts = inspect(path)
    assert (facts.format, facts.frame_count, facts.frame_rate) == (suffix[1:], 31, rate)
    assert facts.duration_s == 31 / rate
    assert (facts.sample_rate, facts.channels) == (0, 0)


def test_frames_that_an_edit_list_drops_are_not_counted(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec(options=(("bf", "2"), ("g", "250"), ("crf", "10"))))
    data = path.read_bytes()
    media_time = struct.unpack(">i", data[data.index(b"elst") + 16 :][:4])[0]
    patched(path, b"elst", 12, struct.pack(">i", media_time + 8 * 512))
    facts = inspect(path)
    assert (facts.frame_count, facts.frame_rate) == (16, Fraction(24))
    with FrameReader(path) as reader:
        assert named(reader.frame(0).to_ndarray()) == (0, 8)
        assert named(reader.frame(15).to_ndarray()) == (0, 23)
        assert named(reader.frame(3).to_ndarray()) == (0, 11)


QUARTER_TURN = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)


def test_a_film_lying_on_its_side_is_measured_and_shown_upright(tmp_path: Path) -> None:
    path = patched(write_clip(tmp_path / "clip.mp4", Spec(2)), b"tkhd", 40, QUARTER_TURN)
    facts = inspect(path)
    assert (facts.width, facts.height) == (180, 320)
    upright = png_frame(frame_png(path, 5, Fraction(24)))
    assert upright.shape == (320, 180)
    assert named(np.rot90(upright)) == (2, 5), "turned clockwise as its matrix says"


@pytest.mark.parametrize("said", [("aspect", "2"), ("x264-params", "sar=2/1")], ids=["container", "pictures"])
def test_pixels_that_are_not_square_are_measured_as_displayed(tmp_path: Path, said: tuple[str, str]) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec(2, options=(said, ("crf", "10"))))
    facts = inspect(path)
    assert (facts.width, facts.height) == (640, 180)
    assert named(png_frame(frame_png(path, 5, Fraction(24)))) == (2, 5)


def test_an_uneven_film_is_read_by_the_time_and_not_by_the_count(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    times = [*range(0, 24, 2), *range(24, 48)]  # 12 frames a second, then 24
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=24, options={"crf": "10", "bf": "0"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        for number, at in enumerate(times):
            frame = av.VideoFrame.from_ndarray(picture(Spec(), number), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, 24)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    assert inspect(path).frame_count == 36
    shown = [named(png_frame(frame_png(path, at, Fraction(24))))[1] for at in (0, 1, 2, 11, 23, 24, 25, 47, 90)]
    assert shown == [0, 0, 1, 5, 11, 12, 13, 35, 35]


@pytest.mark.parametrize(
    ("name", "codec", "form", "exact"),
    [
        ("voice.wav", "pcm_s16le", "wav", True),
        ("voice.flac", "flac", "flac", True),
        ("voice.mp3", "libmp3lame", "mp3", False),
        ("voice.m4a", "aac", "m4a", False),
        ("voice.aac", "aac", "aac", False),
        ("voice.ogg", "libopus", "ogg", False),
    ],
)
def test_a_sound_is_known_by_its_bytes(tmp_path: Path, name: str, codec: str, form: str, exact: bool) -> None:
    path = write_sound(tmp_path / name, codec, tone(440, 1.5, channels=1))
    hidden = path.rename(tmp_path / "clip.mp4")
    facts = inspect(hidden, "audio")
    if form == "m4a":
        assert facts.format in ("m4a", "mp4")
    else:
        assert facts.format == form
    assert (facts.kind, facts.sample_rate, facts.channels) == ("audio", 48000, 1)
    assert (facts.width, facts.height, facts.frame_count, facts.frame_rate) == (0, 0, 0, 0)
    assert facts.duration_s == Fraction(3, 2) if exact else abs(facts.duration_s - Fraction(3, 2)) < Fraction(1, 15)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_a_still_is_known_by_its_bytes(tmp_path: Path, form: str) -> None:
    path = tmp_path / "clip.mp4"
    Image.new("RGB", (300, 200), (10, 20, 30)).save(path, form)
    facts = inspect(path, "image")
    assert (facts.kind, facts.format, facts.width, facts.height) == ("image", form.lower(), 300, 200)
    assert (facts.frame_count, facts.frame_rate, facts.duration_s) == (1, 0, 0)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_a_still_lying_on_its_side_is_measured_upright(tmp_path: Path, form: str) -> None:
    path, exif = tmp_path / "face", Image.Exif()
    exif[0x0112] = 6
    turned: dict[str, Any] = {"tiffinfo": {274: 6}} if form == "TIFF" else {"exif": exif}
    Image.new("RGB", (300, 200)).save(path, form, **turned)
    facts = inspect(path)
    assert (facts.width, facts.height) == (200, 300)


def test_expecting_another_kind_says_what_was_found(tmp_path: Path) -> None:
    film = write_clip(tmp_path / "clip.mp4", Spec()).rename(tmp_path / "face.png")
    with pytest.raises(MediaError, match=r"face.png: expected an image, found a video \(mp4\)"):
        inspect(film, "image")
    still = tmp_path / "clip.mp4"
    Image.new("RGB", (30, 20)).save(still, "PNG")
    with pytest.raises(MediaError, match=r"expected a video, found an image \(png\)"):
        inspect(still, "video")
    sound = write_sound(tmp_path / "voice.wav", "pcm_s16le", tone(440, 0.5))
    with pytest.raises(MediaError, match=r"expected a video, found a sound \(wav\)"):
        inspect(sound, "video")


def test_many_files_are_inspected_at_once(tmp_path: Path) -> None:
    still = tmp_path / "face.png"
    Image.new("RGB", (30, 20)).save(still)
    film = write_clip(tmp_path / "clip.mp4", Spec(size=(64, 36)))
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(inspect, [still, film] * 10))) == 2


def test_stills_load_no_libav(tmp_path: Path) -> None:
    still = tmp_path / "face.png"
    Image.new("RGB", (30, 20)).save(still)
    code = (
        "import sys, pathlib, pipeline.media; pipeline.media.inspect(pathlib.Path(sys.argv[1])); "
        "print({'av', 'numpy'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, str(still)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert run.stdout == "set()\n"
