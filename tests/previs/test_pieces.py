from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.previs import phases
from pipeline.previs.move import looked, views
from pipeline.previs.order import Camera, Direction, Figure, PrevisOrder
from pipeline.previs.picture import Pictures
from pipeline.previs.pieces import Piece, pieces_of
from pipeline.previs.planes import Sheet
from pipeline.previs.shots import shots_of
from pipeline.previs.stack import Stack

Plane = NDArray[np.uint8]
SIZE = (320, 180)


@st.composite
def planes(draw: st.DrawFn) -> Plane:
    """What shows through a sheet on which boxes stand, some of them half transparent, some with a hole."""
    height, width = draw(st.integers(20, 300)) * 2, draw(st.integers(20, 300)) * 2
    through = np.full((height, width), 255, np.uint8)
    for _ in range(draw(st.integers(0, 5))):
        top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        down, across = draw(st.integers(1, height)), draw(st.integers(1, width))
        through[top : top + down, left : left + across] = draw(st.sampled_from([0, 0, 0, 100, 255]))
    return through


def inside(piece: Piece, by: float = 0) -> tuple[slice, slice]:
    edges = piece.top - by, piece.bottom + by, piece.left - by, piece.right + by
    top, bottom, left, right = (max(0, int(edge)) for edge in edges)
    return slice(top, bottom), slice(left, right)


@given(planes(), st.sampled_from([0.2625, 0.553, 1.0, 1.118, 1.618]))
def test_pieces_hold_all_that_is_seen_once_and_are_solid_where_nothing_shows_through(
    through: Plane, density: float
) -> None:
    found = pieces_of(through, density)
    times = np.zeros(through.shape, np.int64)
    for piece in found:
        times[inside(piece)] += 1
        if piece.solid:
            assert not through[inside(piece, by=6 * density)].any(), "a scaler that looks around sees nothing else"
    assert times.max(initial=0) <= 1
    edge = round(16 * density)
    seen = np.s_[edge : through.shape[0] - edge, edge : through.shape[1] - edge]
    assert times[seen][through[seen] < 255].all()


def test_what_is_empty_is_in_no_piece_and_what_hides_everything_in_a_solid_one() -> None:
    through = np.full((800, 1600), 255, np.uint8)
    through[500:] = 0  # a plain
    through[100:500, 1200:1300] = 0  # a tower on it
    area = dict.fromkeys((False, True), 0.0)
    for piece in pieces_of(through, 1.0):
        area[piece.solid] += (piece.right - piece.left) * (piece.bottom - piece.top)
    assert area[True] > 0.8 * 300 * 1600
    assert area[False] < 0.2 * 800 * 1600


def scene() -> list[Sheet]:
    """A slanting ground, a wall with a hole in it, and a tower on a hill before it."""
    width, height = 1000, 640
    down, across = np.mgrid[0:height, 0:width]
    hole = ~((abs(across - 420) < 60) & (abs(down - 300) < 40))
    hill = (down > 420 + 30 * np.sin(across / 60)) | ((abs(across - 640) < 18) & (down > 180))
    grey = np.full((height // 2, width // 2), 128, np.uint8)
    luma = (40 + (across + down) // 12 % 160).astype(np.uint8)
    sheets = [Sheet((luma, grey, grey), None, (width / 2, height / 2), 1.118, 0.0)]
    for nearness, shape in ((0.4, hole), (1.0, hill)):
        alpha = shape.astype(np.uint8)
        coloured = (128 + (grey.astype(np.int16) - 108) * alpha[::2, ::2]).astype(np.uint8)
        sheets.append(
            Sheet((luma[::-1] * alpha, coloured, grey), 255 * (1 - alpha), (width / 2, height / 2), 1.118, nearness)
        )
    return sheets


@pytest.mark.parametrize("movement", ["dolly_in", "handheld", "truck_left", "crane_up", "zoom_out"])
def test_what_is_drawn_in_pieces_is_what_is_drawn_whole(movement: str, monkeypatch: pytest.MonkeyPatch) -> None:
    track = views(Camera(movement=movement), 48, Fraction(24), seed=7, reach=0.5)
    assert all(looked(view, 1.0)[2] < 1.5 for view in track)
    parted = Stack(scene(), track, SIZE)
    monkeypatch.setattr(phases, "pieces_of", lambda *_: (Piece(0, 0, 1000, 640, solid=False),))
    whole = Stack(scene(), track, SIZE)
    for frame in (0, 20, 47):
        for one, other in zip(parted[frame], whole[frame], strict=True):
            apart = np.abs(one.astype(np.int16) - other)
            assert apart.mean() < 0.6
            assert np.percentile(apart, 98) <= 12, "edges lie within a fraction of a pixel of where they were"


@pytest.mark.parametrize(
    ("size", "movement", "action"),
    [
        ("CU", "dolly_in", "Ben looks up in the hills in snow."),
        ("EWS", "dolly_in", "A lighthouse above the sea at dawn."),
        ("OTS", "", "Ada and Ben in a kitchen at night."),
        ("FS", "tracking", "Ada strides through a city at noon."),
        ("MWS", "orbit_right", "Ada and Ben on a cliff by the sea at noon."),
        ("MS", "rack_focus", "Ben in a forest in fog."),
        ("WS", "static", "Ada in the desert."),
    ],
)
def test_a_scene_is_the_same_in_pieces_up_to_the_edges_of_the_frame(
    size: str, movement: str, action: str, order: Callable[..., PrevisOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = tuple(Figure(name, at) for at, name in enumerate(("Ada", "Ben")) if name in action)
    direction = Direction(camera=Camera(shot_size=size, movement=movement), action=action, figures=figures)
    wanted = order(width=640, height=360, frames=30, direction=direction)
    parted = Pictures(shots_of(wanted)[0])
    monkeypatch.setattr(
        phases, "pieces_of", lambda through, *_: (Piece(0, 0, through.shape[1], through.shape[0], solid=False),)
    )
    whole = Pictures(shots_of(wanted)[0])
    for frame in (0, 29):
        one, other = (pictures[frame].to_ndarray(format="gray").astype(np.int16) for pictures in (parted, whole))
        apart = np.abs(one - other)
        for edge in (apart[:, :8], apart[:, -8:], apart[:8], apart[-8:]):
            assert edge.mean() < 3
        assert apart.mean() < 1.5
