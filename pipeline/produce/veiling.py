"""What a previs writes over its picture, its prompt before all: where it stands in clips and in cuts of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.edit import Cut
from pipeline.errors import StoryreelError
from pipeline.take import MediaFacts, Take

if TYPE_CHECKING:
    from pipeline.media.proxies import Veil

_UNKNOWN = Fraction(2, 3)  # of a previs whose slate is not found where it should be


def band_top(clip: Path, facts: MediaFacts) -> Fraction:
    """The share of a previs' height, from above, below which its slate stands. Raises MediaError."""
    from pipeline.media.pictures import frame_picture  # here, as below: they load libav
    from pipeline.previs.unslate import clear_of_slate

    picture = frame_picture(clip, facts.frame_count // 2, facts.frame_rate)
    bounds = clear_of_slate(picture)
    return _UNKNOWN if bounds == (0, 0, *picture.size) else Fraction(bounds[3], facts.height)


def veils(cut: Cut, found: Mapping[str, Take | StoryreelError], outputs: Path) -> Iterator[Veil]:
    """Veils over the slates of all previs in a cut, and over cards that stand for what is missing."""
    from pipeline.media.proxies import Veil  # here: it loads libav

    for segment in cut.segments:
        if segment.card:  # says why there is no picture
            yield Veil(segment.start, segment.end, Fraction(0))
        take = found.get(segment.shot)
        if isinstance(take, Take) and is_previs(take):
            top = band_top(outputs / take.home / "clip.mp4", take.clip)
            yield Veil(segment.start, segment.end, _in_cut(cut, take.clip, top))


def is_previs(take: Take) -> bool:
    """Whether it is footage that was drawn."""
    return take.home.startswith("previs/")


def _in_cut(cut: Cut, facts: MediaFacts, top: Fraction) -> Fraction:
    """The same share of the cut's height, into which the clip is fitted."""
    scales = Fraction(cut.width, facts.width), Fraction(cut.height, facts.height)
    height = facts.height * (min(scales) if cut.fit == "contain" else max(scales))
    return min(Fraction(1), max(Fraction(0), ((cut.height - height) / 2 + top * height) / cut.height))
