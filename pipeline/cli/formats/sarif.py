"""For code scanning: one SARIF 2.1.0 log (OASIS standard of 2020, errata 01) of one run."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.cli import show
from pipeline.cli.arguments import own_version
from pipeline.cli.formats.report import Report
from pipeline.cli.formats.rules import about
from pipeline.errors import Place, Problem, one_line

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_HELP = "Each result says what is wrong at its place and how to mend it."


def tell(report: Report) -> None:
    """Print the report as SARIF."""
    show.result(log(report))


def log(report: Report) -> Mapping[str, Any]:
    """The SARIF log of a report."""
    codes = list(dict.fromkeys(problem.code for problem in report.problems))
    driver = {"name": "storyreel", "version": own_version(), "rules": [_rule(code) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        # Without an address: where the checkout lies on the machine that looked is nobody's business.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": list(_results(report, codes)),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str) -> Mapping[str, Any]:
    text = {"text": about(code)}
    return {"id": code, "shortDescription": text, "fullDescription": text, "help": {"text": f"{about(code)} {_HELP}"}}


def _results(report: Report, codes: list[str]) -> Iterator[Mapping[str, Any]]:
    seen: Counter[str] = Counter()
    for problem in report.problems:
        artifact = _artifact(report, problem.place.file)
        known_by = "\n".join((problem.code, artifact["uri"], problem.place.text.strip() or problem.path))
        seen[known_by] += 1
        yield {
            "ruleId": problem.code,
            "ruleIndex": codes.index(problem.code),
            "level": "error" if problem.severity == "error" else "warning",
            "message": {"text": _message(problem)},
            "locations": [_location(problem, artifact)],
            # No line number and no index of a shot is in it: what is put in above changes neither.
            "partialFingerprints": {"storyreelLine/v1": _digest(f"{known_by}\n{seen[known_by]}")},
        }


def _message(problem: Problem) -> str:
    subject = f"{problem.path}: " if problem.path else ""
    lines = [one_line(subject + problem.message), one_line(problem.hint)]
    # [text](address) would be a link, even in plain text (3.11.6).
    return "\n".join(line for line in lines if line).replace("](", "] (")


def _location(problem: Problem, artifact: Mapping[str, str]) -> Mapping[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": artifact}
    if problem.place.line:
        physical["region"] = _region(problem.place)
    logical = {"logicalLocations": [{"fullyQualifiedName": one_line(problem.path)}]} if problem.path else {}
    return {"physicalLocation": physical, **logical}


def _region(place: Place) -> Mapping[str, int]:
    return {"startLine": place.line, "startColumn": place.column, "endColumn": place.column + place.length}


def _artifact(report: Report, file: str) -> Mapping[str, str]:
    if inside := report.inside(file):
        return {"uri": quote(inside), "uriBaseId": _ROOT}
    return {"uri": Path(file).absolute().as_uri()}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
