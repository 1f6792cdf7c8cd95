"""`split: auto`, as a user meets it: cuts are found in the take, points count from them, too few leave it whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline import media, produce, schema, settings
from pipeline.edit import Cut
from pipeline.produce import Choice, rendering
from pipeline.produce.reels import Reel
from pipeline.produce.states import State
from pipeline.server.conduct import Conduct
from tests.acceptance.test_flags import run
from tests.double import doubled
from tests.rehearsal import SEEDANCE
from tests.studio import Studio

MODEL = "test/small"  # whose films are soon drawn
BOARD = f"""\
version: 1
title: Film
defaults: {{model: {MODEL}}}
lint: {{off: [shot-pace]}}
shots:
  - id: sq010
    duration: 6
    split: auto
    shots:
      - {{id: sh010, prompt: A harbour at dawn.}}
      - {{id: sh020, prompt: A kitchen with a window., in: 0.5, transition: {{type: dissolve, duration: 0.25}}}}
      - {{id: sh030, prompt: A forest path in the fog., out: 1.5}}
  - {{id: sh040, prompt: The sea., duration: 1}}
"""


@contextmanager
def opened(folder: Path, text: str = BOARD, clips: Any = "drawn") -> Iterator[Studio]:
    """A studio with a model of its own that makes films of 320 x 180 pixels."""
    data = json.loads(json.dumps(schema.load(f"models/{SEEDANCE}.json"))) | {"id": MODEL}
    data["request"]["properties"]["duration"] |= {"minimum": 1, "default": 1}
    data["output"]["sizes"] = {"720p": {"16:9": [320, 180]}, "1080p": {"16:9": [320, 180]}}
    data["request"]["properties"]["aspect_ratio"] |= {"enum": ["16:9"]}
    file = folder / "models" / f"{MODEL}.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(data))
    (folder / "storyreel.yaml").write_text("tier: ultra\n")
    known = settings.project_here(folder).models
    with doubled(folder / "double", Conduct(clips=clips, generation_s=0), catalogue=known) as double:
        here = Studio(folder, double)
        here.write(text)
        yield here


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[Cut]:
    """Every edit that is made, the last one last."""
    found: list[Cut] = []
    whole = rendering.assembled

    def spied(*given: Any) -> Cut:
        found.append(whole(*given))
        return found[-1]

    monkeypatch.setattr(rendering, "assembled", spied)
    return found


def segments(cut: Cut) -> list[tuple[str, int, int]]:
    """Of each shot in the cut its id, where it begins in its take, and its length, in frames."""
    return [(one.shot, one.first, one.length) for one in cut.segments]


PARTS = [("sh010", 0, 48), ("sh020", 60, 36), ("sh030", 96, 36), ("sh040", 0, 24)]
WHOLE = [("sq010", 0, 144), ("sh040", 0, 24)]
KEPT = "1 of 3 shots found: kept whole"


def test_a_take_is_divided_where_it_cuts_and_looked_at_once(
    tmp_path: Path, cuts: list[Cut], monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path) as here:
        produce.render(here.file, environ=here.environ)
        assert segments(cuts[-1]) == PARTS, "previs knows where its parts begin"
        done = here.shoot()
        assert segments(cuts[-1]) == PARTS
        assert {row.flag.code for row in done.rendered.flags} <= {"size"}
        (file,) = tmp_path.glob("outputs/takes/*/*/*/cuts.json")
        record = json.loads(file.read_text())
        assert list(schema.violations("store/cuts.schema.json", record)) == []
        assert [(cut["frame"], cut["at_s"]) for cut in record["cuts"]] == [(48, "2"), (96, "4")]
        monkeypatch.setattr(media, "find_cuts", lambda *_: pytest.fail("it was looked at before"))
        produce.render(here.file, environ=here.environ)
        assert segments(cuts[-1]) == PARTS


@pytest.mark.parametrize("content", [None, "{", "[]", '{"format": 1}'])
def test_lost_cuts_are_found_again(tmp_path: Path, cuts: list[Cut], content: str | None) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        (file,) = tmp_path.glob("outputs/takes/*/*/*/cuts.json")
        before = json.loads(file.read_text())["cuts"]
        file.unlink()
        if content:
            file.write_text(content)
        produce.render(here.file, environ=here.environ)
        assert segments(cuts[-1]) == PARTS
        assert json.loads(file.read_text())["cuts"] == before


def test_too_few_cuts_leave_the_take_whole_and_flag_it_everywhere(tmp_path: Path, cuts: list[Cut]) -> None:
    with opened(tmp_path, clips="canned") as here:
        done = here.shoot()
        assert segments(cuts[-1]) == WHOLE
        note = "sq010: 1 of 3 shots found: its take is kept whole"
        assert done.rendered.cuts[0].notes == (note,)
        assert (done.rendered.cuts[0].takes, done.rendered.cuts[0].previs) == (2, 0)
        planned = here.plan()
        told = [
            done.rendered.flags,
            produce.render(here.file, environ=here.environ).flags,
            produce.flagged(here.film, planned),
            here.status().flags,
        ]
        for flags in told:
            assert [(row.shot, row.flag.message) for row in flags if row.flag.code == "split"] == [("sq010", KEPT)]
        (row,) = produce.takes(here.file, "sh020", here.environ).rows
        assert KEPT in [flag.message for flag in row.flags]
        assert planned.to_buy() == ()
        here.write(BOARD.replace("split: auto", "split: keep").replace(", in: 0.5", "").replace(", out: 1.5", "")
                   .replace(", transition: {type: dissolve, duration: 0.25}", ""))  # fmt: skip
        assert "split" not in {row.flag.code for row in here.status().flags}


def test_points_of_a_single_take_go_before_what_was_found(tmp_path: Path, cuts: list[Cut]) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        produce.choose(here.file, "sh020", Choice(in_s=Fraction(3), out_s=Fraction(7, 2)), here.environ)
        produce.render(here.file, environ=here.environ)
        assert segments(cuts[-1]) == [PARTS[0], ("sh020", 72, 12), *PARTS[2:]]


def test_points_can_divide_a_take_in_which_too_little_was_found(tmp_path: Path, cuts: list[Cut]) -> None:
    with opened(tmp_path, clips="canned") as here:
        here.shoot()
        produce.choose(here.file, "sh010", Choice(out_s=Fraction(1)), here.environ)
        produce.render(here.file, environ=here.environ)
        assert segments(cuts[-1]) == [("sq010", 0, 144), WHOLE[1]], "where the second ends nobody knows"
        produce.choose(here.file, "sh030", Choice(in_s=Fraction(5)), here.environ)
        done = produce.render(here.file, environ=here.environ)
        assert segments(cuts[-1])[:2] == [("sh010", 0, 24), ("sh020", 36, 84)]
        assert "split" not in {row.flag.code for row in done.flags}


def test_frames_of_a_shot_are_taken_from_where_it_was_found(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        (file,) = tmp_path.glob("outputs/takes/*/*/*/cuts.json")
        record = json.loads(file.read_text())
        record["cuts"][0] |= {"frame": 24, "at_s": "1"}
        file.write_text(json.dumps(record))
        state = State("now", "", "film.yaml", here.film, here.plan())
        reel = Reel(state, frozenset(), tmp_path, here.environ, None, older=True)
        entry = reel.entry("sq010")
        assert entry
        looks = [reel.look("main", shot) for shot in entry.shots]
        assert [(one.in_s, one.out_s) for one in looks if one] == [(0, 1), (1.5, 4), (4, 5.5)]


def test_the_cuts_of_a_damaged_clip_are_not_those_of_the_take(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        (file,) = tmp_path.glob("outputs/takes/*/*/*/cuts.json")
        file.unlink()
        clip = file.with_name("clip.mp4")
        content = bytearray(clip.read_bytes())
        content[len(content) // 2] ^= 255
        clip.write_bytes(content)
        (tmp_path / "outputs/film/main/cut.mp4").unlink()
        done = produce.render(here.file, environ=here.environ)
        assert done.cuts[0].failed
        assert not file.exists()


def test_the_command_line_tells_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with opened(tmp_path, clips="canned") as here:
        for words in ("shoot film.yaml --yes", "plan film.yaml", "status film.yaml", "render film.yaml"):
            code, out, err = run(here, monkeypatch, capsys, *words.split())
            assert code == 0
            assert f"! sq010 take 1: {KEPT}\n" in err
            if words.startswith("plan"):
                assert "sh010, sh020, sh030 (divided where the take cuts; equally long until then)" in out
            if words.startswith("render"):
                assert "sq010: 1 of 3 shots found: its take is kept whole" in out + err
        code, out, _ = run(here, monkeypatch, capsys, "take", "film.yaml", "sh020")
        assert f"! {KEPT}" in out
        code, out, _ = run(here, monkeypatch, capsys, "render", "film.yaml", "--json")
        told = json.loads(out)
        assert list(schema.violations("output/render.schema.json", told)) == []
        assert {"split"} <= {flag["code"] for flag in told["flags"]}
