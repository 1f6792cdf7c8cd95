"""Clips whose cuts are known, drawn by previs and disturbed as generated takes are: flashes, grain, shake, pans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from pipeline.previs.order import Camera, Direction, Figure, PrevisOrder
from pipeline.previs.picture import Pictures
from pipeline.previs.shots import shots_of

RATE = 24
Pixels = NDArray[np.uint8]
PLACES = (
    "A harbour at dawn.", "A kitchen with a window.", "A forest path in fog.", "A street in the city at night.",
    "A lighthouse on a cliff in a storm.", "A desert road at noon.", "A mountain hut in snow.", "A library hall.",
)  # fmt: skip
SIZES = ("EWS", "WS", "MS", "CU")
CALM = ("static", "dolly_in", "pan_left", "tilt_up", "handheld", "truck_right", "zoom_in")


@dataclass(frozen=True)
class Sample:
    """A clip and the frames on which its shots but the first begin."""

    pictures: tuple[Pixels, ...]
    cuts: tuple[int, ...]


def drawn(place: str, camera: Camera, frames: int, size: tuple[int, int], seed: int, people: int = 1) -> list[Pixels]:
    """A shot as previs draws it, without its slate."""
    figures = tuple(Figure(f"p{number}", number) for number in range(people))
    direction = Direction(shot="", camera=camera, action=place, figures=figures, place=place)
    order = PrevisOrder("x", *size, Fraction(RATE), frames, False, place, (), direction, f"{seed:x}", "/x.mp4")
    pictures = Pictures(shots_of(order)[0])
    pictures._slate = _NoSlate()  # type: ignore[assignment]
    return [pictures[number].to_ndarray(format="rgb24") for number in range(frames)]


class _NoSlate:
    def paint(self, planes: object, frame: int) -> None:
        """Takes have no slate."""


def sample(kind: str, seed: int, size: tuple[int, int] = (640, 360)) -> Sample:
    """A clip of a kind; the same for the same seed."""
    return KINDS[kind](np.random.default_rng([seed, *kind.encode()]), seed, size)


Chance = np.random.Generator
Kind = Callable[[Chance, int, tuple[int, int]], Sample]


def _shots(chance: Chance, count: int) -> list[int]:
    return [int(chance.integers(20, 45)) for _ in range(count)]


def _joined(shots: Sequence[list[Pixels]]) -> Sample:
    ends = list(accumulate(len(shot) for shot in shots))
    return Sample(tuple(picture for shot in shots for picture in shot), tuple(ends[:-1]))


def _places(chance: Chance, seed: int, size: tuple[int, int], moves: Sequence[str] = CALM) -> Sample:
    places = chance.permutation(len(PLACES))[:3]
    return _joined([
        drawn(PLACES[place], Camera(str(chance.choice(SIZES)), movement=str(chance.choice(moves))), length, size,
              seed * 10 + number)
        for number, (place, length) in enumerate(zip(places, _shots(chance, 3), strict=True))
    ])  # fmt: skip


def _framings(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """The same place and people, framed otherwise."""
    place = str(chance.choice(PLACES))
    sizes = chance.permutation(len(SIZES))[:3]
    return _joined([
        drawn(place, Camera(SIZES[number], movement=str(chance.choice(CALM))), length, size, seed)
        for number, length in zip(sizes, _shots(chance, 3), strict=True)
    ])  # fmt: skip


def _fast(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """Cuts between shots of fast moves."""
    places = chance.permutation(len(PLACES))[:3]
    moves = ("whip_pan", "pan_right", "truck_left", "handheld", "orbit_left")
    return _joined([
        drawn(PLACES[place], Camera("MS", movement=str(chance.choice(moves)), speed="fast"), length, size, seed)
        for number, (place, length) in enumerate(zip(places, _shots(chance, 3), strict=True))
    ])  # fmt: skip


def _one(chance: Chance, seed: int, size: tuple[int, int], move: str, speed: str = "") -> list[Pixels]:
    return drawn(
        str(chance.choice(PLACES)), Camera(str(chance.choice(SIZES)), movement=move, speed=speed), 72, size, seed
    )


def _whip(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    return Sample(tuple(_one(chance, seed, size, "whip_pan", "fast")), ())


def _shake(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """A hand-held camera that is knocked."""
    pictures = _one(chance, seed, size, "handheld", "fast")
    for at in chance.integers(6, 66, 4):
        for step, share in enumerate((1.0, 0.6, 0.2)):
            moved = (int(size[1] * 0.12 * share), int(size[0] * 0.1 * share))
            pictures[at + step] = np.roll(pictures[at + step], moved, (0, 1))
    return Sample(tuple(pictures), ())


def _flashed(pictures: Sequence[Pixels], chance: Chance, count: int, cuts: Sequence[int] = ()) -> list[Pixels]:
    """Lightning: one to five frames that are nearly white, at least 4 frames from a cut."""
    found = list(pictures)
    for _ in range(count):
        at, length = int(chance.integers(10, len(found) - 12)), int(chance.integers(1, 6))
        if all(abs(at + off - cut) > 4 for cut in cuts for off in (0, length)):
            for number in range(at, at + length):
                found[number] = (255 - (255 - found[number]) * 0.25).astype(np.uint8)
    return found


def _flashes(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    return Sample(tuple(_flashed(_one(chance, seed, size, str(chance.choice(CALM))), chance, 3)), ())


def _cuts_and_flashes(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    plain = _places(chance, seed, size)
    return Sample(tuple(_flashed(plain.pictures, chance, 4, plain.cuts)), plain.cuts)


def _grainy(pictures: Sequence[Pixels], chance: Chance, level: float) -> tuple[Pixels, ...]:
    grain = [chance.normal(0, level, pictures[0].shape[:2])[..., None] for _ in range(5)]
    return tuple(
        np.clip(each + np.roll(grain[number % 5], number * 7, 0), 0, 255).astype(np.uint8)
        for number, each in enumerate(pictures)
    )


def _noise(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    plain = _places(chance, seed, size)
    return Sample(_grainy(plain.pictures, chance, 14), plain.cuts)


def _dark(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """Nights: a sixth of the light, grain on it."""
    plain = _places(chance, seed, size)
    return Sample(_grainy([(each * 0.16).astype(np.uint8) for each in plain.pictures], chance, 3), plain.cuts)


def _switched(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """Lights go on and stay."""
    pictures = _one(chance, seed, size, "static")
    at = int(chance.integers(20, 50))
    return Sample(tuple((each * 0.35).astype(np.uint8) if n < at else each for n, each in enumerate(pictures)), ())


def _faded(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """Fades through black and dissolves of half a second are no cuts."""
    plain = _places(chance, seed, size)
    pictures = [each.astype(np.float32) for each in plain.pictures]
    for number, cut in enumerate(plain.cuts):
        last, first = pictures[cut - 7], pictures[cut + 6]
        for step in range(-6, 6):
            share = (step + 6.5) / 12
            if number % 2:
                pictures[cut + step] *= abs(2 * share - 1)
            else:
                pictures[cut + step] = last * (1 - share) + first * share
    return Sample(tuple(each.astype(np.uint8) for each in pictures), ())


def _twos(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """Animation on threes: each picture three times."""
    pictures = _one(chance, seed, size, "truck_right", "fast")
    return Sample(tuple(pictures[number - number % 3] for number in range(len(pictures))), ())


def _object(chance: Chance, seed: int, size: tuple[int, int]) -> Sample:
    """Something large goes by, close to the camera."""
    pictures = _one(chance, seed, size, str(chance.choice(CALM)))
    width, at, pace = size[0], int(chance.integers(15, 40)), int(chance.integers(size[0] // 12, size[0] // 5))
    colour = chance.integers(0, 255, 3)
    for number in range(at, len(pictures)):
        left = (number - at) * pace - width * 2 // 3
        if left < width:
            pictures[number] = pictures[number].copy()
            pictures[number][:, max(0, left) : max(0, left + width * 2 // 3)] = colour
    return Sample(tuple(pictures), ())


KINDS: Mapping[str, Kind] = {
    "cuts between places": _places,
    "cuts between framings of a place": _framings,
    "cuts between fast moves": _fast,
    "cuts, and flashes": _cuts_and_flashes,
    "cuts, grain": _noise,
    "cuts, night": _dark,
    "whip pans": _whip,
    "knocks": _shake,
    "flashes": _flashes,
    "lights go on": _switched,
    "fades and dissolves": _faded,
    "animation on threes": _twos,
    "something passes close": _object,
}
