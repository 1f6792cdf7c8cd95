"""Problems of a storyboard become plain values that a page shows where they belong: at a shot, or above all shots."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pipeline.errors import GenerationError, Place, Problem, StoryreelError, excerpt, one_line
from pipeline.preview.reading import Reading, as_problem
from pipeline.storyboard import Entry, Storyboard

_ID = re.compile(r"""(?:^|[\s{,])id:\s*["']?([\w.-]+)""")
_TOP_LEVEL = re.compile(r"([A-Za-z_]\w*)\s*:")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a storyboard now."""

    problems: tuple[Problem, ...] = ()
    board: Storyboard | None = None  # what could be read of it
    text: str = ""  # its file, where it could not
    broken: bool = False  # nothing of it is shown: what is shown is older
    file: Path = Path()

    @classmethod
    def of(cls, reading: Reading, file: Path) -> Complaint:
        """What is wrong with a reading of a file."""
        board, text = reading.film.board if reading.film else None, ""
        if not board:
            with suppress(OSError):
                text = file.read_text(encoding="utf-8", errors="replace")
        return cls(reading.problems, board, text, not reading.good, file)

    def told(
        self,
        shown: Collection[str],
        errors: Sequence[StoryreelError],
        failed: Mapping[str, str] = MappingProxyType({}),
    ) -> Mapping[str, Any]:
        """All of it as plain JSON, errors of no line as well; `shown` has the ids of the panels that there are.

        `failed` tells of shots, by their ids, why they have no clip.
        """
        also = [_fields(as_problem(error, self.file), "") for error in errors]
        also += [_fields(as_problem(GenerationError(why), self.file), shot) for shot, why in failed.items()]
        problems = placed(self.problems, self.board, self.text, shown) + also
        return {"problems": problems, "broken": self.broken, "file": str(self.file)}


def placed(
    problems: Sequence[Problem], board: Storyboard | None, text: str, shown: Collection[str]
) -> list[Mapping[str, Any]]:
    """The problems as plain JSON, each with the id of the panel that it is about, or "".

    `board` is what could be read of the storyboard, `text` its file, and `shown` the ids of the panels there are.
    """
    lines = text.splitlines()
    return [_fields(one, _shot(one, board, lines, shown)) for one in problems]


def _fields(problem: Problem, shot: str) -> Mapping[str, Any]:
    place = problem.place
    before, marked, after = excerpt(place) if place.text else ("", "", "")
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": one_line(f"{problem.path}: {problem.message}" if problem.path else problem.message),
        "hint": one_line(problem.hint),
        "where": f"{place.file}:{place.line}:{place.column}" if place.line else place.file,
        "line": place.line,
        "before": before,
        "marked": marked,
        "after": after,
        "shot": shot,
    }


def _shot(problem: Problem, board: Storyboard | None, lines: Sequence[str], shown: Collection[str]) -> str:
    if board:
        named = re.match(r"shots\[(\d+)\](?:\.shots\[(\d+)\])?", problem.path)
        entry = _entry(board, int(named[1])) if named else None
        if not named or not entry:
            return ""
        part = entry.parts[int(named[2])].id if named[2] and int(named[2]) < len(entry.parts) else ""
        ids = [part, entry.id, *(shot.id for shot in entry.shots)]
        return next((one for one in ids if one in shown), "")
    return _nearest(problem.place, lines, shown)


def _entry(board: Storyboard, index: int) -> Entry | None:
    return next((entry for entry in board.entries if entry.path[1] == index), None)


def _nearest(place: Place, lines: Sequence[str], shown: Collection[str]) -> str:
    """Of a text that is no YAML: the shot whose id stands last before the place, as long as that is among the shots."""
    for line in reversed(lines[: place.line]):
        top = _TOP_LEVEL.match(line)
        if top:
            return ""
        if found := [one for one in _ID.findall(line) if one in shown]:
            return str(found[-1])
    return ""
