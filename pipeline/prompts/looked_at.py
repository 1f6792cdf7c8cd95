"""Which variables can change what a shot says: the names that its texts and those around it look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
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
# A mention whose name is only known once it is filled in: "@{{ who }}", "@kee{{ end }}", or "{{ who }}s" of "@keeper".
_UNSEEN = re.compile(r"@(?![A-Za-z@])|@\w+\{|\}\}[\w{]")
Texts = tuple[list[tuple[Path, str]], list[Subject]]  # by place, and the subjects they may bring
_Mentioning = Mapping[str, frozenset[str] | None]  # variable -> whom its values mention; None: nobody can say


@dataclass(frozen=True, slots=True)
class Looked:
    """A text that is filled in, and the variables it looks at."""

    path: Path
    names: frozenset[str]


def looked_at(board: Storyboard) -> tuple[tuple[Looked, ...], ...]:
    """For each entry the texts that what is composed of it is made from; one that is no template looks at nothing."""
    mentioning = _mentioning(board)
    return tuple(_looked_at(board, entry, mentioning) for entry in board.entries)


def shown(board: Storyboard) -> frozenset[str]:
    """The keys of all subjects that some entry may show, be in, or let speak."""
    mentioning = _mentioning(board)
    return frozenset(who.key for entry in board.entries for who in _subjects(board, entry, mentioning))


def texts_of(board: Storyboard, entry: Entry) -> Texts:
    """Every text that may be part of what is composed of the entry, with its place; and the subjects it may bring."""
    subjects = list(_subjects(board, entry, _mentioning(board)))
    return _texts(board, entry, subjects), subjects


def _looked_at(board: Storyboard, entry: Entry, mentioning: _Mentioning) -> tuple[Looked, ...]:
    found = _texts(board, entry, _subjects(board, entry, mentioning))
    looked = (Looked(path, _names(board, path, text)) for path, text in found if "{" in text)
    return tuple(item for item in looked if item.names)


def _texts(board: Storyboard, entry: Entry, subjects: Iterable[Subject]) -> list[tuple[Path, str]]:
    found = [*_board_texts(board), *_entry_texts(board, entry)]
    for subject in subjects:
        found += [((*subject.path, "description"), subject.description)]
        found += [((*subject.path, "voice", "description"), subject.voice_description)]
    return found


def _board_texts(board: Storyboard) -> Iterator[tuple[Path, str]]:
    for key in ("look", "palette", "lighting"):
        yield ("style", key), getattr(board.style, key)
    for key in ("music", "ambience"):
        yield ("sound", key), getattr(board.sound, key)


def _entry_texts(board: Storyboard, entry: Entry) -> Iterator[tuple[Path, str]]:
    if not entry.raw:  # which is sent as it stands; what is said beside it is filled in all the same
        yield template_of(board, entry)
        yield (*entry.path, "prompt"), entry.prompt
    for part in entry.parts:
        if not entry.raw:
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


def _subjects(board: Storyboard, entry: Entry, mentioning: _Mentioning) -> Iterator[Subject]:
    """The subjects that the entry may show or let speak: all of them where that hangs on what is filled in."""
    texts = [((*entry.path, "prompt"), entry.prompt), *(((*part.path, "prompt"), part.prompt) for part in entry.parts)]
    mentioned = [_mentioned(board, path, text, mentioning) for path, text in texts]
    if None in mentioned:
        yield from board.subjects.values()
        return
    keys = {key for found in mentioned for key in found or ()}
    keys |= {entry.location} | {part.location for part in entry.parts}
    keys |= {line.speaker for part in entry.parts for line in part.dialogue}
    yield from (subject for key, subject in board.subjects.items() if key in keys)


def _mentioned(board: Storyboard, path: Path, text: str, mentioning: _Mentioning) -> frozenset[str] | None:
    """Whom the text mentions once it is filled in; None where that may be anybody."""
    found = frozenset(_MENTION.findall(text))
    if "{{" not in text and "{%" not in text:
        return found
    brought = [mentioning[name] for name in _names(board, path, text) if name in mentioning]
    if "{%" in text or None in brought or _UNSEEN.search(text if brought else text.replace("}}", "")):
        return None
    return found.union(*(keys for keys in brought if keys))


def _mentioning(board: Storyboard) -> _Mentioning:
    """The variables that have an @ in one of their values, and the board's own data, whose texts may have one."""
    wanted = board.variants
    valued: list[tuple[str, object]] = list(board.vars.items())
    if wanted:
        tables = (*(row.values for row in wanted.rows), *wanted.include, *(change.vars for change in wanted.changes))
        valued += [item for table in tables for item in table.items()]
        valued += [(name, value) for name, values in wanted.matrix.items() for value in values.values()]
    found: dict[str, frozenset[str] | None] = dict.fromkeys(_OWN_DATA)
    for name, value in valued:
        if "@" in (text := str(value)) and (earlier := found.get(name, frozenset())) is not None:
            found[name] = None if _UNSEEN.search(text) else earlier.union(_MENTION.findall(text))
    return found


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
