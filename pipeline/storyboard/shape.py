"""A tree of nodes against the JSON schema: each violation becomes a Problem in the words of people."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, islice
from typing import Any

from pipeline import schema
from pipeline.errors import MOST, Place, Problem, nearest
from pipeline.storyboard import dialogue
from pipeline.storyboard.nodes import Node, Path, Source, fields_of, plain, whole_file
from pipeline.storyboard.reading import API_KEY
from pipeline.storyboard.repair import Wrong

SCHEMA = "storyboard.schema.json"
_TYPES = {
    "string": "text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "object": "fields", "array": "a list", "null": "nothing",
}  # fmt: skip
_TOO_FEW, _TOO_MANY = {"minItems", "minProperties", "minLength"}, {"maxItems", "maxProperties", "maxLength"}
_LIMITS = {"minimum": "at least", "exclusiveMinimum": "more than", "maximum": "at most"}
_NOT_BLANK = r"\S"
_SAID_BEFORE_1_2 = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
_NO_KEY = "no key belongs into a storyboard: delete it, have it replaced, and set WAVESPEED_API_KEY in the environment"
_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_./ -]*\Z")


def problems(source: Source, name: str = SCHEMA) -> Iterator[Wrong]:
    """Every way in which the file breaks the schema `name`, in no particular order; of a great many the first."""
    errors = list(islice(schema.violations(name, plain(source.root)), MOST))
    found = list(islice(chain.from_iterable(_explain(source, name, error) for error in _telling(name, errors)), MOST))
    yield from found
    if MOST in (len(errors), len(found)):
        message, hint = f"there are more than {MOST} problems in it", "mend the first of them, and look again"
        yield Wrong(Problem("too-many", "", message, hint, whole_file(source.file)), ())


def dotted(path: Path) -> str:
    """A path as people write it: `shots[2].duration`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def _telling(name: str, errors: Iterable[Any]) -> Iterator[Any]:
    """The violations without those that only follow from another one."""
    by_path: dict[Path, list[Any]] = defaultdict(list)
    for error in errors:
        by_path[tuple(error.absolute_path)].append(error)
    crowded = {path for path, alike in by_path.items() if any(error.validator == "maxProperties" for error in alike)}
    for path, alike in by_path.items():
        if path[:-1] in crowded:
            continue
        if wrong_type := [error for error in alike if error.validator == "type"]:
            alike = wrong_type
        strangers = [found for error in alike for found in islice(_strangers(name, error), MOST)]
        meant = {meant or instead for _, meant, instead in strangers if meant or instead}
        if any(error.validator == "required" for error in alike):
            alike = [error for error in alike if error.validator != "minProperties"]
        if meant:
            alike = [
                error for error in alike if error.validator not in ("oneOf", "anyOf") and _absent(error) not in meant
            ]
        yield from alike


def _explain(source: Source, name: str, error: Any) -> Iterator[Wrong]:
    path: Path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(source, name, path, error)
    elif error.validator == "required":
        yield _missing(source, name, path, error)
    elif error.validator == "pattern" and "propertyNames" in error.absolute_schema_path:
        place = source.place((*path, str(error.instance)), key=True)
        hint = str(_rule(name, error).get("x-hint", ""))
        problem = Problem("name", dotted(path), f'"{error.instance}" can\'t be a name', hint, place)
        yield Wrong(problem, (*path, str(error.instance)))
    elif trap := dialogue.trap(source, path, error):
        # A line that was taken apart is told as one problem, however many pieces of it are wrong.
        yield Wrong(Problem("dialogue", dotted((*path[:-1], trap.index)), trap.message, trap.hint, trap.place), path)
    else:
        code, message, hint = _value(name, error, source.node(path))
        yield Wrong(Problem(code, dotted(path), message, hint, _place(source, path, error)), path)


def _place(source: Source, path: Path, error: Any) -> Place:
    if error.validator == "dependentRequired":
        present = next(key for key in error.validator_value if key in source.node(path).value)
        return source.place((*path, present), key=True)
    at_key, at_value = source.place(path, key=True), source.place(path)
    below = isinstance(source.node(path).value, (dict, list)) and at_key.line != at_value.line
    return at_key if below else at_value


def _unknown_keys(source: Source, name: str, path: Path, error: Any) -> Iterator[Wrong]:
    for key, meant, instead in _strangers(name, error):
        instead = _NO_KEY if API_KEY.search(key) else instead
        hint = instead or (f'did you mean "{meant}"?' if meant else f"fields here: {', '.join(_fields(error))}")
        place = source.place((*path, key), key=True)
        yield Wrong(Problem("unknown-key", dotted(path), f'there is no field "{key}" here', hint, place), (*path, key))


def _strangers(name: str, error: Any) -> Iterator[tuple[str, str, str]]:
    """The keys that the schema does not know, each with the one that was probably meant, or what to do instead."""
    if error.validator != "additionalProperties" or not isinstance(error.instance, Mapping):
        return
    known, rule = _fields(error), _rule(name, error)
    ours = _spelt(name, tuple(_steps(error)))
    for key in error.instance:
        if key not in known:
            instead = str(rule.get("x-instead", {}).get(key, ""))
            yield key, "" if instead else ours.get(_plainly(key), "") or nearest(key, known), instead


@cache
def _spelt(name: str, steps: tuple[str | int, ...]) -> Mapping[str, str]:
    """The fields of a rule, by what they and other tools call them."""
    found: dict[str, str] = {}
    for ours in schema.rule_at(name, steps).get("properties", {}):
        # The field may be told of elsewhere in the schema, which a look into this rule alone would miss.
        field = schema.rule_at(name, (*steps, "properties", ours))
        for word in (ours, *field.get("x-spellings", ())):
            found.setdefault(_plainly(word), ours)
    return found


def _plainly(key: str) -> str:
    """Shot_ID, shot-id and shotId are one spelling."""
    return key.replace("_", "").replace("-", "").replace(" ", "").casefold()


def _fields(error: Any) -> list[str]:
    return list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []


def _missing(source: Source, name: str, path: Path, error: Any) -> Wrong:
    absent = _absent(error)
    steps = _steps(error)
    rule = schema.rule_at(name, (*steps, "properties", absent))
    example = _written(rule or schema.rule_at(name, (*_above(steps), "properties", absent)))
    problem = Problem("missing-key", dotted(path), f'"{absent}" is missing', f"add `{absent}: {example}`",
                      source.place(path))  # fmt: skip
    return Wrong(problem, path, missing=absent)


def _absent(error: Any) -> str:
    """The key that is missing; "" for another violation. There is one for each missing key, of the same mapping."""
    return error.message.split("'")[1] if error.validator == "required" else ""


def _value(name: str, error: Any, node: Node) -> tuple[str, str, str]:
    """Code, message and hint for a value that is wrong in itself."""
    shown, limit, rule = _shown(node), error.validator_value, _rule(name, error)
    if error.validator == "type":
        hint = _give(name, error, node) if node.value is None else _retype(limit, node, rule)
        if error.absolute_path and error.absolute_path[-1] == "dialogue" and fields_of(node):
            hint = dialogue.dashed(node)
        return "type", f"expected {_types(_usual(limit))}, found {_found(node)}", hint
    if error.validator == "enum":
        meant = nearest(str(error.instance), map(str, limit))
        among = f"one of {', '.join(map(str, limit))}" if len(limit) > 1 else f"write {limit[0]}"
        return "choice", f"{shown} is none of the choices", f'did you mean "{meant}"?' if meant else among
    if error.validator == "const":
        return "choice", f"{shown} is not known here", f"write {limit}"
    if error.validator in _LIMITS:
        return "range", f"{shown} is out of range", f"it must be {_LIMITS[error.validator]} {limit}"
    if error.validator == "pattern" and limit != _NOT_BLANK:
        return "pattern", f"{shown} is not written as it should be", str(rule.get("x-hint", ""))
    if message := rule.get("x-message", {}).get(error.validator):
        return "shape", message, str(rule.get("x-hint", ""))
    if error.validator in _TOO_FEW or limit == _NOT_BLANK:
        return "empty", "nothing is here", _fill(name, error)
    if error.validator in _TOO_MANY:
        return "too-long", f"it is longer than {limit:,} characters", "shorten it"
    return "shape", error.message, ""


def _steps(error: Any) -> list[str | int]:
    """The way through the schema to the rule that was broken."""
    return list(error.absolute_schema_path)[:-1]


def _rule(name: str, error: Any) -> Mapping[str, Any]:
    """The rule that was broken, with the words for people in it."""
    return schema.rule_at(name, _steps(error))


def _fill(name: str, error: Any) -> str:
    what = "write something" if isinstance(error.instance, str) else "add at least one"
    return what if _needed(name, error) else f"{what}, or delete the key"


def _comment(node: Node) -> bool:
    """Whether text stands behind a # where nothing was found."""
    line = node.text.lines[node.line] if node.line < len(node.text.lines) else ""
    return bool(re.match(r"\s*#\S", line[node.column :]))


def _give(name: str, error: Any, node: Node) -> str:
    """How to mend a key or a dash with nothing behind it."""
    if error.absolute_path and isinstance(error.absolute_path[-1], int):
        return "write something behind the dash, or delete it"
    if _comment(node):
        return "# begins a comment: put quotes around text that begins with it"
    if error.absolute_path and "dialogue" in list(error.absolute_path)[-3:-1]:
        return "write what is said behind the colon, or delete the line"
    return "give it a value" if _needed(name, error) else "give it a value, or delete the key"


def _needed(name: str, error: Any) -> bool:
    """Whether the key of the wrong value is one that must be there."""
    *above, parent, key = ["", *_steps(error)]
    rule = schema.rule_at(name, above[1:])
    wanted = (*rule.get("required", ()), *rule.get("then", {}).get("required", ()))
    return parent == "properties" and key in wanted


def _above(steps: list[str | int]) -> list[str | int]:
    """The way to the rule whose fields are meant: a condition adds to the rule that it stands in."""
    return steps[:-1] if steps and steps[-1] in ("then", "else") and "if" not in steps[-2:] else steps


def _usual(rule: str | list[str]) -> str | list[str]:
    """The types that people mean: where text may be written as fields, too, it is text that they forgot."""
    return [name for name in rule if name != "object"] if isinstance(rule, list) and "string" in rule else rule


def _types(rule: str | list[str]) -> str:
    names = [_TYPES[name] for name in ([rule] if isinstance(rule, str) else rule)]
    if len(names) < 3:
        return " or ".join(names)
    return f"{', '.join(names[:-1])}, or {names[-1]}"


def _found(node: Node) -> str:
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return node.raw
    kinds: dict[type, str] = {dict: "fields", list: "a list", str: f"the text {_shown(node)}"}
    return kinds.get(type(node.value), f"the number {node.raw}")


def _retype(expected: str | list[str], node: Node, rule: Mapping[str, Any]) -> str:
    """How to make a value of the wrong type one of the right type."""
    wanted = {expected} if isinstance(expected, str) else set(expected)
    if "string" in wanted and not isinstance(node.value, dict | list):
        return f'put it in quotes: "{node.raw}"'
    if wanted & {"object", "array"}:
        return f"write it like {_written(rule)}" if "examples" in rule else "write it as `key: value`"
    if "string" in wanted:
        if fields_of(node).keys() == {"raw"}:
            return "write the text alone: a raw prompt is that of a whole generation"
        like = f"write it like {_written(rule)}" if "examples" in rule else "write a single value"
        return f"{like}; text that begins with a bracket stands in quotes"
    if "boolean" in wanted:
        return f"write {_SAID_BEFORE_1_2.get(node.raw.lower(), 'true or false')}"
    if re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", node.raw) and node.quoted:
        return "delete the quotes"
    return f"write a number, such as {_written(rule)}"


def _written(rule: Mapping[str, Any]) -> str:
    """The first example of a rule, in YAML's flow style."""
    return _flow(next(iter(rule.get("examples", ("...",)))))


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    plainly = isinstance(value, str) and (_PLAIN_TEXT.match(value) or value == "...")
    return str(value) if plainly else json.dumps(value, ensure_ascii=False)


def _shown(node: Node) -> str:
    if isinstance(node.value, (dict, list)):
        return "this"
    text = node.raw if len(node.raw) <= 40 else node.raw[:39] + "…"
    return f'"{text}"' if isinstance(node.value, str) else text
