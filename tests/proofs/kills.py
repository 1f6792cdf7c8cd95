"""`python tests/proofs/kills.py --kills 1000`: whatever moment `shoot` is killed at, nothing is bought twice or lost.

A board of 40 shots is shot and killed again and again: at random moments, and at every change of state. After each
round of kills it is shot to its end. Then the double's ledger has each request once, every take that it was paid for is
kept, the cut is byte for byte that of a board nobody disturbed, and no process is left behind.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from tests.double import Double, double_process
from tests.proofs.stage import Stage, stage

SHOTS = 40
DOUBLE = "clips: tiny\ngeneration_s: 0.2\n"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shots", type=int, default=SHOTS)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = prove(Path(folder), arguments.kills, random.Random(arguments.seed), arguments.shots)
        for line in told:
            print(f"{time.monotonic() - began:6.0f} s  {line}", flush=True)
    return 0


def prove(folder: Path, kills: int, chance: random.Random, shots: int = SHOTS) -> Iterator[str]:
    """Half of the kills at random moments, half at changes of state in turn; AssertionError for a broken promise."""
    undisturbed = shot_once(folder / "undisturbed", shots)
    done = at = rounds = settled = 0
    while done < kills:
        rounds += 1
        with double_process(made(folder / f"double{rounds}"), DOUBLE) as double:
            here = replace(stage(folder / f"round{rounds}", shots), origin=double.origin)
            for _ in range(min(kills - done, 60)):
                by_change = done % 2 == 0
                at = at + 7 if by_change and at < 40 * shots else 1 if by_change else at
                ended, unsent = _killed(here, double, at if by_change else 0, chance)
                done, settled = done + 1, settled + unsent
                if ended:
                    break
            promises_hold(here, double, shots, undisturbed)
        told = f"{done} kills, {rounds} rounds, {settled} intents that never left settled by hand"
        yield f"{told}: each request bought once, no take lost, the cut unchanged"


def shot_once(folder: Path, shots: int) -> str:
    """SHA-256 of the cut that nobody disturbs."""
    with double_process(made(folder / "double"), DOUBLE) as double:
        here = replace(stage(folder / "project", shots), origin=double.origin)
        assert here.shoot() == (0, "")
        return _sha256(here.cut)


def promises_hold(here: Stage, double: Double, shots: int, undisturbed: str) -> None:
    """Shoots to the end and looks at everything that was promised."""
    code, said = here.shoot()
    if code == 4:
        never_accepted(here, double, said)
        code, said = here.shoot()
    assert code == 0, said
    bought = double.bought()
    assert len(bought) == shots
    assert set(bought.values()) == {1}, "something was bought twice"
    kept = {file.parent.name for file in here.folder.glob("outputs/takes/*/*/1/take.json")} and len(
        list(here.folder.glob("outputs/takes/*/*/1/clip.mp4"))
    )
    assert kept == shots, "a take that was paid for is lost"
    assert _sha256(here.cut) == undisturbed, "the cut is another one"
    assert here.left_behind() == []


def never_accepted(here: Stage, double: Double, said: str) -> int:
    """Gives up the attempts of which `shoot` is uncertain: killed between intent and POST, as the ledger must agree."""
    bought = {row["prompt"] for row in double.accepted()}
    kept = len(list(here.folder.glob("outputs/takes/*/*/1/attempts/1/prediction.json")))
    assert kept == len(bought), "what was accepted must be found in the history"
    return here.settle(said)


def _killed(here: Stage, double: Double, at: int, chance: random.Random) -> tuple[bool, int]:
    """Whether it came to its end all the same, and how many intents had to be settled by hand."""
    with here.start(*(["--die-at", str(at)] if at else [])) as process:
        if not at:
            time.sleep(chance.uniform(0.3, 4.0))
            process.kill()
        _, said = process.communicate(timeout=120)
    assert process.returncode in (0, 4, -9), said
    settled = never_accepted(here, double, said) if process.returncode == 4 else 0
    return process.returncode == 0, settled


def made(folder: Path) -> Path:
    """The folder, made, with the model that a double there has to know."""
    folder.mkdir(parents=True, exist_ok=True)
    stage(folder, 1)
    return folder


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
