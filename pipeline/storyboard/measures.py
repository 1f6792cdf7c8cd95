"""Lengths of time and frame rates of a tree, that the schema's types let through: read exactly, or told of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from pipeline import frames
from pipeline.errors import Problem
from pipeline.storyboard import shape
from pipeline.storyboard.nodes import Node, Path, Source, fields_of, items_of
from pipeline.storyboard.repair import Wrong

_TIMES, _TIMES_OF_WORDS = (
    frozenset({"duration", "in", "out", "audio_lead", "audio_lag"}),
    frozenset({"duration", "start"}),
)
_CUES = ("music", "voice_over", "effects")
_CUE_TIMES = frozenset({"in", "fade_in", "fade_out"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_Reader = Callable[[Node], object]


def unreadable(source: Source) -> Iterator[Wrong]:
    """The values that stand for a time or a rate and can't be read as one."""
    for path, node, reader in _measures(source.root):
        try:
            if isinstance(node.value, str | int | float) and not isinstance(node.value, bool):
                reader(node)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            yield Wrong(Problem("length", shape.dotted(path), message, hint, source.place(path)), path)


def seconds(node: Node) -> Fraction:
    """Exact seconds. Raises ValueError with a sentence for people."""
    return frames.seconds(node.raw) if isinstance(node.value, str) else Fraction(digits(node))


def moment(node: Node) -> Fraction | str:
    """Exact seconds, or the id of a shot. Raises ValueError with a sentence for people where it can be neither."""
    try:
        return seconds(node)
    except ValueError:
        if _ID.match(str(node.value)):
            return str(node.value)
        raise


def rate(node: Node) -> Fraction:
    """Exact frames a second. Raises ValueError with a sentence for people."""
    return frames.rate(node.raw if isinstance(node.value, str) else str(Decimal(digits(node))))


def digits(node: Node) -> str:
    """A number with exactly the digits that the author typed; one in octal or hex in decimal."""
    return node.raw if isinstance(node.value, float) else str(node.value)


def _measures(root: Node) -> Iterator[tuple[Path, Node, _Reader]]:
    top = fields_of(root)
    yield from _settings((), top)
    for index, entry in items_of(top.get("shots")):
        path: Path = ("shots", index)
        yield from _shot(path, entry)
        for time, node in items_of(fields_of(entry).get("split")):
            yield (*path, "split", time), node, seconds
        for number, part in items_of(fields_of(entry).get("shots")):
            yield from _shot((*path, "shots", number), part)
    yield from _shot(("credits",), top.get("credits"))
    for index, change in items_of(fields_of(top.get("variants")).get("change")):
        path = ("variants", "change", index)
        yield from _settings(path, fields_of(change))
        yield from _cues((*path, "mix"), fields_of(change).get("mix"), moment)
    yield from _cues(("mix",), top.get("mix"), moment)


def _settings(path: Path, fields: Mapping[str, Node]) -> Iterator[tuple[Path, Node, _Reader]]:
    yield from _times((*path, "defaults"), fields.get("defaults"))
    if found := fields_of(fields.get("cut")).get("frame_rate"):
        yield (*path, "cut", "frame_rate"), found, rate


def _shot(path: Path, shot: Node | None) -> Iterator[tuple[Path, Node, _Reader]]:
    yield from _times(path, shot)
    yield from _times((*path, "transition"), fields_of(shot).get("transition"))
    for key in ("card", "title", "lower_third"):
        yield from _times((*path, key), fields_of(shot).get(key), _TIMES_OF_WORDS)
    for index, caption in items_of(fields_of(shot).get("caption")):
        yield from _times((*path, "caption", index), caption, _TIMES_OF_WORDS)
    yield from _cues(path, shot, seconds)


def _cues(above: Path, node: Node | None, at: _Reader) -> Iterator[tuple[Path, Node, _Reader]]:
    """The times of sound files; `at` reads when one begins."""
    for key in _CUES:
        found = fields_of(node).get(key)
        members = [((*above, key), found)] if fields_of(found) else []
        members += [((*above, key, index), member) for index, member in items_of(found)]
        for path, cue in members:
            for name, child in fields_of(cue).items():
                if name in _CUE_TIMES or name in ("at", "until"):
                    yield (*path, name), child, at if name in ("at", "until") else seconds


def _times(path: Path, node: Node | None, keys: frozenset[str] = _TIMES) -> Iterator[tuple[Path, Node, _Reader]]:
    for key, child in fields_of(node).items():
        if key in keys:
            yield (*path, key), child, seconds
