"""The hook for pre-commit, run by pre-commit itself over a real repository (.ci/run installs it as a user would)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
CASES = ROOT / "tests" / "storyboards"


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    path = os.pathsep.join((str(Path(sys.executable).parent), clean["PATH"]))
    environ = {**clean, "PATH": path, "PRE_COMMIT_HOME": str(folder.parent / "pre-commit")}
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120)


def pre_commit(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "pre_commit", *words)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository that has our hook, its command taken from this environment instead of one of its own."""
    folder = tmp_path / "films"
    (folder / "storyboards" / "shortest").mkdir(parents=True)
    [hook] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert hook["language"] == "python"
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    board = (CASES / "valid" / "shortest.yaml").read_bytes()
    (folder / "storyboards" / "shortest.yaml").write_bytes(board)
    assert run(folder, "git", "init", "--quiet").returncode == 0
    return folder


def checked(repository: Path) -> subprocess.CompletedProcess[str]:
    assert run(repository, "git", "add", "--all").returncode == 0
    return pre_commit(repository, "run", "--all-files", "--verbose")


def test_the_manifest_is_one_that_pre_commit_takes() -> None:
    done = pre_commit(ROOT, "validate-manifest", str(MANIFEST))
    assert done.returncode == 0, done.stdout + done.stderr


def test_fine_boards_pass(repository: Path) -> None:
    done = checked(repository)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "storyboards/shortest.yaml: fine: 1 shot" in done.stdout


def test_a_board_with_an_error_is_not_committed(repository: Path) -> None:
    (repository / "storyboards" / "circle.yaml").write_bytes((CASES / "invalid" / "circle.yaml").read_bytes())
    done = checked(repository)
    assert done.returncode == 1
    assert "storyboards/circle.yaml:4:25  shots[0].continue_from" in done.stdout


@pytest.mark.parametrize("name", ["shortest.lock.yaml", "shortest/keeper.yaml", "shortest/keeper.png", "../other.yaml"])
def test_what_is_no_board_is_left_alone(name: str, repository: Path) -> None:
    (repository / "storyboards" / name).write_text("no: storyboard\n")
    done = checked(repository)
    assert done.returncode == 0, done.stdout + done.stderr
