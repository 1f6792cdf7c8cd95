"""Values become text for people and JSON for machines, and are printed: results on stdout, the rest on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

from pipeline import settings
from pipeline.catalog import Price
from pipeline.errors import BadInput, GenerationError, Problem, StoryreelError, describe, is_harmless, printable
from pipeline.plain import plain
from pipeline.plan import MAIN

# GitHub's runner obeys `::name::` where a line begins with it, spaces aside, and `##[name]` anywhere in a line
# (actions/runner, src/Runner.Common/ActionCommand.cs).
_BUILD_COMMAND = re.compile(r"^(?P<space>\s*):(?=:)|(?<=#)#(?=\[)", re.MULTILINE)

_WIDE = Context(prec=100)  # digits: a budget may be any number that YAML has, 1e30 too


def harmless(text: str) -> str:
    """`text` that only shows: no terminal and no build server obeys any of it."""
    return _inert(printable(text))


def line(text: str = "") -> None:
    """One line of the result."""
    print(harmless(text), flush=True)


def picture(text: str) -> None:
    """A picture as the terminal takes it: its own pixels alone, nothing that anybody wrote."""
    print(text, flush=True)


def note(text: str) -> None:
    """Something said beside the result."""
    print(harmless(f"storyreel: {text}"), file=sys.stderr)


def aside(text: str) -> None:
    """A line beside the result that says of itself what it is."""
    print(harmless(text), file=sys.stderr)


def aside_json(value: Mapping[str, Any]) -> None:
    """Something beside the result, as one line of JSON."""
    print(as_json(value), file=sys.stderr, flush=True)


def asked(question: str) -> bool:
    """Whether somebody at the terminal says yes; anything but a yes is a no."""
    print(harmless(f"storyreel: {question} [y/N] "), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def bug(trace: str) -> None:
    """The traceback of a bug; what it quotes may come from a storyboard."""
    print(harmless(trace.rstrip()), file=sys.stderr)
    note("this is a bug in storyreel: please report it, with the lines above")


def result(value: Mapping[str, Any]) -> None:
    """The result as JSON."""
    print(_json(value))


def stream(value: Mapping[str, Any]) -> None:
    """The result as JSON, in which members that are iterators are written as lists while they are made."""
    for number, (key, member) in enumerate(value.items()):
        print("{" if number == 0 else ",", f'  "{key}": ', sep="\n", end="")
        if isinstance(member, Iterator):
            print("[", end="")
            for index, item in enumerate(member):
                print("," if index else "", f"    {_json(item, 4)}", sep="\n", end="")
            print("\n  ]", end="")
        else:
            print(_json(member, 2), end="")
    print("\n}")


def as_json(value: Mapping[str, Any]) -> str:
    """The same as text, on one line."""
    lists = {key: list(member) if isinstance(member, Iterator) else member for key, member in value.items()}
    return _obeyed_by_nobody(json.dumps(plain(lists), ensure_ascii=False))


def _json(value: Any, indent: int = 0) -> str:
    text = json.dumps(plain(value), indent=2, ensure_ascii=False)
    return _obeyed_by_nobody(text).replace("\n", "\n" + " " * indent)


def _obeyed_by_nobody(text: str) -> str:
    """JSON that neither a terminal nor a build server obeys, and without the API's key."""
    # In JSON only text can hold ##[, and there it can be written so that no build server takes it for a command.
    return _keyless(_visible(text)).replace("##[", "#\\u0023[")


def _visible(text: str) -> str:
    """JSON in which what a terminal would obey, or could not be printed, is written as its escape."""
    if text.isascii() and "\x7f" not in text:
        return text
    return "".join(char if is_harmless(char) else json.dumps(char)[1:-1].replace("\x7f", "\\u007f") for char in text)


def command(text: str) -> None:
    """A command to a build server: the one thing that is printed as it stands, so its words must have been escaped."""
    print(_keyless(text))


def _inert(text: str) -> str:
    """`text` of which a build server obeys nothing, whatever a storyboard says, and without the API's key."""
    text = _keyless(text)
    return _BUILD_COMMAND.sub(lambda found: "\\x23" if found["space"] is None else found["space"] + "\\x3a", text)


def _keyless(text: str) -> str:
    # Nothing should hold it; but a bug's traceback, or another library's words, would put it into a log for good.
    key = settings.secret()
    return text.replace(key, "[key]") if key else text


def failure(error: StoryreelError, *, as_json: bool) -> None:
    """An error that the user can mend."""
    if as_json:
        result(failure_fields(error))
    elif isinstance(error, BadInput):
        problem_list(error.problems)
    else:
        note(error.message + (f"\n    {error.hint}" if error.hint else ""))


def failure_fields(error: StoryreelError) -> Mapping[str, Any]:
    """An error that ends a command, as JSON."""
    problems = error.problems if isinstance(error, BadInput) else ()
    fields = error_fields(error) | {"problems": [problem_fields(problem) for problem in problems]}
    return {"format": 1, "error": fields}


def error_fields(error: StoryreelError) -> dict[str, Any]:
    """An error as JSON, without the places of what is wrong with a storyboard."""
    whole = isinstance(error, BadInput) and error.problems
    known = error if isinstance(error, GenerationError) else None
    return {
        "code": error.word,
        "message": "the storyboard has problems" if whole else error.message,
        "hint": error.hint,
        "shot": error.shot,
        "charged": error.charged,
        "api_code": known.code if known else 0,
        "prediction": known.prediction if known else "",
        "exit_code": error.exit_code,
    }


def problem_list(problems: Sequence[Problem]) -> None:
    """Problems with their source lines, then their number."""
    for problem in problems:
        print(_inert(describe(problem)), file=sys.stderr)
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
        print(_inert("  " + "  ".join(padded)).rstrip())


def money(usd: Decimal) -> str:
    """Dollars with cents, and with more digits where they say more."""
    cents = usd.quantize(Decimal("0.01"), context=_WIDE)
    return f"${cents if usd == cents else usd:,f}"


def price(found: Price | None) -> str:
    """A price as people read it; one that only a live quote would make exact has an "about"."""
    if found is None:
        return "unpriced"
    return f"about {money(found.usd)}" if found.estimate else money(found.usd)


def named(shot: str, variant: str) -> str:
    """A shot as people name it: with its variant, where there are several and not all of them share it ("")."""
    return shot if variant in ("", MAIN) else f"{shot} ({variant})"


def count(number: int, thing: str) -> str:
    """`1 shot`, `3 shots`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def near(file: Path) -> str:
    """The path as one would type it from here."""
    try:
        return str(file.relative_to(Path.cwd().resolve()))
    except ValueError:
        return str(file)
