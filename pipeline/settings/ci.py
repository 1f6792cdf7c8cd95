"""Stand-in until the whole module is merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Where:
    """Where a command runs."""

    is_ci: bool
    is_fork: bool
    service: str


def where(environ: Mapping[str, str]) -> Where:
    """Where this command runs, by its environment."""
    return Where(environ.get("CI", "").lower() in ("true", "1"), False, "CI")
