"""For programs: one JSON object that keeps to schemas/output/check.schema.json."""

from __future__ import annotations

from pipeline.cli import show
from pipeline.cli.formats.report import Report


def tell(report: Report) -> None:
    """Print the report as JSON."""
    problems = [show.problem_fields(problem) for problem in report.problems]
    show.result({"format": 1, "files": report.files, "problems": problems})
