"""Takes of several shots are looked at for their cuts, each once; the plan that knows them leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline import halting, media
from pipeline.errors import MediaError, StoryreelError
from pipeline.plan import Plan, Rehearsal, Variant
from pipeline.produce.reading import Film
from pipeline.take import FoundCut, Take

Key = tuple[str, int]


def with_cuts(
    film: Film,
    plan: Plan,
    variants: Iterable[Variant],
    rehearsal: Rehearsal,
    clips: Mapping[str, Take | StoryreelError],
) -> Plan:
    """The plan with the cuts of every take that these films divide, found now where nobody has looked for them."""
    found: dict[Key, tuple[FoundCut, ...]] = {}
    for variant in variants:
        for index, key in takes_of(variant, rehearsal).items():
            take = clips[f"take:{key[0]}:{key[1]}"]
            if plan.board.entries[index].finds_cuts and isinstance(take, Take) and key not in found:
                known = plan.view.cuts.get(key)
                found[key] = _look(film, take) if known is None else known
    return replace(plan, view=replace(plan.view, cuts={**plan.view.cuts, **found})) if found else plan


def takes_of(variant: Variant, rehearsal: Rehearsal) -> Mapping[int, Key]:
    """The takes that a film shows, by the index of their entry; previs left out."""
    keys = {index: rehearsal.footage[variant.name, index].split(":") for index in variant.entries}
    return {index: (key[1], int(key[2])) for index, key in keys.items() if key[0] == "take"}


def _look(film: Film, take: Take) -> tuple[FoundCut, ...]:
    halting.look()
    try:
        found = media.find_cuts(film.project.outputs / take.home / "clip.mp4", take.clip.frame_rate)
    except MediaError:
        return ()  # who cuts the clip, and who looks at it, tells of it
    film.store.found_cuts(take, found)
    return found
