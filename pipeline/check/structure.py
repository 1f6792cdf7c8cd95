"""Whether the shots of a board fit together: names, and who continues from whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.check.finding import error
from pipeline.errors import Problem, nearest
from pipeline.plan import DEVICES
from pipeline.storyboard import Storyboard
from pipeline.storyboard.nodes import whole_file

RESERVED = ("takes", "previs")  # folders of the store, beside those of the cuts
_NO_FOLDER = re.compile(r'^\.|[. ]$|[<>:"/\\|?*\x00-\x1f]')  # on one system or another


def problems(board: Storyboard) -> Iterator[Problem]:
    """What is wrong with the names and links of a board."""
    yield from _name(board)
    yield from _ids(board)
    yield from _strangers(board)
    yield from _circles(board)
    yield from _values(board)


def _name(board: Storyboard) -> Iterator[Problem]:
    taken = board.name.casefold() in RESERVED
    if taken or _NO_FOLDER.search(board.name) or board.name.casefold().split(".")[0] in DEVICES:
        hint = "the store has a folder of that name" if taken else "the folder of its cuts is called as the file is"
        message = f'a storyboard can\'t be called "{board.name}"'
        yield Problem("reserved-name", "", message, f"rename the file: {hint}", whole_file(board.source.file))


def _ids(board: Storyboard) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for shot in board.shots:
        folded = shot.id.casefold()
        if folded in first:
            message = f'two shots are called "{shot.id}"'
            if first[folded] != shot.id:
                message = f'"{shot.id}" and "{first[folded]}" differ in case only'
            yield error(board, "duplicate-id", (*shot.path, "id"), message, "give each shot a name of its own")
        elif folded in DEVICES:
            message = f'a shot can\'t be called "{shot.id}"'
            yield error(board, "reserved-name", (*shot.path, "id"), message, "Windows has a device of that name")
        first.setdefault(folded, shot.id)


def _strangers(board: Storyboard) -> Iterator[Problem]:
    ids = sorted({shot.id for shot in board.shots})
    known = set(ids)
    for shot in board.shots:
        if shot.continue_from and shot.continue_from.shot not in known:
            meant = nearest(shot.continue_from.shot, ids)
            hint = f'did you mean "{meant}"?' if meant else f"shots here: {', '.join(ids[:12])}"
            path = (*shot.path, "continue_from", "shot")
            yield error(board, "unknown-shot", path, f'there is no shot "{shot.continue_from.shot}"', hint)


def _circles(board: Storyboard) -> Iterator[Problem]:
    """Each shot continues from one other at most, so every way leads to an end or round in a circle."""
    upstream = {shot.id: shot.continue_from.shot for shot in board.shots if shot.continue_from}
    seen: set[str] = set()
    for shot in board.shots:
        way: dict[str, None] = {}
        name = shot.id
        while name in upstream and name not in seen:
            seen.add(name)
            way[name] = None
            name = upstream[name]
        if name in way:
            yield _circle(board, [*list(way)[list(way).index(name) :], name])


def _circle(board: Storyboard, names: list[str]) -> Problem:
    shot = next(shot for shot in board.shots if shot.id in names and shot.continue_from)
    begin = names.index(shot.id)
    around = " -> ".join([*names[begin:-1], *names[:begin], shot.id])
    message = f"these shots continue from each other in a circle: {around}"
    return error(board, "circle", (*shot.path, "continue_from"), message, "let one of them stand alone", key=True)


def _values(board: Storyboard) -> Iterator[Problem]:
    for name in board.variants.matrix if board.variants else ():
        path = ("variants", "matrix", name)
        values = board.source.node(path).value
        seen: set[str] = set()
        for index, value in enumerate(values if isinstance(values, list) else ()):
            if value.raw in seen:
                yield error(board, "duplicate-value", (*path, index), f'"{value.raw}" stands here twice', "keep one")
            seen.add(value.raw)
