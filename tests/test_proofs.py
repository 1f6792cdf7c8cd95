"""The proofs of tests/proofs, a little of each: the commands there run them for as long as anybody likes."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from pipeline import produce
from pipeline.server.faults import KINDS
from tests.proofs import faults, kills, neighbours, write_errors
from tests.proofs.shooter import no_cuts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")


def test_whatever_moment_it_is_killed_at_nothing_is_bought_twice_or_lost(tmp_path: Path) -> None:
    told = list(kills.prove(tmp_path, 12, random.Random(7), shots=8))
    assert told[-1].startswith("12 kills")


@pytest.mark.parametrize(
    "kind", sorted(KINDS.keys() - {"stuck", "endless_download", "slow_download", "hang", "too_many_requests"})
)
def test_whatever_the_api_does_nothing_is_bought_twice(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(produce.shooting, "cuts_of", no_cuts)
    monkeypatch.delenv("CI", raising=False)
    faults.prove(tmp_path, kind, seed=3)


def test_the_kinds_that_take_their_time_are_proved_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(produce.shooting, "cuts_of", no_cuts)
    monkeypatch.delenv("CI", raising=False)
    assert set(faults.prove(tmp_path, "hang", seed=3)) <= {"ChargeUncertain"}


@pytest.mark.parametrize("processes", [2, 8])
def test_several_at_once_keep_to_one_cap_and_one_budget_and_buy_once(tmp_path: Path, processes: int) -> None:
    neighbours.prove(tmp_path, processes, random.Random(3), shots=8, budget=5)


@pytest.mark.parametrize("error", ["full", "denied", "fault"])
@pytest.mark.parametrize("number", [3, 17, 31, 44])
def test_a_disk_that_fails_at_one_write_spoils_nothing(tmp_path: Path, error: str, number: int) -> None:
    reached, _ = write_errors.prove(tmp_path, number, error)
    assert reached
