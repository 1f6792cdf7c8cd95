"""Text of unknown worth becomes HTML that only shows it: nothing in it is obeyed, and nothing in it is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pipeline.errors import is_harmless

MOST = 20_000  # characters of one text that are shown
_JOINERS = "\u200c\u200d"  # without them Persian, Hindi and many emoji are spelt otherwise


def text(words: str) -> str:
    """The words for between tags or inside a quoted attribute; what would not be seen is shown escaped."""
    more = len(words) - MOST
    return _escaped(words[:MOST]) + (f" … and {more:,} more characters" if more > 0 else "")


def _escaped(words: str) -> str:
    return escape("".join(map(_shown, words)))


def _shown(char: str) -> str:
    if is_harmless(char) or char in _JOINERS:
        return char
    return " " if char == "\t" else char.encode("unicode_escape").decode("ascii")


def tag(name: str, /, *inside: str, **attributes: str | bool | None) -> str:
    """An element around HTML. Of a name `data_take` comes `data-take`, of `class_` comes `class`; None is left out."""
    told = "".join(f" {_named(key)}{_value(value)}" for key, value in attributes.items() if value not in (None, False))
    return f"<{name}{told}>{''.join(inside)}</{name}>"


def empty(name: str, /, **attributes: str | bool | None) -> str:
    """An element that has no inside, such as an image."""
    return tag(name, **attributes).removesuffix(f"</{name}>")


def listed(items: Iterable[str], *, ordered: bool = False, class_: str | None = None) -> str:
    """HTML of a list; "" of no items."""
    inside = "".join(tag("li", item) for item in items)
    return tag("ol" if ordered else "ul", inside, class_=class_) if inside else ""


def badge(word: str, kind: str = "") -> str:
    """A state, as a word on a ground."""
    return tag("span", text(word), class_=f"badge {kind}".rstrip())


def _named(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | bool | None) -> str:
    return "" if value is True else f'="{_escaped(str(value))}"'
