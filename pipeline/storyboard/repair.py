"""A tree with parts of the wrong shape becomes one that can be read: the wrong parts are taken out of it.

So that what a shot says of its neighbours can still be checked when a field beside it is misspelt. What others refer to
by name (a shot, a character, a variable) keeps its name, so that one mistake is not told again at every mention.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import Problem
from pipeline.storyboard.nodes import BROKEN, Node, Path


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem of shape, and what has to go (or to be filled in) before the rest can be read."""

    problem: Problem
    path: Path  # of the wrong value, or of the mapping that lacks a key
    missing: str = ""  # the key that is missing; "" where the value itself is wrong


def repair(root: Node, wrong: Iterable[Wrong]) -> bool:
    """Take the wrong parts out of the tree, in place. False where nothing is left that could be checked."""
    for item in wrong:
        if item.problem.code == "name":
            continue  # nobody can write such a name, so it does no harm where it stands
        path = (*item.path, item.missing) if item.missing else item.path
        if not path:
            return False
        _mend(root, path)
    _complete(root)
    return isinstance(root.value, dict) and isinstance(getattr(root.value.get("shots"), "value", None), list)


def _mend(root: Node, path: Path) -> None:
    match path:
        case ("shots", int() as index, "shots", int() as part, *below):
            _mend_shot(root, path[:4], f"shots {index}.{part}", tuple(below))
        case ("shots", int() as index, *below):
            _mend_shot(root, path[:2], f"shots {index}", tuple(below))
        case ("characters" | "locations" | "props", str(), "description", *_):
            _put(root, path[:3], _text("(description)"))
        case ("characters" | "locations" | "props", str()):
            _put(root, path, Node({"description": _text("(description)")}, 0, 0, 0, 0))
        case ("vars", str(), *_):
            _put(root, path[:2], _text("(value)"))
        case ("variants", "matrix", str(), *_):
            _put(root, path[:3], Node([_text("(value)")], 0, 0, 0, 0))
        case ("variants", "matrix") | ("variants",):
            _put(root, path[:1], None)
        case ("credits", *_):
            _put(root, path[:1], None)
        case ("variants", "include" | "exclude" | "change", int(), *_):
            _put(root, path[:3], None)
        case _:
            _put(root, path, None)


def _mend_shot(root: Node, shot: Path, called: str, below: Path) -> None:
    """Mend what is wrong below a shot, or below one of several in a generation."""
    match below:
        case ("id" | "prompt" as key, *_):
            # What other shots say of this one is checked elsewhere; a name nobody can write keeps it apart.
            _put(root, (*shot, key), _text(f"({key} of {called})"))
        case ("transition", "type", *_) | ("continue_from", "shot", *_) | ("split", *_):
            _put(root, (*shot, below[0]), None)
        case ("dialogue", int(), *_):
            _put(root, (*shot, *below[:2]), None)
        case ("card" | "title" | "lower_third" | "caption" as key, *_):
            _put(root, (*shot, key), None)
        case _:
            _put(root, (*shot, *below), None)


def _complete(root: Node) -> None:
    """Fill in, or take out, what lacks a part that it can't be read without: a misspelt key is told as that alone."""
    for index, shot in enumerate(_members(root.child("shots"))):
        _complete_shot(shot, f"shots {index}", alone=not {"shots", "card"} & shot.value.keys())
        for part, inner in enumerate(_members(shot.child("shots"))):
            _complete_shot(inner, f"shots {index}.{part}", alone=True)
    for section in ("characters", "locations", "props"):
        subjects = root.child(section)
        for subject in subjects.value.values() if subjects and isinstance(subjects.value, dict) else ():
            _need(subject, "description", _text("(description)"))


def _complete_shot(shot: Node, called: str, *, alone: bool) -> None:
    _need(shot, "id", _text(f"(id of {called})"))
    if alone:
        _need(shot, "prompt", _text(f"(prompt of {called})"))
    for key, needed in (("transition", "type"), ("continue_from", "shot")):
        if _lacks(shot.child(key), needed):
            shot.value.pop(key)
    lines = shot.child("dialogue")
    if lines is not None and isinstance(lines.value, list):
        lines.value[:] = [line if _is_line(line) else BROKEN for line in lines.value]


def _members(node: Node | None) -> list[Node]:
    """The mappings in a list."""
    members = node.value if node is not None and isinstance(node.value, list) else []
    return [member for member in members if isinstance(member.value, dict)]


def _need(node: Node, key: str, instead: Node) -> None:
    if isinstance(node.value, dict):
        node.value.setdefault(key, instead)


def _lacks(node: Node | None, key: str) -> bool:
    return node is not None and isinstance(node.value, dict) and key not in node.value


def _is_line(node: Node) -> bool:
    fields = node.value if isinstance(node.value, dict) else {}
    return {"speaker", "line"} <= fields.keys() if {"speaker", "line"} & fields.keys() else len(fields) == 1


def _text(words: str) -> Node:
    return Node(words, 0, 0, 0, 0, raw=words, quoted=True)


def _put(root: Node, path: Path, node: Node | None) -> None:
    """Put another node in the place of one, or take it out."""
    *above, last = path
    parent: Node | None = root
    for step in above:
        parent = parent.child(step) if parent is not None else None
    match parent.value if parent is not None else None, last:
        case dict() as fields, str() if node is not None:
            fields[last] = node
        case dict() as fields, str():
            fields.pop(last, None)
        case list() as members, int() if last < len(members):
            members[last] = node or BROKEN
