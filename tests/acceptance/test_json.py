"""Every command with --json, over every board there is: what it prints is of its schema, and the schemas say all."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline import cli, produce, schema
from pipeline.server.conduct import Fault
from tests.boards import sounds
from tests.counter import Open, Shop
from tests.needed import path_of
from tests.repositories import GIT, WHO

ROOT = Path(__file__).parent.parent.parent
CASES = ROOT / "tests" / "storyboards"
BOARDS = [*sorted((ROOT / "storyboards").glob("*.yaml")), *sorted((CASES / "valid").glob("*.yaml"))]
OUTPUT = sorted((ROOT / "schemas" / "output").glob("*.schema.json"))


def said(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command says; it must be of its schema, or that of an error."""
    code = cli.main([*words, "--json"])
    value = json.loads(capsys.readouterr().out)
    name = "error" if "error" in value else words[0]
    assert list(schema.violations(f"output/{name}.schema.json", value)) == [], words
    assert (name == "error") <= (code != 0)
    return value


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.stem)
def test_what_commands_that_only_read_print_is_of_its_schema(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside = board.parent if board.parent.name == "storyboards" else CASES / "companions"
    shutil.copytree(beside, tmp_path, dirs_exist_ok=True)
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "still.png")
    sounds(tmp_path)
    film = produce.check(Path(shutil.copy(board, tmp_path)))
    file = str(film.file)
    assert said(capsys, "check", file)["problems"] == []
    plan = said(capsys, "plan", file)
    name = plan["variants"][0]["name"]
    said(capsys, "plan", file, "--variant", name)
    said(capsys, "status", file)
    for entry in film.board.entries:
        said(capsys, "prompt", file, entry.id)
        said(capsys, "take", file, entry.id)


@pytest.fixture
def paid(shop: Open) -> Shop:
    """A shop in a repository, of whose three shots one is refused by moderation."""
    counter = shop(3, Fault("task_fails", code=1200, match="Picture 2"))
    folder = counter.here.folder
    (folder.parent / "team").mkdir()
    settings = folder / "storyreel.yaml"
    settings.write_text(settings.read_text() + f"remote: {folder.parent / 'team'}\n")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "Begin")):
        subprocess.run([path_of(GIT), *WHO, *words], cwd=folder, check=True)
    return counter


def test_what_is_printed_all_along_a_films_life_is_of_its_schema(paid: Shop) -> None:
    assert paid.json("doctor", "film.yaml")
    assert paid.json("shoot", "film.yaml", "--yes")["takes"][1]["error"]["code"] == "refused"
    assert paid.json("status", "film.yaml")["rows"]
    assert paid.json("shoot", "film.yaml", "--yes", "--only", "s0001", "--again")["takes"][0]["take"] == 2
    paid.json("take", "film.yaml", "s0001", "--circle", "2", "--in", "0.25", "--out", "0.75")
    paid.json("take", "film.yaml", "s0003", "--hold")
    paid.write(paid.text.replace("Picture 1", "A picture").replace("Picture 3", "No picture"))
    paid.json("take", "film.yaml", "s0001", "--circle", "1", "--keep")
    assert paid.json("diff", "film.yaml")["edits"]
    assert paid.run("plan", "film.yaml", "-o", "plan.json")[0] == 0
    saved = json.loads((paid.here.folder / "plan.json").read_text())
    assert list(schema.violations("saved-plan.schema.json", saved)) == []
    paid.json("shoot", "plan.json")
    shutil.rmtree(paid.here.folder / "outputs" / "takes")
    assert paid.json("plan", "film.yaml")
    assert paid.json("sync", "film.yaml", "--dry-run")
    assert paid.json("sync")
    assert paid.json("render", "film.yaml")["cuts"]
    assert paid.json("models")


def closed(rule: Any, path: str) -> Iterator[str]:
    """Where a schema leaves something open: members that it does not name, or that may be missing."""
    if isinstance(rule, dict):
        if names := rule.get("properties"):
            if rule.get("additionalProperties") is not False:
                yield f"{path}: other members"
            yield from (f"{path}.{name}" for name in names if name not in rule.get("required", ()))
        for key, inner in rule.items():
            yield from closed(inner, f"{path}/{key}")
    elif isinstance(rule, list):
        for number, inner in enumerate(rule):
            yield from closed(inner, f"{path}/{number}")


@pytest.mark.parametrize("file", [*OUTPUT, ROOT / "schemas" / "saved-plan.schema.json"], ids=lambda file: file.name)
def test_a_schema_of_what_we_print_names_every_member(file: Path) -> None:
    left = list(closed(json.loads(file.read_text("utf-8")), ""))
    assert left == ([".refreshed"] if file.name == "models.schema.json" else []), "only there where it was asked for"
