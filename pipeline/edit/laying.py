"""Segments and what is asked of the sound come in; everything that is heard goes out, placed to the sample."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pipeline.edit import ducking, takes
from pipeline.edit.cues import Cues
from pipeline.edit.cut import Footage, Segment
from pipeline.edit.sound import Mix, Sound


def laid(
    segments: Sequence[Segment], footage: Sequence[Footage], mix: Mix, frame_rate: Fraction
) -> tuple[tuple[Sound, ...], tuple[str, ...]]:
    """The sounds of a cut, and notes of what could not be as it was asked: first those of takes, then the cues.

    Music is laid last: it gives way to takes in which somebody speaks and to every voice-over.
    """
    if not segments:
        return (), ()
    heard = takes.heard(segments, footage, frame_rate)
    asked = [(cue, shot.shot) for shot in footage for cue in shot.cues] + [(cue, "") for cue in mix.cues]
    cues = Cues(segments, frame_rate)
    sounds = [sound for cue, shot in asked if cue.role != "music" for sound in cues.sounds(cue, shot)]
    voices = [(sound.start, sound.end) for sound in sounds if sound.role == "voice_over"]
    cues.spoken = ducking.merged([*heard.spoken, *voices])
    sounds += [sound for cue, shot in asked if cue.role == "music" for sound in cues.sounds(cue, shot)]
    return (*heard.sounds, *sounds), (*heard.notes, *cues.notes)
