"""The faults of a conduct and the occasions for them become strikes, by one stream of random numbers per kind."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from pipeline.server.conduct import Fault
from pipeline.server.faults.fate import Fate
from pipeline.server.faults.kinds import KINDS, Stage

HOUR_S = 3600.0
_LATER: tuple[Stage, ...] = ("task", "told", "clip")


class Chance:
    """Draws faults. The same seed and the same occasions in the same order give the same strikes."""

    def __init__(self, seed: int, faults: Sequence[Fault], struck: Counter[str], seconds: Callable[[], float]) -> None:
        """`struck` counts the strikes by kind, for others to read; `seconds` is a clock that is never set."""
        self._faults = tuple(faults)
        self._streams = {fault.kind: Random(f"{seed} {fault.kind}") for fault in faults}
        self._occasions = [0] * len(self._faults)
        self._strikes = [0] * len(self._faults)
        self._until = [-math.inf] * len(self._faults)  # of storms
        self._struck, self._seconds = struck, seconds

    def __bool__(self) -> bool:
        return bool(self._faults)

    def first(self, stage: Stage, prompt: str = "", at: str = "submit") -> Fate | None:
        """The first fault of the stage that strikes this occasion; the others do not get to see it."""
        return next((self._fate(n) for n in self._of(stage, prompt, at) if self._strikes_now(n)), None)

    def fates(self, prompt: str) -> tuple[Fate, ...]:
        """Every fault that will strike a prediction after its submission."""
        found = (number for stage in _LATER for number in self._of(stage, prompt, ""))
        return tuple(self._fate(number) for number in found if self._strikes_now(number))

    def clock_error_s(self) -> float:
        """Seconds by which a fault sets the server's clock wrong."""
        fate = self.first("server")
        return fate.choose.choice([-HOUR_S, HOUR_S]) if fate else 0

    def _of(self, stage: Stage, prompt: str, at: str) -> list[int]:
        return [
            number
            for number, fault in enumerate(self._faults)
            if KINDS[fault.kind].stage == stage
            and fault.match in prompt
            and (stage != "request" or fault.at in (at, "any"))
        ]

    def _strikes_now(self, number: int) -> bool:
        fault = self._faults[number]
        if self._seconds() < self._until[number]:
            self._struck[fault.kind] += 1
            return True
        self._occasions[number] += 1
        drawn = self._streams[fault.kind].random() < fault.share
        if not drawn or self._occasions[number] <= fault.after or 0 < fault.most <= self._strikes[number]:
            return False
        self._strikes[number] += 1
        self._struck[fault.kind] += 1
        if fault.kind == "too_many_requests":
            self._until[number] = self._seconds() + seconds_of(fault)
        return True

    def _fate(self, number: int) -> Fate:
        fault = self._faults[number]
        times = KINDS[fault.kind].times if fault.times is None else fault.times
        return Fate(fault, times or -1, seconds_of(fault), self._streams[fault.kind])


def seconds_of(fault: Fault) -> float:
    """Its delay, or the length of its storm."""
    return KINDS[fault.kind].seconds if fault.seconds is None else fault.seconds
