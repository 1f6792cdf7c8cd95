"""An entry and its values become its ingredients: by name everything that its prompt is made from, as it is written.

Two sets of ingredients that are held against each other tell which of them moved a prompt, and which went away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple

from pipeline.prompts.looked_at import Texts
from pipeline.storyboard import Entry, Path, Reference, Storyboard, dotted
from pipeline.templates import Data


def ingredients(
    board: Storyboard, entry: Entry, values: Mapping[str, Data], names: Iterable[str], texts: Texts
) -> Mapping[str, str]:
    """What the entry's prompt is made from with the values of one variant, by the names that an author gave.

    What belongs to the shot itself has short names ("prompt", "camera"), which it keeps wherever the shot stands;
    `names` are the variables that its texts look at, and `texts` what `texts_of` tells of the entry, in whatever
    variant. Texts are those of the author, templates not filled in: where a variable has another value the variable
    alone is another.
    """
    own, subjects = texts
    found: dict[str, str] = {}
    for path, text in dict.fromkeys((*own, *_of_parts(entry))):  # a single shot is an entry and its part
        if text and path[-1] != "notes":
            name = _name(entry, path)
            found[name] = f"{found[name]}\n{text}" if name in found else text  # all lines of dialogue are one
    found |= dict(_files(board, found.values()))
    found |= {f"variable {name}": str(values[name]) for name in names if name in values}
    for subject in subjects:
        voice = (subject.voice,) if subject.voice else ()
        found[dotted(subject.path)] = f"{subject.name}: {_roles((*subject.references, *voice))}"
    found |= {"references": _roles(entry.references), "location": entry.location}
    return {name: text for name, text in found.items() if text}


def _of_parts(entry: Entry) -> Iterator[tuple[Path, str]]:
    """What stands in the parts of an entry and is no template."""
    for part in entry.parts:
        yield (*part.path, "camera"), " ".join(map(str, astuple(part.camera))) if part.camera else ""
        yield (*part.path, "location"), part.location
        yield from ((line.path, f"{line.speaker} {line.off_screen}") for line in part.dialogue)


def _files(board: Storyboard, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The prompt files that the texts include, and those that these do: by their names, whatever folder they are in."""
    left, waiting = dict(board.texts.files), list(texts)
    while waiting:
        text = waiting.pop()
        if "include" in text:
            named = [file for file in left if file.rpartition("/")[2] in text]
            waiting += [left[file] for file in named]
            yield from ((f"file {file}", left.pop(file)) for file in named)


def _name(entry: Entry, path: Path) -> str:
    """The path as the author would say it: without the place of the shot among the others."""
    for part in entry.parts:
        if entry.several and path[: len(part.path)] == part.path:
            return f"{part.id} {_short(path[len(part.path) :])}"
    return _short(path[len(entry.path) :]) if path[: len(entry.path)] == entry.path else dotted(path)


def _short(path: Path) -> str:
    return "dialogue" if path[0] == "dialogue" else dotted(path)


def _roles(references: Iterable[Reference]) -> str:
    return ", ".join(f"{reference.kind} {reference.role}".strip() for reference in references)
