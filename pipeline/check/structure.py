"""Whether the shots of a board fit together: names, and who continues from whom."""

from __future__ import annotations

import graphlib
from collections.abc import Iterator

from pipeline.check.finding import error
from pipeline.errors import Place, Problem, nearest
from pipeline.plan import upstream_first
from pipeline.storyboard import Storyboard

RESERVED = ("takes", "previs")  # folders of the store, beside those of the cuts


def problems(board: Storyboard) -> Iterator[Problem]:
    """What is wrong with the names and links of a board."""
    yield from _reserved(board)
    yield from _duplicates(board)
    yield from _strangers(board)
    yield from _circle(board)


def _reserved(board: Storyboard) -> Iterator[Problem]:
    if board.name.casefold() in RESERVED:
        message = f'a storyboard can\'t be called "{board.name}"'
        place = Place(board.source.file, 0, 0, 1, "")
        yield Problem("reserved-name", "", message, "rename the file: the store has a folder of that name", place)


def _duplicates(board: Storyboard) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for shot in board.shots:
        folded = shot.id.casefold()
        if folded in first:
            message = f'two shots are called "{shot.id}"'
            if first[folded] != shot.id:
                message = f'"{shot.id}" and "{first[folded]}" differ in case only'
            yield error(board, "duplicate-id", (*shot.path, "id"), message, "give each shot a name of its own")
        first.setdefault(folded, shot.id)


def _strangers(board: Storyboard) -> Iterator[Problem]:
    ids = {shot.id for shot in board.shots}
    for shot in board.shots:
        if shot.continue_from and shot.continue_from.shot not in ids:
            meant = nearest(shot.continue_from.shot, sorted(ids))
            hint = f'did you mean "{meant}"?' if meant else f"shots here: {', '.join(sorted(ids)[:12])}"
            path = (*shot.path, "continue_from", "shot")
            yield error(board, "unknown-shot", path, f'there is no shot "{shot.continue_from.shot}"', hint)


def _circle(board: Storyboard) -> Iterator[Problem]:
    ids = {shot.id for shot in board.shots}
    try:
        upstream_first([shot for shot in board.shots if not shot.continue_from or shot.continue_from.shot in ids])
    except graphlib.CycleError as cycle:
        names: list[str] = cycle.args[1]
        shot = next(shot for shot in board.shots if shot.id == names[0])
        message = f"these shots continue from each other in a circle: {' -> '.join(reversed(names))}"
        yield error(board, "circle", (*shot.path, "continue_from"), message, "let one of them stand alone", key=True)
