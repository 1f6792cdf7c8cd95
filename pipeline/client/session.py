"""Requests go out once, questions as often as it takes: predictions, addresses of uploads and files come back."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urljoin

from pipeline import wire
from pipeline.client import account, verdict
from pipeline.client.asking import Asking
from pipeline.client.endpoint import Endpoint
from pipeline.client.pace import CALM, QUICK, Pace, Patience
from pipeline.client.quota import Quota
from pipeline.client.transfer import keep, pieces
from pipeline.client.verdict import Again, Lost, Reply, Unsent
from pipeline.client.waiting import Waiting
from pipeline.errors import ChargeUncertain, UnreachableApi
from pipeline.wire import Bill, Listed, Prediction, Quote, Ticket

if TYPE_CHECKING:
    from pipeline.client.carriage import Carriage
    from pipeline.client.exchange import Exchange

_T = TypeVar("_T")
_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


class Client:
    """A client of one endpoint. An asynchronous context; many tasks may share it."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        patience: Patience | None = None,
        pace: Pace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`pace`, `sleep`, `chance` (0 to 1, for jitter) and `clock` are handed in by tests."""
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._pace = pace or (QUICK if endpoint.direct else CALM)
        self._sleep = sleep
        self._chance = chance
        self._clock = clock
        self._quota = Quota(self._patience.quota)
        self._open = AsyncExitStack()
        self._seen: set[str] = set()  # predictions that the API told of: a 404 for one of them is no delay

    async def __aenter__(self) -> Self:
        # They load httpx, which `check` and `--help` never need.
        from pipeline.client.carriage import Carriage
        from pipeline.client.exchange import Exchange

        enter = self._open.enter_async_context
        self._exchange: Exchange = await enter(Exchange(self._endpoint, self._patience, self._clock))
        self._carriage: Carriage = await enter(Carriage(self._endpoint, self._patience))
        self._asking = Asking(
            self._exchange, self._endpoint.origin, self._patience, self._sleep, self._chance, self._quota
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def submit(
        self, model: str, body: Mapping[str, Any], direction: Mapping[str, Any] | None = None
    ) -> Prediction:
        """The prediction that one POST brought about. The direction goes along to our own server only.

        What surely was not sent is sent again. Raises RefusedByApi (e.g. RateLimited and OutOfCredit), UnreachableApi
        where it was not sent, and ChargeUncertain where it may have arrived: then it must not be sent again.
        """
        headers = {wire.DIRECTION_HEADER: wire.pack_direction(direction)} if direction and self._endpoint.direct else {}

        async def once() -> Reply:
            try:
                return await self._exchange.submit(wire.submit_path(model), body, headers)
            except Unsent as error:
                raise self._asking.unreached(error, "the shot was not sent") from error
            except Lost as error:
                raise ChargeUncertain(self._asking.words(error, verdict.UNCERTAIN)) from error

        return verdict.submitted(await self._asking.patiently(once))

    async def result(self, prediction: str, *, old: bool = False) -> Prediction:
        """The prediction of that id as it stands; an `old` one is not waited for where it is not known.

        Raises RefusedByApi, and UnreachableApi after a good many tries.
        """
        found = await self._asking.question(
            partial(self._exchange.get, wire.result_path(prediction)),
            lambda reply: reply.prediction,
            "the shot is still open",
            prediction=prediction,
            young=not old and prediction not in self._seen,
        )
        self._seen.add(prediction)
        return found

    async def wait(
        self,
        prediction: str,
        first_poll_s: float,
        longest_s: float,
        told: Callable[[Prediction], object] = lambda _: None,
    ) -> Prediction:
        """The prediction when it has ended, well or not. Whatever is raised instead, it goes on at the API.

        `told` hears of each answer that it has not ended. A completed one has its outputs. Raises StillOpen after
        `longest_s` seconds, RefusedByApi, and UnreachableApi when nothing answers for minutes.
        """
        delays = self._pace.delays(first_poll_s, self._chance)
        return await Waiting(prediction, longest_s, delays, told).end(self._asking, self.result)

    async def upload(self, source: Path | bytes, filename: str, content_type: str) -> str:
        """The address at which the endpoint finds the file from now on. Raises RefusedByApi or UnreachableApi."""
        size = len(source) if isinstance(source, bytes) else source.stat().st_size

        async def once() -> str:
            ticket = await self._ticket(filename, size, content_type)
            async with aclosing(pieces(source)) as content:
                status = await self._carriage.put(ticket.put_url, ticket.headers, content, size)
            if not 200 <= status < 300:  # the next try has a ticket of its own, so half a file is no obstacle
                raise Again(UnreachableApi(f"{filename} was not uploaded: HTTP {status}", http_status=status))
            return ticket.download_url

        return await self._asking.patiently(lambda: self._in_time(once, f"{filename} was not uploaded"))

    async def download(self, address: str, target: Path, max_bytes: int) -> None:
        """Write the file at the address to `target`, whole. Raises UnreachableApi: Expired for an address too old.

        The caller owns `target` and removes it when this raises; a clip that did not arrive can be asked for again.
        """

        async def once() -> None:
            there = address
            for _ in range(1 + _MOST_REDIRECTS):
                async with self._carriage.fetch(there) as arrival:
                    if arrival.status not in _REDIRECTS:
                        return await keep(arrival, target, max_bytes)
                    there = _onward(there, arrival.headers.get("location", ""))
            raise UnreachableApi(f"the clip was not downloaded: more than {_MOST_REDIRECTS} redirects")

        await self._asking.patiently(lambda: self._in_time(once, "the clip was not downloaded"))

    async def balance(self) -> Decimal:
        """US dollars left. Raises RefusedByApi or UnreachableApi, as the next four do."""
        return await account.balance(self._asking)

    async def quote(self, model: str, inputs: Mapping[str, Any]) -> Quote:
        """What a request, as it would be sent, would cost now. Free."""
        return await account.quote(self._asking, model, inputs)

    async def models(self) -> tuple[Mapping[str, Any], ...]:
        """The rows of the API's catalogue, as they came."""
        return await account.models(self._asking)

    async def history(self, model: str, after: datetime, before: datetime) -> tuple[Listed, ...]:
        """The model's predictions of a span of our time, newest first, however far the API's clock is off.

        Those are among them whose time or model the API does not tell.
        """
        return await account.history(self._asking, model, after, before)

    async def bills(self, since: datetime) -> tuple[Bill, ...]:
        """Deductions and refunds since a moment of our time."""
        return await account.bills(self._asking, since)

    @property
    def ahead(self) -> timedelta | None:
        """How far the API's clock is ahead of ours, by its latest reply; None where none told it."""
        return self._exchange.ahead

    async def _in_time(self, once: Callable[[], Awaitable[_T]], otherwise: str) -> _T:
        try:
            async with asyncio.timeout(self._patience.transfer_s):
                return await once()
        except (Unsent, Lost) as error:
            raise self._asking.unreached(error, otherwise) from error
        except TimeoutError as error:
            raise Again(UnreachableApi(f"{otherwise} within {self._patience.transfer_s:g} s")) from error

    async def _ticket(self, filename: str, size: int, content_type: str) -> Ticket:
        asked = {"filename": filename, "size": size} | ({"content_type": content_type} if content_type else {})
        reply = await self._exchange.post(wire.UPLOADS_PATH, asked)
        ticket = wire.parse_ticket(reply.payload)
        if reply.effective_status == 200 and ticket:
            return ticket
        raise verdict.unanswered(reply)


def _onward(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        return ""  # no address we go to
