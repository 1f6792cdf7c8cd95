"""The camera in the field's codes becomes the words a model was trained on; and words become codes.

Never a code stands in a prompt. What the words of a prompt say of the camera is read for the rehearsal of requests that
bring no more than a prompt, and for the warning that prose and fields say different things.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

SHOT_SIZES = {
    "EWS": "extreme wide shot",
    "WS": "wide shot",
    "FS": "full shot",
    "MWS": "medium wide shot",
    "MS": "medium shot",
    "MCU": "medium close-up",
    "CU": "close-up",
    "ECU": "extreme close-up",
    "OTS": "over-the-shoulder shot",
    "POV": "point-of-view shot",
    "insert": "insert shot",
}
ANGLES = {
    "eye": "at eye level",
    "low": "from a low angle",
    "high": "from a high angle",
    "overhead": "from directly overhead",
    "ground": "from ground level",
    "dutch": "at a tilted dutch angle",
}
MOVEMENTS = {
    "static": "static camera",
    "handheld": "handheld",
    "tracking": "tracking shot",
    "whip_pan": "whip pan",
    "rack_focus": "rack focus",
    "pan_left": "pan to the left",
    "pan_right": "pan to the right",
    "tilt_up": "tilt up",
    "tilt_down": "tilt down",
    "dolly_in": "dolly in",
    "dolly_out": "dolly out",
    "truck_left": "truck to the left",
    "truck_right": "truck to the right",
    "pedestal_up": "pedestal up",
    "pedestal_down": "pedestal down",
    "crane_up": "crane up",
    "crane_down": "crane down",
    "orbit_left": "orbit to the left",
    "orbit_right": "orbit to the right",
    "zoom_in": "zoom in",
    "zoom_out": "zoom out",
}
SPEEDS = {"": "", "slow": "slow ", "normal": "", "fast": "fast "}


# Tables are tried from the top and the first pattern found wins: longer phrases stand above those they contain.
# Abbreviations count in capitals only: "ms" and "cu" are also units.
_SHOT_SIZE_WORDS = (
    ("ECU", r"extreme close[- ]?ups?|macro shot|(?-i:\bECU\b)"),
    ("MCU", r"medium close[- ]?ups?|(?-i:\bMCU\b)"),
    ("OTS", r"over[- ]the[- ]shoulder|over (?:his|her|their|the [\w ]{1,30}['’]s|@?\w+['’]s) shoulder|(?-i:\bOTS\b)"),
    ("POV", r"point[- ]of[- ]view|(?-i:\bPOV\b)"),
    ("CU", r"close[- ]?up|tight shot|(?-i:\bCU\b)"),
    ("EWS", r"extreme (?:wide|long)(?: shot)?|establishing shot|(?-i:\bEWS\b)"),
    ("MWS", r"medium (?:wide|long)(?: shot)?|cowboy shot|(?-i:\bMWS\b)"),
    ("FS", r"full[- ](?:body |length )?shot|(?-i:\bFS\b)"),
    ("WS", r"wide (?:angle )?shot|long shot|(?-i:\bWS\b)"),
    ("MS", r"medium shot|mid[- ]?shot|waist[- ]up|(?-i:\bMS\b)"),
    ("insert", r"insert (?:shot|of)|detail shot"),
)
_ANGLE_WORDS = (
    ("dutch", r"dutch (?:angle|tilt)|canted|tilted (?:frame|horizon)"),
    ("overhead", r"overhead shot|top[- ]down|bird['’]?s[- ]eye|directly above|angle: overhead"),
    ("ground", r"ground[- ]level|worm['’]?s[- ]eye"),
    ("low", r"low[- ]angle|(?:shot|seen|camera) from below"),
    ("high", r"high[- ]angle|(?:shot|seen|camera) from above"),
    ("eye", r"eye[- ]level"),
)
_MOVEMENT_WORDS = (
    ("whip_pan", r"whip[- ]?pan|swish pan"),
    ("rack_focus", r"rack(?:s|ing)?[- ]focus|focus (?:pull|shift)s?|pulls? focus"),
    ("pan_left", r"\bpan(?:s|ning)? (?:\w+ )?(?:to (?:the )?)?left"),
    ("pan_right", r"\bpan(?:s|ning)? (?:\w+ )?(?:to (?:the )?)?right"),
    ("tilt_up", r"\btilt(?:s|ing)? (?:\w+ )?up"),
    ("tilt_down", r"\btilt(?:s|ing)? (?:\w+ )?down"),
    (
        "dolly_in",
        r"\b(?:dolly|dollies|push|pushes)(?:ing)?[- ](?:slowly |gently )?in\b|slow push|camera moves? (?:in|closer)",
    ),
    ("dolly_out", r"\b(?:dolly|dollies|pull|pulls)(?:ing)?[- ](?:slowly |gently )?(?:out|back|away)\b"),
    ("truck_left", r"\b(?:truck|slide|track)(?:s|ing)? (?:to (?:the )?)?left"),
    ("truck_right", r"\b(?:truck|slide|track)(?:s|ing)? (?:to (?:the )?)?right"),
    ("pedestal_up", r"pedestals? up|boom(?:s|ing)? up"),
    ("pedestal_down", r"pedestals? down|boom(?:s|ing)? down"),
    ("crane_up", r"cran(?:e|es|ing) up|camera (?:rises|lifts)"),
    ("crane_down", r"cran(?:e|es|ing) down|camera (?:descends|lowers)"),
    ("orbit_right", r"(?:orbit|arc)s? (?:to the )?right"),
    ("orbit_left", r"\borbit(?:s|ing)?\b|arc shot|camera (?:circles|arcs)"),
    ("zoom_in", r"zoom(?:s|ing)? (?:\w+ )?in\b"),
    ("zoom_out", r"zoom(?:s|ing)? (?:\w+ )?out\b"),
    ("tracking", r"tracking shot|camera (?:tracks|follows)|steadicam|follow shot"),
    ("handheld", r"hand[- ]?held|shaky cam"),
    ("static", r"static (?:shot|camera|frame)|locked[- ]off|fixed camera|still camera|no camera move"),
)
_SPEED_WORDS = (
    ("slow", r"\b(?:very )?slow(?:ly)?\b|\bgent(?:le|ly)\b"),
    ("fast", r"\bfast\b|\bquick(?:ly)?\b|\brapid(?:ly)?\b"),
)
_LENS = re.compile(r"\b(\d{1,3})\s?mm\b(?!\s*(?:film|look|grain|stock|footage|celluloid))", re.IGNORECASE)
_BESIDE = 14  # characters beside a move in which a word of speed belongs to it


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says of one thing about the camera."""

    code: str  # the field's code; of a lens its millimetres
    word: str  # as it stands in the text
    at: int  # where it begins, in characters


def words(shot_size: str, angle: str, movement: str, speed: str, lens_mm: Decimal) -> str:
    """The camera in one phrase, without a capital or a stop: "medium shot from a low angle, handheld, 35mm lens"."""
    framing = " ".join(filter(None, (SHOT_SIZES.get(shot_size), ANGLES.get(angle))))
    moving = SPEEDS[speed] + MOVEMENTS[movement] if movement else ""
    lens = f"{lens_mm.normalize():f}mm lens" if lens_mm else ""
    return ", ".join(filter(None, (framing, moving, lens)))


def shot_size_in(text: str) -> Said | None:
    """The shot size that the text speaks of."""
    return _shot_sizes.first(text)


def angle_in(text: str) -> Said | None:
    """The angle that the text speaks of."""
    return _angles.first(text)


def movement_in(text: str) -> tuple[Said | None, Said | None]:
    """The move that the text speaks of, and how fast it is."""
    movement = _movements.first(text)
    if movement is None:
        return None, None
    # A word of speed belongs to the camera only beside the move: "slow dolly in", "pans left quickly".
    return movement, _speeds.first(text[max(0, movement.at - _BESIDE) : movement.at + len(movement.word) + _BESIDE])


def lens_in(text: str) -> Said | None:
    """The focal length that the text speaks of, in millimetres."""
    match = _LENS.search(text) if "mm" in text.casefold() else None
    return Said(match[1], match[0], match.start()) if match else None


class _Table:
    """Patterns for codes, tried from the top. Nearly no text speaks of the camera, and its stems tell that quickly."""

    def __init__(self, rows: tuple[tuple[str, str], ...], *stems: str) -> None:
        # One of the stems is in whatever a row matches, its abbreviation apart: of all stems those that it spells out.
        self.rows = tuple((code, re.compile(pattern, re.IGNORECASE)) for code, pattern in rows)
        self._spelt = tuple(tuple(stem for stem in stems if stem in pattern) for _, pattern in rows)
        self._abbreviated = tuple(rf"\b{code}\b" in pattern for code, pattern in rows)

    def first(self, text: str) -> Said | None:
        """What the text says of it, in the words of the first row that is found."""
        folded = text.lower()
        for (code, pattern), stems, abbreviated in zip(self.rows, self._spelt, self._abbreviated, strict=True):
            maybe = any(stem in folded for stem in stems) or (abbreviated and code in text)
            if maybe and (match := pattern.search(text)):
                return Said(code, match[0], match.start())
        return None


_shot_sizes = _Table(_SHOT_SIZE_WORDS, "close", "shot", "shoulder", "view", "wide", "long", "waist", "insert")
_angles = _Table(
    _ANGLE_WORDS,
    *("dutch", "canted", "tilted", "overhead", "top", "bird", "above", "ground", "worm", "low", "high", "eye"),
)
_movements = _Table(
    _MOVEMENT_WORDS,
    *("pan", "focus", "tilt", "doll", "push", "pull", "truck", "slid", "track", "pedestal", "boom", "cran", "camera"),
    *("orbit", "arc", "zoom", "steadicam", "follow", "hand", "shaky", "static", "locked"),
)
_speeds = _Table(_SPEED_WORDS, "slow", "gent", "fast", "quick", "rapid")
TABLES = (_shot_sizes, _angles, _movements, _speeds)
