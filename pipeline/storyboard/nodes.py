"""YAML text becomes a tree of nodes that know where they stand. Read from PyYAML's events, by YAML 1.2's core rules.

Only events come from PyYAML: its composer overruns the C stack on deep nesting, and its resolver reads `no` as False,
`1:30` as 90 and `010` as 8. Anything that could surprise (merge keys, tags, a key given twice) is a problem instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from pipeline.errors import BadInput, Place, Problem

MAX_BYTES = 1 << 20  # of a file
MAX_NODES = 100_000  # with every alias counted as what it stands for
MAX_DEPTH = 64
MAX_ALIASES = 100
MAX_DIGITS = 300  # of a number

Path = tuple[str | int, ...]  # keys and indices from the root, e.g. ("shots", 2, "duration")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # 4 times faster where libyaml was built in
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCT = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_JSON = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_IN_TEMPLATE, _ANYWHERE = r"\{{[{{%].*?(?<!\w)({})(?!\w)", r"(?<!\w)({})(?!\w)"
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True, eq=False)
class Node:
    """One YAML value and its place. Lines and columns count from 0, in characters."""

    value: Any  # scalar: None, bool, int, float or str; otherwise a dict of Node or a list of Node
    line: int
    column: int
    end_line: int
    end_column: int
    raw: str = ""  # a scalar as written, without its quotes; "" for collections
    quoted: bool = False  # written with quotes or as a block
    keys: dict[str, Node] = field(default_factory=dict)  # of a mapping: where each key stands
    size: int = 1  # nodes below and including this one, aliases expanded


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its name, its lines and its tree."""

    file: str
    lines: tuple[str, ...]
    root: Node

    def node(self, path: Path) -> Node:
        """The node at `path`, or the nearest one above it that exists."""
        node = self.root
        for step in path:
            child = _child(node, step)
            if child is None:
                break
            node = child
        return node

    def place(self, path: Path, *, key: bool = False, find: str = "") -> Place:
        """Where the value at `path` stands; its key with `key`; the first `find` inside it where that is given."""
        node = self.node(path)
        if key and path and isinstance(path[-1], str):
            node = self.node(path[:-1]).keys.get(path[-1], node)
        if find and (found := self._search(node, find)):
            return found
        return place_of(self.file, self.lines, node)

    def _search(self, node: Node, word: str) -> Place | None:
        for number in range(node.line, min(node.end_line + 1, len(self.lines))):
            begin = node.column if number == node.line else 0
            for pattern in (_IN_TEMPLATE, _ANYWHERE):
                match = re.compile(pattern.format(re.escape(word))).search(self.lines[number], begin)
                if match:
                    return Place(self.file, number + 1, match.start(1) + 1, len(word), self.lines[number])
        return None


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict) and isinstance(step, str):
        return node.value.get(step)
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        child: Node = node.value[step]
        return child
    return None


def place_of(file: str, lines: tuple[str, ...], node: Node) -> Place:
    """The place of one node: a scalar underlined whole, of anything longer its beginning."""
    text = lines[node.line] if node.line < len(lines) else ""
    if isinstance(node.value, dict | list) or node.end_line != node.line:
        length = max(1, len(text.rstrip()) - node.column) if node.line < len(lines) else 1
    else:
        length = max(1, node.end_column - node.column)
    return Place(file, node.line + 1, node.column + 1, length, text)


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


def read(file: str, data: bytes) -> tuple[Source, tuple[Problem, ...]]:
    """The tree of a YAML file, and the problems that do not hinder reading on.

    Raises BadInput where nothing can be read: no UTF-8, no YAML, too large, too deep.
    """
    if len(data) > MAX_BYTES:
        raise _fatal(file, "too-large", f"the file is larger than {MAX_BYTES >> 20} MiB", "split it")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _fatal(file, "encoding", f"line {line} is not UTF-8 text", "save the file as UTF-8") from error
    lines = tuple(re.split(r"\r\n|\n|\r|\x85|\u2028|\u2029", text))
    _refuse_control_characters(file, lines)
    composer = _Composer(file, lines)
    return Source(file, lines, composer.compose(text)), tuple(composer.problems)


def _fatal(file: str, code: str, message: str, hint: str) -> BadInput:
    return BadInput([Problem(code, "", message, hint, whole_file(file))])


def _refuse_control_characters(file: str, lines: tuple[str, ...]) -> None:
    found = [
        Problem(
            "control-character", "", f"the character U+{ord(match[0]):04X} is not allowed in a storyboard",
            "delete it", Place(file, number, match.start() + 1, 1, line),
        )
        for number, line in enumerate(lines, 1)
        for match in _FORBIDDEN.finditer(line)
    ]  # fmt: skip
    if found:
        raise BadInput(found[:20])


class _Composer:
    """Builds the tree with a stack of its own, so that no nesting can overrun Python's or C's."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file = file
        self.lines = lines
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}
        self.open: list[tuple[Node, Node | None]] = []  # collections being read, each with the key it waits to fill
        self.aliases = 0
        self.root: Node | None = None

    def compose(self, text: str) -> Node:
        documents = 0
        for event in self._events(text):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._stop(event, "documents", "a storyboard is one document", "delete from this `---` on")
            elif isinstance(event, yaml.AliasEvent):
                self._add(event, self._aliased(event))
            elif isinstance(event, yaml.ScalarEvent):
                self._add(event, self._scalar(event))
            elif isinstance(event, yaml.CollectionStartEvent):
                self._enter(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._leave(event)
        if self.root is None:
            raise _fatal(self.file, "empty", "the file is empty", "`storyreel init` writes a board to start from")
        return self.root

    def _events(self, text: str) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from error
        except (yaml.YAMLError, ValueError) as error:
            raise _fatal(self.file, "yaml", f"not readable as YAML: {error}", "") from error

    def _syntax(self, error: yaml.MarkedYAMLError) -> BadInput:
        mark = error.problem_mark or error.context_mark
        message = " ".join(filter(None, ("not readable as YAML:", error.context, error.problem)))
        hint = _mend(str(error.problem), self.lines[mark.line] if mark and mark.line < len(self.lines) else "")
        if mark is None:
            return _fatal(self.file, "yaml", message, hint)
        node = Node("", mark.line, mark.column, mark.line, mark.column + 1)
        return BadInput([Problem("yaml", "", message, hint, place_of(self.file, self.lines, node))])

    def _enter(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self._stop(event, "too-deep", f"nested more than {MAX_DEPTH} deep", "flatten it")
        self._refuse_tag(event)
        node = self._node(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
        if event.anchor:
            self.anchors[event.anchor] = node
        self.open.append((node, None))

    def _leave(self, event: Any) -> None:
        node, _ = self.open.pop()
        node.end_line, node.end_column = event.end_mark.line, event.end_mark.column
        self._add(event, node)

    def _add(self, event: yaml.Event, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent, key = self.open[-1]
        parent.size += node.size
        if parent.size > MAX_NODES:
            raise self._stop(event, "too-many", f"more than {MAX_NODES:,} values, aliases counted", "split the file")
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif key is None:
            self.open[-1] = (parent, self._key(event, node))
        else:
            self._fill(parent, key, node)
            self.open[-1] = (parent, None)

    def _fill(self, parent: Node, key: Node, node: Node) -> None:
        if key.raw in parent.value:
            first = parent.keys[key.raw].line + 1
            self._problem(key, "duplicate-key", f'"{key.raw}" stands here twice, first in line {first}', "keep one")
        elif key.raw == "<<" and not key.quoted:
            self._problem(key, "merge-key", "merge keys (`<<`) are not read", "use `defaults`, `vars` or `characters`")
        else:
            parent.value[key.raw] = node
            parent.keys[key.raw] = key

    def _key(self, event: yaml.Event, node: Node) -> Node:
        if isinstance(node.value, dict | list):
            raise self._stop(event, "key", "a key must be plain text", "put quotes around text that has { or [ in it")
        if node.value is None and not node.quoted:
            raise self._stop(event, "key", "a key is missing here", 'write the key before ":", in quotes where unsure')
        return node

    def _aliased(self, event: yaml.AliasEvent) -> Node:
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            raise self._stop(event, "too-many", f"more than {MAX_ALIASES} aliases", "use `vars` or `defaults`")
        node = self.anchors.get(str(event.anchor))
        if node is None:
            raise self._stop(event, "alias", f"*{event.anchor} has no anchor before it", f"write &{event.anchor} first")
        if any(node is parent for parent, _ in self.open):
            raise self._stop(event, "alias", f"*{event.anchor} stands inside itself", "write the value out")
        return node

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        self._refuse_tag(event)
        node = self._node(event, event.value)
        node.raw = event.value
        node.quoted = event.style is not None and event.style != ""
        if not node.quoted:
            node.value = self._resolve(node, event.value)
        if bad := _FORBIDDEN.search(event.value):
            message = f"the character U+{ord(bad[0]):04X} is not allowed in a storyboard"
            self._problem(node, "control-character", message, "delete the escape that makes it")
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _resolve(self, node: Node, text: str) -> Any:
        if text in _WORDS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        if _NOT_JSON.match(text):
            self._problem(node, "number", f"{text} is no number that a storyboard can use", "put quotes around text")
        if len(text) > MAX_DIGITS and (_INT.match(text) or _FLOAT.match(text)):
            self._problem(node, "number", f"a number of {len(text):,} digits", "put quotes around text")
            return 0
        if _INT.match(text):
            return int(text)
        if _OCT.match(text) or _HEX.match(text):
            return int(text, 0)
        return float(text) if _FLOAT.match(text) else text

    def _refuse_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            raise self._stop(event, "tag", f"tags ({event.tag}) are not read", "delete the tag")

    def _node(self, event: Any, value: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        return Node(value, start.line, start.column, end.line, end.column)

    def _problem(self, node: Node, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(code, "", message, hint, place_of(self.file, self.lines, node)))

    def _stop(self, event: yaml.Event, code: str, message: str, hint: str) -> BadInput:
        self._problem(self._node(event, ""), code, message, hint)
        return BadInput(self.problems)


def _mend(problem: str, line: str) -> str:
    if "\\t" in problem or "\t" in line[: len(line) - len(line.lstrip())]:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in problem:
        return "put quotes around text that has a colon in it"
    if "found character" in problem or "@" in line:
        return "put quotes around text that begins with @, `, %, & or *"
    return "check the indentation and the quotes"
