"""YAML text becomes a tree of nodes that know where they stand. Read from PyYAML's events, by YAML 1.2's core rules.

Only events come from PyYAML: its composer overruns the C stack on deep nesting, and its resolver reads `no` as False,
`1:30` as 90 and `010` as 8. Anything that could surprise (merge keys, tags, a key given twice) is a problem instead.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from typing import Any

import yaml

from pipeline.errors import MOST, BadInput, Place, Problem
from pipeline.storyboard import syntax
from pipeline.storyboard.nodes import Node, Source, Text, place_of, whole_file

MAX_BYTES = 1 << 20  # of a file
MAX_NODES = 100_000  # with every alias counted as what it stands for
MAX_DEPTH = 64
MAX_ALIASES = 100
MAX_DIGITS = 40  # of a number, its exponent apart


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # 4 times faster where libyaml was built in
_INT = re.compile(r"[-+]?[0-9]+\Z")
_OCT = re.compile(r"0o[0-7]+\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_BRIEF = re.compile(rf"[^eE]{{1,{MAX_DIGITS}}}([eE][-+]?[0-9]{{1,2}})?\Z")  # of 1e999999999 a fraction takes hours
_NOT_JSON = re.compile(r"([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
API_KEY = re.compile(r"api[_-]?key", re.IGNORECASE)
_GIVEN_AWAY = re.compile(r"(?P<name>api[_-]?key\w{0,20}[\"']?\s{0,9}:\s{0,9})(?P<value>[^\s,}]+)", re.IGNORECASE)
_NOT_TEXT = frozenset("+-.0123456789~ntfNTF")  # what a plain scalar that is no text begins with
_NULLS = frozenset({"~", "null", "Null", "NULL"})
_BOOLS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def read(file: str, data: bytes, folder: str = "") -> tuple[Source, tuple[Problem, ...]]:
    """The tree of a YAML file, and the problems that do not hinder reading on.

    Raises BadInput where nothing can be read: no UTF-8, no YAML, too large, too deep.
    """
    whole_text, text = read_text(file, data, folder)
    composer = _Composer(replace(text, lines=tuple(map(_masked, text.lines))))
    text = composer.text
    return Source(text, composer.compose(whole_text)), tuple(composer.problems)


def read_text(file: str, data: bytes, folder: str = "") -> tuple[str, Text]:
    """The words of a text file, and its lines. Raises BadInput where it is too large or no text."""
    if len(data) > MAX_BYTES:
        raise _fatal(file, "too-large", f"the file is larger than {MAX_BYTES >> 20} MiB", "split it")
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _fatal(file, "encoding", "this is no text", "name a text file") from error
        line = data[: error.start].count(b"\n") + 1
        raise _fatal(file, "encoding", f"line {line} is not UTF-8 text", "save the file as UTF-8") from error
    lines = tuple(re.split(r"\r\n|\n|\r|\x85|\u2028|\u2029", words))
    _refuse_control_characters(file, lines)
    return words, Text(file, lines, folder)


def _masked(line: str) -> str:
    """The line as it may be shown: what was written as an API key by mistake must not reach a log."""
    return _GIVEN_AWAY.sub(lambda match: match["name"] + "*" * len(match["value"]), line) if ":" in line else line


def _fatal(file: str, code: str, message: str, hint: str) -> BadInput:
    return BadInput([Problem(code, "", message, hint, whole_file(file))])


def _refuse_control_characters(file: str, lines: tuple[str, ...]) -> None:
    found = [
        Problem(
            "control-character", "", f"the character U+{ord(match[0]):04X} is not allowed in a storyboard",
            "delete it", Place(file, number, match.start() + 1, 1, line),
        )
        for number, line in enumerate(lines, 1)
        for match in FORBIDDEN.finditer(line)
    ]  # fmt: skip
    if found:
        raise BadInput(found[:20])


def _copied(node: Node) -> Node:
    """The same node once more, and all below it: what is mended at one place must not change at another."""
    again = copy(node)
    again.keys = dict(node.keys)
    if isinstance(node.value, dict):
        again.value = {key: _copied(child) for key, child in node.value.items()}
    elif isinstance(node.value, list):
        again.value = [_copied(child) for child in node.value]
    return again


class _Composer:
    """Builds the tree with a stack of its own, so that no nesting can overrun Python's or C's."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.anchors: dict[str, Node] = {}
        self.open: list[tuple[Node, Node | None]] = []  # collections being read, each with the key it waits to fill
        self.aliases = 0
        self.repeated = 0  # nodes that stand in the tree once more for an alias
        self.root: Node | None = None

    def compose(self, text: str) -> Node:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            raise self._syntax(error) from error
        except (yaml.YAMLError, ValueError) as error:
            raise _fatal(self.text.file, "yaml", f"not readable as YAML: {error}", "") from error
        if self.root is None or (self.root.value is None and not self.root.quoted):
            raise _fatal(self.text.file, "empty", "the file is empty", "`storyreel init` writes a board to start from")
        return self.root

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(event, self._scalar(event))
        elif isinstance(event, yaml.CollectionStartEvent):
            self._enter(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._leave(event)
        elif isinstance(event, yaml.AliasEvent):
            self._add(event, self._aliased(event))
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise self._stop(event, "documents", "a storyboard is one document", "delete from this `---` on")

    def _syntax(self, error: yaml.MarkedYAMLError) -> BadInput:
        if "nesting depth" in str(error.problem):  # PyYAML 6.0.4 and newer have a limit of their own, above ours
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            node = Node("", line, column, line, column + 1, self.text)
            return self._stop(node, "too-deep", f"nested more than {MAX_DEPTH} deep", "flatten it")
        message, hint, at = syntax.explain(error, self.text.lines)
        place = place_of(Node("", *at, at[0], at[1] + 1, self.text)) if at else whole_file(self.text.file)
        return BadInput([*self.problems, Problem("yaml", "", message, hint, place)])

    def _enter(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self._stop(event, "too-deep", f"nested more than {MAX_DEPTH} deep", "flatten it")
        self._refuse_tag(event)
        node = self._node(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
        node.height = 1
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
        parent.height = max(parent.height, node.height + 1)
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
            line = self.text.lines[node.line]
            if line[node.column - 1 : node.column + 1] == "{{":
                node.column -= 1
                message, hint = "text that begins with {{ must stand in quotes", 'write "{{ name }} and so on"'
                raise self._stop(node, "key", message, hint)
            raise self._stop(node, "key", "a key must be plain text", "put quotes around text that has { or [ in it")
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
        if len(self.open) + node.height > MAX_DEPTH:
            raise self._stop(event, "too-deep", f"nested more than {MAX_DEPTH} deep, aliases counted", "flatten it")
        self.repeated += node.size
        if self.repeated > MAX_NODES:
            raise self._stop(event, "too-many", f"more than {MAX_NODES:,} values, aliases counted", "split the file")
        return _copied(node)

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        self._refuse_tag(event)
        node = self._node(event, event.value)
        node.raw = event.value
        node.quoted = event.style is not None and event.style != ""
        if not node.quoted:
            node.value = self._resolve(node, event.value)
        elif event.style == '"' and (bad := FORBIDDEN.search(event.value)):
            message = f"the character U+{ord(bad[0]):04X} is not allowed in a storyboard"
            hint = "delete the escape that makes it; a backslash is written \\\\"
            self._problem(node, "control-character", message, hint)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _resolve(self, node: Node, text: str) -> Any:
        if text[:1] not in _NOT_TEXT:
            return text or None
        if text in _NULLS:
            return None
        if text in _BOOLS:
            return _BOOLS[text]
        octal_or_hex = _OCT.match(text) or _HEX.match(text)
        if not (octal_or_hex or _FLOAT.match(text)):
            if _NOT_JSON.match(text):
                message = f"{text} is no number that a storyboard can use"
                self._problem(node, "number", message, "write a number, or quotes around text")
            return text
        if len(text) > MAX_DIGITS if octal_or_hex else not _BRIEF.match(text):
            message = f"a number of {len(text):,} characters" if len(text) > MAX_DIGITS else f"{text} is out of reach"
            self._problem(node, "number", message, "write a number that a film can use, or quotes around text")
            return text
        if octal_or_hex:
            return int(text, 0)
        return int(text) if _INT.match(text) else float(text)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag and event.tag != "!":
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self._stop(event, "tag", f"tags ({written}) are not read", "delete the tag")

    def _node(self, event: Any, value: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        return Node(value, start.line, start.column, end.line, end.column, self.text)

    def _problem(self, node: Node, code: str, message: str, hint: str) -> None:
        self.problems.append(Problem(code, "", message, hint, place_of(node)))
        if len(self.problems) == MOST:
            raise BadInput(self.problems)

    def _stop(self, at: yaml.Event | Node, code: str, message: str, hint: str) -> BadInput:
        self._problem(at if isinstance(at, Node) else self._node(at, ""), code, message, hint)
        return BadInput(self.problems)
