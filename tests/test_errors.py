"""Errors carry what machines need: a word of their own, whether money was spent, and the next step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline import errors, schema
from pipeline.errors import (
    Absent,
    ChargeUncertain,
    Expired,
    Held,
    OverBudget,
    RateLimited,
    RefusedByApi,
    StillOpen,
    StoryreelError,
)


def kinds(of: type[StoryreelError] = StoryreelError) -> Iterator[type[StoryreelError]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


def test_each_kind_has_a_word_of_its_own_that_the_schemas_know() -> None:
    words = [kind.word for kind in dict.fromkeys(kinds()) if kind.__module__ == errors.__name__]
    assert len(words) == len(set(words)) > 15
    told = schema.load("output/error.schema.json")["properties"]["error"]["properties"]["code"]["enum"]
    assert set(told) == {*words, "bug"}


@pytest.mark.parametrize(
    ("error", "charged"),
    [
        (OverBudget("no"), "no"),
        (RateLimited("later"), "no"),
        (RefusedByApi("no such parameter"), "no"),
        (RefusedByApi("moderation", code=1200, prediction="p1"), "unknown"),
        (ChargeUncertain("nobody knows"), "unknown"),
        (ChargeUncertain("nobody knows", prediction="p1"), "unknown"),
        (StillOpen("not finished", prediction="p1"), "yes"),
        (Expired("too old", prediction="p1"), "yes"),
        (Absent("not here", prediction="p1"), "yes"),
        (Held("a pilot was refused"), "no"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_an_error_says_whether_it_has_cost_money(error: StoryreelError, charged: str) -> None:
    assert error.charged == charged
