"""What the schemas promise to editors, and to programs that read our JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline import schema

MODELS = Path(__file__).parent.parent / "schemas" / "models"
FOR_PEOPLE = {"$ref", "title", "description", "default", "examples"}
SCHEMAS = sorted((Path(__file__).parent.parent / "schemas").rglob("*.schema.json"))
# Every text of a storyboard that is filled in; a board's other texts are taken as they stand.
TEMPLATES = {
    "look",
    "palette",
    "lighting",
    "music",
    "ambience",
    "description",
    "name",
    "prompt",
    "prompt_template",
    "fallback_prompt",
    "notes",
    "line",
    "delivery",
    "audio",
    "text",
    # Words of the cut, which no recipe reads:
    "card",
    "title",
    "lower_third",
    "caption",
    "role",
    "language",
}


def target(rule: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    """What a rule refers to, references in it written out; nothing where it refers to nothing."""
    found: dict[str, Any] = defs.get(str(rule.get("$ref", "")).removeprefix("#/$defs/"), {})
    return {**target(found, defs), **found} if found else {}


def properties(rule: Any, defs: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property below a rule, its reference written out."""
    if isinstance(rule, list):
        for item in rule:
            yield from properties(item, defs, path)
    elif isinstance(rule, dict):
        for name, inner in rule.get("properties", {}).items():
            yield f"{path}.{name}", {**target(inner, defs), **inner}
        for key, value in rule.items():
            inner_path = f"{path}.{key}" if key not in ("properties", "$defs", "items", "then", "else") else path
            if key not in ("default", "examples", "enum", "const", "x-message"):
                yield from properties(
                    list(value.values()) if key in ("properties", "$defs") else value, defs, inner_path
                )


@pytest.mark.parametrize("file", SCHEMAS, ids=lambda file: file.name)
def test_every_property_is_explained(file: Path) -> None:
    rule = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(rule)
    wanted = {"title", "description"} | ({"default", "examples"} if file.name == "storyboard.schema.json" else set())
    for path, found in properties(rule, rule.get("$defs", {})):
        assert wanted <= found.keys(), f"{file.name}{path} lacks {wanted - found.keys()}"


def test_every_example_of_the_storyboard_is_valid() -> None:
    rule = schema.load("storyboard.schema.json")
    for path, found in properties(rule, rule["$defs"]):
        for example in found["examples"]:
            errors = [*Draft202012Validator({**found, "$defs": rule["$defs"]}).iter_errors(example)]
            assert not errors, f"{path}: {errors}"


def test_templates_are_marked_as_what_they_are() -> None:
    rule = schema.load("storyboard.schema.json")
    marked = {path.rpartition(".")[2] for path, found in properties(rule, rule["$defs"]) if found.get("x-template")}
    assert marked == TEMPLATES


def test_the_ids_that_editors_offer_are_those_of_the_models_there_are() -> None:
    known = {file.relative_to(MODELS).with_suffix("").as_posix() for file in MODELS.rglob("*.json")}
    offered = schema.load("storyboard.schema.json")["$defs"]["model"]["anyOf"][0]["enum"]
    assert offered == sorted(known)


def references(rule: Any) -> Iterator[dict[str, Any]]:
    """Every rule that refers to another one."""
    if isinstance(rule, dict):
        if "$ref" in rule:
            yield rule
        for value in rule.values():
            yield from references(value)


def test_what_stands_beside_a_reference_never_contradicts_it() -> None:
    """We let it take the place of what is referred to; to every other validator both have to hold."""
    rule = schema.load("storyboard.schema.json")
    for found in references(rule):
        beyond = target({"$ref": found["$ref"]}, rule["$defs"])
        constraints = {key for key in found if key not in FOR_PEOPLE and not key.startswith("x-")}
        assert not constraints & beyond.keys(), f"{found['$ref']}: {constraints & beyond.keys()}"


def test_the_quick_validator_says_what_the_plain_one_says() -> None:
    plain = Draft202012Validator(schema.load("storyboard.schema.json"))
    board = {"version": 1, "title": "T", "shots": [{"id": "a", "prompt": "b"}]}
    for edit in (
        {"title": ""},
        {"title": 3},
        {"nope": 1},
        {"shots": []},
        {"shots": [{"id": "a b"}]},
        {"style": {"look": " "}},
        {"shots": [{"id": "a", "prompt": 3}]},
        {"shots": [{"id": "a", "prompt": {"raw": ""}}]},
        {"shots": [{"id": "a", "shots": [{"id": "b", "prompt": {"raw": "c"}}]}]},
    ):
        wrong = board | edit
        quick = {
            (*error.absolute_path, error.validator) for error in schema.violations("storyboard.schema.json", wrong)
        }
        assert quick == {(*error.absolute_path, error.validator) for error in plain.iter_errors(wrong)}
        assert quick
    for fine in (board, board | {"shots": [{"id": "a", "prompt": {"raw": "b"}}]}):
        assert not list(schema.violations("storyboard.schema.json", fine))
        assert plain.is_valid(fine)


NAMES = st.sampled_from(["a", "b"])
PLAIN = st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["", "a", "ab", "b\n"]) | st.just(1.0)
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=2), max_leaves=6
)


def rules(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    kinds = st.sampled_from(["string", "integer", "number", "boolean", "null", "object", "array"])
    small = st.integers(0, 2)
    words: dict[str, st.SearchStrategy[Any]] = {
        "minLength": small, "maxLength": small, "minimum": small, "maximum": small, "minItems": small,
        "maxItems": small, "const": PLAIN, "enum": st.lists(PLAIN, min_size=1, max_size=3),
        "pattern": st.sampled_from(["a", r"^a\Z"]), "required": st.lists(NAMES, unique=True, max_size=2),
        "additionalProperties": st.booleans() | inner, "properties": st.dictionaries(NAMES, inner, max_size=2),
        "items": inner, "not": inner, "multipleOf": st.just(2),
    }  # fmt: skip
    types = kinds | st.lists(kinds, min_size=1, max_size=2, unique=True)
    return st.fixed_dictionaries({}, optional={"type": types, **words})


@settings(max_examples=500, deadline=None)
@given(VALUES, st.recursive(st.booleans() | st.just({}), rules, max_leaves=5))
def test_what_plainly_fits_is_what_jsonschema_takes(value: Any, rule: Any) -> None:
    if schema._plainly_fits(value, rule):
        assert Draft202012Validator(rule).is_valid(value)


def test_a_record_of_the_store_plainly_fits() -> None:
    record = {"format": 1, "at": "2026-01-01T00:00:00.000Z", "prediction": "p1"}
    rule = schema.validator("store/prediction.schema.json").schema
    assert schema._plainly_fits(record, rule)
    for broken in ({**record, "more": 1}, {**record, "format": 2}, {"format": 1}, {**record, "prediction": ""}, []):
        assert not schema._plainly_fits(broken, rule)
        assert list(schema.violations("store/prediction.schema.json", broken))
