"""What stands side by side, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image

Kind = Literal["changed", "added", "removed", "recut"]


@dataclass(frozen=True, slots=True)
class Side:
    """A shot in one of the two states."""

    picture: Image.Image | None  # RGB; None where there is none to show
    words: str  # what it is ("take 2 at 2.5 s", "previs at 3 s"), or why there is no picture


@dataclass(frozen=True, slots=True)
class Pair:
    """A shot in both states."""

    shot: str
    variant: str  # "" where the shot needs none to be told apart
    kind: Kind
    before: Side
    after: Side

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.shot} ({self.variant})" if self.variant else self.shot
