"""One frame drawn alone is the frame that the whole clip has there."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media.canvas import upright_rgb
from pipeline.previs.order import Camera, Direction, Part
from pipeline.previs.picture import draw_frame


def frames_of(clip: Path) -> list[NDArray[np.uint8]]:
    with av.open(str(clip)) as film:
        return [upright_rgb(frame, None) for frame in film.decode(video=0)]


def far(one: Any, other: Any) -> float:
    """Mean distance of two pictures, of 255."""
    return float(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).mean())


@pytest.mark.parametrize("movement", ["static", "handheld", "pan_left", "whip_pan", "rack_focus", "tracking"])
def test_a_frame_is_that_of_the_clip(
    movement: str, order: Callable[..., Any], clip: Callable[..., Path], direction: Callable[..., Direction]
) -> None:
    wanted = {"direction": direction(movement=movement), "width": 320, "height": 180}
    drawn = frames_of(clip(**wanted))
    for number in (0, 5, 11):
        found = draw_frame(order(**wanted), number)
        assert far(found, drawn[number]) < 3, "only the encoder's losses"
    assert (
        np.asarray(draw_frame(order(**wanted), 99)).tobytes() == np.asarray(draw_frame(order(**wanted), 11)).tobytes()
    )


def test_a_frame_of_several_parts_is_of_the_part_that_it_falls_into(
    order: Callable[..., Any], clip: Callable[..., Path]
) -> None:
    parts = (
        Part(Fraction(1, 4), "sh010", Camera("WS"), "A field of rye at noon."),
        Part(None, "sh020", Camera("CU"), "A dark kitchen at night."),
    )
    wanted = {"direction": Direction(parts=parts), "frames": 12}
    drawn = frames_of(clip(**wanted))
    for number in (0, 5, 6, 11):
        assert far(draw_frame(order(**wanted), number), drawn[number]) < 3
    assert far(drawn[5], drawn[6]) > 10, "two parts that look alike would prove nothing"
