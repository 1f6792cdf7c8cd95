"""Sound comes in, block by block; its integrated loudness and true peak go out, by ITU-R BS.1770-4 and EBU R128.

However long the film is, what is held stays the same: loudness is counted in steps of a hundredth.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from pipeline.frames import SAMPLE_RATE

Block = NDArray[np.float32]  # 2 x samples, left and right, at 48000 Hz
_HOP = SAMPLE_RATE // 10  # samples: blocks of 400 ms begin every 100 ms
_OFFSET_LU = -0.691
_SILENT_LUFS, _UNDER_LU = -70.0, -10.0  # what is quieter than the one, or by the other than the rest, does not count
_STEP_LU = 0.01
_STEPS = 9000  # from -70 LUFS on
# The K weighting at 48000 Hz, as BS.1770-4 has it: a shelf for the head, and a high pass.
_SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285), (-1.69065929318241, 0.73248077421585)
_HIGH_PASS = (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)
_TAPS = 8192  # samples after which the answer of both to an impulse is below 1e-17
_SIZE = 32_768  # samples that are transformed at once
_PHASES, _REACH = 4, 16  # of the signal between its samples: as often, and from so many samples on either side


class Meter:
    """What of a film's sound was heard so far."""

    def __init__(self) -> None:
        self.peak = 0.0  # the largest true peak, full scale being 1
        self._weights = np.fft.rfft(_impulse(), _SIZE)
        self._waiting = np.zeros((2, _TAPS - 1))  # what was weighted last, and what comes next
        self._hops: list[float] = []  # energies: at most the last three of a hop, the next one to come
        self._energy, self._count = 0.0, 0  # of the hop under way
        self._tail = np.zeros((2, 2 * _REACH), np.float32)
        self._energies, self._blocks = np.zeros(_STEPS), np.zeros(_STEPS, np.int64)

    def add(self, block: Block) -> None:
        """Hear the next samples, as many as there are."""
        self._hear_peaks(block)
        self._waiting = np.concatenate([self._waiting, block], axis=1)
        while self._waiting.shape[1] >= _SIZE:
            self._weigh(self._waiting[:, :_SIZE])
            self._waiting = self._waiting[:, _SIZE - _TAPS + 1 :]

    def loudness(self) -> float:
        """LUFS of all that was heard, which has then ended; minus infinity where nothing can be heard."""
        self._hear_peaks(np.zeros((2, _REACH), np.float32))
        if (rest := self._waiting.shape[1] - _TAPS + 1) > 0:
            padded = np.pad(self._waiting, ((0, 0), (0, _SIZE - self._waiting.shape[1])))
            self._weigh(padded, rest)
            self._waiting = self._waiting[:, rest:]
        if not self._blocks.sum():
            return -math.inf
        gate = lufs(self._energies.sum() / self._blocks.sum()) + _UNDER_LU
        first = max(0, math.floor((gate - _SILENT_LUFS) / _STEP_LU) + 1)
        return lufs(self._energies[first:].sum() / self._blocks[first:].sum())

    def _hear_peaks(self, block: Block) -> None:
        joined = np.concatenate([self._tail, block], axis=1)
        self._tail = joined[:, -2 * _REACH :]
        self.peak = max(self.peak, peak_above(joined, self.peak))

    def _weigh(self, samples: NDArray[np.float64], count: int = _SIZE - _TAPS + 1) -> None:
        """Weight samples, all but the first of which are new, and count their energy."""
        weighted = np.fft.irfft(np.fft.rfft(samples, axis=1) * self._weights, axis=1)[:, _TAPS - 1 :][:, :count]
        powers = (weighted**2).sum(axis=0)
        while len(powers):
            piece, powers = np.split(powers, [_HOP - self._count])
            self._energy += float(piece.sum())
            self._count += len(piece)
            if self._count == _HOP:
                self._hops.append(self._energy)
                self._energy, self._count = 0.0, 0
                self._keep()

    def _keep(self) -> None:
        """Count the block of 400 ms that ends with this hop."""
        if len(self._hops) < 4:
            return
        energy = sum(self._hops) / (4 * _HOP)
        self._hops.pop(0)
        step = math.floor((lufs(energy) - _SILENT_LUFS) / _STEP_LU) if energy > 0 else -1
        if step >= 0:
            self._energies[min(step, _STEPS - 1)] += energy
            self._blocks[min(step, _STEPS - 1)] += 1


def lufs(energy: float) -> float:
    """The loudness of a mean square of the weighted signal, both channels added."""
    return _OFFSET_LU + 10 * math.log10(energy)


def peak_above(samples: Block, floor: float) -> float:
    """The largest true peak of samples that have `_REACH` more on either side; 0 where it is surely not above `floor`.

    The signal between samples can be larger than both: it is looked at four times as often (BS.1770-4, annex 2).
    """
    highest = float(np.abs(samples).max(initial=0))
    if highest * _MOST <= floor:
        return 0.0
    return float(true_peaks(samples).max(initial=0))


def true_peaks(samples: Block) -> NDArray[np.float32]:
    """Of each sample but the first and last `_REACH` the largest value of both channels from it to the next one."""
    inner = np.abs(samples[:, _REACH:-_REACH])
    for phase in _BETWEEN:
        for channel in range(2):
            between = np.convolve(samples[channel], phase, "valid")[1 : 1 + inner.shape[1]]
            np.maximum(inner[channel], np.abs(between), out=inner[channel])
    peaks: NDArray[np.float32] = inner.max(axis=0)
    return peaks


def _between() -> list[NDArray[np.float32]]:
    """The filters that tell the signal a quarter, a half and three quarters of the way to the next sample."""
    places = np.arange(-_REACH + 1, _REACH + 1)[::-1]
    filters = []
    for phase in range(1, _PHASES):
        distance = phase / _PHASES - places
        window = np.i0(9 * np.sqrt(np.clip(1 - (distance / _REACH) ** 2, 0, 1))) / np.i0(9.0)
        taps = np.sinc(distance) * window
        filters.append((taps / taps.sum()).astype(np.float32))
    return filters


def _impulse() -> NDArray[np.float64]:
    """What the K weighting makes of a single one."""
    signal = np.zeros(_TAPS)
    signal[0] = 1
    for (b0, b1, b2), (a1, a2) in (_SHELF, _HIGH_PASS):
        made, x1, x2, y1, y2 = np.zeros(_TAPS), 0.0, 0.0, 0.0, 0.0
        for index, x0 in enumerate(signal.tolist()):
            y0 = b0 * x0 + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x0, x1, y0, y1
            made[index] = y0
        signal = made
    return signal


REACH = _REACH
_BETWEEN = _between()
_MOST = max(float(np.abs(phase).sum()) for phase in _BETWEEN)  # by which a peak can be above the samples around it
