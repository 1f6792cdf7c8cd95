"""A cut comes in; its sound goes out, a block for every frame, exactly as long as the picture."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Cut, Segment
from pipeline.frames import sample_at
from pipeline.media.sound import SAMPLE_RATE, SoundReader
from pipeline.render.reels import naming
from pipeline.render.spans import runs

HALF_FADE = SAMPLE_RATE // 200  # samples: a hard cut is heard as a crossfade of twice this, 10 ms, around it


@dataclass(frozen=True, slots=True)
class Fade:
    """Where a sound comes up or goes down: equal-power, so that two that meet are as loud as one."""

    start: int  # sample of the cut
    stop: int  # sample of the cut

    def rise(self, first: int, stop: int) -> NDArray[np.float32]:
        """The gains of the samples `first` to `stop` of a sound that comes up."""
        through = (np.arange(first, stop, dtype=np.float32) + 0.5 - self.start) / max(1, self.stop - self.start)
        return np.sin(np.clip(through, 0, 1) * (math.pi / 2), dtype=np.float32)

    def fall(self, first: int, stop: int) -> NDArray[np.float32]:
        """The gains of the samples `first` to `stop` of a sound that goes down."""
        through = (np.arange(first, stop, dtype=np.float32) + 0.5 - self.start) / max(1, self.stop - self.start)
        return np.cos(np.clip(through, 0, 1) * (math.pi / 2), dtype=np.float32)


class Voice:
    """The sound of one run of segments, faded where it meets others. Times are samples of the cut."""

    def __init__(self, segment: Segment, path: Path, offset: int, come: Fade, go: Fade, borrows: bool) -> None:
        """`offset` leads from a sample of the cut to the clip's; one that `borrows` plays on after its out point."""
        self._segment, self._path, self._offset = segment, path, offset
        self._come, self._go, self._borrows = come, go, borrows
        self._reader: SoundReader | None = None
        self.begin, self.end = come.start, go.stop

    def mix_into(self, block: NDArray[np.float32], at: int) -> None:
        """Add what sounds from sample `at` on to `block`."""
        first, stop = max(at, self.begin), min(at + block.shape[1], self.end)
        if first >= stop:
            return
        with naming(self._segment):
            sound = self._opened().read(first + self._offset, stop - first)
            if first < self._come.stop:
                sound *= self._come.rise(first, stop)
            if stop > self._go.start:
                sound *= self._going().fall(first, stop)
        block[:, first - at : stop - at] += sound

    def close(self) -> None:
        """Let go of the clip."""
        if self._reader:
            self._reader.close()

    def _opened(self) -> SoundReader:
        if self._reader is None:
            self._reader = SoundReader(self._path)
        return self._reader

    def _going(self) -> Fade:
        """The fade out; over before the clip's sound is, where there is too little of it left to borrow."""
        if not self._borrows:
            return self._go
        return Fade(self._go.start, self._opened().heard_until(self._go.stop + self._offset) - self._offset)


def sound(cut: Cut, outputs: Path) -> Generator[NDArray[np.float32]]:
    """The sound of each frame of the cut in turn: float32, 2 x samples, left and right, at 48000 Hz."""
    waiting = [_voice(cut, outputs, run) for run in runs(cut.segments) if cut.segments[run.start].source]
    waiting.sort(key=lambda voice: voice.begin, reverse=True)
    playing: list[Voice] = []
    try:
        for frame in range(cut.frame_count):
            at, stop = (sample_at(n, SAMPLE_RATE, cut.frame_rate) for n in (frame, frame + 1))
            while waiting and waiting[-1].begin < stop:
                playing.append(waiting.pop())
            block = np.zeros((2, stop - at), np.float32)
            for voice in playing:
                voice.mix_into(block, at)
            for voice in [voice for voice in playing if voice.end <= stop]:
                playing.remove(voice)
                voice.close()
            yield block
    finally:
        for voice in playing:
            voice.close()


def _voice(cut: Cut, outputs: Path, run: range) -> Voice:
    def sample(frame: int) -> int:
        return sample_at(frame, SAMPLE_RATE, cut.frame_rate)

    first, last = cut.segments[run[0]], cut.segments[run[-1]]
    after, end_frame = cut.segments[run.stop : run.stop + 1], last.start + last.length
    start, end, before = sample(first.start), sample(end_frame), sample(first.first)
    half = min(HALF_FADE, (end - start) // 2)
    if first.overlap:
        come = Fade(start, sample(first.start + first.overlap))
    else:
        come = Fade(start - min(half, before, start), start + half)
    if after and after[0].overlap:
        return Voice(first, outputs / first.source, before - start, come, Fade(sample(after[0].start), end), False)
    go = Fade(end - half, end + half if after else end)
    return Voice(first, outputs / first.source, before - start, come, go, True)
