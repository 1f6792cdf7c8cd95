"""How well cuts inside a take are found: clips of known cuts, and clips that only look as if they had some.

    python tests/bench/bench_cuts.py [clips of each kind] [--size WIDTHxHEIGHT] [--first SEED]

Pictures are those of previs: other places, or the same place framed otherwise, under a moving camera. Each clip is
encoded as takes are. A cut counts as found only on its very frame. The last lines are of the whole, and of how long it
takes to look at five seconds in 720p.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.media import find_cuts
from tests.bench.bench_cut import write_grainy
from tests.clips import write_pictures
from tests.cut_clips import KINDS, RATE, sample


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    wanted.add_argument("clips", type=int, nargs="?", default=8)
    wanted.add_argument("--size", default="640x360")
    wanted.add_argument("--first", type=int, default=0, help="seed of the first clip of each kind")
    said = wanted.parse_args()
    size = tuple(map(int, said.size.split("x")))
    totals = [0, 0, 0]
    print(f"{'kind':34} clips  cuts  found  false   weakest found / strongest false")
    with tempfile.TemporaryDirectory(prefix="storyreel-cuts-") as folder:
        for kind in KINDS:
            right, wrong, there, low, high = 0, 0, 0, [], []
            for seed in range(said.first, said.first + said.clips):
                clip = sample(kind, seed, size)
                path = write_pictures(Path(folder) / "clip.mp4", clip.pictures, rate=RATE, g="250", crf="23")
                found = find_cuts(path, Fraction(RATE))
                right += sum(cut.frame in clip.cuts for cut in found)
                wrong += sum(cut.frame not in clip.cuts for cut in found)
                there += len(clip.cuts)
                low += [cut.strength for cut in found if cut.frame in clip.cuts]
                high += [cut.strength for cut in found if cut.frame not in clip.cuts]
            print(f"{kind:34} {said.clips:5} {there:5} {right:6} {wrong:6}   "
                  f"{min(low, default=0):.2f} / {max(high, default=0):.2f}", flush=True)  # fmt: skip
            totals = [totals[0] + there, totals[1] + right, totals[2] + wrong]
    there, right, wrong = totals
    print(f"precision {right / max(1, right + wrong):.3f}, recall {right / max(1, there):.3f}")
    print(f"five seconds in 720p: {_seconds():.2f} s")


def _seconds() -> float:
    """The best of three looks."""
    with tempfile.TemporaryDirectory(prefix="storyreel-cuts-") as folder:
        path = Path(folder) / "clip.mp4"
        write_grainy(path, 1)
        return min(_timed(path) for _ in range(3))


def _timed(path: Path) -> float:
    before = time.perf_counter()
    find_cuts(path, Fraction(24))
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
