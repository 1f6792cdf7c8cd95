"""What differs becomes Markdown for a comment on a pull request, in which nothing of a storyboard is obeyed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.cli import edits
from pipeline.cli.changes import marked
from pipeline.cli.edits import Prompt, Row
from pipeline.errors import printable
from pipeline.produce import Compared

MOST = 60_000  # characters; GitHub takes 65,536 for a comment
_MOST_BESIDE = 12_000  # of what is said above the table, and of what is said below
_RESERVE = 400  # for the notes on what was left out
_CELL, _STRETCH, _NAME = 600, 1_500, 200  # characters of a board's text that are shown of it at most
# A reference to a character is never taken for a mark. What is a mark only where a line begins need not be one: each
# line begins with words of ours.
_MARKS = re.compile(r"[&<>`*~\[\]|\\#@$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_BREAK = "&#8203;"  # shows nothing, and ends the word that a mention, an issue or an address would be
_HEAD = "| shot | what | to shoot | why |\n| --- | --- | ---: | --- |\n"
_DETAILS = "\n<details><summary>Words that differ in prompts</summary>\n\n"
_END = "</details>\n"


def markdown(compared: Compared) -> str:
    """The comment: a headline, a table, and the words that differ in prompts. At most `MOST` characters."""
    found = compared.difference
    head = f"### {escaped(compared.title, _NAME)}: {escaped(edits.headline(found), _CELL, money=True)}\n\n"
    said = (f"{escaped(text, _CELL)}<br>\n" for text in (f"of {compared.file}", *edits.states(compared)))
    head += _fitting(said, _MOST_BESIDE)[0]
    beside, untold = _fitting((f"\n{escaped(text, _CELL)}\n" for text in edits.beside(found)), _MOST_BESIDE)
    tail = beside + (f"\n{_left_out(untold, 'setting')}\n" if untold else "")
    tail += f"\n{escaped(edits.totals(compared), _CELL, money=True)}\n"
    left = MOST - len(head) - len(tail) - len(_HEAD) - len(_DETAILS) - len(_END) - _RESERVE
    rows, without = _fitting(map(_row, edits.rows(found)), left)
    prompts, unsaid = _fitting(map(_prompt, edits.prompts(found)), left - len(rows))
    table = f"\n{_HEAD}{rows}" if rows else ""
    table += f"\n{_left_out(without, 'shot')}\n" if without else ""
    details = f"{_DETAILS}{prompts}{_END}" if prompts else ""
    details += f"\n{_left_out(unsaid, 'prompt')}\n" if unsaid else ""
    return head + table + details + tail


def escaped(text: str, most: int, *, money: bool = False) -> str:
    """One line of text that only shows: no mark, no tag, no mention, no link. `money`: its dollars are ours."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    line = " ".join(printable(short).split())
    line = _MARKS.sub(lambda found: found[0] if money and found[0] == "$" else f"&#{ord(found[0])};", line)
    line = line.replace("&#64;", f"&#64;{_BREAK}").replace("&#35;", f"&#35;{_BREAK}").replace("://", f":{_BREAK}//")
    return re.sub(r"(?i)\b(www|gh)(?=[.-])", lambda found: f"{found[0]}{_BREAK}", line)


def _row(row: Row) -> str:
    cells = (escaped(row.shot, _NAME), row.what, row.price, escaped(row.why, _CELL))
    return f"| {' | '.join(cells)} |\n"


def _prompt(prompt: Prompt) -> str:
    words = marked(prompt.words, gone=("~~", "~~"), new=("**", "**"), quoted=lambda text: escaped(text, _STRETCH))
    return f"**{escaped(', '.join(prompt.shots), _NAME)}:** {words}\n\n"


def _fitting(texts: Iterable[str], most: int) -> tuple[str, int]:
    """As many of the texts as `most` characters hold, and how many are left out."""
    kept, left_out = [], 0
    for text in texts:
        fits = not left_out and len(text) <= most
        most -= len(text) if fits else 0
        kept += [text] if fits else []
        left_out += not fits
    return "".join(kept), left_out


def _left_out(number: int, thing: str) -> str:
    return f"{number:,} more {thing}{'' if number == 1 else 's'} left out: a comment holds no more."
