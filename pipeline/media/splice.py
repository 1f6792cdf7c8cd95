"""Packets of films and of one sound come in; one film file goes out in which each of them is as it was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from pipeline.errors import MediaError
from pipeline.media.aac import Packets
from pipeline.media.avc import joined
from pipeline.media.captions import caption_stream, put_captions, switch_off
from pipeline.media.coded import Coded
from pipeline.media.film import SOUND_BITS, begun, sound_stream_in, tagged
from pipeline.media.opening import blaming, only, opened, picture_stream, sound_stream
from pipeline.media.tracks import Track
from pipeline.media.whole import whole, writing

_TOGETHER = 12  # frames whose sound lies beside them in the file


@dataclass(frozen=True, slots=True)
class Strip:
    """Packets of one film that show a run of frames."""

    path: Path
    clip: Coded  # how it is coded
    packet: int  # the first, in the order of decoding; a key
    length: int  # packets, and frames


def splice(
    strips: Sequence[Strip], sound: Path | Packets, target: Path, frame_rate: Fraction, captions: Track | None = None
) -> None:
    """Write the film `target`: the frames of all strips, whose parameter sets agree, and a sound that `aac` wrote.

    Players can switch on its `captions`, where there are any.

    Raises StoryreelError for a target that can't be written, MediaError for a clip that is not what it was, and what it
    raises to take packets of a sound that is on its way; the target is replaced when the film is whole.
    """
    ahead = max(strip.clip.delay(strip.packet, strip.length) for strip in strips)
    with whole(target) as part, opened(strips[0].path, pictures=False) as first, _packets_of(sound) as packets:
        picture = picture_stream(first)
        assert picture is not None
        with writing(target), begun(part, frame_rate) as film:
            # All before the first packet: libav can't place a stream that comes later.
            shown, sounding = film.add_stream_from_template(picture), sound_stream_in(film, SOUND_BITS)
            read = caption_stream(film, captions, strips[0].clip.size, frame_rate) if captions else None
            shown.codec_context.extradata = joined(strip.clip.sets for strip in strips)
            tagged(shown)
            if captions and read:
                put_captions(film, read, captions, frame_rate)
            waiting, frame, tick = _Waiting(packets), 0, 1 / frame_rate
            for strip in strips:
                for place, packet in enumerate(_packets(strip)):
                    if place % _TOGETHER == 0:
                        _put(film, sounding, waiting.until((frame + place) / frame_rate))
                    packet.stream, packet.time_base = shown, tick
                    packet.pts = frame + strip.clip.shown[strip.packet + place] - strip.clip.shown[strip.packet]
                    packet.dts, packet.duration = frame + place - ahead, 1
                    film.mux_one(packet)
                frame += strip.length
            _put(film, sounding, waiting.until(None))
        if captions:
            with writing(target):
                switch_off(part)


@contextmanager
def _packets_of(sound: Path | Packets) -> Iterator[Packets]:
    if not isinstance(sound, Path):
        yield sound
        return
    with opened(sound) as heard:
        track = sound_stream(heard)
        assert track is not None
        yield heard.demux(track)


def _put(film: OutputContainer, stream: AudioStream, packets: Iterable[Packet[AudioStream]]) -> None:
    for packet in packets:
        packet.stream = stream
        film.mux_one(packet)


class _Waiting:
    """The packets of a sound, until their time has come."""

    def __init__(self, packets: Iterable[Packet[AudioStream]]) -> None:
        self._packets = (packet for packet in packets if packet.size)
        self._next = next(self._packets, None)
        self._ticks = 1 / Fraction(self._next.time_base or 1) if self._next else 1  # a second

    def until(self, second: Fraction | None) -> Iterator[Packet[AudioStream]]:
        """Those that begin before a second of the film; all that are left where there is none."""
        end = math.inf if second is None else math.ceil(second * self._ticks)
        while self._next and (self._next.pts or 0) < end:
            yield self._next
            self._next = next(self._packets, None)


def _packets(strip: Strip) -> Iterator[Packet[VideoStream]]:
    """The packets of a strip. Raises MediaError where there are fewer."""
    with opened(strip.path, pictures=False, probed=False) as container, blaming(strip.path):
        stream = picture_stream(container)
        if stream:
            only(container, stream)
        there = (packet for packet in container.demux(stream) if packet.size) if stream else iter(())
        found = 0
        for packet in islice(there, strip.packet, strip.packet + strip.length):
            yield packet
            found += 1
    if found < strip.length:
        raise MediaError(str(strip.path), f"has {strip.packet + found} pictures: it is not the clip it was")
