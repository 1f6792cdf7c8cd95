"""A model file of the right shape is held against itself: each way in which its parts do not fit is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from pipeline.catalog.model import FRAME_WORDS, MEDIA_WORDS, size_text
from pipeline.errors import nearest

Path = tuple[str | int, ...]  # keys and indices from the root of the file

_LONGEST_S = 600  # of one generation; ten times the longest there is
_MOST_PIXELS = 10_000_000  # that a rehearsal can draw
# Kept out of a request's schema: what would look elsewhere, and patterns, as one can take hours over a short text.
_FOREIGN = frozenset({"pattern", "patternProperties"})
_NAMED = frozenset({"properties", "dependentSchemas"})  # below these stand names, and no keywords
_DATA = frozenset({"enum", "const", "default", "examples", "required"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One thing in a model file that does not fit the rest."""

    path: Path
    message: str
    hint: str
    key: bool = False  # the key is meant, not its value


def disagreements(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    """What does not fit in a parsed model file that `model.schema.json` has found to be one."""
    foreign = list(_foreign(data["request"], ("request",)))
    yield from foreign
    strangers = list(_strangers(data))
    yield from strangers
    if foreign or strangers:
        return  # nothing else can be said of what is not there
    types = list(_types(data))
    yield from types or _sizes(data)
    yield from chain.from_iterable(rule(data) for rule in _RULES)


def _foreign(rule: object, path: Path) -> Iterator[Disagreement]:
    if isinstance(rule, list):
        for index, item in enumerate(rule):
            yield from _foreign(item, (*path, index))
    elif isinstance(rule, Mapping):
        for key, below in rule.items():
            here = (*path, key)
            if key in _FOREIGN or (key.startswith("$") and key != "$comment"):
                yield Disagreement(
                    here, f"`{key}` is not read in a model file", "delete it, or write out what it says", key=True
                )
            elif key in _NAMED and isinstance(below, Mapping):
                for name, inner in below.items():
                    yield from _foreign(inner, (*here, name))
            elif key not in _DATA:
                yield from _foreign(below, here)


def _strangers(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Names of parameters that the request does not have."""
    request, known = data["request"], data["request"]["properties"]
    named: list[tuple[Path, str]] = [
        (("dialect", word), name) for word, name in data["dialect"].items() if word != "tokens"
    ]
    for key in ("required", "x-order-properties"):
        named += [(("request", key, index), name) for index, name in enumerate(request.get(key, ()))]
    for path, name in named:
        if name not in known:
            meant = nearest(name, known)
            hint = f'did you mean "{meant}"?' if meant else f"the request has {', '.join(known)}"
            yield Disagreement(path, f'the request has no parameter "{name}"', hint)


def _words(data: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The rule of the parameter that each word feeds."""
    properties = data["request"]["properties"]
    return {word: properties[name] for word, name in data["dialect"].items() if word != "tokens"}


def _types(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    for word, rule in _words(data).items():
        path: Path = ("request", "properties", data["dialect"][word])
        wanted = _TYPE_OF.get(word, "string")
        if rule["type"] != wanted:
            yield Disagreement((*path, "type"), f"what `{word}` feeds is of type {wanted}", f"write {wanted}")
        elif word in _CHOICES and not (rule.get("enum") and all(isinstance(text, str) for text in rule["enum"])):
            yield Disagreement(
                path, f"what `{word}` feeds has to say what it takes", "add `enum`, a list of texts", key=True
            )
        elif word == "duration" and not _are_lengths(rule):
            message = f"it has to say which lengths there are, in whole seconds from 1 to {_LONGEST_S}"
            yield Disagreement(path, message, "add `minimum` and `maximum`, or `enum`", key=True)


def _are_lengths(rule: Mapping[str, Any]) -> bool:
    made = rule.get("enum", [rule.get("minimum"), rule.get("maximum")])
    in_range = bool(made) and all(type(seconds) is int and 0 < seconds <= _LONGEST_S for seconds in made)
    return in_range and ("enum" in rule or made[0] <= made[1])


def _defaults(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    for name, rule in data["request"]["properties"].items():
        if "default" in rule and not Draft202012Validator(rule, registry=Registry()).is_valid(rule["default"]):
            path = ("request", "properties", name, "default")
            yield Disagreement(path, "the parameter does not take its own default", "write a value that it takes")


def _required(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    properties, fed = data["request"]["properties"], {data["dialect"][word] for word in _words(data)}
    for index, name in enumerate(data["request"].get("required", ())):
        if name not in fed and "default" not in properties[name]:
            message = f'there is no request without "{name}", and no word feeds it'
            yield Disagreement(("request", "required", index), message, "name it in `dialect`, or give it a default")


def _twice(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    fed: dict[str, str] = {}
    for word in _words(data):
        name = data["dialect"][word]
        if name in fed:
            yield Disagreement(("dialect", word), f'`{fed[name]}` feeds "{name}" already', "name another parameter")
        fed.setdefault(name, word)


def _order(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    request = data["request"]
    if left := [name for name in request["properties"] if name not in request.get("x-order-properties", [name])]:
        path = ("request", "x-order-properties")
        yield Disagreement(path, f"it does not name {', '.join(left)}", "name every parameter once", key=True)


def _sizes(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Whatever can be asked for has a size, and whatever has a size can be asked for."""
    words, sizes = _words(data), data["output"]["sizes"]
    made = [size_text((w, h)) for row in sizes.values() for w, h in row.values()]
    if "size" in words and {"aspect_ratio", "resolution"} & words.keys():
        yield Disagreement(
            ("dialect", "size"), "`size` says aspect_ratio and resolution, too", "keep one way", key=True
        )
    elif "size" in words and (set(words["size"]["enum"]) != set(made) or len(set(made)) < len(made)):
        message = f"these are not the sizes that `size` takes: {', '.join(map(str, words['size']['enum']))}"
        yield Disagreement(("output", "sizes"), message, "give each of them once, by resolution and ratio", key=True)
    if "resolution" in words and set(words["resolution"]["enum"]) != set(sizes):
        message = f"these are not the resolutions of the request: {', '.join(map(str, words['resolution']['enum']))}"
        yield Disagreement(("output", "sizes"), message, "give the sizes of each of them", key=True)
    elif not {"resolution", "size"} & words.keys() and len(sizes) > 1:
        message = "the request can't say which of these resolutions it wants"
        yield Disagreement(("output", "sizes"), message, "keep one, or name its parameter in `dialect`", key=True)
    for resolution, row in sizes.items():
        yield from _row(words, resolution, row)


def _row(words: Mapping[str, Any], resolution: str, row: Mapping[str, Any]) -> Iterator[Disagreement]:
    path = ("output", "sizes", resolution)
    if "aspect_ratio" in words and set(words["aspect_ratio"]["enum"]) != set(row):
        message = f"these are not the ratios of the request: {', '.join(map(str, words['aspect_ratio']['enum']))}"
        yield Disagreement(path, message, "give a size for each of them", key=True)
    for ratio, (width, height) in row.items():
        if width * height > _MOST_PIXELS:
            message = f"{width} x {height} is more than a rehearsal can draw"
            yield Disagreement((*path, ratio), message, f"at most {_MOST_PIXELS // 1_000_000} million pixels")


def _limits(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Limits and tokens are those of what the model takes."""
    words, tokens = _words(data), data["dialect"]["tokens"]
    taken = {"prompt", *words, *(["frames"] if any(word in words for word in FRAME_WORDS) else ())}
    for word in data["limits"]:
        if word not in taken:
            yield Disagreement(("limits", word), f"the model takes no {word}", "delete it", key=True)
    for kind, word in MEDIA_WORDS.items():
        if word in words and kind not in tokens:
            message = f"it does not say how a prompt names {word}"
            yield Disagreement(("dialect", "tokens"), message, f"add {kind}, such as @{kind.title()}{{n}}", key=True)


def _prices(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    words, sizes = _words(data), data["output"]["sizes"]
    for index, row in enumerate(data.get("prices", {}).get("rows", ())):
        path = ("prices", "rows", index)
        if row.get("resolution", "") not in ("", *sizes):
            made = ", ".join(sizes)
            yield Disagreement((*path, "resolution"), "the model does not make this resolution", f"one of {made}")
        for key, word in (("with_audio", "generate_audio"), ("with_videos", "videos")):
            if key in row and word not in words:
                yield Disagreement((*path, key), f"no request says `{word}`", "delete it", key=True)


def _abilities(data: Mapping[str, Any]) -> Iterator[Disagreement]:
    words, shots = _words(data), data.get("shots", {})
    if "first_frame_model" in data and "first_frame" in words:
        message = "the model takes a first frame itself"
        yield Disagreement(("first_frame_model",), message, "delete it", key=True)
    if "audio" in data["output"] and "generate_audio" in words:
        message = "whether there is sound is asked for with `generate_audio`"
        yield Disagreement(("output", "audio"), message, "delete it", key=True)
    if shots and shots["min_s"] > shots["max_s"]:
        yield Disagreement(("shots", "min_s"), "the shortest shot is longer than the longest", "swap the two")


_CHOICES = frozenset({"aspect_ratio", "resolution", "size"})
_TYPE_OF = {
    **dict.fromkeys(MEDIA_WORDS.values(), "array"),
    "duration": "integer",
    "generate_audio": "boolean",
    "enable_web_search": "boolean",
}
_RULES: Iterable[Callable[[Mapping[str, Any]], Iterator[Disagreement]]] = (
    _defaults, _required, _twice, _order, _limits, _prices, _abilities,
)  # fmt: skip
