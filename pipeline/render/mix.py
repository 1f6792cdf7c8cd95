"""The sounds of a cut come in; what is heard goes out, some frames a block, exactly as long as the picture.

Nothing is decided here: the edit says what sounds when. Only what it can't know is looked at, where a source ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.edit import Cut, Fade, Sound
from pipeline.frames import SAMPLE_RATE, sample_at
from pipeline.media.sound import SoundReader
from pipeline.render.naming import naming

Block = NDArray[np.float32]  # 2 x samples, left and right, at 48000 Hz
Locate = Callable[[Sound], Path]
TOGETHER = 32  # frames: each by itself takes a sixth longer
_GUARD = SAMPLE_RATE // 200  # samples over which a source that ends too early goes down


def mixed(cut: Cut, locate: Locate, together: int = TOGETHER) -> Generator[Block]:
    """The sound of so many frames of the cut in turn: float32, 2 x samples, left and right, at 48000 Hz.

    `locate` gives the file of a sound. Raises MediaError for one that can't be read, with its shot.
    """
    waiting = sorted(cut.sounds, key=lambda sound: sound.start, reverse=True)
    playing: list[Voice] = []
    try:
        for frame in range(0, cut.frame_count, together):
            at, stop = (
                sample_at(min(n, cut.frame_count), SAMPLE_RATE, cut.frame_rate) for n in (frame, frame + together)
            )
            while waiting and waiting[-1].start < stop:
                sound = waiting.pop()
                playing.append(Voice(sound, locate(sound)))
            if len(playing) == 1 and playing[0].covers(at, stop):
                block = playing[0].heard(at, stop)
            else:
                block = np.zeros((2, stop - at), np.float32)
                for voice in playing:
                    voice.mix_into(block, at)
            for voice in [voice for voice in playing if voice.sound.end <= stop]:
                playing.remove(voice)
                voice.close()
            yield block
    finally:
        for voice in playing:
            voice.close()


class Voice:
    """One sound, read as it is heard."""

    def __init__(self, sound: Sound, path: Path) -> None:
        self.sound, self._path = sound, path
        self._fades = sound.fades
        self._ends: int | None = None  # the sample of the cut at which the source has ended, once that is known
        self._reader: SoundReader | None = None

    def covers(self, first: int, stop: int) -> bool:
        """Whether it sounds from sample `first` to `stop` of the cut, without a break."""
        return self.sound.start <= first and stop <= self.sound.end

    def mix_into(self, block: Block, at: int) -> None:
        """Add what sounds from sample `at` of the cut on to `block`."""
        first, stop = max(at, self.sound.start), min(at + block.shape[1], self.sound.end)
        if first < stop:
            block[:, first - at : stop - at] += self.heard(first, stop)

    def heard(self, first: int, stop: int) -> Block:
        """What sounds from sample `first` to `stop` of the cut, between its start and its end."""
        with naming(self.sound.shot):
            heard = self._read(first, stop)
        for fade in self._fades:
            if (first < fade.stop) if fade.up else (stop > fade.start):
                heard *= faded(fade, first, stop)
        if (gain := gains(self.sound, first, stop)) is not None:
            heard *= gain
        return heard

    def close(self) -> None:
        """Let go of the source."""
        if self._reader:
            self._reader.close()

    def _read(self, first: int, stop: int) -> Block:
        if self._reader is None:
            self._reader = SoundReader(self._path)
        offset = self.sound.first - self.sound.start
        heard = self._reader.read(first + offset, stop - first)
        if self._ends is None:
            ahead = min(stop + 2 * _GUARD, self.sound.end)
            ends = self._reader.heard_until(ahead + offset) - offset
            if ends < ahead:
                self._ends = ends
                self._fades = tuple(_ended(self._fades, ends))
        return heard


def _ended(fades: tuple[Fade, ...], ends: int) -> Iterator[Fade]:
    """The fades of a sound whose source ends at a sample: a short one is over by then, else there is one more."""
    over = False
    for fade in fades:
        short = not fade.up and fade.stop - fade.start <= 2 * _GUARD and fade.start < ends < fade.stop
        over = over or short
        yield replace(fade, stop=ends) if short else fade
    if not over:
        yield Fade(ends - _GUARD, ends, up=False)


def faded(fade: Fade, first: int, stop: int) -> NDArray[np.float32]:
    """The gains of a fade from sample `first` to `stop` of the cut: a quarter of a sine, whose square is the power."""
    # Counted from the start of the fade: after six minutes of film a float32 no longer tells one sample from the next.
    through = (np.arange(first - fade.start, stop - fade.start) + np.float32(0.5)) / max(1, fade.stop - fade.start)
    through = np.clip(through, 0, 1)
    if fade.stop - fade.start <= 2 * _GUARD:
        # A short one has to begin and end smoothly, or its corners are heard as a faint tick: by 24 dB less so.
        through = through**2 * (3 - 2 * through)
    angle = through * (math.pi / 2)
    return np.sin(angle, dtype=np.float32) if fade.up else np.cos(angle, dtype=np.float32)


def gains(sound: Sound, first: int, stop: int) -> NDArray[np.float32] | None:
    """The gains of a sound's levels from sample `first` to `stop` of the cut; None where they change nothing."""
    corners = sound.levels
    if all(corner.gain_db == 0 for corner in corners):
        return None
    places, levels_db = [corner.at for corner in corners], [float(corner.gain_db) for corner in corners]
    edges_db = np.interp([first, stop], places, levels_db)
    inside = any(first < place < stop for place in places)
    if edges_db[0] == edges_db[1] and not inside:
        return np.full(1, 10 ** (edges_db[0] / 20), np.float32)
    decibels = np.interp(np.arange(first, stop), places, levels_db)
    return (10 ** (decibels / 20)).astype(np.float32)
