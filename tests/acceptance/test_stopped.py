"""`shoot` is stopped at any moment: what is paid for is written down, nothing runs on, and the next run goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import settings
from tests.double import doubled
from tests.hostile import Hostile, hostile
from tests.proofs.stage import Stage, stage

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
STOPPED = 130
SHORT_S = 20.0
Process = subprocess.Popen[str]


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Hostile]:
    with hostile(tmp_path / "api") as found:
        yield found
        found.answers.set()


def started(here: Stage, *words: str) -> Process:
    command = [sys.executable, "-m", "pipeline.cli", "shoot", "film.yaml", "--yes", *words]
    return subprocess.Popen(
        command, cwd=here.folder, env=here.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: Process) -> tuple[int, str]:
    with process:
        out, err = process.communicate(timeout=SHORT_S)
    assert "Traceback" not in err, err
    return process.returncode, out + err


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda sign: sign.name)
def test_an_answer_on_its_way_is_waited_for(tmp_path: Path, api: Hostile, sign: signal.Signals) -> None:
    here = replace(stage(tmp_path / "project", 1), origin=api.origin)
    api.answers.clear()
    process = started(here)
    assert api.arrived.acquire(timeout=SHORT_S)
    process.send_signal(sign)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    api.answers.set()
    code, said = ended(process)
    assert (code, "the same command goes on from here" in said) == (STOPPED, True), said
    assert len(list(here.folder.rglob("prediction.json"))) == 1
    assert here.left_behind() == []
    code, said = ended(started(here))
    assert code == 0, said
    assert len(api.submitted) == 1


def test_the_second_interrupt_ends_it_at_once_and_hides_no_doubt(tmp_path: Path, api: Hostile) -> None:
    here = replace(stage(tmp_path / "project", 1), origin=api.origin)
    api.answers.clear()
    process = started(here)
    assert api.arrived.acquire(timeout=SHORT_S)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.send_signal(signal.SIGINT)
    with process:
        out, err = process.communicate(timeout=5)
    assert process.returncode == STOPPED, out + err
    assert "Traceback" not in err, err
    assert here.left_behind() == []
    told = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "status", "film.yaml"],
        cwd=here.folder, env=here.environ, capture_output=True, text=True,
    )  # fmt: skip
    assert (told.returncode, "uncertain" in told.stdout) == (4, True), told.stdout + told.stderr


@pytest.mark.parametrize("word", ["is being submitted", "is being made", "is being fetched", "ready", "cut main"])
def test_wherever_it_is_stopped_the_next_run_goes_on(tmp_path: Path, word: str) -> None:
    here = stage(tmp_path / "project", 6, concurrency=3)
    with doubled(tmp_path / "double", catalogue=settings.project_of(here.board).models) as double:
        here = replace(here, origin=double.origin)
        process = started(here)
        assert process.stderr
        for line in process.stderr:
            if word in line:
                process.send_signal(signal.SIGINT)
                break
        code, said = ended(process)
        kept = len(list(here.folder.rglob("take.json")))
        assert code == STOPPED, said
        assert here.left_behind() == []
        lock = here.folder / "film.lock.yaml"
        written = lock.read_text().count('"prediction"') if lock.exists() else 0
        assert written == kept, "every take that landed is in the lock"
        code, said = ended(started(here))
        assert code == 0, said
        assert len(double.accepted()) == 6
        assert set(double.bought().values()) == {1}


def test_asked_to_end_in_the_background_it_ends(tmp_path: Path, api: Hostile) -> None:
    here = replace(stage(tmp_path / "project", 1), origin=api.origin)
    api.answers.clear()
    script = f"trap '' INT; exec {sys.executable} -m pipeline.cli shoot film.yaml --yes"
    process = subprocess.Popen(
        ["sh", "-c", script],
        cwd=here.folder, env=here.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert api.arrived.acquire(timeout=SHORT_S)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.3)
    api.answers.set()
    code, said = ended(process)
    assert code == STOPPED, said
    assert len(list(here.folder.rglob("prediction.json"))) == 1
