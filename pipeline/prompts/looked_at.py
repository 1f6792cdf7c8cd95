"""Which variables can change what a shot says: the names that its texts and those around it look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline import templates
from pipeline.storyboard import Entry, Path, Storyboard, Subject
from pipeline.templates import Library, TemplateError

# Parts of a prompt that a prompt template puts together.
PARTS = frozenset(
    {"references", "cast", "style", "location", "camera", "action", "shots", "dialogue", "sound", "constraints"}
)
_OWN_DATA = frozenset({"characters", "locations", "props"})  # whose texts may mention others
_MENTION = re.compile(r"@([A-Za-z][A-Za-z0-9_]*)")
_UNSEEN = re.compile(r"@(?![A-Za-z@])|@\w+\{")  # a mention whose name is only known once it is filled in


@dataclass(frozen=True, slots=True)
class Looked:
    """A text that is filled in, and the variables it looks at."""

    path: Path
    names: frozenset[str]


def looked_at(board: Storyboard) -> tuple[tuple[Looked, ...], ...]:
    """For each entry the texts that what is composed of it is made from; one that is no template looks at nothing."""
    mentioning = _mentioning(board) | _OWN_DATA
    return tuple(_looked_at(board, entry, mentioning) for entry in board.entries)


def shown(board: Storyboard) -> frozenset[str]:
    """The keys of all subjects that some entry may show, be in, or let speak."""
    mentioning = _mentioning(board) | _OWN_DATA
    return frozenset(who.key for entry in board.entries for who in _subjects(board, entry, mentioning))


def _looked_at(board: Storyboard, entry: Entry, mentioning: frozenset[str]) -> tuple[Looked, ...]:
    found = [*_board_texts(board), *_entry_texts(board, entry)]
    for subject in _subjects(board, entry, mentioning):
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


def _subjects(board: Storyboard, entry: Entry, mentioning: frozenset[str]) -> Iterator[Subject]:
    """The subjects that the entry may show or let speak: all of them where that hangs on what is filled in."""
    paths = [(*entry.path, "prompt"), *((*part.path, "prompt") for part in entry.parts)]
    texts = [entry.prompt, *(part.prompt for part in entry.parts)]
    if any(_may_mention(board, path, text, mentioning) for path, text in zip(paths, texts, strict=True)):
        yield from board.subjects.values()
        return
    keys = {key for text in texts for key in _MENTION.findall(text)}
    keys |= {entry.location} | {part.location for part in entry.parts}
    keys |= {line.speaker for part in entry.parts for line in part.dialogue}
    yield from (subject for key, subject in board.subjects.items() if key in keys)


def _may_mention(board: Storyboard, path: Path, text: str, mentioning: frozenset[str]) -> bool:
    """Whether filling the text in can bring a mention that does not stand in it as it is."""
    if "{{" not in text and "{%" not in text:
        return False
    if "{%" in text or _UNSEEN.search(text):
        return True
    return bool(_names(board, path, text) & mentioning)


def _mentioning(board: Storyboard) -> frozenset[str]:
    """The variables that have an @ in one of their values."""
    wanted = board.variants
    rows = [row.values for row in wanted.rows] if wanted else []
    valued: list[tuple[str, object]] = [*board.vars.items(), *(item for row in rows for item in row.items())]
    if wanted:
        valued += [(name, value) for name, values in wanted.matrix.items() for value in values.values()]
        valued += [item for added in wanted.include for item in added.items()]
        valued += [item for change in wanted.changes for item in change.vars.items()]
    return frozenset(name for name, value in valued if "@" in str(value))


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
