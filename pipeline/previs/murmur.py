"""A spoken line enters; a murmur without words leaves: a tone burst a syllable, in the speaker's own pitch."""

from __future__ import annotations

import re
import zlib

import numpy as np

from pipeline.previs.speech import Spoken, syllables
from pipeline.previs.tones import SAMPLE_RATE, Samples

VOICE_LEVEL = 0.10  # peak of a voice
HUSHED = re.compile(r"whisper|breath|quiet|soft|\blow\b|murmur", re.IGNORECASE)
# Formants of five vowels: Hz of the first three, after Peterson and Barney (1952), men's averages rounded.
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
_FORMANT_WIDTHS, _FORMANT_LEVELS = (110, 160, 220), (1.0, 0.4, 0.12)  # Hz; relative
_SYLLABLE_S = 0.19


def murmur(said: Spoken, length: int, rng: np.random.Generator) -> Samples:
    """A voice without words: a tone burst a syllable, falling towards the end of the line."""
    count = syllables(said.line.line)
    step = min(round(_SYLLABLE_S * SAMPLE_RATE), length // max(1, count))
    if step < 400:
        return np.zeros(0, np.float32)
    own_hz = pitch_hz(said.line.speaker)
    level = VOICE_LEVEL * (0.55 if HUSHED.search(said.line.delivery) else 1.0)
    voice = np.zeros(step * count, np.float32)
    for index in range(count):
        fall = 1.06 - 0.16 * index / max(1, count - 1) + rng.uniform(-0.03, 0.03)
        vowel = _VOWELS[int(rng.integers(len(_VOWELS)))]
        burst = _syllable(own_hz * fall, vowel, round(step * rng.uniform(0.72, 0.98)))
        voice[index * step : index * step + burst.size] = burst * np.float32(rng.uniform(0.6, 1.0))
    return voice * np.float32(level)


def _syllable(pitch_hz: float, formants: tuple[int, int, int], length: int) -> Samples:
    time_s = np.arange(length, dtype=np.float64) / SAMPLE_RATE
    glide = pitch_hz * time_s * (1 - 0.04 * time_s / max(time_s[-1], 1e-9))
    tone = np.zeros(length)
    for harmonic in range(1, int(3200 / pitch_hz)):
        rate = harmonic * pitch_hz
        peaks = zip(formants, _FORMANT_WIDTHS, _FORMANT_LEVELS, strict=True)
        resonance = sum(level * np.exp(-(((rate - formant) / width) ** 2)) for formant, width, level in peaks)
        tone += (resonance + 0.03) / harmonic**0.5 * np.sin(2 * np.pi * harmonic * glide)
    shape = np.sin(np.pi * np.linspace(0, 1, length)) ** 0.8
    return (tone * shape / max(1e-9, float(np.abs(tone).max()))).astype(np.float32)


def pitch_hz(speaker: str) -> float:
    """A pitch of the speaker's own; checksums are the same in every process, hashes are not."""
    return 96.0 + zlib.crc32(speaker.lower().encode("utf-8", "surrogatepass")) % 110
