"""The shots of a clip enter; a quiet guide track leaves: the tone of each place, a murmur for each line."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.frames import sample_at
from pipeline.previs.order import Direction, PrevisOrder
from pipeline.previs.setting import Setting
from pipeline.previs.shots import Shot
from pipeline.previs.speech import Spoken, syllables

SAMPLE_RATE = 48_000  # Hz
Samples = NDArray[np.float32]  # -1 to 1

_TONE_LEVEL = 0.016  # RMS of the place's tone: about -36 dB under full scale
_VOICE_LEVEL = 0.10  # peak of a murmur
# Long enough not to click, too short to be heard as a gap where two clips meet.
_FADE_S = 0.015
# Formants of five vowels: Hz of the first three, after Peterson and Barney (1952), men's averages rounded.
_VOWELS = ((730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240))
_FORMANT_WIDTHS, _FORMANT_LEVELS = (110, 160, 220), (1.0, 0.4, 0.12)  # Hz; relative
_SYLLABLE_S = 0.19
_HUSHED = re.compile(r"whisper|breath|quiet|soft|\blow\b|murmur", re.IGNORECASE)
# Spectra of the places, as (Hz, level) corners; between them levels run straight over the logarithm of the frequency.
_SPECTRA: dict[str, tuple[tuple[float, float], ...]] = {
    "sea": ((40, 0.5), (120, 1.0), (500, 0.75), (2000, 0.32), (9000, 0.05)),
    "room": ((40, 0.9), (110, 1.0), (260, 0.25), (1200, 0.05), (8000, 0.01)),
    "forest": ((40, 0.12), (200, 0.35), (900, 0.6), (3500, 0.5), (10000, 0.12)),
    "city": ((40, 1.0), (140, 0.95), (500, 0.35), (2500, 0.10), (9000, 0.02)),
    "desert": ((40, 0.3), (180, 0.8), (500, 0.9), (1400, 0.3), (6000, 0.03)),
    "sky": ((40, 0.4), (150, 0.8), (420, 1.0), (1500, 0.35), (7000, 0.04)),
    "hills": ((40, 0.25), (180, 0.6), (600, 0.6), (2200, 0.3), (9000, 0.06)),
    "rain": ((100, 0.05), (600, 0.25), (2500, 0.7), (6000, 1.0), (12000, 0.5)),
}


def guide_track(order: PrevisOrder, shots: Sequence[Shot]) -> Samples:
    """Sound exactly as long as the picture: float32, 2 x samples, at 48 kHz."""
    firsts = (*(shot.first for shot in shots), order.frames)
    edges = [sample_at(frame, SAMPLE_RATE, order.frame_rate) for frame in firsts]
    track = np.zeros((2, edges[-1]), np.float32)
    lead = 0
    for shot, first, stop, after in zip(shots, edges, edges[1:], [*edges[2:], edges[-1]], strict=False):
        tail = min(after - stop, round(_FADE_S * SAMPLE_RATE))
        track[:, first : stop + tail] += _crossed(_heard(shot, stop - first, stop - first + tail), lead, tail)
        lead = tail
    return _faded(track)


def _heard(shot: Shot, spoken: int, length: int) -> Samples:
    """The sound of one shot, `length` samples of tone with speech on the first `spoken` of them."""
    order = shot.order
    rng = np.random.default_rng([order.seed_number, 6])
    track = _tone(shot.setting, length, rng)
    for said in shot.spoken:
        first = sample_at(said.start, SAMPLE_RATE, order.frame_rate)
        last = min(spoken, sample_at(said.stop, SAMPLE_RATE, order.frame_rate))
        murmur = _murmur(said, last - first, rng)
        pan = _pan(said, shot.direction)
        track[0, first : first + murmur.size] += murmur * np.float32(np.sqrt((1 - pan) / 2))
        track[1, first : first + murmur.size] += murmur * np.float32(np.sqrt((1 + pan) / 2))
    return track


def _crossed(track: Samples, lead: int, tail: int) -> Samples:
    """The track rising over its first `lead` samples and falling over its last `tail`.

    By roots: two noises of equal power, one falling and one rising, are together as loud as either.
    """
    rise, fall = np.sqrt(np.linspace(0, 1, lead)), np.sqrt(np.linspace(1, 0, tail))
    track[:, :lead] *= rise.astype(np.float32)
    track[:, track.shape[1] - tail :] *= fall.astype(np.float32)
    return track


def _faded(track: Samples) -> Samples:
    length = track.shape[1]
    fade = min(length // 2, round(_FADE_S * SAMPLE_RATE))
    ramp = np.linspace(0, 1, fade, dtype=np.float32)
    track[:, :fade] *= ramp
    track[:, length - fade :] *= ramp[::-1]
    return np.clip(track, -0.9, 0.9)


def _tone(setting: Setting, length: int, rng: np.random.Generator) -> Samples:
    tone = np.stack([_noise(setting.place, length, rng) for _ in range(2)])
    time_s = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    if setting.place == "sea":
        # Waves come in and run out about every six seconds, not quite evenly.
        phase = rng.uniform(0, 2 * np.pi)
        swell = 0.55 + 0.45 * np.sin(2 * np.pi * time_s / 6.1 + phase + 0.6 * np.sin(2 * np.pi * time_s / 9.7))
        tone *= swell.astype(np.float32) ** 2 * 0.8 + 0.35
    if setting.place == "room":
        hum = sum(level * np.sin(2 * np.pi * rate * time_s) for rate, level in ((50, 0.5), (100, 0.35), (150, 0.12)))
        tone += np.asarray(hum, np.float32)
    level = _TONE_LEVEL * {"room": 0.85, "forest": 0.8}.get(setting.place, 1.0)
    tone *= level
    if setting.weather in ("rain", "storm"):
        damped = 0.35 if setting.place == "room" else 0.9
        tone += damped * _TONE_LEVEL * np.stack([_noise("rain", length, rng) for _ in range(2)])
    return tone.astype(np.float32)


def _noise(spectrum: str, length: int, rng: np.random.Generator) -> Samples:
    """Noise of the spectrum, RMS 1."""
    # A power of two: the transform of a length with large prime factors takes many times longer.
    size = 1 << max(10, (length - 1).bit_length())
    rates = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    corners = _SPECTRA[spectrum]
    places, heights = [np.log(rate) for rate, _ in corners], [level for _, level in corners]
    levels = np.interp(np.log(np.maximum(rates, 1)), places, heights, right=0.0)
    levels[rates < 25] = 0
    # A third less an octave, as in nature, on top of the place's own colour.
    levels /= np.sqrt(np.maximum(rates, 25))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * levels)[:length]
    return (noise / max(1e-9, float(np.sqrt(np.mean(noise**2))))).astype(np.float32)


def _murmur(said: Spoken, length: int, rng: np.random.Generator) -> Samples:
    """A voice without words: a tone burst a syllable, falling towards the end of the line."""
    count = syllables(said.line.line)
    step = min(round(_SYLLABLE_S * SAMPLE_RATE), length // max(1, count))
    if step < 400:
        return np.zeros(0, np.float32)
    pitch_hz = _pitch_hz(said.line.speaker)
    level = _VOICE_LEVEL * (0.55 if _HUSHED.search(said.line.delivery) else 1.0)
    murmur = np.zeros(step * count, np.float32)
    for index in range(count):
        fall = 1.06 - 0.16 * index / max(1, count - 1) + rng.uniform(-0.03, 0.03)
        vowel = _VOWELS[int(rng.integers(len(_VOWELS)))]
        burst = _syllable(pitch_hz * fall, vowel, round(step * rng.uniform(0.72, 0.98)))
        murmur[index * step : index * step + burst.size] = burst * np.float32(rng.uniform(0.6, 1.0))
    return murmur * np.float32(level)


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


def _pitch_hz(speaker: str) -> float:
    """A pitch of the speaker's own; checksums are the same in every process, hashes are not."""
    return 96.0 + zlib.crc32(speaker.lower().encode("utf-8", "surrogatepass")) % 110


def _pan(said: Spoken, direction: Direction) -> float:
    """-1 is left, 1 right: speakers stand a little apart, one off screen far out."""
    names = [figure.name for figure in direction.figures]
    if said.line.off_screen:
        return 0.7
    if said.line.speaker not in names or len(names) < 2:
        return 0.0
    return -0.3 + 0.6 * names.index(said.line.speaker) / (len(names) - 1)
