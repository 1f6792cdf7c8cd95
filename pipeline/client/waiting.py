"""A prediction is asked for, ever more seldom, until it has ended; it leaves, or the reason why nobody waits longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from pipeline import wire
from pipeline.client.asking import Asking
from pipeline.errors import RateLimited, StillOpen, UnreachableApi
from pipeline.wire import Prediction

_MOST_BARE = 5  # questions until a completed prediction that names no clip is taken at its word


@dataclass(frozen=True, slots=True)
class Waiting:
    """One prediction that is waited for."""

    prediction: str
    longest_s: float  # from now on
    delays: Iterator[float]  # seconds before each question
    told: Callable[[Prediction], object]  # called with each answer that it has not ended

    async def end(self, asking: Asking, result: Callable[[str], Awaitable[Prediction]]) -> Prediction:
        """The prediction when it has ended, well or not."""
        now = asyncio.get_running_loop().time
        heard, bare, asked_s = now(), 0, 0.0
        end = heard + self.longest_s
        for usual_s in self.delays:
            delay = max(usual_s, asked_s)
            last = now() + delay >= end
            await asking.sleep(max(0.0, min(delay, end - now())))
            asked_s = 0.0
            try:
                found = await result(self.prediction)
            except RateLimited as limited:
                heard, asked_s = now(), min(limited.asked_s or 0.0, asking.patience.longest_asked_s)
            except UnreachableApi:
                if now() - heard > asking.patience.outage_s:
                    raise
            else:
                heard = now()
                if found.status in wire.TERMINAL and not _is_bare(found):
                    return found
                self.told(found)
                bare += _is_bare(found)
                if bare == _MOST_BARE:
                    raise UnreachableApi("completed, and the API names no clip", prediction=self.prediction)
            if last:
                break
        so = f"not finished after {self.longest_s:g} s; it goes on at the API"
        raise StillOpen(so, prediction=self.prediction)


def _is_bare(prediction: Prediction) -> bool:
    return prediction.status == "completed" and not prediction.outputs
