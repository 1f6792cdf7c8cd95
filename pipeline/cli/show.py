"""Values become text for people and JSON for machines, and are printed: results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipeline.catalog import Price
from pipeline.errors import BadInput, Problem, StoryreelError, describe, printable
from pipeline.schema import plain


def line(text: str = "") -> None:
    """One line of the result."""
    print(printable(text), flush=True)


def note(text: str) -> None:
    """Something said beside the result."""
    print(printable(f"storyreel: {text}"), file=sys.stderr)


def result(value: Mapping[str, Any]) -> None:
    """The result as JSON."""
    print(json.dumps(plain(value), indent=2, ensure_ascii=False))


def failure(error: StoryreelError, *, as_json: bool) -> None:
    """An error that the user can mend."""
    if as_json:
        problems = error.problems if isinstance(error, BadInput) else ()
        head = "the storyboard has problems" if problems else error.message
        fields = {"message": head, "hint": error.hint, "exit_code": error.exit_code}
        result({"format": 1, "error": {**fields, "problems": [problem_fields(problem) for problem in problems]}})
    elif isinstance(error, BadInput):
        problem_list(error.problems)
    else:
        note(error.message + (f"\n    {error.hint}" if error.hint else ""))


def problem_list(problems: Sequence[Problem]) -> None:
    """Problems with their source lines, then their number."""
    for problem in problems:
        print(describe(problem), file=sys.stderr)
    errors = sum(1 for problem in problems if problem.severity == "error")
    if warnings := len(problems) - errors:
        note(f"{count(errors, 'error')}, {count(warnings, 'warning')}")
    else:
        note(count(errors, "error"))


def problem_fields(problem: Problem) -> dict[str, Any]:
    """A problem as JSON."""
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "length": place.length,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
    }


def table(rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset()) -> None:
    """Columns as wide as they need to be; those in `right` flush right. The first row is the heading."""
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print(("  " + "  ".join(padded)).rstrip())


def money(usd: Decimal) -> str:
    """Dollars with cents, and with more digits where they say more."""
    return f"${usd.quantize(Decimal('0.01')) if usd == usd.quantize(Decimal('0.01')) else usd:f}"


def price(found: Price | None) -> str:
    """A price as people read it; one that only a live quote would make exact has an "about"."""
    if found is None:
        return "unpriced"
    return f"about {money(found.usd)}" if found.estimate else money(found.usd)


def count(number: int, thing: str) -> str:
    """`1 shot`, `3 shots`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
