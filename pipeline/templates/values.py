"""What a template can look at: texts, whole numbers, true and false, and lists and mappings of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.errors import nearest
from pipeline.templates.budget import Meter
from pipeline.templates.failure import TemplateError

Scalar = str | int | bool
Data = Scalar | tuple["Data", ...] | Mapping[str, "Data"]

MISSING: Any = object()  # in the place of a value that a template may ask for without its being there
_MAX_BITS = 1000  # of a number that is written: making the digits takes time that grows with their square
_SHOWN = 40  # characters of a value that an error shows


def written(value: Data) -> str:
    """A value as it stands in the text. Raises TemplateError for a list or a mapping."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, int):
        hint = 'use | join(", ") or a loop' if isinstance(value, tuple) else "name one of its keys, or use a loop"
        raise TemplateError(f"{kind(value)} can't be written as text", hint)
    if value.bit_length() > _MAX_BITS:
        raise TemplateError("a number of hundreds of digits can't be written", "put quotes around it where it is made")
    return str(value)


def kind(value: Data) -> str:
    """What people call a value of this kind."""
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return "text" if isinstance(value, str) else "true or false" if isinstance(value, bool) else "a number"


def shown(value: Data) -> str:
    """A value as an error names it."""
    if isinstance(value, tuple | Mapping):
        return kind(value)
    text = written(value)
    return f'"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"}"'


def whole_number(value: Data) -> bool:
    """Whether the value is a number: true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def item(whole: Data, key: Data) -> Any:
    """What a list or a mapping holds there; MISSING where it holds nothing. Raises TemplateError for other values."""
    if isinstance(key, str) and key.startswith("_"):
        raise TemplateError(f'"{key}" can\'t be looked up', "keys that begin with _ are out of reach", key)
    if isinstance(whole, Mapping):
        return whole.get(key, MISSING) if isinstance(key, str) else MISSING
    if not isinstance(whole, tuple):
        raise TemplateError(f"{shown(whole)} is {kind(whole)}: nothing can be looked up in it", "", _word(key))
    if not isinstance(key, int) or isinstance(key, bool):
        raise TemplateError(f"a list has no {shown(key)}", "write [0] for its first item", _word(key))
    return whole[key] if -len(whole) <= key < len(whole) else MISSING


def no_item(whole: Data, key: Data, name: str) -> TemplateError:
    """The error for a key that is not there, in something that the template calls by `name`."""
    message = f"{name or 'it'} has no {shown(key)}"
    if isinstance(whole, tuple):
        return TemplateError(message, f"it has {len(whole):,} items, counted from 0", name, code="undefined-name")
    meant = nearest(key, whole) if isinstance(key, str) and isinstance(whole, Mapping) else ""
    hint = f'did you mean "{meant}"?' if meant else "ask for it: | default(...), or {% if ... is defined %}"
    return TemplateError(message, hint, _word(key) or name, code="undefined-name")


def _word(key: Data) -> str:
    return key if isinstance(key, str) else ""


def same(left: Data, right: Data, meter: Meter) -> bool:
    """Whether two values are equal, looked through without recursion: macros can nest lists as deep as they like."""
    waiting: list[tuple[Data, Data]] = [(left, right)]
    while waiting:
        one, other = waiting.pop()
        meter.step()
        if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
            meter.step(len(one))
            waiting.extend(zip(one, other, strict=True))
        elif isinstance(one, Mapping) and isinstance(other, Mapping) and len(one) == len(other):
            meter.step(len(one))
            if one.keys() != other.keys():
                return False
            waiting.extend((one[key], other[key]) for key in one)
        elif isinstance(one, tuple | Mapping) or isinstance(other, tuple | Mapping):
            return False
        else:
            if isinstance(one, str) and isinstance(other, str):
                meter.read(min(len(one), len(other)))
            if one != other:
                return False
    return True
