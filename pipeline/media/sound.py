"""The path of a film or sound comes in; its samples go out, at one rate, in stereo, exactly placed.

Sample 0 is what sounds when the first frame appears (in a file without pictures, its first sample).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from pipeline.frames import SAMPLE_RATE, frames_in
from pipeline.media.opening import blaming, opened, picture_stream, sound_stream

_GAP_S = Fraction(1, 20)  # of missing sound in a stream; less is a container's rounding


class SoundReader:
    """The sound of one film, read forward; a file without sound is one whose sound has ended."""

    def __init__(self, path: Path) -> None:
        """Raises MediaError where `path` is nothing that can be read."""
        self.path = path
        self._stack = ExitStack()
        self._start = 0  # the sample at which the held ones begin
        self._held = np.zeros((2, 0), np.float32)
        self._restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; more than once does no harm."""
        self._stack.close()

    def read(self, first: int, count: int) -> NDArray[np.float32]:
        """`count` samples from sample `first` on: float32, 2 x count, left and right; silence where there are none.

        Forward costs the decoding alone; backward begins the file again. Raises MediaError where it can't be decoded.
        """
        start = max(first, 0)
        if start < self._start:
            self._restart()
        self._skip_to(start)
        end = self.heard_until(first + count)
        wanted = np.zeros((2, count), np.float32)
        if end > start:
            wanted[:, start - first : end - first] = self._held[:, start - self._start : end - self._start]
        return wanted

    def heard_until(self, sample: int) -> int:
        """`sample`, or where the sound ends if that is earlier; decodes as far as needed to tell."""
        parts, end = [self._held], self._start + self._held.shape[1]
        while end < sample and (part := self._next()) is not None:
            parts.append(part)
            end += part.shape[1]
        self._held = np.concatenate(parts, axis=1) if len(parts) > 1 else self._held
        return min(sample, end)

    def _skip_to(self, sample: int) -> None:
        while (end := self._start + self._held.shape[1]) < sample and (part := self._next()) is not None:
            self._start, self._held = end, part
        unused = min(max(0, sample - self._start), self._held.shape[1])
        self._start, self._held = self._start + unused, self._held[:, unused:]

    def _next(self) -> NDArray[np.float32] | None:
        with blaming(self.path):
            return next(self._coming, None)

    def _restart(self) -> None:
        self._stack.close()
        self._coming = _continuous(_placed(self._stack.enter_context(opened(self.path, pictures=False))))
        self._start, self._held = 0, np.zeros((2, 0), np.float32)


def _continuous(placed: Iterator[tuple[int, NDArray[np.float32]]]) -> Iterator[NDArray[np.float32]]:
    """The blocks of `placed` from sample 0 on, gaps between them filled with silence."""
    at = 0
    for first, block in placed:
        while first > at:
            silence = min(first - at, SAMPLE_RATE)
            yield np.zeros((2, silence), np.float32)
            at += silence
        heard = block[:, at - first :]
        at += heard.shape[1]
        yield heard


def _placed(container: InputContainer) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The sound of `container` in blocks, each with the sample at which it belongs."""
    stream = sound_stream(container)
    if stream is None:
        return
    zero_s, at, run, until_s = _zero_s(container, stream), 0, _Run(), Fraction(0)
    # The decoder drops the priming samples that an encoder put first: dropping by time stamps too would do it twice.
    for frame in container.decode(stream):
        at_s = until_s if frame.pts is None else frame.pts * Fraction(frame.time_base or 1) - zero_s
        if at_s > until_s + _GAP_S or not run.takes(frame):
            for block in run.rest():
                yield at, block
                at += block.shape[1]
            at, run = frames_in(at_s, Fraction(SAMPLE_RATE)), _Run(frame)
        for block in run.resampled(frame):
            yield at, block
            at += block.shape[1]
        until_s = at_s + Fraction(frame.samples, frame.sample_rate)
    for block in run.rest():
        yield at, block
        at += block.shape[1]


def _zero_s(container: InputContainer, sound: AudioStream) -> Fraction:
    """The time stamp of sample 0, in seconds."""
    stream = picture_stream(container) or sound
    return (stream.start_time or 0) * Fraction(stream.time_base or 1)


class _Run:
    """Sound of one format without a gap, resampled as a whole."""

    def __init__(self, first: AudioFrame | None = None) -> None:
        self._shape = _shape(first) if first else None
        # libav would bring one channel to two at 0.7 of its level; played alone it is heard in both at full level.
        self._layout = "mono" if first and first.layout.nb_channels == 1 else "stereo"
        self._resampler = AudioResampler("fltp", self._layout, SAMPLE_RATE)

    def takes(self, frame: AudioFrame) -> bool:
        return self._shape == _shape(frame)

    def resampled(self, frame: AudioFrame | None) -> Iterator[NDArray[np.float32]]:
        for out in self._resampler.resample(frame):
            samples: NDArray[np.float32] = out.to_ndarray().astype(np.float32, copy=False)
            yield np.repeat(samples, 2, axis=0) if self._layout == "mono" else samples

    def rest(self) -> Iterator[NDArray[np.float32]]:
        if self._shape:
            yield from self.resampled(None)


def _shape(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
