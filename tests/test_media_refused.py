"""What is no media, is not whole or is a trap is refused, whatever it is called, and nothing else is opened."""

from __future__ import annotations

import os
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import av
import pytest
from PIL import Image

from pipeline.errors import MediaError
from pipeline.media import inspect
from pipeline.media.pictures import FrameReader
from pipeline.media.sound import SoundReader
from tests.clips import Spec, tone, write_clip, write_sound

NTSC = Fraction(24000, 1001)
VP9 = (("deadline", "realtime"), ("crf", "20"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"ffconcat version 1.0\nfile seg.mp4\n", "is an ffconcat list of other files"),
        (b"\xef\xbb\xbfffconcat version 1.0\nfile seg.mp4\n", "is an ffconcat list"),
        (b"#EXTM3U\n#EXTINF:1,\nseg.mp4\n#EXT-X-ENDLIST\n", "is an HLS playlist"),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>', "is a DASH manifest"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n", "is an SDP session"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>', "is an SVG drawing"),
        (b"<!DOCTYPE html><title>Sign in</title>", "is a web page"),
        (b'{"code": 404, "message": "gone"}', "is JSON text"),
        (b"AviSource('/etc/passwd')\n", "is plain text"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "is a Git LFS pointer"),
        (b"RIFF\0\0\0\0AVI LIST", "is an AVI film"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "is an AVIF picture"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\0" * 4096, "is a file of no known kind"),
        (bytes(range(128, 256)) * 8, "is a file of no known kind"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "is truncated: its index"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "truncated"),
        (b"\x1a\x45\xdf\xa3" + b"\0" * 100, "can't be decoded"),
        (b"ID3\x04\0\0\0\0\0\0ffconcat version 1.0\nfile seg.mp4\n", "can't be decoded"),
        (b"OggS" + b"\0" * 200, "can't be decoded|neither"),
        (b"fLaC" + b"\0" * 200, "can't be decoded|neither"),
        (b"\xff\xfb\x90\x00", "can't be decoded|neither"),
    ],
)
def test_what_is_no_media_is_refused_whatever_it_is_called(tmp_path: Path, content: bytes, words: str) -> None:
    write_clip(tmp_path / "seg.mp4", Spec(size=(64, 36)))
    for name in ("clip.mp4", "face.png", "voice.wav"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(MediaError, match=words) as caught:
            inspect(tmp_path / name)
        assert caught.value.file == str(tmp_path / name)
    for opener in (FrameReader, SoundReader):
        with pytest.raises(MediaError):
            opener(tmp_path / "clip.mp4").read(0, 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv"])
@pytest.mark.parametrize("faststart", [False, True])
def test_a_truncated_film_is_refused_wherever_it_was_cut(tmp_path: Path, suffix: str, faststart: bool) -> None:
    codec = {"codec": "libvpx-vp9", "options": VP9} if suffix == ".webm" else {}
    path = write_clip(tmp_path / f"clip{suffix}", Spec(frames=12, sound=tone(440, 0.5), **codec))  # type: ignore[arg-type]
    if faststart and suffix == ".mp4":
        path = _faststart(path)
    whole = path.read_bytes()
    for share in range(1, 20):
        path.write_bytes(whole[: len(whole) * share // 20])
        with pytest.raises(MediaError, match=r"truncated|decoded|neither"):
            inspect(path)
    path.write_bytes(whole[:-1])
    with pytest.raises(MediaError, match="truncated"):
        inspect(path)


def _faststart(path: Path) -> Path:
    moved = path.with_name("moved.mp4")
    with av.open(str(path)) as source, av.open(str(moved), "w", options={"movflags": "+faststart"}) as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return moved


def test_a_truncated_wav_is_refused(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "voice.wav", "pcm_s16le", tone(440, 1))
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(MediaError, match="truncated: 1000 of "):
        inspect(path)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"])
def test_a_truncated_still_is_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / "face"
    Image.effect_noise((120, 80), 50).save(path, form)
    whole = path.read_bytes()
    for share in range(1, 10):
        path.write_bytes(whole[: len(whole) * share // 10])
        with pytest.raises(MediaError, match=r"truncated|damaged"):
            inspect(path)


def test_a_film_whose_pictures_are_gone_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec())
    data = path.read_bytes()
    start, end = data.index(b"mdat") + 4, data.index(b"moov")
    path.write_bytes(data[:start] + b"\0" * (end - 4 - start) + data[end - 4 :])
    with pytest.raises(MediaError, match="decoded"):
        inspect(path)


def test_junk_after_a_whole_film_does_no_harm(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", Spec())
    with path.open("ab") as file:
        file.write(b"\xde\xad\xbe\xef" * 10)
    assert inspect(path).frame_count == 24


def test_metadata_in_no_known_encoding_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    write_clip(path, Spec(size=(64, 36)))
    content = path.read_bytes()
    assert b"Lavf" in content
    path.write_bytes(content.replace(b"Lavf", b"\xff\xfe\xe9\x80"))
    assert inspect(path).frame_count == 24


def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    for path, words in [
        (tmp_path / "pipe.mp4", "is a named pipe"),
        (Path("/dev/zero"), "is a device"),
        (tmp_path, "is a folder"),
        (tmp_path / "none.mp4", "can't be opened: No such file"),
        (tmp_path / "loop.mp4", "can't be opened"),
        (tmp_path / "nul\0.mp4", "can't be opened"),
    ]:
        for look in (inspect, FrameReader, SoundReader):
            with pytest.raises(MediaError, match=words):
                look(path)


def test_a_file_that_is_far_too_large_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)
    with pytest.raises(MediaError, match="larger than 2 GiB"):
        inspect(path)


def test_a_picture_bomb_is_refused_without_decoding_it(tmp_path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 50000, 50000, 8, 2, 0, 0, 0)
    path = tmp_path / "face.png"
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    with pytest.raises(MediaError, match="is 50000 x 50000 pixels, more than 80 million"):
        inspect(path)


def test_a_still_just_under_the_limit_is_accepted_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.new("1", (10_000, 7_900)).save(path)
    assert inspect(path).width == 10_000


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (Spec(frames=2, size=(8208, 16), options=(("preset", "ultrafast"),)), "is 8208 x 16 pixels"),
        (Spec(frames=20, rate=Fraction(1000), size=(64, 36)), "has 1000 frames a second"),
    ],
)
def test_a_film_beyond_the_limits_is_refused(tmp_path: Path, spec: Spec, words: str) -> None:
    with pytest.raises(MediaError, match=words):
        inspect(write_clip(tmp_path / "clip.mp4", spec))


def test_a_film_of_too_many_streams_is_refused(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "voice.mkv", "pcm_s16le", tone(440, 0.1), streams=9)
    with pytest.raises(MediaError, match="has 9 streams, more than 8"):
        inspect(path)


@pytest.mark.parametrize("name", ["concat:seg.mp4|seg.mp4", "%03d.mp4", "-i.mp4", "http:x.mp4", "pipe:0", "ü ☂.mp4"])
def test_a_name_is_never_taken_for_an_address_or_a_pattern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_clip(Path("seg.mp4"), Spec(size=(64, 36), frames=9))
    with pytest.raises(MediaError, match="can't be opened"):
        inspect(Path(name))
    Path("seg.mp4").rename(name)
    assert inspect(Path(name)).frame_count == 9
    with FrameReader(Path(name)) as reader:
        assert reader.timing.count == 9
