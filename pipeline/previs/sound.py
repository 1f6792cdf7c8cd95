"""The shots of a clip enter; a quiet guide track leaves: the tone of each place, what its words name, and its lines."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.frames import sample_at
from pipeline.previs.effects import effects
from pipeline.previs.murmur import HUSHED, VOICE_LEVEL, murmur
from pipeline.previs.order import Direction, PrevisOrder
from pipeline.previs.shots import Shot
from pipeline.previs.speech import Spoken
from pipeline.previs.tones import SAMPLE_RATE, Samples, tone
from pipeline.previs.voices import said as said_by_a_voice

# Long enough not to click, too short to be heard as a gap where two clips meet.
_FADE_S = 0.015
_SPOKEN = 3.0  # peak of a voice beside that of a murmur, which is as loud throughout: so both are as loud on the whole


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
    track = tone(shot.setting, length, rng)
    track += effects(shot.direction, shot.setting, length, np.random.default_rng([order.seed_number, 8]))
    for said in shot.spoken:
        first = sample_at(said.start, SAMPLE_RATE, order.frame_rate)
        last = min(spoken, sample_at(said.stop, SAMPLE_RATE, order.frame_rate))
        voice = _voice(said, last - first, rng)
        pan = _pan(said, shot.direction)
        track[0, first : first + voice.size] += voice * np.float32(np.sqrt((1 - pan) / 2))
        track[1, first : first + voice.size] += voice * np.float32(np.sqrt((1 + pan) / 2))
    return track


def _voice(said: Spoken, length: int, rng: np.random.Generator) -> Samples:
    """The line in at most `length` samples: by a speech program where there is one, else as a murmur."""
    line = said.line
    voice = said_by_a_voice(line.line, line.speaker, length / SAMPLE_RATE)
    if voice is None:
        return murmur(said, length, rng)
    voice = voice[:length]
    fade = min(voice.size, round(_FADE_S * SAMPLE_RATE))
    voice[voice.size - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    level = VOICE_LEVEL * _SPOKEN * (0.55 if HUSHED.search(line.delivery) else 1.0)
    return voice * np.float32(level)


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


def _pan(said: Spoken, direction: Direction) -> float:
    """-1 is left, 1 right: speakers stand a little apart, one off screen far out."""
    names = [figure.name for figure in direction.figures]
    if said.line.off_screen:
        return 0.7
    if said.line.speaker not in names or len(names) < 2:
        return 0.0
    return -0.3 + 0.6 * names.index(said.line.speaker) / (len(names) - 1)
