"""The format as its pages in docs tell it: tables of the schema, examples that come true."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import make_reference
from pipeline import cli, produce, schema
from tests.boards import silence

ROOT = Path(__file__).parent.parent
PAGES = {
    name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("storyboard", "prompts", "sound")
}
PAGE = PAGES["storyboard"]
# What an example that is a part of a board stands in.
AROUND = {
    "version": "version: 1\n",
    "title": "title: The Last Lighthouse\n",
    "characters": "characters:\n"
    "  keeper: {description: an old lighthouse keeper}\n"
    "  mara: {name: Mara, description: a girl of ten}\n",
    "locations": "locations:\n  lamp_room: {description: a round glass room}\n",
    "shots": "shots:\n  - {id: sh010, prompt: The sea.}\n",
}


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in a page."""

    page: str
    line: int  # of its fence, from 1
    kind: str
    file: str  # its name, where it is a file that others use; "" for an example
    text: str

    @property
    def board(self) -> str:
        """The example as a whole storyboard."""
        value = yaml.safe_load(self.text)
        text = self.text
        if isinstance(value, list):
            text, value = "shots:\n" + re.sub("^", "  ", text, flags=re.MULTILINE), {"shots": value}
        around = () if "version" in value else AROUND.items()
        return f"{text}\n" + "".join(section for key, section in around if key not in value)


def blocks(page: str) -> Iterator[Block]:
    for match in re.finditer(r"^```(\w+) ?(\S*)\n(.*?)\n```$", PAGES[page], re.MULTILINE | re.DOTALL):
        yield Block(page, PAGES[page].count("\n", 0, match.start()) + 1, match[1], match[2], match[3])


BLOCKS = [block for page in PAGES for block in blocks(page)]
EXAMPLES = [block for block in BLOCKS if block.kind == "yaml" and not block.file]
SHOWN = [(block, after.text) for block, after in itertools.pairwise(BLOCKS) if after.kind == "text"]
CONSOLE = [block for block in BLOCKS if block.kind == "console"]


def place(value: object) -> str:
    return f"{value.page}:{value.line}" if isinstance(value, Block) else ""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the files that the examples name, as working directory."""
    shutil.copytree(ROOT / "storyboards" / "lighthouse", tmp_path / "refs", ignore=shutil.ignore_patterns("*.py"))
    (tmp_path / "storyreel.yaml").touch()
    for block in BLOCKS:
        if block.file:
            (tmp_path / block.file).parent.mkdir(exist_ok=True)
            (tmp_path / block.file).write_text(f"{block.text}\n", encoding="utf-8")
    spoken = {"vo/en/line1.wav", "vo/de/line1.wav"}
    for name in spoken | {*re.findall(r"(?:music|fx)/\w+\.wav", "".join(PAGES.values()))}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        silence(tmp_path / name, 6)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(block: Block, folder: Path) -> Path:
    file = folder / "film.yaml"
    file.write_text(block.board, encoding="utf-8")
    return file


@pytest.mark.parametrize("block", EXAMPLES, ids=place)
def test_an_example_has_no_errors(block: Block, here: Path) -> None:
    """A part of a board may be worth a warning; a warning that is switched off is none."""
    checked = produce.check(written(block, here)).checked
    assert checked.errors == ()
    assert not ("lint" in block.text and checked.problems)


@pytest.mark.parametrize(("block", "shown"), SHOWN, ids=place)
def test_an_example_makes_what_stands_under_it(block: Block, shown: str, here: Path) -> None:
    """The names of its variants where it has some, else the prompt of its last shot."""
    film, plan = produce.plan(written(block, here))
    if film.board.variants:
        assert "\n".join(plan.variants.names) == shown
    else:
        first = plan.variants.first()
        assert plan.composition(first, first.entries[-1]).composed.prompt == shown


@pytest.mark.parametrize("block", CONSOLE, ids=place)
@pytest.mark.usefixtures("here")
def test_a_command_says_what_the_page_shows(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    command, _, output = block.text.partition("\n")
    cli.main(command.removeprefix("$ storyreel ").split())
    said = capsys.readouterr()
    assert f"{said.out}{said.err}" == f"{output}\n"


def test_the_tables_are_those_of_the_schema() -> None:
    assert make_reference.made(PAGE) == PAGE, "python docs/make_reference.py writes them into the page"


def test_every_field_of_the_format_is_told_of() -> None:
    in_prose = {"$defs/entry/properties/prompt"}  # it has one field, `raw`
    told = make_reference.told(PAGE)
    assert len(told) == len(set(told))
    assert {*told} == {*with_fields(schema.load(make_reference.SCHEMA))} - in_prose


def with_fields(rule: Any, pointer: str = "") -> Iterator[str]:
    """Pointers of the rules that have fields."""
    if isinstance(rule, dict):
        if "properties" in rule:
            yield pointer
        for key, value in rule.items():
            yield from with_fields(value, f"{pointer}/{key}".lstrip("/"))


def test_every_section_has_a_name_of_its_own() -> None:
    anchors = [heading.anchor for heading in make_reference.headings(PAGE)]
    assert len(set(anchors)) == len(anchors)
    assert set(re.findall(r"\]\(#([^)]*)\)", PAGE)) <= set(anchors)


@pytest.mark.parametrize("section", ["Defaults", "Shots"])
def test_the_words_that_the_page_lists_are_led_to_ours(section: str, tmp_path: Path) -> None:
    [row] = re.findall(rf"^\| \[{section}\]\S* \| (`\w+`: .*) \|$", PAGE, re.MULTILINE)
    meant = {word: ours for ours, words in re.findall(r"`(\w+)`: ([\w, ]+)", row) for word in words.split(", ")}
    file = tmp_path / "film.yaml"
    keys = "".join(f"    {word}: x\n" for word in meant)
    file.write_text(f"version: 1\ntitle: T\nshots:\n  - id: sh010\n    prompt: The sea.\n{keys}")
    hints = [problem.hint for problem in produce.check(file).checked.problems]
    assert hints == [f'did you mean "{ours}"?' for ours in meant.values()]
