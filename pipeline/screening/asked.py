"""The intent of a take enters; what was asked of the model in it leaves, as far as that can still be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline import catalog
from pipeline.catalog import Model
from pipeline.store import Intent

Sizes = Mapping[str, tuple[int, int]]  # of pictures, in pixels, by the hash of their bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What a take was to be."""

    seconds: Fraction | None = None  # None: nobody knows
    size: tuple[int, int] | None = None  # width and height in pixels; None: nobody knows
    dialogue: bool = False  # somebody is to be heard


def asked(intent: Intent | None, models: Mapping[str, Model], sizes: Sizes) -> Asked:
    """What the intent asked for; of a model that is not known any more, only what it says itself."""
    model = models.get(str(intent.request.get("model"))) if intent else None
    if intent is None or model is None:
        return Asked(dialogue=intent is not None and intent.dialogue)
    inputs = intent.request.get("inputs", {})
    seconds = inputs.get(model.dialect.get("duration", ""), model.default("duration"))
    known = isinstance(seconds, int) and not isinstance(seconds, bool)
    return Asked(Fraction(seconds) if known else None, _size(model, inputs, sizes), intent.dialogue)


def prompt_of(intent: Intent | None, models: Mapping[str, Model]) -> str:
    """The words that were sent; "" where they can't be told."""
    model = models.get(str(intent.request.get("model"))) if intent else None
    if intent is None or model is None:
        return ""
    return str(intent.request.get("inputs", {}).get(model.dialect.get("prompt", ""), ""))


def _size(model: Model, inputs: Mapping[str, Any], sizes: Sizes) -> tuple[int, int] | None:
    first, frame = inputs.get(model.dialect.get("first_frame", "")), None
    if isinstance(first, Mapping):
        frame = sizes.get(str(first.get("sha256")))
        if frame is None and model.follows_first_frame:
            return None  # it has the shape of a picture that is not here
    try:
        return catalog.size_asked(model, inputs, frame)
    except KeyError:
        return None  # a shape that the model makes no longer
