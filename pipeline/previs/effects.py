"""A shot's words enter; the sounds that they name leave, made of noise and tones: thunder, gulls, a door, steps."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.order import Direction
from pipeline.previs.setting import Setting
from pipeline.previs.tones import SAMPLE_RATE, Samples

_Random = np.random.Generator
_Floats = NDArray[np.float64]
_LEVEL = 0.06  # peak of an effect: under a voice, over the tone of a place


def effects(direction: Direction, setting: Setting, length: int, rng: _Random) -> Samples:
    """Everything that the shot's own words name, laid over its `length` samples: 2 x samples."""
    track = np.zeros((2, length), np.float32)
    words = f"{direction.action} {direction.notes}"
    for name, (pattern, make, times) in _NAMED.items():
        if not re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE):
            continue
        if name == "steps" and setting.place in ("sea", "sky"):
            continue
        for share in times(length / SAMPLE_RATE, rng):
            _lay(track, make(rng), share, float(rng.uniform(-0.6, 0.6)))
    return track


def _lay(track: Samples, sound: _Floats, share: float, pan: float) -> None:
    """Add a sound that begins at a share of the track, cut where the track ends."""
    first = int(share * track.shape[1])
    part = sound[: track.shape[1] - first] * (_LEVEL / max(1e-9, float(np.abs(sound).max())))
    for channel, side in enumerate((1 - pan, 1 + pan)):
        track[channel, first : first + part.size] += (part * np.sqrt(side / 2)).astype(np.float32)


def _time(seconds: float) -> _Floats:
    return np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE


def _band(seconds: float, low_hz: float, high_hz: float, rng: _Random) -> _Floats:
    """Noise between two frequencies."""
    count = int(seconds * SAMPLE_RATE)
    size = 1 << max(8, (count - 1).bit_length())
    rates = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    shape = np.exp(-((np.log(np.maximum(rates, 1) / np.sqrt(low_hz * high_hz)) / np.log(high_hz / low_hz)) ** 2) * 4)
    made = np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape)[:count]
    return np.asarray(made / max(1e-9, float(np.abs(made).max())))


def _struck(seconds: float, partials: tuple[tuple[float, float, float], ...]) -> _Floats:
    """Something that was struck: (Hz, level, seconds to fade) of each of its tones."""
    time_s = _time(seconds)
    return np.asarray(
        sum(level * np.sin(2 * np.pi * hz * time_s) * np.exp(-time_s / fade) for hz, level, fade in partials)
    )


def _thunder(rng: _Random) -> _Floats:
    time_s = _time(3.2)
    rolls = sum(np.exp(-(((time_s - at) / width) ** 2)) for at, width in ((0.25, 0.2), (0.8, 0.4), (1.6, 0.8)))
    crack = _band(3.2, 300, 3000, rng) * np.exp(-time_s / 0.09)
    return np.asarray(_band(3.2, 28, 140, rng) * rolls * (1 - np.exp(-time_s / 0.02)) + 0.5 * crack)


def _gull(rng: _Random) -> _Floats:
    calls = []
    for _ in range(int(rng.integers(2, 5))):
        time_s = _time(float(rng.uniform(0.22, 0.4)))
        share = time_s / time_s[-1]
        hz = rng.uniform(1150, 1400) * (1 + 0.35 * np.sin(np.pi * share) - 0.25 * share)
        phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
        call = (np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin(3 * phase)) * np.sin(np.pi * share) ** 0.7
        calls += [call, np.zeros(int(SAMPLE_RATE * rng.uniform(0.08, 0.2)))]
    return np.concatenate(calls)


def _bird(rng: _Random) -> _Floats:
    notes = []
    for _ in range(int(rng.integers(3, 7))):
        time_s = _time(float(rng.uniform(0.05, 0.14)))
        share = time_s / time_s[-1]
        hz = rng.uniform(2600, 4400) * (1 + rng.uniform(-0.25, 0.25) * share)
        notes += [np.sin(2 * np.pi * np.cumsum(hz) / SAMPLE_RATE) * np.sin(np.pi * share), np.zeros(2400)]
    return np.concatenate(notes)


def _door(rng: _Random) -> _Floats:
    time_s = _time(1.3)
    creak_hz = 180 + 90 * np.sin(2 * np.pi * 1.1 * time_s)
    saw = 2 * ((np.cumsum(creak_hz) / SAMPLE_RATE) % 1) - 1
    creak = saw * np.clip(np.sin(np.pi * time_s / 0.8), 0, 1) * (time_s < 0.8) * 0.3
    thud = _band(1.3, 50, 220, rng) * np.exp(-np.clip(time_s - 0.9, 0, None) / 0.09) * (time_s > 0.9)
    return np.asarray(creak * _band(1.3, 300, 2500, rng) + thud)


def _step(rng: _Random) -> _Floats:
    time_s = _time(0.16)
    heel = _band(0.16, 70, 300, rng) * np.exp(-time_s / 0.022)
    scrape = _band(0.16, 1200, 5000, rng) * np.exp(-(((time_s - 0.05) / 0.02) ** 2)) * 0.25
    return np.asarray(heel + scrape)


def _wave(rng: _Random) -> _Floats:
    time_s = _time(3.6)
    return np.asarray(_band(3.6, 150, 2600, rng) * np.sin(np.pi * np.clip(time_s / 3.6, 0, 1)) ** 2)


def _wind(rng: _Random) -> _Floats:
    time_s = _time(4.0)
    gust = np.sin(np.pi * time_s / 4.0) ** 1.5 * (1 + 0.4 * np.sin(2 * np.pi * 0.9 * time_s + rng.uniform(0, 6)))
    return np.asarray(_band(4.0, 220, 900, rng) * gust)


def _engine(rng: _Random) -> _Floats:
    time_s = _time(4.0)
    hz = 38 + 3 * np.sin(2 * np.pi * 0.4 * time_s + rng.uniform(0, 6))
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE
    tone = sum(np.sin(k * phase) / k for k in range(1, 9))
    return np.asarray((tone + 0.3 * _band(4.0, 60, 400, rng)) * np.sin(np.pi * time_s / 4.0) ** 0.4)


def _bell(rng: _Random) -> _Floats:
    hz = float(rng.uniform(420, 520))
    return _struck(2.6, ((hz, 1.0, 0.9), (2.0 * hz, 0.6, 0.7), (2.4 * hz, 0.5, 0.5), (3.0 * hz, 0.3, 0.35)))


def _phone(_: _Random) -> _Floats:
    time_s = _time(1.0)
    return np.asarray((np.sin(2 * np.pi * 440 * time_s) + np.sin(2 * np.pi * 480 * time_s)) * (time_s % 0.05 < 0.04))


def _tick(_: _Random) -> _Floats:
    return _struck(0.06, ((2400, 1.0, 0.006), (5200, 0.5, 0.004)))


def _crackle(rng: _Random) -> _Floats:
    made = 0.12 * _band(3.0, 80, 700, rng)
    for at in rng.uniform(0, 2.9, 26):
        snap = _band(0.03, 1500, 8000, rng) * np.exp(-_time(0.03) / 0.004) * rng.uniform(0.3, 1.0)
        made[int(at * SAMPLE_RATE) : int(at * SAMPLE_RATE) + snap.size] += snap
    return made


def _bang(rng: _Random) -> _Floats:
    time_s = _time(1.6)
    return np.asarray(
        _band(1.6, 60, 4000, rng) * np.exp(-time_s / 0.05) + 0.5 * _band(1.6, 40, 200, rng) * np.exp(-time_s / 0.4)
    )


def _glass(rng: _Random) -> _Floats:
    made = _band(1.0, 3000, 12000, rng) * np.exp(-_time(1.0) / 0.05)
    for _ in range(14):
        ring = _struck(0.3, ((float(rng.uniform(2500, 8000)), 0.4, 0.06),))
        first = int(rng.uniform(0, 0.6) * SAMPLE_RATE)
        made[first : first + ring.size] += ring
    return made


def _cricket(_: _Random) -> _Floats:
    time_s = _time(1.2)
    pulses = np.clip(np.sin(2 * np.pi * 28 * time_s), 0, 1) * (time_s % 0.6 < 0.32)
    return np.asarray(np.sin(2 * np.pi * 4300 * time_s) * pulses)


def _heart(_: _Random) -> _Floats:
    time_s = _time(0.5)
    beat = np.sin(2 * np.pi * 52 * time_s)
    return np.asarray(beat * (np.exp(-time_s / 0.05) + 0.7 * np.exp(-np.abs(time_s - 0.26) / 0.04)))


def _once(_: float, rng: _Random) -> list[float]:
    return [float(rng.uniform(0.08, 0.25))]


def _often(seconds: float, rng: _Random) -> list[float]:
    return sorted(float(share) for share in rng.uniform(0.04, 0.9, max(2, round(seconds / 2.2))))


def _on_and_on(every_s: float) -> Callable[[float, _Random], list[float]]:
    def times(seconds: float, rng: _Random) -> list[float]:
        first = float(rng.uniform(0.0, 0.5)) * every_s
        return [at / seconds for at in np.arange(first, seconds, every_s)]

    return times


_Times = Callable[[float, _Random], list[float]]
_STEPS = r"footsteps?|steps?|walks?|walking|climbs?|climbing|runs?|running|strides?|marches"
_ENGINES = r"engines?|motors?|cars?|trucks?|boats?|trawler|tractor|aeroplane|airplane|train"
_NAMED: dict[str, tuple[str, Callable[[_Random], _Floats], _Times]] = {
    "thunder": (r"thunder\w*|lightning|storms?", _thunder, _once),
    "gulls": (r"(?:sea)?gulls?", _gull, _often),
    "birds": (r"birds?|birdsong|larks?|sparrows?|dawn chorus", _bird, _often),
    "waves": (r"waves?|surf|breakers", _wave, _on_and_on(5.0)),
    "wind": (r"wind|gale|gusts?|storms?|blizzard", _wind, _on_and_on(4.6)),
    "door": (r"doors?|gate|hatch", _door, _once),
    "steps": (_STEPS, _step, _on_and_on(0.56)),
    "engine": (_ENGINES, _engine, _on_and_on(3.4)),
    "bell": (r"bells?|chimes?|tolls?", _bell, _often),
    "phone": (r"(?:tele)?phones?", _phone, _on_and_on(3.0)),
    "clock": (r"clocks?|ticking|ticks?", _tick, _on_and_on(1.0)),
    "fire": (r"fire|flames?|campfire|hearth|burns?|burning", _crackle, _on_and_on(2.8)),
    "bang": (r"gunshots?|explosions?|explodes?|shoots|bangs?|crash(?:es)?", _bang, _once),
    "glass": (r"(?:glass|window|bottle|cup|mirror) (?:breaks?|shatters?)|shatters?|smash(?:es)?", _glass, _once),
    "crickets": (r"crickets?|cicadas?", _cricket, _on_and_on(1.3)),
    "heart": (r"heartbeats?|heart (?:beats?|pounds?)", _heart, _on_and_on(0.9)),
}  # fmt: skip
