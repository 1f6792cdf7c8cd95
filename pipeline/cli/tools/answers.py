"""A call of a tool becomes an answer: its JSON, an error that can be mended, or word of a bug."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.cli import show
from pipeline.cli.tools.tool import Tool
from pipeline.cli.tools.words import Words, refuse_other_words
from pipeline.errors import SetupError, StoryreelError
from pipeline.produce import Tell

_MOST = 4 << 20  # characters: a client has to hold them, and somebody to read them
_BUG = 70


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to whoever called."""

    texts: tuple[str, ...]  # JSON, then what is said beside it
    value: Mapping[str, Any] | None  # the same JSON; None for an error
    is_error: bool = False


def answer(tool: Tool, words: Words, tell: Tell) -> Answer:
    """Do what a call asks for. Nothing escapes but KeyboardInterrupt."""
    try:
        refuse_other_words(tool.name, tool.words, words.said)
        said = tool.run(words, tell)
        text = show.as_json(said.value)
        if len(text) > _MOST:
            hint = "ask for less: name a variant or a shot; or use the command line"
            raise SetupError(f"{tool.name} has {len(text):,} characters to say, and may say {_MOST:,}", hint=hint)
        return Answer((text, *map(show.harmless, said.notes)), json.loads(text))
    except StoryreelError as error:
        return Answer((show.as_json(show.failure_fields(error)),), None, is_error=True)
    except Exception as error:  # noqa: BLE001 - as in `main`: whatever escapes is a bug, and the server lives on
        return _bug(error)


def _bug(error: Exception) -> Answer:
    show.bug("".join(traceback.format_exception(error)))
    hint = "its traceback is in what the server said on stderr; please report it"
    fields = show.error_fields(StoryreelError(f"a bug in storyreel: {type(error).__name__}", hint=hint))
    # What it had begun to buy may have been accepted.
    fields |= {"code": "bug", "charged": "unknown", "exit_code": _BUG, "problems": []}
    return Answer((show.as_json({"format": 1, "error": fields}),), None, is_error=True)
