"""Orders to draw, small and short unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.previs.clip import draw
from pipeline.previs.intake import parse
from pipeline.previs.order import Camera, Direction, Figure, PrevisOrder

KEEPER, BOY = Figure("the keeper", 0), Figure("the boy", 1)


@pytest.fixture
def order(tmp_path: Path) -> Callable[..., PrevisOrder]:
    """A valid order, with the given fields changed."""

    def make(**changes: Any) -> PrevisOrder:
        data = {
            "id": "x",
            "width": 160,
            "height": 90,
            "frame_rate": "24",
            "frames": 12,
            "audio": False,
            "prompt": "A lighthouse on a cliff at dusk.",
            "images": [],
            "direction": None,
            "seed": "c0ffee",
            "output": str(tmp_path / "clip.mp4"),
        }
        return replace(parse(data), **changes)

    return make


@pytest.fixture
def clip(order: Callable[..., PrevisOrder]) -> Callable[..., Path]:
    """The path of a drawn clip."""

    def make(**changes: Any) -> Path:
        wanted = order(**changes)
        draw(wanted)
        return Path(wanted.output)

    return make


@pytest.fixture
def direction() -> Callable[..., Direction]:
    """A direction with a keeper on a hill, framed as asked."""

    def make(**camera: Any) -> Direction:
        action = "The keeper walks over the hills at noon."
        return Direction(title="A film", shot="sh010", camera=Camera(**camera), action=action, figures=(KEEPER,))

    return make
