"""The path of a clip comes in; what can be seen and heard of it in one pass goes out: black, frozen, bars, silence.

Frames are not scaled: one point in some 120 is taken of each, as it is. Averages of many points would hide the grain of
a quiet shot, by which it is told from one that stands still; and to scale costs more than all the rest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from pipeline.media.bars import BARS_STEP, BarFinder, Bars, Levels
from pipeline.media.opening import opened, picture_stream, sound_stream, spare_threads
from pipeline.media.spans import Span, Spans, joined

POINTS = 64  # along the shorter side of a frame, at most twice as many
_MOST_FRAMES = 7200  # five minutes; what is longer than a generation can be is told by its length
_BARS_EVERY_S = Fraction(1, 4)  # a bar stays where it is: there is no need to look for it in each frame

# ffmpeg's blackdetect takes 98 % of the points below 10 % of the range; a night scene can be that. Here nearly all of
# them are below 8 %, which is more than codecs add to black and less than anybody can see by; and they are alike: what
# is left of a scene, a sky that darkens or a light, spreads them by more levels.
_BLACK, _BLACK_SHARE, _BLACK_SPREAD = 20, 0.995, 4.0
BLACK_S = Fraction(1, 4)  # shorter ones are a cut through black
# ffmpeg's freezedetect takes 0.001 of the range, averaged over the frame: a mouth that speaks in a still picture is
# less. So the difference is averaged over each patch of 8 x 8 points too, and the largest counts. Measured with x264
# (crf 15 to 30): a picture that is repeated stays below 0.25 in each patch and at 0.01 over the frame, after the first
# frames; grain that the encoder has left something of is 0.03 and more over the frame.
_STILL_PATCH, _STILL_FRAME, _PATCH = 0.3, 0.02, 8
FROZEN_S = Fraction(1, 2)  # animation on threes repeats a frame for an eighth of a second
_REFINED_S = Fraction(1, 10)  # a key frame draws a frozen picture anew: it is frozen before and after


@dataclass(frozen=True, slots=True)
class Seen:
    """What a clip looks and sounds like."""

    black: tuple[Span, ...]
    frozen: tuple[Span, ...]  # not black, and the same frame again and again
    bars: tuple[Bars, ...]
    loudness_db: float | None  # dBFS, RMS of the whole sound; -inf: digital silence; None: there is none, or not asked


def see(path: Path, *, hear: bool = False) -> Seen:
    """What can be seen in the film at `path`, and heard with `hear`. Raises MediaError where it can't be decoded."""
    eye, ear = _Eye(), _Ear()
    with opened(path) as container:
        picture, sound = picture_stream(container), sound_stream(container) if hear else None
        if picture is not None:
            spare_threads(picture)
        streams = [stream for stream in (picture, sound) if stream is not None]
        for frame in container.decode(*streams) if streams else ():
            if isinstance(frame, VideoFrame):
                eye.saw(frame)
                if eye.frames == _MOST_FRAMES:
                    break
            elif isinstance(frame, AudioFrame):
                ear.heard(frame)
    return eye.seen(ear.loudness_db)


@dataclass(slots=True)
class _Eye:
    black: Spans = field(default_factory=lambda: Spans(BLACK_S))
    frozen: Spans = field(default_factory=lambda: Spans(FROZEN_S))
    bars: BarFinder = field(default_factory=BarFinder)
    frames: int = 0
    turned: bool = False
    _first: int | None = None
    _at_s: Fraction = Fraction(0)
    _step_s: Fraction = Fraction(1, 24)
    _bars_s: Fraction = Fraction(0)
    _held: NDArray[np.int16] | None = None

    def saw(self, frame: VideoFrame) -> None:
        self._move(frame)
        plane, limited = _brightness(frame)
        step = max(1, min(plane.shape) // POINTS)
        points = _levels(plane[step // 2 :: step, step // 2 :: step], limited=limited)
        dark = _is_black(points)
        self.black.saw(self._at_s, holds=dark)
        self._compare(points, dark)
        if not dark and self._at_s >= self._bars_s:
            self.bars.saw(_levels(plane[:, ::BARS_STEP], limited=limited), _levels(plane[::BARS_STEP], limited=limited))
            self._bars_s = self._at_s + _BARS_EVERY_S
        self.turned = round(frame.rotation / 90) % 2 == 1

    def _move(self, frame: VideoFrame) -> None:
        if frame.pts is None or frame.time_base is None:
            at_s = self._at_s + self._step_s if self.frames else Fraction(0)
        else:
            self._first = frame.pts if self._first is None else self._first
            at_s = (frame.pts - self._first) * frame.time_base
        if self.frames and at_s > self._at_s:
            self._step_s = at_s - self._at_s
        self._at_s = at_s
        self.frames += 1

    def _compare(self, points: Levels, dark: bool) -> None:
        """Against the frame with which a still begins, so that a slow move does not pass for one."""
        now = points.astype(np.int16)
        if self._held is not None and not dark and _is_same(now, self._held):
            return
        self.frozen.ended(self._at_s)
        self._held = None if dark else now
        self.frozen.saw(self._at_s, holds=not dark)

    def seen(self, loudness_db: float | None) -> Seen:
        end_s = self._at_s + self._step_s if self.frames else Fraction(0)
        for spans in (self.black, self.frozen):
            spans.ended(end_s)
        bars = tuple(Bars(each.across != self.turned, each.first, each.second) for each in self.bars.found())
        return Seen(tuple(self.black.found), tuple(joined(self.frozen.found, _REFINED_S)), bars, loudness_db)


_FULL = {"uint8": 128.0, "int16": 2.0**15, "int32": 2.0**31}  # what full level is; 1 in samples that are fractions


@dataclass(slots=True)
class _Ear:
    squares: float = 0.0
    samples: int = 0

    def heard(self, frame: AudioFrame) -> None:
        sound = _sound(frame)
        self.squares += float(np.dot(sound, sound))
        self.samples += sound.size

    @property
    def loudness_db(self) -> float | None:
        if not self.samples:
            return None
        return 10 * math.log10(self.squares / self.samples) if self.squares else -math.inf


def _brightness(frame: VideoFrame) -> tuple[Levels, bool]:
    """The brightness of a frame, height x width as stored; and whether it is of limited range, 16 to 235."""
    name = frame.format.name
    if not name.startswith(("yuv4", "yuvj4", "nv12", "nv16", "nv21")) or frame.format.components[0].bits != 8:
        frame, name = frame.reformat(format="gray", dst_color_range=2), "yuvj"
    plane = frame.planes[0]
    lines: Levels = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return lines[: frame.height, : frame.width], frame.color_range != 2 and not name.startswith("yuvj")


def _levels(points: Levels, *, limited: bool) -> Levels:
    """0 is black and 255 is white."""
    return _STRETCHED[points] if limited else points


_STRETCHED: Levels = np.clip((np.arange(256) - 16) * 255 / 219, 0, 255).round().astype(np.uint8)


def _is_black(points: Levels) -> bool:
    share = float(np.count_nonzero(points <= _BLACK)) / points.size
    return share >= _BLACK_SHARE and float(points.std()) <= _BLACK_SPREAD


def _is_same(now: NDArray[np.int16], held: NDArray[np.int16]) -> bool:
    """Whether two frames are one, but for what an encoder makes of it."""
    if now.shape != held.shape:
        return False
    differs = np.abs(now - held)
    if differs.mean() > _STILL_FRAME:
        return False
    rows, columns = (max(1, length // _PATCH) for length in now.shape)
    high, wide = now.shape[0] // rows, now.shape[1] // columns
    patches = differs[: rows * high, : columns * wide].reshape(rows, high, columns, wide)
    return float(patches.mean(axis=(1, 3)).max()) < _STILL_PATCH


def _sound(frame: AudioFrame) -> NDArray[np.float32]:
    """All samples of all channels, -1 to 1."""
    taken = frame.to_ndarray().ravel()
    samples: NDArray[np.float32] = taken.astype(np.float32)
    if taken.dtype.kind == "u":
        samples -= 128
    return samples / np.float32(_FULL.get(taken.dtype.name, 1.0))
