"""A plan and the clips there are become the cut as it would be now: in which frames each shot is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipeline.errors import GenerationError, StoryreelError
from pipeline.plan import Plan, Rehearsal, Variant, divided
from pipeline.produce.dividing import takes_of
from pipeline.produce.rendering import assembled
from pipeline.storyboard import Card, Shot
from pipeline.take import Take


@dataclass(frozen=True, slots=True)
class Span:
    """The frames of the cut in which a shot is seen, the transitions at both ends included."""

    start: int  # frame of the cut
    length: int  # frames
    first: int  # frames of the cut between the start of its take and its first frame


@dataclass(frozen=True, slots=True)
class Timeline:
    """One variant's cut, in frames."""

    sequence: tuple[Shot | Card, ...]  # what is seen, in order
    spans: Mapping[str, Span]  # by id of the shot
    frame_rate: Fraction  # frames a second
    size: tuple[int, int]  # width and height, pixels
    frames: int  # of the whole
    plates: Mapping[str, str]  # what is written on each card, by its id


def timeline(plan: Plan, variant: Variant, rehearsal: Rehearsal, clips: Mapping[str, Take]) -> Timeline:
    """The cut with these clips, by the keys of their footage; what has none yet is as long as was asked for."""
    placed = divided(plan, variant, takes_of(variant, rehearsal))
    missing = GenerationError("not drawn yet")
    found: Mapping[str, Take | StoryreelError] = {
        shot.id: clips.get(rehearsal.footage[variant.name, shot.entry], missing) for shot in placed.variant.shots
    }
    cut = assembled(plan.compositions, placed.variant, found, plan.chosen, plan.facts, placed.notes)
    spans = {each.shot: Span(each.start, each.length, each.first) for each in cut.segments}
    size = cut.width, cut.height
    plates = {words.shot: words.text for words in cut.words if words.alone}
    return Timeline(placed.variant.sequence, spans, cut.frame_rate, size, cut.frame_count, plates)
