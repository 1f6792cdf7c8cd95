"""Values of YAML that know where they stand: in which file, at which line and column."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import Place

Path = tuple[str | int, ...]  # keys and indices from the root, e.g. ("shots", 2, "duration")

_TAG = re.compile(r"\{[{%][^}]*")


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """A file that was read."""

    file: str  # as the user named it, or where the user's file names it
    lines: tuple[str, ...]
    folder: str = ""  # its folder, relative to that of the storyboard, with forward slashes; "" for the same one


NOWHERE = Text("", ())  # of a value that was filled in and that nobody wrote


@dataclass(slots=True, eq=False)
class Node:
    """One YAML value and its place. Lines and columns count from 0, in characters."""

    value: Any  # scalar: None, bool, int, float or str; otherwise a dict of Node or a list of Node
    line: int
    column: int
    end_line: int
    end_column: int
    text: Text = NOWHERE  # the file it stands in: a storyboard's tree holds values of the files that it includes
    raw: str = ""  # a scalar as written, without its quotes; "" for collections
    quoted: bool = False  # written with quotes or as a block
    keys: dict[str, Node] = field(default_factory=dict)  # of a mapping: where each key stands
    size: int = 1  # nodes below and including this one, aliases expanded
    height: int = 0  # collections inside each other, this one counted, aliases expanded

    def child(self, step: str | int) -> Node | None:
        """The value under a key or at an index; None where there is none."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            member: Node = self.value[step]
            return member
        return None


# Stands in a list where a member was taken out, so that indices stay true.
BROKEN = Node(None, 0, 0, 0, 0)


def fields_of(node: Node | None) -> Mapping[str, Node]:
    """The fields of a mapping; none where it is something else."""
    return node.value if node is not None and isinstance(node.value, dict) else {}


def items_of(node: Node | None) -> list[tuple[int, Node]]:
    """The members of a list that are fit to be read, each with its index; none where it is something else."""
    members: list[Node] = node.value if node is not None and isinstance(node.value, list) else []
    return [(index, member) for index, member in enumerate(members) if member is not BROKEN]


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read, and its tree, which holds those of the files that it includes."""

    text: Text
    root: Node
    files: Mapping[str, Text] = field(default_factory=dict)  # prompt files by their path from the storyboard's folder

    @property
    def file(self) -> str:
        """The name of the file."""
        return self.text.file

    def node(self, path: Path) -> Node:
        """The node at `path`, or the nearest one above it that exists."""
        node = self.root
        for step in path:
            child = node.child(step)
            if child is None:
                break
            node = child
        return node

    def place(self, path: Path, *, key: bool = False, find: str = "") -> Place:
        """Where the value at `path` stands; its key with `key`; the first `find` inside it where that is given."""
        node = self.node(path)
        if key and path and isinstance(path[-1], str):
            node = self.node(path[:-1]).keys.get(path[-1], node)
        if find and (found := search(node, find)):
            return found
        return place_of(node) if node.text is not NOWHERE else whole_file(self.file)


def search(node: Node, word: str) -> Place | None:
    """The first place inside the node where the word stands, rather in a template's tag than elsewhere."""
    if not word:
        return None
    lines = node.text.lines
    # Only Latin words have spaces around them.
    whole_word = rf"(?<!\w){re.escape(word)}(?!\w)" if re.match(r"[\w@]", word, re.ASCII) else re.escape(word)
    pattern = re.compile(whole_word, re.ASCII)
    spans = list(_spans(node))
    tags = ((number, *tag.span()) for number, *span in spans for tag in _TAG.finditer(lines[number], *span))
    for number, begin, end in itertools.chain(tags, spans):
        if match := pattern.search(lines[number], begin, end):
            return Place(node.text.file, number + 1, match.start() + 1, len(word), lines[number])
    return None


def _spans(node: Node) -> Iterator[tuple[int, int, int]]:
    """Each line of the node, counted from 0, and where the node begins and ends in it."""
    lines = node.text.lines
    for number in range(node.line, min(node.end_line + 1, len(lines))):
        end = node.end_column if number == node.end_line else len(lines[number])
        yield number, node.column if number == node.line else 0, end


def whole(text: Text) -> Node:
    """A file as one node, for what is sought in it."""
    last = max(0, len(text.lines) - 1)
    return Node("", 0, 0, last, len(text.lines[last]) if text.lines else 0, text)


def place_of(node: Node) -> Place:
    """The place of one node: underlined whole where it stands in one line, otherwise in its first one."""
    lines = node.text.lines
    line = lines[node.line] if node.line < len(lines) else ""
    if node.end_line != node.line:
        length = max(1, len(line.rstrip()) - node.column) if node.line < len(lines) else 1
    else:
        length = max(1, node.end_column - node.column)
    return Place(node.text.file, node.line + 1, node.column + 1, length, line)


def whole_file(file: str) -> Place:
    """The file itself, no line of it."""
    return Place(file, 0, 0, 1, "")


def plain(node: Node) -> Any:
    """The node as plain dicts, lists and scalars, for the JSON schema."""
    if isinstance(node.value, dict):
        return {key: plain(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child) for child in node.value]
    return node.value
