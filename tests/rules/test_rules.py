"""What the rules promise: each finds what its page says, leaves the mended board alone, and can be switched off."""

from __future__ import annotations

import importlib.util
import re
import time
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.check.rules import MODULES, RULES
from pipeline.errors import Problem, describe
from tests.boards import checked

ROOT = Path(__file__).parent.parent.parent
HEAD = "version: 1\ntitle: T\n"
CASES = sorted(Path(__file__).parent.glob("*.yaml"))


def examples(module: ModuleType) -> list[str]:
    return [HEAD + text for text in re.findall(r"```yaml\n(.*?)```", module.__doc__ or "", re.DOTALL)]


def warned(text: str) -> list[Problem]:
    problems = checked(text).problems
    assert [problem for problem in problems if problem.severity == "error"] == []
    return list(problems)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.CODE)
def test_a_rule_finds_what_its_page_says_and_nothing_once_it_is_mended(module: ModuleType) -> None:
    found, mended = examples(module)
    assert {problem.code for problem in warned(found)} == {module.CODE}
    assert all(problem.severity == "warning" and problem.hint for problem in warned(found))
    assert warned(mended) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.CODE)
def test_a_rule_can_be_switched_off_for_the_board_and_for_a_line(module: ModuleType) -> None:
    found, _ = examples(module)
    assert warned(found + f"lint: {{off: [{module.CODE}]}}\n") == []
    lines = found.splitlines()
    for problem in warned(found):
        lines[problem.place.line - 1] += f"  # lint: off other, {module.CODE}"
    assert warned("\n".join(lines) + "\n") == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_board_is_warned_of_exactly_this(case: Path) -> None:
    told = "\n".join(map(describe, checked(case.read_text(encoding="utf-8"), case.name).problems)) + "\n"
    assert told == case.with_suffix(".txt").read_text(encoding="utf-8")


def test_codes_are_unique_and_named_as_their_modules() -> None:
    assert len({rule.code for rule in RULES}) == len(RULES)
    for module in MODULES:
        assert module.__name__.rpartition(".")[2].replace("_", "-") == module.CODE == module.RULE.code


def test_the_page_is_in_step_with_the_rules() -> None:
    spec = importlib.util.spec_from_file_location("make_lint", ROOT / "docs" / "make_lint.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert (ROOT / "docs" / "lint.md").read_text(encoding="utf-8") == maker.made()


@pytest.mark.parametrize(
    "piece",
    [
        "0-",
        "1 s to ",
        "at 1 ",
        "--",
        "(a",
        "【0",
        "[Image",
        "@Image",
        "no extra ",
        "slow ",
        "over the ",
        "close-",
        "mm 1 ",
    ],
)
def test_no_text_makes_a_rule_slow(piece: str) -> None:
    text = (piece * 60_000)[:60_000]
    board = HEAD + f"shots: [{{id: a, prompt: {{raw: '{text}'}}}}, {{id: b, prompt: '{text.replace('@', '@@')}'}}]\n"
    began = time.process_time()
    checked(board)
    assert time.process_time() - began < 2, "seconds of CPU"
