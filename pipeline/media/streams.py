"""The path of a film or a sound comes in; its facts, by its packets and first frames, go out, or a MediaError."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.errors import MediaError
from pipeline.media.canvas import displayed_size
from pipeline.media.kinds import Format
from pipeline.media.opening import MAX_SIDE, opened, picture_stream, pixel_aspect, sound_stream
from pipeline.media.timing import Timing, timing_of
from pipeline.take import MediaFacts

MAX_RATE = 240  # frames a second
MAX_STREAMS = 8


@dataclass(frozen=True, slots=True)
class _Heard:
    rate: int = 0  # Hz
    channels: int = 0
    length_s: Fraction = Fraction(0)  # seconds from the first sample to the last, by the packets


def facts_of_streams(path: Path, form: Format, digest: str, size: int) -> MediaFacts:
    """The facts of the film or sound at `path`, whose bytes have the hash `digest` and the length `size`."""
    with opened(path, pictures=False, probed=False) as container:
        if len(container.streams) > MAX_STREAMS:
            raise MediaError(str(path), f"has {len(container.streams)} streams, more than {MAX_STREAMS}")
        picture, sound = picture_stream(container), sound_stream(container)
        if picture is None and sound is None:
            raise MediaError(str(path), "holds neither pictures nor sound")
        ear = _Ear(sound)
        if picture is None:
            for _ in ear.passed(container.demux(sound)):
                pass
            heard = ear.heard(path)
            name = form.name if form.name != "mp3" else container.format.name  # an ID3 tag fits three formats
            return MediaFacts(
                digest, size, "audio", name, duration_s=heard.length_s, sample_rate=heard.rate, channels=heard.channels
            )
        timing, (width, height) = _pictures(path, container, picture, ear)
        heard = ear.heard(path)
    length_s = max(timing.duration_s, heard.length_s)
    return MediaFacts(
        digest,
        size,
        "video",
        form.name,
        width,
        height,
        timing.count,
        timing.rate,
        length_s,
        heard.rate,
        heard.channels,
    )


def _pictures(path: Path, container: InputContainer, stream: VideoStream, ear: _Ear) -> tuple[Timing, tuple[int, int]]:
    """When its pictures are shown, and how large they are; what is not theirs goes to the ear: one pass for both."""
    _refuse_huge(path, stream.width, stream.height)
    eye = _Eye(stream)
    streams = (stream, ear.stream) if ear.stream else (stream,)
    timing = timing_of(eye.passed(ear.passed(container.demux(*streams))), stream)
    if timing is None:
        raise MediaError(str(path), "holds no picture that can be decoded")
    if timing.packets < stream.frames:
        raise MediaError(str(path), f"is truncated: {timing.packets} of its {stream.frames} frames are there")
    if timing.rate > MAX_RATE:
        raise MediaError(str(path), f"has {float(timing.rate):.0f} frames a second, more than {MAX_RATE}")
    if eye.frame is None:
        raise MediaError(str(path), "holds no picture that can be decoded")
    width, height = displayed_size(eye.frame, pixel_aspect(stream))
    _refuse_huge(path, width, height)
    return timing, (width, height)


def _refuse_huge(path: Path, width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE:
        raise MediaError(str(path), f"is {width} x {height} pixels, wider or higher than {MAX_SIDE}")


class _Eye:
    """Decodes the first picture that can be, while packets pass."""

    def __init__(self, stream: VideoStream) -> None:
        self.frame: VideoFrame | None = None
        self._begun = False
        stream.codec_context.thread_count = 1  # for one frame no others are worth starting

    def passed(self, packets: Iterator[Packet[VideoStream]]) -> Iterator[Packet[VideoStream]]:
        """The packets, which are of no other stream."""
        for packet in packets:
            self._begun = self._begun or packet.is_keyframe
            if self.frame is None and self._begun:
                self.frame = next(iter(packet.decode()), None)
            yield packet


class _Ear:
    """Measures the sound whose packets pass, and decodes its first samples; of no stream, nothing."""

    def __init__(self, stream: AudioStream | None) -> None:
        self.stream = stream
        self._decodable = False
        self._end = 0

    def passed(self, packets: Iterator[Packet[Any]]) -> Iterator[Packet[Any]]:
        """The packets that are of another stream."""
        if self.stream is None:
            yield from packets
            return
        index, end, decodable = self.stream.index, self._end, self._decodable  # of a clip's packets most are of sound
        try:
            for packet in packets:
                if packet.stream_index != index:
                    yield packet
                    continue
                if not decodable:
                    decodable = bool(packet.decode())
                at = packet.pts
                if at is not None and not packet.is_discard:
                    end = max(end, at + (packet.duration or 0))
        finally:
            self._end, self._decodable = end, decodable

    def heard(self, path: Path) -> _Heard:
        """What it was."""
        if self.stream is None:
            return _Heard()
        if not self._decodable:
            raise MediaError(str(path), "holds a sound that can't be decoded")
        codec, first = self.stream.codec_context, self.stream.start_time or 0
        length_s = max(0, self._end - first) * Fraction(self.stream.time_base or 1)
        return _Heard(codec.sample_rate, codec.layout.nb_channels, length_s)
