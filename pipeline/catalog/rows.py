"""A row of the API's catalogue enters; the request's schema leaves, cleaned of what no model file may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, SchemaError
from referencing import Registry

from pipeline.wire.lenient import listed, mapping, text

_KEPT = (
    "title", "description", "enum", "default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
    "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
)  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# They are of the protocol and not of the model; we use neither.
_PROTOCOL = frozenset({"enable_sync_mode", "enable_base64_output"})
_TYPES: Mapping[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}


def request_of(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema of the inputs; None where the row has none that can be read."""
    schema = next(_schemas(row), {})
    found = {
        name: cleaned
        for name, rule in mapping(schema.get("properties")).items()
        if _NAME.fullmatch(name) and name not in _PROTOCOL and (cleaned := _parameter(name, mapping(rule)))
    }
    if not found:
        return None
    ordered = [name for name in _names(schema.get("x-order-properties")) if name in found]
    order = [*dict.fromkeys([*ordered, *found])]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in dict.fromkeys(_names(schema.get("required"))) if name in found],
        "x-order-properties": order,
        "properties": {name: found[name] for name in order},
    }


def _schemas(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for api in listed(mapping(row.get("api_schema")).get("api_schemas")):
        schema = mapping(mapping(api).get("request_schema"))
        if mapping(schema.get("properties")):
            yield schema


def _names(value: object) -> list[str]:
    return [name for name in listed(value) if isinstance(name, str)]


def _parameter(name: str, rule: Mapping[str, Any]) -> dict[str, Any] | None:
    cleaned = _rule(rule)
    if cleaned is None:
        return None
    title = text(cleaned.pop("title", None)) or name.replace("_", " ").capitalize()
    about = text(cleaned.pop("description", None)) or f"{title}."
    return {**cleaned, "title": title, "description": about}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any] | None:
    """The keywords that we read, without null; None for a rule that is none."""
    options = [mapping(option) for key in ("anyOf", "oneOf") for option in listed(rule.get(key))]
    chosen = next((option for option in options if option.get("type") not in (None, "null")), {})
    merged = {**chosen, **rule}
    sort = _type(merged)
    if sort is None:
        return None
    found = {"type": sort} | {key: _whole(merged[key]) for key in _KEPT if merged.get(key) is not None}
    if "enum" in found:
        found["enum"] = [value for value in listed(found["enum"]) if value is not None]
    if sort == "array" and (items := _rule(mapping(merged.get("items")))):
        found["items"] = {key: value for key, value in items.items() if key not in ("title", "description")}
    try:
        Draft202012Validator.check_schema(found)
    except SchemaError:
        return None
    if "default" in found and not Draft202012Validator(found, registry=Registry()).is_valid(found["default"]):
        del found["default"]
    return found


def _type(rule: Mapping[str, Any]) -> str | None:
    said = rule.get("type")
    named = [said] if isinstance(said, str) else _names(said)
    for sort in named:
        if sort in ("string", "integer", "number", "boolean", "array", "object"):
            return sort
    values = [value for value in listed(rule.get("enum")) if value is not None] or [rule.get("default")]
    return _TYPES.get(type(values[0]))


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value
