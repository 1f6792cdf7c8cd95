"""`diff --posters`: frames of what differs, before and after side by side, for nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from pipeline import cli, media, produce, schema
from pipeline.produce.picturing import MOST
from pipeline.store import Intent, take_home
from pipeline.wire import as_digested
from tests.clips import Spec, write_clip
from tests.repositories import Repository

BOARD = "boards/film.yaml"
FILM = """\
version: 1
title: First Light
defaults: {resolution: 720p, duration: 4}
shots:
  - {id: sh010, prompt: The roofs of a harbour town before sunrise.}
  - {id: sh020, prompt: A field of rye at noon., out: 3.5}
  - {id: sh030, prompt: The sea at night.}
  - {id: sh040, prompt: A gull over the sea., continue_from: {shot: sh010}}
"""
PURPLE = (150, 40, 160)


class Films(Repository):
    """A repository with a board in it, and the command line at work there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(folder)
        self.capsys = capsys
        self.board = self.write(BOARD, FILM)
        self.commit("First")

    def edit(self, old: str, new: str) -> None:
        text = self.board.read_text(encoding="utf-8")
        assert old in text
        self.board.write_text(text.replace(old, new), encoding="utf-8")

    def posters(self, *words: str, into: str = "posters") -> dict[str, dict[str, Any]]:
        """The pairs by the name of their file, as JSON has them. Nothing else is written."""
        before = self.traces()
        assert cli.main(["diff", "--posters", str(self.folder.parent / into), "--json", *(words or (BOARD,))]) == 0
        assert self.traces() == before
        value = json.loads(self.capsys.readouterr().out)
        Draft202012Validator(schema.load("output/diff.schema.json")).validate(value)
        return {Path(pair["file"]).name: pair for pair in value["posters"]}


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Films:
    """A repository with one commit, and its folder as the working directory."""
    found = Films(tmp_path / "films", capsys)
    monkeypatch.chdir(found.folder)
    return found


def halves(file: Path) -> tuple[Image.Image, Image.Image]:
    """Both frames of a pair's picture, without the words around them."""
    with Image.open(file) as picture:
        width, height = picture.size
        middle = width // 2
        band = (80, height - 100)
        return picture.crop((30, band[0], middle - 20, band[1])), picture.crop(
            (middle + 20, band[0], width - 30, band[1])
        )


def mean(picture: Image.Image) -> tuple[float, ...]:
    return tuple(np.asarray(picture, float).reshape(-1, 3).mean(axis=0))


def test_what_differs_stands_side_by_side(films: Films, tmp_path: Path) -> None:
    films.edit("rye at noon., out: 3.5", "rye at noon., out: 2.5")
    films.edit("The sea at night.", "A snowfield at noon.")
    films.edit("  - {id: sh040, prompt: A gull over the sea., continue_from: {shot: sh010}}\n", "")
    films.board.write_text(films.board.read_text() + "  - {id: sh050, prompt: A kitchen at night.}\n")
    pairs = films.posters()
    assert {name: (pair["what"], pair["before"], pair["after"]) for name, pair in pairs.items()} == {
        "sh020.jpg": ("recut", "previs at 3.458 s, the last frame", "previs at 2.458 s, the last frame"),
        "sh030.jpg": ("changed", "previs at 2 s", "previs at 2 s"),
        "sh050.jpg": ("added", "not in HEAD", "previs at 2 s"),
        "sh040.jpg": ("removed", "previs at 2 s", "not in the working tree"),
    }
    folder = tmp_path / "posters" / "film"
    assert sorted(file.name for file in folder.iterdir()) == sorted([*pairs, "sheet.jpg", "index.html"])
    for name, pair in pairs.items():
        assert pair["file"] == str(folder / name)
        before, after = halves(folder / name)
        assert before.size == after.size
        flat = np.asarray(before, float).std() < 12, np.asarray(after, float).std() < 12
        assert flat == (pair["what"] == "added", pair["what"] == "removed"), "an empty box where there is no picture"
    night, snow = halves(folder / "sh030.jpg")
    assert sum(mean(snow)) > sum(mean(night)) + 100
    assert not (films.folder / "outputs").exists(), "nothing is made in the project"


def test_what_looks_the_same_has_no_poster(films: Films, tmp_path: Path) -> None:
    films.edit("title: First Light", "title: Last Light\nstyle: {palette: teal}")
    assert len(films.posters()) == 4
    folder = tmp_path / "posters" / "film"
    assert (folder / "sheet.jpg").exists()
    dissolved = "prompt: The sea at night., transition: {type: dissolve, duration: 0.5}"
    films.board.write_text(FILM.replace("prompt: The sea at night.", dissolved))
    assert films.posters() == {}
    assert list(folder.iterdir()) == [], "pictures of what differed the last time are gone"
    assert cli.main(["diff", "--posters", str(tmp_path / "posters"), BOARD]) == 0
    assert "storyreel: no shot looks otherwise, so no posters were drawn\n" in films.capsys.readouterr().err


def test_pictures_of_somebody_else_stay(films: Films, tmp_path: Path) -> None:
    own = tmp_path / "posters" / "film" / "holiday.jpg"
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    films.edit("A gull", "Two gulls")
    films.posters()
    assert own.read_bytes() == b"mine"


def test_a_shot_that_goes_on_from_another_is_drawn_from_its_frame(films: Films) -> None:
    films.edit("A gull over the sea.", "Two gulls over the sea.")
    first = films.posters(into="one")["sh040.jpg"]
    films.edit("harbour town before sunrise", "harbour town at noon")
    second = films.posters(into="two")["sh040.jpg"]
    one, two = (halves(Path(pair["file"])) for pair in (first, second))
    assert np.array_equal(np.asarray(one[0]), np.asarray(two[0]))
    assert not np.array_equal(np.asarray(one[1]), np.asarray(two[1]))


def test_takes_are_shown_where_the_store_has_them(films: Films) -> None:
    keep_take(films, "sh030")
    films.edit("The sea at night.", "The sea at noon.")
    pair = films.posters()["sh030.jpg"]
    assert (pair["before"], pair["after"]) == ("take 1 at 2 s", "previs at 2 s")
    before, after = halves(Path(pair["file"]))
    assert np.abs(np.subtract(mean(before), PURPLE)).max() < 40
    assert np.abs(np.subtract(mean(after), PURPLE)).max() > 40


def test_a_clip_that_is_broken_is_told_in_its_place(films: Films) -> None:
    clip = keep_take(films, "sh030")
    clip.write_bytes(bytes(len(clip.read_bytes())))
    films.edit("The sea at night.", "The sea at noon.")
    assert films.posters()["sh030.jpg"]["before"].startswith("take 1 can't be shown: ")


def test_references_are_those_of_their_revision(films: Films) -> None:
    films.picture("boards/refs/a.png", "red")
    films.edit("prompt: The sea at night.", "prompt: The sea at night., references: [{image: refs/a.png, role: look}]")
    films.commit("Red")
    films.picture("boards/refs/a.png", "blue")
    before, after = (mean(half) for half in halves(Path(films.posters()["sh030.jpg"]["file"])))
    assert before[0] > before[2] + 40
    assert after[2] > after[0] + 40


def test_variants_are_told_apart_where_they_are(films: Films) -> None:
    films.edit("The sea at night.", '"The sea {{ hour }}."')
    films.board.write_text(
        films.board.read_text() + "variants: {matrix: {hour: {a: at dawn, b: at noon, c: at dusk, d: at night}}}\n"
    )
    films.commit("Hours")
    films.edit("The sea {{", "The black sea {{")
    films.edit("A gull over", "Two gulls over")
    pairs = films.posters()
    assert list(pairs) == ["sh030-a.jpg", "sh030-b.jpg", "sh030-c.jpg", "sh040.jpg"]
    assert [pair["variant"] for pair in pairs.values()] == ["a", "b", "c", ""]
    assert cli.main(["diff", "--posters", "../posters", BOARD]) == 0
    assert "storyreel: 4 pairs of posters (1 more left out) in " in films.capsys.readouterr().err


def test_shots_of_one_generation_have_a_poster_each(films: Films) -> None:
    parts = "shots: [{id: sh031, prompt: The sea at night.}, {id: sh032, prompt: A kitchen at noon.}]"
    films.edit("{id: sh030, prompt: The sea at night.}", f"{{id: sq030, split: [2], {parts}}}")
    films.commit("Sequence")
    films.edit("A kitchen at noon.", "A snowfield at noon.")
    pairs = films.posters()
    assert {name: pair["after"] for name, pair in pairs.items()} == {
        "sh031.jpg": "previs at 1 s",
        "sh032.jpg": "previs at 3 s",
    }


def test_a_shot_whose_name_is_that_of_the_sheet_gets_another_file(films: Films) -> None:
    films.board.write_text(films.board.read_text() + "  - {id: Sheet, prompt: A bed.}\n")
    assert list(films.posters()) == ["Sheet~2.jpg"]


def test_no_more_are_drawn_than_anybody_looks_at(films: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.produce.picturing.MOST", 2)
    assert MOST >= 40
    films.edit("title: First Light", "title: First Light\nstyle: {palette: teal}")
    assert len(films.posters()) == 2
    assert cli.main(["diff", "--posters", "../posters", BOARD]) == 0
    assert "2 pairs of posters (2 more left out)" in films.capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_told(films: Films, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    films.edit("A gull", "Two gulls")
    assert cli.main(["diff", "--posters", str(tmp_path / "file"), BOARD]) == 2
    said = films.capsys.readouterr().err
    assert "can't be written: Not a directory\n    name a folder that can be written in\n" in said


def test_a_title_does_nothing_on_the_page(films: Films, tmp_path: Path) -> None:
    films.edit("title: First Light", "title: '<img src=x onerror=alert(1)>&\"'")
    films.edit("A gull", "Two gulls")
    films.posters()
    text = (tmp_path / "posters" / "film" / "index.html").read_text(encoding="utf-8")
    tags: list[tuple[str, str | None]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append((tag, dict(attrs).get("src")))  # type: ignore[method-assign]
    parser.feed(text)
    assert [src for tag, src in tags if tag == "img"] == ["sh040.jpg"]
    assert not re.search(r"https?:", text), "the page needs no network"


def test_the_frame_is_the_one_that_render_shows(films: Films, tmp_path: Path) -> None:
    films.edit("The sea at night.", "A snowfield at noon.")
    pair = films.posters()["sh030.jpg"]
    made = produce.render(films.board)
    assert made.drawn == 4
    [order] = [
        clip
        for clip in (films.folder / "outputs" / "previs").rglob("clip.mp4")
        if json.loads((clip.parent / "attempts" / "1" / "intent.json").read_text())["shot"] == "sh030"
    ]
    shown = Image.open(_png(media.frame_png, order, tmp_path)).convert("RGB").resize((640, 360))
    with Image.open(pair["file"]) as picture:
        after = picture.crop(
            (picture.width - 20 - 640, picture.height - 20 - 37 - 360, picture.width - 20, picture.height - 57)
        )
    assert np.abs(np.asarray(shown, float) - np.asarray(after, float)).mean() < 6


def _png(frame_png: Callable[..., bytes], clip: Path, folder: Path) -> Path:
    file = folder / "frame.png"
    file.write_bytes(frame_png(clip, 48, 24))
    return file


def keep_take(films: Films, shot: str) -> Path:
    """Put a paid take for the request of a shot into the store, as the runner would; its clip."""
    film, plan = produce.plan(films.board)
    variant = plan.variants.first()
    index = next(index for index, entry in enumerate(plan.board.entries) if entry.id == shot)
    with film.store.open(take_home(plan.origin, plan.digests(variant)[index], 1)) as home:
        attempt = home.begin(Intent(as_digested(plan.request(variant, index)), "film", "main", shot, None))
        attempt.submitted("bought")
        clip = write_clip(attempt.temporary(), Spec(number=7, frames=96, colour=PURPLE))
        kept = attempt.keep(clip, media.inspect(clip, "video"))
    films.write(".gitignore", "outputs\n")
    films.commit("Ignore takes")
    return films.folder / "outputs" / kept.home / "clip.mp4"
