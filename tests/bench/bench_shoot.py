"""`python tests/bench/bench_shoot.py`: 1,000 shots that the API answers after a second, 100 at once.

Prints the time from the first submission to the last kept take beside the ideal one (shots / places x seconds), the
processor time of both sides, the memory of a run with a tenth of the shots beside that of all, and what a run over the
unchanged board takes and asks. The double runs as a process of its own on the same machine.

A second run within some minutes is slower where the file system is ext4 without a journal: it passes over each inode
that was deleted lately, and a run leaves thousands.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does; likewise below

from pipeline import produce
from pipeline.client import Client, Pace
from tests.double import Double, double_process
from tests.proofs.kills import made
from tests.proofs.shooter import without_cuts
from tests.proofs.stage import Stage, stage

PACE = Pace(0.05, 0.2)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--open", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--run", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        return _one_run(arguments.run)
    with tempfile.TemporaryDirectory() as folder:
        _bench(Path(folder), arguments.shots, arguments.open, arguments.seconds)
    return 0


def _bench(folder: Path, shots: int, places: int, seconds: float) -> None:
    usual_s = max(1, round(2 * seconds))  # the first question comes after half of it
    faults = f"clips: tiny\ngeneration_s: {seconds}\n"
    with double_process(made(folder / "double"), faults) as double:
        few = _told(
            replace(stage(folder / "few", shots // 10, concurrency=places, usual_s=usual_s), origin=double.origin)
        )
        here = replace(stage(folder / "all", shots, concurrency=places, usual_s=usual_s), origin=double.origin)
        found = _told(here)
        ideal_s = shots / places * seconds
        print(f"{shots} shots of {seconds:g} s, {places} at once: {found['buying_s']:.1f} s, {ideal_s:.1f} s is ideal: "
              f"{found['buying_s'] / ideal_s:.2f} times; processor {found['cpu_s']:.1f} s")  # fmt: skip
        print(f"memory: {few['memory_mb']:.0f} MB for {shots // 10} shots, {found['memory_mb']:.0f} MB for {shots}: "
              f"{found['memory_mb'] / few['memory_mb']:.2f} times")  # fmt: skip
        _again(here, double)


def _again(here: Stage, double: Double) -> None:
    before = double.ledger()["requests"]
    times = sorted(_told(here)["whole_s"] for _ in range(3))
    asked = double.ledger()["requests"] != before
    print(f"unchanged: {times[1]:.2f} s, {'some' if asked else 'no'} request")


def _told(here: Stage) -> dict[str, float]:
    command = [sys.executable, __file__, "--run", str(here.board)]
    done = subprocess.run(command, cwd=here.folder, env=here.environ, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _one_run(board: Path) -> int:
    without_cuts()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    moments: list[float] = []
    began = time.perf_counter()

    def tell(step: object) -> None:
        if getattr(step, "state", "") in ("sending", "kept"):
            moments.append(time.perf_counter())

    done = produce.shoot(board, approve=lambda _: True, connect=partial(Client, pace=PACE), tell=tell)
    assert not done.failed, next(iter(done.failed.values()))
    whole = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "buying_s": moments[-1] - moments[0] if moments else 0.0,
        "whole_s": whole,
        "cpu_s": used.ru_utime + used.ru_stime,
        "memory_mb": used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    }
    os.write(1, json.dumps(told).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
