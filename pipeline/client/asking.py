"""What may be asked twice is asked until it is answered; the answer leaves, or the error that it came to."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.client import verdict
from pipeline.client.pace import Patience
from pipeline.client.quota import Quota
from pipeline.client.verdict import Again, Lost, Reply, Unsent
from pipeline.errors import UnreachableApi

if TYPE_CHECKING:
    from pipeline.client.exchange import Exchange

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions to one endpoint, shared by all tasks of a client."""

    exchange: Exchange
    origin: str  # of the endpoint, for messages
    patience: Patience
    sleep: Callable[[float], Awaitable[None]]
    chance: Callable[[], float]  # 0 to 1, for jitter
    quota: Quota

    async def question(
        self,
        ask: Callable[[], Awaitable[Reply]],
        answer: Callable[[Reply], _T | None],
        so: str,
        *,
        prediction: str = "",
        young: bool = False,
    ) -> _T:
        """What `answer` reads in a reply. Raises RefusedByApi, and UnreachableApi after a good many tries.

        `so` says what it means to get no answer; `young`, that a 404 may be of something made a moment ago.
        """

        async def once() -> _T:
            try:
                reply = await ask()
            except (Unsent, Lost) as error:
                raise Again(self.unreachable(error, so, prediction=prediction)) from error
            found = answer(reply) if reply.effective_status == 200 else None
            if found is None:
                raise verdict.unanswered(reply, prediction, young=young)
            return found

        return await self.patiently(once)

    async def patiently(self, once: Callable[[], Awaitable[_T]]) -> _T:
        """What `once` returns, as soon as it raises Again no more; its error when patience or the quota ends."""
        for tried in itertools.count(1):
            try:
                found = await once()
            except Again as again:
                if tried >= min(self.patience.tries, again.tries) or not (again.free or self.quota.spend()):
                    raise again.error from again.__cause__
                await self.sleep(self.patience.backoff(tried, again.asked_s, self.chance))
            else:
                self.quota.earn(repeated=tried > 1)
                return found
        raise AssertionError("unreachable")

    def unreachable(self, error: Exception, so: str, **details: Any) -> UnreachableApi:
        """The error for a request that got no answer."""
        return UnreachableApi(self.words(error, so), **details)

    def words(self, error: Exception, so: str) -> str:
        """What went wrong with the endpoint, and what that means."""
        return f"{self.origin}: {error}; {so}"
