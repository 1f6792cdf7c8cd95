"""What `init` promises: a board that is right, schemas that editors find, and nothing written over."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from pipeline import cli, schema
from pipeline.cli import attributes
from tests.needed import Tool, path_of

NAMES = [name for name in ("storyboard", "bible", "project") if (schema.folder() / f"{name}.schema.json").is_file()]
HEADER = "# yaml-language-server: $schema="


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def copies(root: Path) -> dict[str, bytes]:
    """The schemas in a project, by name."""
    return {file.name: file.read_bytes() for file in (root / "schemas").iterdir()}


def ours() -> dict[str, bytes]:
    return {f"{name}.schema.json": (schema.folder() / f"{name}.schema.json").read_bytes() for name in NAMES}


def named(board: Path) -> Path:
    """The schema that the first line of a board names."""
    first, _, _ = board.read_text(encoding="utf-8").partition("\n")
    assert first.startswith(HEADER)
    return board.parent / first.removeprefix(HEADER)


@pytest.mark.usefixtures("here")
class TestBoard:
    def test_the_starter_board_is_fine_and_within_its_budget(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["init", "boards/first.yaml"]) == 0
        wrote = "wrote boards/schemas/ for editors\nwrote boards/first.yaml\n"
        assert capsys.readouterr().out == f"{wrote}next: storyreel render boards/first.yaml\n"
        assert cli.main(["check", "boards/first.yaml"]) == 0
        assert capsys.readouterr().err == ""
        assert cli.main(["plan", "boards/first.yaml"]) == 0

    def test_it_never_writes_over_a_board(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (here / "film.yaml").write_text("mine")
        assert cli.main(["init", "film.yaml"]) == 2
        assert (here / "film.yaml").read_text() == "mine"
        assert "film.yaml is there already" in capsys.readouterr().err
        assert [file.name for file in here.iterdir()] == ["film.yaml"]

    def test_a_link_to_nowhere_is_no_free_name(self, here: Path) -> None:
        (here / "film.yaml").symlink_to(here / "elsewhere.yaml")
        assert cli.main(["init", "film.yaml"]) == 2
        assert not (here / "elsewhere.yaml").exists()


@pytest.mark.usefixtures("here")
class TestSchemas:
    def test_the_header_of_a_board_leads_to_our_schema(self, here: Path) -> None:
        assert cli.main(["init", "film.yaml"]) == 0
        assert copies(here) == ours()
        assert named(here / "film.yaml") == here / "schemas" / "storyboard.schema.json"

    def test_what_a_schema_refers_to_lies_beside_it(self, here: Path) -> None:
        assert cli.main(["init", "film.yaml"]) == 0
        assert set(copies(here)) >= {"storyboard.schema.json", "bible.schema.json"}
        for file in (here / "schemas").iterdir():
            for name in re.findall(r'"\$ref": "([^"#]+)#', file.read_text(encoding="utf-8")):
                assert (here / "schemas" / name).is_file()

    @pytest.mark.parametrize("mark", [".git", "storyreel.yaml"])
    def test_the_schemas_lie_in_the_root_of_the_project(self, mark: str, here: Path) -> None:
        (here / mark).mkdir() if mark == ".git" else (here / mark).touch()
        assert cli.main(["init", "boards/a b/film.yaml"]) == 0
        assert copies(here) == ours()
        board = here / "boards" / "a b" / "film.yaml"
        assert board.read_text(encoding="utf-8").startswith(f"{HEADER}../../schemas/storyboard.schema.json\n")
        assert named(board).resolve() == here.resolve() / "schemas" / "storyboard.schema.json"

    def test_a_header_leads_there_from_behind_a_link_too(self, here: Path) -> None:
        (here / "project" / "boards").mkdir(parents=True)
        (here / "project" / ".git").mkdir()
        (here / "link").symlink_to(here / "project" / "boards")
        assert cli.main(["init", "link/film.yaml"]) == 0
        assert named(here / "project" / "boards" / "film.yaml").is_file()

    def test_an_older_copy_of_ours_is_brought_up_to_date(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        cli.main(["init", "film.yaml"])
        copy = here / "schemas" / "storyboard.schema.json"
        copy.write_text(json.dumps({"$id": schema.load("storyboard.schema.json")["$id"]}))
        capsys.readouterr()
        assert cli.main(["init", "--schemas"]) == 0
        assert capsys.readouterr().out == "wrote schemas/ for editors\n"
        assert copies(here) == ours()
        assert cli.main(["init", "--schemas"]) == 0
        assert capsys.readouterr().out == "the schemas are those of this storyreel already\n"

    def test_a_copy_that_only_looks_different_is_left_alone(self, here: Path) -> None:
        cli.main(["init", "film.yaml"])
        copy = here / "schemas" / "storyboard.schema.json"
        reformatted = json.dumps(schema.load("storyboard.schema.json")).encode()
        copy.write_bytes(reformatted)
        assert cli.main(["init", "--schemas"]) == 0
        assert copy.read_bytes() == reformatted

    @pytest.mark.parametrize("text", ['{"$id": "https://example.org/schema.json"}', "not JSON", "[" * 100_000, "[]"])
    def test_a_file_of_somebody_else_is_never_written_over(
        self, text: str, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        theirs = here / "schemas" / "storyboard.schema.json"
        theirs.parent.mkdir()
        theirs.write_text(text)
        assert cli.main(["init", "film.yaml"]) == 0
        assert theirs.read_text() == text
        said = capsys.readouterr()
        assert "schemas/storyboard.schema.json is not ours and stays as it is" in said.err
        assert HEADER not in (here / "film.yaml").read_text(encoding="utf-8"), "the schema of somebody else"
        assert cli.main(["check", "film.yaml"]) == 0

    def test_only_the_schemas_are_refreshed_when_asked_for(self, here: Path) -> None:
        assert cli.main(["init", "--schemas"]) == 0
        assert [file.name for file in here.iterdir()] == ["schemas"]
        assert copies(here) == ours()

    def test_a_place_that_can_not_be_written_is_told(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (here / "schemas").touch()
        assert cli.main(["init", "film.yaml"]) == 2
        assert "schemas can't be written" in capsys.readouterr().err
        assert not (here / "film.yaml").exists()


class TestGit:
    """In a folder that git knows of."""

    WROTE = "wrote .gitattributes, by which git joins what two branches bought\n"

    @pytest.fixture
    def repository(self, here: Path) -> Path:
        (here / ".git").mkdir()
        return here

    def test_git_is_told_to_join_locks(self, repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["init", "boards/film.yaml"]) == 0
        assert self.WROTE in capsys.readouterr().out
        assert attributes.LINE in (repository / ".gitattributes").read_text().splitlines()
        assert cli.main(["init", "boards/second.yaml"]) == 0
        said = capsys.readouterr()
        assert "gitattributes" not in said.out + said.err, "it is said already"

    def test_git_itself_takes_it_so(self, repository: Path) -> None:
        git = str(path_of(Tool("git", "STORYREEL_GIT", "install git (https://git-scm.com)")))
        (repository / ".git").rmdir()
        subprocess.run([git, "init", "--quiet"], cwd=repository, check=True)
        assert cli.main(["init", "boards/film.yaml"]) == 0
        names = ["boards/film.lock.yaml", "boards/film.yaml"]
        command = [git, "check-attr", "merge", *names]
        told = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout
        assert told.splitlines() == [f"{names[0]}: merge: union", f"{names[1]}: merge: unspecified"]

    def test_where_there_is_no_git_nothing_is_told(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        if any((above / ".git").exists() for above in here.parents):
            pytest.skip("the temporary folder is in a repository")
        assert cli.main(["init", "film.yaml"]) == 0
        assert not (here / ".gitattributes").exists()
        assert "git" not in capsys.readouterr().out

    @pytest.mark.parametrize("theirs", ["*.mp4 binary\n", "", "# *.lock.yaml merge=union\n", "film.lock.yaml text\n"])
    def test_a_file_that_is_there_stays_as_it_is_and_the_line_is_told(
        self, theirs: str, repository: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (repository / ".gitattributes").write_text(theirs)
        assert cli.main(["init", "film.yaml"]) == 0
        assert (repository / ".gitattributes").read_text() == theirs
        said = capsys.readouterr()
        assert said.err.endswith("for git to join what two branches bought, add: *.lock.yaml merge=union\n")
        assert "gitattributes" not in said.out

    @pytest.mark.parametrize("line", ["*.lock.yaml merge=union", "*.lock.yaml\ttext -merge", "*.lock.yaml merge=ours"])
    def test_who_has_decided_is_told_nothing(
        self, line: str, repository: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (repository / "project").mkdir()
        (repository / "project" / "storyreel.yaml").touch()
        (repository / ".gitattributes").write_text(f"*.mp4 binary\n{line}\n")
        assert cli.main(["init", "project/film.yaml"]) == 0
        assert not (repository / "project" / ".gitattributes").exists()
        said = capsys.readouterr()
        assert "gitattributes" not in said.out + said.err

    def test_a_link_to_nowhere_is_not_written_through(self, repository: Path) -> None:
        (repository / ".gitattributes").symlink_to(repository / "elsewhere")
        assert cli.main(["init", "film.yaml"]) == 0
        assert not (repository / "elsewhere").exists()


@pytest.mark.usefixtures("here")
class TestReminder:
    @pytest.fixture
    def board(self, here: Path, capsys: pytest.CaptureFixture[str]) -> Path:
        """A board with its schemas, of which that for boards is of another version than ours."""
        cli.main(["init", "film.yaml"])
        capsys.readouterr()
        copy = here / "schemas" / "storyboard.schema.json"
        copy.write_text(json.dumps({**schema.load("storyboard.schema.json"), "title": "an older one"}))
        return here / "film.yaml"

    @pytest.mark.parametrize("name", ["text", "json", "github", "sarif"])
    def test_an_older_copy_is_told_with_what_refreshes_it(
        self, name: str, board: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["check", "--format", name, str(board)]) == 0
        [told, remedy] = capsys.readouterr().err.splitlines()
        assert told.endswith(
            "schemas/storyboard.schema.json, which editors read, differs from the schema of this storyreel"
        )
        command = remedy.split()
        assert command[0] == "storyreel"
        assert cli.main(command[1:]) == 0
        capsys.readouterr()
        assert cli.main(["check", str(board)]) == 0
        assert capsys.readouterr().err == ""

    def test_the_header_of_other_editors_counts_too(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        text = board.read_text(encoding="utf-8").replace(HEADER, "# $schema: ")
        board.write_text(text, encoding="utf-8")
        assert cli.main(["check", str(board)]) == 0
        assert "differs from the schema of this storyreel" in capsys.readouterr().err

    def test_boards_that_share_a_copy_are_told_once(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        other = board.with_name("other.yaml")
        other.write_bytes(board.read_bytes())
        assert cli.main(["check", str(board), str(other)]) == 0
        assert len(capsys.readouterr().err.splitlines()) == 2

    @pytest.mark.parametrize(
        "target", ["https://example.org/storyboard.schema.json", "../nowhere.json", "film.yaml", ".", "a\0b"]
    )
    def test_a_header_that_leads_elsewhere_is_no_matter_of_ours(
        self, target: str, board: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = board.read_text(encoding="utf-8")
        board.write_text(re.sub(r"(?<=\$schema=).*", lambda _: target, text, count=1), encoding="utf-8")
        cli.main(["check", str(board)])
        assert "differs" not in capsys.readouterr().err

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_is_not_waited_for(self, here: Path) -> None:
        os.mkfifo(here / "pipe.yaml")
        assert cli.main(["check", "pipe.yaml"]) == 2
