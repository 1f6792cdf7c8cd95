"""An order enters; an order for each shot of its clip leaves: the one it is, or one for every part."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from pipeline.frames import frames_in
from pipeline.previs.brief import told_in_parts
from pipeline.previs.order import Direction, OrderError, Part, PrevisOrder
from pipeline.previs.sections import sections


def apart(order: PrevisOrder) -> tuple[PrevisOrder, ...]:
    """The shots of the order's clip in turn, together exactly as long as it is.

    Raises OrderError where there are more parts than frames.
    """
    direction = order.direction or told_in_parts(order)
    if direction is None or not direction.parts:
        return (order,)
    prompts = _prompts(order.prompt, len(direction.parts))
    lengths = _lengths(order, direction.parts)
    return tuple(
        replace(order, frames=frames, prompt=prompt, direction=_directed(direction, part), seed=_seed(order, index))
        for index, (part, prompt, frames) in enumerate(zip(direction.parts, prompts, lengths, strict=True))
    )


def _lengths(order: PrevisOrder, parts: Sequence[Part]) -> list[int]:
    """Frames of each part: as its times say, but none is without a frame."""
    if len(parts) > order.frames:
        raise OrderError(f"{len(parts)} parts can't be drawn in {order.frames} frames: each needs one of its own")
    lengths: list[int] = []
    for left, part in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
        start, latest = sum(lengths), order.frames - left
        wanted = latest if part.end_s is None or not left else frames_in(part.end_s, order.frame_rate)
        lengths.append(min(latest, max(start + 1, wanted)) - start)
    return lengths


def _directed(whole: Direction, part: Part) -> Direction:
    """The direction of a part: its own words, in the film's style, with the clip's reference images."""
    return replace(
        whole,
        shot=part.shot or whole.shot,
        camera=part.camera,
        action=part.action or whole.action,
        dialogue=part.dialogue,
        notes=part.notes or whole.notes,
        figures=part.figures,
        place=part.place or whole.place,
        throughout=whole.action if part.action not in ("", whole.action) else "",
        parts=(),
    )


def _prompts(prompt: str, count: int) -> tuple[str, ...]:
    """What the prompt says of each part: all of it where it does not tell them apart."""
    said = sections(prompt)
    if len(said.shots) != count:
        return (prompt,) * count
    return tuple(f"{said.throughout}\n{words}" for words in said.shots)


def _seed(order: PrevisOrder, index: int) -> str:
    """A seed of the part's own; the first keeps the clip's, so that a clip of one part is a clip of one shot."""
    return hashlib.sha256(f"{order.seed_number:x} {index}".encode()).hexdigest() if index else order.seed
