"""Lines of dialogue and a length enter; when each is spoken leaves, for subtitle and murmur alike."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.previs.order import Line

_BEFORE, _AFTER = 0.07, 0.05  # parts of the clip without speech at its start and end


@dataclass(frozen=True, slots=True)
class Spoken:
    """One line in its place in the clip."""

    line: Line
    start: int  # first frame on which it is heard and read
    stop: int  # first frame on which it no longer is


def spread(lines: Sequence[Line], frames: int) -> tuple[Spoken, ...]:
    """The lines one after another over a clip of so many frames, each as long as its share of the syllables."""
    said = [line for line in lines if line.line.strip()]
    if not said:
        return ()
    weights = [3 + syllables(line.line) for line in said]
    first, length = frames * _BEFORE, frames * (1 - _BEFORE - _AFTER)
    spoken, passed = [], 0
    for line, weight in zip(said, weights, strict=True):
        start = math.floor(first + length * passed / sum(weights))
        passed += weight
        spoken.append(Spoken(line, start, math.floor(first + length * passed / sum(weights))))
    return tuple(spoken)


def syllables(text: str) -> int:
    """About how many syllables the text has; a letter each in scripts that write whole syllables."""
    vowels = len(re.findall(r"[aeiouyàâäáåæéèêëíìîïóòôöõøúùûüýαεηιουωάέήίόύώаеёиоуыэюя]+", text.lower()))
    dense = len(re.findall(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text))
    return max(1, vowels + dense)
