"""A line enters; a voice that says it leaves, by whichever speech program is installed here, or None without one.

Programs are found on PATH and run with a time limit. What they say stands in a file: it is on no command line, and no
shell reads it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import wave
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.previs.tones import SAMPLE_RATE, Samples

_LIMIT_S = 8.0  # for one line
_MOST_LETTERS = 600
_WORDS_A_MINUTE = 165
_FASTEST = 1.7  # times as fast as usual, where a line has little time
_WOMEN = re.compile(r"woman|girl|lady|mother|queen|princess|witch|sister|daughter|grandmother|nun|she", re.IGNORECASE)
_CHILDREN = re.compile(r"child|boy|girl|kid|son|daughter", re.IGNORECASE)

# The language of a script, by the first word of its letters' names in Unicode; of a script that many languages share,
# the one with the most speakers. A voice of another language would spell its letters.
_LANGUAGES = {
    "LATIN": "en", "ARABIC": "ar", "HEBREW": "he", "CYRILLIC": "ru", "GREEK": "el", "CJK": "cmn", "HIRAGANA": "ja",
    "KATAKANA": "ja", "HANGUL": "ko", "DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "THAI": "th",
    "GEORGIAN": "ka", "ARMENIAN": "hy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wish:
    """How a line is to be said."""

    speaker: str
    language: str  # as espeak names it
    pace: float  # 1 is the usual


_Command = Callable[[str, Path, Path, _Wish], list[str]]  # program, text, sound


def said(text: str, speaker: str, most_s: float) -> Samples | None:
    """The line as a voice of the speaker's own says it, peak 1, within `most_s` seconds where its pace allows.

    None where no program is installed or none can say it.
    """
    # Two brackets begin a command to one of the programs.
    text = " ".join(text[:_MOST_LETTERS].replace("[[", "[").split())
    language = _language(text)
    for name, program in installed():
        if language not in _SPOKEN.get(name, (language,)):
            continue
        voice = _by(name, program, text, _Wish(speaker, language, 1.0))
        if voice is not None and voice.size > most_s * SAMPLE_RATE:
            pace = min(_FASTEST, voice.size / (most_s * SAMPLE_RATE))
            voice = _by(name, program, text, _Wish(speaker, language, pace))
        if voice is not None:
            return voice
    return None


@lru_cache(maxsize=1)
def installed() -> tuple[tuple[str, str], ...]:
    """The speech programs of this machine by name, the best first."""
    found = ((name, shutil.which(name)) for name in _COMMANDS if name != "say" or sys.platform == "darwin")
    return tuple((name, program) for name, program in found if program)


def _language(text: str) -> str:
    """The language of most of the letters; Japanese where there is any kana; "" for a script without a known one."""
    scripts = Counter(unicodedata.name(letter, "").split(" ")[0].split("-")[0] for letter in text if letter.isalpha())
    if scripts["HIRAGANA"] or scripts["KATAKANA"]:
        return "ja"
    return _LANGUAGES.get(scripts.most_common(1)[0][0], "") if scripts else "en"


def _by(name: str, program: str, text: str, wish: _Wish) -> Samples | None:
    with tempfile.TemporaryDirectory(prefix="storyreel-voice-") as folder:
        words, sound = Path(folder, "line.txt"), Path(folder, "line.wav")
        words.write_text(text + "\n", encoding="utf-8", errors="replace")
        if not _ran(_COMMANDS[name](program, words, sound, wish)):
            return None
        return _read(sound)


def _ran(command: Sequence[str]) -> bool:
    nothing = subprocess.DEVNULL
    environ = {name: value for name, value in os.environ.items() if name != "WAVESPEED_API_KEY"}
    try:
        done = subprocess.run(
            command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=_LIMIT_S, env=environ, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _read(path: Path) -> Samples | None:
    """The sound of a WAV file of 16 bits, one channel, at our rate, without the silence at its ends; None for none."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2 or not 8_000 <= file.getframerate() <= 96_000:
                return None
            rate, raw = file.getframerate(), file.readframes(min(file.getnframes(), 120 * file.getframerate()))
            samples = np.frombuffer(raw, "<i2").reshape(-1, file.getnchannels()).mean(axis=1) / 32768
    except (OSError, EOFError, ValueError, wave.Error):
        return None
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    if not loud.size:
        return None
    samples = samples[loud[0] : loud[-1] + 1]
    places = np.arange(int(samples.size * SAMPLE_RATE / rate)) * (rate / SAMPLE_RATE)
    voice = np.interp(places, np.arange(samples.size), samples)
    return np.asarray(voice / max(1e-9, float(np.abs(voice).max())), np.float32)


def _own(speaker: str, choices: int) -> int:
    """A number of the speaker's own; checksums are the same in every process."""
    return zlib.crc32(speaker.lower().encode("utf-8", "surrogatepass")) % choices


def _espeak(program: str, words: Path, sound: Path, wish: _Wish) -> list[str]:
    speaker, high = wish.speaker, bool(_WOMEN.search(wish.speaker))
    pitch = (58 if high else 32) + _own(speaker, 16) + (18 if _CHILDREN.search(speaker) else 0)
    voice = f"{wish.language}+{'f' if high else 'm'}{1 + _own(speaker, 3)}"
    paced = str(round(_WORDS_A_MINUTE * wish.pace))
    return [program, "-v", voice, "-s", paced, "-p", str(min(99, pitch)), "-f", str(words), "-w", str(sound)]


def _flite(program: str, words: Path, sound: Path, wish: _Wish) -> list[str]:
    voice = "slt" if _WOMEN.search(wish.speaker) else ("rms", "awb")[_own(wish.speaker, 2)]
    stretch = f"duration_stretch={1 / wish.pace:.2f}"
    return [program, "-voice", voice, "--setf", stretch, "-f", str(words), "-o", str(sound)]


def _say(program: str, words: Path, sound: Path, wish: _Wish) -> list[str]:
    voice = "Samantha" if _WOMEN.search(wish.speaker) else ("Daniel", "Alex")[_own(wish.speaker, 2)]
    paced = str(round(_WORDS_A_MINUTE * wish.pace))
    coded = "--data-format=LEI16@22050"
    return [program, "-v", voice, "-r", paced, "-f", str(words), "-o", str(sound), "--file-format=WAVE", coded]


_COMMANDS: dict[str, _Command] = {"espeak-ng": _espeak, "say": _say, "espeak": _espeak, "flite": _flite}
_SPOKEN = {"say": ("en",), "flite": ("en",)}  # by voices named here; espeak says itself what it can't
