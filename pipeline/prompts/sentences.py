"""The sentences that recipe 1 makes: who is who, what is said, how it sounds. Each of them is final."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.storyboard import Reference, SubjectKind
from pipeline.take import Kind

_CLOSED = re.compile(r"[.!?…][\"'”’)]*$")
NO_TEXT = "No on-screen text."
SINGLE, SEVERAL = "Single continuous take, no cuts.", "Hard cuts between the shots."


@dataclass(frozen=True, slots=True)
class Cited:
    """One reference of a request, and how the prompt speaks of it."""

    kind: Kind
    reference: Reference | None  # None for the frame that the shot continues from
    token: str  # e.g. "@Image1"
    role: str  # as the author wrote it; "continues" for the frame; "" for what shows a location or prop as such
    of: str  # name of the subject it shows; id of the other shot for the frame; "" for the shot's own


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends a sentence already."""
    return text if not text or _CLOSED.search(text) else text + "."


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def joined(texts: Iterable[str]) -> str:
    """The texts that say something, on one line."""
    return " ".join(filter(None, texts))


def introduction(kind: SubjectKind, name: str, description: str) -> str:
    """Who or what a subject is. Places and things may be several, "the stairs", or be told in adjectives alone."""
    return sentence(f"{capital(name)}{' is' if kind == 'character' else ':'} {description}")


def role(cited: Cited) -> str:
    """What a reference is for."""
    if cited.reference is None:
        return f"{cited.token} is the first frame: the shot continues from it."
    if not cited.role:
        return sentence(f"{cited.token} is {cited.of}")
    owner = f"{cited.of}'s " if cited.of else ""
    return sentence(f"{cited.token} is {owner}{cited.role}")


def spoken(line: Mapping[str, Any]) -> str:
    """One line of dialogue."""
    asides = (", off screen," if line["off_screen"] else "", f", {line['delivery']}" if line["delivery"] else "")
    return f'{capital(line["speaker"])}{asides[0]} says{asides[1]}: "{line["line"]}"'


def lead(camera: str, action: str) -> str:
    """What happens in a single shot, the camera before it."""
    return f"{capital(camera)}: {action}" if camera else action


def numbered(number: int, camera: str, location: str, action: str, dialogue: str) -> str:
    """What happens in one of several shots. A model follows their order; seconds it ignores, so none are said."""
    return f"Shot {number}: " + joined([sentence(capital(camera)), location, action, dialogue])


def constraints(*, music: str, audio: bool, several: bool) -> str:
    """What the model must not do."""
    silence = "No background music." if music == "none" and audio else ""
    return joined([silence, NO_TEXT, SEVERAL if several else SINGLE])
