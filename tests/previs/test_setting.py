from __future__ import annotations

import pytest

from pipeline.previs.order import Direction, Style
from pipeline.previs.setting import setting


@pytest.mark.parametrize(
    ("action", "place", "hour", "weather"),
    [
        ("A lighthouse on a black cliff in a rising storm.", "sea", "day", "storm"),
        ("He climbs the stairs at midnight.", "room", "night", "clear"),
        ("Fog between the pines at dawn.", "forest", "dawn", "fog"),
        ("Rain on the neon of an empty street.", "city", "night", "rain"),
        ("Dunes in the evening.", "desert", "dusk", "clear"),
        ("Snow on the mountains.", "hills", "day", "snow"),
        ("A rope bridge over the gorge at dawn.", "hills", "dawn", "clear"),
        ("Something undefined.", "hills", "day", "clear"),
    ],
)
def test_the_words_say_where_and_when_a_shot_plays(action: str, place: str, hour: str, weather: str) -> None:
    found = setting(Direction(action=action), action)
    assert (found.place, found.hour, found.weather) == (place, hour, weather)


def test_what_happens_outweighs_how_a_character_is_described() -> None:
    direction = Direction(action="The keeper climbs the spiral stairs.", title="The Last Lighthouse")
    prompt = "An old lighthouse keeper, a man of the sea, climbs the spiral stairs."
    assert setting(direction, prompt).place == "room"


def test_the_palette_gives_at_most_two_tones() -> None:
    style = Style(palette="teal and amber, a touch of red")
    assert setting(Direction(style=style), "").tones == ((0, 116, 122), (255, 176, 46))
    assert setting(Direction(style=Style(look="black and white")), "").grey


@pytest.mark.parametrize(
    ("place", "action", "expected"),
    [
        ("the lamp room: brass and glass", "A ship on the sea.", ("room", "day", "clear")),
        ("a harbour in fog", "He enters the kitchen at night.", ("sea", "night", "fog")),
        ("a bright kitchen", "He waits at midnight.", ("room", "night", "clear")),
        ("nowhere that anybody knows", "Dunes in the evening.", ("desert", "dusk", "clear")),
    ],
)
def test_a_named_place_says_most(place: str, action: str, expected: tuple[str, str, str]) -> None:
    found = setting(Direction(action=action, place=place), action)
    assert (found.place, found.hour, found.weather) == expected


def test_what_stands_in_a_named_place_is_drawn_and_nobody_walks_for_its_steps() -> None:
    found = setting(Direction(action="He waits.", place="a kitchen with a table, two steps down"), "")
    assert {"kitchen", "table", "stairs"} <= found.features
    assert "walking" not in found.features


def test_what_no_word_speaks_of_is_as_it_was() -> None:
    before = setting(Direction(action="Snow on a street at dusk."), "")
    after = setting(Direction(action="A hand."), "", before)
    assert (after.place, after.hour, after.weather) == ("city", "dusk", "snow")
