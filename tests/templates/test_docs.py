"""The language as docs/templates.md tells it to authors: every example becomes what stands under it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.templates import Data, Library, render
from pipeline.templates.budget import MADE, MAX_TEXT, STEPS
from pipeline.templates.filters import FILTERS, TESTS
from pipeline.templates.library import MAX_NESTED
from pipeline.templates.operators import LARGEST, MAX_RANGE
from pipeline.templates.parsing import MAX_DEPTH, MAX_INCLUDES

PAGE = (Path(__file__).parent.parent.parent / "docs" / "templates.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+) ?(\S*)\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [
    (text, becomes)
    for (kind, file, text), (following, _, becomes) in itertools.pairwise(BLOCKS)
    if (kind, file, following) == ("jinja", "", "text")
]
ROWS = re.findall(r"^\|(.*)\| `(\{\{.*?\}\})` \| `(.*)` \|$", PAGE, re.MULTILINE)
FILES = Library({file: text + "\n" for kind, file, text in BLOCKS if kind == "jinja" and file})


def data(value: Any) -> Data:
    """A value of YAML as templates know it."""
    if isinstance(value, list):
        return tuple(map(data, value))
    return {key: data(each) for key, each in value.items()} if isinstance(value, dict) else value


VALUES = {name: data(value) for name, value in yaml.safe_load(BLOCKS[0][2]).items()}


@pytest.mark.parametrize(("text", "becomes"), EXAMPLES, ids=[text[:40] for text, _ in EXAMPLES])
def test_an_example_becomes_what_stands_under_it(text: str, becomes: str) -> None:
    assert render(text, VALUES, FILES) == becomes


@pytest.mark.parametrize(("name", "text", "becomes"), ROWS, ids=[text for _, text, _ in ROWS])
def test_a_filter_makes_what_stands_beside_it(name: str, text: str, becomes: str) -> None:
    template = text.replace("\\|", "|")
    assert render(template, VALUES) == becomes
    assert not (called := re.findall("`(.*?)`", name)) or any(f"| {each}" in template for each in called)


def test_every_filter_and_test_is_told_of() -> None:
    told = {called for name, _, _ in ROWS for called in re.findall("`(.*?)`", name)}
    assert told == set(FILTERS)
    assert len(EXAMPLES) == 10
    assert all(f"`{name}`" in PAGE for name in TESTS)


def test_the_limits_are_those_that_hold() -> None:
    told = re.findall(r"^\|.*\| ([0-9].*) \|$", PAGE.partition("## Limits")[2], re.MULTILINE)
    limits = (STEPS, MADE, MAX_TEXT, MAX_DEPTH, MAX_NESTED, MAX_INCLUDES, MAX_RANGE)
    assert told == [*(f"{limit:,}" for limit in limits), "10 to the 15th"]
    assert LARGEST == 10**15
