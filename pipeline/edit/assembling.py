"""Footage, what is asked of the sound and how captions are made come in; the Cut goes out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from pipeline.edit.cut import NO_CAPTIONS, Cut, Fit, Footage, segments
from pipeline.edit.laying import laid
from pipeline.edit.reading import read
from pipeline.edit.sound import Mix
from pipeline.words import Captions

_NO_MIX = Mix()


def assemble(
    variant: str,
    footage: Sequence[Footage],
    frame_rate: Fraction,
    size: tuple[int, int],
    fit: Fit,
    mix: Mix = _NO_MIX,
    captions: Captions = NO_CAPTIONS,
) -> Cut:
    """Lay the footage end to end at `frame_rate`, transitions overlapping, each shot cut to the frames there are.

    What is heard lies below it: the sound of the takes, and every cue at its time; what is read lies over it.
    """
    shown, notes = segments(footage, frame_rate)
    heard, of_sound = laid(shown, footage, mix, frame_rate)
    words, of_words = read(shown, footage, frame_rate, size)
    levels = mix.loudness_lufs, mix.true_peak_dbtp
    told = (*notes, *of_sound, *of_words)
    return Cut(variant, frame_rate, *size, fit, shown, told, heard, *levels, words, captions)
