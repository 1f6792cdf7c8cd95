"""How `check` tells what it found: one module for each format, all over the same report."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.cli.formats import github, json, sarif, text
from pipeline.cli.formats.report import Report

__all__ = ["TELL", "Report"]

TELL: Mapping[str, Callable[[Report], None]] = {
    "text": text.tell,
    "json": json.tell,
    "github": github.tell,
    "sarif": sarif.tell,
}
