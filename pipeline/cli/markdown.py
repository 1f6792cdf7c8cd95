"""Texts become Markdown for a comment on a pull request, in which nothing that a storyboard says is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.errors import printable

MOST = 60_000  # characters; GitHub takes 65,536 for a comment
CELL, NAME = 600, 200  # characters of a board's text that are shown of it at most
# A reference to a character is never taken for a mark. What is a mark only where a line begins need not be one: each
# line begins with words of ours.
_MARKS = re.compile(r"[&<>`*~\[\]|\\#@$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_BREAK = "&#8203;"  # shows nothing, and ends the word that a mention, an issue or an address would be


def escaped(text: str, most: int, *, money: bool = False) -> str:
    """One line of text that only shows: no mark, no tag, no mention, no link. `money`: its dollars are ours."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    line = " ".join(printable(short).split())
    line = _MARKS.sub(lambda found: found[0] if money and found[0] == "$" else f"&#{ord(found[0])};", line)
    line = line.replace("&#64;", f"&#64;{_BREAK}").replace("&#35;", f"&#35;{_BREAK}").replace("://", f":{_BREAK}//")
    return re.sub(r"(?i)\b(www|gh)(?=[.-])", lambda found: f"{found[0]}{_BREAK}", line)


def row(*cells: str) -> str:
    """A row of a table, of cells that are Markdown already."""
    return f"| {' | '.join(cells)} |\n"


def fitting(texts: Iterable[str], most: int) -> tuple[str, int]:
    """As many of the texts as `most` characters hold, and how many are left out."""
    kept, without = [], 0
    for text in texts:
        fits = not without and len(text) <= most
        most -= len(text) if fits else 0
        kept += [text] if fits else []
        without += not fits
    return "".join(kept), without


def left_out(number: int, thing: str) -> str:
    """The note on things for which there was no room."""
    return f"{number:,} more {thing}{'' if number == 1 else 's'} left out: a comment holds no more."
