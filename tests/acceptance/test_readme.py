"""Every command that the README shows is run as it stands, and says what the README shows.

What asks the paid API is run against a double of it, by a program that does not wait between two questions.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline import storyboard
from tests.double import KEY, Double, double_process

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = "storyboards/lighthouse.yaml"
HURRIED = str(ROOT / "tests" / "hurried.py")
PAID = frozenset({"doctor", "shoot", "status", "--quote"})  # words of commands that look at the account
ACCOUNT = "clips: canned\ngeneration_s: 0.2\ntier: silver\nbalance: 25.00\n"
BUILD_SERVERS = re.compile(r"CI|.*_CI|CI_.*|GITHUB_.*|TF_BUILD|BUILDKITE.*|JENKINS_URL|CIRCLECI|TRAVIS.*|DRONE.*")


def shown() -> list[tuple[str, str]]:
    """Each command of the README's console blocks, with the output below it; "..." stands for anything."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def pattern(output: str) -> re.Pattern[str]:
    """What the output has to look like."""
    lines = (
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n"
        for line in output.splitlines()
    )
    return re.compile("".join(lines) + r"\Z")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a fresh clone has it, in a folder where nothing was made yet."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "storyboards", folder / "storyboards")
    (folder / ".git").mkdir()
    return folder


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A double of the paid API, with the account of the README."""
    with double_process(tmp_path_factory.mktemp("double"), ACCOUNT) as opened:
        yield opened


def run(command: str, folder: Path, environ: Mapping[str, str] = os.environ, program: tuple[str, ...] = ()) -> str:
    name, *words = command.split()
    assert name == "storyreel"
    called = [sys.executable, *(program or ("-m", "pipeline.cli")), *words]
    done = subprocess.run(called, cwd=folder, env=dict(environ), capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_paid(command: str) -> bool:
    return not PAID.isdisjoint(command.split())


def customer(double: Double) -> dict[str, str]:
    """The environment of somebody with an account, at a desk and not on a build server."""
    environ = {name: value for name, value in os.environ.items() if not BUILD_SERVERS.fullmatch(name)}
    return environ | {"WAVESPEED_BASE_URL": double.origin, "WAVESPEED_API_KEY": KEY, "NO_PROXY": "*"}


def says(said: str, command: str, output: str) -> None:
    assert pattern(output).match(said), f"$ {command}\n{said}\ndoes not look like\n{output}"


def test_every_command_says_what_the_readme_shows(checkout: Path) -> None:
    commands = [(command, output) for command, output in shown() if not is_paid(command)]
    assert {command.split()[1] for command, _ in commands} >= {"check", "plan", "prompt", "render", "models", "init"}
    for command, output in commands:
        says(run(command, checkout), command, output)


def test_every_paid_command_says_what_the_readme_shows(tmp_path: Path, double: Double) -> None:
    shutil.copytree(ROOT / "storyboards", tmp_path / "storyboards")
    (tmp_path / "storyreel.yaml").write_text("tier: silver\n")
    commands = [(command, output) for command, output in shown() if is_paid(command)]
    assert [command.split()[1] for command, _ in commands] == ["doctor", "plan", "shoot", "status"]
    for command, output in commands:
        says(run(command, tmp_path, customer(double), (HURRIED,)), command, output)
    assert set(double.bought().values()) == {1}
    assert Decimal(double.ledger()["charged_usd"]) == Decimal("4.64")


def test_the_example_is_a_film_worth_decoding(checkout: Path) -> None:
    for variant in ("storm", "calm"):
        file = checkout / "outputs" / "lighthouse" / variant / "cut.mp4"
        if not file.exists():
            run(f"storyreel render {EXAMPLE}", checkout)
        with av.open(str(file)) as film:
            brightness = [
                float(np.asarray(frame.to_ndarray()[: frame.height]).mean()) for frame in film.decode(video=0)
            ]
        assert len(brightness) == 893
        assert 20 < np.mean(brightness) < 220
        assert np.std(brightness) > 3, "eight shots that all look the same"


def test_the_ten_lines_are_a_storyboard(tmp_path: Path) -> None:
    [board] = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    file = tmp_path / "first.yaml"
    file.write_text(board)
    assert len(board.splitlines()) == 10
    assert storyboard.parse(str(file), lambda name: Path(name).read_bytes()).problems == ()
    assert "fine: 2 shots" in run(f"storyreel check {file}", tmp_path)


def test_two_commands_do_all_the_set_up() -> None:
    install, tests = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    assert install.endswith(f".venv/bin/storyreel render {EXAMPLE}")
    assert ".[test]" in tests
    assert "pytest" in tests
    assert tests in (ROOT / "README.md").read_text().splitlines()


def test_every_link_leads_somewhere() -> None:
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)", file.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (file.parent / link).exists(), f"{file.name}: {link}"
