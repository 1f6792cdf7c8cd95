"""A tree with parts of the wrong shape becomes one that can be read: the wrong parts are taken out of it.

So that what a shot says of its neighbours can still be checked when a field beside it is misspelt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import Problem
from pipeline.storyboard.nodes import Node, Path

BROKEN = Node(None, 0, 0, 0, 0)  # stands in a list where a member was taken out, so that indices stay true


@dataclass(frozen=True, slots=True)
class Wrong:
    """A problem of shape, and what has to go (or to be filled in) before the rest can be read."""

    problem: Problem
    path: Path  # of the wrong value, or of the mapping that lacks a key
    missing: str = ""  # the key that is missing; "" where the value itself is wrong


def repair(root: Node, wrong: Iterable[Wrong]) -> bool:
    """Take the wrong parts out of the tree, in place. False where nothing is left that could be checked."""
    for item in wrong:
        path = _unusable(item)
        if not path:
            return False
        _take_out(root, path)
    return isinstance(root.value, dict) and isinstance(getattr(root.value.get("shots"), "value", None), list)


def _unusable(item: Wrong) -> Path:
    """The smallest part of the storyboard that can't be read because of the problem; () for all of it."""
    path = (*item.path, item.missing) if item.missing else item.path
    match path:
        case ("shots", int(), "id" | "prompt", *_) | ("characters", str(), "description"):
            return path
        case ("version" | "title" | "budget", *_):
            return path[:1]
        case (*_, "camera", _) | ("defaults" | "style" | "sound" | "vars" | "cut", _, *_):
            return path
        case ("shots", int(), "references" | "dialogue", int(), *_):
            return path[:4]
        case ("shots", int(), str(), *_):
            return path[:3]
        case ("characters", str(), "references", int(), *_):
            return path[:4]
        case ("characters", str(), str(), *_):
            return path[:3]
        case ("shots", int()) | ("characters", str()):
            return path
        case (str() as top, *_) if top != "shots":
            return (top,)
    return ()


def _take_out(root: Node, path: Path) -> None:
    *above, last = path
    node = root
    for step in above:
        inner = _inner(node, step)
        if inner is None:
            return
        node = inner
    match node.value, last:
        case dict() as fields, ("id" | "prompt" | "description") if len(path) == 3:
            # What other shots say of this one is checked elsewhere; a name nobody can write keeps it apart.
            fields[last] = Node(f"({last} of {path[1]})", *_span(node))
        case dict() as fields, str():
            fields.pop(last, None)
        case list() as members, int() if last < len(members):
            members[last] = BROKEN


def _inner(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict) and isinstance(step, str):
        return node.value.get(step)
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        member: Node = node.value[step]
        return member
    return None


def _span(node: Node) -> tuple[int, int, int, int]:
    return node.line, node.column, node.end_line, node.end_column
