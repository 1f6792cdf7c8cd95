"""Blocks of sound come in, a whole film's in turn; one AAC stream in an MP4 goes out, encoded by all processors.

The stream is cut into pieces of the same length whatever the machine, so the same sound is always the same bytes. Each
piece is encoded from a little before its start, until the encoder is as it would be had it heard all before, to a
little past its end; what it made of those margins is thrown away. A packet overlaps its neighbours, and what two
encoders made fits together there because both heard the same samples.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.packet import Packet
from numpy.typing import NDArray

from pipeline.frames import SAMPLE_RATE
from pipeline.media.film import SOUND_OPTIONS, begun, sound_frame, sound_stream_in
from pipeline.media.whole import whole, writing

_FRAME = 1024  # samples a packet, ISO/IEC 14496-3
_PIECE = 480 * _FRAME  # about ten seconds
# The encoder chooses windows by what it heard in the last three frames, and its bit rate settles within a few more.
_BEFORE, _AFTER = 8 * _FRAME, 4 * _FRAME

Packets = Iterator["Packet[AudioStream]"]
Samples = NDArray[np.float32]  # 2 x any number, left and right, at 48000 Hz; louder than 1 is clipped


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the sound, with its margins; all numbers are samples of the whole."""

    blocks: tuple[Samples, ...]
    first: int  # where they begin
    start: int  # packets from here on are wanted
    end: int | None  # and up to here; None: to the last


def write_sound(target: Path, blocks: Iterable[Samples], frame_rate: Fraction, bits: int) -> None:
    """Write `blocks` as the sound of a film of that rate to `target`, whole or not at all; `bits` a second.

    Raises what `blocks` raise, and StoryreelError where the target can't be written.
    """
    with coming(target, blocks, frame_rate, bits) as packets:
        for _ in packets:
            pass


@contextmanager
def coming(target: Path, blocks: Iterable[Samples], frame_rate: Fraction, bits: int) -> Iterator[Packets]:
    """What `write_sound` writes, for who needs the packets too: the target is there once all of them are taken.

    Encoding begins at once, and is never more than a few pieces ahead. To take a packet raises what `write_sound` does.
    """
    with (
        _encoded(_pieces(blocks), bits) as pieces,
        closing(_written(pieces, target, frame_rate, bits)) as written,
    ):
        yield written


def _written(
    pieces: Iterator[list[Packet[AudioStream]]], target: Path, frame_rate: Fraction, bits: int
) -> Generator[Packet[AudioStream]]:
    with whole(target) as part:
        with writing(target):
            container = begun(part, frame_rate)
        with closing(container):
            stream = sound_stream_in(container, bits)
            for some in pieces:
                with writing(target):
                    for packet in some:
                        packet.stream = stream
                        container.mux_one(packet)
                yield from some
            with writing(target):
                container.close()


@contextmanager
def _encoded(pieces: Iterator[_Piece], bits: int) -> Iterator[Iterator[list[Packet[AudioStream]]]]:
    """The packets of each piece in order; so many are encoded at once as there are processors.

    Whoever encodes a piece makes it first, in his turn: there are never more busy threads than processors.
    """
    hands, last = os.cpu_count() or 1, threading.Event()
    last.set()
    with ThreadPoolExecutor(hands, thread_name_prefix="sound") as pool:

        def next_one() -> Future[list[Packet[AudioStream]] | None]:
            nonlocal last
            before, last = last, threading.Event()
            return pool.submit(copy_context().run, partial(_next_encoded, pieces, bits, before, last))

        def in_order() -> Iterator[list[Packet[AudioStream]]]:
            while (packets := pending.popleft().result()) is not None:
                pending.append(next_one())
                yield packets

        # One more than can be encoded waits: memory doesn't grow with the film.
        pending = deque(next_one() for _ in range(hands + 1))
        yield in_order()


def _next_encoded(
    pieces: Iterator[_Piece], bits: int, before: threading.Event, mine: threading.Event
) -> list[Packet[AudioStream]] | None:
    """The packets of the piece whose turn it is once `before` is set, as `mine` is then; None: there is none left."""
    before.wait()
    try:
        piece = next(pieces, None)
    finally:
        mine.set()
    return _packets(piece, bits) if piece else None


def _packets(piece: _Piece, bits: int) -> list[Packet[AudioStream]]:
    encoder, at = _encoder(bits), piece.first
    made: list[Packet[AudioStream]] = []
    # Block by block: memory for ten seconds at once is new each time, and to get it takes longer than to fill it.
    for block in piece.blocks:
        made += encoder.encode(sound_frame(block, at))
        at += block.shape[1]
    made += encoder.encode(None)
    return [packet for packet in made if _wanted(piece, packet.pts or 0)]


def _wanted(piece: _Piece, pts: int) -> bool:
    # The first packet of all lies before its sample: it is what the encoder needs to begin.
    begun = pts >= piece.start or piece.start == 0
    return begun and (piece.end is None or pts < piece.end)


def _encoder(bits: int) -> AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE, "stereo", "fltp"
    encoder.time_base, encoder.bit_rate, encoder.options = Fraction(1, SAMPLE_RATE), bits, dict(SOUND_OPTIONS)
    return encoder


def _pieces(blocks: Iterable[Samples]) -> Iterator[_Piece]:
    """The sound in pieces with their margins; the last is never shorter than its margins."""
    held, first, start, heard = list[Samples](), 0, 0, 0
    for block in blocks:
        held.append(block)
        heard += block.shape[1]
        while heard >= start + _PIECE + _BEFORE + _AFTER:
            end = start + _PIECE
            yield _Piece(tuple(_part(held, 0, end + _AFTER - first)), first, start, end)
            held = list(_part(held, end - _BEFORE - first, heard - first))
            first, start = end - _BEFORE, end
    yield _Piece(tuple(held), first, start, None)


def _part(blocks: Iterable[Samples], first: int, stop: int) -> Iterator[Samples]:
    """What of the blocks lies from sample `first` to `stop` of them."""
    at = 0
    for block in blocks:
        part = block[:, max(0, first - at) : max(0, stop - at)]
        if part.shape[1]:
            yield part
        at += block.shape[1]
