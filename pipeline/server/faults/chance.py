"""The faults of a conduct and the occasions for them become strikes, by one stream of random numbers per kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from random import Random

from pipeline.server.conduct import Fault
from pipeline.server.faults.fate import Fate
from pipeline.server.faults.kinds import KINDS, Stage


class Chance:
    """Draws faults. The same seed and the same occasions in the same order give the same strikes."""

    def __init__(self, seed: int, faults: Sequence[Fault], struck: Counter[str]) -> None:
        """`struck` counts the strikes by kind, for others to read."""
        self._faults = tuple(faults)
        self._streams = {fault.kind: Random(f"{seed} {fault.kind}") for fault in faults}
        self._occasions = [0] * len(self._faults)
        self._strikes = [0] * len(self._faults)
        self._struck = struck

    def first(self, stage: Stage, prompt: str = "", at: str = "submit") -> Fate | None:
        """The first fault of the stage that strikes this occasion; the others do not get to see it."""
        return next((self._fate(n) for n in self._of(stage, prompt, at) if self._strikes_now(n)), None)

    def all(self, stage: Stage, prompt: str = "") -> tuple[Fate, ...]:
        """Every fault of the stage that strikes this occasion."""
        return tuple(self._fate(n) for n in self._of(stage, prompt, "") if self._strikes_now(n))

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
        self._occasions[number] += 1
        drawn = self._streams[fault.kind].random() < fault.share
        if not drawn or self._occasions[number] <= fault.after or 0 < fault.most <= self._strikes[number]:
            return False
        self._strikes[number] += 1
        self._struck[fault.kind] += 1
        return True

    def _fate(self, number: int) -> Fate:
        fault = self._faults[number]
        times = KINDS[fault.kind].times if fault.times is None else fault.times
        return Fate(fault, times or -1, self._streams[fault.kind])
