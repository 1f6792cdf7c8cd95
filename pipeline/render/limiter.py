"""Sound comes in; the same goes out at a gain, its peaks turned down where they would pass a ceiling.

A peak is known before it comes: the level goes down for it in 20 ms and up again in as long, no further than it has to,
both channels alike. What passes no ceiling comes out as it would from a gain alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.frames import SAMPLE_RATE
from pipeline.render.loudness import REACH, Block, peak_above, true_peaks

_SIDE = SAMPLE_RATE // 50  # samples on either side of a peak in which the level goes down and up
_CONTEXT = 2 * _SIDE + REACH  # samples on either side that the gain of one hangs on
_AT_ONCE = SAMPLE_RATE // 2  # samples that are looked at together, as each look takes their context, too


def limited(blocks: Iterable[Block], gain: float, ceiling: float) -> Iterator[Block]:
    """Blocks of the same lengths; `gain` is a factor, `ceiling` the largest true peak, full scale being 1."""
    held = np.zeros((2, _CONTEXT), np.float32)  # what has been given out last, and what comes next
    lengths: list[int] = []
    ending = np.zeros((2, _CONTEXT), np.float32)
    waiting: list[Block] = []
    for block, last in _and_last(blocks):
        waiting += [block, ending] if last else [block]
        lengths.append(block.shape[1])
        if not last and sum(each.shape[1] for each in waiting) < _AT_ONCE:
            continue
        held, waiting = np.concatenate([held, *waiting], axis=1), []
        ready = lengths if last else _within(lengths, held.shape[1] - 2 * _CONTEXT)
        if length := sum(ready):
            made = _held_down(held[:, : length + 2 * _CONTEXT], gain, ceiling)
            yield from np.split(made, np.cumsum(ready)[:-1], axis=1)
            held, lengths = held[:, length:], lengths[len(ready) :]


def _within(lengths: list[int], most: int) -> list[int]:
    """The first of the lengths that are no more than `most` together."""
    return lengths[: int(np.searchsorted(np.cumsum(lengths), most, "right"))]


def _and_last(blocks: Iterable[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether it is the last one."""
    before: Block | None = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    if before is not None:
        yield before, True


def _held_down(samples: Block, gain: float, ceiling: float) -> Block:
    """The samples but for the context on either side, at the gain, below the ceiling."""
    inner = samples[:, _CONTEXT:-_CONTEXT] * np.float32(gain)
    if peak_above(samples, ceiling / gain) * gain <= ceiling:
        return inner
    wanted = np.minimum(1, ceiling / np.maximum(true_peaks(samples) * gain, ceiling))
    # A peak lies between two samples: both have to give way.
    wanted[1:] = np.minimum(wanted[1:], wanted[:-1])
    down = _smoothed(_lowest(wanted, _SIDE), _SIDE)
    return inner * down.astype(np.float32)


def _lowest(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Of each value but the first and last `side` the lowest of all within `side` of it."""
    width = 2 * side + 1
    count = len(values) - 2 * side
    rows = -(-len(values) // width)
    table = np.pad(values, (0, rows * width - len(values)), constant_values=1).reshape(rows, width)
    # The lowest from the start of a row to here, and from here to its end: any window is the end of one row and the
    # start of the next (van Herk, 1992).
    before = np.minimum.accumulate(table, axis=1).ravel()
    after = np.minimum.accumulate(table[:, ::-1], axis=1)[:, ::-1].ravel()
    return np.minimum(after[:count], before[width - 1 : width - 1 + count])


def _smoothed(values: NDArray[np.float32], side: int) -> NDArray[np.float64]:
    """The values but the first and last `side` as means, weighted by a triangle that reaches as far."""
    smooth = values.astype(np.float64)
    for _ in range(2):
        sums = np.concatenate([[0.0], np.cumsum(smooth)])
        smooth = (sums[side + 1 :] - sums[: -side - 1]) / (side + 1)
    return smooth
