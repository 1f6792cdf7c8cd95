"""Names of variants become words: in which of them something is so."""

from __future__ import annotations

from collections.abc import Iterable

_MOST_NAMED = 3  # variants


def within(variants: Iterable[str], of_all: int) -> str:
    """In which variants; nothing where it is all of them."""
    names = list(variants)
    if len(names) == of_all:
        return ""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f" in {', '.join(names[:_MOST_NAMED])}{more}"
