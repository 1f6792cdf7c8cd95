"""`python tests/bench/bench_variants.py`: how long plans of many variants take, and how much memory, each in a process.

Every row is a whole `storyreel plan` in a fresh process, the start of Python included: the median of several rounds,
and the most memory that any of them held. The first rows differ in nothing but the number of variants.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 5
HEAD = """version: 1
title: Many
style: {look: 35mm film}
characters: {keeper: {description: an old man in a yellow oilskin}}
variants: {name: "{{ market }}_{{ hook }}", from: markets.csv, matrix: {hook: %s}}
shots:
"""
FEW = """\
  - {id: sh010, prompt: A cafe in the rain.}
  - {id: sh020, prompt: "@keeper pours, {{ hook }}."}
  - {id: sh030, prompt: "A sign in {{ city }}."}
  - {id: sh040, prompt: "A cup: {{ claim }}"}
  - {id: sh050, prompt: "@keeper smiles.", continue_from: {shot: sh040}}
  - {id: sh060, prompt: The end.}
"""
SHOT = """\
  - id: sh{n:04}
    prompt: "@keeper takes step {n} of the stairs in {name}, one hand on the wall."
    camera: {{shot_size: MS, angle: low, movement: dolly_in, speed: slow}}
    dialogue:
      - keeper (low): "Not tonight, boy."
    in: 0.5
    out: 4.5
"""


def write(folder: Path, rows: int, hooks: int, shots: str) -> None:
    lines = (f"m{row:04},claim number {row},city {row % 50}\n" for row in range(rows))
    (folder / "markets.csv").write_text("market,claim,city\n" + "".join(lines))
    (folder / "film.yaml").write_text(HEAD % [f"hook {n}" for n in range(hooks)] + shots)


def measure(folder: Path, *words: str) -> tuple[float, float]:
    """Seconds, the median; and MB, the most."""
    taken, peak = [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        command = [sys.executable, "-m", "pipeline.cli", *words]
        with subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=-3) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        taken.append(time.perf_counter() - began)
        peak = max(peak, usage.ru_maxrss)
    return statistics.median(taken), peak / (1 << 10 if sys.platform != "darwin" else 1 << 20)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows, hooks in ((25, 4), (250, 4), (2500, 4)):
            write(folder, rows, hooks, FEW)
            seconds, peak = measure(folder, "plan", "film.yaml")
            print(f"{rows * hooks:>6} variants of     6 shots: {seconds:5.2f} s, {peak:4.0f} MB")
        for varying in (10, 1000):
            shots = "".join(SHOT.format(n=n, name="{{ hook }}" if n < varying else "rain") for n in range(1000))
            write(folder, 1, 10, shots)
            seconds, peak = measure(folder, "plan", "film.yaml")
            jobs = varying * 10 + 1000 - varying
            print(f"    10 variants of 1,000 shots, {jobs:>6,} jobs: {seconds:5.2f} s, {peak:4.0f} MB")


if __name__ == "__main__":
    main()
