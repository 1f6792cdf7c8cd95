"""An order enters; the whole direction of its shot leaves, what nobody stated read out of the words."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.camera import Said, angle_in, lens_in, movement_in, shot_size_in
from pipeline.previs.order import Camera, Direction, Figure, Line, Part, PrevisOrder, Reference
from pipeline.previs.sections import sections

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
    movement, speed = movement_in(text)
    lens = lens_in(text)
    return Camera(
        shot_size=camera.shot_size or _code(shot_size_in(text)),
        angle=camera.angle or _code(angle_in(text)),
        movement=camera.movement or _code(movement),
        speed=camera.speed or ("" if camera.movement else _code(speed)),
        lens_mm=camera.lens_mm or (float(lens.code) if lens else 0.0),
    )


def _code(said: Said | None) -> str:
    return said.code if said else ""
