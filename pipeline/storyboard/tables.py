"""A table of values that go together, one line a row: CSV, or JSON lines. Its values are data and never templates."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pipeline.errors import MOST, BadInput, MediaError, Place, Problem, printable
from pipeline.storyboard import reading
from pipeline.storyboard.bibles import shown
from pipeline.storyboard.board import Row
from pipeline.storyboard.build import located
from pipeline.storyboard.nodes import Source, Text, fields_of
from pipeline.storyboard.reading import FORBIDDEN

MAX_ROWS = 50_000
MAX_VALUE = 4000  # characters, as of a variable in a storyboard
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_RULE = "a name is letters, digits and _, and begins with a letter"


class _Wrong(Exception):
    """Something in one line of a table."""

    def __init__(self, line: int, message: str, hint: str, find: str = "") -> None:
        super().__init__(message)
        self.line, self.message, self.hint = line, message, hint
        self.find = find  # to point at, where it stands last; "" for the whole line


class _Fraction(str):
    """A number of a JSON line that is not whole, as it is written there."""


def rows(source: Source, near: Callable[[str], bytes]) -> tuple[tuple[Row, ...], list[Problem]]:
    """The lines of the table that the variants come from, if any does; and what is wrong with it."""
    node = fields_of(source.root.child("variants")).get("from")
    if node is None:
        return (), []
    name = located(node)
    try:
        words, text = reading.read_text(shown(source.text, name), near(name))
    except MediaError as error:
        return (), [Problem("file", "variants.from", error.reason, error.hint, source.place(("variants", "from")))]
    except BadInput as bad:
        return (), list(bad.problems)
    found: list[Row] = []
    problems: list[Problem] = []
    for row in _read(name, words, text):
        if isinstance(row, Row):
            found.append(row)
        else:
            problems.append(_problem(text, row))
        if len(problems) == MOST:
            break
    if not found and not problems:
        problems.append(_problem(text, _Wrong(1, "the table has no rows", "write a line of values for each variant")))
    return tuple(found), problems


def _problem(text: Text, wrong: _Wrong) -> Problem:
    line = text.lines[wrong.line - 1] if 0 < wrong.line <= len(text.lines) else ""
    at = max(0, line.rfind(wrong.find)) if wrong.find else 0
    length = len(wrong.find) if wrong.find and wrong.find in line else max(1, len(line.rstrip()) - at)
    return Problem("table", "", wrong.message, wrong.hint, Place(text.file, wrong.line, at + 1, length, line))


def _read(name: str, words: str, text: Text) -> Iterator[Row | _Wrong]:
    lines = _json_lines(text) if name.casefold().endswith((".jsonl", ".ndjson", ".json")) else _csv_lines(words, text)
    try:
        for number, row in enumerate(lines):
            if number == MAX_ROWS:
                raise _Wrong(row.line, f"the table has more than {MAX_ROWS:,} rows", "split it")
            yield row
    except _Wrong as wrong:
        yield wrong


def _csv_lines(words: str, text: Text) -> Iterator[Row | _Wrong]:
    head = text.lines[0] if text.lines else ""
    delimiter = next((mark for mark in (",", ";", "\t") if mark in head), ",")
    reader = csv.reader(words.splitlines(keepends=True), delimiter=delimiter, strict=True)
    begun = 1  # where the row begins that is being read: one in quotes goes on over line breaks
    try:
        names = [name.strip() for name in next(reader, [])]
        _refuse_names(1, names)
        begun = reader.line_num + 1
        for cells in reader:
            begun = reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                yield _Wrong(reader.line_num, *_uneven(len(cells), len(names), delimiter))
            else:
                yield _row(reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=True)))
    except csv.Error as error:
        raise _quotes(begun, error) from error


def _uneven(values: int, names: int, delimiter: str) -> tuple[str, str]:
    """Message and hint for a line with more or fewer values than there are names."""
    mark = {",": "a comma", ";": "a semicolon", "\t": "a tab"}[delimiter]
    hint = f"put quotes around a value with {mark} in it" if values > names else "write a value for each name"
    return f"this line has {values} value{'s' * (values > 1)}, and the first line {names} names", hint


def _quotes(line: int, error: csv.Error) -> _Wrong:
    """What is wrong with the quotes of the row that begins in that line: nothing else is no CSV."""
    if "expected after" in str(error):
        return _Wrong(line, "text goes on behind closing quotes", 'quote the whole value, and write "" for " inside it')
    if "end of data" in str(error):
        return _Wrong(line, "quotes are opened here and never closed", 'close them, or write "" for " inside them')
    return _Wrong(line, f"not readable as CSV: {error}", "check the quotes in this line")


def _json_lines(text: Text) -> Iterator[Row | _Wrong]:
    names: list[str] = []
    for number, line in enumerate(text.lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=_once, parse_float=_Fraction, parse_constant=_Fraction)
        except _Twice as error:
            yield _Wrong(number, "a name stands in this line twice", "keep one", json.dumps(error.args[0]))
            continue
        except (ValueError, RecursionError):
            yield _Wrong(number, "this line is no JSON", 'each line is one object, such as {"market": "de"}')
            continue
        if not isinstance(value, dict) or not value:
            yield _Wrong(number, "this line is no object with values", 'write it like {"market": "de"}')
            continue
        if not names:
            names = list(value)
            _refuse_names(number, names)
        if value.keys() != set(names):
            odd = ", ".join(sorted(value.keys() ^ set(names)))
            yield _Wrong(
                number, f"this line differs from the first in: {printable(odd)[:100]}", "give all lines the same names"
            )
        else:
            yield _row(number, {name: value[name] for name in names})


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1))
    return found


def _refuse_names(line: int, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not name:
            raise _Wrong(line, "a name is empty", "give each column a name, or take it out")
        if not _NAME.match(name):
            raise _Wrong(line, f'"{name[:60]}" can\'t be the name of a variable', _RULE, name)
        if name in seen:
            raise _Wrong(line, f'"{name}" stands here twice', "keep one", name)
        seen.add(name)


def _row(line: int, values: dict[str, Any]) -> Row | _Wrong:
    for name, value in values.items():
        if isinstance(value, _Fraction):
            return _Wrong(line, f"{name} is not a whole number", f'put it in quotes: "{value[:60]}"', value)
        if not isinstance(value, str | int):
            hint = "give it a column of its own for each value" if value else 'leave its text empty: ""'
            return _Wrong(line, f"{name} is no text, whole number, true or false", hint, name)
        if isinstance(value, str) and len(value) > MAX_VALUE:
            return _Wrong(line, f"{name} is longer than {MAX_VALUE:,} characters", "shorten it", name)
        if isinstance(value, str) and (bad := FORBIDDEN.search(value)):
            message = f"the character U+{ord(bad[0]):04X} is not allowed in a storyboard"
            return _Wrong(line, message, "delete the escape that makes it", name)
        if isinstance(value, int) and abs(value) > 10**15:
            return _Wrong(line, f"{name} is out of reach", "put it in quotes", name)
    return Row(values, line)
