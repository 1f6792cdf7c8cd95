"""What renders may use up, counted while they run: steps, characters made on the way, characters that come out.

An allow-list alone bounds nothing: nested loops, `replace` and `join` passed one, and took seconds and gigabytes. So
whatever a template does is paid for before it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.templates.failure import TemplateError

STEPS = 20_000  # of one render; each expression, tag, item and turn of a loop is one, and takes about a microsecond
MADE = 256 * 1024  # characters that filters, macros and ~ make in one render
MAX_TEXT = 64 * 1024  # characters, of a template and of what it becomes
_READ = 256  # characters that are looked through in one step

_SPENT = {  # limit of one render, what it says, what it says where several together reached theirs, how to mend it
    "steps": (STEPS, "it takes more than {:,} steps", "steps", "loop over less, or write the text out"),
    "made": (MADE, "it makes more than {:,} characters on the way", "characters made", "set, join and replace less"),
    "output": (MAX_TEXT, "it becomes longer than {:,} characters", "characters of text", "shorten it"),
}


@dataclass(slots=True)
class Budget:
    """What is left for several renders together; each of them has its own limits besides, and stops at the nearer."""

    steps: int = STEPS
    made: int = MADE  # characters
    output: int = MAX_TEXT  # characters


class Meter:
    """What is left for one render."""

    __slots__ = ("_began", "_shared", "made", "output", "steps")

    def __init__(self, shared: Budget) -> None:
        self._shared = shared
        self.steps = min(STEPS, max(0, shared.steps))
        self.made = min(MADE, max(0, shared.made))
        self.output = min(MAX_TEXT, max(0, shared.output))
        self._began = (self.steps, self.made, self.output)

    def step(self, count: int = 1) -> None:
        """Pay for expressions, tags, turns or items."""
        self.steps -= count
        if self.steps < 0:
            raise self._spent("steps")

    def read(self, characters: int) -> None:
        """Pay for text that is looked through."""
        self.step(characters // _READ)

    def make(self, characters: int) -> None:
        """Pay for text that is about to be made."""
        self.made -= characters
        if self.made < 0:
            raise self._spent("made")

    def put(self, characters: int) -> None:
        """Pay for text that is about to come out."""
        self.output -= characters
        if self.output < 0:
            raise self._spent("output")

    def settle(self) -> None:
        """Take what was used from what all renders share."""
        steps, made, output = self._began
        self._shared.steps -= steps - self.steps
        self._shared.made -= made - self.made
        self._shared.output -= output - self.output

    def _spent(self, what: Literal["steps", "made", "output"]) -> TemplateError:
        limit, alone, together, mend = _SPENT[what]
        if getattr(self._shared, what) < limit:
            return TemplateError(f"with it, all templates together use too many {together}", mend)
        return TemplateError(alone.format(limit), mend)
