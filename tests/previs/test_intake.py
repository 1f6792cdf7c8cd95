from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pipeline.previs.intake import parse
from pipeline.previs.order import Camera, Figure, Line, OrderError, Reference

GOOD: dict[str, Any] = {
    "id": "x",
    "width": 1280,
    "height": 720,
    "frame_rate": "23.976",
    "frames": 120,
    "audio": True,
    "prompt": "A street.",
    "images": ["/a.png", "/b.png"],
    "direction": {
        "format": 1,
        "title": "Film",
        "shot": "sh010",
        "camera": {"shot_size": "MS", "movement": "pan_left", "lens_mm": 35, "rig": "crane"},
        "action": "They meet.",
        "dialogue": [{"speaker": "Ann", "delivery": "softly", "line": "You.", "off_screen": True}],
        "style": {"palette": "teal"},
        "figures": [{"name": "Ann", "colour": 3}],
        "images": [{"role": "face", "of": "Ann"}, {"role": "continues", "of": "sh005"}],
        "sources": ["opaque"],
        "something_new": {"deep": [1]},
    },
    "seed": "0123abcdef",
    "output": "/out.mp4",
}


def test_an_order_is_read_whole_and_what_it_does_not_know_is_ignored() -> None:
    order = parse(GOOD)
    assert order.frame_rate == Fraction(24000, 1001)
    assert order.seed_number == 0x0123ABCDEF
    direction = order.direction
    assert direction is not None
    assert direction.camera == Camera(shot_size="MS", movement="pan_left", lens_mm=35.0)
    assert direction.dialogue == (Line("Ann", "softly", "You.", True),)
    assert direction.figures == (Figure("Ann", 3),)
    assert direction.images == (Reference("face", "Ann"), Reference("continues", "sh005"))
    assert direction.style.palette == "teal"


def test_an_empty_direction_is_a_direction() -> None:
    order = parse({**GOOD, "direction": {}})
    assert order.direction is not None
    assert order.direction.camera == Camera()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"width": 641}, "width of 641 pixels"),
        ({"width": 0}, "width of 0 pixels"),
        ({"height": 100000}, "height of 100000 pixels"),
        ({"width": 4096, "height": 4096}, "at most 10 million"),
        ({"width": "640"}, "width is not a whole number"),
        ({"frames": 0}, "0 frames"),
        ({"frames": True}, "frames is not a whole number"),
        ({"frame_rate": "fast"}, "no frame rate"),
        ({"seed": "-1"}, "hexadecimal"),
        ({"seed": ""}, "hexadecimal"),
        ({"images": "a.png"}, "images is not a list"),
        ({"images": ["a\0b"]}, "images[0] is not a path"),
        ({"audio": 1}, "audio is neither true nor false"),
        ({"prompt": 7}, "prompt is not text"),
        ({"output": ""}, "output is not a path"),
        ({"direction": []}, "direction is not a JSON object"),
        ({"direction": {"dialogue": ["hi"]}}, "dialogue[0] is not a JSON object"),
        ({"direction": {"camera": {"lens_mm": -3}}}, "lens_mm"),
    ],
)
def test_an_impossible_order_is_refused_in_one_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OrderError, match=r"^[^\n]+$") as caught:
        parse({**GOOD, **change})
    assert sentence in str(caught.value)
