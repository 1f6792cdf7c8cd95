"""What a tool is: a name, words of certain types, what it does with them, and what it may touch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.cli.tools.words import Words
from pipeline.produce import Tell

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What a tool has to say."""

    value: Mapping[str, Any]  # as the command of that name prints it with --json
    notes: tuple[str, ...] = ()  # what a command would say beside it


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool."""

    name: str
    title: str
    description: str  # for a language model: what it does, what it costs, what to do next
    words: Schema  # of its arguments
    output: str  # the schema of what it says: a name below schemas/output
    run: Callable[[Words, Tell], Said]  # raises StoryreelError for what can be mended
    reads_only: bool = True
    destroys: bool = False  # replaces something that was there, or spends: neither comes back by itself
    repeats: bool = True  # the same call once more changes nothing more
    reaches_out: bool = False  # asks the paid API
    alone: Callable[[Words], bool] = lambda _: False  # whether a call with these words waits for its turn to write


def always(_: Words) -> bool:
    """Every call waits for its turn."""
    return True


def words(required: tuple[str, ...], **properties: Schema) -> Schema:
    """The schema of a tool's arguments; a trailing underscore keeps a name from being a keyword of Python."""
    named = {name.rstrip("_"): rule for name, rule in properties.items()}
    return {"type": "object", "properties": named, "required": list(required), "additionalProperties": False}


def text(description: str) -> Schema:
    """A word."""
    return {"type": "string", "minLength": 1, "maxLength": 4096, "description": description}


def texts(description: str, least: int = 0) -> Schema:
    """Some words."""
    word = {"type": "string", "minLength": 1, "maxLength": 4096}
    return {"type": "array", "items": word, "minItems": least, "maxItems": 1000, "description": description}


def flag(description: str) -> Schema:
    """Yes or no; no where nothing is said."""
    return {"type": "boolean", "default": False, "description": description}
