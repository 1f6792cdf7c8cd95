"""The walk through the command line: real processes, real previs, real cuts, decoded and counted."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from jsonschema import Draft202012Validator

from pipeline import media, produce, schema
from pipeline.store import Intent, Store, take_home
from pipeline.wire import as_digested
from tests.clips import Spec, details, heard, names, write_clip
from tests.processes import children

BOARD = """\
version: 1
title: A Short Walk
defaults: {duration: 4}
shots:
  - {id: sh010, prompt: A harbour at dawn., camera: {shot_size: WS, movement: pan_left}, out: 1.5}
  - {id: sh020, prompt: A gull lifts off the rail., in: 0.25, out: 1.25, continue_from: {shot: sh010}}
  - {id: sh030, prompt: The boat turns., out: 1, transition: {type: dissolve, duration: 0.25}, notes: hold}
"""
FRAMES = 36 + 24 + 24 - 6
NO_KEY = {name: value for name, value in os.environ.items() if not name.startswith("WAVESPEED")}


class Project:
    """A folder with a board in it, and the command line at work there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.board = folder / "walk.yaml"
        self.board.write_text(BOARD)
        self.cut = folder / "outputs" / "walk" / "main" / "cut.mp4"

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pipeline.cli", *words]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, env=NO_KEY, stdout=pipe, stderr=pipe, text=True)

    def run(self, *words: str, code: int = 0) -> Any:
        process = self.start(*words)
        out, err = process.communicate(timeout=300)
        assert process.returncode == code, err
        return out, err

    def render(self, code: int = 0) -> Any:
        """What `render --json` says, which has to keep to its schema."""
        out, _ = self.run("render", "walk.yaml", "--json", code=code)
        value = json.loads(out)
        Draft202012Validator(schema.load("output/render.schema.json")).validate(value)
        return value

    def clips(self) -> set[Path]:
        return set((self.folder / "outputs" / "previs").rglob("clip.mp4"))

    def rewrite(self, old: str, new: str) -> None:
        text = self.board.read_text()
        assert old in text
        self.board.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose board was rendered once. Tests that change it put it back."""
    project = Project(tmp_path_factory.mktemp("walk"))
    assert project.render()["drawn"] == 3
    return project


def undrawable_png() -> bytes:
    """A picture in good order but for its pixels, so that only who decodes it finds out."""
    header = struct.pack(">IIBBBBB", 400, 400, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", b"these are no pixels"), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc32(name + data)) for name, data in chunks
    )


def test_a_board_becomes_a_cut_of_exactly_its_frames(walked: Project) -> None:
    found = details(walked.cut)
    assert len(names(walked.cut)) == FRAMES
    assert (found["size"], found["rate"]) == ((1280, 720), 24)
    assert abs(heard(walked.cut).shape[1] - FRAMES * 2000) <= 1024


def test_an_unchanged_board_is_neither_drawn_nor_cut_again(walked: Project) -> None:
    before = walked.cut.stat()
    again = walked.render()
    assert again["drawn"] == 0
    assert again["cuts"][0]["unchanged"]
    assert walked.cut.stat().st_mtime_ns == before.st_mtime_ns


def test_one_word_changed_makes_one_shot_anew_and_what_continues_from_it(walked: Project) -> None:
    before = walked.clips()
    walked.rewrite("The boat turns.", "The boat sinks.")
    assert walked.render()["drawn"] == 1
    assert len(walked.clips() - before) == 1
    walked.rewrite("A harbour at dawn.", "A harbour at dusk.")
    assert walked.render()["drawn"] == 2
    walked.board.write_text(BOARD)
    assert walked.render()["drawn"] == 0


def test_points_and_transitions_cost_no_clip(walked: Project) -> None:
    walked.rewrite("in: 0.25, out: 1.25", "in: 0.5, out: 1.75")
    walked.rewrite("duration: 0.25", "duration: 0.5")
    done = walked.render()
    assert done["drawn"] == 0
    assert len(names(walked.cut)) == done["cuts"][0]["frames"] == 36 + 30 + 24 - 12
    walked.board.write_text(BOARD)
    walked.render()


def test_a_note_redraws_its_slate_and_leaves_the_paid_request_alone(walked: Project) -> None:
    digests = [slot.digest for slot in produce.plan(walked.board)[1].every_slot()]
    walked.rewrite("notes: hold", "notes: hold longer")
    assert walked.render()["drawn"] == 1
    assert [slot.digest for slot in produce.plan(walked.board)[1].every_slot()] == digests
    walked.board.write_text(BOARD)
    walked.render()


def test_a_shot_that_fails_is_a_card_of_its_length_and_the_rest_is_cut(walked: Project) -> None:
    (walked.folder / "bad.png").write_bytes(undrawable_png())
    walked.rewrite("notes: hold", "references: [{image: bad.png, role: the boat}]")
    done = walked.render(code=1)
    [cut] = done["cuts"]
    assert [failure["shot"] for failure in cut["failed"]] == ["sh030"]
    assert (cut["previs"], cut["frames"]) == (2, FRAMES)
    assert len(names(walked.cut)) == FRAMES
    walked.board.write_text(BOARD)
    walked.render()


def test_paid_takes_are_used_where_they_are_and_previs_elsewhere(walked: Project) -> None:
    film, planned = produce.plan(walked.board)
    first, request = next(planned.every_slot()), planned.request(planned.variants.first(), 0)
    store = Store(film.project.outputs, lambda: datetime.now(UTC))
    with store.open(take_home(planned.origin, first.digest, 1)) as home:
        attempt = home.begin(Intent(as_digested(request), "walk", "main", "sh010", None))
        attempt.submitted("bought")
        bought = write_clip(attempt.temporary(), Spec(number=7, frames=96))
        attempt.keep(bought, media.inspect(bought, "video"))
    out, _ = walked.run("plan", "walk.yaml")
    assert "sh010  reuse           4      -  take 1 is kept" in out
    assert "to pay: $0.64" in out
    done = walked.render()
    assert done["drawn"] == 1, "what continues from the take is rehearsed anew, from the real frame"
    assert (done["cuts"][0]["takes"], done["cuts"][0]["previs"]) == (1, 2)
    shown = names(walked.cut)[:36]
    assert [number for _, number in shown] == list(range(36))


def test_a_namesake_in_the_project_does_not_write_over_the_cut(walked: Project) -> None:
    (walked.folder / "storyreel.yaml").touch()
    other = walked.folder / "drafts" / "walk.yaml"
    other.parent.mkdir()
    other.write_text(BOARD)
    _, err = walked.run("render", "drafts/walk.yaml", code=2)
    assert "walk.yaml is called walk too" in err
    (walked.folder / "storyreel.yaml").unlink()


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(tmp_path: Path) -> None:
    project = Project(tmp_path)
    process = project.start("render", "walk.yaml")
    assert process.stderr is not None
    for line in process.stderr:
        if "is drawn" in line:  # so the workers are there, and there is still something to draw
            break
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert workers
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
    assert not list(tmp_path.rglob("*.tmp"))
    project.render()
    assert len(names(project.cut)) == FRAMES
