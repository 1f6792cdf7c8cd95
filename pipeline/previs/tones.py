"""A setting and a length enter; the tone of the place leaves: sea, room, street, and rain that falls on it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.setting import Setting

SAMPLE_RATE = 48_000  # Hz
Samples = NDArray[np.float32]  # -1 to 1

_TONE_LEVEL = 0.016  # RMS of the place's tone: about -36 dB under full scale
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


def tone(setting: Setting, length: int, rng: np.random.Generator) -> Samples:
    """The tone of the place, 2 x samples."""
    made = np.stack([noise(setting.place, length, rng) for _ in range(2)])
    time_s = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    if setting.place == "sea":
        # Waves come in and run out about every six seconds, not quite evenly.
        phase = rng.uniform(0, 2 * np.pi)
        swell = 0.55 + 0.45 * np.sin(2 * np.pi * time_s / 6.1 + phase + 0.6 * np.sin(2 * np.pi * time_s / 9.7))
        made *= swell.astype(np.float32) ** 2 * 0.8 + 0.35
    if setting.place == "room":
        hum = sum(level * np.sin(2 * np.pi * rate * time_s) for rate, level in ((50, 0.5), (100, 0.35), (150, 0.12)))
        made += np.asarray(hum, np.float32)
    level = _TONE_LEVEL * {"room": 0.85, "forest": 0.8}.get(setting.place, 1.0)
    made *= level
    if setting.weather in ("rain", "storm"):
        damped = 0.35 if setting.place == "room" else 0.9
        made += damped * _TONE_LEVEL * np.stack([noise("rain", length, rng) for _ in range(2)])
    return made.astype(np.float32)


def noise(spectrum: str, length: int, rng: np.random.Generator) -> Samples:
    """Noise of the spectrum, RMS 1."""
    # A power of two: the transform of a length with large prime factors takes many times longer.
    size = 1 << max(10, (length - 1).bit_length())
    levels = _levels(spectrum, size)
    # What white noise is made of is as random as the noise: it need not be transformed to be known.
    strengths, turned = rng.standard_normal((2, len(levels)), np.float32) * levels
    noise = np.fft.irfft(strengths + 1j * turned)[:length]
    return (noise / max(1e-9, float(np.sqrt(np.mean(noise**2))))).astype(np.float32)


@lru_cache(2)  # of a place and of rain
def _levels(spectrum: str, size: int) -> Samples:
    """How strong each of the frequencies is that noise of `size` samples is made of."""
    rates = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    corners = _SPECTRA[spectrum]
    places, heights = [np.log(rate) for rate, _ in corners], [level for _, level in corners]
    levels = np.interp(np.log(np.maximum(rates, 1)), places, heights, right=0.0)
    levels[rates < 25] = 0
    # A third less an octave, as in nature, on top of the place's own colour.
    levels /= np.sqrt(np.maximum(rates, 25))
    found: Samples = levels.astype(np.float32)
    found.flags.writeable = False
    return found
