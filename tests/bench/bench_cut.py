"""How fast a cut is made, beside plain moviepy, ffmpeg's filters, melt and editly, side by side in one run.

    python tests/bench/bench_cut.py [clips] [rounds] [--ours]

Every way is a process of its own over the same generated clips (1280 x 720, 24 frames a second, one key frame each,
grainy, with sound), and every round goes through all of them, so that what else the machine does disturbs them alike.
Seconds of the clock and of the processors and the memory are those of the process and its children; ratios are of the
medians. Dissolves stand at a third and at two thirds of the film; the last way has them at every joint.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import pickle
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does, for all ways alike

import numpy as np

from pipeline.edit import Cut, Footage, assemble
from pipeline.leaving import leave
from pipeline.media import inspect
from pipeline.memory import keep_memory
from pipeline.render import KEPT, render

RATE, SIZE, FRAMES, OVERLAP = Fraction(24), (1280, 720), 121, 12
Way = Callable[[Path], object]


def write_grainy(path: Path, number: int, grain: float = 4.5) -> None:
    """A clip as generators make them: five seconds, one key frame, grain in every frame."""
    import av  # here, as below: what only some ways need is not to be loaded by the others

    from tests.clips import Spec, noise, picture, tone

    spec = Spec(number % 16, size=SIZE)
    noises = np.random.default_rng(number).normal(0, grain, (8, SIZE[1], SIZE[0], 1))
    sound = tone(220 + 30 * number, FRAMES / 24) + noise(number, FRAMES / 24) * np.float32(0.1)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"crf": "23", "g": "250", "preset": "veryfast"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        video.codec_context.colorspace = video.codec_context.color_range = 1
        audio = container.add_stream("aac", rate=48000, layout="stereo")
        for frame in range(FRAMES):
            drawn = np.clip(picture(spec, frame) + noises[frame * 5 % 8], 0, 255).astype(np.uint8)
            made = av.VideoFrame.from_ndarray(drawn, format="rgb24").reformat(
                format="yuv420p", dst_colorspace=1, dst_color_range=1
            )
            made.pts, made.time_base = frame, 1 / RATE
            container.mux(video.encode(made))
        container.mux(video.encode(None))
        samples = av.AudioFrame.from_ndarray(sound, format="fltp", layout="stereo")
        samples.sample_rate, samples.pts, samples.time_base = 48000, 0, Fraction(1, 48000)
        container.mux(audio.encode(samples))
        container.mux(audio.encode(None))


def write(folder: Path, count: int) -> None:
    for number in range(count):
        write_grainy(folder / f"clip{number:03}.mp4", number)
    (folder / "facts").write_bytes(pickle.dumps({clip.name: inspect(clip) for clip in clips(folder)}))


def clips(folder: Path) -> list[Path]:
    return sorted(folder.glob("clip*.mp4"))


def cut_of(folder: Path, joints: Iterable[int]) -> Cut:
    """The clips in a row, with dissolves into those of these numbers."""
    facts = pickle.loads((folder / "facts").read_bytes())  # the store has them of every take
    soft, overlap_s = set(joints), OVERLAP / RATE
    shots = [
        Footage(f"sh{n:03}", FRAMES / RATE, Fraction(0), None, overlap_s if n in soft else Fraction(0), name, found)
        for n, (name, found) in enumerate(facts.items())
    ]
    return assemble("main", shots, RATE, SIZE, "contain")


def two(folder: Path) -> tuple[int, int]:
    count = len(clips(folder))
    return count // 3, 2 * count // 3


def storyreel(joints: Callable[[Path], Iterable[int]], *, kept: bool = False) -> Way:
    """Our own way; `kept`: the joints and the sound are there from the run before."""

    def made(folder: Path) -> None:
        target = folder / "film" / "main" / "cut.mp4"
        if not kept:
            shutil.rmtree(target.parents[1] / KEPT, ignore_errors=True)
        render(cut_of(folder, joints(folder)), folder, target)

    return made


def moviepy(folder: Path) -> None:
    """What a reader of moviepy's manual writes."""
    from moviepy import VideoFileClip, concatenate_videoclips

    opened = [VideoFileClip(str(clip)) for clip in clips(folder)]
    concatenate_videoclips(opened).write_videofile(str(folder / "moviepy.mp4"), audio_codec="aac", logger=None)


def moviepy_dissolves(folder: Path) -> None:
    """The same with two dissolves."""
    from moviepy import CompositeVideoClip, VideoFileClip
    from moviepy.video.fx import CrossFadeIn

    laid, at, soft = [], 0.0, two(folder)
    for number, path in enumerate(clips(folder)):
        clip = VideoFileClip(str(path))
        if number in soft:
            at -= OVERLAP / 24
            clip = clip.with_effects([CrossFadeIn(OVERLAP / 24)])
        laid.append(clip.with_start(at))
        at += clip.duration
    CompositeVideoClip(laid).write_videofile(str(folder / "moviepy.mp4"), audio_codec="aac", logger=None)


def ffmpeg(joints: Callable[[Path], Iterable[int]]) -> Way:
    """ffmpeg's filters concat and xfade, encoded veryfast."""

    def made(folder: Path) -> None:
        import imageio_ffmpeg

        names, soft = clips(folder), set(joints(folder))
        graph, shown, heard, frames = [], "0:v", "0:a", FRAMES
        for n in range(1, len(names)):
            if n in soft:
                overlap, offset = OVERLAP / 24, (frames - OVERLAP) / 24
                graph.append(f"[{shown}][{n}:v]xfade=duration={overlap}:offset={offset}[v{n}]")
                graph.append(f"[{heard}][{n}:a]acrossfade=d={overlap}[a{n}]")
                frames += FRAMES - OVERLAP
            else:
                graph.append(
                    f"[{shown}][{heard}][{n}:v][{n}:a]concat=n=2:v=1:a=1[c{n}][a{n}];[c{n}]settb=1/12288[v{n}]"
                )
                frames += FRAMES
            shown, heard = f"v{n}", f"a{n}"
        if not soft:
            every = "".join(f"[{n}:v][{n}:a]" for n in range(len(names)))
            graph = [f"{every}concat=n={len(names)}:v=1:a=1[v][a]"]
            shown, heard = "v", "a"
        inputs = [word for name in names for word in ("-i", str(name))]
        words = ["-filter_complex", ";".join(graph), "-map", f"[{shown}]", "-map", f"[{heard}]"]
        coded = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "17", "-c:a", "aac", "-b:a", "192k"]
        line = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *inputs, *words, *coded]
        subprocess.run([*line, str(folder / "ffmpeg.mp4")], check=True)

    return made


def melt(joints: Callable[[Path], Iterable[int]]) -> Way:
    """MLT's command, encoded alike; there where it is installed."""

    def made(folder: Path) -> None:
        soft = set(joints(folder))
        words = ["melt"]
        for number, clip in enumerate(clips(folder)):
            words += [str(clip)]
            words += ["-mix", str(OVERLAP), "-mixer", "luma", "-mixer", "mix:-1"] if number in soft else []
        coded = ["vcodec=libx264", "preset=veryfast", "crf=17", "acodec=aac", "ab=192k", "real_time=-2"]
        line = [*words, "-silent", "-consumer", f"avformat:{folder / 'melt.mp4'}", *coded]
        subprocess.run(line, check=True, stderr=subprocess.DEVNULL, env={**os.environ, "SDL_AUDIODRIVER": "dummy"})

    return made


def editly(folder: Path) -> None:
    """The npm package's command, which wants FFmpeg's own and a display (xvfb-run); there where all are installed."""
    shown = [{"layers": [{"type": "video", "path": str(clip)}]} for clip in clips(folder)]
    words = {"width": SIZE[0], "height": SIZE[1], "fps": int(RATE), "keepSourceAudio": True}
    spec = folder / "editly.json5"
    made = words | {"outPath": str(folder / "editly.mp4"), "defaults": {"transition": None}, "clips": shown}
    spec.write_text(json.dumps(made))
    subprocess.run(["editly", str(spec)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def none(_: Path) -> tuple[int, ...]:
    return ()


def every(folder: Path) -> range:
    return range(1, len(clips(folder)))


WAYS: dict[str, Way] = {
    "hard cuts": storyreel(none),
    "hard cuts, sound kept": storyreel(none, kept=True),
    "hard cuts, moviepy": moviepy,
    "hard cuts, ffmpeg": ffmpeg(none),
    "hard cuts, melt": melt(none),
    "hard cuts, editly": editly,
    "two dissolves": storyreel(two),
    "two dissolves, kept": storyreel(two, kept=True),
    "two dissolves, moviepy": moviepy_dissolves,
    "two dissolves, ffmpeg": ffmpeg(two),
    "two dissolves, melt": melt(two),
    "all dissolves": storyreel(every),
    "all dissolves, ffmpeg": ffmpeg(every),
}
AGAINST = {
    "hard cuts, moviepy": "hard cuts",
    "hard cuts, ffmpeg": "hard cuts",
    "hard cuts, melt": "hard cuts",
    "hard cuts, editly": "hard cuts",
    "hard cuts, sound kept": "hard cuts",
    "two dissolves, moviepy": "two dissolves",
    "two dissolves, ffmpeg": "two dissolves",
    "two dissolves, melt": "two dissolves",
    "two dissolves, kept": "hard cuts, sound kept",
    "all dissolves, ffmpeg": "all dissolves",
}
OTHERS = ("moviepy", "ffmpeg", "melt", "editly")


def measured(way: str, folder: Path) -> tuple[float, float, float]:
    """Seconds of the clock and of the processors, and megabytes, of a process that goes this way."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, __file__, "--one", way, str(folder)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, way
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("clips", type=int, nargs="?", default=6)
    parser.add_argument("rounds", type=int, nargs="?", default=3)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ours", action="store_true", help="only our own ways")
    arguments = parser.parse_args()
    if arguments.one:
        gc.set_threshold(100_000, 50, 50)  # these, too, as the command line does
        keep_memory()
        WAYS[arguments.one[0]](Path(arguments.one[1]))
        leave(0)
    if arguments.write:
        write(arguments.write, arguments.clips)
        return 0
    ways = [way for way in WAYS if not (arguments.ours and way.endswith(OTHERS))]
    for program in ("melt", "editly"):
        if not shutil.which(program):
            print(f"{program} is not installed, so it is not measured")
            ways = [way for way in ways if not way.endswith(program)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: what this one has ever held would count as its children's.
        subprocess.run([sys.executable, __file__, str(arguments.clips), "--write", str(folder)], check=True)
        size = sum(clip.stat().st_size for clip in clips(folder)) / 1e6
        print(f"{arguments.clips} clips, {arguments.clips * FRAMES} frames, {size:.0f} MB, {arguments.rounds} rounds")
        took: dict[str, list[tuple[float, float, float]]] = {way: [] for way in ways}
        for _ in range(arguments.rounds):
            for way in ways:
                took[way].append(measured(way, folder))
        report(took)
    return 0


def report(took: dict[str, list[tuple[float, float, float]]]) -> None:
    """Print the medians, and each way's ratio to the one that it is held against."""
    medians = {way: [statistics.median(column) for column in zip(*runs, strict=True)] for way, runs in took.items()}
    print(f"{'':26}{'clock s':>9}{'processor s':>13}{'MB':>7}   times as long as")
    for way, (wall, busy, memory) in medians.items():
        ours = AGAINST.get(way, "")
        ratio = f"   {wall / medians[ours][0]:.2f} ({busy / medians[ours][1]:.2f} of processor) {ours}" if ours else ""
        print(f"{way:26}{wall:>9.2f}{busy:>13.2f}{memory:>7.0f}{ratio}")


if __name__ == "__main__":
    sys.exit(main())
