"""A submitted attempt becomes a take: asked for, downloaded, examined, kept. Nothing in here can buy anything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline import media, wire
from pipeline.errors import Absent, Expired, MediaError, RefusedByApi, StoreError, UnreachableApi
from pipeline.plan import Order
from pipeline.runner.desk import LARGEST_CLIP, Desk
from pipeline.runner.orderly import to_its_end
from pipeline.runner.refusals import failure
from pipeline.runner.telling import Teller
from pipeline.store import Attempt, Home, Intent
from pipeline.take import MediaFacts, Paid, Take
from pipeline.wire import Prediction

_FRESH_ADDRESSES = 3  # that are asked for where one has expired
_LEAST_WAIT_S = 30.0  # for what was left behind open, however long ago


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Brings home what was submitted."""

    desk: Desk
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def taken(self, order: Order, home: Home, attempt: Attempt, tell: Teller) -> Take:
        """The take that a submitted attempt comes to."""
        if rescued := attempt.rescued():
            with suppress(MediaError):  # what is none is moved aside when the clip is kept that the API still has
                return await self.desk.hand.whole(_kept, attempt, rescued, partial(media.inspect, rescued, "video"))
        prediction = await self._ended(order, attempt, tell)
        if self.desk.counter:
            # The place is free for another job while this clip is fetched.
            await self.desk.counter.ended(home)
        if prediction.status != "completed":
            await self.desk.hand.whole(attempt.end, "failed", prediction.code, prediction.error)
            raise failure(prediction, order)
        tell.fetching(prediction.id)
        clip = attempt.temporary()
        try:
            prediction = await self._downloaded(prediction, clip)
            # To its end, also when the run is being stopped: what is here need not be fetched again.
            return await to_its_end(self._keep(attempt, clip, partial(_facts, clip, prediction)))
        finally:
            clip.unlink(missing_ok=True)

    async def _keep(self, attempt: Attempt, clip: Path, facts: Callable[[], MediaFacts]) -> Take:
        async with self.desk.counter.aside() if self.desk.counter else nullcontext():
            return await self.desk.hand.take(_kept, attempt, clip, facts)

    async def restored(self, home: Home, paid: Paid, tell: Teller) -> Take:
        """The take whose clip is gone, with its clip out of the API again; nothing is generated."""
        prediction = await self._still_there(paid)
        tell.fetching(paid.prediction)
        clip = home.temporary()
        try:
            prediction = await self._downloaded(prediction, clip)
            await self.desk.hand.take(_facts, clip, prediction)
            return await self.desk.hand.whole(home.restore, clip)
        finally:
            clip.unlink(missing_ok=True)

    async def adopted(self, order: Order, home: Home, paid: Paid, tell: Teller) -> Take:
        """The take that somebody else paid for and the lock names, out of the API; nothing is generated."""
        prediction = await self._still_there(paid)
        tell.fetching(paid.prediction)
        clip = home.temporary()
        try:
            # Before anything is written down: another clip would stay here as an attempt that never ends.
            prediction = await self._downloaded(prediction, clip)
            facts = await self.desk.hand.take(_facts, clip, prediction)
            if facts.sha256 != paid.sha256:
                raise Absent("what the API has under the id of its take is another clip", prediction=prediction.id)
            request = wire.as_digested(order.request)
            intent = Intent(
                request, self.desk.storyboard, order.variant, order.shot, paid.price_usd, dialogue=order.dialogue
            )
            attempt = await self.desk.hand.whole(home.adopt, intent, paid.prediction)
            return await self.desk.hand.whole(_kept, attempt, clip, lambda: facts)
        finally:
            clip.unlink(missing_ok=True)

    async def _ended(self, order: Order, attempt: Attempt, tell: Teller) -> Prediction:
        """The prediction when it has ended, well or not."""
        if not attempt.fresh:
            tell.making(attempt.prediction)
        model = self.desk.models[order.request.model]
        # What was submitted a moment ago may have waited long before: for a turn, for uploads, for an answer.
        age_s = 0.0 if attempt.fresh else max(0.0, (self.clock() - attempt.begun).total_seconds())
        first_s, longest_s = (
            max(0.0, model.usual_s / 2 - age_s),
            max(min(_LEAST_WAIT_S, model.longest_s), model.longest_s - age_s),
        )
        try:
            ended = await self.desk.client.wait(attempt.prediction, first_s, longest_s, partial(self._unfinished, tell))
        except RefusedByApi as error:
            if error.http_status != 404:
                raise
            hint = f"results are kept for 7 days; to buy it anew: {self.desk.settle} {order.digest[:12]} --abandon"
            message = f"the API knows no prediction {attempt.prediction}"
            raise RefusedByApi(message, hint=hint, http_status=404, prediction=attempt.prediction) from error
        if self.desk.counter is None:
            tell.making("")  # where it was drawn before anybody asked
        return ended

    def _unfinished(self, tell: Teller, found: Prediction) -> None:
        # What is rehearsed stands in line at our own server for somebody to draw it.
        if self.desk.counter or found.status == "processing":
            tell.making(found.id, found.status)

    async def _still_there(self, paid: Paid) -> Prediction:
        hint = "get the clip from who has it (outputs/takes), or buy it once more: --regenerate-absent"
        try:
            found = await self.desk.client.result(paid.prediction, old=True)
        except RefusedByApi as error:
            message = f"its take is paid for, its clip is not here, and the API does not have it any more: {error}"
            raise Absent(message, hint=hint, prediction=paid.prediction) from error
        if found.status != "completed" or not found.outputs:
            message = "its take is paid for, its clip is not here, and the API does not give it"
            raise Absent(message, hint=hint, prediction=paid.prediction)
        return found

    async def _downloaded(self, prediction: Prediction, clip: Path) -> Prediction:
        """The prediction whose clip lies at `clip` now. An address that has expired is asked for again."""
        for left in reversed(range(_FRESH_ADDRESSES)):
            if not prediction.outputs:
                raise UnreachableApi("the generation is complete and has no clip", prediction=prediction.id)
            try:
                await self.desk.client.download(prediction.outputs[0], clip, LARGEST_CLIP)
            except Expired:
                if not left:
                    raise
                prediction = await self.desk.client.result(prediction.id)
            else:
                return prediction
        raise AssertionError("unreachable")


def _kept(attempt: Attempt, clip: Path, facts: Callable[[], MediaFacts]) -> Take:
    """Examines a clip and keeps it, in one go: each hand-over between threads costs as much as either."""
    found = facts()
    try:
        return attempt.keep(clip, found)
    except StoreError as error:
        raise StoreError(f"{error.message} (paid for: prediction {attempt.prediction})", hint=error.hint) from error


def _facts(clip: Path, prediction: Prediction) -> MediaFacts:
    try:
        return media.inspect(clip, "video")
    except MediaError as error:
        # The user has no such file, and can convert none: it is the API that owes a clip.
        hint = "it is paid for and stays open: the same command fetches it again"
        raise UnreachableApi(f"what came is no clip: {error.reason}", hint=hint, prediction=prediction.id) from error
