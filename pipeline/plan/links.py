"""Who continues from whom: the order in which entries have to be made, and what each waits for."""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Mapping

from pipeline.storyboard import Shot, Storyboard


def targets(board: Storyboard) -> Mapping[str, Shot]:
    """What can be continued from, by its id: each shot; of a take that is kept whole also its last part, its end.

    Of a take whose cuts are to be found nothing but its end is known before.
    """
    found = {shot.id: shot for shot in board.shots if not shot.shares}
    for entry in board.entries:
        last = entry.shots[-1]
        if last.shares and last.out_s is None:
            found |= {last.id: last, entry.id: last}
        elif entry.several and len(entry.shots) == 1:
            found.setdefault(entry.parts[-1].id, entry.shots[0])
    return found


def upstream_first(board: Storyboard) -> tuple[int, ...]:
    """Indices of the entries so that each comes after the one it continues from; graphlib.CycleError for a circle."""
    known = targets(board)
    graph: dict[int, list[int]] = {}
    for index, entry in enumerate(board.entries):
        target = known.get(entry.continue_from.shot) if entry.continue_from else None
        graph[index] = [target.entry] if target else []
    return tuple(graphlib.TopologicalSorter(graph).static_order())


def needed(board: Storyboard, known: Mapping[str, Shot], shown: Iterable[int]) -> frozenset[int]:
    """The entries that are shown, and those that they continue from, shown or not."""
    found: set[int] = set()
    for index in shown:
        at: int | None = index
        while at is not None and at not in found:
            found.add(at)
            link = board.entries[at].continue_from
            at = known[link.shot].entry if link else None
    return frozenset(found)
