"""A tree of nodes against the JSON schema: each violation becomes a Problem in the words of people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from pipeline import schema
from pipeline.errors import Place, Problem, nearest
from pipeline.storyboard.nodes import Node, Path, Source, plain
from pipeline.storyboard.repair import Wrong

SCHEMA = "storyboard.schema.json"
_TYPES = {
    "string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "object": "fields", "array": "a list", "null": "nothing",
}  # fmt: skip
_TOO_FEW, _TOO_MANY = {"minItems", "minProperties", "minLength"}, {"maxItems", "maxProperties", "maxLength"}


def problems(source: Source, name: str = SCHEMA) -> Iterator[Wrong]:
    """Every way in which the file breaks the schema `name`, in no particular order."""
    for error in schema.violations(name, plain(source.root)):
        yield from _explain(source, error)


def dotted(path: Path) -> str:
    """A path as people write it: `shots[2].duration`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def _explain(source: Source, error: Any) -> Iterator[Wrong]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties" and isinstance(error.instance, Mapping):
        yield from _unknown_keys(source, path, error)
    elif error.validator == "required":
        yield from _missing(source, path, error)
    elif error.validator == "pattern" and "propertyNames" in error.absolute_schema_path:
        place = source.place((*path, error.instance), key=True)
        problem = Problem("name", dotted(path), f'"{error.instance}" can\'t be a name', _hint(error), place)
        yield Wrong(problem, (*path, str(error.instance)))
    else:
        code, message, hint = _value(error, source.node(path))
        yield Wrong(Problem(code, dotted(path), message, hint, _place(source, path)), path)


def _place(source: Source, path: Path) -> Place:
    return source.place(path, key=isinstance(source.node(path).value, (dict, list)))


def _unknown_keys(source: Source, path: Path, error: ValidationError) -> Iterator[Wrong]:
    known = list(_rule(error).get("properties", {}))
    instance: Any = error.instance
    for key in instance:
        if key not in known:
            meant = nearest(key, known)
            hint = f'did you mean "{meant}"?' if meant else f"fields here: {', '.join(known)}"
            place = source.place((*path, key), key=True)
            problem = Problem("unknown-key", dotted(path), f'there is no field "{key}" here', hint, place)
            yield Wrong(problem, (*path, key))


def _missing(source: Source, path: Path, error: ValidationError) -> Iterator[Wrong]:
    # jsonschema reports one error for each missing name, all of them over the same instance.
    absent = error.message.split("'")[1] if "'" in error.message else ""
    example = _example(_rule(error).get("properties", {}).get(absent, {}))
    place = source.place(path)
    problem = Problem("missing-key", dotted(path), f'"{absent}" is missing', f"add `{absent}: {example}`", place)
    yield Wrong(problem, path, missing=absent)


def _example(rule: Mapping[str, Any]) -> str:
    rule = {**(schema.load(SCHEMA)["$defs"].get(rule.get("$ref", "").rpartition("/")[2], {})), **rule}
    example = next(iter(rule.get("examples", ())), "...")
    return "..." if isinstance(example, (dict, list)) else f'"{example}"' if " " in str(example) else str(example)


def _value(error: ValidationError, node: Node) -> tuple[str, str, str]:
    """Code, message and hint for a value that is wrong in itself."""
    shown = _shown(node)
    rule: Any = error.validator_value
    if error.validator == "type":
        return "type", f"expected {_types(rule)}, found {_found(node)}", _quote(rule, node)
    if error.validator == "enum":
        meant = nearest(str(error.instance), map(str, rule))
        listed = ", ".join(map(str, rule))
        return "choice", f"{shown} is none of the choices", f'did you mean "{meant}"?' if meant else f"one of {listed}"
    if error.validator == "const":
        return "choice", f"{shown} is not {rule}", f"write {rule}"
    if error.validator in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"):
        words = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
        return "range", f"{shown} is out of range", f"it must be {words.get(error.validator, 'less than')} {rule}"
    if error.validator == "pattern":
        return "pattern", f"{shown} is not written as it should be", _hint(error)
    if message := _rule(error).get("x-message"):
        return "shape", message, ""
    if error.validator in _TOO_FEW:
        return "empty", "nothing is here", "add at least one, or delete the key"
    if error.validator in _TOO_MANY:
        return "too-long", f"longer than {rule}", "shorten it"
    return "shape", error.message, ""


def _rule(error: ValidationError) -> Mapping[str, Any]:
    """The schema that the value broke."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _hint(error: ValidationError) -> str:
    return str(_rule(error).get("x-hint", ""))


def _types(rule: str | list[str]) -> str:
    names = [rule] if isinstance(rule, str) else rule
    return " or ".join(_TYPES[name] for name in names)


def _found(node: Node) -> str:
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return node.raw
    kinds: dict[type, str] = {dict: "fields", list: "a list", str: f"the text {_shown(node)}"}
    return kinds.get(type(node.value), f"the number {node.raw}")


def _quote(rule: str | list[str], node: Node) -> str:
    texts = "string" in ([rule] if isinstance(rule, str) else rule)
    if texts and not isinstance(node.value, (dict, list)) and node.value is not None:
        return f'put it in quotes: "{node.raw}"'
    if texts and isinstance(node.value, (dict, list)):
        return "put quotes around text that has a colon, a comma or a bracket in it"
    return "delete the key, or give it a value" if node.value is None else ""


def _shown(node: Node) -> str:
    if isinstance(node.value, (dict, list)):
        return "this"
    text = node.raw if len(node.raw) <= 40 else node.raw[:39] + "…"
    return f'"{text}"'
