"""A still and the direction of a shot enter; the still in the hour and weather of the shot's own words leaves.

One picture of a place serves many shots of it, and both variants of a film: at dawn it is not what it is in a storm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from pipeline.previs.order import Direction
from pipeline.previs.setting import hour_said, weather_said

_MUCH = 0.7  # of what would turn the picture into the hour's, where it is another's


@dataclass(frozen=True, slots=True)
class _Tint:
    factors: tuple[float, float, float]  # of red, green and blue
    lift: tuple[float, float, float]  # levels added, 0 to 255
    colour: float  # how much of its colour it keeps


_NOTHING = _Tint((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 1.0)
_HOURS = {
    "dawn": _Tint((0.98, 0.84, 0.86), (44.0, 26.0, 30.0), 0.8),
    "dusk": _Tint((0.98, 0.74, 0.66), (20.0, 4.0, 4.0), 0.9),
    "night": _Tint((0.42, 0.50, 0.70), (0.0, 2.0, 10.0), 0.7),
}
_WEATHERS = {
    "storm": _Tint((0.66, 0.70, 0.76), (4.0, 6.0, 8.0), 0.62),
    "rain": _Tint((0.78, 0.82, 0.86), (8.0, 10.0, 12.0), 0.7),
    "snow": _Tint((0.82, 0.84, 0.88), (36.0, 40.0, 46.0), 0.6),
    "fog": _Tint((0.66, 0.68, 0.70), (66.0, 68.0, 70.0), 0.5),
    "overcast": _Tint((0.88, 0.90, 0.92), (10.0, 12.0, 14.0), 0.75),
}
_DARK = 62.0  # mean level below which a picture is of a night already


def tinted(picture: Image.Image, direction: Direction, inside: bool) -> Image.Image:
    """The RGB picture under the light that the shot's own words speak of; as it is where they speak of none.

    There is no weather `inside`.
    """
    hour, weather = hour_said(direction), "" if inside else weather_said(direction)
    tints = [_HOURS.get(hour, _NOTHING), _WEATHERS.get(weather, _NOTHING)]
    if hour == "night" and _level(picture) < _DARK:
        tints[0] = _NOTHING
    for tint in tints:
        if tint is not _NOTHING:
            picture = _under(picture, tint)
    return picture


def _level(picture: Image.Image) -> float:
    return float(np.asarray(picture.convert("L").reduce(8)).mean())


def _under(picture: Image.Image, tint: _Tint) -> Image.Image:
    weights = (0.2126, 0.7152, 0.0722)  # of BT.709 luma
    rows: list[float] = []
    for channel in range(3):
        factor, lift = 1 - _MUCH + _MUCH * tint.factors[channel], _MUCH * tint.lift[channel]
        kept = 1 - _MUCH + _MUCH * tint.colour
        mixed = [factor * ((1 - kept) * weight + kept * (other == channel)) for other, weight in enumerate(weights)]
        rows += [*mixed, lift]
    return picture.convert("RGB", tuple(rows))
