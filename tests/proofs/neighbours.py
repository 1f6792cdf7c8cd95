"""`python tests/proofs/neighbours.py --rounds 20`: several `shoot` at once keep to one cap, one budget, and buy once.

1, 2 and 8 processes shoot the same board at the same time, some of them killed and started again. The double never has
more jobs open than the account may have, each job is bought once, and the budget of the storyboard holds.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.double import double_process
from tests.proofs.kills import DOUBLE, made
from tests.proofs.stage import Stage, stage

CAP = 3
PRICE = Decimal("0.08")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance, began = random.Random(arguments.seed), time.monotonic()
    for number in range(arguments.rounds):
        for processes in (1, 2, 8):
            with tempfile.TemporaryDirectory() as folder:
                told = prove(Path(folder), processes, chance)
            print(f"{time.monotonic() - began:6.0f} s  round {number + 1}, {told}", flush=True)
    return 0


def prove(folder: Path, processes: int, chance: random.Random, shots: int = 12, budget: int = 8) -> str:
    """Within a budget for fewer shots, then without. AssertionError where a promise is broken."""
    with double_process(made(folder / "double"), DOUBLE) as double:
        limited = f"budget: {{max_total: {PRICE * budget}}}\n"
        here = replace(stage(folder / "project", shots, concurrency=CAP, extra=limited), origin=double.origin)
        _together(here, processes, chance)
        assert Decimal(double.ledger()["charged_usd"]) <= PRICE * budget, "more was spent than the budget"
        here = replace(stage(folder / "project", shots, concurrency=CAP), origin=double.origin)
        killed = _together(here, processes, chance)
        code, said = here.shoot()
        if code == 4:
            here.settle(said)
            code, said = here.shoot()
        ledger = double.ledger()
        assert code == 0, said
        assert ledger["most_open"] <= CAP, "more was open than the account may have"
        assert len(double.bought()) == shots
        assert set(double.bought().values()) == {1}, "something was bought twice"
    return f"{processes} processes, {killed} killed: at most {ledger['most_open']} of {CAP} open, all bought once"


def _together(here: Stage, processes: int, chance: random.Random) -> int:
    """How many of them were killed."""
    running = [here.start("--no-cut") for _ in range(processes)]
    killed = 0
    for process in running[: processes // 2]:
        time.sleep(chance.uniform(0.2, 1.5))
        if process.poll() is None:
            process.kill()
            killed += 1
    for process in running:
        process.communicate(timeout=120)
        assert process.returncode in (0, 1, 3, 4, -9)
    return killed


if __name__ == "__main__":
    sys.exit(main())
