"""Films from anywhere, in one cut: each is seen and heard at its moment, in its colours, or refused by name."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pipeline.errors import MediaError
from pipeline.frames import sample_at
from pipeline.media.coded import Coded, coded
from pipeline.media.gamut import is_beyond
from tests.clips import Spec, heard, lag, luma, names, noise, patched, picture, write_clip
from tests.cuts import Edit
from tests.test_media import QUARTER_TURN
from tests.test_render import NTSC
from tests.test_render_copying import decoded_without_complaint

RATE = Fraction(24)
# Seconds at which a phone took its frames: thirty a second, now and then one left out, none quite on time.
TAKEN = tuple(Fraction(20 * at + at * at % 7, 600) for at in range(36) if at % 9 != 4)


def _track(container: Any, codec: str, size: tuple[int, int], pixels: str, **options: str) -> Any:
    track = container.add_stream(codec, rate=30, options=options)
    (track.width, track.height), track.pix_fmt = size, pixels
    track.codec_context.time_base = Fraction(1, 600)
    return track


def _sound(container: Any, track: Any, number: int, rate: int, channels: int, layout: str) -> None:
    frame = av.AudioFrame.from_ndarray(noise(number, 1.2, rate, channels), format="fltp", layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    container.mux(track.encode(frame))
    container.mux(track.encode(None))


def write_phone(path: Path, number: int) -> Path:
    """As phones film: lying on its side, unevenly, with one channel of sound at 44100 Hz."""
    with av.open(str(path), "w") as container:
        video = _track(container, "libx264", (180, 320), "yuv420p", crf="10", bf="0", preset="ultrafast")
        audio = container.add_stream("aac", rate=44100, layout="mono")
        for shown, second in enumerate(TAKEN):
            drawn = np.ascontiguousarray(np.rot90(picture(Spec(number), shown)))
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24")
            frame.pts, frame.time_base = int(second * 600), Fraction(1, 600)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        _sound(container, audio, number, 44100, 1, "mono")
    return patched(path, b"tkhd", 40, QUARTER_TURN)


def write_bright(path: Path, number: int, transfer: int = 16, white: int = 573) -> Path:
    """HDR: HEVC of ten bits in BT.2020, whose white is that of paper, 203 cd/m2 (ITU-R BT.2408, table 1)."""
    with av.open(str(path), "w") as container:
        quiet = {"x265-params": "log-level=none:crf=8"}
        video = _track(container, "libx265", (320, 180), "yuv420p10le", **quiet)
        codec = video.codec_context
        codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range = 9, transfer, 9, 1
        audio = container.add_stream("aac", rate=48000, layout="5.1")
        for shown in range(36):
            frame = av.VideoFrame(320, 180, "yuv420p10le")
            levels = 64 + (white - 64) * (picture(Spec(number, colour=(255, 255, 255)), shown)[..., 0] > 128)
            for plane, content in zip(frame.planes, (levels, 512, 512), strict=True):
                np.frombuffer(plane, np.uint16).reshape(-1, plane.line_size // 2)[:, : plane.width] = content
            frame.pts, frame.time_base = 20 * shown, Fraction(1, 600)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        _sound(container, audio, number, 48000, 6, "5.1")
    return path


def of(spec: Spec, suffix: str = ".mp4") -> Callable[[Path, int], Path]:
    def written(path: Path, number: int) -> Path:
        channels = {"mono": 1, "stereo": 2, "5.1": 6}[spec.layout]
        sound = noise(number, 1.2, spec.sound_rate, channels)
        frames = int(spec.rate * Fraction(12, 10))
        return write_clip(
            path.with_suffix(suffix), Spec(**{**_fields(spec), "number": number, "frames": frames, "sound": sound})
        )

    return written


def _fields(spec: Spec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in Spec.__dataclass_fields__}


def write_he_aac(path: Path, number: int) -> Path:
    """HE-AAC: AAC of half the rate that says that its decoder makes the upper half, which takes it 962 samples.

    As encoders do, it counts them among those that are not to be heard (ISO/IEC 14496-3, 4.6.18; 1.6.2.1).
    """
    written = of(Spec(sound_rate=24000))(path, number)
    content = bytearray(written.read_bytes())
    plain, high = bytes.fromhex("131056e500"), bytes.fromhex("2b11880000")  # at 24 kHz; the same, and 48 with its bands
    assert content.count(plain) == 1
    content = content.replace(plain, high)
    times = content.rindex(b"elst") + 16  # version and flags, count, duration: where the sound begins in its samples
    content[times : times + 4] = (int.from_bytes(content[times : times + 4], "big") + 481).to_bytes(4, "big")
    written.write_bytes(content)
    return written


HEVC = (("x265-params", "log-level=none:crf=10"),)
VP9 = (("deadline", "realtime"), ("crf", "20"))
FOREIGN: dict[str, tuple[Callable[[Path, int], Path], Callable[[Fraction], int]]] = {
    "like the film": (of(Spec()), lambda at: int(at * 24)),
    "from a phone": (write_phone, lambda at: max(n for n, second in enumerate(TAKEN) if second <= at)),
    "HDR, 5.1": (write_bright, lambda at: int(at * 30)),
    "23.976, 44.1 kHz": (of(Spec(rate=NTSC, sound_rate=44100)), lambda at: int(at * NTSC)),
    "VP9 and Opus, 30": (
        of(Spec(rate=Fraction(30), codec="libvpx-vp9", options=VP9), ".webm"),
        lambda at: int(at * 30),
    ),
    "HEVC of ten bits": (of(Spec(codec="libx265", pixels="yuv420p10le", options=HEVC)), lambda at: int(at * 24)),
    "59.94, mono": (of(Spec(rate=NTSC * Fraction(5, 2), layout="mono")), lambda at: int(at * NTSC * Fraction(5, 2))),
    "60, 5.1, another size": (of(Spec(rate=Fraction(60), layout="5.1", size=(480, 270))), lambda at: int(at * 60)),
    "HE-AAC": (write_he_aac, lambda at: int(at * 24)),
    "of odd size": (of(Spec(pixels="yuv444p", size=(319, 179)), ".mkv"), lambda at: int(at * 24)),
    "like the film again": (of(Spec()), lambda at: int(at * 24)),
}


@pytest.fixture(scope="module")
def mixed_film(tmp_path_factory: pytest.TempPathFactory) -> Edit:
    """All of them, a second of each from its third frame on."""
    edit = Edit(tmp_path_factory.mktemp("foreign"))
    folder = edit.outputs / "takes"
    folder.mkdir(parents=True)
    for number, (written, _) in enumerate(FOREIGN.values()):
        clip = written(folder / f"{number}.mp4", number)
        edit.add(None, source=f"takes/{clip.name}", in_s=Fraction(2, 24), out_s=Fraction(26, 24))
    edit.render()
    return edit


def test_every_frame_is_the_one_of_its_moment(mixed_film: Edit) -> None:
    moments = [Fraction(frame, 24) for frame in range(2, 26)]
    wanted = [(number, at(second)) for number, (_, at) in enumerate(FOREIGN.values()) for second in moments]
    assert names(mixed_film.target) == wanted
    decoded_without_complaint(mixed_film.target)


def test_every_sound_is_heard_within_a_millisecond_of_its_picture(mixed_film: Edit) -> None:
    film = heard(mixed_film.target)[0]
    for number, name in enumerate(FOREIGN):
        begin, first = sample_at(24 * number, 48000, RATE), sample_at(2, 48000, RATE)
        rate = 24000 if name == "HE-AAC" else 44100 if "44.1" in name or "phone" in name else 48000
        reference = noise(number, 1.2, rate, 1)[0]
        if len(reference) < 57000:
            spectrum = np.fft.rfft(reference)
            reference = np.fft.irfft(np.concatenate([spectrum, np.zeros(57600 // 2 + 1 - len(spectrum))]), 57600)
        assert abs(lag(film, reference[first:].astype(np.float32), begin, 48000)) <= 48, name


def test_only_what_is_like_the_film_is_copied(mixed_film: Edit) -> None:
    found = [coded(mixed_film.outputs / used.source) for used in mixed_film.footage]
    plain = {"like the film", "like the film again", "23.976, 44.1 kHz", "59.94, mono", "60, 5.1, another size"}
    plain |= {"HE-AAC"}  # its pictures: sound never is
    assert {name for name, how in zip(FOREIGN, found, strict=True) if isinstance(how, Coded)} == plain
    assert found[list(FOREIGN).index("from a phone")] == "it is turned, or its pixels are not square"


@pytest.mark.parametrize(("transfer", "white"), [(16, 573), (18, 721)], ids=["PQ", "HLG"])
def test_white_paper_in_a_film_of_high_dynamic_range_is_white(tmp_path: Path, transfer: int, white: int) -> None:
    edit = Edit(tmp_path)
    (edit.outputs / "takes").mkdir(parents=True)
    clip = write_bright(edit.outputs / "takes" / "clip.mp4", 0, transfer, white)
    with av.open(str(clip)) as container:
        assert is_beyond(next(container.decode(video=0)))
    edit.add(None, source="takes/clip.mp4")
    shown = luma(edit.render())[12]
    assert 222 <= shown[100:].mean() <= 240
    assert shown[10, 300] <= 20


@pytest.mark.parametrize("engine", ["copy", "moviepy"])
def test_a_film_turned_in_any_way_is_never_copied(tmp_path: Path, engine: Any) -> None:
    edit = Edit(tmp_path)
    (edit.outputs / "takes").mkdir(parents=True)
    write_phone(edit.outputs / "takes" / "clip.mp4", 3)
    edit.add(None, source="takes/clip.mp4")
    assert {number for number, _ in names(edit.render(engine=engine))} == {3}


@pytest.mark.parametrize("spoilt", ["cut short", "no film", "a playlist"])
def test_what_is_no_whole_film_is_refused_by_its_name(tmp_path: Path, spoilt: str) -> None:
    edit = Edit(tmp_path)
    edit.add(Spec(0))
    edit.add(Spec(1))
    before = edit.render().read_bytes()
    cut, path = edit.cut(), edit.outputs / edit.footage[1].source
    whole = path.read_bytes()
    instead = {"no film": b"no film at all", "a playlist": b"#EXTM3U\n#EXTINF:5,\n/etc/passwd\n"}
    path.write_bytes(instead.get(spoilt, whole[: len(whole) * 2 // 3]))
    with pytest.raises(MediaError, match=r"sh020"):
        edit.render(cut)
    assert edit.target.read_bytes() == before
