"""A storyboard file becomes a Storyboard, together with everything that is wrong with its shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from pipeline import frames
from pipeline.catalog import Kind
from pipeline.errors import Problem
from pipeline.storyboard import nodes, shape
from pipeline.storyboard.board import (
    Camera,
    Character,
    Continuation,
    CutSpec,
    Line,
    Reference,
    Settings,
    Shot,
    Sound,
    Storyboard,
    Style,
    Transition,
    Variants,
)
from pipeline.storyboard.nodes import Node, Path, Source
from pipeline.storyboard.repair import BROKEN, Wrong, repair
from pipeline.templates import Scalar

_SPEAKER = re.compile(r"\s*([^()]*?)\s*(?:\(([^()]*)\))?\s*\Z")
_KINDS: tuple[Kind, ...] = ("image", "video", "audio")
_TIMES = frozenset({"duration", "in", "out"})


@dataclass(frozen=True, slots=True)
class Parsed:
    """What could be read of a file."""

    board: Storyboard | None  # without the parts that have problems; None where nothing is left to check
    problems: tuple[Problem, ...]  # of shape, in the order of the file


def parse(file: str, read: Callable[[str], bytes]) -> Parsed:
    """The storyboard in `file`; `read` gives a file's bytes.

    Where something has the wrong shape, the rest is still read, so that all problems can be told at once. Raises
    BadInput where nothing can be read at all, and whatever `read` raises.
    """
    source, found = nodes.read(file, read(file))
    wrong = [*shape.problems(source), *_unreadable(source)]
    told = {problem.place for problem in found}
    problems = in_order([*found, *(item.problem for item in wrong if item.problem.place not in told)])
    if wrong and not repair(source.root, wrong):
        return Parsed(None, problems)
    return Parsed(_storyboard(source, PurePath(file).stem), problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems in the order of the file, each once."""
    return tuple(dict.fromkeys(sorted(problems, key=lambda p: (p.place.file, p.place.line, p.place.column, p.code))))


def _unreadable(source: Source) -> Iterator[Wrong]:
    """Lengths of time and frame rates that the schema's types let through."""
    for path, node, reader in _measures(source.root):
        try:
            if isinstance(node.value, str | int | float) and not isinstance(node.value, bool):
                reader(node)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            yield Wrong(Problem("length", shape.dotted(path), message, hint, source.place(path)), path)


def _measures(root: Node) -> Iterator[tuple[Path, Node, Callable[[Node], Fraction]]]:
    top = _fields(root)
    yield from _times(("defaults",), top.get("defaults"))
    if rate := _fields(top.get("cut")).get("frame_rate"):
        yield ("cut", "frame_rate"), rate, _rate
    for index, shot in _items(top.get("shots")):
        yield from _times(("shots", index), shot)
        yield from _times(("shots", index, "transition"), _fields(shot).get("transition"))


def _times(path: Path, node: Node | None) -> Iterator[tuple[Path, Node, Callable[[Node], Fraction]]]:
    for key, child in _fields(node).items():
        if key in _TIMES:
            yield (*path, key), child, _seconds


def _seconds(node: Node) -> Fraction:
    return frames.seconds(node.raw) if isinstance(node.value, str) else Fraction(_digits(node))


def _rate(node: Node) -> Fraction:
    return frames.rate(node.raw if isinstance(node.value, str) else str(Decimal(_digits(node))))


def _digits(node: Node) -> str:
    """A number with exactly the digits that the author typed; one in octal or hex in decimal."""
    return node.raw if isinstance(node.value, float) else str(node.value)


def _fields(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _items(node: Node | None) -> list[tuple[int, Node]]:
    """The members of a list that are fit to be read, each with its index."""
    members: list[Node] = node.value if node is not None and isinstance(node.value, list) else []
    return [(index, member) for index, member in enumerate(members) if member is not BROKEN]


def _storyboard(source: Source, name: str) -> Storyboard:
    top = _fields(source.root)
    budget = _fields(top.get("budget")).get("max_cost")
    return Storyboard(
        name=name,
        title=_text(top, "title"),
        defaults=_settings(_fields(top.get("defaults"))),
        vars={key: _scalar(node) for key, node in _fields(top.get("vars")).items()},
        style=Style(**_texts(top.get("style"))),
        sound=Sound(**_texts(top.get("sound"))),
        characters={key: _character(key, node) for key, node in _fields(top.get("characters")).items()},
        shots=tuple(_shot(node, ("shots", index)) for index, node in _items(top.get("shots"))),
        variants=_variants(_fields(top["variants"])) if "variants" in top else None,
        cut=_cut(_fields(top.get("cut"))),
        max_cost_usd=Decimal(_digits(budget)) if budget else None,
        source=source,
    )


def _texts(node: Node | None) -> dict[str, Any]:
    return {key: child.value for key, child in _fields(node).items()}


def _settings(fields: Mapping[str, Node]) -> Settings:
    values = {key: node.value for key, node in fields.items() if key in Settings.__dataclass_fields__}
    duration = _seconds(fields["duration"]) if "duration" in fields else None
    return Settings(**values, duration_s=duration)


def _character(key: str, node: Node) -> Character:
    fields, path = _fields(node), ("characters", key)
    voice = _fields(fields.get("voice"))
    sample = Reference("audio", voice["audio"].value, "voice", (*path, "voice")) if "audio" in voice else None
    return Character(
        key=key,
        name=" ".join(_text(fields, "name").split()) or "the " + key.replace("_", " "),
        description=_text(fields, "description"),
        references=_references(fields, path),
        voice=sample,
        voice_description=_text(voice, "description"),
        path=path,
    )


def _references(fields: Mapping[str, Node], path: Path) -> tuple[Reference, ...]:
    return tuple(
        Reference(kind, _fields(node)[kind].value, _text(_fields(node), "role"), (*path, "references", index))
        for index, node in _items(fields.get("references"))
        for kind in _KINDS
        if kind in _fields(node)
    )


def _shot(node: Node, path: Path) -> Shot:
    fields = _fields(node)
    return Shot(
        id=fields["id"].value,
        prompt=fields["prompt"].value,
        camera=_camera(_fields(fields["camera"])) if "camera" in fields else None,
        dialogue=tuple(_line(line, (*path, "dialogue", index)) for index, line in _items(fields.get("dialogue"))),
        references=_references(fields, path),
        settings=_settings(fields),
        in_s=_seconds(fields["in"]) if "in" in fields else Fraction(0),
        out_s=_seconds(fields["out"]) if "out" in fields else None,
        transition=_transition(_fields(fields["transition"])) if "transition" in fields else None,
        continue_from=_continuation(_fields(fields["continue_from"])) if "continue_from" in fields else None,
        notes=_text(fields, "notes"),
        path=path,
    )


def _camera(fields: Mapping[str, Node]) -> Camera:
    words = {key: node.value for key, node in fields.items() if key != "lens_mm"}
    return Camera(**words, lens_mm=Decimal(_digits(fields["lens_mm"])) if "lens_mm" in fields else Decimal(0))


def _line(node: Node, path: Path) -> Line:
    fields = _fields(node)
    if "speaker" in fields:
        off_screen = bool(fields["off_screen"].value) if "off_screen" in fields else False
        return Line(fields["speaker"].value, fields["line"].value, _text(fields, "delivery"), off_screen, path)
    (head, line), *_ = fields.items()
    match = _SPEAKER.match(head)
    speaker, delivery = (match[1], match[2] or "") if match else (head, "")
    return Line(speaker, line.value, delivery.strip(), False, path)


def _transition(fields: Mapping[str, Node]) -> Transition:
    return Transition(fields["type"].value, _seconds(fields["duration"]) if "duration" in fields else Fraction(1, 2))


def _continuation(fields: Mapping[str, Node]) -> Continuation:
    return Continuation(fields["shot"].value, fields["as"].value if "as" in fields else "reference")


def _variants(fields: Mapping[str, Node]) -> Variants:
    return Variants(_text(fields, "name"), {name: _choices(node) for name, node in _fields(fields["matrix"]).items()})


def _choices(node: Node) -> Mapping[str, Scalar]:
    if isinstance(node.value, dict):
        return {key: _scalar(child) for key, child in node.value.items()}
    return {child.raw: _scalar(child) for _, child in _items(node)}


def _scalar(node: Node) -> Scalar:
    value: Scalar = int(node.value) if isinstance(node.value, float) else node.value  # to the schema 5.0 is whole
    return value


def _cut(fields: Mapping[str, Node]) -> CutSpec:
    rate = _rate(fields["frame_rate"]) if "frame_rate" in fields else CutSpec().frame_rate
    return CutSpec(rate, fields["fit"].value if "fit" in fields else "contain")


def _text(fields: Mapping[str, Node], key: str) -> str:
    return str(fields[key].value) if key in fields else ""
