"""An order enters; its clip is drawn, encoded and written: H.264 and AAC in an mp4."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.frames import sample_at
from pipeline.previs.order import PrevisOrder
from pipeline.previs.picture import Pictures
from pipeline.previs.shots import Shot, shots_of
from pipeline.previs.sound import guide_track
from pipeline.previs.tones import SAMPLE_RATE

# A closed group every two seconds at 24: a cut that begins inside the clip has little to encode anew.
_GROUP_FRAMES = 48
# Their number is none that takes use: a cut of both copies both.
_QUALITY = {"preset": "ultrafast", "qp": "23", "x264-params": "stitchable=1:sps-id=30"}
_CONTAINER = {"movflags": "+faststart", "fflags": "+bitexact"}
_BT709, _LIMITED_RANGE = 1, 1  # ITU-T H.273 code points
_AUDIO_BIT_RATE = 96_000
# Frames that are drawn one after another, and then encoded: who changes over after each finds its own things gone from
# the caches, which takes a tenth of the whole.
_AT_ONCE = 12

_Numbered = Sequence[tuple[int, VideoFrame]]


def draw(order: PrevisOrder, cores: int = 2) -> None:
    """Write the order's clip to its output, which appears only when it is whole.

    Where it has more than one of the `cores` to itself, frames are drawn while others are encoded.

    Raises OrderError where it has more parts than frames, MediaError for a reference picture that can't be read,
    OSError where the file can't be written.
    """
    shots = shots_of(order)
    track = guide_track(order, shots) if order.audio else None
    part = Path(f"{order.output}.part")
    try:
        _write(order, part, shots, track, cores)
        part.replace(order.output)
    finally:
        part.unlink(missing_ok=True)


def _drawn(shot: Shot) -> Iterator[VideoFrame]:
    """The frames of a shot, each drawn when it is asked for."""
    pictures = Pictures(shot)
    return (pictures[frame] for frame in range(shot.order.frames))


def _write(
    order: PrevisOrder, target: Path, shots: Sequence[Shot], track: NDArray[np.float32] | None, cores: int
) -> None:
    # A group of pictures begins at every cut: a part of the clip can be cut out along it and copied.
    cuts = {shot.first for shot in shots[1:]}
    # A bare path could be read as an address ("concat:a|b"); the prefix says that it is none.
    with av.open(f"file:{target}", "w", format="mp4", options=_CONTAINER) as container:
        video = _video_stream(container, order)
        # Every stream is there before the first packet: a later one can't be added.
        audio = _audio_stream(container) if track is not None else None

        def encode(drawn: _Numbered) -> None:
            for number, frame in drawn:
                frame.pts, frame.time_base = number, 1 / order.frame_rate
                if number in cuts:
                    frame.pict_type = PictureType.I
                container.mux(video.encode(frame))
                if audio is not None and track is not None and number % _GROUP_FRAMES == 0:
                    _encode_sound(container, audio, track, order, number)

        # A shot is laid out when the one before is drawn: however many there are, one takes memory.
        _each(encode, _several(enumerate(chain.from_iterable(map(_drawn, shots)))), cores)
        container.mux(video.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))


def _several(drawn: Iterator[tuple[int, VideoFrame]]) -> Iterator[_Numbered]:
    while some := tuple(islice(drawn, _AT_ONCE)):
        yield some


def _each(encode: Callable[[_Numbered], None], drawn: Iterable[_Numbered], cores: int) -> None:
    """Encode all that is drawn, in its order: while the next are drawn, where there is a core for that."""
    if cores < 2:
        for some in drawn:
            encode(some)
        return
    with ThreadPoolExecutor(1) as encoder:
        pending: Future[None] | None = None
        for some in drawn:
            if pending:
                pending.result()
            pending = encoder.submit(encode, some)
        if pending:
            pending.result()


def _video_stream(container: OutputContainer, order: PrevisOrder) -> VideoStream:
    stream = container.add_stream("libx264", rate=order.frame_rate, options=_QUALITY)
    context = stream.codec_context
    stream.width, stream.height, stream.pix_fmt = order.width, order.height, "yuv420p"
    context.gop_size, context.thread_count = _GROUP_FRAMES, 1  # with more threads its bytes would vary
    context.time_base = 1 / order.frame_rate
    context.color_primaries = context.color_trc = context.colorspace = _BT709
    context.color_range = _LIMITED_RANGE
    return stream


def _audio_stream(container: OutputContainer) -> AudioStream:
    # Its other coder takes five times as long for what is a guide, and to look for what both sides share twice as long.
    options = {"aac_coder": "fast", "aac_ms": "0"}
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", options=options)
    stream.bit_rate = _AUDIO_BIT_RATE
    return stream


def _encode_sound(
    container: OutputContainer, stream: AudioStream, track: NDArray[np.float32], order: PrevisOrder, number: int
) -> None:
    """Encode the sound of the group of pictures that begins with frame `number`."""
    first = sample_at(number, SAMPLE_RATE, order.frame_rate)
    last = sample_at(min(order.frames, number + _GROUP_FRAMES), SAMPLE_RATE, order.frame_rate)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(track[:, first:last]), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = SAMPLE_RATE, first
    container.mux(stream.encode(frame))
