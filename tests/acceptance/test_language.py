"""What the language promises, through the command line: bibles, takes of several shots, first frames, own models."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from pipeline import schema
from tests.clips import heard

BIBLE = """\
characters:
  keeper: {description: "an old keeper in {{ coat }}", references: [{image: refs/face.png, role: face}]}
locations:
  lamp_room: {description: a round glass room, references: [{image: refs/room.png}]}
style: {look: 35mm film, palette: teal}
"""
BOARD = """\
version: 1
title: Several
include: bible/people.yaml
vars: {coat: a yellow oilskin}
style: {palette: amber}
defaults: {duration: 4}
shots:
  - {id: sh010, prompt: The sea., out: 1}
  - id: sq020
    duration: 8
    split: [3, 5.5]
    location: lamp_room
    prompt: Rain on the glass in every shot.
    shots:
      - {id: sh020, prompt: "@keeper comes in.", camera: {shot_size: WS}, in: 1, out: 2}
      - {id: sh030, prompt: "His hand. {% include 'turn.txt' %}", camera: {shot_size: CU}, in: 3.5, out: 4}
      - {id: sh040, prompt: A ship., camera: {shot_size: OTS}, in: 5.5, out: 6.25,
         transition: {type: dissolve, duration: 0.25}}
  - {id: sh050, prompt: "@keeper waits.", continue_from: {shot: sh040, as: first_frame}, out: 0.5}
lint: {off: [shot-pace]}
variants:
  matrix: {cut: [long, short]}
  change: [{when: {cut: short}, without: [sh010, sh030]}]
"""
LONG, SHORT = 24 + 24 + 12 + 18 - 6 + 12, 24 + 18 - 6 + 12
NO_KEY = {name: value for name, value in os.environ.items() if not name.startswith("WAVESPEED")}


def run(folder: Path, *words: str, code: int = 0) -> str:
    command = [sys.executable, "-m", "pipeline.cli", *words]
    done = subprocess.run(command, cwd=folder, env=NO_KEY, capture_output=True, text=True, timeout=300)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a bible, a prompt file and a board, rendered once."""
    folder = tmp_path_factory.mktemp("language")
    (folder / "bible" / "refs").mkdir(parents=True)
    for name, colour in (("face", "teal"), ("room", "navy")):
        Image.new("RGB", (640, 360), colour).save(folder / "bible" / "refs" / f"{name}.png")
    (folder / "bible" / "people.yaml").write_text(BIBLE)
    (folder / "turn.txt").write_text("It turns the crank.\n")
    (folder / "film.yaml").write_text(BOARD)
    run(folder, "render", "film.yaml")
    return folder


def frames(file: Path) -> list[Any]:
    with av.open(str(file)) as film:
        return [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]


def jumps(pictures: list[Any]) -> dict[int, float]:
    """How much each picture differs from the one before it, by its number: the mean of all pixels, 0 to 255."""
    pairs = enumerate(itertools.pairwise(pictures), 1)
    return {number: float(abs(after.astype(int) - before).mean()) for number, (before, after) in pairs}


def test_a_take_of_several_shots_is_cut_where_they_are_and_paid_for_once(project: Path) -> None:
    said = run(project, "plan", "film.yaml")
    assert "no take yet; 3 shots in one take: sh020, sh030, sh040" in said
    assert "2 variants out of 3 takes: 3 to generate, 16 s\nto pay: $1.28\n" in said
    long, short = (frames(project / "outputs" / "film" / name / "cut.mp4") for name in ("long", "short"))
    assert (len(long), len(short)) == (LONG, SHORT)
    # The slate at the foot of the picture tells which shot it is; the picture goes on where a shot continues.
    foot = round(0.86 * long[0].shape[0])
    slates, pictures = jumps([frame[foot:] for frame in long]), jumps([frame[: foot // 2] for frame in long])
    assert sorted(slates, key=lambda at: slates[at])[-3:] == [72, 48, 24]
    assert pictures[72] < 2 < pictures[24], "sh050 begins with the very frame that sh040 ends with"
    assert abs(heard(project / "outputs" / "film" / "long" / "cut.mp4").shape[1] - LONG * 2000) <= 1024


def test_the_prompt_of_several_shots_names_them_in_order_and_without_seconds(project: Path) -> None:
    for shot in ("sq020", "sh030"):
        body = json.loads(run(project, "prompt", "--json", "film.yaml", shot))["body"]
        assert body["prompt"].splitlines() == [
            "@Image1 is the keeper's face. @Image2 is the lamp room.",
            "The keeper is an old keeper in a yellow oilskin. The lamp room: a round glass room.",
            "Style: 35mm film. Palette: amber.",
            "Location: the lamp room.",
            "Rain on the glass in every shot.",
            "Shot 1: Wide shot. The keeper comes in.",
            "Shot 2: Close-up. His hand. It turns the crank.",
            "Shot 3: Over-the-shoulder shot. A ship.",
            "No background music. No on-screen text. Hard cuts between the shots.",
        ]
        assert body["reference_images"][0] == "<address of bible/refs/face.png once it is uploaded>"


def test_a_shot_that_begins_with_a_frame_is_made_by_the_sibling_that_takes_one(project: Path) -> None:
    found = json.loads(run(project, "prompt", "--json", "film.yaml", "sh050"))
    assert found["url"].endswith("/bytedance/seedance-2.0-mini/image-to-video-turbo")
    assert found["body"]["image"] == "<address of frame 149 of sh040, take 1, once it is uploaded>"
    assert "reference_images" not in found["body"]
    assert "aspect_ratio" not in found["body"]


def test_a_bible_is_blamed_for_its_own_mistakes(project: Path) -> None:
    bible = project / "bible" / "people.yaml"
    bible.write_text(BIBLE.replace("{{ coat }}", "{{ cost }}").replace("refs/room.png", "refs/rom.png"))
    said = run(project, "check", "film.yaml", code=2)
    bible.write_text(BIBLE)
    assert 'bible/people.yaml:2:46  characters.keeper.description: "cost" is not defined' in said
    assert "bible/people.yaml:4:69  locations.lamp_room.references[0].image: there is no such file" in said
    assert said.endswith("storyreel: 2 errors\n")


def test_a_file_of_the_same_bytes_elsewhere_changes_no_request(project: Path) -> None:
    before = json.loads(run(project, "plan", "--json", "film.yaml"))["slots"]
    (project / "bible").rename(project / "people")
    (project / "film.yaml").write_text(BOARD.replace("bible/people.yaml", "people/people.yaml"))
    after = json.loads(run(project, "plan", "--json", "film.yaml"))["slots"]
    (project / "people").rename(project / "bible")
    (project / "film.yaml").write_text(BOARD)
    assert after == before


def test_a_projects_own_model_is_planned_and_rehearsed(tmp_path: Path) -> None:
    data = json.loads(json.dumps(schema.load("models/bytedance/seedance-2.0-mini/text-to-video-turbo.json")))
    data["id"] = "own/tiny"
    data["request"]["properties"]["duration"] |= {"minimum": 1, "default": 1}
    data["request"]["properties"]["resolution"] |= {"enum": ["tiny"], "default": "tiny"}
    data["request"]["properties"]["aspect_ratio"] |= {"enum": ["16:9"], "default": "16:9"}
    data["output"]["sizes"] = {"tiny": {"16:9": [160, 90]}}
    data["prices"]["rows"] = [{"usd_per_s": "0.01"}]
    data.pop("first_frame_model", None)
    (tmp_path / "models" / "own").mkdir(parents=True)
    (tmp_path / "models" / "own" / "tiny.json").write_text(json.dumps(data))
    (tmp_path / "storyreel.yaml").touch()
    (tmp_path / "film.yaml").write_text(
        "version: 1\ntitle: T\ndefaults: {model: own/tiny}\nshots: [{id: a, prompt: A rope.}]\n"
    )
    assert "to pay: $0.01\n" in run(tmp_path, "plan", "film.yaml")
    assert "24 frames" in run(tmp_path, "render", "film.yaml")
    assert frames(tmp_path / "outputs" / "film" / "main" / "cut.mp4")[0].shape == (90, 160)
