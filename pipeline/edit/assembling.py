"""Footage and what is asked of the sound come in; the Cut goes out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pipeline.edit.cut import Cut, Fit, Footage, segments
from pipeline.edit.laying import laid
from pipeline.edit.sound import Mix

_NO_MIX = Mix()


def assemble(
    variant: str,
    footage: Sequence[Footage],
    frame_rate: Fraction,
    size: tuple[int, int],
    fit: Fit,
    mix: Mix = _NO_MIX,
) -> Cut:
    """Lay the footage end to end at `frame_rate`, transitions overlapping, each shot cut to the frames there are.

    What is heard lies below it: the sound of the takes, and every cue at its time.
    """
    shown, notes = segments(footage, frame_rate)
    heard, of_sound = laid(shown, footage, mix, frame_rate)
    levels = mix.loudness_lufs, mix.true_peak_dbtp
    return Cut(variant, frame_rate, *size, fit, shown, (*notes, *of_sound), heard, *levels)
