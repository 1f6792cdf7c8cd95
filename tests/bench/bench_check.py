"""`python tests/bench/bench_check.py [SHOTS]`: how long a large board takes to read, check and plan, as medians."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from pipeline import check, plan, storyboard
from pipeline.take import StoreView
from tests.boards import ORIGIN, facts
from tests.boards import compositions as composed

ROUNDS = 7
HEAD = """version: 1
title: Large
vars: {weather: a storm}
style: {look: 35mm film, lighting: "{{ weather }} light"}
characters: {keeper: {description: an old man, references: [{image: face.png, role: face}]}}
shots:
"""
SHOT = """  - id: sh{n:04}
    prompt: "@keeper takes step {n} of the stairs in {{{{ weather }}}}, one hand on the wall."
    camera: {{shot_size: MS, angle: low, movement: dolly_in, speed: slow}}
    dialogue:
      - keeper (low): "Not tonight, boy."
    references: [{{image: map.png, role: the map}}]
    in: 0.5
    out: 4.5
"""


def median_s(work: Callable[[], object]) -> float:
    """Seconds that the work takes, of several rounds the middle one."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def main(shots: int) -> None:
    text = (HEAD + "".join(SHOT.format(n=n) for n in range(shots))).encode()
    board = storyboard.parse("large.yaml", lambda _: text).board
    assert board is not None
    known = facts(board)
    compositions = composed(board)
    reading = median_s(lambda: storyboard.parse("large.yaml", lambda _: text))
    checking = median_s(lambda: check.check(board, known, {}))
    planning = median_s(lambda: plan.expand(compositions, known, lambda _: StoreView(ORIGIN)))
    for name, taken in (("read", reading), ("check", checking), ("plan", planning)):
        print(f"{name:>6}: {taken:.3f} s, {1e3 * taken / shots:.3f} ms a shot")
    print(f"   all: {reading + checking + planning:.3f} s for {shots} shots")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
