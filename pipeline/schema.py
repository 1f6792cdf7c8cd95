"""The JSON schemas and model files that travel with the package, and what they say of a value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry


def folder() -> Traversable:
    """Where the schemas are: inside the package in a wheel, beside it in a checkout or an editable install."""
    inside = resources.files("pipeline") / "schemas"
    return inside if inside.is_dir() else resources.files("pipeline").joinpath("..", "schemas")


@cache
def load(name: str) -> Mapping[str, Any]:
    """The parsed JSON file `name`, a path below the schema folder such as `storyboard.schema.json`."""
    value: Mapping[str, Any] = json.loads(folder().joinpath(*name.split("/")).read_text(encoding="utf-8"))
    return value


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator for the schema `name`. It never fetches anything: a `$ref` to an address fails."""
    rule = load(name)
    return Draft202012Validator(_lean(rule, rule.get("$defs", {})), registry=Registry())


def violations(name: str, value: object) -> Iterator[ValidationError]:
    """Each way in which the plain JSON value breaks the schema `name`."""
    yield from validator(name).iter_errors(value)


_FOR_PEOPLE = frozenset({"title", "description", "default", "examples", "$comment", "$defs"})
_NAMED_RULES = frozenset({"properties", "patternProperties", "dependentSchemas"})


def _lean(rule: Any, defs: Mapping[str, Any]) -> Any:
    """The rule with its references written out and what only people read left out: it is checked in half the time."""
    if isinstance(rule, list):
        return [_lean(item, defs) for item in rule]
    if not isinstance(rule, dict):
        return rule
    if str(rule.get("$ref", "")).startswith("#/$defs/"):
        rule = {**defs[rule["$ref"].removeprefix("#/$defs/")], **{k: v for k, v in rule.items() if k != "$ref"}}
    return {
        key: {name: _lean(inner, defs) for name, inner in value.items()}
        if key in _NAMED_RULES
        else value
        if key in ("const", "enum")
        else _lean(value, defs)
        for key, value in rule.items()
        if key not in _FOR_PEOPLE
    }


def plain(value: Any) -> Any:
    """`value` as plain JSON: dataclasses as objects, tuples as arrays, money and rates as strings, exact."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, (Decimal, Fraction)):
        return str(value)
    return value
