"""What differs becomes Markdown for a comment on a pull request, in which nothing of a storyboard is obeyed."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.cli import edits
from pipeline.cli.changes import marked
from pipeline.cli.edits import Prompt, Row
from pipeline.cli.markdown import CELL, MOST, NAME, escaped, fitting, left_out, row
from pipeline.produce import Compared

_BESIDE_SHARE = 5  # a fifth is for what is said above the table, and as much for what is said below
_RESERVE = 400  # characters for the notes on what was left out
_STRETCH = 1_500  # characters of a stretch of a prompt that are shown of it at most
_HEAD = "| shot | what | to shoot | why |\n| --- | --- | ---: | --- |\n"
_DETAILS = "\n<details><summary>Words that differ in prompts</summary>\n\n"
_END = "</details>\n"


def markdown(compared: Compared) -> str:
    """The comment: a headline, a table, and the words that differ in prompts. At most `MOST` characters."""
    return section(compared, (f"of {compared.file}", *edits.states(compared)), MOST)


def section(compared: Compared, about: Iterable[str], most: int) -> str:
    """The same with other words about it, and at most so many characters, which should be some thousand."""
    found, most_beside = compared.difference, most // _BESIDE_SHARE
    head = f"### {escaped(compared.title, NAME)}: {escaped(edits.headline(found), CELL, money=True)}\n\n"
    head += fitting((f"{escaped(text, CELL)}<br>\n" for text in about), most_beside)[0]
    beside, untold = fitting((f"\n{escaped(text, CELL)}\n" for text in edits.beside(found)), most_beside)
    tail = beside + (f"\n{left_out(untold, 'setting')}\n" if untold else "")
    tail += f"\n{escaped(edits.totals(compared), CELL, money=True)}\n"
    left = most - len(head) - len(tail) - len(_HEAD) - len(_DETAILS) - len(_END) - _RESERVE
    rows, without = fitting(map(_row, edits.rows(found)), left)
    prompts, unsaid = fitting(map(_prompt, edits.prompts(found)), left - len(rows))
    table = f"\n{_HEAD}{rows}" if rows else ""
    table += f"\n{left_out(without, 'shot')}\n" if without else ""
    details = f"{_DETAILS}{prompts}{_END}" if prompts else ""
    details += f"\n{left_out(unsaid, 'prompt')}\n" if unsaid else ""
    return head + table + details + tail


def _row(found: Row) -> str:
    return row(escaped(found.shot, NAME), found.what, found.price, escaped(found.why, CELL))


def _prompt(prompt: Prompt) -> str:
    words = marked(prompt.words, gone=("~~", "~~"), new=("**", "**"), quoted=lambda text: escaped(text, _STRETCH))
    return f"**{escaped(', '.join(prompt.shots), NAME)}:** {words}\n\n"
