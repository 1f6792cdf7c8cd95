"""An order enters; the whole direction of its shot leaves, what nobody stated read out of the words."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.previs.order import Camera, Direction, Figure, Line, Part, PrevisOrder, Reference
from pipeline.previs.sections import sections

# Tables are tried from the top and the first pattern found wins: longer phrases stand above those they contain.
# Abbreviations count in capitals only: "ms" and "cu" are also units.
_SHOT_SIZES = (
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
_ANGLES = (
    ("dutch", r"dutch (?:angle|tilt)|canted|tilted (?:frame|horizon)"),
    ("overhead", r"overhead shot|top[- ]down|bird['’]?s[- ]eye|directly above|angle: overhead"),
    ("ground", r"ground[- ]level|worm['’]?s[- ]eye"),
    ("low", r"low[- ]angle|(?:shot|seen|camera) from below"),
    ("high", r"high[- ]angle|(?:shot|seen|camera) from above"),
    ("eye", r"eye[- ]level"),
)
_MOVEMENTS = (
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
_SPEEDS = (
    ("slow", r"\b(?:very )?slow(?:ly)?\b|\bgent(?:le|ly)\b"),
    ("fast", r"\bfast\b|\bquick(?:ly)?\b|\brapid(?:ly)?\b"),
)
_LENS = re.compile(r"\b(\d{1,3})\s?mm\b(?!\s*(?:film|look|grain|stock|footage|celluloid))", re.IGNORECASE)

_PEOPLE = re.compile(
    r"\b(?:man|woman|boy|girl|child|kid|keeper|fisherman|sailor|captain|soldier|detective|king|queen|prince|princess|"
    r"knight|hero|heroine|dancer|chef|cook|baker|barista|astronaut|robot|monk|nun|doctor|nurse|painter|musician|singer|"
    r"driver|pilot|farmer|teacher|student|scientist|traveller|traveler|stranger|mother|father|grandmother|grandfather|"
    r"sister|brother|daughter|son|friend|lady|gentleman|runner|hiker|witch|wizard|thief|guard|person)\b(?!['’]s|-)",
    re.IGNORECASE,
)
_MOST_GUESSED = 3
_STANDS_FOR_SOMEBODY = re.compile(r"\b(?:s?he|they|her|his|him|their|them)\b", re.IGNORECASE)
_QUOTE = re.compile(r"“([^“”]{2,300})”|\"([^\"]{2,300})\"|«\s?([^«»]{2,300}?)\s?»")
_SAID = re.compile(
    r"(?P<speaker>(?:\b(?:the|an?) )?\b[\w'-]+) (?:says?|ask(?:s|ed)?|whispers?|shouts?|murmurs?|mutters?|replies|"
    r"answers?|calls?(?: out)?|cries|yells?|sings?|speaks?|said|whispered|shouted)\b(?P<how>[^.:“\"«]{0,40})[:,]?\s*\Z",
    re.IGNORECASE,
)


def brief(order: PrevisOrder) -> Direction:
    """The direction of the order's shot; camera, figures and lines that it lacks are read from its words."""
    given = order.direction
    if given is None:
        given = Direction(action=order.prompt, dialogue=quoted_lines(order.prompt))
    words = given.action or order.prompt
    figures = given.figures or people(_unquoted(words))
    # What is said of every shot of a clip fills what a shot's own words leave open.
    camera = _completed(_completed(given.camera, words), given.throughout)
    return replace(given, camera=camera, figures=figures)


def told_in_parts(order: PrevisOrder) -> Direction | None:
    """The direction of a prompt that tells of several shots, each as long as the others; None for any other prompt."""
    said = sections(order.prompt)
    if not 0 < len(said.shots) <= order.frames:
        return None
    everybody = _named(" ".join(map(_unquoted, (*said.shots, said.throughout))))
    part_s = order.frames / order.frame_rate / len(said.shots)
    parts = [
        Part(
            end_s=number * part_s,
            shot=f"Shot {number}",
            action=words,
            dialogue=quoted_lines(words),
            figures=tuple(Figure(f"the {name}", everybody.index(name)) for name in _meant(words, said.throughout)),
        )
        for number, words in enumerate(said.shots, start=1)
    ]
    # Nobody says what the pictures show; each is as good as another for a shot.
    return Direction(action=said.throughout, images=(Reference("", ""),) * len(order.images), parts=tuple(parts))


def _meant(words: str, throughout: str) -> list[str]:
    """Those whom a shot's words name, after those whom the words of all shots name where it says "she" of them."""
    known = _named(_unquoted(throughout)) if _STANDS_FOR_SOMEBODY.search(_unquoted(words)) else []
    return list(dict.fromkeys((*known, *_named(_unquoted(words)))))[:_MOST_GUESSED]


def quoted_lines(text: str) -> tuple[Line, ...]:
    """The quotations that read as speech: introduced by a verb of saying or a colon, or a sentence in themselves."""
    lines = []
    for match in _QUOTE.finditer(text):
        spoken = next(group for group in match.groups() if group).strip()
        before = text[max(0, match.start() - 80) : match.start()].rstrip()
        said = _SAID.search(before)
        if said:
            lines.append(Line(said["speaker"].strip(), said["how"].strip(" ,"), spoken))
        elif before.endswith(":") or spoken[-1] in ".!?…,":
            lines.append(Line("", "", spoken))
    return tuple(lines)


def people(text: str) -> tuple[Figure, ...]:
    """The people that the words speak of, at most three, in order of appearance."""
    return tuple(Figure(f"the {name}", index) for index, name in enumerate(_named(text)[:_MOST_GUESSED]))


def _named(text: str) -> list[str]:
    return list(dict.fromkeys(match.group().lower() for match in _PEOPLE.finditer(text)))


def _unquoted(text: str) -> str:
    return _QUOTE.sub(" ", text)


def _completed(camera: Camera, text: str) -> Camera:
    movement, speed = _moving(text)
    return Camera(
        shot_size=camera.shot_size or _first(_SHOT_SIZES, text),
        angle=camera.angle or _first(_ANGLES, text),
        movement=camera.movement or movement,
        speed=camera.speed or ("" if camera.movement else speed),
        lens_mm=camera.lens_mm or _lens_mm(text),
    )


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in table if re.search(pattern, text, re.IGNORECASE)), "")


def _moving(text: str) -> tuple[str, str]:
    for movement, pattern in _MOVEMENTS:
        if match := re.search(pattern, text, re.IGNORECASE):
            # A word of speed belongs to the camera only beside the move: "slow dolly in", "pans left quickly".
            return movement, _first(_SPEEDS, text[max(0, match.start() - 14) : match.end() + 14])
    return "", ""


def _lens_mm(text: str) -> float:
    match = _LENS.search(text)
    return float(match[1]) if match else 0.0
