"""Words of the cut as their author wrote them, typed: they are drawn over takes or alone, and no model is sent them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from pipeline.storyboard.nodes import Path

Text = tuple[tuple[str, str], ...]  # by language a template; under "" the one for every language
Rows = tuple[tuple[Text, ...], ...]  # lines, each of one cell or, in credits, of a part and who had it
Position = Literal["center", "top", "bottom"]
CREDITS = "credits"  # the id under which changes name them


@dataclass(frozen=True, slots=True)
class Inscription:
    """Words over the picture of a shot, or in place of what is said in it."""

    kind: Literal["title", "lower_third", "caption"]
    rows: Rows  # of a lower third the name, and the role where there is one
    start_s: Fraction | None  # seconds from where the shot begins in the cut; None: as is usual
    duration_s: Fraction | None  # None: as is usual
    position: Position
    path: Path


@dataclass(frozen=True, slots=True)
class CaptionSpec:
    """How captions are made, and in which language all words are; None where nothing is said."""

    burn: bool | None = None
    soft: bool | None = None
    language: str | None = None  # a template
    style: Literal["outline", "box"] | None = None


UNSAID = CaptionSpec()
