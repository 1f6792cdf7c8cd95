"""Whether the shots of a board fit together: names, and who continues from whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from pipeline.check import variety
from pipeline.check.finding import error
from pipeline.check.rules import RULES
from pipeline.errors import Problem, nearest
from pipeline.frames import plain_seconds
from pipeline.plan import DEVICES, targets
from pipeline.storyboard import Card, Entry, Part, Path, Storyboard
from pipeline.storyboard.build import SUBJECTS
from pipeline.storyboard.measures import seconds
from pipeline.storyboard.nodes import Node, fields_of, items_of, whole_file

RESERVED = ("takes", "previs")  # folders of the store, beside those of the cuts
# What only a shot of the cut has.
_OF_A_SHOT = (
    "in", "out", "transition", "mix", "audio_lead", "audio_lag", "voice_over", "effects", "title", "lower_third",
    "caption",
)  # fmt: skip
_OF_CARDS = ("id", "card", "transition")
_NO_FOLDER = re.compile(r'^\.|[. ]$|[<>:"/\\|?*\x00-\x1f]')  # on one system or another


def problems(board: Storyboard) -> Iterator[Problem]:
    """What is wrong with the names and links of a board."""
    yield from _name(board)
    yield from _ids(board)
    yield from _subjects(board)
    yield from _speakers(board)
    yield from _strangers(board)
    yield from _circles(board)
    yield from _several(board)
    yield from _cards(board)
    yield from _raw(board)
    yield from variety.problems(board)
    yield from _off(board)


def _name(board: Storyboard) -> Iterator[Problem]:
    taken = board.name.casefold() in RESERVED
    if taken or _NO_FOLDER.search(board.name) or board.name.casefold().split(".")[0] in DEVICES:
        hint = "the store has a folder of that name" if taken else "the folder of its cuts is called as the file is"
        message = f'a storyboard can\'t be called "{board.name}"'
        yield Problem("reserved-name", "", message, f"rename the file: {hint}", whole_file(board.source.file))


def _ids(board: Storyboard) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for path, name in _named(board):
        folded = name.casefold()
        if folded in first:
            message = f'two shots are called "{name}"'
            if first[folded] != name:
                message = f'"{name}" and "{first[folded]}" differ in case only'
            if path[0] != "shots":
                message = f'a shot is called "{first[folded]}", as the credits are'
            hint = "give the shot another name: a change leaves the credits out by this one"
            hint = "give each shot a name of its own" if path[0] == "shots" else hint
            yield error(board, "duplicate-id", (*path, "id"), message, hint)
        elif folded in DEVICES:
            message = f'a shot can\'t be called "{name}"'
            yield error(board, "reserved-name", (*path, "id"), message, "Windows has a device of that name")
        first.setdefault(folded, name)


def _named(board: Storyboard) -> Iterator[tuple[Path, str]]:
    """Everything that has an id, in the order of the file: entries, the shots of those that hold several, cards."""
    found: list[Entry | Part | Card] = [*board.entries, *board.cards]
    found += [part for entry in board.entries if entry.several for part in entry.parts]
    yield from sorted(((one.path, one.id) for one in found), key=lambda named: [str(named[0][0]) != "shots", *named[0]])


def _subjects(board: Storyboard) -> Iterator[Problem]:
    """Characters, locations and props share one set of names, since prompts mention all of them as @name."""
    for section, kind in SUBJECTS.items():
        for key in fields_of(board.source.root.child(section)):
            first = board.subjects[key]
            if first.kind != kind:
                own = board.source.place((section, key), key=True).file
                there = board.source.place(first.path, key=True)
                where = f", in {there.file}, line {there.line}" if there.file != own else ""
                message = f'there is a {first.kind} called "{key}", too{where}'
                hint = "give each a name of its own: prompts mention both as @" + key
                yield error(board, "duplicate-name", (section, key), message, hint, key=True)


def _speakers(board: Storyboard) -> Iterator[Problem]:
    """Only who is a character has a voice, and can be heard without being seen."""
    for line in (line for entry in board.entries for part in entry.parts for line in part.dialogue):
        who = board.subjects.get(line.speaker)
        if who and who.kind != "character":
            message = f'"{who.key}" is a {who.kind}, and only characters speak'
            yield error(board, "speaker", line.path, message, "define it under `characters`", find=who.key)


def _strangers(board: Storyboard) -> Iterator[Problem]:
    known = targets(board)
    inner = {part.id: entry for entry in board.entries if entry.several for part in entry.parts}
    divided = {entry.id: entry for entry in board.entries if len(entry.shots) > 1}
    cards = {card.id for card in board.cards}
    ids = sorted(known)
    for entry in board.entries:
        name = entry.continue_from.shot if entry.continue_from else ""
        if not entry.continue_from or name in known:
            continue
        path = (*entry.path, "continue_from", "shot")
        if name in cards:
            message, hint = f"{name} is a card, which is drawn and has no take", "name a shot that is generated"
        elif (whole := inner.get(name) or divided.get(name)) and whole.finds_cuts:
            message, hint = _found_later(whole, name)
        elif name in inner:
            message = f"{inner[name].id} is kept whole, so only its end can be continued from"
            hint = f"write {inner[name].parts[-1].id}, or give {inner[name].id} a `split`"
        elif name in divided:
            message, hint = (
                f"{name} is divided into shots",
                f"write one of {', '.join(s.id for s in divided[name].shots)}",
            )
        else:
            meant = nearest(name, ids)
            message = f'there is no shot "{name}"'
            hint = f'did you mean "{meant}"?' if meant else f"shots here: {', '.join(ids[:12])}"
        yield error(board, "unknown-shot", path, message, hint)


def _found_later(entry: Entry, name: str) -> tuple[str, str]:
    """Why nobody can go on from there before the take exists."""
    last, times = entry.parts[-1].id, "say where its shots end with `split: [..]`"
    if name in (entry.id, last):
        message = f"{last} has an `out`, and where that lies is only known when its take is there"
        return message, f"delete the `out`, or {times}"
    message = f"where {name} ends is found in its take, so only the end of {entry.id} can be continued from"
    return message, f"write {last}, or {times}"


def _circles(board: Storyboard) -> Iterator[Problem]:
    """Each entry continues from one other at most, so every way leads to an end or round in a circle."""
    known = targets(board)
    upstream = {
        entry.id: board.entries[known[entry.continue_from.shot].entry].id
        for entry in board.entries
        if entry.continue_from and entry.continue_from.shot in known
    }
    seen: set[str] = set()
    for entry in board.entries:
        way: dict[str, None] = {}
        name = entry.id
        while name in upstream and name not in seen:
            seen.add(name)
            way[name] = None
            name = upstream[name]
        if name in way:
            yield _circle(board, [*list(way)[list(way).index(name) :], name])


def _circle(board: Storyboard, names: list[str]) -> Problem:
    entry = next(entry for entry in board.entries if entry.id in names and entry.continue_from)
    begin = names.index(entry.id)
    around = " -> ".join([*names[begin:-1], *names[:begin], entry.id])
    message, hint = f"these shots continue from each other in a circle: {around}", "let one of them stand alone"
    if len(names) == 2:
        message, hint = f"{entry.id} continues from itself", "name another shot, or delete it"
    return error(board, "circle", (*entry.path, "continue_from"), message, hint, key=True)


def _several(board: Storyboard) -> Iterator[Problem]:
    """What an entry with several shots can say, and what only its shots can."""
    for entry in board.entries:
        if not entry.several:
            continue
        said = fields_of(board.source.node(entry.path))
        for word in ("camera", "dialogue", "notes"):
            if word in said:
                message = f"several shots are made here, so each says its own {word}"
                yield error(board, "several", (*entry.path, word), message, "write it at one of its shots", key=True)
        divided = len(entry.shots) > 1
        for word in _OF_A_SHOT:
            if word in said and divided:
                message = f"the take is divided, so it has no {word} as a whole"
                yield error(board, "several", (*entry.path, word), message, "write it at one of its shots", key=True)
        for part in entry.parts if not divided else ():
            for word in sorted({*_OF_A_SHOT} & fields_of(board.source.node(part.path)).keys()):
                message = f"{entry.id} is kept whole, so this shot of it has no {word}"
                hint = f"say where its shots end with `split: [..]`, or write it at {entry.id}"
                yield error(board, "several", (*part.path, word), message, hint, key=True)
        yield from _split(board, entry, said.get("split"))


def _cards(board: Storyboard) -> Iterator[Problem]:
    """A card is drawn, so what a generation is told has no meaning beside it."""
    for card in board.cards:
        for word in fields_of(board.source.node(card.path)) if card.kind == "card" else ():
            if word not in _OF_CARDS:
                message = f"a card is drawn and not generated, so it has no {word}"
                yield error(board, "card", (*card.path, word), message, "delete it, or make it a shot", key=True)
    if board.cards and not board.entries:
        message = "nothing is generated in this film: cards alone have no size"
        yield error(board, "no-shots", ("shots",), message, "add a shot with a `prompt`", key=True)


def _split(board: Storyboard, entry: Entry, node: Node | None) -> Iterator[Problem]:
    """The times at which the cut divides a take: one for each shot but the last, each later than the one before."""
    times = [seconds(item) for _, item in items_of(node)]
    if node and node.value == "auto" and len(entry.parts) == 1:
        message = f"{entry.parts[0].id} is the only shot of its take, so there is no cut to be found"
        yield error(board, "split", (*entry.path, "split"), message, "add the others, or delete it")
    if not times:
        return
    path, wanted = (*entry.path, "split"), len(entry.parts) - 1
    if len(times) != wanted:
        number = f"at {wanted} time{'s' * (wanted != 1)}, and not at {len(times)}"
        message = f"a take of {len(entry.parts)} shot{'s' * (len(entry.parts) != 1)} is divided {number}"
        yield error(board, "split", path, message, "write where each shot but the last ends, such as [4.2, 8.5]")
    for index, (before, after) in enumerate(pairwise([Fraction(0), *times])):
        if after <= before:
            message = f"{plain_seconds(after)} is not later than {plain_seconds(before)}"
            yield error(
                board, "split", (*path, index), message, "write the times in order, in seconds of the whole take"
            )


def _raw(board: Storyboard) -> Iterator[Problem]:
    """Beside a prompt that is sent as it stands nothing can be composed, so what would be composed is a mistake."""
    for entry in board.entries:
        if not entry.raw:
            continue
        if entry.several:
            message = "a raw prompt is sent alone, and these shots would go nowhere"
            yield error(board, "raw", (*entry.path, "shots"), message, "write them into the raw prompt", key=True)
        said = fields_of(board.source.node(entry.path))
        for word in ("prompt_template", "location"):
            if word in said:
                message = "a raw prompt is sent as it stands, so this changes nothing"
                yield error(board, "raw", (*entry.path, word), message, "delete it", key=True)


def _off(board: Storyboard) -> Iterator[Problem]:
    codes = [rule.code for rule in RULES]
    for index, node in items_of(fields_of(board.source.root.child("lint")).get("off")):
        if node.value not in codes:
            meant = nearest(str(node.value), codes)
            hint = f'did you mean "{meant}"?' if meant else f"rules: {', '.join(codes)}"
            yield error(board, "unknown-rule", ("lint", "off", index), f'there is no rule "{node.value}"', hint)
