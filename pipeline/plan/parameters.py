"""What an entry asks of its model in one variant: its own words, else the variant's defaults, else the model's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from pipeline.catalog import Model
from pipeline.plan.variants import Variant
from pipeline.storyboard import DEFAULT_MODEL, Entry, Shot


@dataclass(frozen=True, slots=True)
class Parameters:
    """What an entry asks of its model, with the variant's and the model's defaults filled in."""

    asked_model: str  # id as the author wrote it
    model: Model = field(
        hash=False
    )  # that makes it: a sibling where it begins with a given frame; the usual one where nobody knows it
    duration_s: Fraction  # seconds; whole, once checked
    aspect_ratio: str
    resolution: str
    generate_audio: bool
    enable_web_search: bool


def parameters(models: Mapping[str, Model], variant: Variant, entry: Entry) -> Parameters:
    """What the entry asks for in the variant."""
    asked = entry.settings.model or variant.defaults.model or DEFAULT_MODEL
    model = models.get(asked) or models[DEFAULT_MODEL]
    if begins_with_a_frame(entry):
        model = models.get(model.first_frame_model, model)

    def wanted(word: str, name: str = "") -> Any:
        own, usual = getattr(entry.settings, name or word), getattr(variant.defaults, name or word)
        return own if own is not None else usual if usual is not None else model.default(word)

    return Parameters(
        asked_model=asked,
        model=model,
        duration_s=Fraction(wanted("duration", "duration_s")),
        aspect_ratio=wanted("aspect_ratio"),
        resolution=wanted("resolution"),
        generate_audio=wanted("generate_audio"),
        enable_web_search=bool(wanted("enable_web_search")),
    )


def begins_with_a_frame(entry: Entry) -> bool:
    """Whether the entry begins with exactly a given picture, and not only with a likeness."""
    continued = entry.continue_from is not None and entry.continue_from.how == "first_frame"
    return continued or entry.first_frame is not None


def points(shot: Shot, duration_s: Fraction) -> tuple[Fraction, Fraction]:
    """In and out point of a shot, in seconds from the start of its take, which is asked for in that length.

    Of a take whose cuts are to be found, as if its parts were equally long.
    """
    if shot.shares:
        part_s = duration_s / shot.shares
        shot = within(shot, shot.part * part_s, (shot.part + 1) * part_s)
    end_s = duration_s if shot.end_s is None else shot.end_s
    return shot.in_s, end_s if shot.out_s is None else shot.out_s


def within(shot: Shot, begin_s: Fraction, end_s: Fraction | None) -> Shot:
    """The shot in the part of its take that was found for it, its points in seconds of the whole take."""
    out_s = None if shot.out_s is None else begin_s + shot.out_s
    return replace(shot, begin_s=begin_s, end_s=end_s, in_s=begin_s + shot.in_s, out_s=out_s, shares=0)
