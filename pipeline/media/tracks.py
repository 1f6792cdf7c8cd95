"""The captions of a film, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption."""

    start: int  # frame of the film
    length: int  # frames
    text: str  # its lines


@dataclass(frozen=True, slots=True)
class Track:
    """The captions of a film, none of which overlaps another, in order."""

    language: str  # three letters; und where nobody says
    captions: tuple[Caption, ...]
