"""PyYAML's complaint about a text becomes a sentence for people: what is wrong, how to mend it, and where."""

from __future__ import annotations

import re

import yaml

At = tuple[int, int]  # line and column, from 0

_FLOW = re.compile(r"expected ',' or '[]}]'")
_BLOCK = re.compile(r"did not find expected (key|'-' indicator)|expected <block end>")
_ESCAPE = re.compile(r"unknown escape character|escape code|hexdecimal|hexadecimal")
_ALIGN = "begin it where its neighbours begin"
_SIGN = re.compile(r"[][{},]")  # what divides a line between brackets
# What these can't match they give up at once: a line may have a million characters.
_KEY = re.compile(r"(?:\A|:)([^:]++): ")
_PAIR = re.compile(r"((?:- )*+)([^:]++): (.*)\Z")
_NO_NAME = re.compile(r"\s*(- +)*:(\s|\Z)")
_QUOTES = 'put all of it in quotes, and write \\" for a quote inside them'


def explain(error: yaml.MarkedYAMLError, lines: tuple[str, ...]) -> tuple[str, str, At | None]:
    """Message, hint and place (None where nobody knows it) for a text that is no YAML."""
    context, problem = str(error.context or ""), str(error.problem or "")
    begun, at = _at(error.context_mark), _at(error.problem_mark or error.context_mark)
    line = lines[at[0]] if at and at[0] < len(lines) else ""
    indent = len(line) - len(line.lstrip())
    before, here = (line[: at[1]], line[at[1] : at[1] + 1]) if at else ("", "")
    if at and "\t" in line[:indent]:
        return "a tab can't indent a line", "indent with spaces", (at[0], line.index("\t"))
    if at and _BLOCK.search(problem) and _NO_NAME.match(line):
        return (
            "a name is missing before the colon",
            "write who speaks, or what the value is for",
            (at[0], line.index(":")),
        )
    if "cannot start any token" in problem:
        return f'plain text can\'t begin with "{here}"', "put quotes around it", at
    if at and "mapping values are not allowed" in problem and ":" in before:
        return "plain text can't have a colon and a space in it", _quoted(lines, at, line.strip()), at
    if at and at[1] > indent and _BLOCK.search(problem) and before.rstrip()[-1:] in ('"', "'"):
        return "there are words behind the closing quote", _QUOTES, at
    if at and ("mapping values are not allowed" in problem or _BLOCK.search(problem)):
        return "the indentation does not fit the lines before", _ALIGN, (at[0], indent)
    if "quoted scalar" in context and "end of stream" in problem:
        return "these quotes are never closed", 'close them, or write \\" for a quote inside them', begun
    if _ESCAPE.search(problem):
        return "this is no escape that YAML knows", "write \\\\ for a backslash, and / in the path of a file", at
    if at and here == ":" and _FLOW.search(problem) and (pair := _pair_before(before)):
        text = pair.strip() + _SIGN.split(line[at[1] :], maxsplit=1)[0]
        return "plain text can't have a colon and a space in it", _quoted(lines, at, text), at
    if begun and _FLOW.search(problem):
        message = f"the bracket opened in line {begun[0] + 1} is not closed before this, or a comma is missing"
        return message, "put quotes around text that has one of , [ ] { } in it", at
    if "could not find expected ':'" in problem:
        return "this line is no `key: value`", "write the key, a colon and a space", begun or at
    return " ".join(filter(None, ("not readable as YAML:", context, problem))), "check indentation and quotes", at


def _pair_before(before: str) -> str:
    """The key and the begin of its text that end there, between brackets; "" where there are none."""
    last = _SIGN.split(before)[-1]
    key = _KEY.search(last)
    return last[key.start(1) :] if key else ""


def _quoted(lines: tuple[str, ...], at: At, words: str) -> str:
    """The hint that shows the text behind the first colon in quotes."""
    pair = _PAIR.match(words)
    if not pair:
        return "put quotes around it"
    text = pair[3].replace("\\", "\\\\").replace('"', '\\"')
    return f'quote the {"line" if _in_dialogue(lines, at[0]) else "text"}: {pair[2].strip()}: "{text}"'


def _in_dialogue(lines: tuple[str, ...], number: int) -> bool:
    """Whether the line stands below `dialogue:`, or behind it."""
    own = len(lines[number]) - len(lines[number].lstrip())
    for line in reversed(lines[:number]):
        indent = len(line) - len(line.lstrip())
        if line.strip() and (indent < own or (indent == own and not line.lstrip().startswith("-"))):
            return line.strip().removeprefix("- ") == "dialogue:" or "dialogue:" in lines[number]
    return "dialogue:" in lines[number]


def _at(mark: yaml.Mark | None) -> At | None:
    return (mark.line, mark.column) if mark else None
