"""What the local server makes of a request before anything is drawn."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from pipeline import catalog
from pipeline.server import request
from tests.rehearsal import SEEDANCE, tiny


def test_a_request_is_completed_by_the_defaults_of_its_model() -> None:
    model = catalog.models()[SEEDANCE]
    inputs = request.checked_inputs(model, {"prompt": "x"})
    order = request.order(model, inputs, seed="5eed", images=[], direction=None)
    assert order == {
        "width": 1280,
        "height": 720,
        "frame_rate": "24",
        "frames": 120,
        "audio": True,
        "prompt": "x",
        "images": [],
        "direction": None,
        "seed": "5eed",
    }


def test_the_same_request_has_the_same_seed_whatever_its_addresses() -> None:
    def seed(address: str, sha256: str, **changes: Any) -> str:
        inputs = request.checked_inputs(model, {"prompt": "x", "reference_images": [address]} | changes)
        return request.seed(model, inputs, {address: sha256})

    model = catalog.models()[SEEDANCE]
    assert seed("http://a/1", "aa") == seed("http://b/2", "aa") == seed("http://a/1", "aa", duration=5)
    assert len({seed("http://a/1", "aa"), seed("http://a/1", "bb"), seed("http://a/1", "aa", duration=6)}) == 3


def test_frames_follow_the_models_own_rate() -> None:
    model = tiny()
    inputs = request.checked_inputs(model, {"prompt": "x", "duration": 7})
    assert request.order(model, inputs, seed="1", images=[], direction=None)["frames"] == Fraction(7) * model.frame_rate
