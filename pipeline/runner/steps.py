"""What happens to one job on its way to a clip, each kind of it a value of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pipeline.catalog import Price
from pipeline.errors import StoryreelError
from pipeline.take import Take

State = Literal["waiting", "sending", "accepted", "making", "fetching", "kept", "failed", "held"]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to one job. Each kind has a class and a word, its `state`."""

    state: ClassVar[State]

    key: str  # of the job, the same in all that happens to it
    variant: str  # that it is for; "" where all use it
    shot: str  # id of the first entry that it is for

    @property
    def paid(self) -> bool:
        """Whether it is of a take that costs money; else it is of previs."""
        return not self.key.startswith("previs:")

    @property
    def message(self) -> str:
        """What is to be said beside the word; mostly nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class Waiting(Step):
    """It waits for something: what it continues from, its turn, a pause of the API."""

    state: ClassVar[State] = "waiting"

    reason: str = ""  # "" for no reason in particular

    @property
    def message(self) -> str:
        """Why it waits."""
        return self.reason


@dataclass(frozen=True, slots=True)
class Sending(Step):
    """Its intent is written down, and it is being submitted. From now on it may be paid for."""

    state: ClassVar[State] = "sending"

    price: Price | None  # expected; None: nobody knows it


@dataclass(frozen=True, slots=True)
class Accepted(Step):
    """The API took it, and its id is written down. It is paid for, whatever becomes of this run."""

    state: ClassVar[State] = "accepted"

    prediction: str  # the API's id


@dataclass(frozen=True, slots=True)
class Making(Step):
    """It is not ready yet: so says the API each time it is asked. Of previs: it is being drawn."""

    state: ClassVar[State] = "making"

    prediction: str  # the API's id; "" of previs
    status: str = ""  # the API's word, such as "created" or "processing"; "" where it was not asked in this run yet


@dataclass(frozen=True, slots=True)
class Fetching(Step):
    """It is ready, and its clip is being downloaded."""

    state: ClassVar[State] = "fetching"

    prediction: str  # the API's id


@dataclass(frozen=True, slots=True)
class Kept(Step):
    """Its clip is in the store for good."""

    state: ClassVar[State] = "kept"

    take: Take


@dataclass(frozen=True, slots=True)
class Failed(Step):
    """It came to no clip. The others carry on."""

    state: ClassVar[State] = "failed"

    error: StoryreelError  # with what to do next, and whether it has cost money

    @property
    def message(self) -> str:
        """What went wrong."""
        return self.error.message


@dataclass(frozen=True, slots=True)
class HeldBack(Step):
    """It was not bought: another job of its shot was refused by moderation."""

    state: ClassVar[State] = "held"

    error: StoryreelError

    @property
    def message(self) -> str:
        """Why it was not."""
        return self.error.message
