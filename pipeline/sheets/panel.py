"""What a printed storyboard tells of one shot, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL import Image

Paper = Literal["a4", "letter"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One shot."""

    shot: str  # its id
    picture: Image.Image | None  # RGB; None where there is none to show
    why: str  # there is no picture; "" where there is one
    seconds: Fraction  # that the cut shows of it, with its transitions
    into: str  # the transition into it, in words; "" for a hard cut
    camera: tuple[str, ...]  # size, angle, movement and lens, in words
    movement: str  # the code of the camera's movement: "dolly_in"; "" for none
    action: str
    dialogue: tuple[str, ...]
    notes: str


@dataclass(frozen=True, slots=True)
class Board:
    """A storyboard to be printed."""

    title: str
    about: str  # in a line: the variant, how many shots, how long
    shape: Fraction  # width by height of its pictures
    language: str  # tag of BCP 47 of its words; "" where nobody says
    panels: tuple[Panel, ...]
