"""What a mix costs beside the takes' own sound: seconds of the processor for 120 s of 24 clips, in one run.

    python tests/bench/bench_sound.py [rounds]

Every round encodes the same cut in every way, so that what else the machine does disturbs all of them alike.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.edit import Cue, Cut, Footage, Mix, Own, assemble
from pipeline.media import inspect
from pipeline.render.encoding import encoded
from tests.clips import Spec, noise, tone, write_clip, write_sound

COUNT, FRAMES, RATE = 24, 121, Fraction(24)
Way = Callable[[], object]


def footage(folder: Path) -> list[Footage]:
    """Clips of five seconds, AAC in stereo."""
    shots = []
    for number in range(COUNT):
        sound = tone(220 + 60 * number, FRAMES / 24, level=0.1) + noise(number, FRAMES / 24)
        clip = write_clip(folder / f"{number}.mp4", Spec(number % 16, frames=FRAMES, size=(64, 36), sound=sound))
        facts = inspect(clip, "video")
        shots.append(Footage(f"sh{number:03}", Fraction(5), Fraction(0), None, Fraction(0), clip.name, facts))
    return shots


def cue(folder: Path, name: str, seconds: float, cue: Cue) -> Cue:
    """A sound file of its own for a cue."""
    path = write_sound(folder / name, "pcm_s16le", noise(99, seconds))
    facts = inspect(path, "audio")
    return replace(cue, source=name, sha256=facts.sha256, duration_s=facts.duration_s)


def ways(folder: Path) -> dict[str, Way]:
    """The same cut, with more and more asked of its sound."""
    plain = footage(folder)
    bed = cue(folder, "bed.wav", 30, Cue("music", "", "", Fraction(0), loop=True, duck_db=Decimal(10)))
    said = cue(folder, "vo.wav", 3, Cue("voice_over", "", "", Fraction(0)))
    led = [
        replace(
            shot,
            in_s=Fraction(1, 4) if number else Fraction(0),
            own=Own(lead_s=Fraction(1, 4) * (number > 0), speaks=number % 3 == 1, gain_db=Decimal(-3)),
            cues=(said,) if number % 4 == 2 else (),
        )
        for number, shot in enumerate(plain)
    ]
    spoken = [replace(shot, own=Own(speaks=number % 3 == 1)) for number, shot in enumerate(plain)]
    mixes = {
        "the takes' own sound": (plain, Mix()),
        "with music, ducked": (spoken, Mix((bed,))),
        "with leads and voice-over": (led, Mix((bed,))),
        "brought to -23 LUFS": (led, Mix((bed,), Decimal(-23))),
        "brought to -9 LUFS, limited": (led, Mix((bed,), Decimal(-9))),
    }
    cuts = {name: assemble("main", shots, RATE, (64, 36), "contain", mix) for name, (shots, mix) in mixes.items()}
    return {name: _way(cut, folder) for name, cut in cuts.items()}


def _way(cut: Cut, folder: Path) -> Way:
    return lambda: encoded(cut, lambda sound: folder / sound.source, folder / "sound.m4a")


def main(rounds: int) -> None:
    """Print a table of every way, its median and its ratio to the first."""
    with tempfile.TemporaryDirectory(prefix="storyreel-") as name:
        all_ways = ways(Path(name))
        took: dict[str, list[float]] = {way: [] for way in all_ways}
        for _ in range(rounds):
            for way, work in all_ways.items():
                begun = time.process_time()
                work()
                took[way].append(time.process_time() - begun)
    first = statistics.median(next(iter(took.values())))
    for way, seconds in took.items():
        median = statistics.median(seconds)
        print(f"{way:32}{median:>8.2f} s{median / first:>8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
