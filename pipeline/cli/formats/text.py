"""For people: what is fine on stdout, what is not with its source lines on stderr."""

from __future__ import annotations

from pipeline.cli import show
from pipeline.cli.formats.report import Report


def tell(report: Report) -> None:
    """Print the report as text."""
    for line in report.fine:
        show.line(line)
    if report.problems:
        show.problem_list(report.problems)
