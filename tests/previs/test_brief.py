from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.previs.brief import brief, people, quoted_lines
from pipeline.previs.order import Camera, Direction, Figure, Line, PrevisOrder


@pytest.mark.parametrize(
    ("prompt", "camera"),
    [
        ("Medium shot of a man.", Camera(shot_size="MS")),
        ("Extreme close-up of an eye, handheld.", Camera(shot_size="ECU", movement="handheld")),
        ("A close-up, slow dolly in.", Camera(shot_size="CU", movement="dolly_in", speed="slow")),
        ("Medium close-up, low angle.", Camera(shot_size="MCU", angle="low")),
        ("Wide shot. The camera pans left quickly.", Camera(shot_size="WS", movement="pan_left", speed="fast")),
        ("Whip pan to a door.", Camera(movement="whip_pan")),
        ("Over her shoulder, a letter. Rack focus.", Camera(shot_size="OTS", movement="rack_focus")),
        ("Bird's-eye view, the camera orbits right.", Camera(angle="overhead", movement="orbit_right")),
        ("Static shot on a 50mm lens, shot on 35mm film.", Camera(movement="static", lens_mm=50)),
        ("A man pans for gold, 100 ms later he zooms off.", Camera()),
    ],
)
def test_the_camera_is_read_out_of_the_prompt(order: Callable[..., PrevisOrder], prompt: str, camera: Camera) -> None:
    assert brief(order(prompt=prompt)).camera == camera


def test_what_the_direction_says_is_never_overruled_by_the_prompt(order: Callable[..., PrevisOrder]) -> None:
    given = Direction(camera=Camera(shot_size="WS", movement="static"), figures=(Figure("Ann", 4),))
    wanted = order(prompt="Close-up of a man, fast zoom in, low angle.", direction=given)
    assert brief(wanted).camera == Camera(shot_size="WS", angle="low", movement="static")
    assert brief(wanted).figures == (Figure("Ann", 4),)


def test_without_a_direction_speech_is_read_out_of_the_quotes() -> None:
    prompt = 'The keeper mutters under his breath: “Not tonight, boy.” A sign reads "OPEN". "Who is there?"'
    assert quoted_lines(prompt) == (
        Line("The keeper", "under his breath", "Not tonight, boy."),
        Line("", "", "Who is there?"),
    )


def test_people_are_found_in_the_words_but_not_in_what_they_own() -> None:
    assert people("A woman and a boy in the captain's cabin, a woman-made dress.") == (
        Figure("the woman", 0),
        Figure("the boy", 1),
    )


def test_an_empty_prompt_is_a_brief_too(order: Callable[..., PrevisOrder]) -> None:
    assert brief(order(prompt="")) == replace(Direction(), action="")
