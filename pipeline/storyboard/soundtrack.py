"""What a storyboard says of the sound of its cut: frozen values. None of it is told to the model."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipeline.storyboard.nodes import Path

CueRole = Literal["music", "voice_over", "effect"]
When = Fraction | str  # seconds from the start of the shot or of the film, or the id of a shot
DUCK_DB = Decimal(10)  # decibels by which music goes down where nothing is said


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound file that the cut plays."""

    role: CueRole
    file: str  # a template: its path, relative to the folder of the storyboard
    path: Path  # where it stands in the storyboard
    at: When = Fraction(0)
    until: When | None = None  # of music; None: as long as there is of it
    in_s: Fraction = Fraction(0)  # seconds of the file that are left out at its beginning
    gain_db: Decimal = Decimal(0)  # decibels
    loop: bool = False
    fade_in_s: Fraction = Fraction(0)  # seconds
    fade_out_s: Fraction = Fraction(0)  # seconds
    duck_db: Decimal = Decimal(0)  # decibels, of music
    text: str = ""  # a template: what a voice-over says


@dataclass(frozen=True, slots=True)
class TakeMix:
    """How the sound that a take brings is heard; None where nothing is said."""

    gain_db: Decimal | None = None  # decibels
    mute: bool | None = None


NOTHING_SAID = TakeMix()


@dataclass(frozen=True, slots=True)
class ShotSound:
    """What a shot says of its sound in the cut."""

    mix: TakeMix = NOTHING_SAID
    lead_s: Fraction = Fraction(0)  # seconds by which its sound begins before its picture
    lag_s: Fraction = Fraction(0)  # seconds by which its sound goes on after its picture
    files: tuple[SoundFile, ...] = ()


PLAIN_SOUND = ShotSound()


@dataclass(frozen=True, slots=True)
class MixSpec:
    """The sound of the whole cut; None where nothing is said."""

    takes_gain_db: Decimal | None = None  # decibels, of takes whose shot says nothing
    takes_mute: bool | None = None
    music: tuple[SoundFile, ...] | None = None
    voice_over: tuple[SoundFile, ...] | None = None
    effects: tuple[SoundFile, ...] | None = None
    loudness_lufs: Decimal | None = None
    true_peak_dbtp: Decimal | None = None

    @property
    def files(self) -> tuple[SoundFile, ...]:
        """Every sound file that it names."""
        return (*(self.music or ()), *(self.voice_over or ()), *(self.effects or ()))

    def under(self, change: MixSpec) -> MixSpec:
        """The same, with what `change` says in the place of what this one says."""
        said = {field.name: getattr(change, field.name) for field in fields(MixSpec)}
        return MixSpec(**{name: getattr(self, name) if value is None else value for name, value in said.items()})


NO_MIX = MixSpec()
