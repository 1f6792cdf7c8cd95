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

import av
import numpy as np
from av.audio.fifo import AudioFifo
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from pipeline.frames import SAMPLE_RATE, frames_in
from pipeline.media.opening import blaming, only, opened, picture_stream, sound_stream

_BLOCK = 1 << 14  # samples that are handed on together
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
        there = self._held[:, start - self._start : max(start, end) - self._start]
        if there.shape[1] == count:
            return there.copy()
        wanted = np.zeros((2, count), np.float32)
        wanted[:, start - first : start - first + there.shape[1]] = there
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
        self._coming = _continuous(_placed(self._opened()))
        self._start, self._held = 0, np.zeros((2, 0), np.float32)

    def _opened(self) -> InputContainer:
        """The file. Of a film the header says all that is needed; without pictures not always when the sound begins."""
        film = self._stack.enter_context(opened(self.path, pictures=False, probed=False))
        if picture_stream(film):
            return film
        self._stack.close()
        return self._stack.enter_context(opened(self.path, pictures=False))


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
    only(container, stream)
    at, run, course = 0, _Run(), _Course(_zero_s(container, stream))
    # The decoder drops the priming samples that an encoder put first: dropping by time stamps too would do it twice.
    frames = container.decode(stream)
    while True:
        try:
            frame = next(frames, None)
        except av.FFmpegError:
            if (rest := run.rest()) is not None:
                yield at, rest  # what lies before the damage can be heard
            raise
        if frame is None:
            break
        if not (course.expects(frame) and run.takes(frame)):
            at_s = course.at_s(frame)
            if at_s > course.until_s + _GAP_S or not run.takes(frame):
                if (rest := run.rest()) is not None:
                    yield at, rest
                at, run = frames_in(at_s, Fraction(SAMPLE_RATE)), _Run(frame)
            course.begin(frame, at_s)
        course.add(frame)
        if (block := run.resampled(frame)) is not None:
            yield at, block
            at += block.shape[1]
    if (rest := run.rest()) is not None:
        yield at, rest


def _zero_s(container: InputContainer, sound: AudioStream) -> Fraction:
    """The time stamp of sample 0, in seconds."""
    stream = picture_stream(container) or sound
    return (stream.start_time or 0) * Fraction(stream.time_base or 1)


class _Course:
    """How far the frames of a stream have come; nearly every one is due when the last one ends, and no time is made."""

    def __init__(self, zero_s: Fraction) -> None:
        self._zero_s = zero_s
        self._begun_s, self._samples, self._rate = Fraction(0), 0, 1
        self._due: int | None = None  # time stamp, where it counts samples

    def expects(self, frame: AudioFrame) -> bool:
        """Whether the frame begins just where the last one ended."""
        return self._due is not None and frame.pts == self._due

    def at_s(self, frame: AudioFrame) -> Fraction:
        """When the frame begins, in seconds from sample 0."""
        return self.until_s if frame.pts is None else frame.pts * Fraction(frame.time_base or 1) - self._zero_s

    @property
    def until_s(self) -> Fraction:
        """When the last frame ended, in seconds from sample 0."""
        return self._begun_s + Fraction(self._samples, self._rate)

    def begin(self, frame: AudioFrame, at_s: Fraction) -> None:
        """Count from a frame on."""
        self._begun_s, self._samples, self._rate = at_s, 0, frame.sample_rate
        self._due = frame.pts if Fraction(frame.time_base or 1) * frame.sample_rate == 1 else None

    def add(self, frame: AudioFrame) -> None:
        """Count a frame."""
        self._samples += frame.samples
        if self._due is not None:
            self._due += frame.samples


class _Run:
    """Sound of one format without a gap, resampled as a whole."""

    def __init__(self, first: AudioFrame | None = None) -> None:
        self._shape = _shape(first) if first else None
        # libav would bring one channel to two at 0.7 of its level; played alone it is heard in both at full level.
        self._layout = "mono" if first and first.layout.nb_channels == 1 else "stereo"
        self._resampler = AudioResampler("fltp", self._layout, SAMPLE_RATE)
        self._gathered = AudioFifo()

    def takes(self, frame: AudioFrame) -> bool:
        return self._shape == _shape(frame)

    def resampled(self, frame: AudioFrame) -> NDArray[np.float32] | None:
        """A block, once there is enough for one: to touch each frame takes longer than to decode it."""
        self._gather(frame)
        return self._block() if self._gathered.samples >= _BLOCK else None

    def rest(self) -> NDArray[np.float32] | None:
        """What is left; nothing may follow."""
        if self._shape:
            self._gather(None)
        return self._block() if self._gathered.samples else None

    def _gather(self, frame: AudioFrame | None) -> None:
        for out in self._resampler.resample(frame):
            out.pts = None  # it is in its place: where that is was looked at already
            self._gathered.write(out)

    def _block(self) -> NDArray[np.float32]:
        frame = self._gathered.read()
        assert frame is not None
        # Twice as quick as `to_ndarray`.
        samples = np.empty((2, frame.samples), np.float32)
        for row, plane in zip(samples, frame.planes * (2 // len(frame.planes)), strict=True):
            row[:] = np.frombuffer(memoryview(plane), np.float32, frame.samples)
        return samples


def _shape(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate
