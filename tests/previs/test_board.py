"""What a board says of its rehearsal reaches the previs and nothing that is paid for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import produce
from pipeline.plan import Order, Plan, rehearse
from pipeline.previs.intake import parse
from pipeline.previs.order import OrderError, PrevisOrder

BOARD_HAS = "version: 1\ntitle: A film\nshots:\n  - {id: sh010, prompt: The sea.}\n"


def planned(folder: Path, previs: str = "") -> tuple[Plan, Order]:
    """The plan of a board, and the order for its only shot."""
    file = folder / "film.yaml"
    file.write_text(BOARD_HAS + previs, encoding="utf-8")
    _, plan = produce.plan(file, {})
    return plan, next(iter(rehearse(plan).orders.values()))


def test_a_slate_is_drawn_anew_and_nothing_is_bought_anew(tmp_path: Path) -> None:
    before, usual = planned(tmp_path)
    after, bare = planned(tmp_path, "previs: {slate: none}\n")
    assert list(before.jobs) == list(after.jobs)
    assert (usual.digest, usual.price) == (bare.digest, bare.price)
    assert usual.direction_digest != bare.direction_digest


def test_what_is_usual_changes_nothing(tmp_path: Path) -> None:
    usual = planned(tmp_path)[1]
    assert planned(tmp_path, "previs: {slate: full, safe_areas: false}\n")[1].key == usual.key
    assert "previs" not in usual.direction


@pytest.mark.parametrize(("slate", "safe"), [("full", True), ("corner", False), ("none", True)])
def test_the_order_has_the_boards_slate(tmp_path: Path, slate: str, safe: bool) -> None:
    told = planned(tmp_path, f"previs: {{slate: {slate}, safe_areas: {str(safe).lower()}}}\n")[1].direction
    data = {"width": 64, "height": 36, "frame_rate": "24", "frames": 2, "seed": "1f", "output": "/x.mp4"}
    read: PrevisOrder = parse({**data, "direction": told})
    assert read.direction is not None
    assert (read.direction.slate, read.direction.safe_areas) == (slate, safe)
    with pytest.raises(OrderError, match="a slate is full, corner or none"):
        parse({**data, "direction": {**told, "previs": {"slate": "huge"}}})
