"""The prompt files that a storyboard's templates include, read before anything is filled in."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from pipeline import templates
from pipeline.errors import BadInput, MediaError, Problem
from pipeline.storyboard import nodes, reading, shape
from pipeline.storyboard.bibles import shown
from pipeline.storyboard.nodes import Node, Path, Source, Text, place_of, search

MAX_FILES = 100
MAX_TOKENS = 60_000  # in the tags of all texts, as many as 20,000 {{ names }} have: they take a second to parse
Texts = dict[str, tuple[str, Text]]  # by path from the storyboard's folder: the words, and the lines


def texts(source: Source, near: Callable[[str], bytes]) -> tuple[Texts, list[Problem]]:
    """Each file that a template of the tree includes, or that one of those files does; and what is wrong with them.

    Raises BadInput where the tree and the files hold more templates than can be parsed in reasonable time.
    """
    found: Texts = {}
    problems: list[Problem] = []
    left = _counted(source.root)
    waiting = [(path, node, node.text.folder, str(node.value)) for path, node in _templates(source.root)]
    while waiting:
        path, node, folder, words = waiting.pop(0)
        for name in templates.includes(words):
            key = templates.resolve(folder, name)
            if key in found:
                continue
            if len(found) >= MAX_FILES:
                found[key] = ("", Text(key, ()))
                problems += [_too_many(path, node, name)] * (len(found) == MAX_FILES + 1)
                continue
            try:
                inner, text = reading.read_text(shown(source.text, key), near(key), posixpath.dirname(key))
            except (MediaError, BadInput) as error:
                inner, text = "", Text(key, ())  # it is told of here; the template that includes it need not
                problems += _failed(path, node, name, error)
            left = _spent(left, inner, nodes.whole(text))
            found[key] = (inner, text)
            waiting.append((path, nodes.whole(text), text.folder, inner))
    return found, problems


def _failed(path: Path, node: Node, name: str, error: MediaError | BadInput) -> list[Problem]:
    if isinstance(error, BadInput):
        return list(error.problems)
    place = search(node, name) or place_of(node)
    return [Problem("file", shape.dotted(path), error.reason, error.hint, place)]


def _too_many(path: Path, node: Node, name: str) -> Problem:
    message = f"more than {MAX_FILES} files are included"
    place = search(node, name) or place_of(node)
    return Problem("file", shape.dotted(path), message, "write what they say into fewer files", place)


def _counted(root: Node) -> int:
    """Tokens that are left for the prompt files, those of each different text of the tree being spent."""
    left, seen = MAX_TOKENS, set()
    for _, node in _texts(root):
        if node.value not in seen:
            seen.add(node.value)
            left = _spent(left, node.value, node)
    return left


def _spent(left: int, words: str, node: Node) -> int:
    """Tokens that are left after a text. Raises BadInput where there are not as many."""
    left -= templates.tokens(words, left + 1)
    if left < 0:
        message = f"with it, all templates together have more than {MAX_TOKENS:,} names, signs and brackets"
        place = place_of(node)
        raise BadInput([Problem("too-many", "", message, "write more of the text out, or divide the board", place)])
    return left


def _templates(root: Node) -> Iterator[tuple[Path, Node]]:
    """Every text of the tree that may include a file."""
    return ((path, node) for path, node in _texts(root) if "{%" in node.value)


def _texts(root: Node) -> Iterator[tuple[Path, Node]]:
    """Every text of the tree."""
    waiting: list[tuple[Path, Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node.value, dict):
            waiting.extend(((*path, key), child) for key, child in node.value.items())
        elif isinstance(node.value, list):
            waiting.extend(((*path, index), child) for index, child in enumerate(node.value))
        elif isinstance(node.value, str):
            yield path, node
