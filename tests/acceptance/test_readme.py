"""Every command that the README shows is run as it stands, and says what the README shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline import storyboard

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = "storyboards/lighthouse.yaml"


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


def run(command: str, folder: Path) -> str:
    program, *words = command.split()
    assert program == "storyreel"
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words], cwd=folder, capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_says_what_the_readme_shows(checkout: Path) -> None:
    commands = shown()
    assert {command.split()[1] for command, _ in commands} >= {"check", "plan", "prompt", "render", "models", "init"}
    for command, output in commands:
        said = run(command, checkout)
        assert pattern(output).match(said), f"$ {command}\n{said}\ndoes not look like\n{output}"


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
