"""What is told while a run is under way: one union of values. See docs/python.md.

An offer, then of each job its steps, then of each cut how far it has come and that it is there; and between them what
moves to the team's store and from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from pipeline.errors import StoryreelError
from pipeline.produce.offering import Offer
from pipeline.runner import Step
from pipeline.sync import Moving


@dataclass(frozen=True, slots=True)
class Cutting:
    """How far the drawing of one cut has come."""

    variant: str
    done: int  # frames
    total: int  # frames


@dataclass(frozen=True, slots=True)
class FinishedCut:
    """One variant's film."""

    variant: str
    file: Path  # of the cut
    frames: int
    frame_rate: Fraction  # frames a second
    takes: int  # shots shown by takes that were paid for
    previs: int  # shots shown by previs
    failed: Mapping[str, StoryreelError]  # by shot: what went wrong; a card stands in its place
    notes: tuple[str, ...]  # where the edit had to differ from what was asked
    unchanged: bool  # it was there already


@dataclass(frozen=True, slots=True)
class Copying:
    """How many of the small films of a page are there."""

    variant: str
    done: int  # films
    total: int  # films


Event = Offer | Step | Moving | Cutting | FinishedCut | Copying
Tell = Callable[[Event], object]


def unheard(_: Event) -> None:
    """Nobody listens."""
