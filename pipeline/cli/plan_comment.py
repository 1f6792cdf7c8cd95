"""A Plan becomes Markdown for a comment on a pull request, in which nothing of a storyboard is obeyed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.cli import plans
from pipeline.cli.markdown import CELL, MOST, NAME, escaped, fitting, left_out, row
from pipeline.plan import Change, Plan, Variant
from pipeline.produce import Film

_NUMBERS = frozenset({"jobs", "seconds", "price"})  # columns
_RESERVE = 200  # characters for the note on what was left out


def markdown(film: Film, planned: Plan, chosen: Variant | None, moved: Mapping[str, Change]) -> str:
    """A headline, a table, and what there is to pay; `chosen`: the shots of that film. At most `MOST` characters."""
    head = f"### {escaped(film.board.title, NAME)}: to pay {_dollars(plans.price(planned))}\n\n"
    head += f"of {escaped(str(film.file), CELL)}" + (f", {escaped(chosen.name, NAME)}" if chosen else "") + "\n\n"
    heading, *rows = plans.slots(planned, chosen) if chosen else plans.rows(planned, moved)
    return head + table(planned, heading, rows, MOST - len(head))


def table(planned: Plan, heading: plans.Row, rows: Iterable[plans.Row], most: int) -> str:
    """The rows, and what there is to pay, in so many characters at most."""
    lines = row(*heading) + row(*("---:" if name in _NUMBERS else "---" for name in heading))
    tail = "".join(f"\n{_dollars(text.strip())}\n" for text in plans.totals(planned))
    left = most - len(lines) - len(tail) - _RESERVE
    shown, without = fitting((row(*map(_cell, heading, each)) for each in rows), left)
    return f"{lines}{shown}" + (f"\n{left_out(without, 'row')}\n" if without else "") + tail


def _cell(column: str, text: str) -> str:
    return escaped(text, CELL, money=column == "price")


def _dollars(text: str) -> str:
    return escaped(text, CELL, money=True)
