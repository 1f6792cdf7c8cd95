"""For programs: one JSON object that keeps to schemas/output/check.schema.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.cli import show
from pipeline.cli.formats.report import Report


def tell(report: Report) -> None:
    """Print the report as JSON."""
    show.result(report_fields(report))


def report_fields(report: Report) -> Mapping[str, Any]:
    """The report as JSON."""
    problems = [show.problem_fields(problem) for problem in report.problems]
    return {"format": 1, "files": report.files, "problems": problems}
