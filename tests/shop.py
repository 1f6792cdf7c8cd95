"""Paid orders against the double on a real socket: bought, waited for, fetched, with pauses that cost no time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline import catalog
from pipeline.catalog import Price
from pipeline.client import Client, Endpoint, Pace
from pipeline.plain import digest_of
from pipeline.plan import Order
from pipeline.runner import Counter, Desk, Step, generate
from pipeline.server.conduct import Conduct, Fault
from pipeline.store import Gate, Intent, Limits, Purse, Store, take_home
from pipeline.take import Paid, Take
from pipeline.wire import FileRef, Request, as_digested, request_digest
from tests.double import KEY, Double, doubled
from tests.haste import SHORT
from tests.rehearsal import SEEDANCE

PRICE = Price(Decimal("0.40"), estimate=False)
FREE, NO_LIMIT = Limits(0, 0), Purse("film")
SETTLE = "storyreel status film.yaml --settle"
PACE = Pace(0.01, 0.05, 0.01)


def order(shot: str, number: int = 1, *, media: tuple[FileRef, ...] = (), **changes: Any) -> Order:
    inputs: dict[str, Any] = {"prompt": shot, "duration": 4, "aspect_ratio": "16:9", "resolution": "720p"}
    request = Request(
        SEEDANCE, inputs | {"reference_images": media, "enable_web_search": False, "generate_audio": True}
    )
    digest = request_digest(request)
    made = Order(f"take:{digest}:{number}", digest, request, PRICE, {}, "", {}, "main", shot)
    return replace(made, **changes)


def body(wanted: Order) -> dict[str, Any]:
    """What is sent for an order without media."""
    return {name: value for name, value in wanted.request.inputs.items() if value != ()}


@dataclass
class Shop:
    """A project that buys at a double."""

    folder: Path
    double: Double
    limits: Limits = FREE
    purse: Purse = NO_LIMIT
    hurry: float = 0.0  # seconds that a pause really takes at most
    timing: dict[str, Any] = field(default_factory=dict)  # what is different about the model's
    steps: list[Step] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    passed: timedelta = timedelta(0)  # that was slept, in the time of the gate

    def __post_init__(self) -> None:
        self.outputs = self.folder / "outputs"
        self.store = Store(self.outputs, self.clock)
        self.gate = Gate(self.outputs, self.double.origin, self.clock, self.limits, self.purse)
        self.gate.count(lambda _: 600.0)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.passed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.passed += timedelta(seconds=seconds)
        await asyncio.sleep(min(seconds, self.hurry))

    def home(self, wanted: Order) -> str:
        return take_home(self.double.origin, wanted.digest, int(wanted.key.rpartition(":")[2]))

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        models = {SEEDANCE: replace(catalog.models()[SEEDANCE], **self.timing)}
        async with Client(Endpoint(self.double.origin, KEY), pace=PACE, patience=SHORT, sleep=briefly) as client:
            yield Desk(
                client, self.store, self.outputs, self.home, self.folder.joinpath, "film", models, 8,
                self.steps.append, self.double.origin, Counter(self.gate, self.sleep), SETTLE,
                lambda wanted, _: self.kept.append(wanted.shot), self.sleep,
            )  # fmt: skip

    def shoot(self, *orders: Order) -> list[Any]:
        """What each order came to: a take or an error."""

        async def run() -> Mapping[str, Any]:
            async with self.desk() as desk:
                return await generate(orders, {}, desk)

        return list(asyncio.run(run()).values())

    def bought(self, wanted: Order) -> Take:
        (take,) = self.shoot(wanted)
        assert isinstance(take, Take), take
        return take

    def intent(self, wanted: Order) -> Intent:
        """What its attempt writes down before it is sent."""
        request, sent = as_digested(wanted.request), digest_of(body(wanted))
        return Intent(request, "film", "main", wanted.shot, PRICE.usd, None, sent)

    def left_behind(self, wanted: Order, prediction: str = "") -> None:
        """An attempt of a process that died after its intent, or after its id."""
        with self.store.open(self.home(wanted)) as opened:
            attempt = opened.begin(self.intent(wanted))
            if prediction:
                attempt.submitted(prediction)

    def last(self, wanted: Order) -> Any:
        with self.store.open(self.home(wanted)) as opened:
            return opened.last

    def states(self, shot: str) -> list[str]:
        return [step.state for step in self.steps if step.shot == shot]


async def briefly(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.02))


def paid(take: Take) -> Paid:
    return Paid(take.digest, take.number, take.prediction, PRICE.usd, take.clip.sha256)


@contextmanager
def opened(folder: Path, *faults: Fault, limits: Limits = FREE, purse: Purse = NO_LIMIT, **how: Any) -> Iterator[Shop]:
    """A shop at a double of its own, which has these faults."""
    conduct = Conduct(**{"clips": "tiny", "generation_s": 0, "faults": faults, **how})
    with doubled(folder / "double", conduct) as double:
        yield Shop(folder, double, limits, purse)
