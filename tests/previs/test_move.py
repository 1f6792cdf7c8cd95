from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from pipeline.previs.move import STILL, View, views
from pipeline.previs.order import Camera
from pipeline.previs.planes import Sheet, cut, extent, settled, split

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
        ("truck_left", "x", -1),
        ("tilt_up", "y", -1),
        ("crane_up", "y", -1),
        ("pedestal_down", "y", 1),
        ("dolly_in", "zoom", 1),
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
    track = np.array([(view.x, view.y, view.zoom, view.focus) for view in path(movement, 120)])
    steps = np.linalg.norm(np.diff(track, axis=0), axis=1)
    assert steps[0] < steps.max() / 4
    assert steps[-1] < steps.max() / 4
    assert np.abs(np.diff(steps)).max() < steps.max() / 2


def test_a_hand_sways_differently_in_every_shot_and_the_same_in_the_same() -> None:
    camera = Camera(movement="handheld")
    assert views(camera, 24, RATE, seed=1) == views(camera, 24, RATE, seed=1)
    assert views(camera, 24, RATE, seed=1) != views(camera, 24, RATE, seed=2)


@pytest.mark.parametrize("prepared", [False, True])
def test_slow_moves_advance_by_fractions_of_a_pixel(prepared: bool) -> None:
    # On a ramp of one level a pixel, the mean of a frame says to a fraction of a pixel where it was cut.
    size, step_px, density = (160, 90), 0.16, 1.12
    track = tuple(View(index * step_px / size[0], 0.0, 1.0) for index in range(40))
    ramp = np.broadcast_to(np.linspace(0, 255, 256, dtype=np.uint8), (120, 256))
    planes = split(Image.fromarray(np.repeat(ramp[:, :, None], 3, axis=2)))
    sheet = Sheet(planes, (100.0, 60.0), (density, density))
    sheet = settled(sheet, track, size) if prepared else sheet
    means = np.array([np.asarray(cut(sheet, view, size)[0], np.float64).mean() for view in track])
    assert np.diff(means) == pytest.approx(step_px * density * 219 / 255, abs=0.06)


@pytest.mark.parametrize("movement", MOVES)
def test_the_ground_reaches_as_far_as_the_camera_looks(movement: str) -> None:
    track = path(movement, 60, "fast")
    seen = extent(track, (160, 90))
    for view in track:
        assert seen.left < 160 * (view.x - 0.5 / view.zoom)
        assert seen.right > 160 * (view.x + 0.5 / view.zoom)
        assert seen.top < 90 * (view.y - 0.5 / view.zoom)
        assert seen.bottom > 90 * (view.y + 0.5 / view.zoom)
