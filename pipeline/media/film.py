"""Pictures and sound come in, in step; one film file goes out, whole or not at all."""

from __future__ import annotations

import contextlib
import math
import os
import secrets
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from pipeline.errors import StoryreelError
from pipeline.media.sound import SAMPLE_RATE

SOUND_BITS = 192_000  # a second
GOP_S = 2  # seconds between key frames: what a player must decode at most to show a frame it jumps to
_X264 = {"preset": "veryfast", "crf": "17"}
_BT709, _LIMITED = 1, 1  # ISO/IEC 23091-2 primaries, transfer and matrix; libav's AVColorRange


class FilmWriter:
    """A film in the making: H.264 and AAC in MP4, under another name until it is whole.

    Used as a context: a body that ends makes the film the target, one that raises leaves the target as it was.
    """

    def __init__(self, target: Path, width: int, height: int, frame_rate: Fraction) -> None:
        """`width` and `height` in pixels, even; `frame_rate` in frames a second, kept exactly.

        Raises StoryreelError where the target's folder can't be written.
        """
        self.target, self._rate = target, frame_rate
        self._part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        self._frames = self._samples = 0
        with self._blaming():
            target.parent.mkdir(parents=True, exist_ok=True)
            # In the usual milliseconds the container would say that the last frame ends before it does.
            timescale = math.lcm(frame_rate.numerator, SAMPLE_RATE)
            options = {"movflags": "+faststart", "movie_timescale": str(min(timescale, 2**31 - 1))}
            self._container = av.open(f"file:{self._part.absolute()}", "w", format="mp4", options=options)
        # Both before the first packet: libav can't place a stream that comes later.
        self._picture = _picture_stream(self._container, width, height, frame_rate)
        self._sound = _sound_stream(self._container)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._discard()

    def picture(self, frame: VideoFrame) -> None:
        """Add the next frame: yuv420p of the film's size, BT.709, limited range."""
        frame.pts, frame.time_base, frame.pict_type = self._frames, 1 / self._rate, 0
        self._frames += 1
        with self._blaming():
            self._container.mux(self._picture.encode(frame))

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Add the next samples: float32, 2 x any number, left and right, at 48000 Hz; louder than 1 is clipped."""
        frame = AudioFrame.from_ndarray(np.clip(np.nan_to_num(samples), -1, 1), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, self._samples, Fraction(1, SAMPLE_RATE)
        self._samples += samples.shape[1]
        with self._blaming():
            self._container.mux(self._sound.encode(frame))

    def _finish(self) -> None:
        with self._blaming():
            self._container.mux(self._picture.encode(None))
            self._container.mux(self._sound.encode(None))
            self._container.close()
            _sync(self._part)
            self._part.replace(self.target)
            _sync(self.target.parent)

    def _discard(self) -> None:
        # libav writes an index on closing, even for a film that failed, and that may fail again.
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()
        self._part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _blaming(self) -> Iterator[None]:
        try:
            yield
        except (av.FFmpegError, OSError) as error:
            reason = (error.strerror or str(error)).lower()
            raise StoryreelError(f"{self.target}: can't be written: {reason}") from error


def _picture_stream(container: OutputContainer, width: int, height: int, frame_rate: Fraction) -> VideoStream:
    gop = max(1, round(GOP_S * frame_rate))
    stream = container.add_stream("libx264", rate=frame_rate, options=_X264 | {"g": str(gop)})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    codec = stream.codec_context
    codec.thread_type = "FRAME"  # libav's default makes x264 cut each frame into slices: a quarter slower, and larger
    codec.time_base = 1 / frame_rate
    codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
    codec.color_range = _LIMITED
    return stream


def _sound_stream(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo")
    stream.bit_rate = SOUND_BITS
    return stream


def _sync(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
