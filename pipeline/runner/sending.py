"""An order becomes an attempt under way: intent on the disk, one POST, id on the disk. What is uncertain is looked for.

accepted            the id is written down
surely unsent       the attempt ends "turned_away": nothing was bought
refused             likewise, with the API's reason
"too many requests" turned away by rule: sent again in the same attempt, when the gate reopens for everybody
uncertain           the API's history is asked; a lone match is adopted, else the shot stops and says how to settle it
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline import wire
from pipeline.errors import ChargeUncertain, RateLimited, RefusedByApi, StoryreelError, UnreachableApi
from pipeline.plain import digest_of
from pipeline.plan import Order
from pipeline.runner.counter import Counter
from pipeline.runner.desk import Desk
from pipeline.runner.matching import matching
from pipeline.runner.orderly import to_its_end
from pipeline.runner.telling import Teller
from pipeline.store import Attempt, AttemptState, Home, Intent

_LOOKS_S = (1.0, 4.0, 10.0)  # before each look into the history, which may be a little late
_BEFORE, _AFTER = timedelta(minutes=3), timedelta(minutes=10)  # of the intent, that a generation of it may say
_NOT_LISTED = "the API's history has no such request"
_MOST_TRIES = 40  # of one POST that is turned away by rule


@dataclass(frozen=True, slots=True)
class Sender:
    """Submits what is paid for, and what is rehearsed."""

    desk: Desk

    async def attempt(
        self, order: Order, home: Home, body: Callable[[], Awaitable[Mapping[str, object]]], tell: Teller
    ) -> Attempt:
        """The attempt that is under way: the one a dead process left behind, else a new one, submitted."""
        last = home.last  # read when the home was opened
        if last.standing == "submitted":
            return home.resume()
        if last.standing == "uncertain":
            attempt = home.resume()
            await self._reconciled(order, home, attempt, last)
            tell.accepted(attempt.prediction)
            return attempt
        sent = await body()
        try:
            attempt = await self._begun(order, home, sent, tell)
        except asyncio.CancelledError:
            await self._withdrawn(home)
            raise
        tell.sending()
        try:
            await self._submitted(order, home, attempt, sent, tell)
        except asyncio.CancelledError as stopped:
            if _surely_unsent(stopped.__cause__):
                await self._withdrawn(home)
            raise
        tell.accepted(attempt.prediction)
        return attempt

    async def _begun(self, order: Order, home: Home, body: Mapping[str, object], tell: Teller) -> Attempt:
        desk, request = self.desk, wire.as_digested(order.request)
        price = order.price.usd if order.price else None
        if desk.counter is None:
            intent = Intent(request, desk.storyboard, order.variant, order.shot, price, order.direction)
            return await desk.hand.whole(home.begin, intent)
        sent = digest_of(body)
        intent = Intent(request, desk.storyboard, order.variant, order.shot, price, None, sent, order.dialogue)
        longest_s = desk.models[order.request.model].longest_s
        return await desk.counter.begin(home, intent, longest_s, lambda wait_s: tell.waiting(_why(wait_s)))

    async def _submitted(
        self, order: Order, home: Home, attempt: Attempt, body: Mapping[str, object], tell: Teller
    ) -> None:
        for tried in range(1, _MOST_TRIES + 1):
            try:
                # An answer that is on its way is waited for, also when the run is being stopped.
                await to_its_end(self._post(order, attempt, body))
            except RateLimited as limited:
                if self.desk.counter is None or tried == _MOST_TRIES:
                    await self._turned_away(home, attempt, limited)
                    raise
                await self._paused(self.desk.counter, limited, tell)
            except ChargeUncertain:
                last = await self.desk.hand.take(lambda: home.last)
                await self._reconciled(order, home, attempt, last)
                return
            except (RefusedByApi, UnreachableApi) as error:
                await self._turned_away(home, attempt, error)
                raise
            else:
                return

    async def _paused(self, counter: Counter, limited: RateLimited, tell: Teller) -> None:
        try:
            await counter.closed(limited.asked_s)
            tell.waiting("the API asked for a pause")
            await counter.again()
        except asyncio.CancelledError as stopped:
            raise stopped from limited
        tell.sending()

    async def _post(self, order: Order, attempt: Attempt, body: Mapping[str, object]) -> None:
        """One POST; whatever id comes back is on the disk before anything else happens."""
        try:
            prediction = await self.desk.client.submit(order.request.model, body, order.direction)
        except ChargeUncertain as uncertain:
            if not uncertain.prediction:
                raise
            # A broken reply, but with an id in it: the generation exists.
            found = uncertain.prediction
        else:
            found = prediction.id
        if self.desk.counter:
            await self.desk.counter.accepted(attempt, found)
        else:
            await self.desk.hand.whole(attempt.submitted, found)

    async def _withdrawn(self, home: Home) -> None:
        """Ends an attempt that the API surely took nothing for, because the run is being stopped: none is uncertain."""
        last = await self.desk.hand.take(lambda: home.last)
        if last.standing == "uncertain":
            await self._turned_away(home, home.resume(), UnreachableApi("the run was stopped before it was sent"))

    async def _turned_away(self, home: Home, attempt: Attempt, error: RefusedByApi | UnreachableApi) -> None:
        if self.desk.counter:
            await self.desk.counter.turned_away(home, attempt, error)
        else:
            await self.desk.hand.whole(attempt.end, "turned_away", error.code, error.message)

    async def _reconciled(self, order: Order, home: Home, attempt: Attempt, last: AttemptState) -> None:
        """Adopts the generation that a POST without an answer brought about; ChargeUncertain where none is sure."""
        intent, begun = last.intent, last.begun
        assert intent is not None
        assert begun is not None
        if self.desk.counter is None:
            raise self._unsettled(order, "a rehearsal has no history")
        found: tuple[str, ...] = ()
        for pause_s in _LOOKS_S:
            await self.desk.sleep(pause_s)
            try:
                found, unclear = await self._candidates(intent, begun)
            except (RefusedByApi, UnreachableApi) as error:
                why = f"its history could not be read: {error.message}"
                continue
            why = _NOT_LISTED
            if len(found) == 1:
                return await self.desk.hand.whole(attempt.submitted, found[0])
            if may_be := found or unclear:
                so = "has several that may be it" if found else "does not say what was asked; it may be one of"
                why = f"the API's history {so}: {', '.join(may_be[:5])}"
        if why == _NOT_LISTED:
            # It most likely never arrived: its money stays reserved, but no other shot has to wait for it.
            await self.desk.counter.ended(home)
        raise self._unsettled(order, why)

    async def _candidates(self, intent: Intent, begun: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Ids of the generations that have the request's inputs, and of those whose inputs the API does not tell."""
        model = str(intent.request["model"])
        rows = await self.desk.client.history(model, begun - _BEFORE, begun + _AFTER)
        known = await asyncio.to_thread(self.desk.store.predictions, self.desk.origin)
        unclear = (row.prediction.id for row in rows if row.inputs is None)
        found = matching(intent.sent_sha256, intent.request, rows, known)
        return found, tuple(one for one in unclear if one not in known)

    def _unsettled(self, order: Order, why: str) -> StoryreelError:
        line = f"{self.desk.settle} {order.digest[:12]}"
        message = f"submitted, and nobody knows whether it arrived; {why}; it is not sent again"
        hint = f"look for it among the API's predictions, then: {line} --adopt ID, or where it is not: {line} --abandon"
        return ChargeUncertain(message, hint=hint)


def _surely_unsent(error: BaseException | None) -> bool:
    return isinstance(error, RefusedByApi | UnreachableApi) and not isinstance(error, ChargeUncertain)


def _why(wait_s: float) -> str:
    return f"for its turn at the API, {wait_s:.0f} s" if wait_s >= 2 else "for its turn at the API"
