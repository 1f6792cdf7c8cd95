from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from pipeline.previs.move import STILL, View, looked, views
from pipeline.previs.order import Camera
from pipeline.previs.planes import Sheet, extent, sheet
from pipeline.previs.stack import Stack

RATE = Fraction(24)
MOVES = [
    *("handheld", "tracking", "whip_pan", "rack_focus", "pan_left", "pan_right", "tilt_up", "tilt_down", "dolly_in"),
    *("dolly_out", "truck_left", "truck_right", "pedestal_up", "pedestal_down", "crane_up", "crane_down"),
    *("orbit_left", "orbit_right", "zoom_in", "zoom_out"),
]


def path(movement: str, frames: int = 48, speed: str = "") -> tuple[View, ...]:
    return views(Camera(movement=movement, speed=speed), frames, RATE, seed=7)


@pytest.mark.parametrize("movement", [*MOVES, ""])
def test_every_movement_changes_what_the_camera_sees(movement: str) -> None:
    assert len(set(path(movement))) > 10 if movement not in ("whip_pan", "rack_focus") else len(set(path(movement))) > 5


@pytest.mark.parametrize("movement", [*MOVES, "", "static", "unheard_of"])
@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_shortest_clips_have_a_view_for_every_frame(movement: str, frames: int) -> None:
    assert len(path(movement, frames)) == frames


def test_a_static_camera_never_moves() -> None:
    assert set(path("static")) == {STILL}


@pytest.mark.parametrize(
    ("movement", "field", "sign"),
    [
        ("pan_left", "x", -1),
        ("pan_right", "x", 1),
        ("truck_left", "along", -1),
        ("orbit_right", "along", 1),
        ("tilt_up", "y", -1),
        ("crane_up", "rise", -1),
        ("pedestal_down", "rise", 1),
        ("dolly_in", "nearer", 1),
        ("zoom_out", "zoom", -1),
    ],
)
def test_moves_go_where_their_name_says(movement: str, field: str, sign: int) -> None:
    first, last = path(movement)[0], path(movement)[-1]
    assert (getattr(last, field) - getattr(first, field)) * sign > 0.05


def test_speed_scales_how_far_a_move_goes() -> None:
    slow, normal, fast = (abs(path("pan_right", speed=speed)[0].x) for speed in ("slow", "", "fast"))
    assert slow < normal < fast


@pytest.mark.parametrize("movement", [*sorted(set(MOVES) - {"whip_pan", "handheld", "tracking"}), ""])
def test_moves_start_and_stop_softly_and_never_jump(movement: str) -> None:
    track = np.array([(*looked(view, 1.0), view.focus, view.along, view.rise) for view in path(movement, 120)])
    steps = np.linalg.norm(np.diff(track, axis=0), axis=1)
    assert steps[0] < steps.max() / 4
    assert steps[-1] < steps.max() / 4
    assert np.abs(np.diff(steps)).max() < steps.max() / 2


def test_a_hand_sways_differently_in_every_shot_and_the_same_in_the_same() -> None:
    camera = Camera(movement="handheld")
    assert views(camera, 24, RATE, seed=1) == views(camera, 24, RATE, seed=1)
    assert views(camera, 24, RATE, seed=1) != views(camera, 24, RATE, seed=2)


@pytest.mark.parametrize("density", [0.553, 1.118, 1.618])
def test_slow_moves_advance_by_fractions_of_a_pixel(density: float) -> None:
    # On a ramp, the mean of a frame says to a fraction of a pixel where it was cut.
    size, step_px, slope = (320, 180), 0.16, 0.35
    track = tuple(View(index * step_px / size[0]) for index in range(40))
    ramp = np.broadcast_to(np.rint(np.arange(700) * slope).astype(np.uint8), (440, 700))
    luma, grey = np.ascontiguousarray(ramp), np.full((220, 350), 128, np.uint8)
    stack = Stack([Sheet((luma, grey, grey), None, (350.0, 220.0), density)], track, size)
    means = np.array([stack[frame][0][4:-4, 4:-4].astype(np.float64).mean() for frame in range(40)])
    steps = np.diff(means) / (slope * density)
    # Sheets as coarse as the first are out of focus by several pixels.
    within_px = 0.125 if density > 1 else 0.25
    assert steps == pytest.approx(np.full(39, step_px), abs=within_px), "no frame stands still for long, and none jumps"
    assert means[-1] - means[0] == pytest.approx(39 * step_px * slope * density, rel=0.03)


def disc(x: float, y: float, density: float) -> tuple[Sheet, Sheet]:
    """A white disc at a place, in pixels of the frame from its middle, and the black ground behind it."""
    width, height, middle = 900, 640, (450.0, 320.0)
    down, across = np.mgrid[0:height, 0:width] + 0.5
    distance = np.hypot(across - middle[0] - x * density, down - middle[1] - y * density)
    alpha = (np.clip(25 * density - distance + 0.5, 0, 1) * 255).astype(np.uint8)
    black, grey = np.full((height, width), 16, np.uint8), np.full((height // 2, width // 2), 128, np.uint8)
    white = np.repeat(alpha[:, :, None], 3, axis=2)
    return sheet(white, alpha, middle, density, 1.0), Sheet((black, grey, grey), None, middle, density)


@pytest.mark.parametrize("movement", ["dolly_in", "handheld", "truck_left", "crane_up", "zoom_out", "tracking"])
def test_what_stands_before_the_ground_is_where_it_belongs_to_a_fraction_of_a_pixel(movement: str) -> None:
    size, track = (320, 180), path(movement, 60)
    density = 1.118 * max(looked(view, 1.0)[2] for view in track)
    near, ground = disc(20.3, -10.7, density)
    stack, strayed = Stack([ground, near], track, size), []
    for frame, view in enumerate(track):
        luma = stack[frame][0].astype(np.float64) - 16
        x, y, zoom = looked(view, 1.0)
        wanted = 160 + (20.3 - x * 320) * zoom, 90 + (-10.7 - y * 180) * zoom
        if not (40 < wanted[0] < 280 and 40 < wanted[1] < 140):
            continue
        found = [(luma.sum(axis=axis) * (np.arange(size[axis]) + 0.5)).sum() / luma.sum() for axis in (0, 1)]
        strayed.append((found[0] - wanted[0], found[1] - wanted[1]))
    assert len(strayed) > 20
    assert np.abs(np.mean(strayed, axis=0)).max() < 0.2
    assert np.std(strayed, axis=0).max() < 0.08
    assert np.abs(np.diff(strayed, axis=0)).max() < 0.3


@pytest.mark.parametrize("movement", MOVES)
@pytest.mark.parametrize("nearness", [0.0, 0.4, 1.0, 1.35])
def test_the_ground_reaches_as_far_as_the_camera_looks(movement: str, nearness: float) -> None:
    track = path(movement, 60, "fast")
    reached = extent(track, (160, 90), 1.35)
    for view in track:
        x, y, zoom = looked(view, nearness)
        assert reached.left < 160 * (x - 0.5 / zoom)
        assert reached.right > 160 * (x + 0.5 / zoom)
        assert reached.top < 90 * (y - 0.5 / zoom)
        assert reached.bottom > 90 * (y + 0.5 / zoom)


@pytest.mark.parametrize("movement", ["truck_right", "pedestal_up", "dolly_in", "crane_down", "handheld"])
def test_what_is_near_moves_more_than_what_is_far(movement: str) -> None:
    def travelled(nearness: float) -> float:
        track = np.array([looked(view, nearness) for view in path(movement)])
        return float(np.abs(track - track[0]).max())

    assert travelled(1.3) > travelled(1.0) > 1.15 * travelled(0.3)


def test_turning_and_zooming_move_all_distances_alike() -> None:
    for movement in ("pan_left", "tilt_up", "zoom_in", "whip_pan"):
        assert all(looked(view, 0.0) == looked(view, 1.3) for view in path(movement))


def test_an_orbit_keeps_its_subject_and_turns_the_world_behind_it() -> None:
    track = path("orbit_left", 60)
    assert all(abs(looked(view, 1.0)[0]) < 1e-9 for view in track)
    assert looked(track[-1], 0.0)[0] > 0.2 > looked(track[0], 0.0)[0]
