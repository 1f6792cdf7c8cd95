"""Every sample of a cut is heard with its picture, joins the next without a click, and is as loud as it was."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from pipeline.frames import sample_at
from tests.clips import Spec, details, heard, lag, noise, tone
from tests.cuts import Edit

NTSC = Fraction(24000, 1001)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


@pytest.mark.parametrize("rate", [Fraction(24), NTSC, Fraction(25)])
def test_sound_is_exactly_as_long_as_the_picture(edit: Edit, rate: Fraction) -> None:
    edit.add(Spec(0, frames=25, sound=tone(440, 1.04)))
    edit.add(Spec(1, frames=25), asked_s=Fraction(7, 10))
    cut = edit.cut(rate)
    edit.render(cut)
    wanted = sample_at(cut.frame_count, 48000, rate)
    said = details(edit.target)
    assert said["sound_s"] == Fraction(wanted, 48000)
    assert said["said_s"] == [cut.frame_count / rate, Fraction(wanted, 48000)]
    assert 0 <= heard(edit.target).shape[1] - wanted < 1024, "what is left of the codec's last frame"


def test_every_clip_is_heard_at_its_picture_within_a_millisecond(edit: Edit) -> None:
    shapes = [("stereo", 48000, 2), ("mono", 44100, 1), ("stereo", 44100, 2), ("5.1", 48000, 6), ("mono", 32000, 1)]
    rates = [Fraction(24), Fraction(25), NTSC, Fraction(30), Fraction(60)]
    for number, ((layout, hertz, channels), rate) in enumerate(zip(shapes, rates, strict=True)):
        sound = noise(number, 1.2, hertz, channels)
        edit.add(
            Spec(number, frames=int(rate * Fraction(12, 10)), rate=rate, sound=sound, sound_rate=hertz, layout=layout),
            in_s=Fraction(number, 24),
            out_s=Fraction(20 + number, 24),
        )
    cut = edit.cut(Fraction(24))
    film = heard(edit.render(cut))[0]
    for number, segment in enumerate(cut.segments):
        reference = _at_48_khz(number, shapes[number][1])
        begin, first = (sample_at(frame, 48000, Fraction(24)) for frame in (segment.start, segment.first))
        count = sample_at(segment.length, 48000, Fraction(24))
        assert abs(lag(film, reference[first:], begin, count)) <= 12, cut.segments[number].shot


def _at_48_khz(seed: int, hertz: int) -> np.ndarray:
    """The noise of a clip, resampled by its spectrum, so that no resampler under test is its own witness."""
    wave = noise(seed, 1.2, hertz, 1)[0]
    spectrum, count = np.fft.rfft(wave), round(1.2 * 48000)
    spectrum = np.concatenate([spectrum, np.zeros(count // 2 + 1 - len(spectrum))])
    return np.fft.irfft(spectrum, count).astype(np.float32)


def test_at_every_joint_of_two_hundred_sound_and_picture_are_together(edit: Edit) -> None:
    for number in range(8):
        edit.add(Spec(number, frames=31, size=(64, 36), sound=noise(number, 1.3)), asked_s=Fraction(11, 24))
    for number in range(8, 200):
        length = Fraction(9 + number % 5, 24)  # none is a whole number of AAC's frames
        edit.add(None, asked_s=length, source=edit.footage[number % 8].source)
    cut = edit.cut(size=(64, 36))
    film = heard(edit.render(cut))[0]
    for number, segment in enumerate(cut.segments):
        begin, count = (sample_at(frame, 48000, Fraction(24)) for frame in (segment.start, segment.length))
        assert abs(lag(film, noise(number % 8, 1.3)[0], begin, count)) <= 2, number


def test_no_click_is_heard_at_any_joint_of_two_hundred(edit: Edit) -> None:
    for number in range(8):
        sound = tone(205 + 37 * number, 1.3)
        edit.add(Spec(number, frames=31, size=(64, 36), sound=sound), asked_s=Fraction(11, 24))
    for number in range(8, 200):
        edit.add(None, asked_s=Fraction(9 + number % 5, 24), source=edit.footage[number * 5 % 8].source)
    cut = edit.cut(size=(64, 36))
    blocks = _roughness(heard(edit.render(cut))[0])
    at = {sample_at(segment.start, 48000, Fraction(24)) // 96 for segment in cut.segments[1:]}
    joints = {block + near for block in at for near in range(-6, 7)}
    floor = max(level for block, level in enumerate(blocks) if block not in joints)
    assert max(blocks[block] for block in joints) <= max(2 * floor, 0.002)


@pytest.mark.parametrize(("layout", "channels", "gain"), [("mono", 1, 1), ("stereo", 2, 1), ("5.1", 6, 2.41)])
def test_the_loudness_of_a_clip_is_kept(edit: Edit, layout: str, channels: int, gain: float) -> None:
    quiet = tone(440, 1, channels=channels, level=0.2)
    edit.add(Spec(0, sound=quiet, layout=layout))
    film = heard(edit.render())[:, 12000:36000]
    assert np.abs(film).max(axis=1) == pytest.approx([0.2 * gain] * 2, rel=0.05)


def test_left_stays_left(edit: Edit) -> None:
    edit.add(Spec(0, sound=tone(440, 1) * np.float32([[1], [0]])))
    film = heard(edit.render())[:, 12000:36000]
    assert film[0].std() > 0.25
    assert film[1].std() < 0.01


def _roughness(wave: np.ndarray) -> np.ndarray:
    """How much of a wave is above some 5 kHz, in blocks of 2 ms: what the ear takes for a click."""
    spectrum = np.fft.rfft(wave)
    spectrum[np.fft.rfftfreq(len(wave), 1 / 48000) < 5000] = 0
    high = np.fft.irfft(spectrum, len(wave))
    return np.sqrt((high[: len(high) // 96 * 96].reshape(-1, 96) ** 2).mean(axis=1))


@pytest.mark.parametrize("in_frames", [0, 3], ids=["no sound before the in point", "with handles"])
def test_no_click_is_heard_where_two_tones_are_cut_together(edit: Edit, in_frames: int) -> None:
    for number, hertz in enumerate((310, 470, 205)):
        edit.add(Spec(number, sound=tone(hertz, 1)), in_s=Fraction(in_frames, 24), out_s=Fraction(20 - number, 24))
    cut = edit.cut()
    film = heard(edit.render(cut))[0]
    spliced = np.concatenate([tone(310, 1)[0, :40000], tone(470, 1)[0, 100:38000]])
    assert _roughness(spliced)[400:430].max() > 0.01, "the bench hears a click where there is one"
    assert _roughness(film).max() < 0.002


def test_the_power_at_a_cut_neither_dips_nor_jumps(edit: Edit) -> None:
    for number in range(2):
        edit.add(Spec(number, sound=noise(number, 1)), in_s=Fraction(2, 24), out_s=Fraction(22, 24))
    edit.render()
    film = heard(edit.target)[0]
    around = [float(np.sqrt((film[at : at + 480] ** 2).mean())) for at in range(38000, 42000, 480)]
    assert min(around) > 0.6 * float(np.mean(around))
    assert max(around) < 1.5 * float(np.mean(around))


def test_a_dissolve_is_heard_as_an_equal_power_crossfade_of_its_whole_length(edit: Edit) -> None:
    edit.add(Spec(0, sound=tone(400, 1)))
    edit.add(Spec(1, sound=tone(1000, 1)), overlap_s=Fraction(12, 24))
    film = heard(edit.render())[0]
    begin = sample_at(12, 48000, Fraction(24))
    for share in (0.25, 0.5, 0.75):
        at = begin + int(24000 * share)
        piece = film[at - 1200 : at + 1200] * np.hanning(2400)
        spectrum = np.abs(np.fft.rfft(piece)) / 1200 * 2
        leaving, coming = spectrum[20], spectrum[50]
        assert leaving == pytest.approx(0.4 * np.cos(share * np.pi / 2), abs=0.02)
        assert coming == pytest.approx(0.4 * np.sin(share * np.pi / 2), abs=0.02)


def test_the_film_begins_and_ends_without_a_click(edit: Edit) -> None:
    wave = np.tile(0.5 * np.cos(2 * np.pi * 300 * np.arange(48000) / 48000), (2, 1)).astype(np.float32)
    edit.add(Spec(0, sound=wave))
    film = heard(edit.render())[0]
    assert np.abs(film[:20]).max() < 0.1
    assert np.abs(film[47980:48000]).max() < 0.1
    assert np.abs(film[480:960]).max() > 0.45
