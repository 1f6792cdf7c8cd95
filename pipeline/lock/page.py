"""The text of a lock becomes sections of lines, each a key and its JSON, and such sections become text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import BadInput, Place, Problem

SECTIONS = ("shots", "takes", "requests", "sources")
# Whose lines change: git takes two edits of neighbouring lines for a conflict, unless a line between them stays.
_REWRITTEN = frozenset({"shots", "takes"})
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
_STRAYED = "git joined two branches here, and of which server's takes this line tells is not to be seen"
_MOVE = "take both versions from git, and move what one has and the other lacks below its own server"

Section = Mapping[str, str]  # key -> JSON, as it stands in the line
Page = Mapping[str, Mapping[str, Section]]  # origin -> name of a section -> lines


@dataclass(frozen=True, slots=True)
class Header:
    """What the lock says of itself."""

    format: int
    recipe: int


Judge = Callable[[str, str, str], str]  # told a section, a key and its JSON


def read(text: str, file: str, newest: Header, place: Judge, fault: Judge) -> tuple[Header, Page]:
    """The header and the sections. Raises BadInput for what `write` would not have written, or newer than `newest`.

    Lines may stand in any order, as a union merge of git leaves them: `place` tells of the section that a line stands
    in, its key and its JSON the section that it belongs to; "" for none, and `fault` what is wrong with it then. The
    same line twice says what it says once.
    """
    numbers: dict[str, int] = {}
    reading = _Reading(place)
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
            reading.enter(number, line, key)
        elif depth == 2 and value is None and reading.origin and key in SECTIONS:
            reading.step(number, line, key)
        elif depth != 4 or value is None or not reading.origin:
            raise _wrong(file, number, line, _FOREIGN)
        elif not reading.fact(number, line, key, value):
            why = fault(reading.section, key, value) if reading.section else ""
            raise _wrong(file, number, line, _FOREIGN + (f": {why}" if why else ""))
    if wrong := reading.fault():
        raise _wrong(file, *wrong)
    return Header(numbers.get("format", 0), numbers.get("recipe", 0)), reading.page


class _Reading:
    """What was read so far, and the first line that stands where only a merge can have put it."""

    def __init__(self, place: Judge) -> None:
        self.place = place
        self.page: dict[str, dict[str, dict[str, str]]] = {}
        self.origin = self.section = ""
        self._last = "", 0, ""
        self._strayed: tuple[int, str] | None = None
        self._doubled: tuple[int, str, str] | None = None

    def enter(self, number: int, line: str, origin: str) -> None:
        """From here on it is about that origin."""
        self.page.setdefault(origin, {name: {} for name in SECTIONS})
        self.origin = origin
        self.step(number, line, "")

    def step(self, number: int, line: str, section: str, key: str = "") -> None:
        """The next line in the order of `write`, or one that is out of it."""
        here = self.origin, SECTIONS.index(section) + 1 if section else 0, key
        if here <= self._last:
            self._strayed = self._strayed or (number, line)
        self.section, self._last = section, here

    def fact(self, number: int, line: str, key: str, value: str) -> bool:
        """Whether a key and its JSON belong into some section; then they are read."""
        own = self.place(self.section, key, value)
        if not own:
            return False
        if own == self.section:
            self.step(number, line, own, key)
        else:
            self._strayed = self._strayed or (number, line)
        if self.page[self.origin][own].setdefault(key, value) != value:
            self._doubled = self._doubled or (number, line, key)
        return True

    def fault(self) -> tuple[int, str, str, str] | None:
        """Line, fault and hint. Of lines out of order all can be told but the server whose takes they are about."""
        if self._strayed and len(self.page) > 1:
            return *self._strayed, _STRAYED, _MOVE
        if self._doubled:
            number, line, key = self._doubled
            return number, line, f"{key} stands there twice", "delete the line that is not wanted"
        return None


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
                apart = "\n" if name in _REWRITTEN else ""
                yield from (f"    {_written(key)}: {lines[key]}\n{apart}" for key in sorted(lines))


def _written(key: str) -> str:
    return key if _PLAIN.fullmatch(key) and not _WORDS.fullmatch(key) else as_json(key)


def _key(written: str) -> str:
    try:
        return str(json.loads(written)) if written.startswith('"') else written
    except ValueError:
        return written


def _wrong(file: str, number: int, line: str, fault: str, hint: str = _RESTORE) -> BadInput:
    return BadInput([Problem("lock", "", fault, hint, Place(file, number, 1, max(1, len(line.strip())), line))])
