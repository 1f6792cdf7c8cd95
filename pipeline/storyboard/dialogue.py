"""What authors write as a line of dialogue and YAML reads as something else: told in words of lines and speakers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipeline.errors import Place
from pipeline.storyboard.nodes import Node, Path, Source, fields_of, place_of


@dataclass(frozen=True, slots=True)
class Trap:
    """A line that does not say what its author meant."""

    index: int  # of the line in its dialogue
    message: str
    hint: str
    place: Place


# A name, and behind it something quoted; a name, and behind it the line. Bounded: what is longer is no name, and would
# take long to say so.
_SPEECH = re.compile(r"(\w[\w ]{0,60}?(?: ?\([^()]{0,200}\))?)\s{0,4}[:-]?\s{0,4}([\"“].*)\Z")
_TOGETHER = re.compile(r"(\w[\w ]{0,60}?(?: ?\([^()]{0,200}\))?)\s{0,4}(?::|\s-)\s+(\S.*)\Z")
_LINE = 'write a speaker, a colon, a space and the line: keeper (under his breath): "Not tonight, boy."'
_APART = "the line has a comma and no quotes, so YAML took it apart"


def trap(source: Source, path: Path, error: Any) -> Trap | None:
    """What to say where the member of a dialogue that broke a rule is a line without its quotes or its colon."""
    index = path[-1] if path else None
    if not isinstance(index, int) or path[-2:-1] != ("dialogue",):
        return None
    node = source.node(path)
    if error.validator == "maxProperties" and error.validator_value == 1:
        return _in_braces(node, index)
    if error.validator == "type" and isinstance(node.value, str):
        return _in_brackets(source.node(path[:-1]), index) or _without_colon(node, index)
    return None


def _in_braces(node: Node, index: int) -> Trap | None:
    """{keeper: Not tonight, boy.} is a key with a text, and a key with nothing."""
    (speaker, first), *others = fields_of(node).items()
    if not others or any(child.value is not None for _, child in others):
        return None
    return Trap(index, _APART, _quote(speaker, [first.raw, *(key for key, _ in others)]), place_of(node))


def _in_brackets(lines: Node, index: int) -> Trap | None:
    """[keeper: Not tonight, boy.] is a list of a line, and of a text; told once, however many commas there are."""
    members: list[Node] = lines.value
    begin = index
    while begin and isinstance(members[begin].value, str):
        begin -= 1
    fields = fields_of(members[begin])
    if len(fields) != 1 or members[begin].line != members[index].line:
        return None
    (speaker, first), *_ = fields.items()
    end = begin + 1
    while end < len(members) and isinstance(members[end].value, str):
        end += 1
    if first.quoted or lines.column == members[begin].column:
        return None
    pieces = [first.raw, *(text.raw for text in members[begin + 1 : end])]
    return Trap(begin, _APART, _quote(speaker, pieces), place_of(first))


def _without_colon(node: Node, index: int) -> Trap:
    match = _SPEECH.match(node.raw) or _TOGETHER.match(node.raw)
    hint = _quote(match[1], [match[2].strip('"“”')]) if match else _LINE
    message = "a line of dialogue has a speaker, and a colon and a space behind it"
    if node.quoted and match:
        message = "speaker and line stand in one pair of quotes"
    return Trap(index, message, hint, place_of(node))


def dashed(lines: Node) -> str:
    """How to write lines that stand below `dialogue` without a dash."""
    (speaker, first), *_ = fields_of(lines).items()
    said = (
        str(first.value).replace("\\", "\\\\").replace('"', '\\"')
        if isinstance(first.value, str)
        else "Not tonight, boy."
    )
    return f'begin each line with a dash: - {speaker}: "{said}"'


def _quote(speaker: str, pieces: list[str]) -> str:
    return f'quote the line: {speaker}: "{", ".join(pieces)}"'
