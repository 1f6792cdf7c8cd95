"""What the rules promise: each finds what its page says, leaves the mended board alone, and can be switched off."""

from __future__ import annotations

import importlib.util
import re
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from pipeline import check
from pipeline.catalog import models
from pipeline.check.rules import MODULES, RULES
from pipeline.errors import MOST, Problem, describe
from pipeline.storyboard import DEFAULT_MODEL
from tests.boards import board, checked

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


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("A street, no cars.", "no cars"),
        ("A street. Don't show faces.", "Don't show"),
        ("A street, without people.", "without people"),
        ("Never show the moon.", "Never show"),
        ("A street. Negative prompt: blur.", "Negative prompt"),
        ("A street with no watermark", "no watermark"),
        ("No one is there; no longer does it rain.", ""),
        ("Without a word he leaves, and nobody knows no fear.", ""),
        ("A sign says no entry, and she does not stop.", ""),
    ],
)
def test_what_must_not_be_seen_is_told_where_a_model_is_known_to_show_it(prompt: str, word: str) -> None:
    usual = models()[DEFAULT_MODEL]
    catalogue = {**models(), DEFAULT_MODEL: replace(usual, ignores=frozenset({"negatives"}))}
    wanted = board(f'{HEAD}shots: [{{id: a, prompt: "{prompt}"}}]\n')
    told = [problem.message for problem in check.check(wanted, {}, {}, (), catalogue).problems]
    assert told == ([f'seedance-2.0-mini is known to pass over "{word}"'] if word else [])


def test_a_thousand_variants_are_held_against_the_rules_in_seconds() -> None:
    hooks = ", ".join(f"hook {number}" for number in range(1000))
    shot = "  - {{id: sh{}, prompt: 'Step {}, {{{{ hook }}}}.', camera: {{angle: low}}}}\n"
    shots = "".join(shot.format(number, number) for number in range(6))
    text = f"{HEAD}style: {{look: 35mm film}}\nvariants: {{matrix: {{hook: [{hooks}]}}}}\nshots:\n{shots}"
    began = time.process_time()
    assert checked(text).problems == ()
    assert time.process_time() - began < 5, "seconds of CPU for 6,000 compositions"


def test_any_number_of_warnings_hides_no_error() -> None:
    shots = [f"  - {{id: s{n}, prompt: 'Step {n}, at 2 seconds.'}}\n" for n in range(150)]
    images = ", ".join(f"{{image: i{n}.png, role: view {n}}}" for n in range(10))
    shots.append(f"  - {{id: last, prompt: b, references: [{images}]}}\n")
    found = checked(HEAD + "shots:\n" + "".join(shots)).problems
    assert [problem.path for problem in found if problem.severity == "error"] == ["shots[150].references"]
    assert len(found) == MOST + 1


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
        "no ",
        ". no a",
        "seconds 0",
        "0:00-",
        "first ",
        "1 fps",
        "from above ",
        "wide shot ",
        "pan slowly left ",
        "captions ",
        "on-screen ",
        "字幕",
        "image ",
    ],
)
def test_no_text_makes_a_rule_slow(piece: str) -> None:
    text = (piece * 60_000)[:60_000]
    wanted = HEAD + f"shots: [{{id: a, prompt: {{raw: '{text}'}}}}, {{id: b, prompt: '{text.replace('@', '@@')}'}}]\n"
    began = time.process_time()
    checked(wanted)
    assert time.process_time() - began < 2, "seconds of CPU"
