"""A direction enters; what heads its slate and what its camera does leave, in words and as a small sign of a pen."""

from __future__ import annotations

import math
import re

from pipeline.previs.order import Camera, Direction

Stroke = tuple[tuple[float, float], ...]  # points as fractions of the side of a square, from its top left

_NAME_END = re.compile(r"[,:;.(\n–—]| - ")  # what comes after describes the place
_SIZES = {
    "EWS": "Extreme wide shot",
    "WS": "Wide shot",
    "FS": "Full shot",
    "MWS": "Medium wide shot",
    "MS": "Medium shot",
    "MCU": "Medium close-up",
    "CU": "Close-up",
    "ECU": "Extreme close-up",
    "OTS": "Over the shoulder",
    "POV": "Point of view",
    "insert": "Insert",
}
_ANGLES = {
    "low": "low angle",
    "high": "high angle",
    "overhead": "overhead",
    "ground": "ground level",
    "dutch": "dutch angle",
}


def words(camera: Camera) -> str:
    """The camera in a few words: "Medium shot · low angle · slow dolly in"."""
    speed = camera.speed if camera.speed in ("slow", "fast") and camera.movement not in ("", "static") else ""
    movement = " ".join(part for part in (speed, camera.movement.replace("_", " ")) if part)
    parts = (_SIZES.get(camera.shot_size, camera.shot_size), _ANGLES.get(camera.angle, ""), movement)
    line = " · ".join(part for part in parts if part)
    return line[:1].upper() + line[1:]


def heading(direction: Direction) -> str:
    """The film, and the place as far as it is a name: "The Last Lighthouse · the lamp room"."""
    place = _NAME_END.split(direction.place, maxsplit=1)[0].strip()
    return " · ".join(filter(None, (direction.title, place)))


def sign(camera: Camera) -> tuple[Stroke, ...]:
    """Pen strokes that show the move; none where no move is named."""
    return _SIGNS.get(camera.movement, ())


def lens(camera: Camera) -> str:
    """The lens as engraved on it: "35 mm"; "" where none is named."""
    return f"{camera.lens_mm:g} mm" if camera.lens_mm else ""


def _arrow(x0: float, y0: float, x1: float, y1: float, head: float = 0.24) -> tuple[Stroke, ...]:
    angle = math.atan2(y1 - y0, x1 - x0)
    barbs = [(x1 - head * math.cos(angle + turn), y1 - head * math.sin(angle + turn)) for turn in (-0.7, 0.7)]
    return ((x0, y0), (x1, y1)), (barbs[0], (x1, y1), barbs[1])


def _arc(start: float, stop: float, radius: float = 0.34) -> Stroke:
    steps = 20
    return tuple(
        (
            0.5 + radius * math.cos(start + (stop - start) * i / steps),
            0.5 + radius * math.sin(start + (stop - start) * i / steps),
        )
        for i in range(steps + 1)
    )


def _flipped(strokes: tuple[Stroke, ...], across: bool) -> tuple[Stroke, ...]:
    return tuple(tuple((1 - x, y) if across else (x, 1 - y) for x, y in stroke) for stroke in strokes)


_RIGHT, _DOWN = _arrow(0.1, 0.5, 0.9, 0.5), _arrow(0.5, 0.1, 0.5, 0.9)
_TRUCK = (*_arrow(0.1, 0.38, 0.9, 0.38), ((0.14, 0.8), (0.86, 0.8)))
_PEDESTAL = (*_arrow(0.38, 0.1, 0.38, 0.9), ((0.8, 0.14), (0.8, 0.86)))
_CRANE = (*_arrow(0.2, 0.16, 0.8, 0.84), ((0.14, 0.86), (0.42, 0.86)))
_IN = (*_arrow(0.08, 0.5, 0.4, 0.5, 0.18), *_arrow(0.92, 0.5, 0.6, 0.5, 0.18))
_OUT = (*_arrow(0.42, 0.5, 0.06, 0.5, 0.18), *_arrow(0.58, 0.5, 0.94, 0.5, 0.18))
_FRAME: tuple[Stroke, ...] = (
    ((0.3, 0.14), (0.1, 0.14), (0.1, 0.86), (0.3, 0.86)),
    ((0.7, 0.14), (0.9, 0.14), (0.9, 0.86), (0.7, 0.86)),
)
_ORBIT = (_arc(-2.6, 1.6), ((0.44, 0.66), (0.46, 0.86), (0.66, 0.96)))
_WAVE: tuple[Stroke, ...] = (
    tuple((0.06 + 0.88 * i / 24, 0.5 - 0.24 * math.sin(2 * math.pi * 1.5 * i / 24)) for i in range(25)),
)
_LINES: tuple[Stroke, ...] = (((0.06, 0.26), (0.4, 0.26)), ((0.06, 0.74), (0.4, 0.74)))
_SIGNS: dict[str, tuple[Stroke, ...]] = {
    "pan_right": _RIGHT,
    "pan_left": _flipped(_RIGHT, True),
    "tilt_down": _DOWN,
    "tilt_up": _flipped(_DOWN, False),
    "truck_right": _TRUCK,
    "truck_left": _flipped(_TRUCK, True),
    "pedestal_down": _PEDESTAL,
    "pedestal_up": _flipped(_PEDESTAL, False),
    "crane_down": _CRANE,
    "crane_up": _flipped(_CRANE, False),
    "dolly_in": _IN,
    "dolly_out": _OUT,
    "zoom_in": (*_FRAME, *_arrow(0.5, 0.9, 0.5, 0.5, 0.2)),
    "zoom_out": (*_FRAME, *_arrow(0.5, 0.4, 0.5, 0.84, 0.2)),
    "orbit_right": _ORBIT,
    "orbit_left": _flipped(_ORBIT, True),
    "handheld": _WAVE,
    "tracking": (*_RIGHT, *_LINES),
    "whip_pan": (*_arrow(0.3, 0.5, 0.94, 0.5, 0.28), ((0.04, 0.3), (0.44, 0.3)), ((0.04, 0.7), (0.44, 0.7))),
    "rack_focus": (_arc(0, 2 * math.pi, 0.38), _arc(0, 2 * math.pi, 0.14)),
    "static": (((0.16, 0.2), (0.84, 0.2), (0.84, 0.8), (0.16, 0.8), (0.16, 0.2)),),
}
