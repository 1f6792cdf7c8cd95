"""What an entry shows, filled in, becomes the direction that its previs is drawn from. No paid model ever sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.prompts.sentences import Cited
from pipeline.storyboard import Entry, Part, PrevisSpec, Storyboard, Subject

DIRECTION_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Acted:
    """One part of an entry, filled in."""

    part: Part
    action: str
    lines: tuple[Mapping[str, Any], ...]  # of dialogue: speaker, delivery, line, off_screen
    seen: tuple[Subject, ...]
    heard: tuple[Subject, ...]
    location: Subject | None  # of several parts; a single shot has that of its entry
    notes: str


@dataclass(frozen=True, slots=True)
class Staged:
    """An entry, filled in."""

    common: str  # what several parts share; "" for a single shot
    place: Subject | None  # where all of it plays
    acted: tuple[Acted, ...]
    seen: tuple[Subject, ...]
    heard: tuple[Subject, ...]
    cited: tuple[Cited, ...]
    style: Mapping[str, str]  # label of the prompt -> text


def direction(
    board: Storyboard, entry: Entry, staged: Staged, duration_s: Fraction, places: Mapping[str, str]
) -> Mapping[str, Any]:
    """The direction as plain JSON; `places` has the words for each location, by its key."""
    keys = {"Style": "look", "Palette": "palette", "Lighting": "lighting"}
    only = staged.acted[0]
    found: dict[str, Any] = {
        "format": DIRECTION_FORMAT,
        "title": board.title,
        "shot": entry.id,
        "camera": {} if entry.several else _camera(only.part),
        "action": staged.common if entry.several else only.action,
        "dialogue": [] if entry.several else list(only.lines),
        "notes": "" if entry.several else only.notes,
        "style": {keys[label]: text for label, text in staged.style.items()},
        "figures": _figures(staged.seen),
        "images": [*_frames(entry), *({"role": c.role, "of": c.of} for c in staged.cited if c.kind == "image")],
    }
    if board.previs != PrevisSpec():
        found["previs"] = {"slate": board.previs.slate, "safe_areas": board.previs.safe_areas}
    if staged.place:
        found["place"] = places[staged.place.key]
    if entry.several:
        ends = _ends(entry, duration_s)
        found["parts"] = [_part(act, end, places) for act, end in zip(staged.acted, ends, strict=True)]
    return found


def _part(act: Acted, end_s: Fraction, places: Mapping[str, str]) -> Mapping[str, Any]:
    found = {
        "shot": act.part.id,
        "camera": _camera(act.part),
        "action": act.action,
        "dialogue": list(act.lines),
        "notes": act.notes,
        "figures": _figures(act.seen),
        "seconds": str(end_s),
    }
    return found | ({"place": places[act.location.key]} if act.location else {})


def _ends(entry: Entry, duration_s: Fraction) -> Sequence[Fraction]:
    """Seconds at which each part ends; where nobody has said it, parts of equal length."""
    count = len(entry.parts)
    if len(entry.shots) == count and not entry.finds_cuts:
        return [shot.end_s or duration_s for shot in entry.shots]
    return [duration_s * number / count for number in range(1, count + 1)]


def _frames(entry: Entry) -> Iterator[Mapping[str, str]]:
    """The picture that the previs gets before all others."""
    if entry.continue_from and entry.continue_from.how == "first_frame":
        yield {"role": "continues", "of": entry.continue_from.shot}
    elif entry.first_frame:
        yield {"role": "continues", "of": ""}


def _figures(seen: Iterable[Subject]) -> list[Mapping[str, Any]]:
    # Characters are the first of all subjects, so that the order of one is that among the characters.
    return [{"name": who.name, "colour": who.order} for who in seen if who.kind == "character"]


def _camera(part: Part) -> dict[str, Any]:
    if not part.camera:
        return {}
    fields = {name: getattr(part.camera, name) for name in ("shot_size", "angle", "movement", "speed")}
    lens = {"lens_mm": float(part.camera.lens_mm)} if part.camera.lens_mm else {}
    return {name: value for name, value in fields.items() if value} | lens
