"""`python tests/proofs/write_errors.py`: a disk that fails at the N-th write spoils nothing, for every N.

A full disk, a folder without permission, a fault of the drive: the run says so and ends, nothing that is served
afterwards is corrupt, and the next run goes on to the end. Nothing is bought twice.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from pipeline import media
from tests.double import double_process
from tests.proofs.kills import DOUBLE, made
from tests.proofs.shooter import ERRORS
from tests.proofs.stage import stage

SHOTS = 2


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--most", type=int, default=400)
    arguments = parser.parse_args()
    began = time.monotonic()
    for error in ERRORS:
        number = told = 0
        for number in range(1, arguments.most, arguments.every):
            with tempfile.TemporaryDirectory() as folder:
                reached, complained = prove(Path(folder), number, error)
            told += complained
            if not reached:
                break
        print(
            f"{time.monotonic() - began:6.0f} s  {error}: {number} places, {told} complaints, all went on", flush=True
        )
    return 0


def prove(folder: Path, number: int, error: str) -> tuple[bool, bool]:
    """Whether there was an N-th write, and whether its failure was told. AssertionError for a broken promise."""
    with double_process(made(folder / "double"), DOUBLE) as double:
        here = replace(stage(folder / "project", SHOTS), origin=double.origin)
        code, said = here.shoot("--fail-at", str(number), "--error", error)
        assert "Traceback" not in said, said
        reached = "failed at" in said
        assert code in (0, 1, 2, 4), said
        again, said_then = here.shoot()
        if again == 4:
            assert len(double.accepted()) < SHOTS, "what was accepted is found in the history"
            here.settle(said_then)
            again, said_then = here.shoot()
        assert again == 0, said_then
        assert set(double.bought().values()) == {1}, "something was bought twice"
        for clip in here.folder.glob("outputs/takes/*/*/1/clip.mp4"):
            assert media.inspect(clip, "video").frame_count == 24
        assert media.inspect(here.cut, "video").frame_count == 24 * SHOTS
    return reached, code != 0


if __name__ == "__main__":
    sys.exit(main())
