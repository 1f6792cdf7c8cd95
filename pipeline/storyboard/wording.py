"""The words of the cut in a tree become values: titles, lower thirds, captions, lines of credits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.storyboard.measures import seconds
from pipeline.storyboard.nodes import Node, Path, fields_of, items_of
from pipeline.storyboard.words import CaptionSpec, Inscription, Rows, Text

_COLOURS = {"black": "#000000", "white": "#ffffff"}


def inscriptions(fields: Mapping[str, Node], path: Path) -> Iterator[Inscription]:
    """What is drawn over a shot, or read in place of what is said in it."""
    if "title" in fields:
        yield _inscription("title", fields["title"], ("text",), (*path, "title"))
    if "lower_third" in fields:
        yield _inscription("lower_third", fields["lower_third"], ("name", "role"), (*path, "lower_third"))
    if "caption" in fields:
        node, place = fields["caption"], (*path, "caption")
        if isinstance(node.value, list):
            for index, member in items_of(node):
                yield _inscription("caption", member, ("text",), (*place, index))
        else:
            yield Inscription("caption", ((wording(node),),), None, None, "center", place)


def _inscription(kind: str, node: Node, words: tuple[str, ...], path: Path) -> Inscription:
    fields = fields_of(node)
    found = [fields[word] for word in words if word in fields] if fields else [node]
    position = fields["position"].value if "position" in fields else "center"
    start_s, duration_s = (seconds(fields[key]) if key in fields else None for key in ("start", "duration"))
    rows = tuple((wording(each),) for each in found)
    return Inscription(kind, rows, start_s, duration_s, position, path)  # type: ignore[arg-type]  # one of three words


def wording(node: Node) -> Text:
    """Text, or text by language."""
    if isinstance(node.value, dict):
        return tuple((language, str(child.value)) for language, child in node.value.items())
    return (("", str(node.value)),)


def credit_rows(node: Node) -> Rows:
    """The lines of credits; those of one language have a text in that alone."""
    if isinstance(node.value, dict):
        return tuple(row for language, lines in node.value.items() for row in _credit_rows(lines, language))
    return tuple(_credit_rows(node, ""))


def _credit_rows(lines: Node, language: str) -> Iterator[tuple[Text, ...]]:
    for _, line in items_of(lines):
        if not isinstance(line.value, dict):
            yield (((language, str(line.value)),),)
            continue
        for part, node in fields_of(line).items():
            names = [child for _, child in items_of(node)] if isinstance(node.value, list) else [node]
            for number, name in enumerate(names):
                yield ((language, "" if number else part),), ((language, str(name.value)),)


def colour(node: Node | None) -> str:
    """A colour as #rrggbb; black where none is said."""
    return _COLOURS["black"] if node is None else _COLOURS.get(node.value, str(node.value).lower())


def captions(fields: Mapping[str, Node]) -> CaptionSpec:
    """What is said of captions."""
    return CaptionSpec(**{key: node.value for key, node in fields.items()})
