"""A plan and one of its variants become panels, as plain JSON: what each shot says, shows, costs and waits for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.camera import SHOT_SIZES
from pipeline.catalog import Price
from pipeline.errors import Place
from pipeline.frames import plain_seconds
from pipeline.plan import Plan, Rehearsal, Slot, Variant
from pipeline.preview.references import Files, references
from pipeline.preview.timeline import Timeline
from pipeline.storyboard import Card, Part, Shot

_PAID = ("generate", "stale")  # states in which the next `shoot` buys something


@dataclass(frozen=True, slots=True)
class Seen:
    """One variant of a storyboard, with what it is shown by."""

    plan: Plan
    variant: Variant
    rehearsal: Rehearsal
    timeline: Timeline
    files: Files  # the pictures that its references are shown by


def name_of(key: str) -> str:
    """What footage is called in an address."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def panels(seen: Seen) -> Mapping[str, Mapping[str, Any]]:
    """The panels by id, in the order of the cut."""
    slots = {slot.shot: slot for slot in seen.plan.slots(seen.variant)}
    return {
        one.id: {**_cut(seen, one), **(_card(seen, one) if isinstance(one, Card) else _shot(seen, one, slots[one.id]))}
        for one in seen.timeline.sequence
    }


def money(usd: Decimal | None) -> str:
    """A price as people read it."""
    return "unpriced" if usd is None else f"${usd:,.2f}"


def _cut(seen: Seen, one: Shot | Card) -> Mapping[str, Any]:
    """Where it is in the cut, and where it is written."""
    span = seen.timeline.spans[one.id]
    place: Place = seen.plan.board.source.place(one.path)
    joint = one.transition
    return {
        "id": one.id,
        "start": span.start,
        "length": span.length,
        "first": span.first,
        "where": f"{place.file}:{place.line}",
        "transition": f"{joint.type.replace('_', ' ')} {plain_seconds(joint.duration_s)} s" if joint else "",
    }


def _card(seen: Seen, card: Card) -> Mapping[str, Any]:
    words = seen.timeline.plates.get(card.id, "")
    return {"kind": card.kind, "background": card.background, "words": words, "state": "card", "price": ""}


def _shot(seen: Seen, shot: Shot, slot: Slot) -> Mapping[str, Any]:
    plan, entry = seen.plan, seen.plan.board.entries[shot.entry]
    composition = plan.composition(seen.variant, shot.entry)
    key = seen.rehearsal.footage[seen.variant.name, shot.entry]
    rate = composition.asked.model.frame_rate
    span = seen.timeline.spans[shot.id]
    seconds = Fraction(2 * span.first + span.length, 2) / seen.timeline.frame_rate
    name = name_of(key)
    job = plan.jobs[slot.digest]
    return {
        "kind": "shot",
        "entry": entry.id,
        **_said(composition.composed.direction, shot, entry.parts[min(shot.part, len(entry.parts) - 1)]),
        "text": composition.composed.prompt,
        "references": references(composition, seen.files),
        "model": job.model,
        "seconds": job.duration_s,
        "key": name,
        "frame": int(seconds * rate),
        "picture": f"/picture/{name}/{int(seconds * rate)}.jpg",
        "clip": f"/clip/{name}.mp4",
        "previs": key in seen.rehearsal.orders,
        **_standing(plan, slot, key, job.price),
        "continues": slot.continues,
    }


def _standing(plan: Plan, slot: Slot, key: str, price: Price | None) -> Mapping[str, Any]:
    buys = slot.state in _PAID and not slot.part
    about = "about " if buys and price and price.estimate else ""
    kind, *rest = key.split(":")
    return {
        "state": slot.state,
        "reason": slot.reason if not slot.part else f"part {slot.part + 1} of the same take",
        "price": about + money(price.usd if price else None) if buys else "",
        "take": plan.name_of(rest[0], int(rest[1])) if kind == "take" else 0,
    }


def _said(direction: Mapping[str, Any], shot: Shot, part: Part) -> Mapping[str, Any]:
    """What the author wrote, filled in; of several shots in one take what belongs to this one, or to all of them."""
    own = dict(direction)
    parts = [each for each in direction.get("parts", ()) if each["shot"] == shot.id]
    whole = direction.get("parts") and not parts
    if parts:
        own |= {name: value for name, value in parts[0].items() if value}
    camera = own.get("camera", {}) or (_camera(part) if whole else {})
    return {
        "size": camera.get("shot_size", ""),
        "size_words": SHOT_SIZES.get(camera.get("shot_size", ""), ""),
        "angle": camera.get("angle", ""),
        "movement": camera.get("movement", ""),
        "speed": camera.get("speed", ""),
        "lens": f"{camera['lens_mm']:g} mm" if camera.get("lens_mm") else "",
        "prompt": own.get("action", "") or " / ".join(_actions(direction)),
        "dialogue": list(own.get("dialogue", ()) or (_lines(direction) if whole else ())),
        "notes": own.get("notes", ""),
        "place": own.get("place", ""),
        "figures": [figure["name"] for figure in own.get("figures", ())],
    }


def _actions(direction: Mapping[str, Any]) -> Iterator[str]:
    return (part["action"] for part in direction.get("parts", ()) if part["action"])


def _lines(direction: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (line for part in direction.get("parts", ()) for line in part["dialogue"])


def _camera(part: Part) -> Mapping[str, Any]:
    """That of the first shot, where a take is kept whole."""
    camera = part.camera
    return {"shot_size": camera.shot_size, "movement": camera.movement} if camera else {}
