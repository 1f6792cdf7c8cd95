"""A team with one lock: one shoots, the others render for nothing; and whatever dies meanwhile, nothing is lost."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli, produce, schema, settings
from pipeline.client import Client
from pipeline.server.conduct import Conduct
from tests.bucket import KEY_ID, SECRET, Server
from tests.double import KEY, Double, doubled
from tests.haste import hurried
from tests.proofs.stage import Stage, stage
from tests.repositories import Repository
from tests.teams import Shelf, shelf

SHOOT = produce.shoot


@dataclass
class Studio:
    """Two people with a clone each, the double that they buy from, and what they share."""

    ada: Stage
    bob: Stage
    double: Double
    shelf: Shelf
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, who: Stage, *words: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command that one of them types."""
        self.patch.chdir(who.folder)
        code = cli.main([*words])
        said = self.capsys.readouterr()
        for canary in (SECRET, KEY_ID, "Signature="):
            assert canary not in said.out + said.err
        return code, said.out, said.err

    def json(self, who: Stage, *words: str) -> Any:
        """What a command prints as JSON; it must be of the command's schema."""
        _, out, _ = self.run(who, *words, "--json")
        value = json.loads(out)
        assert list(schema.violations(f"output/{words[0]}.schema.json", value)) == []
        return value

    def commit(self) -> None:
        """Bob pulls what Ada has committed."""
        shutil.copy(self.ada.folder / "film.lock.yaml", self.bob.folder)

    def shot(self) -> None:
        """Ada has shot, and Bob has her lock."""
        assert self.run(self.ada, "shoot", "film.yaml", "--yes")[0] == 0
        self.commit()

    @property
    def requests(self) -> Any:
        """What the double was asked so far."""
        return self.double.ledger()["requests"]

    @property
    def server(self) -> Server:
        assert self.shelf.server
        return self.shelf.server


@pytest.fixture(params=["folder", "signed"])
def kind(request: pytest.FixtureRequest) -> str:
    """What lies between them."""
    return str(request.param)


@pytest.fixture
def studio(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Studio]:
    """A studio of two."""
    for name in ("CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    people = [stage(tmp_path / name, 3) for name in ("ada", "bob")]
    models = settings.project_of(people[0].board).models
    manners = Conduct(clips="tiny", generation_s=0)
    with shelf(kind, tmp_path) as found, doubled(tmp_path / "double", manners, catalogue=models) as double:
        remote = "s3://team/films/takes" if found.server else "../shared"
        for one in people:
            file = one.folder / "storyreel.yaml"
            file.write_text(f"{file.read_text()}remote: {remote}\n")
        for name, value in {"BASE_URL": double.origin, "API_KEY": KEY}.items():
            monkeypatch.setenv(f"WAVESPEED_{name}", value)
        monkeypatch.setenv("NO_PROXY", "*")
        monkeypatch.setattr(produce, "shoot", partial(SHOOT, connect=partial(Client, sleep=hurried), sleep=hurried))
        ada, bob = (replace(one, origin=double.origin) for one in people)
        yield Studio(ada, bob, double, found, monkeypatch, capsys)


in_a_bucket = pytest.mark.parametrize("kind", ["signed"], indirect=True)


def test_one_shoots_and_the_other_renders_for_nothing(studio: Studio) -> None:
    studio.shot()
    asked = studio.requests
    code, out, err = studio.run(studio.bob, "render", "film.yaml")
    assert (code, "3 takes" in out) == (0, True), out + err
    assert err.count("is being fetched from the team's store") == 3
    assert studio.requests == asked, "the API is asked nothing"
    assert studio.bob.cut.read_bytes() == studio.ada.cut.read_bytes()
    code, out, _ = studio.run(studio.bob, "shoot", "film.yaml", "--yes")
    assert (code, "nothing to buy" in out, studio.requests) == (0, True, asked)


def test_each_take_is_pushed_as_it_lands_and_no_key_goes_with_it(studio: Studio, tmp_path: Path) -> None:
    studio.shot()
    names = list(studio.shelf.objects())
    assert (sum(name.endswith("clip.mp4") for name in names), len(names)) == (3, 7)
    studio.run(studio.bob, "sync", "film.yaml")
    for file in tmp_path.rglob("*"):
        if file.is_file() and "double" not in file.parts:
            content = file.read_bytes()
            assert not [canary for canary in (SECRET, KEY_ID, KEY) if canary.encode() in content], file


def test_plan_asks_nobody_and_says_who_may_have_it(studio: Studio) -> None:
    studio.shot()
    if studio.shelf.server:
        studio.server.asked.clear()
    plan = studio.json(studio.bob, "plan", "film.yaml")
    assert {slot["state"] for slot in plan["slots"]} == {"absent"}
    assert {slot["reason"] for slot in plan["slots"]} == {
        "paid for, and its clip is not here; `storyreel sync` may fetch it"
    }
    assert not (studio.bob.folder / "outputs" / "takes").exists()
    if studio.shelf.server:
        assert studio.server.asked == []


def test_a_stale_shot_shows_its_old_take_that_the_team_has(studio: Studio) -> None:
    studio.shot()
    board = studio.bob.board
    board.write_text(board.read_text().replace("Picture 1 ", "Another picture "))
    assert "3 takes" in studio.run(studio.bob, "render", "film.yaml")[1]
    assert [slot["state"] for slot in studio.json(studio.bob, "plan", "film.yaml")["slots"]].count("stale") == 1


def test_posters_show_takes_that_the_team_has_but_to_no_fork(studio: Studio) -> None:
    studio.shot()
    asked = studio.requests
    Repository(studio.bob.folder).commit()
    board = studio.bob.board
    board.write_text(board.read_text().replace("Picture 1 ", "Another picture "))
    wanted = ("diff", "--posters", "posters", "film.yaml")
    with studio.patch.context() as patch:
        for name, value in {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request"}.items():
            patch.setenv(name, value)  # of which nobody can tell whose it is
        _, _, err = studio.run(studio.bob, *wanted)
        assert "nothing was fetched from the team's store: this is a pull request from a fork" in err
        assert not (studio.bob.folder / "outputs" / "takes").exists()
    [pair] = studio.json(studio.bob, *wanted)["posters"]
    assert (pair["before"], pair["after"]) == ("take 1 at 0.5 s", "previs at 0.5 s")
    assert len(list((studio.bob.folder / "outputs" / "takes").rglob("clip.mp4"))) == 1, "no other is fetched"
    assert studio.requests == asked, "the API is asked nothing"


def test_shoot_fetches_from_the_team_before_it_asks_the_api(studio: Studio) -> None:
    studio.shot()
    asked = studio.requests
    code, out, _ = studio.run(studio.bob, "shoot", "film.yaml")
    assert (code, "nothing to buy: every shot has its take" in out) == (0, True)
    assert studio.requests == asked


def test_what_the_team_lacks_comes_from_the_api_by_its_id_and_goes_to_the_team(studio: Studio) -> None:
    studio.shot()
    for file in studio.shelf.objects().values():
        file.unlink()
    bought = len(studio.double.accepted())
    code, _, err = studio.run(studio.bob, "shoot", "film.yaml")
    assert (code, len(studio.double.accepted())) == (0, bought), err
    assert len(studio.shelf.objects()) == 7
    assert studio.json(studio.ada, "sync")["present"] == 3


def test_sync_tells_what_it_did(studio: Studio) -> None:
    studio.shot()
    would = studio.json(studio.bob, "sync", "film.yaml", "--dry-run")
    assert ([one["shot"] for one in would["fetched"]], would["dry_run"]) == ([""] * 3, True)
    assert not (studio.bob.folder / "outputs" / "takes").exists()
    code, out, _ = studio.run(studio.bob, "sync", "film.yaml", "--dry-run")
    assert (code, out.count("would fetch ")) == (0, 3)
    did = studio.json(studio.bob, "sync", "film.yaml")
    assert sorted(one["shot"] for one in did["fetched"]) == ["s0001", "s0002", "s0003"]
    code, out, _ = studio.run(studio.bob, "sync", "film.yaml")
    assert (code, "pushed: 0, fetched: 0, on both sides: 3" in out) == (0, True)


def test_without_a_storyboard_it_is_the_whole_project(studio: Studio) -> None:
    studio.shot()
    did = studio.json(studio.bob, "sync")
    assert (len(did["fetched"]), did["pushed"], did["present"]) == (3, [], 0)
    for file in studio.shelf.objects().values():
        file.unlink()
    (studio.bob.folder / "film.lock.yaml").unlink()
    did = studio.json(studio.bob, "sync")
    assert (len(did["pushed"]), did["fetched"]) == (3, [])


def test_a_take_that_is_nowhere_is_told(studio: Studio) -> None:
    studio.shot()
    for file in studio.shelf.objects().values():
        file.unlink()
    code, out, err = studio.run(studio.bob, "sync", "film.yaml")
    assert (code, "nowhere: 3" in out, err.count("neither here nor there")) == (1, True, 3)


def test_other_bytes_are_an_error_that_names_the_object_and_render_goes_on(studio: Studio) -> None:
    studio.shot()
    name = next(name for name in studio.shelf.objects() if name.endswith("clip.mp4"))
    content = studio.shelf.contents()[name]
    studio.shelf.replace(name, content[:-1] + bytes([content[-1] ^ 1]))
    code, _, err = studio.run(studio.bob, "sync", "film.yaml")
    assert (code, name in err, "not those that the lock names" in err) == (1, True, True)
    code, out, err = studio.run(studio.bob, "render", "film.yaml")
    assert (code, "2 takes, 1 previs" in out) == (0, True)
    assert name in err


def test_without_a_remote_there_is_nothing_to_sync(studio: Studio) -> None:
    file = studio.ada.folder / "storyreel.yaml"
    file.write_text(file.read_text().split("remote:")[0])
    code, _, err = studio.run(studio.ada, "sync", "film.yaml")
    assert (code, "this project has no team store" in err, "remote: s3://bucket/prefix" in err) == (2, True, True)


def test_doctor_counts_what_only_this_disk_has(studio: Studio) -> None:
    studio.shot()
    found = {one["topic"]: one for one in studio.json(studio.ada, "doctor")["findings"]}
    assert found["remote"]["text"].endswith(" can be read and written")
    assert found["takes"]["text"] == "the team's store has every take that is here"
    before = set(studio.shelf.objects())
    lost = next(file for name, file in studio.shelf.objects().items() if name.endswith("take.json"))
    lost.unlink()
    found = {one["topic"]: one for one in studio.json(studio.ada, "doctor")["findings"]}
    assert found["takes"]["text"] == "1 take, $0.08, exists only on this disk"
    assert set(studio.shelf.objects()) < before, "looking leaves nothing behind"


@in_a_bucket
def test_a_team_store_that_is_down_holds_up_neither_cut_nor_purchase(studio: Studio) -> None:
    studio.server.stop()
    code, out, err = studio.run(studio.ada, "shoot", "film.yaml", "--yes")
    assert (code, "3 takes kept" in out) == (0, True)
    assert err.count("storyreel: not pushed to the team's store") == 1
    assert "the next `sync` or `shoot` pushes" in err
    studio.commit()
    code, out, err = studio.run(studio.bob, "render", "film.yaml")
    assert (code, "3 previs" in out) == (0, True)
    assert err.count("storyreel: nothing was fetched from the team's store") == 1
    code, _, err = studio.run(studio.bob, "sync", "film.yaml")
    assert (code, "nobody answers" in err) == (1, True)
    assert {one["topic"]: one for one in studio.json(studio.ada, "doctor")["findings"]}["remote"]["state"] == "wrong"


@in_a_bucket
def test_what_was_not_pushed_is_pushed_by_the_next_run(studio: Studio) -> None:
    studio.server.fault = lambda method, path: "hang up" if method == "PUT" and path.endswith("clip.mp4") else ""
    code, _, err = studio.run(studio.ada, "shoot", "film.yaml", "--yes")
    assert (code, "not pushed to the team's store" in err) == (0, True)
    assert not [name for name in studio.shelf.objects() if name.endswith("take.json")]
    studio.server.fault = lambda *_: ""
    code, _, err = studio.run(studio.ada, "shoot", "film.yaml", "--yes")
    assert (code, "not pushed" in err) == (0, False)
    assert len(studio.shelf.objects()) == 7


@in_a_bucket
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AWS_SECRET_ACCESS_KEY", "canary-of-the-wrong-key", "does not take the keys of the environment"),
        ("AWS_ACCESS_KEY_ID", "canary-of-nobody", "does not take the keys of the environment"),
        ("AWS_ENDPOINT_URL", "http://team.example:9000", "an address without TLS"),
    ],
)
def test_what_the_environment_says_wrongly_is_told(studio: Studio, name: str, value: str, said: str) -> None:
    studio.patch.setenv(name, value)
    assert studio.run(studio.ada, "shoot", "film.yaml", "--yes")[0] == 0
    for who in (studio.ada, studio.bob):  # who has takes, and who has nothing to exchange
        code, out, err = studio.run(who, "sync")
        assert (code, said in err, value in out + err) == (2, True, False), err


@in_a_bucket
def test_a_bucket_that_is_not_there_is_told(studio: Studio) -> None:
    studio.shot()
    file = studio.ada.folder / "storyreel.yaml"
    file.write_text(file.read_text().replace("s3://team/", "s3://nobodys/"))
    code, _, err = studio.run(studio.ada, "sync", "film.yaml")
    assert (code, "s3://nobodys/films/takes: there is no such bucket" in err) == (2, True)


@in_a_bucket
@pytest.mark.parametrize("what", ["storyreel.json", "clip.mp4"])
def test_who_stops_it_does_not_wait_for_a_server_that_stalls(studio: Studio, what: str) -> None:
    studio.shot()
    reached = threading.Event()

    def stalls(method: str, path: str) -> str:
        if method == "GET" and path.endswith(what):
            reached.set()
            return "stall"
        return ""

    studio.server.fault = stalls
    environ = {**studio.bob.environ, **studio.server.environ}
    command = [sys.executable, "-m", "pipeline.cli", "sync", "film.yaml"]
    with subprocess.Popen(command, cwd=studio.bob.folder, env=environ, stderr=subprocess.PIPE, text=True) as process:
        assert reached.wait(30)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)  # the request itself is given two minutes
    assert process.returncode == 130
    assert "storyreel: stopped; what is finished is kept" in said
    assert "Traceback" not in said
    studio.server.fault = lambda *_: ""
    assert studio.run(studio.bob, "sync", "film.yaml")[0] == 0


@in_a_bucket
@pytest.mark.parametrize("at", ["clip.mp4", "take.json"])
@pytest.mark.parametrize("way", ["fetch", "push"])
def test_killed_in_the_middle_it_leaves_nothing_half_and_goes_on(studio: Studio, way: str, at: str) -> None:
    studio.shot()
    if way == "push":
        for file in studio.shelf.objects().values():
            file.unlink()
    who = studio.bob if way == "fetch" else studio.ada
    method, reached, seen = ("GET" if way == "fetch" else "PUT"), threading.Event(), list[str]()

    def stalls(asked: str, path: str) -> str:
        if asked == method and path.endswith(at) and (seen.append(path) or len(seen) > 1):  # type: ignore[func-returns-value]
            reached.set()
            return "stall"
        return ""

    studio.server.fault = stalls
    environ = {**who.environ, **studio.server.environ}
    command = [sys.executable, "-m", "pipeline.cli", "sync", "film.yaml"]
    with subprocess.Popen(command, cwd=who.folder, env=environ, stderr=subprocess.DEVNULL) as process:
        assert reached.wait(30)
        process.kill()
    studio.server.fault = lambda *_: ""
    names = set(studio.shelf.objects())
    if way == "push":
        assert {name.replace("take.json", "clip.mp4") for name in names if name.endswith("take.json")} <= names
    code, _, err = studio.run(who, "sync", "film.yaml")
    assert code == 0, err
    assert len(studio.shelf.objects()) == 7
    code, out, _ = studio.run(who, "render", "film.yaml")
    assert (code, "3 takes" in out) == (0, True)
    assert not list(who.folder.rglob(".part-*"))
    assert studio.json(who, "status", "film.yaml")["rows"] == []
