"""The path of a film comes in; a small copy of it for a page goes out, its bytes no more than are allowed.

H.264 and AAC in MP4, with a key frame twice a second: who steps through several at once waits for none of them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from pipeline import halting
from pipeline.edit import frames_available
from pipeline.frames import SAMPLE_RATE, frames_in, sample_at
from pipeline.media.canvas import Canvas, displayed_size, split, upright_rgb
from pipeline.media.facts import inspect
from pipeline.media.film import sound_frame, tagged
from pipeline.media.pictures import FrameReader
from pipeline.media.sound import SoundReader

COPYING = 1  # raised whenever the same film would be copied differently
KEYS_A_SECOND = 2
_BUFFERED_S = 1  # seconds over which the bit rate may be spread unevenly
_JPEG_QUALITY = 82
_WHOLE = Fraction(1)
_BLACK, _GREY = 16, 128  # in limited range
_HIGHEST_RATE = 60  # frames a second: screens show no more


@dataclass(frozen=True, slots=True)
class Measure:
    """How large a copy may be."""

    short_px: int  # the shorter side of the picture; a smaller film stays as it is
    bits: int  # a second, of the picture
    sound_bits: int  # a second, of the sound


@dataclass(frozen=True, slots=True)
class Veil:
    """What is not to be seen of some frames."""

    first: int  # frame of the film
    end: int  # the frame after the last
    top: Fraction  # share of the picture's height, from above, below which it is black


def proxy(path: Path, measure: Measure, veils: Sequence[Veil] = ()) -> bytes:
    """The film at `path`, small, as an MP4, what `veils` say black. Raises MediaError where it can't be read."""
    facts = inspect(path, "video")
    rate = min(facts.frame_rate, Fraction(_HIGHEST_RATE))
    with FrameReader(path) as reader:
        first = reader.frame(0)
        width, height = fitted(displayed_size(first, reader.pixel_aspect), measure.short_px)
        target = io.BytesIO()
        with av.open(target, "w", format="mp4") as container:
            picture = _picture_stream(container, width, height, rate, measure.bits)
            sound = _sound_stream(container, measure.sound_bits) if facts.sample_rate else None
            count = frames_available(facts, rate)
            pictures = _pictures(reader, Canvas(width, height, "contain"), rate, count, veils)
            _fill(container, picture, sound, pictures, path)
            container.mux(picture.encode(None))
            container.mux(sound.encode(None) if sound else [])
    return target.getvalue()


def fitted(size: tuple[int, int], short_px: int) -> tuple[int, int]:
    """Width and height, even, of a picture whose shorter side is at most so many pixels."""
    scale = min(Fraction(1), Fraction(short_px, min(size)))
    width, height = (max(2, round(side * scale / 2) * 2) for side in size)
    return width, height


def picture(path: Path, at_s: Fraction, long_px: int, top: Fraction = _WHOLE) -> tuple[bytes, int, int]:
    """The frame on screen so many seconds into a film, as a JPEG, and its width and height.

    Below the share `top` of its height it is black. Raises MediaError.
    """
    with FrameReader(path) as reader:
        rate = reader.timing.rate
        number = min(frames_in(at_s, rate), reader.timing.count - 1)
        pixels = upright_rgb(reader.frame(max(0, number)), reader.pixel_aspect)
    pixels[round(top * pixels.shape[0]) :] = 0
    shown = Image.fromarray(pixels)
    return jpeg(shown, long_px)


def jpeg(shown: Image.Image, long_px: int) -> tuple[bytes, int, int]:
    """A picture of which the longer side is at most so many pixels, and its width and height."""
    small = shown.convert("RGB")
    small.thumbnail((long_px, long_px), Image.Resampling.LANCZOS, reducing_gap=3.0)
    target = io.BytesIO()
    small.save(target, "JPEG", quality=_JPEG_QUALITY, optimize=True, progressive=True)
    return target.getvalue(), *small.size


def _pictures(
    reader: FrameReader, canvas: Canvas, rate: Fraction, count: int, veils: Sequence[Veil]
) -> Iterator[VideoFrame]:
    for number in range(count):
        halting.look()
        found = reader.frame(reader.timing.index_at(number, rate))
        planes = canvas.planes(found, reader.pixel_aspect)
        top = min((veil.top for veil in veils if veil.first <= number < veil.end), default=_WHOLE)
        if top < _WHOLE:
            planes = planes.copy()
            for level, plane in zip((_BLACK, _GREY, _GREY), split(planes, canvas.width, canvas.height), strict=True):
                plane[round(top * plane.shape[0]) :] = level
        frame = canvas.frame(planes)
        frame.pts, frame.time_base = number, 1 / rate
        yield frame


def _fill(
    container: OutputContainer,
    picture: VideoStream,
    sound: AudioStream | None,
    pictures: Iterator[VideoFrame],
    path: Path,
) -> None:
    """Both streams in step, so that a player finds what belongs together in one place."""
    rate = Fraction(picture.codec_context.framerate)
    with SoundReader(path) as heard:
        for number, frame in enumerate(pictures):
            container.mux(picture.encode(frame))
            if sound:
                first, end = (sample_at(at, SAMPLE_RATE, rate) for at in (number, number + 1))
                container.mux(sound.encode(sound_frame(heard.read(first, end - first), first)))


def _picture_stream(container: OutputContainer, width: int, height: int, rate: Fraction, bits: int) -> VideoStream:
    kilobits = max(1, bits // 1000)
    options = {
        "preset": "veryfast",
        "crf": "27",
        "maxrate": f"{kilobits}k",
        "bufsize": f"{kilobits * _BUFFERED_S}k",
        "g": str(max(1, round(rate / KEYS_A_SECOND))),
        # Of small pictures x264's macroblock tree (its assembler for it) reads memory that nobody wrote: 40 copies of a
        # film of 160 x 90 were of 13 kinds, and without it of one.
        "x264-params": "mbtree=0",
    }
    stream = container.add_stream("libx264", rate=rate, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.time_base = 1 / rate
    # Under a highest bit rate several threads decide by how far the others are: no two copies would be the same bytes.
    stream.codec_context.thread_count = 1
    tagged(stream)
    return stream


def _sound_stream(container: OutputContainer, bits: int) -> AudioStream:
    # Unlike in a film it is worth the time to look for what both sides share: the bits are few.
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", options={"aac_coder": "fast"})
    stream.bit_rate = bits
    return stream
