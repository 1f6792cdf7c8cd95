"""The words of a cut, as values: first as they are asked for of one shot, then as they stand in the film."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["title", "lower_third", "caption", "card", "credits"]
Position = Literal["center", "top", "bottom"]


@dataclass(frozen=True, slots=True)
class Captions:
    """How the captions of one film are made, and the language of its words."""

    burn: bool = False  # they are drawn into the picture
    soft: bool = True  # cut.mp4 has a track of them
    language: str = ""  # tag of BCP 47; "" where nobody says
    style: Literal["outline", "box"] = "outline"


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that one shot brings to the cut, filled in, in the language of the film."""

    kind: Kind
    rows: tuple[tuple[str, ...], ...]  # lines, each of one cell or, in credits, of a part and who had it
    start_s: Fraction | None = None  # seconds from where the shot begins in the cut; None: as is usual
    duration_s: Fraction | None = None  # None: as is usual
    position: Position = "center"
    speaker: str = ""  # whose words they are; "" for nobody's
    rolls: bool = False  # they move up through the picture


@dataclass(frozen=True, slots=True)
class Words:
    """Words in the film, counted in its frames."""

    kind: Kind
    shot: str  # id of the shot, or of the card that they stand on
    rows: tuple[tuple[str, ...], ...]  # as they are shown; a caption is broken into lines
    start: int  # frame of the cut
    length: int  # frames
    fade_in: int = 0  # frames in which they appear
    fade_out: int = 0  # frames in which they go
    position: Position = "center"
    speaker: str = ""
    rolls: bool = False

    @property
    def text(self) -> str:
        """All of it, line by line."""
        return "\n".join(" ".join(filter(None, row)) for row in self.rows)

    @property
    def stop(self) -> int:
        """The frame of the cut after its last one."""
        return self.start + self.length

    @property
    def alone(self) -> bool:
        """Whether they stand on a plain ground: they are part of the picture of their shot."""
        return self.kind in ("card", "credits")
