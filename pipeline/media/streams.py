"""The path of a film or a sound comes in; its facts, by its packets and first frames, go out, or a MediaError."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import MediaError
from pipeline.media.canvas import displayed_size
from pipeline.media.kinds import Format
from pipeline.media.opening import MAX_SIDE, opened, picture_stream, sound_stream
from pipeline.media.timing import Timing, timing_of
from pipeline.take import MediaFacts

MAX_RATE = 240  # frames a second
MAX_STREAMS = 8


def facts_of_streams(path: Path, form: Format, digest: str, size: int) -> MediaFacts:
    """The facts of the film or sound at `path`, whose bytes have the hash `digest` and the length `size`."""
    with opened(path, pictures=False) as container:
        if len(container.streams) > MAX_STREAMS:
            raise MediaError(str(path), f"has {len(container.streams)} streams, more than {MAX_STREAMS}")
        picture, sound = picture_stream(container), sound_stream(container)
        if picture is None and sound is None:
            raise MediaError(str(path), "holds neither pictures nor sound")
        sample_rate, channels, sound_s = _sound(path, container, sound) if sound else (0, 0, Fraction(0))
        if picture is None:
            name = form.name if form.name != "mp3" else container.format.name  # an ID3 tag fits three formats
            return MediaFacts(
                digest, size, "audio", name, duration_s=sound_s, sample_rate=sample_rate, channels=channels
            )
        timing, (width, height) = _pictures(path, container, picture)
    length_s = max(timing.duration_s, sound_s)
    return MediaFacts(
        digest, size, "video", form.name, width, height, timing.count, timing.rate, length_s, sample_rate, channels
    )


def _pictures(path: Path, container: InputContainer, stream: VideoStream) -> tuple[Timing, tuple[int, int]]:
    _refuse_huge(path, stream.width, stream.height)
    container.seek(0)
    timing = timing_of(container.demux(stream), stream)
    if timing is None:
        raise MediaError(str(path), "holds no picture that can be decoded")
    if timing.packets < stream.frames:
        raise MediaError(str(path), f"is truncated: {timing.packets} of its {stream.frames} frames are there")
    if timing.rate > MAX_RATE:
        raise MediaError(str(path), f"has {float(timing.rate):.0f} frames a second, more than {MAX_RATE}")
    container.seek(timing.keys[0], stream=stream)
    stream.codec_context.thread_count = 1  # for one frame no others are worth starting
    frame = next(container.decode(stream), None)
    if frame is None:
        raise MediaError(str(path), "holds no picture that can be decoded")
    width, height = displayed_size(frame, stream.sample_aspect_ratio)
    _refuse_huge(path, width, height)
    return timing, (width, height)


def _refuse_huge(path: Path, width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE:
        raise MediaError(str(path), f"is {width} x {height} pixels, wider or higher than {MAX_SIDE}")


def _sound(path: Path, container: InputContainer, stream: AudioStream) -> tuple[int, int, Fraction]:
    """Sample rate in Hz, channels, and seconds from the first sample to the last by the packets."""
    if next(container.decode(stream), None) is None:
        raise MediaError(str(path), "holds a sound that can't be decoded")
    container.seek(0)
    first, end = stream.start_time or 0, 0
    for packet in container.demux(stream):
        if packet.pts is not None and not packet.is_discard:
            end = max(end, packet.pts + (packet.duration or 0))
    length_s = max(0, end - first) * Fraction(stream.time_base or 1)
    return stream.codec_context.sample_rate, stream.codec_context.layout.nb_channels, length_s
