"""The packets of a video stream come in; which frame exists when, exactly, goes out.

Container headers round durations and rates; packets do not (a clip of 121 frames reads as 5.04 s in its header).
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from pipeline.frames import frame_at

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream

_USUAL = tuple(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 12, 15, 16, 90, 100, 120, 240)) + tuple(
    Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120, 240)
)
_SAME = Fraction(1, 10_000)  # of a rate: a tenth of what lies between 24 and 23.976


@dataclass(frozen=True, slots=True)
class Timing:
    """When each frame of one video stream is shown."""

    shown: tuple[int, ...]  # ticks of the stream's time base, ascending: frame n begins at shown[n]
    keys: tuple[int, ...]  # ticks at which decoding may begin, ascending
    tick_s: Fraction  # seconds a tick
    rate: Fraction  # frames a second: exact where they are evenly spaced, else the average
    even: bool  # whether they are evenly spaced, but for the rounding to ticks
    end: int  # ticks: when the last frame stops being shown
    packets: int  # in the file, those of frames that are never shown included

    @property
    def count(self) -> int:
        """Frames."""
        return len(self.shown)

    @property
    def duration_s(self) -> Fraction:
        """Seconds from the start of the first frame to the end of the last."""
        return self.count / self.rate if self.even else (self.end - self.shown[0]) * self.tick_s

    def index_at(self, frame: int, frame_rate: Fraction) -> int:
        """The frame on screen `frame / frame_rate` seconds after the first begins; the last one where none is later."""
        if self.even:
            return min(frame_at(frame, frame_rate, self.rate), self.count - 1)
        tick = self.shown[0] + frame / frame_rate / self.tick_s
        return max(0, bisect.bisect_right(self.shown, tick) - 1)


def timing_of(found: Iterable[Packet[VideoStream]], stream: VideoStream) -> Timing | None:
    """The timing of the frames of `stream` that can be decoded, None where there are none; `found` are its packets."""
    shown, keys, end, packets = set[int](), list[int](), 0, 0
    for packet in found:
        at = packet.dts if packet.pts is None else packet.pts
        if not packet.size or at is None:
            continue
        packets += 1
        if packet.is_keyframe:
            keys.append(at)
        # Frames before the first key, and those an edit list drops, are never shown.
        if keys and at >= keys[0] and not packet.is_discard:
            shown.add(at)
            end = max(end, at + (packet.duration or 0))
    if not shown:
        return None
    tick_s, ticks = Fraction(stream.time_base or 1), tuple(sorted(shown))
    headers = (stream.guessed_rate, stream.average_rate, stream.base_rate)
    rate = rate_of(ticks, tick_s, [Fraction(rate) for rate in headers if rate])
    step = 1 / (rate * tick_s)
    end = end if end > ticks[-1] else ticks[-1] + round(step)
    return Timing(ticks, tuple(sorted(keys)), tick_s, rate, _even(ticks, step), end, packets)


def rate_of(shown: Sequence[int], tick_s: Fraction, headers: Sequence[Fraction]) -> Fraction:
    """Frames a second of frames at `shown`: the header's or a usual rate where that explains them, else their average.

    `shown` is in ticks of `tick_s` seconds. A rate explains them if they differ from it by no more than rounding.
    """
    if len(shown) < 2:
        return next(iter(headers), Fraction(24))
    steps, length_s = len(shown) - 1, (shown[-1] - shown[0]) * tick_s

    def explains(rate: Fraction) -> bool:
        return abs(steps / rate - length_s) <= _slack(1 / rate, tick_s)

    told = next(filter(explains, headers), steps / length_s)
    if told in _USUAL:
        return told
    # A header may say 19001/317 for 60000/1001; one that says 24 does not mean 24000/1001.
    usual = min(filter(explains, _USUAL), key=lambda rate: abs(rate - told), default=told)
    return usual if abs(usual - told) < usual * _SAME else told


def _even(shown: Sequence[int], step: Fraction) -> bool:
    # In whole numbers: fractions would take most of the time in which a clip is examined.
    slack, first = _slack(step, Fraction(1)), shown[0]
    whole = step.denominator * slack.denominator
    each, most = step.numerator * slack.denominator, slack.numerator * step.denominator
    return all(abs((at - first) * whole - number * each) <= most for number, at in enumerate(shown))


def _slack(step: Fraction, tick: Fraction) -> Fraction:
    # A tick as long as a frame may not hide a missing frame.
    return min(tick, step / 4)
