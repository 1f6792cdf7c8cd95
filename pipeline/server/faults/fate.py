"""A fault that was drawn for one prediction, and how often it still shows."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from pipeline.server.conduct import Fault


@dataclass(slots=True)
class Fate:
    """A fault that lies in wait for one prediction."""

    fault: Fault
    left: int  # occasions on which it will show; -1: every one
    seconds: float  # of its delay or storm
    choose: Random  # the stream of its kind
    seen: int = 0  # occasions so far

    @property
    def kind(self) -> str:
        """The name of the fault."""
        return self.fault.kind

    def shows(self) -> bool:
        """Whether it shows on this occasion, which is thereby used up."""
        self.seen += 1
        if self.left == 0:
            return False
        self.left -= self.left > 0
        return True
