"""A cut comes in; its sound goes out as it is encoded: mixed, and where a loudness is asked for, brought to it.

That takes a pass that only listens (EBU R128, two-pass). One gain for the whole film is all that is needed where its
peaks allow it. Where they don't, a limiter turns the peaks down, and further passes find the gain that makes up for
what it takes away; it takes no more than 10 dB.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from pipeline.edit import Cut
from pipeline.render.limiter import limited
from pipeline.render.loudness import Block, Meter
from pipeline.render.mix import TOGETHER, Locate, mixed

MOST_LIMITED_DB = 10.0  # more than this of a peak taken away is heard
_HEADROOM_DB = 0.5  # AAC makes peaks higher than they were: by less than this in most films
_NEAR_LU = 0.1
_PASSES = 3  # that look for the gain beside a limiter


@dataclass(frozen=True, slots=True)
class Master:
    """How the mix becomes what is encoded."""

    gain_db: float = 0.0  # decibels
    ceiling_dbtp: float = math.inf  # that no peak passes; infinite: nothing is limited


AS_IT_IS = Master()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a film sounds like as a whole."""

    loudness_lufs: float  # minus infinity where nothing is heard
    peak_dbtp: float  # likewise


def mastered(cut: Cut, locate: Locate, master: Master, together: int = TOGETHER) -> Generator[Block]:
    """The sound of so many frames of the cut in turn; errors as for `mixed`."""
    with closing(mixed(cut, locate, together)) as blocks:
        yield from _at(blocks, master)


def mastering(cut: Cut, locate: Locate) -> Master:
    """Listen to a cut for how it comes to its loudness; errors as for `mixed`."""
    if cut.loudness_lufs is None:
        return AS_IT_IS
    target, ceiling_dbtp = float(cut.loudness_lufs), float(cut.true_peak_dbtp) - _HEADROOM_DB
    plain = listened(mastered(cut, locate, AS_IT_IS))
    if plain.loudness_lufs == -math.inf:
        return AS_IT_IS
    gain_db = target - plain.loudness_lufs
    if plain.peak_dbtp + gain_db <= ceiling_dbtp:
        return Master(gain_db)
    most_db = ceiling_dbtp - plain.peak_dbtp + MOST_LIMITED_DB
    for _ in range(_PASSES):
        gain_db = min(gain_db, most_db)
        short = target - listened(mastered(cut, locate, Master(gain_db, ceiling_dbtp))).loudness_lufs
        if abs(short) <= _NEAR_LU or gain_db == most_db:
            break
        gain_db += short
    return Master(min(gain_db, most_db), ceiling_dbtp)


def listened(blocks: Iterable[Block]) -> Heard:
    """What these blocks sound like as a whole."""
    meter = Meter()
    for block in blocks:
        meter.add(block)
    loudness = meter.loudness()
    return Heard(loudness, 20 * math.log10(meter.peak) if meter.peak else -math.inf)


def _at(blocks: Generator[Block], master: Master) -> Iterator[Block]:
    gain = 10 ** (master.gain_db / 20)
    if master.ceiling_dbtp < math.inf:
        return limited(blocks, gain, 10 ** (master.ceiling_dbtp / 20))
    return blocks if master.gain_db == 0 else (block * gain for block in blocks)
