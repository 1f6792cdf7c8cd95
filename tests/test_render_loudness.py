"""A film comes to the loudness that is asked for, its peaks below the ceiling, as ffmpeg's own meter hears the file."""

from __future__ import annotations

import re
import subprocess
import tracemalloc
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edit import Cut, Mix
from pipeline.render import render
from pipeline.render.limiter import limited
from pipeline.render.loudness import Meter
from pipeline.render.mastering import mastering
from tests.clips import Sound, Spec, heard, noise, tone, write_sound
from tests.cuts import Edit

SMALL = (64, 36)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


def measured(path: Path) -> tuple[float, float]:
    """Integrated loudness in LUFS and true peak in dBTP by ffmpeg's filter."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-i", str(path)]
    command += ["-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.rpartition("Summary")[2]
    numbers = [re.search(rf"{word}:\s+(\S+)", said) for word in ("I", "Peak")]
    assert all(numbers)
    loudness, peak = (float(found[1]) for found in numbers if found)
    return loudness, peak


def dense(seconds: float, level: float) -> Sound:
    """As mastered music is: much of it near its peaks, from bass to treble."""
    time_s = np.arange(round(seconds * 48000)) / 48000
    tones = (55, 110, 331, 990, 2970, 7400)
    parts = [np.sin(2 * np.pi * hertz * time_s + hertz) / (1 + hertz / 900) for hertz in tones]
    wave = level * np.tanh(np.sum(parts, axis=0)) * np.clip(np.minimum(time_s, seconds - time_s) * 20, 0, 1)
    return np.tile(wave.astype(np.float32), (2, 1))


def peaky(seconds: float, every_s: float = 0.4) -> Sound:
    """A quiet room with knocks."""
    wave = noise(1, seconds) * np.float32(0.2)
    for at in range(4800, wave.shape[1] - 200, round(every_s * 48000)):
        wave[:, at : at + 96] += np.float32(0.8) * np.hanning(96).astype(np.float32)
    return wave


def spoken(seconds: float) -> Sound:
    """Noise in syllables and pauses."""
    time_s = np.arange(round(seconds * 48000)) / 48000
    swell = np.clip(np.sin(2 * np.pi * 3 * time_s), 0, 1) * (np.sin(2 * np.pi * 0.25 * time_s) > -0.5)
    return noise(2, seconds) * swell.astype(np.float32)


def film(edit: Edit, sound: Sound, mix: Mix) -> Cut:
    frames = sound.shape[1] // 2000
    edit.add(Spec(0, frames=frames, size=SMALL, sound=sound), asked_s=Fraction(frames, 24))
    return edit.cut(size=SMALL, mix=mix)


def drums(seconds: float) -> Sound:
    """What AAC makes the most of: square waves and bursts of noise."""
    random = np.random.default_rng(2)
    wave = np.zeros(round(48000 * seconds))
    for _ in range(round(5 * seconds)):
        begin, hertz = int(random.integers(0, len(wave) - 9000)), float(random.choice([82, 147, 330, 880, 1760]))
        time_s = np.arange(len(wave[begin : begin + 30000])) / 48000
        wave[begin : begin + 30000] += 0.3 * np.exp(-time_s * 6) * np.sign(np.sin(2 * np.pi * hertz * time_s))
    for begin in range(0, len(wave) - 4000, 12000):
        wave[begin : begin + 3000] += random.standard_normal(3000) * np.exp(-np.arange(3000) / 500) * 0.8
    return np.stack([wave, np.roll(wave, 37)]).astype(np.float32)


CASES = {
    "quiet noise": lambda: noise(3, 8) * np.float32(0.05),
    "loud noise": lambda: noise(3, 8) * np.float32(2),
    "a tone": lambda: tone(997, 8, level=0.1),
    "dense music": lambda: dense(8, 0.3),
    "speech": lambda: spoken(8),
    "knocks": lambda: peaky(8),
    "drums": lambda: drums(8),
    "one side alone": lambda: noise(4, 8) * np.float32([[0.3], [0]]),
}


@pytest.mark.parametrize("target", [-23, -16, -14])
@pytest.mark.parametrize("case", CASES)
def test_a_film_has_its_loudness_and_no_peak_passes_the_ceiling(edit: Edit, case: str, target: int) -> None:
    edit.render(film(edit, CASES[case](), Mix(loudness_lufs=Decimal(target))))
    loudness, peak = measured(edit.target)
    assert loudness == pytest.approx(target, abs=0.5)
    assert peak <= -1


def test_the_reference_engine_brings_a_film_to_the_same_loudness(edit: Edit) -> None:
    edit.render(film(edit, spoken(3), Mix(loudness_lufs=Decimal(-16))), engine="moviepy")
    assert measured(edit.target)[0] == pytest.approx(-16, abs=0.5)


def test_without_a_target_levels_are_left_as_they_are(edit: Edit) -> None:
    cut = film(edit, noise(3, 2) * np.float32(0.05), Mix())
    assert mastering(cut, lambda sound: edit.outputs / sound.source).gain_db == 0
    assert heard(edit.render(cut)).std() == pytest.approx(0.01, rel=0.05)


def test_where_peaks_allow_it_one_gain_is_all_that_happens(edit: Edit) -> None:
    cut = film(edit, noise(3, 3) * np.float32(0.05), Mix(loudness_lufs=Decimal(-30)))
    master = mastering(cut, lambda sound: edit.outputs / sound.source)
    plain = edit.mixed(cut)
    edit.render(cut)
    assert master.ceiling_dbtp == np.inf
    film_heard = heard(edit.target)[:, : plain.shape[1]]
    ratio = film_heard[0, 4800:-4800].std() / plain[0, 4800:-4800].std()
    assert 20 * np.log10(ratio) == pytest.approx(master.gain_db, abs=0.05)


def test_silence_has_no_loudness_and_that_is_said(edit: Edit) -> None:
    cut = film(edit, np.zeros((2, 48000), np.float32), Mix(loudness_lufs=Decimal(-16)))
    notes = render(cut, edit.outputs, edit.target)
    assert notes == ("nothing is heard in it, so it has no loudness",)


def test_a_loudness_that_would_take_too_much_of_the_peaks_is_not_had_and_that_is_said(edit: Edit) -> None:
    cut = film(edit, _knocks_in_silence(), Mix(loudness_lufs=Decimal(-10)))
    notes = render(cut, edit.outputs, edit.target)
    assert re.fullmatch(
        r"its loudness is -\d+\.\d LUFS, not -10: its peaks would have to be turned down by more than 10 dB", *notes
    )
    assert measured(edit.target)[1] <= -1


def _knocks_in_silence() -> Sound:
    wave = np.zeros((2, 4 * 48000), np.float32)
    for at in range(4800, wave.shape[1] - 200, 24000):
        wave[:, at : at + 96] = np.float32(0.8) * np.hanning(96).astype(np.float32)
    return wave


@pytest.mark.parametrize("case", ["quiet noise", "dense music", "speech", "one side alone"])
def test_the_meter_says_what_ffmpegs_says(tmp_path: Path, case: str) -> None:
    sound = CASES[case]()
    meter = Meter()
    for at in range(0, sound.shape[1], 2001):
        meter.add(sound[:, at : at + 2001])
    loudness, peak = measured(write_sound(tmp_path / "a.wav", "pcm_f32le", sound))
    assert meter.loudness() == pytest.approx(loudness, abs=0.06)
    assert 20 * np.log10(meter.peak) == pytest.approx(peak, abs=0.2)


def test_a_tone_of_997_hz_at_full_scale_is_minus_3_lufs_on_each_side() -> None:
    """BS.1770-4: in one channel it reads -3.01 LKFS."""
    meter = Meter()
    meter.add(tone(997, 5, level=1) * np.float32([[1], [0]]))
    assert meter.loudness() == pytest.approx(-3.01, abs=0.02)


def test_what_is_quiet_between_does_not_count() -> None:
    """EBU Tech 3341: -36, -23 and -36 LUFS are -23 together, as the quiet is gated away."""
    meter = Meter()
    for level_db, seconds in ((-36, 10), (-23, 60), (-36, 10)):
        meter.add(tone(1000, seconds, level=10 ** (level_db / 20)))
    assert meter.loudness() == pytest.approx(-23, abs=0.1)


def test_a_peak_between_two_samples_is_seen() -> None:
    wave = np.sin(2 * np.pi * 12000 * np.arange(48000) / 48000 + np.pi / 4) * 0.5  # each sample is at 0.7 of it
    meter = Meter()
    meter.add(np.tile(wave.astype(np.float32), (2, 1)))
    assert np.abs(wave).max() == pytest.approx(0.354, abs=0.001)
    assert meter.peak == pytest.approx(0.5, abs=0.01)


def test_the_meter_holds_no_more_after_an_hour_than_after_a_minute() -> None:
    block, meter = noise(1, 5).astype(np.float32), Meter()
    tracemalloc.start()
    for _ in range(12):
        meter.add(block)
    after_a_minute = tracemalloc.get_traced_memory()[0]
    for _ in range(120):
        meter.add(block)
    assert tracemalloc.get_traced_memory()[0] - after_a_minute < 100_000
    tracemalloc.stop()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=12), st.integers(0, 9), st.floats(0.1, 8))
def test_limited_blocks_are_as_long_as_they_were_and_below_the_ceiling(
    lengths: list[int], seed: int, gain: float
) -> None:
    sound = np.random.default_rng(seed).normal(0, 0.3, (2, sum(lengths))).astype(np.float32)
    blocks = np.split(sound, np.cumsum(lengths)[:-1], axis=1)
    made = list(limited(iter(blocks), gain, 0.8))
    assert [block.shape[1] for block in made] == lengths
    meter = Meter()
    meter.add(np.concatenate(made, axis=1))
    assert meter.peak <= 0.8 * 1.01


def test_what_passes_no_ceiling_comes_out_as_it_would_of_a_gain() -> None:
    sound = noise(1, 1) * np.float32(0.1)
    made = np.concatenate(list(limited(iter(np.split(sound, 24, axis=1)), 2, 0.9)), axis=1)
    assert np.array_equal(made, sound * np.float32(2))


def test_the_limiter_looks_ahead_and_lets_go_again() -> None:
    wave = tone(200, 1, level=0.1)
    wave[:, 24000:24048] += np.float32(0.8)
    made = np.concatenate(list(limited(iter(np.split(wave, 24, axis=1)), 2, 0.5)), axis=1)
    assert np.abs(made).max() <= 0.5
    away = np.abs(made - 2 * wave).max(axis=0)
    assert away[: 24000 - 2000].max() < 1e-6
    assert away[24048 + 2000 :].max() < 1e-6
    assert np.abs(np.diff(made[0, 22000:23990])).max() < 0.02, "no step before the peak"


def test_a_note_of_the_sound_is_said_by_a_render_that_finds_it_kept(edit: Edit) -> None:
    cut = film(edit, _knocks_in_silence(), Mix(loudness_lufs=Decimal(-10)))
    notes = [render(cut, edit.outputs, edit.target), render(cut, edit.outputs, edit.target)]
    assert len(notes[0]) == 1
    assert notes[0] == notes[1]
