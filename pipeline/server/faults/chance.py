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
    """Draws faults. The same seed and the same occasions in the same order give the same strikes.

    Each fault draws on each occasion of its own, whichever strikes in the end, so that none disturbs the others.
    """

    def __init__(self, seed: int, faults: Sequence[Fault], struck: Counter[str], seconds: Callable[[], float]) -> None:
        """`struck` counts the strikes by kind, for others to read; `seconds` is a clock that is never set."""
        self._seed, self._struck, self._seconds = seed, struck, seconds
        streams = {fault.kind: Random(f"{seed} {fault.kind}") for fault in faults}
        self._candidates = [_Candidate(fault, streams[fault.kind]) for fault in faults]

    def __bool__(self) -> bool:
        return bool(self._candidates)

    def first(self, stage: Stage, prompt: str = "", at: str = "submit") -> Fate | None:
        """The first fault of the stage that strikes this occasion."""
        drawn = [one for one in self._candidates if one.minds(stage, prompt, at) and one.draws(self._seconds())]
        return self._fate(drawn[0]) if drawn else None

    def fates(self, prompt: str) -> tuple[Fate, ...]:
        """Every fault that will strike a prediction after its submission."""
        there = (one for stage in _LATER for one in self._candidates if one.minds(stage, prompt))
        return tuple(self._fate(one) for one in there if one.draws(self._seconds()))

    def clock_error_s(self) -> float:
        """Seconds by which a fault sets the server's clock wrong."""
        fate = self.first("server")
        return fate.choose.choice([-HOUR_S, HOUR_S]) if fate else 0

    def _fate(self, one: _Candidate) -> Fate:
        one.strike(self._seconds())
        kind = one.fault.kind
        self._struck[kind] += 1
        times = KINDS[kind].times if one.fault.times is None else one.fault.times
        # A stream of its own: how often a client asks must not change what strikes next.
        return Fate(one.fault, times or -1, one.seconds, Random(f"{self._seed} {kind} {self._struck[kind]}"))


class _Candidate:
    """One fault, and what became of it so far."""

    def __init__(self, fault: Fault, stream: Random) -> None:
        self.fault, self._stream = fault, stream
        self.seconds = KINDS[fault.kind].seconds if fault.seconds is None else fault.seconds
        self._occasions = self._strikes = 0
        self._until = -math.inf  # of a storm

    def minds(self, stage: Stage, prompt: str, at: str = "") -> bool:
        """Whether this is an occasion for it."""
        here = stage != "request" or self.fault.at in (at, "any")
        return KINDS[self.fault.kind].stage == stage and here and self.fault.match in prompt

    def draws(self, now_s: float) -> bool:
        """Whether it would strike this occasion."""
        self._occasions += 1
        drawn = self._stream.random() < self.fault.share
        if now_s < self._until:
            return True
        spent = 0 < self.fault.most <= self._strikes
        return drawn and self._occasions > self.fault.after and not spent

    def strike(self, now_s: float) -> None:
        """It strikes; a storm that lasts counts as one strike."""
        if now_s < self._until:
            return
        self._strikes += 1
        if KINDS[self.fault.kind].storm:
            self._until = now_s + self.seconds
