"""One JSON order enters; a typed, checked PrevisOrder leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from pipeline.frames import rate
from pipeline.previs.order import (
    LARGEST,
    SLATES,
    SMALLEST,
    Camera,
    Direction,
    Figure,
    Line,
    OrderError,
    Part,
    PrevisOrder,
    Reference,
    Style,
)

# A picture of four times full HD; more would take gigabytes to paint.
_MOST_PIXELS = 10_000_000
# Ten minutes at 24 frames a second: forty times the longest generation there is.
MOST_FRAMES = 14_400

# Digits are counted: nobody gains from a number that takes minutes to read.
_SECONDS = re.compile(r"[0-9]{1,30}(?:\.[0-9]{1,30}|/[0-9]{1,30})?", re.ASCII)

_T = TypeVar("_T")


def parse(data: object) -> PrevisOrder:
    """The order in a decoded JSON value. Raises OrderError with one sentence for anything that can't be drawn."""
    order = _object(data, "the order")
    direction = order.get("direction")
    width, height = _side(order, "width"), _side(order, "height")
    if width * height > _MOST_PIXELS:
        raise OrderError(
            f"{width}x{height} pixels can't be drawn: a frame has at most {_MOST_PIXELS // 1_000_000} million"
        )
    return PrevisOrder(
        id=_text(order, "id"),
        width=width,
        height=height,
        frame_rate=_rate(order),
        frames=_frames(order),
        audio=_flag(order, "audio"),
        prompt=_text(order, "prompt"),
        images=_each(order, "images", _path),
        direction=None if direction is None else _direction(_object(direction, "direction")),
        seed=_seed(order),
        output=_path(order.get("output"), "output"),
    )


def _direction(data: Mapping[str, object]) -> Direction:
    style, shown = _object(data.get("style", {}), "style"), _object(data.get("previs", {}), "previs")
    return Direction(
        title=_text(data, "title"),
        shot=_text(data, "shot"),
        camera=_camera(data),
        action=_text(data, "action"),
        dialogue=_each(data, "dialogue", _line),
        notes=_text(data, "notes"),
        style=Style(_text(style, "look"), _text(style, "palette"), _text(style, "lighting")),
        figures=_each(data, "figures", _figure),
        images=_each(data, "images", _reference),
        place=_text(data, "place"),
        slate=_slate(shown),
        safe_areas=_flag(shown, "safe_areas"),
        parts=_parts(data),
    )


def _slate(data: Mapping[str, object]) -> str:
    slate = _text(data, "slate") or SLATES[0]
    if slate not in SLATES:
        raise OrderError(f"a slate is {', '.join(SLATES[:-1])} or {SLATES[-1]}, not {slate[:40]!r}")
    return slate


def _camera(data: Mapping[str, object]) -> Camera:
    camera = _object(data.get("camera", {}), "camera")
    return Camera(
        shot_size=_text(camera, "shot_size"),
        angle=_text(camera, "angle"),
        movement=_text(camera, "movement"),
        speed=_text(camera, "speed"),
        lens_mm=_number(camera, "lens_mm"),
    )


def _parts(data: Mapping[str, object]) -> tuple[Part, ...]:
    parts = _each(data, "parts", _part)
    if not parts:
        return ()
    ends = [part.end_s for part in parts[:-1]]
    for index, end_s in enumerate(ends):
        if end_s is None:
            raise OrderError(f"parts[{index}] does not say at how many seconds it ends")
    for index, (before_s, end_s) in enumerate(pairwise(end_s for end_s in ends if end_s is not None), start=1):
        if end_s < before_s:
            raise OrderError(f"parts[{index}] ends before the part that it follows")
    return (*parts[:-1], replace(parts[-1], end_s=None))


def _part(data: object, where: str) -> Part:
    part = _object(data, where)
    return Part(
        end_s=_end_s(_text(part, "seconds"), where),
        shot=_text(part, "shot"),
        camera=_camera(part),
        action=_text(part, "action"),
        dialogue=_each(part, "dialogue", _line),
        notes=_text(part, "notes"),
        figures=_each(part, "figures", _figure),
        place=_text(part, "place"),
    )


def _end_s(text: str, where: str) -> Fraction | None:
    if not text:
        return None
    try:
        if _SECONDS.fullmatch(text):
            return Fraction(text)
    except ZeroDivisionError:
        pass
    raise OrderError(f"{where} ends at {text[:40]!r}, which is no number of seconds like 4.2 or 21/5")


def _line(data: object, where: str) -> Line:
    line = _object(data, where)
    return Line(_text(line, "speaker"), _text(line, "delivery"), _text(line, "line"), _flag(line, "off_screen"))


def _figure(data: object, where: str) -> Figure:
    figure = _object(data, where)
    return Figure(_text(figure, "name"), max(0, int(_number(figure, "colour"))))


def _reference(data: object, where: str) -> Reference:
    reference = _object(data, where)
    return Reference(_text(reference, "role"), _text(reference, "of"))


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise OrderError(f"{where} is not a JSON object")
    return value


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise OrderError(f"{key} is not text")
    return value


def _flag(data: Mapping[str, object], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise OrderError(f"{key} is neither true nor false")
    return value


def _number(data: Mapping[str, object], key: str) -> float:
    value = data.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e6:
        raise OrderError(f"{key} is not a number of 0 or more")
    return float(value)


def _whole(data: Mapping[str, object], key: str) -> int:
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise OrderError(f"{key} is not a whole number")
    return value


def _side(data: Mapping[str, object], key: str) -> int:
    value = _whole(data, key)
    if value % 2 or not SMALLEST <= value <= LARGEST:
        raise OrderError(f"a {key} of {value} pixels can't be drawn: it must be even, {SMALLEST} to {LARGEST}")
    return value


def _frames(data: Mapping[str, object]) -> int:
    value = _whole(data, "frames")
    if not 1 <= value <= MOST_FRAMES:
        raise OrderError(f"{value} frames can't be drawn: a clip has 1 to {MOST_FRAMES}")
    return value


def _rate(data: Mapping[str, object]) -> Fraction:
    try:
        return rate(_text(data, "frame_rate"))
    except ValueError as error:
        raise OrderError(str(error)) from error


def _seed(data: Mapping[str, object]) -> str:
    value = _text(data, "seed")
    if not re.fullmatch(r"[0-9a-fA-F]{1,128}", value):
        raise OrderError("seed is not made of 1 to 128 hexadecimal digits")
    return value


def _path(value: object, where: str) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise OrderError(f"{where} is not a path")
    return value


def _each(data: Mapping[str, object], key: str, read: Callable[[object, str], _T]) -> tuple[_T, ...]:
    values = data.get(key)
    if values is None:
        return ()
    if not isinstance(values, list):
        raise OrderError(f"{key} is not a list")
    return tuple(read(value, f"{key}[{index}]") for index, value in enumerate(values))
