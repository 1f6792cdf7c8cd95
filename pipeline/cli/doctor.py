"""`doctor`: everything around a project that can be wrong is looked at, and told with how to mend it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline import settings
from pipeline.cli import show, symptoms
from pipeline.cli.symptoms import Finding
from pipeline.errors import StoreError
from pipeline.settings import Project
from pipeline.sync import Team

OnlyHere = Callable[[Project, Team | None], tuple[int, Decimal]]
FINE, WRONG = 0, 2
_MARKS = {"fine": "ok", "warning": "look", "wrong": "MEND"}


def doctor(arguments: argparse.Namespace) -> int:
    """Look at everything; 2 where something must be mended."""
    file: Path | None = arguments.file
    project = settings.project_of(file) if file else settings.project_here(Path.cwd())
    findings = examined(project, symptoms.only_here)
    wrong = any(finding.state == "wrong" for finding in findings)
    if arguments.json:
        show.result({"format": 1, "root": str(project.root), "findings": [_fields(one) for one in findings]})
        return WRONG if wrong else FINE
    show.line(f"project: {project.root}")
    for finding in findings:
        show.line(f"{_MARKS[finding.state]:>4}  {finding.topic:<9}  {finding.text}")
        if finding.hint:
            show.line(f"{'':>17}{finding.hint}")
    return WRONG if wrong else FINE


def examined(project: Project, only_here: OnlyHere) -> tuple[Finding, ...]:
    """All findings of a project; `only_here` counts the takes that no other place has, and their dollars."""
    disk, tier = symptoms.disk(project.outputs), symptoms.tier(project)
    remote, team = symptoms.remote(project)
    takes = _takes(project, only_here, team)
    return *symptoms.account(os.environ), tier, *disk, symptoms.libraries(), remote, takes


def _takes(project: Project, only_here: OnlyHere, team: Team | None) -> Finding:
    try:
        return symptoms.takes(
            *only_here(project, team), shared=team is not None, unasked=not team and project.remote is not None
        )
    except StoreError as error:
        return Finding("takes", "wrong", error.message, error.hint)


def _fields(finding: Finding) -> dict[str, Any]:
    number = None if finding.number is None else f"{finding.number:f}"
    said = {"topic": finding.topic, "state": finding.state, "text": finding.text, "hint": finding.hint}
    return {**said, "number": number}
