"""The tables of docs/storyboard.md, made from the schema: `python docs/make_reference.py` writes them into the page.

The page is written by hand but for the lists and tables below the marks `<!-- contents -->`, `<!-- fields POINTER -->`,
`<!-- spellings -->` and `<!-- instead -->`. A test holds the page and the schema together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import schema

PAGE = Path(__file__).with_name("storyboard.md")
SCHEMA = "storyboard.schema.json"
_REGION = re.compile(r"^<!-- (contents|fields|spellings|instead) ?(\S*) -->\n(?:\n(?:[|-].*\n)+)?", re.MULTILINE)
_HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)  # a comment of YAML looks like a heading
_TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page."""

    level: int  # 2 or 3
    title: str
    at: int  # where it begins, in characters

    @property
    def link(self) -> str:
        """The heading as a link to it, by the anchor that code hosts give it."""
        return f"[{self.title}](#{self.anchor})"

    @property
    def anchor(self) -> str:
        """Letters, digits and dashes."""
        return re.sub(r"[^\w -]", "", self.title.lower()).replace(" ", "-")


def made(page: str) -> str:
    """The page with its tables made anew."""
    homes = _homes(page)

    def region(match: re.Match[str]) -> str:
        kind, pointer = match[1], match[2]
        if kind == "contents":
            lines = _contents(page)
        elif kind == "fields":
            lines = ["| field | value | without it | meaning |", "|---|---|---|---|", *_rows(pointer, homes)]
        elif kind == "spellings":
            lines = ["| in | ours, and the words of other tools |", "|---|---|", *_spellings(homes)]
        else:
            lines = ["| in | word | instead |", "|---|---|---|", *_instead(homes)]
        return "\n".join([match[0].partition("\n")[0], "", *lines, ""])

    return _REGION.sub(region, page)


def _contents(page: str) -> list[str]:
    lines: list[str] = []
    for heading in headings(page):
        if heading.level == 2:
            lines.append(f"- {heading.link}")
        else:
            lines[-1] += (", " if ":" in lines[-1] else ": ") + heading.link
    return lines


def headings(page: str) -> list[Heading]:
    """The headings of the page, without its title."""
    bare = _CODE.sub(lambda code: " " * len(code[0]), page)
    return [Heading(len(match[1]), match[2], match.start()) for match in _HEADING.finditer(bare)]


def told(page: str) -> list[str]:
    """Pointers of the rules whose fields the page has a table of, in its order."""
    return [match[2] for match in _REGION.finditer(page) if match[1] == "fields"]


def _homes(page: str) -> dict[str, Heading]:
    """Under which heading the fields of each rule are told."""
    found = {}
    for match in _REGION.finditer(page):
        if match[1] == "fields":
            found[match[2]] = [heading for heading in headings(page) if heading.at < match.start()][-1]
    return found | {pointer.removesuffix("/then"): home for pointer, home in found.items()}


def _rows(pointer: str, homes: Mapping[str, Heading]) -> Iterator[str]:
    wanted = _rule(pointer).get("required", ())
    for field in _fields([pointer]):
        name, found = field.rpartition("/")[2], _rule(field)
        meaning = _cell(found["description"])
        if "enum" in found:
            meaning += " One of " + ", ".join(f"`{word}`" for word in found["enum"]) + "."
        without = "needed" if name in wanted else _without(field, homes)
        yield f"| `{name}` | {_value(field, homes)} | {without} | {meaning} |"


def _value(field: str, homes: Mapping[str, Heading]) -> str:
    """What may stand there, in the words of people."""
    found = _rule(field)
    words = found.get("x-type") or ("word" if "enum" in found else _TYPES.get(found.get("type", ""), ""))
    if not words and "items" in found:
        words = "list, each a " + _link(_origin(field, "items"), homes)
    elif not words and "properties" in found:
        words = _link(field, homes)
    elif not words:
        words = "names, each with a " + _link(_origin(field, "additionalProperties"), homes)
    return words.replace("text", "template", 1) if found.get("x-template") else words


def _without(field: str, homes: Mapping[str, Heading]) -> str:
    """What holds where it is not said."""
    found = _rule(field)
    shared = set(_chain(field)) & {_chain(f"$defs/defaults/properties/{name}")[-1] for name in _defaults()}
    if shared and not field.startswith("$defs/defaults/"):
        return f"that of {homes['$defs/defaults'].link.lower()}"
    if "x-default" in found:
        return str(found["x-default"])
    default = found["default"]
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`" if default or default == 0 else ""


def _defaults() -> Rule:
    fields: Rule = _rule("$defs/defaults")["properties"]
    return fields


def _link(field: str, homes: Mapping[str, Heading]) -> str:
    """What a rule is called, with a link to where its fields are told."""
    home = next((homes[pointer] for pointer in _chain(field) if pointer in homes), None)
    title = str(_rule(field)["title"]).lower()
    return f"[{title}](#{home.anchor})" if home else title


def _spellings(homes: Mapping[str, Heading]) -> Iterator[str]:
    seen: set[str] = set()
    for home in dict.fromkeys(homes.values()):
        words = []
        for field in _fields(pointer for pointer, heading in homes.items() if heading == home):
            name, spellings = field.rpartition("/")[2], _rule(field).get("x-spellings", ())
            target = f"{_chain(field)[-1]} {name}"
            if spellings and target not in seen:
                seen.add(target)
                words.append(f"`{name}`: {', '.join(spellings)}")
        if words:
            yield f"| {home.link} | {'; '.join(words)} |"


def _fields(pointers: Iterable[str]) -> Iterator[str]:
    """Pointers to the fields of some rules."""
    for pointer in pointers:
        yield from (f"{pointer}/properties/{name}".lstrip("/") for name in _rule(pointer).get("properties", ()))


def _instead(homes: Mapping[str, Heading]) -> Iterator[str]:
    """What other tools have a word for and we do not, those of one answer together."""
    for pointer, home in homes.items():
        words: dict[str, list[str]] = {}
        for word, instead in _rule(pointer).get("x-instead", {}).items():
            words.setdefault(instead, []).append(f"`{word}`")
        yield from (f"| {home.link} | {', '.join(found)} | {_cell(instead)} |" for instead, found in words.items())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _rule(pointer: str) -> Rule:
    """The rule at a pointer into the schema, what it refers to written out under what it says itself."""
    found: dict[str, Any] = {}
    for each in reversed(_chain(pointer)):
        found |= _at(each)
    return found


def _chain(pointer: str) -> list[str]:
    """The pointer, and those that lead on from it by reference."""
    found = [pointer]
    while reference := _at(found[-1]).get("$ref"):
        found.append(reference.removeprefix("#/"))
    return found


def _origin(pointer: str, key: str) -> str:
    """Pointer to what the rule says under a key, wherever in its chain that stands."""
    return next(f"{each}/{key}" for each in _chain(pointer) if key in _at(each))


def _at(pointer: str) -> Any:
    found: Any = schema.load(SCHEMA)
    for step in filter(None, pointer.split("/")):
        found = found[step]
    return found


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
