"""docs/python.md: its examples run as they stand, and its tables tell every event and every error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from pipeline import errors, produce, schema, settings
from pipeline.produce import Event, Step
from pipeline.server.conduct import Conduct
from tests.acceptance.test_events import lines
from tests.double import KEY, Double, doubled
from tests.proofs.stage import stage

PAGE = (Path(__file__).parent.parent / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^## (.*?)$|```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)


def examples() -> Iterator[tuple[str, str]]:
    """Each example with the heading that it stands under."""
    heading = ""
    for found, code in EXAMPLES:
        heading = found or heading
        if code:
            yield heading, code


def rows(heading: str, table: int = 0) -> list[list[str]]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)[table]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in found.splitlines()[2:]]


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Double]:
    """What the page's project buys from; its folder is the working directory."""
    here = stage(tmp_path / "project", 2)
    text = here.board.read_text().replace("s0001", "sh010").replace("s0002", "sh020")
    here.board.write_text(text)
    (here.folder / "other.yaml").write_text(text.replace("Picture", "Painting"))
    conduct = Conduct(clips="tiny", generation_s=0.1)
    with doubled(tmp_path / "double", conduct, catalogue=settings.project_of(here.board).models) as opened:
        monkeypatch.chdir(here.folder)
        monkeypatch.setenv("WAVESPEED_BASE_URL", opened.origin)
        monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
        monkeypatch.setenv("NO_PROXY", "*")
        for name in ("CI", "GITHUB_ACTIONS"):
            monkeypatch.delenv(name, raising=False)
        yield opened


SAID = {
    "In a script": r"0.16 US dollars to shoot\n\S+cut.mp4 48 2\n",
    "Boards that are in no file": r"0.72 US dollars for 2 takes\n",
    "Asking before spending": r"0.16 spent; 0 shots failed\n",
    "What happens meanwhile": r"sh010 is being submitted for .*0.08.*\nsh010 is there: \w+\n\S+cut.mp4\n0.08\n",
    "Stopping": r"1 fetched, 0.00 spent\n",
    "In a notebook or a server": r"\[\] \['main: .*48 of 48 frames'\]\n",
    "Errors": r"unknown-key 3 shots\[0\] .*prmpt.*\n(.*\n)*",
}


def test_the_examples_run_one_after_another_as_they_stand(double: Double, capsys: pytest.CaptureFixture[str]) -> None:
    for heading, code in examples():
        exec(compile(code, f"docs/python.md, {heading}", "exec"), {"__name__": "__main__"})
        said = capsys.readouterr().out
        assert re.fullmatch(SAID[heading], said), f"{heading}: {said}"
    assert sorted(double.bought().values()) == [2, 2], "one more take of each shot was asked for by name"


def test_every_event_is_told_of_by_its_word() -> None:
    steps = {kind.__name__: kind.state for kind in Step.__subclasses__()}
    others = {kind.__name__ for kind in get_args(Event)} - {"Step"}
    told = {row[0]: row[1] for row in rows("Events")}
    assert told.keys() == {*steps, *others}
    assert steps.items() <= told.items()
    assert set(told.values()) == schema.load("output/event.schema.json")["$defs"].keys()
    assert all(name in produce.__all__ for name in told)


def test_every_error_is_told_of_by_its_word_and_exit_code() -> None:
    def below(kind: type[errors.StoryreelError]) -> Iterator[type[errors.StoryreelError]]:
        for one in kind.__subclasses__():
            if one.__module__ == errors.__name__:
                yield one
                yield from below(one)

    told = {row[0]: (row[1], int(row[2])) for row in rows("Errors", 1)}
    assert told == {kind.__name__: (kind.word, kind.exit_code) for kind in below(errors.StoryreelError)}


def test_every_field_of_an_error_is_told_of() -> None:
    error = errors.GenerationError("it failed", prediction="p")
    told = {name for row in rows("Errors") for name in re.findall(r"\w+", row[0])}
    fields = {*vars(error), "word", "charged", "exit_code", "problems"}
    assert told == fields


def test_the_lines_that_it_shows_are_of_their_schema() -> None:
    shown = PAGE.partition("--events --json\n")[2].partition("\n...")[0]
    assert [event["event"] for event in lines(shown)] == ["offer", "waiting", "sending", "accepted"]


def test_its_contents_are_its_sections() -> None:
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert re.findall(r"^- \[(.*?)\]\(#", PAGE, re.MULTILINE) == headings
