"""docs/shooting.md tells every state, refusal and exit code that there is, and no option that there is not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from pipeline import settings, wire
from pipeline.cli import arguments
from pipeline.plan import State
from pipeline.settings import ci

PAGE = (Path(__file__).parent.parent / "docs" / "shooting.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table, f"no table below {heading}"
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def test_every_state_is_told_of() -> None:
    assert {row[0].strip("`") for row in rows("States")} - {""} == {*get_args(State)}


def test_every_code_of_a_task_is_told_of_by_its_meaning() -> None:
    assert {int(row[0]): row[1] for row in rows("What the API refuses")} == wire.MEANING


def test_every_tier_is_told_of_by_its_limits() -> None:
    told = {re.findall(r"`(\w+)`", row[0])[0]: row[1:] for row in rows("The level of the account")}
    assert told == {name: [f"{number:,}" for number in limits] for name, limits in settings.TIERS.items()}


def test_every_exit_code_of_the_command_line_is_told_of() -> None:
    codes = re.findall(r"(\d+) ", arguments.parser().epilog or "")
    assert [row[0] for row in rows("Exit codes")] == codes


def test_every_build_server_that_is_known_is_told_of() -> None:
    told = PAGE.partition("\nKnown are ")[2].partition("\n\n")[0]
    assert [service.name for service in ci._SERVICES if service.name not in told] == []


@pytest.mark.parametrize("option", sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE))))
def test_an_option_that_it_names_exists(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = ""
    for command in ("plan", "shoot", "status", "models"):
        with pytest.raises(SystemExit):
            arguments.parser().parse_args([command, "--help"])
        found += capsys.readouterr().out
    assert option in found


def test_its_contents_are_its_sections() -> None:
    sections = [(title, title.lower().replace(" ", "-")) for title in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)]
    assert re.findall(r"^- \[(.*)\]\(#(.*)\)$", PAGE, re.MULTILINE) == sections
    assert {*re.findall(r"\]\(#([^)]*)\)", PAGE)} <= {anchor for _, anchor in sections}
