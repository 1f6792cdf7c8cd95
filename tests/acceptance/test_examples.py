"""The example boards, through the command line: what they would cost, and one film of each, decoded and counted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.clips import details, heard

ROOT = Path(__file__).parent.parent.parent
CHANGED = 12  # levels of brightness, on average, by which a frame after a cut differs from the one before


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The examples as a fresh clone has them."""
    shutil.copytree(ROOT / "storyboards", tmp_path / "storyboards")
    (tmp_path / ".git").mkdir()
    return tmp_path


def said(project: Path, *words: str) -> Any:
    """What a command says with --json."""
    command = [sys.executable, "-m", "pipeline.cli", *words, "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def film(project: Path, board: str, variant: str) -> Path:
    [cut] = said(project, "render", f"storyboards/{board}.yaml", "--variant", variant)["cuts"]
    assert (cut["failed"], cut["notes"]) == ([], [])
    return Path(cut["file"])


def frames_of(path: Path) -> list[Any]:
    """The brightness of every frame, an eighth as large, without the slate at its foot."""
    with av.open(str(path)) as film:
        return [
            frame.reformat(frame.width // 8, frame.height // 8, "gray").to_ndarray()[: frame.height // 10].astype(int)
            for frame in film.decode(video=0)
        ]


def cuts(frames: list[Any]) -> list[int]:
    """The frames that look little like the one before them."""
    return [at for at in range(1, len(frames)) if np.abs(frames[at] - frames[at - 1]).mean() > CHANGED]


@pytest.mark.parametrize(
    ("board", "variants", "jobs", "usd"), [("espresso", 22, 11, "3.52"), ("trailhead", 1, 5, "2.72")]
)
def test_the_plan_of_an_example_is_few_jobs_for_its_films(
    project: Path, board: str, variants: int, jobs: int, usd: str
) -> None:
    totals = said(project, "plan", f"storyboards/{board}.yaml")["totals"]
    assert (totals["variants"], totals["jobs"], totals["cost_usd"]) == (variants, jobs, usd)
    assert not totals["over_budget"]


def test_a_bumper_is_the_first_and_the_last_shot_of_the_ad(project: Path) -> None:
    plan = said(project, "plan", "storyboards/espresso.yaml")
    slots = [slot for slot in plan["slots"] if slot["variant"] == "it_drop_bumper"]
    assert [slot["shot"] for slot in slots] == ["sh010", "sh060"]


def test_a_full_ad_is_fifteen_seconds_to_the_frame(project: Path) -> None:
    ad = film(project, "espresso", "de_blinds_full")
    frames = frames_of(ad)
    assert (len(frames), details(ad)["size"]) == (360, (720, 1280))
    assert cuts(frames) == [60, 108, 168, 228, 276]
    assert np.abs(heard(ad)).max() > 0.05


def test_shots_of_one_generation_are_cut_where_the_board_splits_them(project: Path) -> None:
    teaser = film(project, "trailhead", "main")
    frames = frames_of(teaser)
    assert (len(frames), details(teaser)["size"]) == (768, (1470, 630))
    assert cuts(frames)[:4] == [108, 216, 324, 432]
    sound = heard(teaser)
    wind, guide = sound[:, 2 * 48_000 : 4 * 48_000], sound[:, 18 * 48_000 : 20 * 48_000]
    assert np.abs(guide).max() > np.abs(wind).max() > 0
