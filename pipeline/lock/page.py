"""The text of a lock becomes sections of lines, each a key and its JSON, and such sections become text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import BadInput, Place, Problem

SECTIONS = ("shots", "takes", "requests", "sources")
_HEAD = "# What was paid for and which take each shot uses: written by storyreel, committed with the storyboard.\n"
# As every YAML reads it a text: what begins with a digit or a point may be a number or a date, 1_000 or 2026-11-03.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = re.compile(r"true|false|null|yes|no|on|off|y|n", re.IGNORECASE)
# What YAML takes for the end of a line, or not at all.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_LINE = re.compile(r'(?P<space> *)(?P<key>"(?:[^"\\]|\\.)*"|[^\s":#][^\s":#]*(?:://[^\s"#]+)?):(?: (?P<value>\S.*))?')
_CONFLICT = re.compile(r"(<{7}|={7}|>{7}|\|{7})( |$)")
_RESTORE = "take it back from git, or delete it: kept takes are found again in the store"
_FOREIGN = "this is not as storyreel writes it"
_BOTH = "two branches changed the same place, and git left both"
_CHOOSE = "delete the markers; keep every line of takes and requests, and of lines with one key the one you want"

Section = Mapping[str, str]  # key -> JSON, as it stands in the line
Page = Mapping[str, Mapping[str, Section]]  # origin -> name of a section -> lines


@dataclass(frozen=True, slots=True)
class Header:
    """What the lock says of itself."""

    format: int
    recipe: int


def read(
    text: str, file: str, newest: Header, legal: Callable[[str, str, str], bool] = lambda *_: True
) -> tuple[Header, Page]:
    """The header and the sections. Raises BadInput for what is not as `write` has it, or newer than `newest`.

    `legal` tells of a section, a key and its JSON whether they may stand there.
    """
    numbers: dict[str, int] = {}
    page: dict[str, dict[str, dict[str, str]]] = {}
    origin = section = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip("\r"))
        if not match:
            raise _wrong(file, number, line, *((_BOTH, _CHOOSE) if _CONFLICT.match(line) else (_FOREIGN, _RESTORE)))
        depth, key, value = len(match["space"]), _key(match["key"]), match["value"]
        if depth == 0 and value is not None and key in Header.__dataclass_fields__ and value.isdecimal():
            numbers[key] = int(value[:9])
            if numbers[key] > getattr(newest, key):
                raise _wrong(file, number, line, "a newer storyreel wrote it", "upgrade storyreel")
        elif depth == 0 and value is None and "://" in key:
            origin, section = key, ""
            page.setdefault(origin, {name: {} for name in SECTIONS})
        elif depth == 2 and value is None and origin and key in SECTIONS:
            section = key
        elif depth == 4 and value is not None and section:
            if key in page[origin][section]:
                raise _wrong(file, number, line, f"{key} stands there twice", "delete the line that is not wanted")
            if not legal(section, key, value):
                raise _wrong(file, number, line, _FOREIGN)
            page[origin][section][key] = value
        else:
            raise _wrong(file, number, line, _FOREIGN)
    return Header(numbers.get("format", 0), numbers.get("recipe", 0)), page


def write(header: Header, page: Page) -> str:
    """The text, in order of the keys."""
    return "".join(_lines(header, page))


def as_json(value: object) -> str:
    """A value as JSON that YAML reads likewise, on one line; keys in order."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(", ", ": "))
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def refusal(file: str, message: str, hint: str = _RESTORE) -> BadInput:
    """The error for a lock that can't be used as a whole."""
    return BadInput([Problem("lock", "", message, hint, Place(file, 0, 0, 1, ""))])


def _lines(header: Header, page: Page) -> Iterator[str]:
    yield f"{_HEAD}format: {header.format}\nrecipe: {header.recipe}\n"
    for origin in sorted(page):
        if any(page[origin].values()):
            yield f"{_written(origin)}:\n"
        for name in SECTIONS:
            lines = page[origin].get(name, {})
            if lines:
                yield f"  {name}:\n"
                yield from (f"    {_written(key)}: {lines[key]}\n" for key in sorted(lines))


def _written(key: str) -> str:
    return key if _PLAIN.fullmatch(key) and not _WORDS.fullmatch(key) else as_json(key)


def _key(written: str) -> str:
    try:
        return str(json.loads(written)) if written.startswith('"') else written
    except ValueError:
        return written


def _wrong(file: str, number: int, line: str, fault: str, hint: str = _RESTORE) -> BadInput:
    return BadInput([Problem("lock", "", fault, hint, Place(file, number, 1, max(1, len(line.strip())), line))])
