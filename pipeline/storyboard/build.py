"""A tree that has the right shape becomes a Storyboard, value by value."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from pipeline.storyboard.board import (
    CHECK_S,
    Camera,
    Card,
    Change,
    Continuation,
    CutSpec,
    Entry,
    Line,
    LintSpec,
    Part,
    PrevisSpec,
    Reference,
    Row,
    Settings,
    Shot,
    Sound,
    Storyboard,
    Style,
    Subject,
    SubjectKind,
    TakeCheck,
    Transition,
    Variants,
)
from pipeline.storyboard.build_soundtrack import mix_spec, shot_sound
from pipeline.storyboard.measures import digits, rate, seconds
from pipeline.storyboard.nodes import Node, Path, Source, fields_of, items_of
from pipeline.storyboard.wording import captions, colour, credit_rows, inscriptions, wording
from pipeline.storyboard.words import CREDITS, Rows
from pipeline.take import Kind
from pipeline.templates import Data, Library, Scalar

SUBJECTS: Mapping[str, SubjectKind] = {"characters": "character", "locations": "location", "props": "prop"}
_SPEAKER = re.compile(r"([^()]*+)(?:\(([^()]*+)\))?\Z")  # possessive: of a long key any other way takes hours
_KINDS: tuple[Kind, ...] = ("image", "video", "audio")
_PLAIN = re.compile(r"(?![~/\\])[^:\\]*\Z")  # of a path: neither absolute nor an address


@dataclass(frozen=True, slots=True)
class Besides:
    """What was read of the files that a board names."""

    rows: tuple[Row, ...] = ()
    texts: Mapping[str, str] | None = None


def storyboard(source: Source, name: str, besides: Besides) -> Storyboard:
    """Everything that the tree says; `name` is that of the file."""
    top = fields_of(source.root)
    budget = fields_of(top.get("budget"))
    return Storyboard(
        name=name,
        title=_text(top, "title"),
        defaults=_settings(fields_of(top.get("defaults"))),
        vars={key: _data(node) for key, node in fields_of(top.get("vars")).items()},
        style=Style(**_texts(top.get("style"))),
        sound=Sound(**_texts(top.get("sound"))),
        prompt_template=_text(top, "prompt_template"),
        subjects=_subjects(top),
        entries=_entries([member for member in items_of(top.get("shots")) if "card" not in fields_of(member[1])]),
        variants=_variants(fields_of(top["variants"]), besides.rows) if "variants" in top else None,
        cut=_cut(fields_of(top.get("cut"))),
        checks=take_checks(source),
        lint=_lint(fields_of(top.get("lint"))),
        max_cost_usd=_dollars(budget.get("max_cost")),
        max_total_usd=_dollars(budget.get("max_total")),
        texts=Library(besides.texts or {}),
        source=source,
        mix=mix_spec(fields_of(top.get("mix")), ("mix",)),
        cards=tuple(_cards(top)),
        captions=captions(fields_of(top.get("captions"))),
        previs=PrevisSpec(**_texts(top.get("previs"))),
    )


def located(node: Node) -> str:
    """A path as it is from the storyboard's folder; one that is no plain path stays as written, to be refused."""
    name = str(node.value)
    folder = node.text.folder
    return posixpath.normpath(posixpath.join(folder, name)) if folder and _PLAIN.match(name) else name


def _texts(node: Node | None) -> dict[str, Any]:
    return {key: child.value for key, child in fields_of(node).items()}


def _settings(fields: Mapping[str, Node]) -> Settings:
    values = {key: node.value for key, node in fields.items() if key in Settings.__dataclass_fields__}
    duration = seconds(fields["duration"]) if "duration" in fields else None
    return Settings(**values, duration_s=duration)


def _subjects(top: Mapping[str, Node]) -> dict[str, Subject]:
    found: dict[str, Subject] = {}
    for section, kind in SUBJECTS.items():
        for key, node in fields_of(top.get(section)).items():
            if key not in found:
                found[key] = _subject(kind, key, node, (section, key), len(found))
    return found


def _subject(kind: SubjectKind, key: str, node: Node, path: Path, order: int) -> Subject:
    fields = fields_of(node)
    voice = fields_of(fields.get("voice"))
    sample = Reference("audio", located(voice["audio"]), "voice", (*path, "voice")) if "audio" in voice else None
    return Subject(
        kind=kind,
        key=key,
        name=" ".join(_text(fields, "name").split()) or "the " + key.replace("_", " "),
        description=_text(fields, "description"),
        references=_references(fields, path),
        voice=sample,
        voice_description=_text(voice, "description"),
        order=order,
        path=path,
    )


def _references(fields: Mapping[str, Node], path: Path) -> tuple[Reference, ...]:
    return tuple(
        Reference(kind, located(fields_of(node)[kind]), _text(fields_of(node), "role"), (*path, "references", index))
        for index, node in items_of(fields.get("references"))
        for kind in _KINDS
        if kind in fields_of(node)
    )


def _entries(members: Sequence[tuple[int, Node]]) -> tuple[Entry, ...]:
    return tuple(_entry(number, node, ("shots", index)) for number, (index, node) in enumerate(members))


def _entry(number: int, node: Node, path: Path) -> Entry:
    fields = fields_of(node)
    several = "shots" in fields
    raw = fields_of(fields.get("prompt")).get("raw")
    inner = [((*path, "shots", index), part) for index, part in items_of(fields.get("shots"))] if several else []
    parts = inner or [(path, node)]
    return Entry(
        id=fields["id"].value,
        prompt=str(raw.value) if raw else _text(fields, "prompt"),
        fallback_prompt=_text(fields, "fallback_prompt"),
        raw=raw is not None,
        prompt_template=_text(fields, "prompt_template"),
        several=bool(inner),
        location=_text(fields, "location"),
        parts=tuple(_part(fields_of(part), place) for place, part in parts),
        shots=_shots(number, fields, path, inner),
        references=_references(fields, path),
        first_frame=_frame(fields, "first_frame", path),
        last_frame=_frame(fields, "last_frame", path),
        settings=_settings(fields),
        continue_from=_continuation(fields_of(fields["continue_from"])) if "continue_from" in fields else None,
        path=path,
    )


def _cards(top: Mapping[str, Node]) -> Iterator[Card]:
    for index, member in items_of(top.get("shots")):
        fields = fields_of(member)
        if "card" in fields:
            said, path = fields_of(fields["card"]), ("shots", index)
            text = wording(said.get("text", fields["card"]))
            yield _card(fields["id"].value, "card", ((text,),), said, fields, path)
    if lines := fields_of(top.get("credits")).get("lines"):
        said = fields_of(top["credits"])
        yield _card(CREDITS, "credits", tuple(credit_rows(lines)), said, said, (CREDITS,))


def _card(
    name: str,
    kind: Literal["card", "credits"],
    rows: Rows,
    said: Mapping[str, Node],
    beside: Mapping[str, Node],
    path: Path,
) -> Card:
    length_s = seconds(said["duration"]) if "duration" in said else Fraction(3 if kind == "card" else 8)
    rolls = kind == "credits" and _value(said, "roll") is not False
    transition = _transition(fields_of(beside["transition"])) if "transition" in beside else None
    return Card(name, kind, rows, length_s, colour(said.get("background")), rolls, transition, path)


def _part(fields: Mapping[str, Node], path: Path) -> Part:
    prompt = fields.get("prompt")
    return Part(
        id=fields["id"].value,
        prompt=str(prompt.value) if prompt and not isinstance(prompt.value, dict) else "",
        camera=_camera(fields_of(fields["camera"])) if "camera" in fields else None,
        location=_text(fields, "location"),
        dialogue=tuple(_line(line, (*path, "dialogue", index)) for index, line in items_of(fields.get("dialogue"))),
        notes=_text(fields, "notes"),
        path=path,
    )


def _shots(number: int, fields: Mapping[str, Node], path: Path, inner: Sequence[tuple[Path, Node]]) -> tuple[Shot, ...]:
    times = [seconds(node) for _, node in items_of(fields.get("split"))]
    if len(inner) > 1 and _value(fields, "split") == "auto":
        shots = (_shot(number, part, fields_of(node), at, (Fraction(0), None)) for part, (at, node) in enumerate(inner))
        return tuple(replace(shot, shares=len(inner)) for shot in shots)
    if not inner or not times:
        return (_shot(number, 0, fields, path, (Fraction(0), None)),)
    ends: list[Fraction | None] = [*times[: len(inner) - 1], *[None] * len(inner)][: len(inner)]
    spans = pairwise([Fraction(0), *ends])
    return tuple(
        _shot(number, part, fields_of(node), place, (begin or Fraction(0), end))
        for part, ((place, node), (begin, end)) in enumerate(zip(inner, spans, strict=True))
    )


def _shot(
    number: int, part: int, fields: Mapping[str, Node], path: Path, span: tuple[Fraction, Fraction | None]
) -> Shot:
    return Shot(
        id=fields["id"].value,
        entry=number,
        part=part,
        begin_s=span[0],
        end_s=span[1],
        in_s=seconds(fields["in"]) if "in" in fields else span[0],
        out_s=seconds(fields["out"]) if "out" in fields else None,
        transition=_transition(fields_of(fields["transition"])) if "transition" in fields else None,
        path=path,
        sound=shot_sound(fields, path),
        words=tuple(inscriptions(fields, path)),
    )


def _frame(fields: Mapping[str, Node], key: str, path: Path) -> Reference | None:
    return Reference("image", located(fields[key]), key.replace("_", " "), (*path, key)) if key in fields else None


def _camera(fields: Mapping[str, Node]) -> Camera:
    words = {key: node.value for key, node in fields.items() if key != "lens_mm"}
    return Camera(**words, lens_mm=Decimal(digits(fields["lens_mm"])) if "lens_mm" in fields else Decimal(0))


def _line(node: Node, path: Path) -> Line:
    fields = fields_of(node)
    if "speaker" in fields:
        off_screen = bool(fields["off_screen"].value) if "off_screen" in fields else False
        return Line(fields["speaker"].value, fields["line"].value, _text(fields, "delivery"), off_screen, path)
    (head, line), *_ = fields.items()
    match = _SPEAKER.match(head.strip())
    speaker, delivery = (match[1].rstrip(), match[2] or "") if match else (head, "")
    return Line(speaker, line.value, delivery.strip(), False, path)


def _transition(fields: Mapping[str, Node]) -> Transition:
    duration_s = seconds(fields["duration"]) if "duration" in fields else Fraction(1, 2)
    direction, through = (fields[key].value if key in fields else None for key in ("direction", "through"))
    return Transition(fields["type"].value, duration_s, direction, through)


def _continuation(fields: Mapping[str, Node]) -> Continuation:
    return Continuation(fields["shot"].value, fields["as"].value if "as" in fields else "reference")


def _variants(fields: Mapping[str, Node], rows: tuple[Row, ...]) -> Variants:
    matrix = fields_of(fields.get("matrix"))
    return Variants(
        name=_text(fields, "name"),
        rows=rows,
        matrix={name: _choices(node) for name, node in matrix.items()},
        exclude=tuple(_choice(node) for _, node in items_of(fields.get("exclude"))),
        include=tuple(
            {key: _scalar(child) for key, child in fields_of(node).items()}
            for _, node in items_of(fields.get("include"))
        ),
        pilot=_text(fields, "pilot"),
        changes=tuple(
            _change(fields_of(node), ("variants", "change", index)) for index, node in items_of(fields.get("change"))
        ),
    )


def _choices(node: Node) -> Mapping[str, Scalar]:
    if isinstance(node.value, dict):
        return {key: _scalar(child) for key, child in node.value.items()}
    return {child.raw: _scalar(child) for _, child in items_of(node)}


def _choice(node: Node | None) -> Mapping[str, str]:
    return {key: child.raw for key, child in fields_of(node).items()}


def _change(fields: Mapping[str, Node], path: Path) -> Change:
    shots = [str(node.value) for _, node in items_of(fields.get("shots"))]
    return Change(
        when=_choice(fields.get("when")),
        vars={key: _data(node) for key, node in fields_of(fields.get("vars")).items()},
        defaults=_settings(fields_of(fields.get("defaults"))),
        shots=tuple(shots) if "shots" in fields else None,
        without=tuple(str(node.value) for _, node in items_of(fields.get("without"))),
        cut=_cut(fields_of(fields.get("cut"))),
        path=path,
        mix=mix_spec(fields_of(fields.get("mix")), (*path, "mix")),
        captions=captions(fields_of(fields.get("captions"))),
    )


def _scalar(node: Node) -> Scalar:
    value: Scalar = int(node.value) if isinstance(node.value, float) else node.value  # to the schema 5.0 is whole
    return value


def _data(node: Node) -> Data:
    if isinstance(node.value, dict):
        return {key: _data(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return tuple(_data(child) for _, child in items_of(node))
    return _scalar(node)


def _cut(fields: Mapping[str, Node]) -> CutSpec:
    return CutSpec(rate(fields["frame_rate"]) if "frame_rate" in fields else None, _value(fields, "fit"))


def _dollars(node: Node | None) -> Decimal | None:
    return Decimal(digits(node)) if node else None


def _lint(fields: Mapping[str, Node]) -> LintSpec:
    return LintSpec(frozenset(str(node.value) for _, node in items_of(fields.get("off"))))


def take_checks(source: Source) -> tuple[TakeCheck, ...]:
    """The programs that a storyboard, or storyreel.yaml, has look at takes."""
    members = [(("checks", index), fields_of(node)) for index, node in items_of(source.root.child("checks"))]
    return tuple(
        TakeCheck(str(fields["run"].value), int(_value(fields, "timeout") or CHECK_S), path)
        for path, fields in members
        if "run" in fields
    )


def _value(fields: Mapping[str, Node], key: str) -> Any:
    return fields[key].value if key in fields else None


def _text(fields: Mapping[str, Node], key: str) -> str:
    node = fields.get(key)
    return "" if node is None or isinstance(node.value, dict | list) else str(node.value)
