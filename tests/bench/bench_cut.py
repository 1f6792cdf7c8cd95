"""How fast a cut is drawn, against plain moviepy and against the encoder alone, side by side in one run.

    python tests/bench/bench_cut.py [clips] [rounds]

Every round draws the same generated clips (1280 x 720, 24 frames a second, noisy, with sound) in every way, so that
what else the machine does disturbs all of them alike. Ratios are of the medians; seconds of the processors (of all
processes) are steadier than those of the clock.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipeline.edit import Cut, Footage, assemble
from pipeline.media import inspect
from pipeline.media.canvas import Canvas
from pipeline.media.film import FilmWriter
from pipeline.media.pictures import FrameReader
from pipeline.render import render
from tests.clips import Spec, noise, picture, tone

RATE, SIZE, FRAMES = Fraction(24), (1280, 720), 121


def write_noisy(path: Path, number: int) -> None:
    """A clip as generators make them: five seconds, one key frame, grain in every frame."""
    spec = Spec(number, size=SIZE)
    grain = np.random.default_rng(number).normal(0, 8, (8, SIZE[1], SIZE[0], 1))
    sound = tone(220 + 60 * number, FRAMES / 24) + noise(number, FRAMES / 24) * np.float32(0.1)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=RATE, options={"crf": "23", "g": "250"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = container.add_stream("aac", rate=48000, layout="stereo")
        for frame in range(FRAMES):
            drawn = np.clip(picture(spec, frame) + grain[frame * 5 % 8], 0, 255).astype(np.uint8)
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


def cut_of(clips: list[Path], overlap_s: Fraction) -> Cut:
    shots = [
        Footage(f"sh{n:03}", FRAMES / RATE, Fraction(0), None, overlap_s, clip.name, inspect(clip))
        for n, clip in enumerate(clips)
    ]
    return assemble("main", shots, RATE, SIZE, "contain")


def plain_moviepy(clips: list[Path], target: Path, preset: str) -> None:
    """What a reader of moviepy's manual writes."""
    from moviepy import VideoFileClip, concatenate_videoclips

    opened = [VideoFileClip(str(clip)) for clip in clips]
    film = concatenate_videoclips(opened)
    film.write_videofile(str(target), audio_codec="aac", preset=preset, logger=None)
    for clip in opened:
        clip.close()


def decoded(clip: Path) -> list[np.ndarray]:
    """Every picture of a clip, for the encoder alone."""
    canvas = Canvas(*SIZE, "contain")
    with FrameReader(clip) as reader:
        return [canvas.planes(reader.frame(number)) for number in range(FRAMES)]


def encoder_alone(pictures: list[np.ndarray], frames: int, target: Path) -> None:
    """The floor: pictures that need no decoding, encoded until the film is as long as the cut, with silence."""
    canvas, silence = Canvas(*SIZE, "contain"), np.zeros((2, 2000), np.float32)
    with FilmWriter(target, *SIZE, RATE) as film:
        for number in range(frames):
            film.picture(canvas.frame(pictures[number % FRAMES]))
            film.sound(silence)


def processors_s() -> float:
    """Seconds of all processors used by this process and its ended children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds of the clock and of the processors."""
    wall, busy = time.perf_counter(), processors_s()
    work()
    return time.perf_counter() - wall, processors_s() - busy


def main(count: int, rounds: int) -> None:
    """Print a table of every way, its medians and its ratio to ours."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clips = [folder / f"clip{number}.mp4" for number in range(count)]
        for number, clip in enumerate(clips):
            write_noisy(clip, number)
        hard, soft = cut_of(clips, Fraction(0)), cut_of(clips, Fraction(1, 2))
        frames, pictures = hard.frame_count, decoded(clips[0])
        ways: dict[str, tuple[int, Callable[[], None]]] = {
            "storyreel, hard cuts": (frames, lambda: render(hard, folder, folder / "hard.mp4")),
            "storyreel, dissolves": (soft.frame_count, lambda: render(soft, folder, folder / "soft.mp4")),
            "moviepy, defaults": (frames, lambda: plain_moviepy(clips, folder / "medium.mp4", "medium")),
            "moviepy, veryfast": (frames, lambda: plain_moviepy(clips, folder / "fast.mp4", "veryfast")),
            "the encoder alone": (frames, lambda: encoder_alone(pictures, frames, folder / "floor.mp4")),
        }
        took: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way, (_, work) in ways.items():
                took[way].append(measured(work))
        report(took, {way: frames for way, (frames, _) in ways.items()})
        kept, lost = inspect(folder / "hard.mp4").frame_count, inspect(folder / "fast.mp4").frame_count
        print(f"of {frames} frames storyreel's film has {kept}, moviepy's {lost}")


def report(took: dict[str, list[tuple[float, float]]], frames: dict[str, int]) -> None:
    """Print the medians a frame, and each way's ratio to the first."""
    medians = {
        way: [statistics.median(column) / frames[way] for column in zip(*runs, strict=True)]
        for way, runs in took.items()
    }
    ours = next(iter(medians.values()))
    print(f"{'':24}{'ms a frame':>12}{'processor ms':>14}{'clock ratio':>13}{'processor ratio':>17}")
    for way, (wall, busy) in medians.items():
        ratios = f"{wall / ours[0]:>13.2f}{busy / ours[1]:>17.2f}"
        print(f"{way:24}{wall * 1e3:>12.1f}{busy * 1e3:>14.1f}{ratios}")


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    main(*(arguments + [6, 3][len(arguments) :]))
