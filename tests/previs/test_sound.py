"""The guide track: what a shot's words name is heard, and lines by a voice where one is installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.previs import voices
from pipeline.previs.effects import _NAMED, effects
from pipeline.previs.order import Direction, Line, PrevisOrder
from pipeline.previs.setting import setting
from pipeline.previs.shots import shots_of
from pipeline.previs.sound import guide_track
from pipeline.previs.tones import SAMPLE_RATE, Samples, tone
from tests.needed import Tool, path_of

SECOND = SAMPLE_RATE
# A program that says each letter for a twentieth of a second, in a tone as high as it was asked for.
SPEAKER = """#!{python}
import array, math, sys, wave
words = sys.argv[1:]
said = dict(zip(words[::2], words[1::2]))
text = open(said["-f"], encoding="utf-8").read().strip()
if text.startswith("slowly"):
    import time; time.sleep(60)
hz, pace = 100 + 10 * int(said["-p"]), int(said["-s"]) / 165
wave_ = [round(9000 * math.sin(2 * math.pi * hz * n / 22050)) for n in range(round(len(text) * 1100 / pace))]
with wave.open(said["-w"], "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(22050)
    file.writeframes(array.array("h", wave_).tobytes())
open({log!r}, "a").write(repr(words) + "\\n")
"""


@pytest.fixture
def speaking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine with a speech program; where it writes down how it was called."""
    program, log = tmp_path / "bin" / "espeak-ng", tmp_path / "log"
    program.parent.mkdir()
    program.write_text(SPEAKER.format(python=sys.executable, log=str(log)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    voices.installed.cache_clear()
    yield log
    voices.installed.cache_clear()


@pytest.fixture
def speechless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without one."""
    monkeypatch.setenv("PATH", str(tmp_path))
    voices.installed.cache_clear()
    yield
    voices.installed.cache_clear()


def track(order: Callable[..., PrevisOrder], *lines: Line, seconds: int = 4) -> Samples:
    wanted = order(audio=True, frames=24 * seconds, direction=Direction(action="A room.", dialogue=lines))
    return guide_track(wanted, shots_of(wanted))


def loudness(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def pitch_hz(samples: Samples) -> float:
    """The strongest frequency above hum."""
    spectrum = np.abs(np.fft.rfft(samples))
    rates = np.fft.rfftfreq(samples.size, 1 / SAMPLE_RATE)
    spectrum[rates < 250] = 0
    return float(rates[spectrum.argmax()])


@pytest.mark.usefixtures("speaking")
def test_lines_are_said_by_a_voice_where_one_is_installed_each_in_its_own(order: Callable[..., PrevisOrder]) -> None:
    heard = [track(order, Line(name, "", "I have kept this light for forty years."))[0] for name in ("Ada", "the boy")]
    pitches = [pitch_hz(each[SECOND : SECOND * 5 // 2]) for each in heard]
    assert abs(pitches[0] - pitches[1]) > 15
    assert all(loudness(each) > 2 * loudness(track(order)[0]) for each in heard)


def test_what_is_said_stands_on_no_command_line(order: Callable[..., PrevisOrder], speaking: Path) -> None:
    track(order, Line("Ada", "", "-w /etc/passwd; $(touch here) `id` [[slnc 9000]]"))
    called = speaking.read_text()
    assert "passwd" not in called
    assert "touch" not in called


def test_a_long_line_is_said_faster_and_never_past_its_end(order: Callable[..., PrevisOrder], speaking: Path) -> None:
    heard = track(order, Line("Ada", "", "and so on " * 50), seconds=2)
    assert len(speaking.read_text().splitlines()) == 2
    assert heard.shape[1] == 2 * SECOND
    assert np.abs(heard).max() < 0.5


@pytest.mark.usefixtures("speaking")
def test_a_voice_that_hangs_is_left_for_the_murmur(
    order: Callable[..., PrevisOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voices, "_LIMIT_S", 0.2)
    heard, unsaid = track(order, Line("Ada", "", "slowly, slowly"))[0], track(order)[0]
    assert np.abs(heard - unsaid).max() > 0.05


@pytest.mark.usefixtures("speechless")
def test_without_a_voice_each_speaker_murmurs_in_a_pitch_of_their_own(order: Callable[..., PrevisOrder]) -> None:
    heard = [track(order, Line(name, "", "I have kept this light for years."))[0] for name in ("Ada", "Ben")]
    assert all(np.abs(each - track(order)[0]).max() > 0.05 for each in heard)
    assert np.abs(heard[0] - heard[1]).max() > 0.02


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Not tonight, boy.", "en"), ("…!", "en"), ("ليس الليلة", "ar"), ("לא הלילה", "he"), ("Не сегодня", "ru"),
        ("今晚不行。", "cmn"), ("今夜はだめだ。", "ja"), ("오늘 밤은 안 돼", "ko"), ("आज रात नहीं", "hi"), ("ᚠᚢᚦ", ""),
    ],
)  # fmt: skip
def test_a_line_is_said_in_the_language_of_its_script(text: str, language: str, speaking: Path) -> None:
    assert (voices.said(text, "Ada", 4.0) is not None) == bool(text)
    assert f"'{language}+" in speaking.read_text()


@pytest.mark.parametrize("text", ["The light has stopped.", "ليس الليلة يا ولدي", "Не сегодня, мальчик."])
def test_a_real_voice_says_a_line(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = path_of(Tool("espeak-ng", "STORYREEL_ESPEAK", "apt-get install espeak-ng"))
    monkeypatch.setenv("PATH", str(program.parent))
    voices.installed.cache_clear()
    slow, quick = voices.said(text, "the keeper", 10.0), voices.said(text, "the keeper", 1.0)
    voices.installed.cache_clear()
    assert slow is not None
    assert quick is not None
    assert 0.6 * SECOND < slow.size < 4 * SECOND
    assert quick.size < slow.size
    assert np.abs(slow).max() == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("name", sorted(_NAMED))
def test_every_named_sound_is_one_and_stays_under_a_voice(name: str) -> None:
    _, make, _ = _NAMED[name]
    sound = make(np.random.default_rng(1))
    assert np.isfinite(sound).all()
    assert 0.02 * SECOND < sound.size < 6 * SECOND
    assert loudness(sound.astype(np.float32)) > 0.01 * np.abs(sound).max()


@pytest.mark.parametrize(
    ("action", "from_hz", "to_hz"),
    [
        ("Thunder far away.", 20, 300),
        ("Gulls wheel.", 900, 4500),
        ("The clock is ticking.", 2000, 6000),
        ("An engine idles.", 20, 500),
        ("A bell in the fog.", 350, 1700),
    ],
)
def test_a_named_sound_is_heard_where_it_belongs(action: str, from_hz: float, to_hz: float) -> None:
    direction = Direction(action=action)
    heard = effects(direction, setting(direction, ""), 4 * SECOND, np.random.default_rng(2))
    power = np.abs(np.fft.rfft(heard.sum(axis=0))) ** 2
    rates = np.fft.rfftfreq(heard.shape[1], 1 / SAMPLE_RATE)
    inside = power[(rates > from_hz) & (rates < to_hz)].sum()
    assert inside > 0.8 * power.sum()
    assert 0.01 < np.abs(heard).max() <= 0.1


def test_what_no_word_names_is_not_heard() -> None:
    direction = Direction(action="Ada waits.")
    assert not effects(direction, setting(direction, ""), SECOND, np.random.default_rng(2)).any()


def test_places_sound_different() -> None:
    def colour(action: str) -> float:
        direction = replace(Direction(), action=action)
        made = tone(setting(direction, ""), SECOND, np.random.default_rng(3))[0]
        power = np.abs(np.fft.rfft(made)) ** 2
        rates = np.fft.rfftfreq(made.size, 1 / SAMPLE_RATE)
        return float((power * rates).sum() / power.sum())

    room, street, forest, rain = map(colour, ("A room.", "A city street.", "A forest.", "Hills in the rain."))
    assert room < street < forest < rain
