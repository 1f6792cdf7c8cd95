"""What `check` found, before it is told in one format or another."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Problem


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one run."""

    files: tuple[str, ...]  # the storyboards, as the user named them
    fine: tuple[str, ...]  # a line for each storyboard without errors
    problems: tuple[Problem, ...]  # errors and warnings, by file, in the order of each
    root: Path  # where a repository begins, for those who know its files only from there

    def inside(self, file: str) -> str:
        """The way from the root to a file, with /; "" where it lies outside."""
        for path, root in ((file, self.root), (os.path.realpath(file), os.path.realpath(self.root))):
            whole, top = Path(os.path.abspath(path)), Path(os.path.abspath(root))  # noqa: PTH100 - links stay links
            if whole.is_relative_to(top):
                return whole.relative_to(top).as_posix()
        return ""
