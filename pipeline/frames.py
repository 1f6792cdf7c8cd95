"""Seconds become whole frames here and nowhere else: exact fractions in, integers out."""

from __future__ import annotations

import math
import re
from fractions import Fraction

SAMPLE_RATE = 48_000  # Hz, of the sound of every cut
LOOP_S = Fraction(1, 2)  # seconds of sound that a loop must have at least

# The rates that a decimal number can only approximate, as every editor writes them.
_NTSC = {
    Fraction("23.976"): Fraction(24000, 1001),
    Fraction("23.98"): Fraction(24000, 1001),
    Fraction("29.97"): Fraction(30000, 1001),
    Fraction("59.94"): Fraction(60000, 1001),
    Fraction("47.952"): Fraction(48000, 1001),
    Fraction("119.88"): Fraction(120000, 1001),
}
# Digits are counted: Fraction("1e999999999") would compute for hours, and int() refuses 5000 of them in its own words.
_SECONDS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,20})?)\s*s?\Z")
_CLOCK = re.compile(r"(?:([0-9]{1,9}):)?([0-9]{1,2}):([0-9]{1,2}(?:\.[0-9]{1,20})?)\Z")
_RATE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,20}|/[0-9]{1,9})?\Z")


def seconds(text: str) -> Fraction:
    """Exact seconds of `5`, `0.5`, `5s`, `1:30` (minutes) or `1:02:03.5` (hours).

    Raises ValueError for anything else, with a sentence fit for the user.
    """
    if match := _SECONDS.match(text.strip()):
        return Fraction(match[1])
    if match := _CLOCK.match(text.strip()):
        hours, minutes, rest = int(match[1] or 0), int(match[2]), Fraction(match[3])
        if rest < 60 and (minutes < 60 or not match[1]):
            return hours * 3600 + minutes * 60 + rest
    raise ValueError(f"{text!r} is no length of time; write seconds (5, 0.5, 5s) or minutes:seconds (1:30)")


def rate(text: str) -> Fraction:
    """Frames a second of `24`, `25`, `23.976`, `29.97` or `30000/1001`, exactly.

    Raises ValueError for anything that is not a rate of 1 to 240 frames a second.
    """
    try:
        value = Fraction(text.strip()) if _RATE.match(text.strip()) else None
    except ZeroDivisionError:
        value = None
    if value is None:
        raise ValueError(f"{text!r} is no frame rate; write 24, 25, 23.976 or 30000/1001")
    value = _NTSC.get(value, value)
    if not 1 <= value <= 240:
        raise ValueError(f"a frame rate of {text} is outside 1 to 240 frames a second")
    return value


def frames_in(length_s: Fraction, frame_rate: Fraction) -> int:
    """Whole frames nearest to `length_s` seconds; an exact half goes up."""
    return math.floor(length_s * frame_rate + Fraction(1, 2))


def span(in_s: Fraction, out_s: Fraction, frame_rate: Fraction) -> tuple[int, int]:
    """First frame and number of frames of what lies between two points of a take."""
    first = frames_in(in_s, frame_rate)
    return first, frames_in(out_s, frame_rate) - first


def frame_at(frame: int, from_rate: Fraction, to_rate: Fraction) -> int:
    """The frame of a clip at `to_rate` that is on screen when frame `frame` of a cut at `from_rate` begins."""
    return math.floor(frame * to_rate / from_rate)


def sample_at(frame: int, sample_rate: int, frame_rate: Fraction) -> int:
    """The audio sample (per channel) nearest to the start of frame `frame`; an exact half goes up."""
    return math.floor(frame * sample_rate / frame_rate + Fraction(1, 2))


def timecode(frame: int, frame_rate: Fraction) -> str:
    """Non-drop `HH:MM:SS:FF` of frame `frame`, counting with the rate rounded to whole frames."""
    base = math.floor(frame_rate + Fraction(1, 2))
    total, ff = divmod(frame, base)
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}:{ff:02}"


def plain_seconds(length_s: Fraction) -> str:
    """`length_s` as people write it: `5`, `4.2`, at most three decimals."""
    return f"{float(length_s):.3f}".rstrip("0").rstrip(".")
