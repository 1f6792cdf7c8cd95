"""The caps hold over processes, also where some of them are killed between any two of their steps."""

from __future__ import annotations

import json
import os
import random
import struct
import subprocess
import sys
import time
from contextlib import suppress
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from pipeline.store import Spent, Store

if sys.platform == "win32":
    pytest.skip("forks, and locks of POSIX", allow_module_level=True)

from tests.gate_runs import ORIGIN, PRICE, SharedClock

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "tests.gate_runs")
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT)}


def runs(folder: Path, count: int, *, kill: int = 0, **options: Any) -> list[Spent]:
    """What the store holds after so many runs at once, of which so many were killed somewhere on their way."""
    (folder / "clock").write_bytes(struct.pack("d", 1.8e9))
    processes = [
        subprocess.Popen(
            [*COMMAND, str(folder), str(number), json.dumps(options)],
            cwd=ROOT, env=ENVIRON, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        for number in range(count)
    ]  # fmt: skip
    try:
        for each in processes:
            assert each.stdout
            assert each.stdout.readline() == "ready\n"
        for each in processes:
            assert each.stdin
            each.stdin.write("go\n")
            each.stdin.flush()
        chance = random.Random(count)
        for each in processes[:kill]:
            with suppress(subprocess.TimeoutExpired):
                each.wait(chance.uniform(0.005, 0.1))
            each.kill()
        codes = [each.wait(60) for each in processes]
    finally:
        for each in processes:
            each.kill()
            each.communicate()
    assert codes[kill:] == [0] * (count - kill)
    return list(Store(folder / "outputs", SharedClock(folder / "clock")).attempts(ORIGIN))


def log(folder: Path) -> list[str]:
    return (folder / "log").read_text().splitlines()


@pytest.mark.parametrize(("count", "kill"), [(1, 0), (2, 0), (8, 0), (8, 4)])
def test_no_more_jobs_are_open_than_may_be(tmp_path: Path, count: int, kill: int) -> None:
    attempts = runs(tmp_path, count, kill=kill, posts=0, cap=3, total="1000")
    most = max(accumulate(1 if line[0] == "+" else -1 for line in log(tmp_path)))
    assert most <= 3
    assert sum(one.unresolved for one in attempts) <= 3
    if not kill:
        assert len(attempts) == 6 * count


@pytest.mark.parametrize(("count", "kill"), [(1, 0), (2, 0), (8, 0), (8, 4)])
def test_no_minute_has_more_posts_than_may_be(tmp_path: Path, count: int, kill: int) -> None:
    attempts = runs(tmp_path, count, kill=kill, posts=4, cap=0, total="1000")
    moments = sorted(float(line.split()[1]) for line in log(tmp_path) if line[0] == "+")
    assert all(later - earlier >= 60 - 1e-3 for earlier, later in zip(moments, moments[4:], strict=False))
    if not kill:
        assert len(attempts) == len(moments) == 6 * count


@pytest.mark.parametrize(("count", "kill"), [(1, 0), (2, 0), (8, 0), (8, 4)])
def test_no_more_is_spent_than_may_be(tmp_path: Path, count: int, kill: int) -> None:
    attempts = runs(tmp_path, count, kill=kill, posts=0, cap=0, total="1.70")
    cost = sum((one.usd for one in attempts), Decimal(0))
    assert cost <= Decimal("1.70")
    if count == 8 and not kill:
        assert cost == 4 * PRICE  # and nothing of it is lost to reservations of nobody


def test_wherever_a_process_dies_its_neighbour_keeps_to_the_caps(tmp_path: Path) -> None:
    began = time.perf_counter()
    command = [*COMMAND, "die", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRON, text=True, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    print(f"{len(rows)} deaths in {time.perf_counter() - began:.1f} s")
    assert len(rows) > 50
    for row in rows:
        assert set(row["open"]) <= set(row["counted"])
        assert Decimal(row["cost"]) <= Decimal(row["reserved"])
        assert row["open after"] <= 2
        assert row["passed"] == 2 - len(row["open"])  # and a place that a dead process reserved is found to be free
        assert Decimal(row["recounted"]) == Decimal(row["cost after"])
        assert not row["leftovers"]
    assert {len(row["open"]) for row in rows} == {0, 1}
