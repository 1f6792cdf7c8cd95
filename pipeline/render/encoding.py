"""A cut comes in; a file with its sound goes out, encoded as one stream, and what it came to.

Nobody can tell beforehand what AAC makes of a peak: up to 3 dB more was seen of synthetic drums. So where peaks have a
ceiling the file itself is listened to. One that passes it is encoded once more with more bits, and then lower.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.edit import Cut
from pipeline.frames import SAMPLE_RATE
from pipeline.media.aac import Packets, coming, write_sound
from pipeline.media.film import SOUND_BITS
from pipeline.media.sound import SoundReader
from pipeline.render.loudness import Block
from pipeline.render.mastering import AS_IT_IS, MOST_LIMITED_DB, Heard, Master, listened, mastered, mastering
from pipeline.render.mix import Locate

_MORE_BITS = 256_000  # a second: with them AAC adds less to peaks; what is quiet takes it five times as long, though
_TRIES = 5
_BELOW_DB = 0.1
_TOLD_LU = 0.5


@dataclass(frozen=True, slots=True)
class Encoded:
    """How a cut's sound was encoded."""

    master: Master
    bits: int  # a second; 0: as many as usual
    notes: tuple[str, ...]  # where it is not what was asked for


def encoded(cut: Cut, locate: Locate, file: Path, look: Callable[[], object] = lambda: None) -> Encoded:
    """Write the sound of a cut to `file`, whole or not at all; errors as for `render`, and what `look` raises.

    It is called with every block.
    """
    if cut.loudness_lufs is None:
        _write(cut, locate, AS_IT_IS, file, 0, look)
        return Encoded(AS_IT_IS, 0, ())
    master = mastering(cut, locate)
    trial, most_dbtp, bits = file.with_name(f"{file.stem}.trial{file.suffix}"), float(cut.true_peak_dbtp), 0
    for _ in range(_TRIES):
        _write(cut, locate, master, trial, bits, look)
        heard = _heard(trial, cut)
        if heard.peak_dbtp <= most_dbtp:
            break
        if bits:
            over_db = heard.peak_dbtp - most_dbtp + _BELOW_DB
            master = Master(master.gain_db, min(master.ceiling_dbtp, most_dbtp) - over_db)
        bits = _MORE_BITS
    trial.replace(file)
    return Encoded(master, bits, tuple(_missed(cut, heard)))


@contextmanager
def under_way(cut: Cut, locate: Locate, file: Path, look: Callable[[], object]) -> Iterator[Packets]:
    """The sound of a cut that is to have no loudness of its own, on its way from now on; errors as for `encoded`.

    What `encoded` would write is in `file` once all packets are taken.
    """
    with (
        closing(mastered(cut, locate, AS_IT_IS)) as samples,
        coming(file, _watched(samples, look), cut.frame_rate, SOUND_BITS) as packets,
    ):
        yield packets


def _write(cut: Cut, locate: Locate, master: Master, file: Path, bits: int, look: Callable[[], object]) -> None:
    with closing(mastered(cut, locate, master)) as samples:
        write_sound(file, _watched(samples, look), cut.frame_rate, bits or SOUND_BITS)


def _watched(samples: Iterator[Block], look: Callable[[], object]) -> Iterator[Block]:
    for block in samples:
        look()
        yield block


def _heard(file: Path, cut: Cut) -> Heard:
    def blocks() -> Iterator[Block]:
        for second in range(math.ceil(cut.frame_count / cut.frame_rate)):
            yield reader.read(second * SAMPLE_RATE, SAMPLE_RATE)

    with SoundReader(file) as reader:
        return listened(blocks())


def _missed(cut: Cut, heard: Heard) -> Iterator[str]:
    """What a film is not that it was asked to be."""
    target, most = cut.loudness_lufs, cut.true_peak_dbtp
    if heard.loudness_lufs == -math.inf:
        yield "nothing is heard in it, so it has no loudness"
    elif target is not None and float(target) - heard.loudness_lufs > _TOLD_LU:
        least = f"its peaks would have to be turned down by more than {MOST_LIMITED_DB:.0f} dB"
        yield f"its loudness is {heard.loudness_lufs:.1f} LUFS, not {target}: {least}"
    if heard.peak_dbtp > float(most):
        yield f"its true peak is {heard.peak_dbtp:.1f} dBTP, not {most}: the encoder adds as much to what it is given"
