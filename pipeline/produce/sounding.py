"""What a variant says of its sound becomes what is asked of the edit: takes as they are to be heard, and cues."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.edit import Cue, Mix, Own
from pipeline.plan import Compositions, Facts, Soundtracks, Variant
from pipeline.storyboard import Entry, Part, Shot, SoundFile

_TRUE_PEAK_DBTP = Decimal(-1)
_NOT_SAID = Decimal(0)


@dataclass(frozen=True, slots=True)
class Sounding:
    """The sound of one variant."""

    compositions: Compositions
    variant: Variant
    facts: Facts

    def own(self, shot: Shot) -> Own:
        """How the take of a shot is heard: as the shot says, else as the film does."""
        said, usual = shot.sound.mix, self.variant.mix
        gain_db = said.gain_db if said.gain_db is not None else usual.takes_gain_db
        mute = said.mute if said.mute is not None else usual.takes_mute
        sound = shot.sound
        return Own(gain_db or _NOT_SAID, bool(mute), sound.lead_s, sound.lag_s, self._speaks(shot))

    def cues(self) -> dict[str, tuple[Cue, ...]]:
        """The sound files of each shot, by its id, and under "" those of the film. Raises BadInput."""
        track = Soundtracks(self.compositions.board, self.compositions.variants).of(self.variant)
        named = {**track.of_shots, "": track.of_film}
        return {shot: tuple(map(self._cue, files)) for shot, files in named.items()}

    def mix(self, cues: tuple[Cue, ...]) -> Mix:
        """The sound of the film as a whole, with its own cues."""
        peak_dbtp = self.variant.mix.true_peak_dbtp
        return Mix(cues, self.variant.mix.loudness_lufs, _TRUE_PEAK_DBTP if peak_dbtp is None else peak_dbtp)

    def _speaks(self, shot: Shot) -> bool:
        """Whether somebody says something in the shot, and the take has sound."""
        entry = self.compositions.board.entries[shot.entry]
        said = any(part.dialogue for part in _parts(entry, shot))
        return said and bool(self.compositions.asked(self.variant, entry).generate_audio)

    def _cue(self, file: SoundFile) -> Cue:
        found = self.facts[file.file]
        at, until = file.at, file.until
        return Cue(
            role=file.role,
            source=file.file,
            sha256=found.sha256,
            duration_s=found.duration_s,
            at_s=at if isinstance(at, Fraction) else Fraction(0),
            at_shot=at if isinstance(at, str) else "",
            in_s=file.in_s,
            until_s=until if isinstance(until, Fraction) else None,
            until_shot=until if isinstance(until, str) else "",
            gain_db=file.gain_db,
            loop=file.loop,
            fade_in_s=file.fade_in_s,
            fade_out_s=file.fade_out_s,
            duck_db=file.duck_db,
        )


def _parts(entry: Entry, shot: Shot) -> tuple[Part, ...]:
    return entry.parts[shot.part : shot.part + 1] if len(entry.shots) > 1 else entry.parts
