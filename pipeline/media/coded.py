"""The path of a film comes in; how its pictures lie in the file goes out, or why they can't be copied as they are.

Copying is for what is surely understood: H.264 of 8 bits and 4:2:0, whole frames, evenly spaced, upright, each group of
pictures closed. Whatever else there is in the world is decoded and drawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.media.avc import Sets, sets_of
from pipeline.media.canvas import HD_LINES
from pipeline.media.opening import only, opened, picture_stream, pixel_aspect
from pipeline.media.timing import timing_of

OWN_SETS = 31  # the number of the parameter sets of what is encoded for a cut: those of its clips stand beside them
_IDR, _SLICES = 5, (1, 5)  # kinds of NAL units that hold pictures
_HEAD = 64  # bytes of a slice that surely hold its header
_WHOLE_FRAMES = (0, 1)  # libav's AVFieldOrder: unknown, progressive
_BT709, _LIMITED, _UNSPECIFIED = 1, 1, (0, 2)


@dataclass(frozen=True, slots=True)
class Coded:
    """The pictures of one film, in the order in which they are decoded."""

    shown: tuple[int, ...]  # of each packet, the number of its frame in the order of display
    keys: tuple[int, ...]  # packets at which decoding may begin, nothing after them needs what is before
    sets: Sets
    rate: Fraction  # frames a second
    size: tuple[int, int]  # pixels

    def run(self, first: int, stop: int) -> tuple[int, int] | None:
        """The packets (first, count) that hold the frames of `first` to `stop`, or as many of them as copying can.

        Copying begins with the first group that begins at or after frame `first`, and ends with the last packet before
        which every frame is there. None where that is no frame at all.
        """
        key = next((key for key in self.keys if self.shown[key] >= first), None)
        if key is None:
            return None
        start, last, most = self.shown[key], -1, 0
        for count, frame in enumerate(self.shown[key:], start=1):
            last = max(last, frame)
            if last >= stop:
                break
            if last - start + 1 == count:
                most = count
        return (key, most) if most else None

    def delay(self, first: int, count: int) -> int:
        """Frames by which decoding has to be ahead of display for these packets."""
        start = self.shown[first]
        return max(n - (frame - start) for n, frame in enumerate(self.shown[first : first + count]))


def coded(path: Path) -> Coded | str:
    """How the pictures of the film at `path` lie in it; or a few words on why they can't be copied.

    Raises MediaError where it can't be read at all.
    """
    with opened(path, pictures=False, probed=False) as container:
        stream = picture_stream(container)
        if stream is None:
            return "no pictures"
        only(container, stream)
        return _unfit(container, stream) or _laid(container, stream)


def _unfit(container: InputContainer, stream: VideoStream) -> str:
    codec = stream.codec_context
    if codec.name != "h264":
        return f"{codec.name}, no H.264"
    codec.thread_count = 1  # for one frame no others are worth starting
    frame = _first_frame(container, stream)
    if frame is None or frame.format.name != "yuv420p":
        return f"its pixels are {frame.format.name if frame else 'unknown'}"
    if frame.rotation or pixel_aspect(stream) not in (None, 1):
        return "it is turned, or its pixels are not square"
    if frame.interlaced_frame or codec.field_order not in _WHOLE_FRAMES:
        return "it is interlaced"
    known = codec.colorspace == _BT709 or (codec.colorspace in _UNSPECIFIED and stream.height >= HD_LINES)
    alike = {codec.color_primaries, codec.color_trc} <= {_BT709, *_UNSPECIFIED}
    return "" if known and alike and codec.color_range in (0, _LIMITED) else "its colours are not those of BT.709"


def _first_frame(container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """A frame of the film, for what is said of it: its picture may be empty."""
    codec = stream.codec_context
    # Nobody looks at it: what is missing may stay so, and it need not wait for what is shown before it.
    codec.options = {**codec.options, "ec": "0", "flags": "low_delay"}
    packet = next((packet for packet in container.demux(stream) if packet.size), None)
    head = _head(bytes(packet)) if packet else b""
    found = codec.decode(Packet(head)) or codec.decode(None) if head else []
    if found:
        return found[0]
    codec.flush_buffers()
    container.seek(0)
    return next(container.decode(stream), None)


def _head(content: bytes) -> bytes:
    """A packet of which little but the head of its first slice is left; nothing of one that is not understood.

    To decode it tells the same as the whole picture, which is nearly all that looking at a film would take.
    """
    for at, length, kind in _units(content):
        if kind in _SLICES:
            least = min(length, _HEAD)
            return content[:at] + least.to_bytes(4, "big") + content[at + 4 : at + 4 + least]
    return b""


def _laid(container: InputContainer, stream: VideoStream) -> Coded | str:
    sets = sets_of(stream.codec_context.extradata or b"")
    if sets is None:
        return "its parameter sets are not understood"
    container.seek(0)
    times, keys, plain = list[int | None](), list[int](), True

    def noted(packet: Packet[VideoStream]) -> Packet[VideoStream]:
        nonlocal plain
        if packet.size:
            kinds = _kinds(bytes(packet))
            plain = plain and _is_plain(packet) and any(kind in _SLICES for kind in kinds)
            if _IDR in kinds:
                keys.append(len(times))
            times.append(packet.pts)
        return packet

    timing = timing_of(map(noted, container.demux(stream)), stream)
    if not plain:
        return "its packets are not plain"
    if timing is None or not timing.even or timing.count != len(times):
        return "its frames are not evenly spaced"
    place = {tick: number for number, tick in enumerate(timing.shown)}
    shown = tuple(place.get(tick, -1) if tick is not None else -1 for tick in times)
    if keys[:1] != [0] or not _closed(shown, keys):
        return "its groups of pictures are not closed"
    return Coded(shown, tuple(keys), sets, timing.rate, (stream.width, stream.height))


def _is_plain(packet: Packet[VideoStream]) -> bool:
    return not (packet.is_corrupt or packet.is_discard or packet.has_sidedata("new_extradata"))


def _kinds(content: bytes) -> tuple[int, ...]:
    """The kinds of the NAL units of a packet; none where it does not consist of them."""
    units = tuple(_units(content))
    end = units[-1][0] + 4 + units[-1][1] if units else 0
    return tuple(kind for *_, kind in units) if end == len(content) else ()


def _units(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Where each NAL unit of a packet begins, with four bytes of length; how long it is without them; its kind."""
    at = 0
    while at + 4 < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        yield at, length, content[at + 4] & 31
        at += 4 + length


def _closed(shown: tuple[int, ...], keys: list[int]) -> bool:
    """Whether every frame of a group is shown after its key and before the next group's."""
    bounds = [*keys, len(shown)]
    groups = (range(start, stop) for start, stop in pairwise(bounds))
    return all(sorted(shown[n] for n in group) == list(group) and shown[group[0]] == group[0] for group in groups)
