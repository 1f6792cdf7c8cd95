"""What a run works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.catalog import Model
from pipeline.client import Client
from pipeline.plan import Order
from pipeline.runner.counter import Counter
from pipeline.runner.orderly import Hand
from pipeline.runner.steps import Step
from pipeline.store import Store
from pipeline.take import Take

LARGEST_CLIP = 2 << 30  # bytes


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run works with."""

    client: Client
    store: Store
    outputs: Path  # the folder that homes are relative to
    home: Callable[[Order], str]  # where the clip of an order lives
    locate: Callable[[str], Path]  # a reference as the storyboard writes it -> its file
    storyboard: str  # its name; written down with each attempt
    models: Mapping[str, Model]  # those there are, by id
    limit: int  # orders at a time
    tell: Callable[[Step], object]
    origin: str = ""  # of the endpoint that is paid; "" for a rehearsal
    counter: Counter | None = None  # None for a rehearsal
    settle: str = ""  # the command line that settles an attempt, up to the name of the shot
    kept: Callable[[Order, Take], object] = lambda _order, _take: None  # called as each take lands
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    hand: Hand = field(default_factory=Hand)  # that takes the steps of the store
