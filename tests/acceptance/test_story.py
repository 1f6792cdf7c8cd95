"""Two people, two branches, one bible: they edit, plan, approve, shoot, choose and merge, and pay for nothing twice."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from pipeline import cli, produce
from pipeline.client import Client
from pipeline.server.conduct import Conduct
from tests.double import KEY, Double, doubled
from tests.haste import hurried
from tests.needed import path_of
from tests.repositories import GIT

BIBLE = """\
characters:
  keeper:
    description: an old lighthouse keeper in a yellow oilskin
"""
FILM = """\
version: 1
title: First Light
include: [bible.yaml]
defaults: {duration: 4}
cut: {frame_rate: 6}
vars: {weather: a rising storm}
style: {palette: teal and amber}
shots:
  - {id: sh010, prompt: "A lighthouse on a cliff in {{ weather }}."}
  - {id: sh020, prompt: "@keeper climbs the stairs."}
  - {id: sh030, prompt: "A bell rings."}
  - {id: sh040, prompt: "A gull.", continue_from: {shot: sh010}}
"""
SHOOT = produce.shoot
SHOOT_SAVED = produce.shoot_saved


@dataclass
class Person:
    """Somebody with a clone of the project."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def git(self, *words: str) -> str:
        name = self.folder.name
        config = ("-c", f"user.name={name}", "-c", f"user.email={name}@example.com", "-c", "commit.gpgsign=false")
        command = ["git", *config, *words]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *words: str, code: int = 0) -> str:
        """What a command says on stdout."""
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            found = cli.main([*words])
        finally:
            os.chdir(before)
        said = self.capsys.readouterr()
        assert found == code, said.out + said.err
        return said.out

    def edit(self, before: str, after: str, name: str = "film.yaml") -> None:
        file = self.folder / name
        text = file.read_text("utf-8")
        assert before in text
        file.write_text(text.replace(before, after), encoding="utf-8")

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def reasons(self) -> dict[str, tuple[str, str]]:
        """State and reason of each entry."""
        plan = json.loads(self.run("plan", "film.yaml", "--json"))
        return {group["entry"]: (group["state"], group["reason"]) for group in plan["groups"]}

    def to_pay(self) -> str:
        """What everything that is missing costs."""
        return str(json.loads(self.run("plan", "film.yaml", "--json"))["totals"]["cost_usd"])

    def cut(self) -> str:
        """The hash of the cut's bytes."""
        return hashlib.sha256((self.folder / "outputs/film/main/cut.mp4").read_bytes()).hexdigest()


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    for name in ("CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(produce, "shoot", partial(SHOOT, connect=partial(Client, sleep=hurried), sleep=hurried))
    monkeypatch.setattr(
        produce, "shoot_saved", partial(SHOOT_SAVED, connect=partial(Client, sleep=hurried), sleep=hurried)
    )
    with doubled(tmp_path / "double", Conduct(clips="tiny", generation_s=0)) as double:
        monkeypatch.setenv("WAVESPEED_BASE_URL", double.origin)
        monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
        monkeypatch.setenv("NO_PROXY", "*")
        yield double


def test_two_people_edit_approve_shoot_choose_and_merge(
    tmp_path: Path, double: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    path_of(GIT)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(tmp_path / "origin")], check=True)

    def clone(name: str) -> Person:
        subprocess.run(["git", "clone", "-q", str(tmp_path / "origin"), str(tmp_path / name)], check=True)
        return Person(tmp_path / name, capsys)

    (tmp_path / "team").mkdir()
    # Anna writes the film, has its price approved, and shoots it.
    anna = clone("anna")
    anna.git("checkout", "-q", "-b", "main")
    for name, text in {
        "film.yaml": FILM, "bible.yaml": BIBLE, "storyreel.yaml": "tier: ultra\nremote: ../team\n",
        ".gitignore": "outputs/\nplan.json\n", ".gitattributes": "*.lock.yaml merge=union\n",
    }.items():  # fmt: skip
        (anna.folder / name).write_text(text, encoding="utf-8")
    assert anna.reasons() == dict.fromkeys(("sh010", "sh020", "sh030", "sh040"), ("generate", "no take yet"))
    anna.run("plan", "film.yaml", "-o", "plan.json")
    anna.edit("A bell rings.", "A bell tolls.")
    anna.run("shoot", "plan.json", code=2)  # it has moved
    assert double.accepted() == []
    anna.run("plan", "film.yaml", "-o", "plan.json")
    anna.run("shoot", "plan.json")
    assert len(double.accepted()) == 4
    anna.commit("Shoot the first cut")
    anna.git("push", "-q", "origin", "main")

    # Ben renders the same commit for nothing.
    ben = clone("ben")
    said = ben.run("render", "film.yaml")
    assert "4 takes" in said, said
    assert ben.cut() == anna.cut()
    assert set(ben.reasons().values()) == {("reuse", "take 1 is kept")}

    # Anna changes the bible on a branch of her own, and pays for the shot that it moves.
    anna.git("checkout", "-q", "-b", "keeper")
    anna.edit("yellow oilskin", "black coat", "bible.yaml")
    assert anna.reasons()["sh020"] == ("stale", "changed: characters.keeper.description")
    said = anna.run("plan", "film.yaml")
    assert "characters.keeper.description: sh020; $0.32, as before" in said
    assert "keeper in a [-yellow oilskin.-] {+black coat.+}" in said
    anna.run("shoot", "film.yaml", "--yes")
    assert len(double.accepted()) == 5
    anna.commit("Dress the keeper in black")

    # Ben, meanwhile, makes a shot longer, buys one more take of another, and chooses it.
    ben.git("checkout", "-q", "-b", "bell")
    ben.edit('prompt: "A bell tolls."', 'prompt: "A bell tolls once.", duration: 6')
    assert ben.reasons()["sh030"] == ("stale", "changed: duration 4 s to 6 s; prompt")
    assert "duration 4 s to 6 s; prompt: sh030; $0.48, $0.16 more than before" in ben.run("plan", "film.yaml")
    ben.run("plan", "film.yaml", "-o", "plan.json")
    ben.run("shoot", "plan.json")
    ben.run("shoot", "film.yaml", "--only", "sh010", "--again", "--yes")
    assert len(double.accepted()) == 7
    assert "sh010: take 2 is used" in ben.run("take", "film.yaml", "sh010", "--circle", "2", "--out", "3")
    assert ben.reasons()["sh040"] == ("stale", "changed: sh010 uses take 2 now, take 1 before")
    ben.run("take", "film.yaml", "sh040", "--keep")
    assert ben.to_pay() == "0.00"
    ben.commit("Toll once, and show the second take")

    # Both branches come together, and nobody pays for anything.
    ben.git("fetch", "-q", str(anna.folder), "keeper")
    ben.git("merge", "-q", "--no-edit", "FETCH_HEAD")
    assert ben.to_pay() == "0.00"
    assert {state for state, _ in ben.reasons().values()} <= {"reuse", "absent"}
    ben.run("render", "film.yaml")
    assert {state for state, _ in ben.reasons().values()} == {"reuse"}
    ben.run("check", "film.yaml", "film.lock.yaml")
    ben.git("push", "-q", "origin", "HEAD:main")

    # Who clones afresh has the same film, to the byte, and pays nothing either.
    cleo = clone("cleo")
    cleo.run("render", "film.yaml")
    assert cleo.cut() == ben.cut()
    assert cleo.to_pay() == "0.00"
    assert "nothing to buy: every shot has its take" in cleo.run("shoot", "film.yaml", "--yes")
    assert len(double.accepted()) == 7
    assert cleo.git("status", "--porcelain") == ""

    # A change that is taken back costs nothing.
    cleo.edit("teal and amber", "ash")
    assert cleo.to_pay() == "1.44"
    assert cleo.reasons()["sh010"] == ("stale", "changed: style.palette")
    cleo.edit("palette: ash", "palette: teal and amber")
    assert cleo.to_pay() == "0.00"
