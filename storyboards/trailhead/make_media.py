"""Fixed seeds enter; the clip and the voice of "The Long Way Up" leave, as files beside this script.

PYTHONPATH=storyboards/lighthouse python storyboards/trailhead/make_media.py
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from draw_stills import firs, peak
from gouache import SCALE, Art, Field, fill, finish, glow, paper, polygons
from PIL import Image

WIDE, HIGH, FRAMES = 1120, 480, 72  # of the clip: 21:9, 3 s at 24 frames a second
LONG = 1760  # pixels of each layer, across which the camera flies
RATE = 22_050  # samples a second of the voice

# First, second and third formant of a woman's vowels in Hz, after Peterson and Barney, 1952 (doi:10.1121/1.1906875).
VOWELS = {"a": (850, 1220, 2810), "e": (610, 2330, 2990), "i": (310, 2790, 3310), "o": (590, 920, 2710)}
# What the voice hums: vowel, seconds, and pitch in Hz at its beginning and end; "" is a breath.
TUNE = (
    ("o", 0.34, 190, 205),
    ("a", 0.42, 210, 186),
    ("", 0.2, 0, 0),
    ("a", 0.24, 196, 214),
    ("e", 0.26, 216, 208),
    ("i", 0.4, 212, 182),
    ("", 0.26, 0, 0),
    ("o", 0.3, 188, 196),
    ("a", 0.7, 192, 158),
)


def layers() -> Iterator[tuple[Image.Image, Image.Image | None, float]]:
    """What the camera flies past, the farthest first: a picture, what of it is there, and how fast it goes by."""
    sky = fresh(1, "0 48b 0.5 bde 0.75 fea 1 fda")
    glow(sky, 420, 260, 360, "fd9", 0.6)
    yield finish(sky, 0), None, 0.06
    far = fresh(2, "0 69b 1 bcd")
    before = far.px.copy()
    for x, top, half in ((260, 130, 330), (760, 70, 430), (1300, 110, 400), (1660, 170, 300)):
        peak(far, x, top, 440, half, "58a 9bc", "fdb eba")
    yield finish(far, 0), changed(far, before), 0.25
    for number, foot, tint, speed in ((3, 340, "499 7ab", 0.5), (4, 400, "276 487", 0.8)):
        art = fresh(number, "0 8bc 1 8bc")
        x = np.linspace(-10, LONG + 10, 120)
        y = foot - 34 * np.sin(x / 150 + number) - 16 * np.sin(x / 61 + 2 * number)
        mask = polygons(art, [[*zip(x, y, strict=True), (LONG + 10, 500), (-10, 500)]])
        before = art.px.copy()
        fill(art, mask, tint)
        spots = [
            (at, foot - 34 * np.sin(at / 150 + number) + 12, art.rng.uniform(40, 90)) for at in range(20, LONG, 46)
        ]
        if number == 4:
            firs(art, spots, "154 043", "4a7")
        yield finish(art, 0), changed(art, before), speed
    near = fresh(5, "0 8bc 1 8bc")
    before = near.px.copy()
    firs(near, [(at, 520, near.rng.uniform(190, 330)) for at in range(60, LONG, 210)], "034 022", "275")
    yield finish(near, 0), changed(near, before), 1.0


def fresh(seed: int, sky: str) -> Art:
    return paper(LONG, HIGH, 90 + seed, 10, sky)


def changed(art: Art, before: Field) -> Image.Image:
    """Where something was painted, as a mask of the final size."""
    painted = (np.abs(art.px - before).max(-1) > 0.004).astype(np.uint8) * 255
    return Image.fromarray(painted).resize((LONG, painted.shape[0] // SCALE), Image.Resampling.LANCZOS)


def flight() -> Iterator[Image.Image]:
    """The frames of the clip: it starts and ends softly."""
    painted = list(layers())
    for number in range(FRAMES):
        share = number / (FRAMES - 1)
        eased = share * share * (3 - 2 * share)
        frame = Image.new("RGB", (WIDE, HIGH))
        for picture, mask, speed in painted:
            left = eased * speed * (LONG - WIDE)
            way = (1, 0, left, 0, 1, 0)  # by less than a pixel, too
            moved = picture.transform((WIDE, HIGH), Image.Transform.AFFINE, way, Image.Resampling.BILINEAR)
            cut = mask and mask.transform((WIDE, HIGH), Image.Transform.AFFINE, way, Image.Resampling.BILINEAR)
            frame.paste(moved, (0, 0), cut)
        yield frame


def write_clip(path: Path, frames: Iterator[Image.Image]) -> None:
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream(
            "libx264", rate=24, options={"crf": "27", "preset": "veryslow", "threads": "1"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDE, HIGH, "yuv420p"
        for number, picture in enumerate(frames):
            frame = av.VideoFrame.from_image(picture)
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def voice() -> Field:
    """A stand-in for somebody's voice, int16: open vowels, hummed. A real board has a few seconds of a real one."""
    rng, parts, phase = np.random.default_rng(97), [], 0.0
    for vowel, seconds, low, high in TUNE:
        count = round(seconds * RATE)
        if not vowel:
            parts.append(0.006 * rng.standard_normal(count))
            continue
        shake = 1 + 0.012 * np.sin(np.arange(count) * (2 * np.pi * 5.4 / RATE))
        turns = phase + np.cumsum(np.linspace(low, high, count) * shake) / RATE
        phase = turns[-1]
        source = 0.5 - turns % 1 + 0.02 * rng.standard_normal(count)  # the cords close at once and open slowly
        edge = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.05 * RATE))
        sound = sum(
            resonated(source, hz, 60 + 0.05 * hz) * share
            for hz, share in zip(VOWELS[vowel], (1, 0.5, 0.2), strict=True)
        )
        parts.append(sound / np.abs(sound).max() * np.sin(edge * np.pi / 2) ** 2)
    whole = np.concatenate(parts)
    return np.asarray(whole / np.abs(whole).max() * 0.6 * 32767).astype(np.int16)


def resonated(source: Field, hz: float, wide_hz: float) -> Field:
    """The source through one resonance of the throat: two poles."""
    r = np.exp(-np.pi * wide_hz / RATE)
    a, b = 2 * r * np.cos(2 * np.pi * hz / RATE), -r * r
    out, last, older = np.empty(len(source)), 0.0, 0.0
    for at, value in enumerate(source.tolist()):
        last, older = (1 - r) * value + a * last + b * older, last
        out[at] = last
    return out


def main() -> None:
    folder = Path(__file__).parent
    write_clip(folder / "flight.mp4", flight())
    with wave.open(str(folder / "ines.wav"), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(voice().tobytes())


if __name__ == "__main__":
    main()
