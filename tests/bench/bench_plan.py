"""`python tests/bench/bench_plan.py`: a plan of 1,000 shots in 10 variants, beside a full lock.

Prints what `storyreel plan` takes as a whole command: without a lock, with a lock that has a take for each of the
10,000 jobs, and once an edit of the style has moved all of them and each is told why. Medians of several runs, taken in
turns.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from pipeline import lock, produce, wire
from pipeline.lock import Lock, Use
from pipeline.plan import Plan, sources
from pipeline.take import Paid

HEAD = """\
version: 1
title: Bench
style: {look: 35mm film, palette: teal}
characters: {keeper: {description: an old keeper in a yellow oilskin}}
variants: {matrix: {weather: {%s}}}
shots:
"""
SHOT = "  - {id: sh%05d, prompt: 'Picture %d of @keeper by the sea, in {{ weather }}.'}\n"
KINDS = ("no lock", "full lock", "all stale")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--variants", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    weather = ", ".join(f"w{number}: weather {number}" for number in range(arguments.variants))
    text = HEAD % weather + "".join(SHOT % (number, number) for number in range(arguments.shots))
    with tempfile.TemporaryDirectory() as folder:
        boards = {kind: Path(folder) / kind.replace(" ", "-") / "film.yaml" for kind in KINDS}
        for board in boards.values():
            board.parent.mkdir()
            board.write_text(text, encoding="utf-8")
        written = lock.dump(full(produce.plan(boards["no lock"], {})[1]))
        for kind in KINDS[1:]:
            boards[kind].with_name("film.lock.yaml").write_text(written, encoding="utf-8")
        boards["all stale"].write_text(text.replace("palette: teal", "palette: gold"), encoding="utf-8")
        times: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for _ in range(arguments.runs):
            for kind, board in boards.items():
                times[kind].append(timed(board))
    print(f"{arguments.shots * arguments.variants:,} jobs, a lock of {len(written) / 1e6:.1f} MB")
    first = statistics.median(times["no lock"])
    for kind in KINDS:
        median = statistics.median(times[kind])
        print(f"{kind}: {median:.2f} s, {median / first:.2f} times that without a lock")
    return 0


def full(plan: Plan) -> Lock:
    """A lock with a take for every job."""
    takes, uses = {}, {}
    for variant in plan.variants:
        for index, digest in plan.digests(variant).items():
            shot = plan.board.entries[index].id
            paid = Paid(digest, 1, f"p{digest[:8]}", Decimal("0.40"), "0" * 64, shot)
            takes[digest] = paid, wire.as_digested(plan.request(variant, index))
            uses[shot, variant.name] = Use(digest, digest, 1)
    found = Lock().with_takes(plan.origin, takes.values()).with_sources(plan.origin, sources(plan, takes))
    return found.with_uses(plan.origin, uses)


def timed(board: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-m", "pipeline.cli", "plan", board.name]
    done = subprocess.run(command, cwd=board.parent, capture_output=True, text=True, check=False)
    assert "variants out of" in done.stdout, done.stderr
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
