"""A shot's words enter; where, when and in what weather it plays leave, as one small value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.previs.order import Direction

Colour = tuple[int, int, int]  # red, green, blue, 0 to 255

_PLACES = (
    (
        "room",
        r"room|kitchen|corridor|hallway|interior|indoors|inside|stair(?:s|case|well)?|office|bedroom|cabin|caf[eé]|bar|"
        r"restaurant|library|studio|attic|cellar|basement|church|shop|hospital|classroom|theatre|doorway|window|table|"
        r"desk|bed|lamp|crank|ceiling|workshop|kettle|stove|sofa|apartment|elevator|warehouse|laboratory",
    ),
    (
        "sea",
        r"sea|ocean|waves?|cliffs?|coast|shore|beach|lighthouse(?! keeper)|harbou?r|ships?|boats?|"
        r"sail(?:s|ing)?|surf|bay|lake|river|water|island|deck",
    ),
    ("forest", r"forests?|woods|woodland|trees?|jungle|pines?|birch(?:es)?|grove|undergrowth|orchard"),
    (
        "city",
        r"city|streets?|skyline|downtown|skyscrapers?|rooftops?|alley|traffic|neon|avenue|subway|metro|tower block|"
        r"buildings?|town|market|square|(?<!rope )bridge",
    ),
    ("desert", r"deserts?|dunes?|sand|canyon|mesa|sahara|wasteland|badlands"),
    ("sky", r"clouds?|sky|airplane|plane|balloon|flying|flies|birds?|above the earth|space|stars"),
    (
        "hills",
        r"hills?|mountains?|valleys?|meadows?|fields?|village|farm|countryside|road|path|trail|grass|snowfield|peaks?|"
        r"plain|garden|park|gorge|scree|saddle|ridge|slopes?|glacier|cairn",
    ),
)
_HOURS = (
    ("night", r"nights?|midnight|moon(?:light|lit)?|starlight|stars|after dark|nocturnal|neon"),
    ("dawn", r"dawn|sunrise|daybreak|first light|early morning|morning"),
    ("dusk", r"dusk|sunset|twilight|evening|golden hour|low sun|blue hour|magic hour|candle(?:light|lit)?|amber light"),
    ("day", r"noon|midday|day(?:light|time)?|sun(?:ny|lit|light)?|afternoon|bright"),
)
_WEATHERS = (
    ("storm", r"storms?|stormy|gale|tempest|thunder|lightning|hurricane"),
    ("rain", r"rain(?:s|y|ing|drops|fall)?|drizzle|downpour|wet"),
    ("snow", r"snow(?:s|y|ing|fall|flakes|storm)?|blizzard|winter"),
    ("fog", r"fog(?:gy)?|mist(?:y)?|haze|hazy|smoke|smoky|steam"),
    ("overcast", r"overcast|cloudy|grey sky|gray sky|gloomy|bleak"),
)
_FEATURES = (
    ("lighthouse", r"lighthouse(?! keeper)"),
    ("ship", r"ships?|boats?|vessel|sails?"),
    ("cliff", r"cliffs?|rocks?|crag|headland"),
    ("stairs", r"stair(?:s|case|well)?|steps"),
    ("kitchen", r"kitchen|stove|kettle|cook(?:s|ing)?|pot"),
    ("lamp", r"lamps?|lantern|light ?bulb|candles?"),
    ("table", r"tables?|desk|counter"),
    (
        "walking",
        r"walks?|walking|climbs?|climbing|runs?|running|strides?|marches|steps|enters?|leaves|crosses|chases?|follows",
    ),
)
# Words that name a colour, as painters and colour graders mean them.
_COLOURS: dict[str, Colour] = {
    "teal": (0, 116, 122),
    "amber": (255, 176, 46),
    "orange": (244, 132, 44),
    "red": (196, 48, 43),
    "crimson": (168, 28, 50),
    "blue": (46, 96, 186),
    "navy": (24, 42, 92),
    "cyan": (58, 184, 204),
    "green": (62, 132, 76),
    "emerald": (24, 132, 98),
    "olive": (118, 118, 54),
    "yellow": (240, 205, 70),
    "gold": (222, 172, 62),
    "golden": (236, 182, 74),
    "ochre": (200, 138, 52),
    "brown": (116, 78, 50),
    "sepia": (152, 112, 70),
    "sand": (216, 188, 140),
    "pink": (232, 140, 168),
    "magenta": (190, 50, 140),
    "purple": (110, 66, 150),
    "violet": (126, 84, 176),
    "lavender": (170, 152, 206),
    "turquoise": (52, 178, 168),
    "copper": (186, 106, 62),
    "rust": (172, 80, 42),
    "ivory": (240, 232, 212),
    "silver": (178, 186, 194),
    "slate": (88, 100, 116),
    "rose": (220, 124, 134),
    "burgundy": (112, 30, 48),
    "indigo": (62, 52, 130),
    "warm": (232, 150, 72),
    "cold": (70, 120, 176),
    "cool": (78, 130, 176),
    "mint": (140, 206, 176),
    "peach": (246, 176, 136),
    "charcoal": (54, 58, 64),
    "cream": (242, 228, 196),
}
_GREY = re.compile(r"black[- ]and[- ]white|monochrom|b&w|noir|greyscale|grayscale", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a shot plays."""

    place: str  # room sea forest city desert sky hills
    hour: str  # dawn day dusk night
    weather: str  # clear overcast rain storm snow fog
    features: frozenset[str]  # things worth drawing: lighthouse ship cliff stairs kitchen lamp table walking
    tones: tuple[Colour, ...]  # colours the palette names, at most two: shadows, lights
    grey: bool  # black and white


_UNSAID = Setting("hills", "day", "clear", frozenset(), (), False)
# What one word of a named place weighs: more than two of the action on where the shot plays, more than one on when,
# which a place says less for sure: a bright kitchen is one at midnight too.
_PLACE_ON_WHERE, _PLACE_ON_WHEN = 10, 5


def setting(direction: Direction, prompt: str, otherwise: Setting | None = None) -> Setting:
    """The setting that the words of `direction` and `prompt` speak of; those of place and action count most.

    What no word speaks of is as in `otherwise`.
    """
    style, place = direction.style, direction.place
    # The prompt repeats the action and adds descriptions of the characters, so it weighs less.
    said = ((direction.action, 4), (direction.notes, 2), (prompt, 1), (direction.title, 1))
    everything = " ".join(text for text, _ in said)
    texts = (*said, (direction.throughout, 2))
    # Light tells of the hour and of clouds, and not of a place among them.
    when = (*texts, (style.lighting, 3), (place, _PLACE_ON_WHEN))
    look = f"{style.palette} {style.look}"
    unsaid = otherwise or _UNSAID
    return Setting(
        place=_weightiest(_PLACES, (*texts, (place, _PLACE_ON_WHERE))) or unsaid.place,
        hour=_weightiest(_HOURS, when) or unsaid.hour,
        weather=_weightiest(_WEATHERS, when) or unsaid.weather,
        features=_features(direction.action or everything) | (_features(place) - {"walking"}),
        tones=_tones(style.palette or _palette_in(prompt)),
        grey=bool(_GREY.search(look) or _GREY.search(prompt)),
    )


def hour_said(direction: Direction) -> str:
    """The hour that the shot's own words name; "" for none."""
    return _weightiest(_HOURS, _own(direction))


def weather_said(direction: Direction) -> str:
    """The weather that the shot's own words name; "" for none."""
    return _weightiest(_WEATHERS, _own(direction))


def _own(direction: Direction) -> tuple[tuple[str, int], ...]:
    return (direction.action, 4), (direction.throughout, 2), (direction.place, _PLACE_ON_WHEN)


def _features(text: str) -> frozenset[str]:
    return frozenset(name for name, words in _FEATURES if _count(words, text))


def _weightiest(table: tuple[tuple[str, str], ...], texts: Sequence[tuple[str, int]]) -> str:
    weights = {name: sum(_count(words, text) * weight for text, weight in texts) for name, words in table}
    best = max(weights, key=lambda name: weights[name])
    return best if weights[best] else ""


def _count(words: str, text: str) -> int:
    """How many different words of the pattern the text holds: a word said ten times is still one hint."""
    return len({match.group().lower() for match in re.finditer(rf"\b(?:{words})\b", text, re.IGNORECASE)})


def _tones(palette: str) -> tuple[Colour, ...]:
    named = dict.fromkeys(word for word in re.findall(r"[a-z]+", palette.lower()) if word in _COLOURS)
    return tuple(_COLOURS[word] for word in list(named)[:2])


def _palette_in(prompt: str) -> str:
    match = re.search(r"(?:palette|colou?rs?|grad(?:e|ed|ing))\b[^.]{0,60}", prompt, re.IGNORECASE)
    return match.group() if match else ""
