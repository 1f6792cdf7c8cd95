"""Small real films whose every frame says which clip and which frame it is, and what a film holds, read back.

They are written and read by libav alone, so that nothing under test vouches for itself.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray
from PIL import Image

BITS = 16  # 4 of the clip's number, 12 of the frame's; each a black or white block in the top quarter of the picture
Pixels = NDArray[np.uint8]
Sound = NDArray[np.float32]


@dataclass(frozen=True)
class Spec:
    """What a clip is made of."""

    number: int = 0  # 0 to 15
    frames: int = 24
    rate: Fraction = Fraction(24)
    size: tuple[int, int] = (320, 180)
    colour: tuple[int, int, int] = (90, 120, 60)  # RGB of everything under the blocks
    sound: Sound | None = None  # channels x samples
    sound_rate: int = 48000
    layout: str = "stereo"
    codec: str = "libx264"
    pixels: str = "yuv420p"
    matrix: int = 1  # 1: BT.709, 5: BT.601
    tagged: bool = True
    full_range: bool = False
    options: tuple[tuple[str, str], ...] = (("preset", "ultrafast"), ("crf", "10"), ("g", "250"))


def write_clip(path: Path, spec: Spec) -> Path:
    """A film in the container that the path's suffix names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream(spec.codec, rate=spec.rate, options=dict(spec.options))
        video.width, video.height = spec.size
        video.pix_fmt = spec.pixels
        if spec.tagged:
            video.codec_context.colorspace = spec.matrix
            video.codec_context.color_range = 2 if spec.full_range else 1
        audio: Any = None
        if spec.sound is not None:
            codec = "libopus" if path.suffix == ".webm" else "aac"
            audio = container.add_stream(codec, rate=spec.sound_rate, layout=spec.layout)
        for number in range(spec.frames):
            container.mux(video.encode(_frame(spec, number)))
        container.mux(video.encode(None))
        if audio is not None and spec.sound is not None:
            container.mux(audio.encode(_samples(spec)))
            container.mux(audio.encode(None))
    return path


def write_pictures(
    path: Path, pictures: Iterable[Pixels], sound: Sound | None = None, *, rate: int = 24, **options: str
) -> Path:
    """A film of these pictures (uint8, height x width x 3, RGB), one a frame; `sound` is channels x samples, 48 kHz."""
    frames = list(pictures)
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", rate=rate, options={"preset": "fast", "crf": "18"} | options)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt = "yuv420p"
        audio: Any = container.add_stream("aac", rate=48000, layout="stereo") if sound is not None else None
        for number, drawn in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(drawn, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            container.mux(audio.encode(_samples(Spec(sound=sound))))
            container.mux(audio.encode(None))
    return path


def picture(spec: Spec, number: int) -> Pixels:
    """Frame `number` as RGB."""
    width, height = spec.size
    drawn = np.full((height, width, 3), spec.colour, np.uint8)
    value = spec.number << 12 | number
    for bit in range(BITS):
        drawn[: height // 4, width * bit // BITS : width * (bit + 1) // BITS] = 255 * (value >> bit & 1)
    return drawn


def _frame(spec: Spec, number: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture(spec, number), format="rgb24").reformat(
        format=spec.pixels, dst_colorspace=spec.matrix, dst_color_range=2 if spec.full_range else 1
    )
    if not spec.tagged:
        frame.colorspace, frame.color_range = 2, 0
    frame.pts, frame.time_base = number, 1 / spec.rate
    return frame


def _samples(spec: Spec) -> av.AudioFrame:
    assert spec.sound is not None
    frame = av.AudioFrame.from_ndarray(spec.sound, format="fltp", layout=spec.layout)
    frame.sample_rate, frame.pts, frame.time_base = spec.sound_rate, 0, Fraction(1, spec.sound_rate)
    return frame


def png_frame(data: bytes) -> np.ndarray:
    """The brightness of a PNG, roughly."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("L"))


def write_sound(path: Path, codec: str, sound: np.ndarray, rate: int = 48000, streams: int = 1) -> Path:
    with av.open(str(path), "w") as container:
        layout = "mono" if len(sound) == 1 else "stereo"
        tracks: list[Any] = [container.add_stream(codec, rate=rate, layout=layout) for _ in range(streams)]
        for track in tracks:
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
            form = track.codec_context.format.name
            for piece in [*av.AudioResampler(form, layout, rate).resample(frame)] if form != "fltp" else [frame]:
                container.mux(track.encode(piece))
            container.mux(track.encode(None))
    return path


def patched(path: Path, box: bytes, offset: int, data: bytes) -> Path:
    """The file with `data` written `offset` bytes after the first `box` name."""
    content = bytearray(path.read_bytes())
    at = content.index(box) + 4 + offset
    content[at : at + len(data)] = data
    path.write_bytes(content)
    return path


def tone(hertz: float, seconds: float, rate: int = 48000, channels: int = 2, level: float = 0.4) -> Sound:
    """A sine in every channel."""
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.tile(wave.astype(np.float32), (channels, 1))


def noise(seed: int, seconds: float, rate: int = 48000, channels: int = 2) -> Sound:
    """Noise below 6 kHz, the same in every channel, different for every seed."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum[np.fft.rfftfreq(count, 1 / rate) > 6000] = 0
    wave = np.fft.irfft(spectrum, count)
    return np.tile((0.2 * wave / wave.std()).astype(np.float32), (channels, 1))


def luma(path: Path) -> list[Pixels]:
    """The brightness of every frame of a film, as it is stored."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray()[: frame.height]) for frame in container.decode(video=0)]


def rgb(path: Path) -> list[Pixels]:
    """Every frame of a film in RGB, by its own tags."""
    with av.open(str(path)) as container:
        return [_accurate(frame) for frame in container.decode(video=0)]


def _accurate(frame: av.VideoFrame) -> Pixels:
    # Without these flags libswscale is up to two levels too dark.
    flags = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
    return np.asarray(frame.reformat(format="rgb24", dst_color_range=2, interpolation=flags).to_ndarray())


def named(frame: Pixels, box: tuple[int, int, int, int] | None = None) -> tuple[int, int]:
    """The numbers of clip and frame that a picture (its brightness) shows in `box`: left, top, width, height."""
    left, top, width, height = box or (0, 0, frame.shape[1], frame.shape[0])
    row = frame[top + height // 8, :].astype(int)
    value = sum((int(row[left + width * (2 * bit + 1) // (2 * BITS)]) > 128) << bit for bit in range(BITS))
    return value >> 12, value & 0xFFF


def names(path: Path) -> list[tuple[int, int]]:
    """The numbers of clip and frame of every frame of a film."""
    return [named(frame) for frame in luma(path)]


def heard(path: Path) -> Sound:
    """The sound of a film: channels x samples, at its own rate."""
    with av.open(str(path)) as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(blocks, axis=1).astype(np.float32)


def lag(sound: NDArray[np.float32], reference: NDArray[np.float32], at: int, count: int, most: int = 2400) -> int:
    """By how many samples `reference` is heard too late in `sound[at : at + count]`, at most `most` either way.

    The phase alone is compared (GCC-PHAT), where the reference has any: plain correlation is wrong by whole periods.
    """
    size = 1 << (2 * count).bit_length()
    wanted = np.fft.rfft(reference[:count], size)
    product = np.fft.rfft(sound[at : at + count], size) * np.conj(wanted)
    product[np.abs(wanted) < np.abs(wanted).max() / 100] = 0
    correlation = np.fft.irfft(product / np.maximum(np.abs(product), 1e-9), size)
    shifts = np.concatenate([correlation[-most:], correlation[: most + 1]])
    return int(np.argmax(shifts)) - most


def details(path: Path) -> dict[str, Any]:
    """What the container and codec of a film say."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], next(iter(container.streams.audio), None)
        packets = [packet for packet in container.demux(video) if packet.size]
        container.seek(0)
        sounds: list[Any] = [packet for packet in container.demux(audio) if packet.size] if audio else []
        codec = video.codec_context
        assert video.time_base is not None
        return {
            "rate": video.average_rate,
            "size": (video.width, video.height),
            "pixels": codec.pix_fmt,
            "colours": (codec.color_primaries, codec.color_trc, codec.colorspace, codec.color_range),
            "times_s": sorted(packet.pts * video.time_base for packet in packets if packet.pts is not None),
            "keys": [number for number, packet in enumerate(packets) if packet.is_keyframe],
            "sound": (audio.codec_context.name, audio.sample_rate, audio.codec_context.layout.name) if audio else None,
            "sound_s": max(each.pts + each.duration for each in sounds) * sounds[0].time_base if sounds else 0,
            "said_s": [stream.duration * stream.time_base for stream in container.streams],  # type: ignore[operator]
        }
