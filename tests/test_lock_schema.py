"""schemas/lock.schema.json says what a lock is: all that is written is so, and what is not so is refused in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import lock, schema
from pipeline.errors import BadInput, describe
from pipeline.lock import Lock, Points, Use
from pipeline.lock.page import SECTIONS
from pipeline.take import Paid
from tests.test_lock import FILE, IDS, OTHER, PAID, REQUESTS, USES, digest, request

SCHEMA = "lock.schema.json"
ORIGIN = "https://api.wavespeed.ai"
NAMES = st.dictionaries(IDS, st.text("0123456789abcdef", min_size=8, max_size=8), max_size=3)


def whole() -> Lock:
    """A lock that says all that a lock can say."""
    take = Paid(digest(1), 1, "p1", Decimal("0.40"), digest("clip"), "sh010")
    nobody_knows = Paid(digest(2), 1, "p2", None, digest("other"))
    bought = Lock().with_takes(ORIGIN, [(take, request(1)), (nobody_knows, request(2))])
    points = bought.with_points(ORIGIN, digest(1), 1, "sh010", Points(Fraction(1, 2), Fraction(4)))
    marked = points.with_sources(ORIGIN, {digest(1): {"prompt": "0a1b2c3d"}})
    uses = {
        ("sh010", ""): Use(digest(1), digest(1), 1),
        ("sh010", "calm"): Use(digest(3), digest(1), 1, "kept"),
        ("sh020", ""): Use(digest(3), digest(2), 1, "held"),
    }
    return marked.with_uses(ORIGIN, uses)


def is_valid(value: Any) -> bool:
    return not any(schema.violations(SCHEMA, value))


def text_of(value: Any) -> str:
    """A lock of these values, in the lines of a lock."""
    lines = [f"{key}: {json.dumps(inner)}" for key, inner in value.items() if "://" not in key]
    for origin, sections in value.items():
        if "://" in origin:
            lines.append(f"{json.dumps(origin)}:")
            for name, facts in sections.items():
                lines.append(f"  {name}:")
                lines += [f"    {json.dumps(key)}: {json.dumps(fact, sort_keys=True)}" for key, fact in facts.items()]
    return "\n".join(lines) + "\n"


def is_read(value: Any) -> bool:
    """Whether the reader takes it, and all requests, which are only looked at when they are asked for."""
    try:
        found = lock.parse(text_of(value), FILE)
    except BadInput:
        return False
    return all(found.request(ORIGIN, one) is not None for one in value[ORIGIN].get("requests", ()))


def test_the_schema_knows_the_sections_that_there_are() -> None:
    assert tuple(schema.load(SCHEMA)["$defs"]["origin"]["properties"]) == SECTIONS


def test_a_lock_that_says_everything_is_valid_and_uses_every_rule() -> None:
    value = yaml.safe_load(lock.dump(whole()))
    assert is_valid(value)
    assert lock.dump(lock.parse(text_of(value), FILE)) == lock.dump(whole())
    said = {name for section in value[ORIGIN].values() for fact in section.values() for name in fact}
    rules = schema.load(SCHEMA)["$defs"]
    assert said >= {name for rule in ("use", "take", "request") for name in rules[rule]["properties"]}


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PAID, REQUESTS), max_size=4), USES, st.dictionaries(st.integers(0, 9), NAMES, max_size=2))
def test_whatever_is_written_is_valid(
    takes: list[tuple[Paid, dict[str, Any]]], uses: dict[tuple[str, str], Use], marks: dict[int, dict[str, str]]
) -> None:
    some = Lock().with_takes(ORIGIN, takes).with_uses(OTHER, uses)
    some = some.with_sources(ORIGIN, {digest(number): found for number, found in marks.items()})
    assert is_valid(yaml.safe_load(lock.dump(some)))


def changed(value: Any) -> Iterator[Any]:
    """The value with one thing in it gone, new, or something else, for each thing in it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {name: other for name, other in value.items() if name != key}
            yield from ({**value, key: other} for other in changed(inner))
    else:
        yield from (7, 0, -1, 1.5, True, None, "", "x", "0.4.0", "-1", f"{digest(1)}/0", f"{digest(1)}\n", [], {}, [1])


def test_the_reader_takes_exactly_what_is_valid() -> None:
    value = yaml.safe_load(lock.dump(whole()))
    seen = set()
    for section, facts in value[ORIGIN].items():
        for key, fact in facts.items():
            for other in changed(fact):
                wanted = {**value, ORIGIN: {**value[ORIGIN], section: {**facts, key: other}}}
                assert is_read(wanted) == is_valid(wanted), f"{section} {key}: {other}"
                seen.add(is_valid(wanted))
        for key in ("x", "", digest(7), f"{digest(7)}/1", f"{digest(7)}/0", f"{digest(7)}/1\n"):
            wanted = {**value, ORIGIN: {**value[ORIGIN], section: {**facts, key: next(iter(facts.values()))}}}
            assert is_read(wanted) == is_valid(wanted), f"{section} {key!r}"
    assert seen == {True, False}
    for name in ("format", "recipe"):
        for number in (0, 1, 2, "1", None):
            wanted = {**value, name: number}
            assert is_read(wanted) == is_valid(wanted), f"{name}: {number}"


TAKE = {"clip": digest(8), "prediction": "p", "price_usd": "0.40"}
USE = {"take": f"{digest(1)}/1", "wanted": digest(1)}


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.parametrize(
    ("section", "key", "fact", "why"),
    [
        ("takes", f"{digest(7)}/1", without(TAKE, "price_usd"), "price_usd is missing"),
        ("takes", f"{digest(7)}/1", without(TAKE, "clip"), "clip is missing"),
        ("takes", f"{digest(7)}/1", TAKE | {"shot": "sh010"}, "slate is missing, where shot is"),
        ("takes", f"{digest(7)}/1", TAKE | {"price_usd": 0.4},
         'price_usd is not US dollars as text, such as "0.40", or null where nobody knows'),
        ("takes", f"{digest(7)}/1", TAKE | {"clip": "short"},
         "clip is not SHA-256 of the clip's bytes, 64 hexadecimal digits in lower case"),
        ("takes", f"{digest(7)}/1", TAKE | {"shot": "a", "slate": 0},
         "slate is not its number among all takes of that shot, a whole number from 1"),
        ("takes", f"{digest(7)}/1", TAKE | {"points": {"a": {"in": 1}}},
         'points.a.in is not seconds from the start of the take, as text such as "1.5"'),
        ("takes", f"{digest(7)}/1", TAKE | {"points": {"a": {"on": "1"}}},
         "points.a holds what it can't; it is in, out or both"),
        ("takes", digest(7), TAKE | {"price_usd": None},
         "its key is not 64 hexadecimal digits, a slash and the number of the take"),
        ("takes", f"{digest(7)}/1", [], "behind the colon stands no mapping"),
        ("shots", "sh3", without(USE, "wanted"), "wanted is missing"),
        ("shots", "sh3", USE | {"how": "tight"}, "how is not kept, for a take of another request; held, for one that "
         "is used whatever the shot becomes; left out otherwise"),
        ("requests", digest(7), {"format": 1, "model": "m", "inputs": 7}, "inputs is not every parameter by its name"),
        ("requests", "x", request(1), "its key is not the SHA-256 of a request, 64 hexadecimal digits in lower case"),
        ("sources", digest(7), {"prompt": 7}, "prompt is not the first digits of a hash, as text"),
    ],
)  # fmt: skip
def test_a_wrong_line_is_told_with_what_is_wrong_and_how_to_mend_it(
    section: str, key: str, fact: Any, why: str
) -> None:
    value = yaml.safe_load(lock.dump(whole()))
    value[ORIGIN][section][key] = fact
    assert not is_valid(value)
    text = text_of(value)
    with pytest.raises(BadInput) as refused:
        lock.parse(text, FILE)
    [problem] = refused.value.problems
    assert problem.message == f"this is not as storyreel writes it: {why}"
    assert text.splitlines()[problem.place.line - 1].startswith(f'    "{key}"')
    assert "git" in problem.hint
    said = describe(problem)
    assert said.startswith(f"{FILE}:{problem.place.line}:1  this is not")


def test_what_is_no_json_is_told() -> None:
    lines = lock.dump(whole()).splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("    sh020"))
    lines[at] = "    sh020: {take: 1}"
    with pytest.raises(BadInput) as refused:
        lock.parse("\n".join(lines), FILE)
    [problem] = refused.value.problems
    assert (problem.place.line, problem.message.partition(": ")[2]) == (
        at + 1,
        "what stands behind the colon is no JSON",
    )
