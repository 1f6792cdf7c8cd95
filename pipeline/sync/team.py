"""What an exchange works with, and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline.errors import StoryreelError
from pipeline.store import Store
from pipeline.sync.layout import Spot
from pipeline.sync.remotes import Remote

Way = Literal["push", "fetch"]


@dataclass(frozen=True, slots=True)
class Moving:
    """Something that happened to one take, for whoever shows progress."""

    way: Way
    spot: Spot
    state: Literal["begun", "done", "failed"]
    size_bytes: int = 0
    message: str = ""  # why it failed
    shot: str = ""  # that it was bought for; "" where that is not known


@dataclass(frozen=True, slots=True)
class Team:
    """A store and the remote that it is exchanged with."""

    remote: Remote
    store: Store
    outputs: Path  # the folder that homes are relative to
    tell: Callable[[Moving], object] = lambda _: None  # called from several threads, one at a time


@dataclass(frozen=True, slots=True)
class Moved:
    """A take that is now where it was lacking."""

    spot: Spot
    size_bytes: int
    shot: str = ""  # that it was bought for; "" where that is not known


@dataclass(frozen=True, slots=True)
class Failed:
    """A take that is not."""

    way: Way
    spot: Spot
    error: StoryreelError


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was exchanged."""

    pushed: tuple[Moved, ...] = ()
    fetched: tuple[Moved, ...] = ()
    present: int = 0  # takes that were on both sides before
    missing: tuple[Spot, ...] = ()  # named by a lock, and neither here nor there
    otherwise: tuple[Spot, ...] = ()  # named by a lock, and this store keeps another clip as that take
    failed: tuple[Failed, ...] = field(default=())

    def __add__(self, other: Exchange) -> Exchange:
        """Both."""
        return Exchange(
            self.pushed + other.pushed,
            self.fetched + other.fetched,
            self.present + other.present,
            self.missing + other.missing,
            self.otherwise + other.otherwise,
            self.failed + other.failed,
        )
