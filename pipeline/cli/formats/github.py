"""For GitHub Actions: a workflow command for each problem, which becomes an annotation of the changed file.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (2026-11)
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from pipeline.cli import show
from pipeline.cli.formats.report import Report
from pipeline.errors import Problem, one_line

_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = {**_DATA, **str.maketrans({":": "%3A", ",": "%2C"})}
# In a well-formed command no other can begin; but whoever passes the log on may read the older ##[name] anywhere.
_OLDER_COMMAND, _OLDER_COMMAND_SHOWN = "##[", "#\\x23["


def tell(report: Report) -> None:
    """Print the report as workflow commands."""
    for problem in report.problems:
        show.command(command(report, problem))


def command(report: Report, problem: Problem) -> str:
    """The command that annotates one problem."""
    properties = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in _properties(report, problem))
    subject = f"{problem.path}: " if problem.path else ""
    lines = [one_line(subject + problem.message), one_line(problem.hint)]
    message = "\n".join(line for line in lines if line)
    name = "error" if problem.severity == "error" else "warning"
    return f"::{name} {properties}::{_escaped(message, _DATA)}"


def _properties(report: Report, problem: Problem) -> Iterator[tuple[str, str]]:
    place = problem.place
    yield "file", report.inside(place.file) or os.path.abspath(place.file)  # noqa: PTH100
    if place.line:
        yield "line", str(place.line)
        yield "col", str(place.column)
        yield "endColumn", str(place.column + place.length)
    yield "title", f"storyreel {problem.code}"


def _escaped(text: str, table: dict[int, str]) -> str:
    return text.replace(_OLDER_COMMAND, _OLDER_COMMAND_SHOWN).translate(table)
