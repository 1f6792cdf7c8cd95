"""`review`: several storyboards as one comment, whatever is wrong with one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from pipeline import cli
from pipeline.cli.markdown import MOST
from tests.repositories import Repository

ROOT = Path(__file__).parent.parent.parent
FILM = "version: 1\ntitle: {title}\nshots: [{{id: sh010, prompt: A field of rye.}}]\n"


class Films(Repository):
    """A repository with three boards, and the command line at work there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(folder)
        self.capsys = capsys
        for name in "abc":
            self.write(f"boards/{name}.yaml", FILM.format(title=f"Film {name.upper()}"))
        self.first = self.commit("First")

    def edit(self, name: str, old: str = "A field", new: str = "Two fields") -> None:
        file = self.folder / "boards" / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def review(self, *words: str, code: int = 0) -> str:
        """What it writes, or what it complains of."""
        files = [str(file) for file in sorted((self.folder / "boards").glob("*.yaml"))] if not words else []
        assert cli.main(["review", *words, *[file.removeprefix(f"{self.folder}/") for file in files]]) == code
        said = self.capsys.readouterr()
        return said.out if code == 0 else said.err


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Films:
    monkeypatch.chdir(tmp_path)
    found = Films(tmp_path / "films", capsys)
    monkeypatch.chdir(found.folder)
    for name in ("GITHUB_ACTIONS", "GITHUB_EVENT_PATH"):
        monkeypatch.delenv(name, raising=False)
    return found


def test_boards_that_differ_are_told_and_the_others_named(films: Films) -> None:
    films.edit("b")
    said = films.review()
    head = films.first[:7]
    assert said.startswith(f"## 1 of 3 storyboards to look at against HEAD ({head}): $0.40 to shoot\n\n### Film B: ")
    assert said.count("\n### ") == 1
    assert said.endswith(f"As in HEAD ({head}): boards/a.yaml ($0.40 to shoot), boards/c.yaml ($0.40 to shoot)\n")


def test_where_nothing_differs_it_says_so_first(films: Films) -> None:
    assert films.review().startswith(
        f"<!-- nothing differs -->\n### No storyboard differs against HEAD ({films.first[:7]})\n"
    )


def test_one_board_alone_needs_no_headline_of_all(films: Films) -> None:
    films.edit("b")
    assert films.review("boards/b.yaml").startswith("### Film B: 1 shot changed: $0.40 to shoot, 5 s\n")


def test_prices_are_summed_and_what_has_none_is_told(films: Films) -> None:
    films.edit("a")
    films.edit("b", "rye.", "rye., duration: 10")
    films.edit("c", "title:", "titel:")
    said = films.review()
    assert "## 3 of 3 storyboards to look at" in said
    assert ": $1.20 to shoot; 1 storyboard can't be compared\n" in said
    told = '- boards/c.yaml:2: there is no field "titel" here (did you mean "title"?)\n'
    assert f"### boards/c.yaml: 1 error\n\n{told}" in said


def test_locks_are_no_storyboards(films: Films) -> None:
    films.edit("b")
    films.write("boards/b.lock.yaml", "")
    assert "1 of 1" not in films.review("boards/b.yaml", "boards/b.lock.yaml")
    said = films.review("boards/b.lock.yaml", code=2)
    assert said == "storyreel: these are locks and no storyboards\n    storyreel review storyboards/*.yaml\n"


def test_a_file_that_is_not_there_hides_no_other(films: Films) -> None:
    films.edit("b")
    said = films.review("boards/b.yaml", "boards/nope.yaml")
    assert "### boards/nope.yaml: 1 error\n" in said
    assert "### Film B: 1 shot changed" in said


def test_a_revision_may_be_named(films: Films) -> None:
    films.edit("b")
    films.commit("Second")
    assert "<!-- nothing differs -->" in films.review()
    assert "against HEAD&#126;1 (" in films.review("--against", "HEAD~1", "boards/b.yaml")
    assert films.review("--against", "nope", "boards/b.yaml", code=2).startswith(
        'storyreel: git knows no revision "nope"'
    )


def test_posters_of_boards_of_one_name_lie_apart(films: Films, tmp_path: Path) -> None:
    films.write("other/a.yaml", FILM.format(title="Other"))
    films.commit("Other")
    films.edit("a")
    films.edit("b")
    (films.folder / "other" / "a.yaml").write_text(FILM.format(title="Other").replace("rye", "oats"))
    words = ["--posters", str(tmp_path / "posters"), "boards/a.yaml", "boards/b.yaml", "other/a.yaml"]
    said = films.review(*words)
    folders = sorted(folder.name for folder in (tmp_path / "posters").iterdir())
    assert folders == ["b", "boards-a", "other-a"]
    for folder in folders:
        assert (tmp_path / "posters" / folder / "sh010.jpg").exists()
        assert f"Frames of sh010, before and after: {folder}/sheet.jpg\n" in said


def test_it_is_written_into_a_file(films: Films, tmp_path: Path) -> None:
    films.edit("b")
    text = films.review()
    assert cli.main(["review", "-o", str(tmp_path / "text.md"), "boards/a.yaml", "boards/b.yaml", "boards/c.yaml"]) == 0
    assert films.capsys.readouterr().out == ""
    assert (tmp_path / "text.md").read_text(encoding="utf-8") == text
    said = films.review("-o", str(tmp_path), "boards/a.yaml", code=2)
    assert said.endswith("can't be written: Is a directory\n    -o takes the name of a file\n")


def test_it_fits_into_a_comment_and_says_what_does_not(films: Films) -> None:
    names = [f"film{number:03}" for number in range(120)]
    for name in names:
        films.write(f"boards/{name}.yaml", FILM.format(title="Long " + name))
    films.commit("Many")
    for name in names:
        shots = "".join(f"  - {{id: sh{number:04}, prompt: A bell tolls {number}.}}\n" for number in range(60))
        films.write(f"boards/{name}.yaml", f"version: 1\ntitle: Long {name}\nshots:\n{shots}")
    said = films.review()
    assert len(said) <= MOST
    shown = len(re.findall(r"^### Long ", said, re.MULTILINE))
    left = re.search(r"^(\d+) more storyboards left out: a comment holds no more\.$", said, re.MULTILINE)
    assert left
    assert shown + int(left[1]) == 120
    assert shown >= 10
    assert "more shots left out" in said
    html = MarkdownIt("commonmark").enable("table").render(said)
    assert html.count("<table>") >= shown, "nothing is cut in the middle"


def test_few_boards_have_all_the_room(films: Films) -> None:
    shots = "".join(f"  - {{id: sh{number:04}, prompt: A bell tolls {number}.}}\n" for number in range(300))
    films.write("boards/b.yaml", f"version: 1\ntitle: Long\nshots:\n{shots}")
    films.edit("a")
    said = films.review()
    assert said.count("| added |") == 300
    assert "### Film A: 1 shot changed" in said


def test_nothing_that_a_board_says_is_obeyed_in_it(films: Films) -> None:
    films.edit("a", "title: Film A", "title: '@octocat <img src=x> | #1'")
    films.edit("b", "version: 1", "version: '@octocat <img src=x> #1'")
    films.write("boards/@octocat #1.yaml", FILM.format(title="New"))
    html = MarkdownIt("commonmark").enable("table").render(films.review())
    assert "<img" not in html
    assert not re.search(r"@octocat|#1\b", html)
