"""How fast a rehearsal is made from nothing to the cut, beside moviepy's own compositing of the same shots.

    python tests/bench/bench_previs.py [shots] [rounds] [--seconds S]

Ours is the command line: `render` of a board of twelve drawn shots of five seconds at 720p, each with another place,
hour, size and movement, two with dialogue, into an empty store, with slates and guide sound. moviepy's ways begin where
ours ends, with the pictures drawn already: one moves a still of each shot under a line of type, as a reader of its
manual would write it, the other joins the clips that we drew. Every way is a process of its own, and every round goes
through all of them, so that what else the machine does disturbs them alike. Seconds of the clock and of the processors
are those of the process and its children; ratios are of the medians. At last, what a page that shows a board needs: one
frame of a shot drawn alone, and its clip.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import av

ROOT = Path(__file__).parents[2]
SIZE = (1280, 720)
SHOTS = (
    ("EWS", "dolly_in", "A lighthouse above the sea at dawn."),
    ("WS", "pan_right", "@ada walks along a city street at night, in the rain."),
    ("MS", "handheld", "@ada runs through a forest at noon."),
    ("MCU", "static", "@ben waits in a room at dusk."),
    ("FS", "truck_left", "@ada and @ben cross a desert at dusk."),
    ("CU", "dolly_in", "@ben looks up in the hills in snow."),
    ("WS", "crane_up", "Above the clouds at dawn."),
    ("MWS", "orbit_right", "@ada and @ben on a cliff by the sea at noon."),
    ("OTS", "", "@ada and @ben in a kitchen at night."),
    ("FS", "tracking", "@ada strides through a city at noon."),
    ("MS", "rack_focus", "@ben in a forest in fog."),
    ("EWS", "zoom_out", "The desert at night."),
)
LINES = {8: '\n    dialogue: [ada: "We should not have come here."]', 3: '\n    dialogue: [ben: "Not tonight."]'}
HEAD = """version: 1
title: Twelve shots
defaults: {duration: SECONDS, aspect_ratio: "16:9", resolution: 720p}
characters:
  ada: {description: a woman in a red coat}
  ben: {description: a man in a grey suit}
shots:
"""
Way = Callable[[Path], object]


def write_board(folder: Path, count: int, seconds: int) -> None:
    """The storyboard, alone in its folder."""
    shots = []
    for number in range(count):
        size, movement, prompt = SHOTS[number % len(SHOTS)]
        camera = f"{{shot_size: {size}" + (f", movement: {movement}" if movement else "") + "}"
        said = LINES.get(number % len(SHOTS), "")
        shots.append(f'  - id: sh{number + 1:02}0\n    prompt: "{prompt}"\n    camera: {camera}{said}\n')
    (folder / "film.yaml").write_text(HEAD.replace("SECONDS", str(seconds)) + "".join(shots), encoding="utf-8")


def storyreel(folder: Path) -> None:
    """From nothing to the cut."""
    shutil.rmtree(folder / "outputs", ignore_errors=True)
    words = [sys.executable, "-m", "pipeline.cli", "render", "film.yaml"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(words, cwd=folder, env=environ, check=True, capture_output=True)


def again(folder: Path) -> None:
    """The same with one shot changed."""
    board = folder / "film.yaml"
    text = board.read_text(encoding="utf-8")
    board.write_text(text.replace("Above the clouds", "High above the clouds"), encoding="utf-8")
    words = [sys.executable, "-m", "pipeline.cli", "render", "film.yaml"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(words, cwd=folder, env=environ, check=True, capture_output=True)
    board.write_text(text, encoding="utf-8")


def clips(folder: Path) -> list[Path]:
    return sorted((folder / "kept").glob("*.mp4"))


def keep(folder: Path) -> None:
    """Put the clips that were drawn, and the first frame of each, where moviepy's ways find them."""
    (folder / "kept").mkdir(exist_ok=True)
    for number, path in enumerate(sorted((folder / "outputs" / "previs").rglob("clip.mp4"))):
        shutil.copy(path, folder / "kept" / f"{number:02}.mp4")
        with av.open(str(path)) as film:
            next(film.decode(video=0)).to_image().save(folder / "kept" / f"{number:02}.png")


def moviepy_moves(folder: Path) -> None:
    """A still of each shot that slowly grows under a line of type."""
    from moviepy import CompositeVideoClip, ImageClip, TextClip, concatenate_videoclips
    from moviepy.video.fx import Resize

    shots = []
    for still in sorted((folder / "kept").glob("*.png")):
        with av.open(str(still.with_suffix(".mp4"))) as film:
            seconds = float(film.duration or 0) / 1e6
        grown = ImageClip(str(still)).with_duration(seconds)
        grown = grown.with_effects([Resize(lambda t, s=seconds: 1 + 0.2 * t / s)]).with_position("center")
        type_ = TextClip(text=f"shot {still.stem}", font_size=24, color="white", font=str(FONT)).with_duration(seconds)
        shots.append(CompositeVideoClip([grown, type_.with_position((40, 640))], size=SIZE))
    written = concatenate_videoclips(shots)
    written.write_videofile(str(folder / "moves.mp4"), fps=24, preset="ultrafast", threads=os.cpu_count(), logger=None)


def moviepy_joins(folder: Path) -> None:
    """The clips that we drew, one after another under a line of type."""
    from moviepy import CompositeVideoClip, TextClip, VideoFileClip, concatenate_videoclips

    opened = [VideoFileClip(str(clip)) for clip in clips(folder)]
    joined = concatenate_videoclips(opened)
    type_ = TextClip(text="rehearsal", font_size=24, color="white", font=str(FONT)).with_duration(joined.duration)
    made = CompositeVideoClip([joined, type_.with_position((40, 640))])
    made.write_videofile(
        str(folder / "joins.mp4"), fps=24, preset="ultrafast", threads=os.cpu_count(), audio_codec="aac", logger=None
    )


FONT = ROOT / "pipeline" / "fonts" / "Inter-Medium.otf"
WAYS: dict[str, Way] = {
    "storyreel, from nothing": storyreel,
    "storyreel, one shot changed": again,
    "moviepy, growing stills": moviepy_moves,
    "moviepy, joining our clips": moviepy_joins,
}


@dataclass(frozen=True, slots=True)
class Spent:
    """What one run took, in seconds."""

    clock: float
    processors: float


def run(name: str, folder: Path) -> Spent:
    """One way in a process of its own."""
    before, began = os.times(), time.monotonic()
    subprocess.run([sys.executable, __file__, "--way", name, "--folder", str(folder)], check=True)
    took, after = time.monotonic() - began, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(took, used)


def measure(folder: Path, count: int, rounds: int, seconds: int) -> None:
    """Print what each way takes."""
    write_board(folder, count, seconds)
    storyreel(folder)
    keep(folder)
    spent: dict[str, list[Spent]] = {name: [] for name in WAYS}
    for _ in range(rounds):
        for name in WAYS:
            spent[name].append(run(name, folder))
    footage = count * seconds
    ours = statistics.median(each.clock for each in spent["storyreel, from nothing"])
    print(f"{count} shots of {seconds} s at {SIZE[0]}x{SIZE[1]}, {os.cpu_count()} processors, {rounds} rounds")
    print(f"{'':30}{'clock':>8}{'processors':>12}{'times real time':>17}{'beside ours':>13}")
    for name, each in spent.items():
        clock = statistics.median(one.clock for one in each)
        used = statistics.median(one.processors for one in each)
        print(f"{name:30}{clock:7.2f}s{used:11.2f}s{footage / clock:17.1f}{clock / ours:13.2f}")


def measure_alone() -> None:
    """Print what one frame and one clip take in a process that has drawn before."""
    from pipeline.previs.clip import draw
    from pipeline.previs.intake import parse
    from pipeline.previs.picture import draw_frame

    with tempfile.TemporaryDirectory(prefix="bench-previs-") as folder:
        frames, whole = [], []
        for size, movement, action in (*SHOTS, SHOTS[0]):
            direction = {
                "shot": "sh010",
                "camera": {"shot_size": size, "movement": movement},
                "action": action.replace("@", ""),
                "figures": [{"name": name, "colour": at} for at, name in enumerate(("ada", "ben")) if name in action],
            }
            told = {"id": "x", "width": SIZE[0], "height": SIZE[1], "frame_rate": "24", "frames": 120, "audio": True}
            order = parse({**told, "direction": direction, "seed": "1f", "output": f"{folder}/x.mp4"})
            began = time.perf_counter(), time.process_time()
            draw_frame(order, 60)
            drawn = time.perf_counter(), time.process_time()
            draw(order)
            done = time.perf_counter(), time.process_time()
            frames.append([after - before for after, before in zip(drawn, began, strict=True)])
            whole.append([after - before for after, before in zip(done, drawn, strict=True)])
    for name, each in (("one frame alone", frames[1:]), ("its clip", whole[1:])):
        clock, used = ([one[at] for one in each] for at in (0, 1))
        print(
            f"{name:30}{statistics.median(clock):7.3f}s{statistics.median(used):11.3f}s"
            f"   at most {max(clock):.3f} s of the clock, {max(used):.3f} s of processors"
        )


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("shots", nargs="?", type=int, default=12)
    words.add_argument("rounds", nargs="?", type=int, default=3)
    words.add_argument("--seconds", type=int, default=5)
    words.add_argument("--way", help=argparse.SUPPRESS)
    words.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = words.parse_args()
    if asked.way:
        WAYS[asked.way](asked.folder)
        return
    with tempfile.TemporaryDirectory(prefix="bench-previs-") as folder:
        measure(Path(folder), asked.shots, asked.rounds, asked.seconds)
    measure_alone()


if __name__ == "__main__":
    main()
