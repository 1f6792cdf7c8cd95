"""The filters and tests that templates have: each our own, none can make more text than the meter allows.

Jinja2's own would: `center` and `format` make a gigabyte in half a second, `replace` and `join` one by one out of the
other. Here the length of what a filter makes is paid for before the filter makes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.templates.budget import Meter
from pipeline.templates.failure import TemplateError
from pipeline.templates.operators import bounded
from pipeline.templates.values import Data, kind, shown, whole_number, written

_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its work on the value before the bar, and how many values its brackets take."""

    work: Callable[..., Data]  # of the meter, the value, and what stands in brackets
    least: int = 0
    most: int = 0


def _changed(change: Callable[[str], str]) -> Filter:
    """A filter of text whose result is at most a few times as long: some letters have capitals of three characters."""

    def work(meter: Meter, value: Data) -> str:
        text = written(value)
        meter.make(len(text))
        changed = change(text)
        meter.make(max(0, len(changed) - len(text)))
        return changed

    return Filter(work)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _replace(meter: Meter, value: Data, old: Data, new: Data) -> str:
    text, before, after = written(value), written(old), written(new)
    if not before:
        raise TemplateError("there is nothing to replace in replace", "name the words to replace")
    meter.read(len(text))
    meter.make(max(len(text), len(text) + text.count(before) * (len(after) - len(before))))
    return text.replace(before, after)


def _truncate(meter: Meter, value: Data, most: Data) -> str:
    text, limit = written(value), bounded(most, "truncate")
    if limit < 1:
        raise TemplateError("truncate leaves at least one character", "write truncate(40)")
    if len(text) <= limit:
        return text
    meter.make(limit)
    cut = text[:limit]
    words = cut if text[limit - 1].isspace() else cut[:-1].rpartition(" ")[0] or cut[:-1]
    return words.rstrip() + "…"


def _int(meter: Meter, value: Data) -> int:
    if isinstance(value, int):
        return int(value)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value[:40]) or len(value) > 40:
        raise TemplateError(f"{shown(value)} is no whole number", "write digits")
    meter.step()
    return int(value)


def _length(_: Meter, value: Data) -> int:
    if isinstance(value, int):
        raise TemplateError(f"{shown(value)} is {kind(value)} and has no length", "")
    return len(value)


def _listed(value: Data, meter: Meter) -> tuple[Data, ...]:
    """The items of a list, the keys of a mapping, paid for."""
    if not isinstance(value, tuple | Mapping):
        raise TemplateError(f"{shown(value)} is {kind(value)}, not a list", "write a list: [a, b]")
    meter.step(len(value))
    return tuple(value)


def _join(meter: Meter, value: Data, between: Data = "") -> str:
    texts, separator = [written(each) for each in _listed(value, meter)], written(between)
    meter.make(sum(map(len, texts)) + len(separator) * max(0, len(texts) - 1))
    return separator.join(texts)


def _end(index: int) -> Filter:
    def work(meter: Meter, value: Data) -> Data:
        if not isinstance(value, tuple) or not value:
            what = "an empty list" if value == () else f"{shown(value)} is {kind(value)}, not a list: it"
            raise TemplateError(f"{what} has no {'last' if index else 'first'} item", "ask before: {% if list %}")
        meter.step()
        return value[index]

    return Filter(work)


def _plain_case(value: Data) -> Any:
    return value.lower() if isinstance(value, str) else value


def _sort(meter: Meter, value: Data) -> tuple[Data, ...]:
    items = _listed(value, meter)
    if not (all(map(whole_number, items)) or all(isinstance(each, str) for each in items)):
        raise TemplateError("only numbers, or only texts, can be sorted", "join numbers to text: n ~ ''")
    length = sum(len(each) for each in items if isinstance(each, str))
    meter.make(length)
    meter.read(length * len(items).bit_length())
    return tuple(sorted(items, key=_plain_case))


def _unique(meter: Meter, value: Data) -> tuple[Data, ...]:
    items = _listed(value, meter)
    if any(isinstance(each, tuple | Mapping) for each in items):
        raise TemplateError("only texts and numbers can be told apart by unique", "name a list of texts")
    meter.make(sum(len(each) for each in items if isinstance(each, str)))
    first: dict[Any, Data] = {}
    for each in items:
        first.setdefault((isinstance(each, bool), _plain_case(each)), each)  # True and 1 are one key to Python
    return tuple(first.values())


def _reverse(meter: Meter, value: Data) -> tuple[Data, ...]:
    return _listed(value, meter)[::-1]


FILTERS: Mapping[str, Filter] = {
    "upper": _changed(str.upper),
    "lower": _changed(str.lower),
    "capitalize": _changed(_capital),
    "title": _changed(str.title),
    "trim": _changed(str.strip),
    "replace": Filter(_replace, 2, 2),
    "truncate": Filter(_truncate, 1, 1),
    "default": Filter(lambda _meter, value, *_: value, 1, 2),  # stands for a missing value: see Rendering
    "d": Filter(lambda _meter, value, *_: value, 1, 2),
    "int": Filter(_int),
    "join": Filter(_join, 0, 1),
    "length": Filter(_length),
    "count": Filter(_length),
    "first": _end(0),
    "last": _end(-1),
    "sort": Filter(_sort),
    "unique": Filter(_unique),
    "reverse": Filter(_reverse),
}
GUARDS = ("default", "d")  # the filters in front of which a name may be missing


def _odd(value: Data) -> bool:
    return bool(bounded(value, "odd") % 2)


TESTS: Mapping[str, Callable[[Data], bool]] = {
    "defined": lambda _: True,  # stands for a name that may be missing, as the next: see Rendering
    "undefined": lambda _: False,
    "odd": _odd,
    "even": lambda value: not bounded(value, "even") % 2,
    "string": lambda value: isinstance(value, str),
    "number": whole_number,
    "boolean": lambda value: isinstance(value, bool),
    "mapping": lambda value: isinstance(value, Mapping),
}
