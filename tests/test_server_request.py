"""What the local server makes of a request before anything is drawn."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.previs.intake import parse
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


@pytest.mark.parametrize("model", catalog.models().values(), ids=lambda model: model.id)
def test_every_model_of_the_catalogue_can_be_rehearsed(model: Model) -> None:
    given = dict.fromkeys(model.request["required"], "x")
    inputs = request.checked_inputs(model, given)
    frame = (720, 1280) if model.takes("first_frame") else None
    order = request.order(model, inputs, seed="5eed", images=[], direction=None, first_frame=frame)
    shape = "9:16" if model.follows_first_frame else model.default("aspect_ratio")
    assert (order["width"], order["height"]) == catalog.size(model, model.default("resolution"), shape)
    assert order["frames"] == model.default("duration") * model.frame_rate
    assert order["audio"] is model.default("generate_audio")
    assert order["prompt"] == "x"
    parsed = parse({**order, "id": "1", "output": "/x.mp4"})
    assert parsed.frames == order["frames"]


@pytest.mark.parametrize("model", catalog.models().values(), ids=lambda model: model.id)
def test_every_shape_of_every_model_can_be_drawn(model: Model) -> None:
    for resolution in model.resolutions:
        for ratio in model.ratios(resolution):
            asked = catalog.shape_parameters(model, resolution, ratio)
            inputs = request.checked_inputs(model, dict.fromkeys(model.request["required"], "x") | asked)
            size = catalog.size(model, resolution, ratio)
            order = request.order(model, inputs, seed="1", images=[], direction=None, first_frame=size)
            assert (order["width"], order["height"]) == size
            parse({**order, "id": "1", "output": "/x.mp4"})


def test_sound_is_a_models_own_matter_unless_it_is_asked_for() -> None:
    def sound(model: str, **inputs: Any) -> bool:
        found = catalog.models()[model]
        checked = request.checked_inputs(found, {"prompt": "x"} | inputs)
        asked: bool = request.order(found, checked, seed="1", images=[], direction=None)["audio"]
        return asked

    assert sound("alibaba/wan-2.6/text-to-video")
    assert not sound("kwaivgi/kling-v3.0-std/text-to-video")
    assert sound("kwaivgi/kling-v3.0-std/text-to-video", sound=True)


def test_frames_count_in_the_seed_by_their_bytes() -> None:
    def seed(**hashes: str) -> str:
        inputs = request.checked_inputs(model, {"prompt": "x", "image": "first", "end_image": "last"})
        return request.seed(model, inputs, hashes)

    model = catalog.models()["kwaivgi/kling-v3.0-std/image-to-video"]
    assert [word for word, _ in request.media_of(model, {"image": "a", "end_image": "b"})] == [
        "first_frame",
        "last_frame",
    ]
    assert len({seed(first="aa", last="bb"), seed(first="bb", last="aa"), seed(first="aa", last="aa")}) == 3
