"""The files that a storyboard includes: their characters, locations, props and style become part of its tree."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.errors import BadInput, MediaError, Problem
from pipeline.storyboard import reading, shape
from pipeline.storyboard.build import SUBJECTS, located
from pipeline.storyboard.nodes import Node, Path, Source, Text, fields_of, items_of, place_of
from pipeline.storyboard.repair import repair

SCHEMA = "bible.schema.json"
MAX_FILES = 100
_FILL = f"write {', '.join(SUBJECTS)} or style into it, or delete its line under `include`"


def include(source: Source, near: Callable[[str], bytes]) -> list[Problem]:
    """Add what the included files say to the tree, in place; everything that is wrong with them."""
    problems: list[Problem] = []
    own_style = frozenset(fields_of(source.root.child("style")))
    seen: set[str] = set()
    for path, node in _named(source.root):
        name = located(node)
        if (plainly := posixpath.normpath(name)) in seen:
            problems.append(_problem(source, path, "duplicate-file", "this file is included twice", "keep one"))
            continue
        if shown(source.text, name) == shown(source.text, posixpath.basename(source.text.file.replace("\\", "/"))):
            problems.append(_problem(source, path, "duplicate-file", "the storyboard includes itself", "delete it"))
            continue
        if len(seen) == MAX_FILES:
            message = f"more than {MAX_FILES} files are included"
            problems.append(_problem(source, path, "file", message, "write what they say into fewer files"))
            break
        seen.add(plainly)
        try:
            bible, found = reading.read(shown(source.text, name), near(name), posixpath.dirname(name))
        except MediaError as error:
            problems.append(_problem(source, path, "file", error.reason, error.hint))
        except BadInput as bad:
            problems += [replace(each, hint=_FILL) if each.code == "empty" else each for each in bad.problems]
        else:
            problems += [*found, *_grafted(source, bible, own_style)]
    return problems


def shown(text: Text, name: str) -> str:
    """What people call a file that another one names: its path from where that one's path begins."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(text.file.replace("\\", "/")), name))


def _named(root: Node) -> list[tuple[Path, Node]]:
    node = root.child("include")
    if node is not None and isinstance(node.value, str):
        return [(("include",), node)]
    return [(("include", index), member) for index, member in items_of(node)]


def _grafted(source: Source, bible: Source, own_style: frozenset[str]) -> Iterator[Problem]:
    """Put the sections of a bible into the storyboard's tree; the problems of its shape and of names met twice."""
    wrong = list(shape.problems(bible, SCHEMA))
    yield from (item.problem for item in wrong)
    repair(bible.root, wrong)
    for section in (*SUBJECTS, "style"):
        theirs = bible.root.child(section)
        if theirs is None or not isinstance(theirs.value, dict):
            continue
        ours = source.root.value.setdefault(section, Node({}, 0, 0, 0, 0, bible.text))
        for key, node in fields_of(theirs).items():
            if key not in fields_of(ours):
                ours.value[key], ours.keys[key] = node, theirs.keys.get(key, node)
            elif section != "style" or key not in own_style:
                yield _twice(section, key, theirs.keys.get(key, node), ours.keys.get(key, ours.value[key]))


def _twice(section: str, key: str, here: Node, there: Node) -> Problem:
    first = place_of(there)
    message = f'"{key}" stands in {first.file}, line {first.line}, too'
    return Problem("duplicate-name", f"{section}.{key}", message, "keep one of them", place_of(here))


def _problem(source: Source, path: Path, code: str, message: str, hint: str) -> Problem:
    return Problem(code, shape.dotted(path), message, hint, source.place(path))
