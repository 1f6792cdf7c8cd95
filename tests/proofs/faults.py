"""`python tests/proofs/faults.py --seeds 50`: whatever the API does, nothing is bought twice and every run ends.

For each kind of fault and each seed a few shots are bought from a double that has this fault half of the time, run
after run, until all is there. No request is accepted twice, but where the first one ended as failed; each run ends done
or with a named reason; what `shoot` is uncertain of is given up by hand, where the ledger says that it never arrived.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from pipeline import produce, settings
from pipeline.client import Client
from pipeline.errors import GenerationError, StoryreelError
from pipeline.server.conduct import Conduct, Fault
from pipeline.server.faults import KINDS
from tests.double import KEY, Double, doubled
from tests.haste import SHORT, hurried
from tests.proofs.shooter import QUICK, without_cuts
from tests.proofs.stage import Stage, stage

SHOTS = 4
STRIKES, MOST_RUNS = 6, 8
NEVER = frozenset({"stuck", "task_fails"})  # to the end of the run: what is refused by moderation stays so


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    arguments = parser.parse_args()
    began = time.monotonic()
    for kind in arguments.kind or sorted(KINDS):
        reasons: Counter[str] = Counter()
        for seed in range(arguments.seeds):
            with tempfile.TemporaryDirectory() as folder:
                reasons.update(prove(Path(folder), kind, seed))
        print(f"{time.monotonic() - began:6.0f} s  {kind}: {arguments.seeds} seeds; {dict(reasons)}", flush=True)
    return 0


def prove(folder: Path, kind: str, seed: int) -> list[str]:
    """Why shots failed on the way. AssertionError where a promise is broken."""
    here = stage(folder / "project", SHOTS, concurrency=3, longest_s=3)
    models = settings.project_of(here.board).models
    conduct = Conduct(seed=seed, clips="tiny", generation_s=0.02, faults=(Fault(kind, share=0.5, most=STRIKES),))
    reasons: list[str] = []
    with doubled(folder / "double", conduct, catalogue=models) as double:
        environ = {**os.environ, "WAVESPEED_BASE_URL": double.origin, "WAVESPEED_API_KEY": KEY}
        for _ in range(MOST_RUNS):
            failed = [*_shot(here.board, environ)]
            reasons += [type(error).__name__ for error in failed]
            _nothing_twice(double)
            if not failed:
                break
            _settle(here, double, environ)
        if kind not in NEVER:
            assert not failed, (kind, seed, reasons)
            assert len(list(folder.glob("project/outputs/takes/*/*/1/take.json"))) == len(double.bought()) == SHOTS
    return reasons


def _settle(here: Stage, double: Double, environ: dict[str, str]) -> None:
    """Gives up what never arrived, as somebody would who looked it up."""
    arrived = {row["prompt"] for row in double.accepted()}
    for row in produce.status(here.board, environ).rows:
        if row.state == "uncertain":
            number = int(row.shot[1:])
            assert f"Picture {number} of the proof." not in " ".join(arrived), "accepted, and not found in the history"
            produce.settle(here.board, row.digest, environ=environ)


def _shot(board: Path, environ: dict[str, str]) -> Iterator[StoryreelError]:
    try:
        done = produce.shoot(
            board,
            approve=lambda _: True,
            environ=environ,
            connect=partial(Client, pace=QUICK, patience=SHORT),
            sleep=hurried,
        )
    except StoryreelError as error:
        yield error
        return
    yield from (GenerationError(left.slot.reason) for left in done.left)
    for error in done.failed.values():
        assert isinstance(error, GenerationError | StoryreelError)
        assert error.message
        yield error


def _nothing_twice(double: Double) -> None:
    alive: Counter[str] = Counter(row["request"] for row in double.accepted() if row["status"] != "failed")
    assert max(alive.values(), default=0) <= 1, "something was bought twice"


if __name__ == "__main__":
    without_cuts()
    sys.exit(main())
