"""An order enters; the shots of its clip leave, with everything decided that is to be drawn and heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.previs.brief import brief
from pipeline.previs.choice import Still, choose_each
from pipeline.previs.order import Direction, PrevisOrder
from pipeline.previs.parts import apart
from pipeline.previs.setting import Setting, setting
from pipeline.previs.speech import Spoken, spread


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot of a clip, decided and not yet drawn."""

    order: PrevisOrder  # for this shot alone: its frames, its seed
    first: int  # the frame of the clip on which it starts
    direction: Direction  # with every gap filled
    setting: Setting
    still: Still | None  # None: its backdrop is painted
    spoken: tuple[Spoken, ...]  # in frames of the shot


def shots_of(order: PrevisOrder) -> tuple[Shot, ...]:
    """The shots of the order's clip in turn. Raises OrderError where they can't be told apart."""
    orders = apart(order)
    directions = tuple(brief(own) for own in orders)
    settings = _settings(orders, directions)
    stills = choose_each(tuple(zip(orders, directions, strict=True)))
    shots, first = [], 0
    for own, direction, place, still in zip(orders, directions, settings, stills, strict=True):
        shots.append(Shot(own, first, direction, place, still, spread(direction.dialogue, own.frames)))
        first += own.frames
    return tuple(shots)


def _settings(orders: Sequence[PrevisOrder], directions: Sequence[Direction]) -> list[Setting]:
    """Where each shot plays; what its words leave open is as in the shot before, and at first as in most of them."""
    whole = replace(directions[0], action=" ".join(direction.action for direction in directions))
    current = setting(whole, " ".join(own.prompt for own in orders))
    settings = []
    for own, direction in zip(orders, directions, strict=True):
        current = setting(direction, own.prompt, current)
        settings.append(current)
    return settings
