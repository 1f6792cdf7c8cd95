"""Shown without its text, a rehearsal tells sizes, moves, places and times of day apart: measured in its pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from pipeline.previs.order import Camera, Direction, Figure, PrevisOrder
from tests.previs.lighthouse import Told, lumas, pictures, shots

Luma = NDArray[np.float64]
WIDTH, HEIGHT = 320, 180
KEEPER = Figure("the keeper", 0)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Told]:
    """The shots of the example film, by id and variant."""
    return {(told.shot, told.variant): told for told in shots(tmp_path_factory.mktemp("pictures"))}


def shift(before: Luma, after: Luma) -> tuple[float, float]:
    """How far right and down the picture has moved, in pixels, by phase correlation."""
    window = np.outer(np.hanning(before.shape[0]), np.hanning(before.shape[1]))
    one, other = (np.fft.fft2((each - each.mean()) * window) for each in (before, after))
    cross = other * np.conj(one)
    found = np.fft.ifft2(cross / np.maximum(np.abs(cross), 1e-9)).real
    down, across = np.unravel_index(int(found.argmax()), found.shape)
    height, width = before.shape
    right, below = int(across), int(down)
    return float(right - width * (right > width / 2)), float(below - height * (below > height / 2))


def halves(before: Luma, after: Luma) -> tuple[float, float]:
    """How far right the left and the right half have moved, in pixels."""
    middle = before.shape[1] // 2
    return shift(before[:, :middle], after[:, :middle])[0], shift(before[:, middle:], after[:, middle:])[0]


def moved(order: PrevisOrder, share: int = 8) -> tuple[Luma, Luma]:
    """Two frames around the middle of a shot, an eighth of it apart, or another share."""
    middle, step = order.frames // 2, order.frames // share // 2
    before, after = lumas(order, (middle - step, middle + step))
    return before, after


def drawn(
    order: Callable[..., PrevisOrder], action: str, figures: tuple[Figure, ...] = (), **camera: Any
) -> PrevisOrder:
    direction = Direction(action=action, camera=Camera(**camera), figures=figures, slate="none")
    return order(width=WIDTH, height=HEIGHT, frames=96, direction=direction)


def share_of_people(order: PrevisOrder) -> float:
    """The part of the first frame that the people take: what changes when they wear other colours."""
    assert order.direction is not None
    others = tuple(Figure(figure.name, figure.colour + 2) for figure in order.direction.figures)
    recoloured = replace(order, direction=replace(order.direction, figures=others))
    one, other = (np.asarray(pictures(each, (0,))[0], np.int16) for each in (order, recoloured))
    return float((np.abs(one - other).max(axis=2) > 3).mean())


def test_the_closer_the_size_the_more_of_the_frame_a_person_takes(order: Callable[..., PrevisOrder]) -> None:
    sizes = ("EWS", "WS", "FS", "MWS", "MS", "MCU", "CU", "ECU")
    shares = [
        share_of_people(drawn(order, "Hills at noon.", (KEEPER,), shot_size=size, movement="static")) for size in sizes
    ]
    assert all(closer > 1.05 * wider for wider, closer in pairwise(shares)), [round(share, 3) for share in shares]


@pytest.mark.parametrize(
    ("movement", "right", "down"),
    [
        ("pan_left", 1, 0),
        ("pan_right", -1, 0),
        ("tilt_up", 0, 1),
        ("tilt_down", 0, -1),
        ("truck_left", 1, 0),
        ("truck_right", -1, 0),
        ("pedestal_up", 0, 1),
        ("pedestal_down", 0, -1),
    ],
)
def test_the_picture_moves_against_the_camera(
    order: Callable[..., PrevisOrder], movement: str, right: int, down: int
) -> None:
    across, below = shift(*moved(drawn(order, "A city street at noon.", movement=movement)))
    assert (np.sign(across) if abs(across) > 1 else 0, np.sign(below) if abs(below) > 1 else 0) == (right, down)


@pytest.mark.parametrize(("movement", "apart"), [("dolly_in", 1), ("dolly_out", -1), ("zoom_in", 1), ("zoom_out", -1)])
def test_the_halves_of_the_picture_part_as_it_grows(
    order: Callable[..., PrevisOrder], movement: str, apart: int
) -> None:
    left, right = halves(*moved(drawn(order, "A forest at noon.", movement=movement), share=4))
    assert (right - left) * apart >= 2


def bands(order: PrevisOrder) -> tuple[float, float]:
    """How far right what is far, just under the horizon, and what is near, below, have moved, in pixels."""
    before, after = moved(order)
    far, near = slice(int(0.40 * HEIGHT), int(0.58 * HEIGHT)), slice(int(0.78 * HEIGHT), HEIGHT)
    return shift(before[far], after[far])[0], shift(before[near], after[near])[0]


def test_a_truck_is_told_from_a_pan_by_what_is_near(order: Callable[..., PrevisOrder]) -> None:
    far, near = bands(drawn(order, "The sea at noon.", shot_size="WS", movement="truck_right"))
    assert near < -2
    assert near < 2 * far
    far, near = bands(drawn(order, "The sea at noon.", shot_size="WS", movement="pan_right"))
    assert near == pytest.approx(far, abs=1)


def temperature(picture: Image.Image) -> tuple[float, float]:
    """Brightness, and how warm it is: red less blue, in levels."""
    red, green, blue = np.asarray(picture, np.float64).reshape(-1, 3).mean(axis=0)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue), float(red - blue)


@pytest.mark.parametrize("place", ["The sea", "A forest", "A city street", "The desert", "A room", "Hills"])
def test_times_of_day_differ_in_brightness_and_warmth(order: Callable[..., PrevisOrder], place: str) -> None:
    looks = {
        hour: temperature(pictures(drawn(order, f"{place} at {hour}.", movement="static"), (0,))[0])
        for hour in ("dawn", "noon", "dusk", "night")
    }
    assert looks["night"][0] < looks["dusk"][0] < looks["noon"][0]
    assert looks["dusk"][1] > looks["noon"][1] > looks["night"][1] - 30
    for one, other in combinations(looks.values(), 2):
        assert np.hypot(one[0] - other[0], one[1] - other[1]) > 12, looks


def layout(order: PrevisOrder) -> Luma:
    """What is where: how many edges and which colour, in a coarse grid."""
    (luma,), (picture,) = lumas(order, (0,)), pictures(order, (0,))
    edges = np.abs(np.diff(luma, axis=1))[:-1] + np.abs(np.diff(luma, axis=0))[:, :-1]
    cells = np.sqrt(edges[:170, :304].reshape(17, 10, 16, 19).mean(axis=(1, 3)))
    colours = np.asarray(picture.resize((16, 17), Image.Resampling.BOX), np.float64) / 80
    return np.concatenate([cells[:, :, None] / max(1e-9, cells.mean()), colours], axis=2)


def test_places_differ_in_what_is_where(order: Callable[..., PrevisOrder]) -> None:
    places = ("A room", "The sea", "A forest", "A city street", "The desert", "Above the clouds", "Hills")

    def grids(seed: str) -> list[Luma]:
        made = (drawn(order, f"{place} at noon.", shot_size="WS", movement="static") for place in places)
        return [layout(replace(each, seed=seed)) for each in made]

    first, second = grids("1f"), grids("2e")
    for number, name in enumerate(places):
        distances = [float(np.abs(first[number] - other).mean()) for other in second]
        assert int(np.argmin(distances)) == number, (name, distances)


def test_the_moves_of_the_example_film_are_seen_in_its_pictures(film: dict[tuple[str, str], Told]) -> None:
    def order(shot: str) -> PrevisOrder:
        return film[shot, "calm"].order(WIDTH, HEIGHT)

    assert shift(*moved(order("sh030")))[0] > 1, "pan left"
    assert shift(*moved(order("sh060")))[0] < -1, "pan right"
    assert shift(*moved(order("sh070")))[0] < -1, "truck right"
    for shot in ("sh010", "sh040"):
        left, right = halves(*moved(order(shot)))
        assert right - left >= 1, "dolly in"
    before, after = moved(order("sh080"))
    horizon = np.s_[70:, 100:160]
    assert abs(shift(before[horizon], after[horizon])[1]) >= 1, "crane up"
    orbit = moved(order("sh050"))
    assert np.abs(orbit[1] - orbit[0])[:, :70].mean() > 1, "what is behind them turns"


def test_the_two_weathers_of_the_example_film_differ(film: dict[tuple[str, str], Told]) -> None:
    for shot in ("sh010", "sh080"):
        storm, calm = (
            temperature(pictures(film[shot, variant].order(WIDTH, HEIGHT), (0,))[0]) for variant in ("storm", "calm")
        )
        assert calm[0] > 1.15 * storm[0]
        assert np.hypot(calm[0] - storm[0], calm[1] - storm[1]) > 15


def test_the_places_of_the_example_film_differ(film: dict[tuple[str, str], Told]) -> None:
    wide = [layout(film[shot, "calm"].order(WIDTH, HEIGHT)) for shot in ("sh010", "sh020", "sh050", "sh070", "sh080")]
    assert all(np.abs(one - other).mean() > 0.25 for one, other in combinations(wide, 2))


def test_the_sizes_of_the_example_film_differ(film: dict[tuple[str, str], Told], tmp_path: Path) -> None:
    def people(shot: str) -> float:
        told = film[shot, "calm"]
        return share_of_people(replace(told.order(WIDTH, HEIGHT), output=str(tmp_path / "x.mp4")))

    assert people("sh010") == 0, "nobody is in the extreme wide shot"
    assert 0.1 < people("sh050") / 2 < people("sh020"), (
        "each of two in a medium wide shot is smaller than one in a medium shot"
    )
