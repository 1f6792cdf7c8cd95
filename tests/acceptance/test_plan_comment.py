"""`plan --format markdown`: a comment on a pull request, in which nothing of a storyboard is obeyed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from pipeline import cli
from pipeline.cli.markdown import MOST

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "storyboards" / "lighthouse.yaml"


def test_the_table_says_what_the_text_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", str(EXAMPLE)]) == 0
    text = capsys.readouterr().out
    assert cli.main(["plan", str(EXAMPLE), "--format", "markdown"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("### The Last Lighthouse: to pay $4.64, within the budget of $8.00\n")
    shown = [[cell.strip() for cell in line.split("|")[1:-1]] for line in page.splitlines() if line.startswith("| sh")]
    said = [line.split(None, 5) for line in text.splitlines() if line.startswith("  sh")]
    assert [row[:6] for row in shown] == said
    assert "\n2 variants out of 11 takes: 11 to generate, 58 s\n" in page


def test_a_variant_has_its_own_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", str(EXAMPLE), "--format", "markdown", "--variant", "calm"]) == 0
    page = capsys.readouterr().out
    assert "| shot | state | seconds | price | why |\n| --- | --- | ---: | ---: | --- |\n" in page
    assert page.count("\n| sh0") == 8


def test_nothing_that_a_board_says_is_obeyed_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "@octocat | <img src=x> #1 [a](http://x.org) $5"
    shots = [{"id": f"sh{number:04}", "prompt": "A bell, {{ a }}."} for number in range(3000)]
    board = {"version": 1, "title": words, "shots": shots, "variants": {"matrix": {"a": ["dawn", "dusk"]}}}
    file = tmp_path / "film.yaml"
    file.write_text(yaml.safe_dump(board))
    assert cli.main(["plan", str(file), "--format", "markdown"]) == 0
    page = capsys.readouterr().out
    assert len(page) <= MOST
    html = MarkdownIt("commonmark").enable("table").render(page)
    assert "<img" not in html
    assert "<a " not in html
    assert "@octocat" not in page
    assert "more rows left out: a comment holds no more." in html
    assert "to pay: $" in html


def test_a_plan_over_its_budget_says_so_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "film.yaml"
    file.write_text("version: 1\ntitle: A Bell\nshots: [{id: sh010, prompt: A bell.}]\nbudget: {max_cost: 0.1}\n")
    assert cli.main(["plan", str(file), "--format", "markdown"]) == 3
    assert "### A Bell: to pay $0.40 - OVER the budget of $0.10\n" in capsys.readouterr().out
