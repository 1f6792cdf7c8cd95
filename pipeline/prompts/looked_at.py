"""Which variables can change what a shot says: the names that its texts and those around it look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline import templates
from pipeline.storyboard import Entry, Path, Storyboard, Subject
from pipeline.templates import Data, Library, TemplateError

# Parts of a prompt that a prompt template puts together.
PARTS = frozenset(
    {"references", "cast", "style", "location", "camera", "action", "shots", "dialogue", "sound", "constraints"}
)
_MENTION = re.compile(r"@([A-Za-z][A-Za-z0-9_]*)")
# A mention whose name is only known once it is filled in: "@{{ who }}", or "{{ who }}s" of a value that mentions.
_UNSEEN = re.compile(r"@\s*\{[{%]|[%}]\}[\w{]")


@dataclass(frozen=True, slots=True)
class Looked:
    """A text that is filled in, and the variables it looks at."""

    path: Path
    names: frozenset[str]


def looked_at(board: Storyboard, entry: Entry, brought: frozenset[str] = frozenset()) -> tuple[Looked, ...]:
    """Each text that what is composed of the entry is made from. A text that is no template looks at nothing.

    `brought` are the keys that values of variables mention.
    """
    found = [*_board_texts(board), *_entry_texts(board, entry)]
    for subject in _subjects(board, entry, brought):
        found += [((*subject.path, "description"), subject.description)]
        found += [((*subject.path, "voice", "description"), subject.voice_description)]
    looked = (Looked(path, _names(board, path, text)) for path, text in found if "{" in text)
    return tuple(item for item in looked if item.names)


def _board_texts(board: Storyboard) -> Iterator[tuple[Path, str]]:
    for key in ("look", "palette", "lighting"):
        yield ("style", key), getattr(board.style, key)
    for key in ("music", "ambience"):
        yield ("sound", key), getattr(board.sound, key)


def _entry_texts(board: Storyboard, entry: Entry) -> Iterator[tuple[Path, str]]:
    if entry.raw:
        return
    at, template = template_of(board, entry)
    yield at, template
    yield (*entry.path, "prompt"), entry.prompt
    for part in entry.parts:
        yield (*part.path, "prompt"), part.prompt
        yield (*part.path, "notes"), part.notes
        for line in part.dialogue:
            yield line.path, line.line
            yield (*line.path, "delivery"), line.delivery


def template_of(board: Storyboard, entry: Entry) -> tuple[Path, str]:
    """The template that composes the entry's prompt instead of the recipe, and where it stands; "" for the recipe."""
    if entry.prompt_template:
        return (*entry.path, "prompt_template"), entry.prompt_template
    return ("prompt_template",), board.prompt_template


def mentioned_by_values(board: Storyboard) -> frozenset[str]:
    """The keys of subjects that values of variables mention: they come with whatever shot shows the value."""
    found: set[str] = set()
    waiting: list[Data] = list(board.vars.values())
    if variants := board.variants:
        tables = (*(row.values for row in variants.rows), *variants.matrix.values(), *variants.include)
        waiting += [
            value for table in (*tables, *(change.vars for change in variants.changes)) for value in table.values()
        ]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.update(_MENTION.findall(value) if "@" in value else ())
        elif not isinstance(value, int):
            waiting += value if isinstance(value, tuple) else value.values()
    return frozenset(found)


def _subjects(board: Storyboard, entry: Entry, brought: frozenset[str]) -> Iterator[Subject]:
    """The subjects that the entry may show or let speak."""
    texts = [entry.prompt, *(part.prompt for part in entry.parts)]
    if any("{%" in text or _UNSEEN.search(text) for text in texts):
        yield from board.subjects.values()
        return
    keys = {key for text in texts for key in _MENTION.findall(text)}
    keys |= brought if any("{{" in text for text in texts) else frozenset()
    keys |= {part.location for part in entry.parts} | {line.speaker for part in entry.parts for line in part.dialogue}
    yield from (subject for key, subject in board.subjects.items() if key in keys)


def _names(board: Storyboard, path: Path, text: str) -> frozenset[str]:
    try:
        found = templates.names(text, library_at(board, path))
    except TemplateError:
        return frozenset()
    return found - PARTS if path[-1] == "prompt_template" else found


def library_at(board: Storyboard, path: Path) -> Library:
    """The files that the text at `path` may include, seen from the folder of the file it stands in."""
    folder = board.source.node(path).text.folder if board.texts.files else ""
    return Library(board.texts.files, folder) if folder else board.texts
