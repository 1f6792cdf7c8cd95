"""Whatever goes wrong while a cut is drawn is said with its shot, leaves nothing behind and the old cut as it was."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.errors import MediaError, StoryreelError
from pipeline.render import render
from tests.clips import Spec, noise, tone, write_clip
from tests.cuts import Edit


@pytest.fixture
def edit(tmp_path: Path) -> Edit:
    return Edit(tmp_path)


def test_a_cut_without_shots_is_refused(edit: Edit) -> None:
    with pytest.raises(StoryreelError, match="no shots"):
        edit.render()
    assert not edit.target.exists()


def test_a_clip_that_vanished_is_named_with_its_shot_and_the_old_cut_stays(edit: Edit) -> None:
    edit.add(Spec(0))
    edit.render()
    before = edit.target.read_bytes()
    edit.add(Spec(1))
    cut = edit.cut()
    (edit.outputs / edit.footage[1].source).unlink()
    with pytest.raises(MediaError, match=r"sh020/clip.mp4: is missing \(shot sh020\)"):
        edit.render(cut)
    assert edit.target.read_bytes() == before
    assert edit.left_over() == ["cut.mp4"]


def test_a_clip_that_vanishes_while_the_film_is_drawn_is_named(edit: Edit) -> None:
    edit.add(Spec(0))
    edit.add(Spec(1))
    edit.render()
    before = edit.target.read_bytes()

    def vanish(done: int, _: int) -> None:
        if done == 5:
            (edit.outputs / edit.footage[1].source).unlink()

    with pytest.raises(MediaError, match=r"\(shot sh020\)"):
        render(edit.cut(), edit.outputs, edit.target, engine="moviepy", progress=vanish)
    assert edit.target.read_bytes() == before
    assert edit.left_over() == ["cut.mp4"]


def test_a_clip_cut_short_after_it_was_planned_is_named(edit: Edit) -> None:
    edit.add(Spec(0))
    edit.add(Spec(1))
    cut = edit.cut()
    path = edit.outputs / edit.footage[1].source
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match=r"sh020/clip.mp4: .*\(shot sh020\)"):
        edit.render(cut)
    assert edit.left_over() == []


def test_a_clip_replaced_by_a_shorter_one_is_never_frozen_on_its_last_frame(edit: Edit) -> None:
    edit.add(Spec(0))
    cut = edit.cut()
    write_clip(edit.outputs / edit.footage[0].source, Spec(0, frames=12))
    with pytest.raises(MediaError, match="has 12 frames and the cut needs frame 12"):
        edit.render(cut)


def test_an_interrupted_film_leaves_nothing_behind(edit: Edit) -> None:
    edit.add(Spec(0))
    edit.render()
    before = edit.target.read_bytes()

    def interrupt(done: int, _: int) -> None:
        if done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(edit.cut(), edit.outputs, edit.target, engine="moviepy", progress=interrupt)
    assert edit.target.read_bytes() == before
    assert edit.left_over() == ["cut.mp4"]


def test_a_folder_that_cant_be_written_is_said(edit: Edit) -> None:
    edit.add(Spec(0))
    edit.target.parent.parent.mkdir(parents=True)
    edit.target.parent.write_text("a file where the folder should be")
    with pytest.raises(StoryreelError, match="can't be written"):
        edit.render()


@pytest.mark.skipif(os.name != "posix", reason="the size of files is limited as POSIX does")
def test_a_full_disk_is_said_and_the_old_cut_stays(edit: Edit) -> None:
    edit.add(Spec(0, sound=noise(0, 1)))
    edit.render()
    before = edit.target.read_bytes()
    code = """
import resource, signal, sys
from fractions import Fraction
from pathlib import Path
from pipeline.edit import Footage, assemble
from pipeline.errors import StoryreelError
from pipeline.media import inspect
from pipeline.render import render
clip = inspect(Path(sys.argv[1]) / sys.argv[2])
shot = Footage("sh010", Fraction(1), Fraction(0), None, Fraction(0), sys.argv[2], clip)
cut = assemble("main", [shot], Fraction(24), (320, 180), "contain")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    render(cut, Path(sys.argv[1]), Path(sys.argv[3]))
except StoryreelError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, str(edit.outputs), edit.footage[0].source, str(edit.target)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert re.search(r"(cut.mp4|\.m4a): can't be written: file too large", run.stdout)
    assert edit.target.read_bytes() == before
    assert edit.left_over() == ["cut.mp4"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
def test_however_long_the_film_only_the_clips_on_screen_are_open(edit: Edit) -> None:
    edit.add(Spec(0, size=(64, 36), sound=tone(440, 1)))
    for number in range(1, 30):
        edit.add(Spec(number % 16, size=(64, 36), sound=tone(440, 1)), overlap_s=Fraction(number % 2 * 4, 24))
    most = 0

    def count(_: int, __: int) -> None:
        nonlocal most
        files = set[str]()
        for link in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                files.add(str(link.readlink()))
        most = max(most, sum("/takes/" in file for file in files))

    render(edit.cut(size=(64, 36)), edit.outputs, edit.target, progress=count)
    assert 2 <= most <= 9  # two of each dissolve that is drawn, of three at once, and two that are heard, one to begin


def test_however_many_dissolves_there_are_one_is_in_memory(edit: Edit) -> None:
    edit.add(Spec(0, frames=8, size=(64, 36)), asked_s=Fraction(8, 24))
    for _ in range(6):
        edit.add(None, source=edit.footage[0].source, asked_s=Fraction(8, 24), overlap_s=Fraction(3, 24))
    most = 0

    def count(_: int, __: int) -> None:
        nonlocal most
        most = max(most, sum(type(each).__name__ == "CompositeVideoClip" for each in gc.get_objects()))

    render(edit.cut(size=(64, 36)), edit.outputs, edit.target, engine="moviepy", progress=count)
    assert most == 1


def test_progress_counts_every_frame_once(edit: Edit) -> None:
    edit.add(Spec(0))
    told: list[tuple[int, int]] = []
    render(
        edit.cut(), edit.outputs, edit.target, engine="moviepy", progress=lambda done, total: told.append((done, total))
    )
    assert told == [(done, 24) for done in range(1, 25)]


def test_the_same_cut_is_the_same_film(edit: Edit) -> None:
    edit.add(Spec(0, sound=tone(440, 1)))
    edit.add(Spec(1, sound=tone(550, 1)), overlap_s=Fraction(5, 24))
    first = edit.render().read_bytes()
    assert edit.render().read_bytes() == first


def test_nothing_heavy_loads_before_something_is_drawn() -> None:
    code = "import sys, pipeline.render, pipeline.media; print({'av', 'moviepy', 'numpy', 'PIL'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert run.stdout == "set()\n"


def test_moviepy_is_kept_from_obeying_a_strangers_dotenv(tmp_path: Path) -> None:
    (tmp_path / "dotenv.py").write_text(
        "import os\ndef find_dotenv(): return ''\ndef load_dotenv(_): os.environ['WAVESPEED_BASE_URL'] = 'http://evil'\n"
    )
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); import pipeline.render.timeline; "
        "print(os.environ.get('WAVESPEED_BASE_URL')); import dotenv; print(dotenv.find_dotenv())"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert run.stdout == "None\n\n"
