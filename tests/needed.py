"""Tools that a test needs and pip can't install: without one a test is skipped aloud, and under CI=true it fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

import pytest

# As it was before the first test: each test runs without the variables that begin with STORYREEL_.
ENVIRON: Mapping[str, str] = MappingProxyType(dict(os.environ))


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that is installed outside of Python."""

    name: str  # of its command, which is looked for on the PATH
    variable: str  # environment variable that may hold its path instead
    install: str  # what to type to get it


def path_of(tool: Tool, environ: Mapping[str, str] = ENVIRON) -> Path:
    """Where the tool is. Ends the test that needs it where it is not there."""
    named = environ.get(tool.variable, "")
    if named and not Path(named).is_file():
        pytest.fail(f"{tool.variable} is set to {named}, and there is no such file")
    found = named or shutil.which(tool.name, path=environ.get("PATH", ""))
    return Path(found).absolute() if found else _without(tool, environ)


def _without(tool: Tool, environ: Mapping[str, str]) -> NoReturn:
    reason = f"needs {tool.name}: {tool.install}; or set {tool.variable} to its path"
    if environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(reason)  # in CI nobody reads what was skipped
    pytest.skip(reason)
