"""Pictures and sound come in, in step; one film file goes out, whole or not at all."""

from __future__ import annotations

import contextlib
import math
import sys
from contextlib import ExitStack
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

from pipeline.frames import SAMPLE_RATE
from pipeline.media.captions import caption_stream, put_captions, switch_off
from pipeline.media.coded import OWN_SETS
from pipeline.media.tracks import Track
from pipeline.media.whole import whole, writing

SOUND_BITS = 192_000  # a second
# libav's usual coder takes half as long again, and to look for what both sides share takes twice as long. It is worth
# 1 to 7 dB of a noise that, at this rate, lies 30 to 57 dB below speech and music.
SOUND_OPTIONS = {"aac_coder": "fast", "aac_ms": "0"}
GOP_S = 2  # seconds between key frames: what a player must decode at most to show a frame it jumps to
_X264 = {"preset": "veryfast", "crf": "17"}
# Headers that hang on settings alone, never on the pictures: all that is encoded for one film shares them.
_X264_PARAMETERS = f"stitchable=1:sps-id={OWN_SETS}"
_BT709, _LIMITED = 1, 1  # ISO/IEC 23091-2 primaries, transfer and matrix; libav's AVColorRange


class FilmWriter:
    """A film in the making: H.264 and AAC in MP4, under another name until it is whole.

    Used as a context: a body that ends makes the film the target, one that raises leaves the target as it was.
    """

    def __init__(
        self,
        target: Path,
        width: int,
        height: int,
        frame_rate: Fraction,
        *,
        sound: bool = True,
        sound_bits: int = 0,
        captions: Track | None = None,
    ) -> None:
        """`width` and `height` in pixels, even; `frame_rate` in frames a second, kept exactly.

        `sound_bits` a second are what the sound may take; 0: the usual.

        Raises StoryreelError where the target's folder can't be written.
        """
        self.target, self._rate = target, frame_rate
        self._frames = self._samples = 0
        with ExitStack() as stack:
            part = self._part = stack.enter_context(whole(target))
            with writing(target):
                self._container = begun(part, frame_rate)
            stack.callback(self._discard)
            # All before the first packet: libav can't place a stream that comes later.
            self._picture = _picture_stream(self._container, width, height, frame_rate)
            self._sound = sound_stream_in(self._container, sound_bits or SOUND_BITS) if sound else None
            self._has_captions = captions is not None
            if captions:
                stream = caption_stream(self._container, captions, (width, height), frame_rate)
                put_captions(self._container, stream, captions, frame_rate)
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        except BaseException:
            self._stack.__exit__(*sys.exc_info())
            raise
        self._stack.__exit__(kind, error, trace)

    def picture(self, frame: VideoFrame) -> None:
        """Add the next frame: yuv420p of the film's size, BT.709, limited range."""
        frame.pts, frame.time_base, frame.pict_type = self._frames, 1 / self._rate, 0
        self._frames += 1
        with writing(self.target):
            self._container.mux(self._picture.encode(frame))

    def sound(self, samples: NDArray[np.float32]) -> None:
        """Add the next samples: float32, 2 x any number, left and right, at 48000 Hz; louder than 1 is clipped."""
        assert self._sound is not None
        frame = sound_frame(samples, self._samples)
        self._samples += samples.shape[1]
        with writing(self.target):
            self._container.mux(self._sound.encode(frame))

    def _finish(self) -> None:
        with writing(self.target):
            self._container.mux(self._picture.encode(None))
            self._container.mux(self._sound.encode(None) if self._sound else [])
            self._container.close()
            if self._has_captions:
                switch_off(self._part)

    def _discard(self) -> None:
        # libav writes an index on closing, even for a film that failed, and that may fail again.
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()


def begun(part: Path, frame_rate: Fraction) -> OutputContainer:
    """An MP4 to be, whose index comes first in the end. Raises what libav raises."""
    # In the usual milliseconds the container would say that the last frame ends before it does.
    timescale = math.lcm(frame_rate.numerator, SAMPLE_RATE)
    options = {"movflags": "+faststart", "movie_timescale": str(min(timescale, 2**31 - 1))}
    # A bare path could be read as an address ("concat:a|b"); the prefix says that it is none.
    return av.open(f"file:{part.absolute()}", "w", format="mp4", options=options)


def _picture_stream(container: OutputContainer, width: int, height: int, frame_rate: Fraction) -> VideoStream:
    gop = max(1, round(GOP_S * frame_rate))
    options = _X264 | {"g": str(gop), "x264-params": _X264_PARAMETERS}
    stream = container.add_stream("libx264", rate=frame_rate, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    codec = stream.codec_context
    codec.thread_type = "FRAME"  # libav's default makes x264 cut each frame into slices: a quarter slower, and larger
    codec.time_base = 1 / frame_rate
    tagged(stream)
    return stream


def tagged(stream: VideoStream) -> None:
    """Say of a stream that its colours are those of BT.709, limited range."""
    codec = stream.codec_context
    codec.color_primaries = codec.color_trc = codec.colorspace = _BT709
    codec.color_range = _LIMITED


def sound_stream_in(container: OutputContainer, bits: int) -> AudioStream:
    """A stream of AAC of that many bits a second."""
    stream = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", options=SOUND_OPTIONS)
    stream.bit_rate = bits
    return stream


def sound_frame(samples: NDArray[np.float32], first: int) -> AudioFrame:
    """Samples for an encoder: float32, 2 x any number, at 48000 Hz; `first` is the first one's number.

    Louder than 1 is clipped, and what is no number is silent: an encoder would refuse the whole stream.
    """
    fit = samples.size == 0 or (samples.min() >= -1 and samples.max() <= 1)  # nor is it so of what is no number
    heard = samples if fit else np.clip(np.nan_to_num(samples), -1, 1)
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(heard), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, first, Fraction(1, SAMPLE_RATE)
    return frame
