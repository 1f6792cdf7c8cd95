"""What the edit lays out is what is heard: leads and lags in step, gains, cues, music under speech, without a click."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.edit import Fade, Footage, Mix, Own, assemble
from pipeline.frames import SAMPLE_RATE, sample_at
from pipeline.media import inspect
from pipeline.render.mix import faded, mixed
from tests.clips import Spec, heard, lag, noise, tone, write_clip
from tests.cuts import Edit

FRAME = 2000  # samples of a frame at 24 frames a second
SMALL = (64, 36)


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


def of(number: int, **changes: Any) -> Spec:
    """A second of a noise that only this clip has."""
    return Spec(number, size=SMALL, **({"sound": noise(number, 1)} | changes))


def frames(number: int) -> Fraction:
    return Fraction(number, 24)


def level_db(wave: np.ndarray) -> float:
    return 20 * float(np.log10(np.sqrt((wave.astype(np.float64) ** 2).mean()) + 1e-12))


def roughness(wave: np.ndarray) -> np.ndarray:
    """How much of a wave is above 7 kHz, in blocks of 2 ms: what a click has, and noise below 6 kHz has not."""
    spectrum = np.fft.rfft(wave)
    spectrum[np.fft.rfftfreq(len(wave), 1 / 48000) < 7000] = 0
    high = np.fft.irfft(spectrum, len(wave))
    return np.sqrt((high[: len(high) // 96 * 96].reshape(-1, 96) ** 2).mean(axis=1))


def test_a_lead_is_heard_under_the_picture_before_it_and_in_step(edit: Edit) -> None:
    edit.add(of(0), in_s=frames(6), out_s=frames(18))
    edit.add(of(1), in_s=frames(6), out_s=frames(18), own=Own(lead_s=frames(5)))
    film = heard(edit.render(edit.cut(size=SMALL)))[0]
    begin = (12 - 5) * FRAME
    wave = noise(1, 1)[0]
    assert abs(lag(film, wave[1 * FRAME :], begin, 17 * FRAME)) <= 2
    under = film[begin + 4800 : 12 * FRAME]
    assert level_db(under - wave[FRAME + 4800 : 6 * FRAME]) < level_db(under) - 15, "nothing else is heard there"


def test_a_lag_is_heard_under_the_picture_after_it_at_its_full_level(edit: Edit) -> None:
    edit.add(of(0), in_s=frames(6), out_s=frames(18), own=Own(lag_s=frames(5)))
    edit.add(of(1), in_s=frames(6), out_s=frames(18))
    film = heard(edit.render(edit.cut(size=SMALL)))[0]
    wave, whole = noise(0, 1)[0], 17 * FRAME - 4800
    assert abs(lag(film, wave[6 * FRAME :], 0, whole)) <= 2
    over = film[12 * FRAME : whole]
    assert level_db(over - wave[18 * FRAME : 6 * FRAME + whole]) < level_db(over) - 15
    assert abs(lag(film, noise(1, 1)[0][11 * FRAME :], 17 * FRAME, 7 * FRAME)) <= 2


def test_a_gain_and_a_muted_take_are_heard_as_asked(edit: Edit) -> None:
    wave = tone(440, 1, level=0.2)
    edit.add(of(0, sound=wave), own=Own(gain_db=Decimal(-6)))
    edit.add(of(1, sound=wave), own=Own(muted=True))
    edit.add(of(2, sound=wave), own=Own(gain_db=Decimal(6)))
    film = edit.mixed(edit.cut(size=SMALL))[0]
    plain = level_db(wave[0])
    levels = [level_db(film[at : at + 24000]) for at in (12000, 60000, 108000)]
    assert levels[0] == pytest.approx(plain - 6, abs=0.1)
    assert levels[1] < -100
    assert levels[2] == pytest.approx(plain + 6, abs=0.1)


def test_a_voice_over_and_an_effect_are_heard_at_their_times(edit: Edit) -> None:
    edit.add(of(0, sound=None))
    said = edit.cue("voice_over", "vo.wav", noise(5, 0.5), at_s=frames(3))
    knock = edit.cue("effect", "fx/knock.wav", noise(6, 0.5), at_s=frames(4), gain_db=Decimal(-6))
    edit.add(of(1, sound=None), cues=(said, knock))
    film = heard(edit.render(edit.cut(size=SMALL)))[0]
    assert abs(lag(film, noise(5, 0.5)[0], 27 * FRAME, 23000)) <= 1
    rest = film[28 * FRAME : 28 * FRAME + 20000] - noise(5, 0.5)[0][FRAME : FRAME + 20000]
    assert abs(lag(rest, noise(6, 0.5)[0] / 2, 0, 20000)) <= 1


def test_an_effect_keeps_its_attack(edit: Edit) -> None:
    wave = np.zeros((2, 4800), np.float32)
    wave[:, 60:120] = 0.5
    edit.add(of(0, sound=None), cues=(edit.cue("effect", "knock.wav", wave),))
    assert edit.mixed(edit.cut(size=SMALL))[0, 60:120].min() > 0.49


def test_music_goes_down_under_speech_and_comes_up_again_smoothly(edit: Edit) -> None:
    for number in range(4):
        edit.add(of(number, sound=None, frames=48), asked_s=Fraction(2), own=Own(speaks=number == 1))
    bed = edit.cue("music", "bed.wav", tone(300, 10, level=0.25), gain_db=Decimal(-6), duck_db=Decimal(12))
    film = edit.mixed(edit.cut(size=SMALL, mix=Mix((bed,))))[0]
    plain = level_db(tone(300, 1, level=0.25)[0]) - 6
    assert level_db(film[24000:72000]) == pytest.approx(plain, abs=0.1)
    assert level_db(film[100000:190000]) == pytest.approx(plain - 12, abs=0.1)
    assert level_db(film[240000:300000]) == pytest.approx(plain, abs=0.1)
    assert roughness(film)[2:-2].max() < 0.0005


def test_a_loop_is_heard_without_a_gap_or_a_click(edit: Edit) -> None:
    edit.add(of(0, sound=None, frames=96), asked_s=Fraction(4))
    bed = edit.cue("music", "bed.wav", tone(307, 1.003), loop=True)
    film = edit.mixed(edit.cut(size=SMALL, mix=Mix((bed,))))[0]
    assert roughness(film)[4:-4].max() < 0.002
    powers = [level_db(film[at : at + 480]) for at in range(480, 190000, 480)]
    assert min(powers) > level_db(tone(307, 1)[0]) - 4


@pytest.mark.parametrize("seconds", [0.4, 0.9])
def test_a_take_whose_sound_ends_before_its_picture_ends_without_a_click(edit: Edit, seconds: float) -> None:
    wave = tone(310, seconds)
    wave *= np.float32(1)
    edit.add(of(0, sound=np.concatenate([wave, np.full((2, 24), wave[0, -1])], axis=1)))
    film = edit.mixed(edit.cut(size=SMALL))[0]
    assert roughness(film).max() < 0.002


def test_it_sounds_alike_in_blocks_of_any_length(edit: Edit) -> None:
    edit.add(of(0), in_s=frames(4), own=Own(gain_db=Decimal(-6)))
    edit.add(of(1, sound=noise(1, 0.4)), overlap_s=frames(5))
    music = edit.cue("music", "m.wav", noise(7, 1.5), gain_db=Decimal(-8), duck_db=Decimal(12), loop=True)
    edit.add(of(2), in_s=frames(4), out_s=frames(20), own=Own(lead_s=frames(3)), cues=(music,))
    cut = edit.cut(size=SMALL)
    each, *others = (
        np.concatenate([*mixed(cut, lambda sound: edit.outputs / sound.source, together)], axis=1)
        for together in (1, 7, cut.frame_count, 1000)
    )
    assert each.shape[1] == sample_at(cut.frame_count, SAMPLE_RATE, cut.frame_rate)
    assert all(np.abs(other - each).max() < 1e-6 for other in others)


def test_fades_are_as_smooth_after_hours_of_film_as_in_its_first_second() -> None:
    far = 8 * 3600 * SAMPLE_RATE
    for up in (True, False):
        early, late = (faded(Fade(at, at + 480, up=up), at, at + 480) for at in (0, far))
        assert np.array_equal(early, late)


@pytest.mark.parametrize("samples", [48, 480, 4800])
def test_what_fades_out_and_what_fades_in_have_the_power_of_one_together(samples: int) -> None:
    down, up = (faded(Fade(0, samples, up=up), 0, samples) for up in (False, True))
    assert np.abs(down**2 + up**2 - 1).max() < 1e-5


def test_a_hard_cut_of_two_tones_leaves_no_tick(edit: Edit) -> None:
    for number, hertz in enumerate((310, 470)):
        edit.add(of(number, sound=tone(hertz, 1)), in_s=frames(3), out_s=frames(20))
    film = edit.mixed(edit.cut(size=SMALL))[0]
    assert roughness(film)[340:370].max() < 1e-5


def test_the_sound_is_made_anew_for_another_gain_and_no_picture_is(edit: Edit) -> None:
    edit.add(of(0), out_s=frames(20))
    edit.add(of(1), out_s=frames(20), overlap_s=frames(8))
    edit.render(edit.cut(size=SMALL))
    before = edit.kept()
    shot = edit.footage[1]
    edit.footage[1] = Footage(**{name: getattr(shot, name) for name in Footage.__slots__} | {"own": Own(Decimal(-9))})
    edit.render(edit.cut(size=SMALL))
    fresh = edit.kept().keys() - before.keys()
    assert [name.rpartition(".")[2] for name in fresh] == ["m4a"]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen small clips, each with a noise of its own."""
    folder = tmp_path_factory.mktemp("pool")
    for number in range(16):
        write_clip(folder / f"{number}.mp4", of(number, frames=30, sound=noise(number, 1.25)))
    return folder


def film_of(pool: Path, count: int, seed: int) -> list[Footage]:
    """A long edit: points, leads, lags and dissolves of all kinds, no clip beside itself."""
    random = np.random.default_rng(seed)
    clips = [inspect(pool / f"{number}.mp4", "video") for number in range(16)]
    found = []
    for number in range(count):
        first, length = int(random.integers(3, 9)), int(random.integers(12, 18))
        lead, late, overlap = (int(random.integers(0, 4)) * int(random.integers(0, 2)) for _ in range(3))
        own = Own(lead_s=frames(lead), lag_s=frames(late))
        source = number * 7 % 16
        points = frames(first), frames(first + length), frames(overlap if number else 0)
        found.append(Footage(f"sh{number:03}", Fraction(1), *points, f"{source}.mp4", clips[source], own=own))
    return found


def test_every_joint_of_a_cut_of_200_shots_is_within_a_millisecond_and_without_a_click(edit: Edit, pool: Path) -> None:
    edit.outputs = pool
    edit.footage = film_of(pool, 200, 1)
    cut = edit.cut(size=SMALL)
    film = heard(edit.render(cut))[0]
    assert len(cut.sounds) == 200
    waves = [heard(pool / f"{number}.mp4")[0] for number in range(16)]
    for sound in cut.sounds:
        up, down = sound.fades
        begin, count = up.stop, down.start - up.stop  # where it is heard alone
        wave = waves[int(sound.source.partition(".")[0])][sound.first + begin - sound.start :]
        assert abs(lag(film, wave, begin, count)) <= 48, sound.shot
    joints = [(sound.start, min(sound.fades[0].stop, sound.end)) for sound in cut.sounds[1:]]
    rough = roughness(film)
    quiet = np.ones(len(rough), bool)
    for start, stop in joints:
        quiet[start // 96 - 1 : stop // 96 + 2] = False
    floor = rough[quiet].max()
    at_joints = max(rough[start // 96 - 1 : stop // 96 + 2].max() for start, stop in joints)
    assert at_joints <= floor * 1.5, "no joint is rougher than what the codec leaves between them"


def test_the_bench_hears_a_click_where_there_is_one(pool: Path) -> None:
    waves = [heard(pool / f"{number}.mp4")[0] for number in range(2)]
    spliced = np.concatenate([waves[0][5000:20000], waves[1][7000:20000]])
    assert roughness(spliced)[152:160].max() > 3 * np.delete(roughness(spliced)[4:-4], slice(148, 156)).max()


FOOTAGE = st.lists(
    st.tuples(
        st.integers(0, 15),
        st.integers(0, 20),
        st.integers(1, 12),
        st.integers(0, 6),
        st.integers(0, 12),
        st.integers(0, 12),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FOOTAGE, st.sampled_from([Fraction(24), Fraction(25), Fraction(24000, 1001)]))
def test_any_list_of_clips_points_transitions_leads_and_lags_sounds_as_long_as_its_picture(
    pool: Path, shots: list[tuple[Any, ...]], rate: Fraction
) -> None:
    footage = []
    for number, (source, first, length, overlap, lead, late, muted) in enumerate(shots):
        clip = inspect(pool / f"{source}.mp4", "video")
        own = Own(muted=muted, lead_s=lead / rate, lag_s=late / rate)
        points = first / rate, (first + length) / rate, overlap / rate
        footage.append(Footage(f"sh{number}", Fraction(1), *points, f"{source}.mp4", clip, own=own))
    cut = assemble("main", footage, rate, SMALL, "contain")
    blocks = list(mixed(cut, lambda sound: pool / sound.source, 1))
    assert len(blocks) == cut.frame_count
    whole = np.concatenate(blocks, axis=1)
    assert whole.shape[1] == sample_at(cut.frame_count, SAMPLE_RATE, rate)
    assert np.isfinite(whole).all()
    together = np.concatenate([*mixed(cut, lambda sound: pool / sound.source)], axis=1)
    assert np.abs(together - whole).max() < 1e-6
