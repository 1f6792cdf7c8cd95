"""The path of a clip comes in; the hard cuts inside it go out, each with the frame that begins with it.

Each frame is seen as a small picture of brightness and colour. A cut is a frame that differs from the one before by
far more than its neighbours do from theirs, and after which nothing is as it was: neither in the same place, to which
a flash comes back, nor moved, as by a pan or a shake. A fade, a dissolve and a whip pan are no cuts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.media.opening import opened, picture_stream, spare_threads
from pipeline.take import FoundCut

APART_S = Fraction(2, 5)  # seconds between two cuts, and to both ends, at least: a shorter shot is a flash
_MOST = 60  # cuts of one clip that are told, the strongest
_MOST_FRAMES = 7200  # five minutes, longer than a generation can be

_CELLS, _LONGEST = 36, 84  # of a small picture: along its shorter side, and at most along its longer one
_POINTS = (4, 2, 2)  # of a plane, in each cell, across and down: of brightness and of two colours
_AROUND_S = Fraction(1, 3)  # seconds before and after a frame that it is held against

_LEAST = 1.5  # levels of 255: between two nights without a light lie 2
_GRAIN = 0.4  # levels, added to what is usual: of a still picture a multiple says nothing
_SPIKE = 3.3  # times what is usual around it: of measured cuts 6 and more, in a whip pan 2.8
_BESIDE = 1.5  # times what the two frames before and after differ by: a whip pan can be over in three
_RANK = 3  # what is usual: the third largest difference around, so that a flash beside a cut does not hide it
_BACK = 0.45  # of the difference is left, at least, between anything before and anything after
_OTHER = 0.25  # of the structure has changed, at least, however the picture is shifted
_REACH = 4  # one side in so many is the largest shift that is looked for
_BLUR = 4  # cells to each side: what is broader is light, and no structure

Small = NDArray[np.float32]  # planes x cells down x cells across, levels


def find(path: Path, frame_rate: Fraction) -> tuple[FoundCut, ...]:
    """The hard cuts inside the film at `path`, in order. Raises MediaError where it can't be decoded.

    `frame_rate` is that of the film, in frames a second: where its frames are evenly spaced, seconds are exact by it.
    """
    watch, clock = _Watch(max(4, round(frame_rate * _AROUND_S))), _Clock(frame_rate)
    with opened(path) as container:
        stream = picture_stream(container)
        if stream is not None:
            spare_threads(stream)
            for frame in container.decode(stream):
                clock.saw(frame)
                watch.saw(small(frame))
                if clock.frames == _MOST_FRAMES:
                    break
    end_s = clock.at(clock.frames - 1) + 1 / frame_rate if clock.frames else Fraction(0)
    found = (FoundCut(frame, clock.at(frame), round(strength, 3)) for frame, strength in watch.found)
    return strongest((cut for cut in found if APART_S <= cut.at_s <= end_s - APART_S), _MOST)


def strongest(found: Iterable[FoundCut], most: int) -> tuple[FoundCut, ...]:
    """At most so many cuts in order, the strongest of those that are too near each other and of all."""
    kept: list[FoundCut] = []
    for cut in sorted(found, key=lambda cut: (-cut.strength, cut.frame)):
        if len(kept) < most and all(abs(cut.at_s - other.at_s) >= APART_S for other in kept):
            kept.append(cut)
    return tuple(sorted(kept, key=lambda cut: cut.frame))


def small(frame: VideoFrame) -> Small:
    """What is held of a frame."""
    if frame.format.name not in ("yuv420p", "yuvj420p"):
        frame = frame.reformat(format="yuv420p")
    scale = _CELLS / min(frame.height, frame.width)
    down, across = (min(_LONGEST, max(1, round(side * scale))) for side in (frame.height, frame.width))
    return np.stack([_cells(frame, number, down, across) for number in range(3)])


def _cells(frame: VideoFrame, number: int, down: int, across: int) -> NDArray[np.float32]:
    """The averages of a few points of each cell of a plane."""
    plane, points = frame.planes[number], _POINTS[number]
    lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    rows, columns = (
        ((np.arange(count * points) + 0.5) * side / (count * points)).astype(np.intp)
        for count, side in ((down, plane.height), (across, plane.width))
    )
    taken = lines[rows][:, columns].reshape(down, points, across, points)
    cells: NDArray[np.float32] = taken.mean(axis=(1, 3), dtype=np.float32)
    return cells


@dataclass(slots=True)
class _Clock:
    """When each frame is shown."""

    rate: Fraction
    frames: int = 0
    _ticks: list[int | None] = field(default_factory=list)
    _tick_s: Fraction = Fraction(0)

    def saw(self, frame: VideoFrame) -> None:
        self._ticks.append(frame.pts)
        self._tick_s = frame.time_base or self._tick_s
        self.frames += 1

    def at(self, frame: int) -> Fraction:
        """Seconds from the start of the film: by the rate, but where a frame is plainly not where that has it."""
        first, now = self._ticks[0], self._ticks[frame]
        even = frame / self.rate
        if first is None or now is None:
            return even
        told = (now - first) * self._tick_s
        return told if abs(told - even) * self.rate * 4 > 1 else even


class _Watch:
    """Frames come in one by one; so many before and after the one that is judged are held, and no more."""

    def __init__(self, around: int) -> None:
        self.found: list[tuple[int, float]] = []  # frame and strength
        self._around = around  # frames
        self._held: deque[Small] = deque(maxlen=2 * around)
        self._differs: deque[float] = deque(maxlen=2 * around)  # of each held frame, from the one before it
        self._seen = 0

    def saw(self, now: Small) -> None:
        before = self._held[-1] if self._held else now
        self._held.append(now)
        self._differs.append(_difference(before, now))
        self._seen += 1
        if len(self._held) == 2 * self._around and (strength := self._strength()) > 0:
            self.found.append((self._seen - self._around, strength))

    def _strength(self) -> float:
        """How plainly a shot begins with the frame in the middle: 0 where none does, 1 at most."""
        around = self._around
        own = self._differs[around]
        if own < _LEAST:
            return 0.0
        others = sorted((each for at, each in enumerate(self._differs) if at != around), reverse=True)
        spike = own / (others[_RANK - 1] + _GRAIN)
        beside = max(self._differs[around + step] for step in (-2, -1, 1, 2))
        if spike < _SPIKE or own < _BESIDE * beside:
            return 0.0
        held = list(self._held)
        steps = sorted({1, 2, 4, around})
        pairs = [*product((held[around - step] for step in steps), (held[around + step - 1] for step in steps))]
        back = min(_difference(one, other) for one, other in pairs) / own
        if back < _BACK:
            return 0.0
        other = 1 - _likeness(held, around, steps)
        return other * (1 - 1 / spike) if other >= _OTHER else 0.0


def _difference(one: Small, other: Small) -> float:
    """Levels by which two pictures differ, colours counted as much as brightness."""
    if one.shape != other.shape:
        return 255.0
    return float(np.abs(one - other).mean(axis=(1, 2)).sum())


def _likeness(held: list[Small], around: int, steps: list[int]) -> float:
    """How much structure any frame before shares with any after, at the best shift: about 0 for nothing, 1 for all."""
    before = [_waves(held[around - step][0]) for step in steps]
    after = [_waves(held[around + step - 1][0]) for step in steps]
    down, across = held[0].shape[1:]
    most = 0.0
    for one, other in product(before, after):
        if one.shape == other.shape:
            alike = np.fft.irfft2(one * np.conj(other), s=(2 * down, 2 * across))
            high, wide = down // _REACH, across // _REACH
            near = np.roll(alike, (high, wide), (0, 1))[: 2 * high + 1, : 2 * wide + 1]
            most = max(most, float(near.max()))
    return most


def _waves(bright: NDArray[np.float32]) -> NDArray[np.complex128]:
    """The spectrum of a picture's structure, of norm 1, with as much room around it."""
    down, across = bright.shape
    kernel = 2 * _BLUR + 1
    padded = np.pad(bright.astype(np.float64), _BLUR + 1, mode="edge").cumsum(0).cumsum(1)
    sums = padded[kernel:, kernel:] - padded[:-kernel, kernel:] - padded[kernel:, :-kernel] + padded[:-kernel, :-kernel]
    sharp = bright - sums[:down, :across] / kernel**2
    norm = float(np.sqrt((sharp * sharp).sum()))
    waves: NDArray[np.complex128] = np.fft.rfft2(sharp / norm if norm else sharp, s=(2 * down, 2 * across))
    return waves
