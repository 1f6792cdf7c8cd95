"""The sound of a cut as values: what is asked of it in seconds, and what is heard of it in samples of 48000 Hz."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Role = Literal["take", "dialogue", "music", "voice_over", "effect"]
_AS_IT_IS = Decimal(0)


@dataclass(frozen=True, slots=True)
class Own:
    """How the sound that a take brings is heard."""

    gain_db: Decimal = _AS_IT_IS  # decibels
    muted: bool = False
    lead_s: Fraction = Fraction(0)  # seconds by which it begins before the picture
    lag_s: Fraction = Fraction(0)  # seconds by which it goes on after the picture
    speaks: bool = False  # somebody says something in it


@dataclass(frozen=True, slots=True)
class Cue:
    """A sound file that the storyboard puts into the cut."""

    role: Role
    source: str  # the file as the storyboard names it
    sha256: str  # of its bytes
    duration_s: Fraction  # seconds of it there are
    at_s: Fraction = Fraction(0)  # seconds from the start of its shot, or of the film
    at_shot: str = ""  # the shot it counts from; "" for the shot that brings it, or the film
    in_s: Fraction = Fraction(0)  # seconds of the file before what is heard first
    until_s: Fraction | None = None  # seconds of the film after which it is not heard; None: as long as there is of it
    until_shot: str = ""  # the shot with which it has ended; "" for none
    gain_db: Decimal = _AS_IT_IS  # decibels
    loop: bool = False  # it begins again at its in point until it is to end
    fade_in_s: Fraction = Fraction(0)  # seconds
    fade_out_s: Fraction = Fraction(0)  # seconds
    duck_db: Decimal = _AS_IT_IS  # decibels by which it goes down while somebody speaks


@dataclass(frozen=True, slots=True)
class Mix:
    """What is asked of the sound of the film as a whole."""

    cues: tuple[Cue, ...] = ()
    loudness_lufs: Decimal | None = None  # integrated loudness by EBU R128; None: levels are left as they are
    true_peak_dbtp: Decimal = Decimal(-1)  # decibels that no peak passes, where a loudness is asked for


@dataclass(frozen=True, slots=True)
class Fade:
    """Where a sound comes up or goes down: equal-power, so that two that meet are as loud as one."""

    start: int  # sample of the cut
    stop: int  # sample of the cut
    up: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A corner of a gain over time: between two of them it goes in a straight line of decibels."""

    at: int  # sample of the cut
    gain_db: Decimal  # decibels


@dataclass(frozen=True, slots=True)
class Sound:
    """A run of one source's samples in the cut."""

    role: Role
    shot: str  # id of the shot that brings it; "" for the film
    source: str  # of a take its clip relative to the outputs folder; else the file as the storyboard names it
    sha256: str  # of the source's bytes
    start: int  # sample of the cut at which it begins
    first: int  # samples of the source before it
    length: int  # samples, fades included
    fades: tuple[Fade, ...]
    levels: tuple[Level, ...]  # at least one

    @property
    def end(self) -> int:
        """The sample of the cut after its last."""
        return self.start + self.length

    @property
    def of_take(self) -> bool:
        """Whether it is the sound of a take, and no file of the storyboard."""
        return self.role in ("take", "dialogue")
