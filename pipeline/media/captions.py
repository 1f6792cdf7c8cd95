"""Captions come in; they go into a film as a track that players can switch on: 3GPP timed text in MP4 (TS 26.245).

libav writes the description of the track, by its own encoder; a caption itself is its length in two bytes and its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from av.container import OutputContainer
from av.packet import Packet
from av.subtitles.stream import SubtitleStream

from pipeline.media.tracks import Track

_BOX = 8  # bytes of the length and the name of a box
_ENABLED = 1  # of the flags of a track header (ISO/IEC 14496-12, 8.3.2)
_MOST_BYTES = 65_535  # of one caption
_HEADER = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans-Serif,{size},&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def caption_stream(film: OutputContainer, track: Track, size: tuple[int, int], rate: Fraction) -> SubtitleStream:
    """A stream for the track, in a film of that size; to be added before the first packet of any stream."""
    stream = film.add_stream("mov_text")
    width, height = size
    stream.codec_context.subtitle_header = _HEADER.format(width=width, height=height, size=height // 18).encode()
    stream.codec_context.time_base = stream.time_base = 1 / rate
    stream.metadata["language"] = track.language
    stream.codec_context.open()
    return stream


def put_captions(film: OutputContainer, stream: SubtitleStream, track: Track, rate: Fraction) -> None:
    """Write all captions; libav puts them among the packets of other streams, and fills what is between them."""
    for caption in track.captions:
        packet = Packet(_coded(caption.text))
        packet.stream, packet.time_base = stream, 1 / rate
        packet.pts = packet.dts = caption.start
        packet.duration = caption.length
        film.mux_one(packet)


def _coded(text: str) -> bytes:
    content = text.encode()[:_MOST_BYTES].decode(errors="ignore").encode()
    return len(content).to_bytes(2, "big") + content


def switch_off(path: Path) -> None:
    """Have players show no captions until they are asked to: libav enables the first track of every kind."""
    with path.open("r+b") as file:
        at, index = _index(file)
        for start, stop in _tracks(index):
            if b"sbtl" in index[start:stop]:
                flags = index.index(b"tkhd", start, stop) + 7  # the last byte of them
                file.seek(at + flags)
                file.write(bytes((index[flags] & ~_ENABLED,)))


def _index(file: BinaryIO) -> tuple[int, bytes]:
    """Where the box of the film's index begins, and its bytes."""
    at = 0
    while header := file.read(_BOX):
        length = int.from_bytes(header[:4], "big")
        if header[4:] == b"moov":
            return at, header + file.read(length - _BOX)
        if length == 1:  # too long for four bytes: eight more have it
            length = int.from_bytes(file.read(8), "big")
        at += max(length, _BOX)
        file.seek(at)
    return at, b""


def _tracks(index: bytes) -> Iterator[tuple[int, int]]:
    """Where in the index each track begins and ends."""
    at = _BOX
    while at + _BOX <= len(index):
        length = max(_BOX, int.from_bytes(index[at : at + 4], "big"))
        if index[at + 4 : at + _BOX] == b"trak":
            yield at, at + length
        at += length
