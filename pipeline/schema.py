"""The JSON schemas and model files that travel with the package, and what they say of a value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
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
def validator(name: str) -> Validator:
    """A validator for the schema `name`. It never fetches anything: a `$ref` to an address fails."""
    found: Validator = _QUICK(_lean(load(name), name), registry=Registry())
    return found


def violations(name: str, value: Any) -> Iterator[ValidationError]:
    """Each way in which the plain JSON value breaks the schema `name`."""
    found = validator(name)
    if not _plainly_fits(value, found.schema):
        yield from found.iter_errors(value)


def rule_at(name: str, steps: Iterable[str | int]) -> Mapping[str, Any]:
    """What the schema `name` says at the end of the `steps` of a violation, with the words for people.

    Nothing where they lead out of the file: a model's parameters are checked against the schema of schemas.
    """
    rule: Any = load(name)
    for step in steps:
        if not isinstance(rule, (dict, list)) or (isinstance(rule, dict) and step not in rule):
            return {}
        rule, name = _resolved(rule[step], name)  # type: ignore[index]
    return rule if isinstance(rule, Mapping) else {}


def _resolved(rule: Any, name: str) -> tuple[Any, str]:
    """The rule with its own reference, where it has one into our schemas, written out; and the schema it stands in."""
    if not isinstance(rule, dict) or "$ref" not in rule:
        return rule, name
    file, _, pointer = str(rule["$ref"]).partition("#/")
    if "://" in file or not pointer:
        return rule, name
    target: Any = load(file or name)
    for step in pointer.split("/"):
        target = target[step]
    found, home = _resolved(target, file or name)
    return {**found, **{key: value for key, value in rule.items() if key != "$ref"}}, home


def _properties(validator: Any, properties: Mapping[str, Any], instance: Any, _: Any) -> Iterator[ValidationError]:
    """The keyword `properties`. Nearly all values are short text that fits: for those nothing is set in motion."""
    if isinstance(instance, dict):
        for name, rule in properties.items():
            if name in instance and not _plainly_fits(instance[name], rule):
                yield from validator.descend(instance[name], rule, path=name, schema_path=name)


def _plainly_fits(value: Any, rule: Any) -> bool:
    """Whether the value surely obeys the rule; False says only that somebody has to look."""
    kind = _KINDS.get(type(value), "")
    said = rule.get("type", ()) if isinstance(rule, Mapping) else ()
    if kind not in ((said,) if isinstance(said, str) else said) or not rule.keys() <= _OF_PLAIN:
        return False
    if kind == "string":
        long_enough = rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value))
        return long_enough and _is_named(value, rule) and bool(re.search(rule.get("pattern", ""), value))
    if kind == "integer":
        return rule.get("minimum", value) <= value <= rule.get("maximum", value) and _is_named(value, rule)
    if "const" in rule or "enum" in rule:
        return False
    return _FITS[kind](value, rule) if kind in _FITS else True


def _plain_mapping(value: Mapping[str, Any], rule: Mapping[str, Any]) -> bool:
    inner, others = rule.get("properties", {}), rule.get("additionalProperties", True)
    if not (others is True or (others is False and value.keys() <= inner.keys())):
        return False
    there = all(name in value for name in rule.get("required", ()))
    return there and all(_plainly_fits(value[name], said) for name, said in inner.items() if name in value)


def _plain_list(value: list[Any], rule: Mapping[str, Any]) -> bool:
    if not rule.get("minItems", 0) <= len(value) <= rule.get("maxItems", len(value)):
        return False
    return "items" not in rule or all(_plainly_fits(item, rule["items"]) for item in value)


def _is_named(value: Any, rule: Mapping[str, Any]) -> bool:
    return value == rule.get("const", value) and value in rule.get("enum", (value,))


_KINDS: Mapping[type, str] = {
    str: "string", int: "integer", bool: "boolean", type(None): "null", dict: "object", list: "array"
}  # fmt: skip
_FITS: Mapping[str, Callable[[Any, Mapping[str, Any]], bool]] = {"object": _plain_mapping, "array": _plain_list}
# What a rule may say that is understood here.
_OF_PLAIN = frozenset(
    {
        "$schema", "$id", "type", "minLength", "maxLength", "enum", "const", "pattern", "minimum", "maximum",
        "properties", "required", "additionalProperties", "items", "minItems", "maxItems",
    }
)  # fmt: skip
_QUICK: Any = validators.extend(Draft202012Validator, {"properties": _properties})  # type: ignore[no-untyped-call]
_FOR_PEOPLE = frozenset(
    {
        "title",
        "description",
        "default",
        "examples",
        "$comment",
        "$defs",
        "x-template",
        "x-type",
        "x-default",
        "x-hint",
        "x-message",
        "x-spellings",
        "x-instead",
    }
)
_NAMED_RULES = frozenset({"properties", "patternProperties", "dependentSchemas"})


def _lean(rule: Any, home: str) -> Any:
    """The rule with its references written out and what only people read left out: it is checked in half the time."""
    if isinstance(rule, list):
        return [_lean(item, home) for item in rule]
    if not isinstance(rule, dict):
        return rule
    found, home = _resolved(rule, home)
    return {
        key: {name: _lean(inner, home) for name, inner in value.items()}
        if key in _NAMED_RULES
        else _whole(value)
        if key == "pattern"
        else value
        if key in ("const", "enum")
        else _lean(value, home)
        for key, value in found.items()
        if key not in _FOR_PEOPLE
    }


def _whole(pattern: str) -> str:
    """The pattern as Python has to write it: there `$` matches before a newline at the end of a text, too."""
    return pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
