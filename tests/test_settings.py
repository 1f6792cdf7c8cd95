"""Where a board belongs, which files it may name, and which server its takes come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import BadInput, MediaError, SetupError
from pipeline.settings import api_origin, locate, project_of


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board two folders below the root of a project, with a picture beside it."""
    file = tmp_path / "project" / "boards" / "film.yaml"
    file.parent.mkdir(parents=True)
    file.touch()
    (file.parent / "face.png").touch()
    (tmp_path / "secret.png").touch()
    (tmp_path / "project" / "storyreel.yaml").touch()
    return file


@pytest.mark.parametrize("mark", ["storyreel.yaml", ".git"])
def test_the_root_is_the_nearest_marked_folder_above_the_board(tmp_path: Path, mark: str) -> None:
    board = tmp_path / "a" / "b" / "film.yaml"
    board.parent.mkdir(parents=True)
    board.touch()
    (tmp_path / "storyreel.yaml").touch()
    (tmp_path / "a" / mark).touch()
    found = project_of(board)
    assert (found.root, found.outputs) == (tmp_path / "a", tmp_path / "a" / "outputs")


@pytest.mark.usefixtures("board")
def test_the_working_directory_has_no_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert project_of(Path("project/boards/film.yaml")).root == tmp_path / "project"


def test_without_a_mark_the_boards_own_folder_is_the_root(board: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.settings.project.PROJECT_FILE", "never.yaml")
    (board.parent.parent / "storyreel.yaml").unlink()
    root = project_of(board).root
    assert root == board.parent or (root / ".git").exists()


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        ("../../qc.py", "lies outside the project"),
        ("/bin/true", "must be relative"),
        ("boards", "this is no file"),
        ("link", "lies outside the project"),
        ("boards/face.jpg", 'did you mean "boards/face.png"'),
    ],
)
def test_a_check_of_the_project_lies_in_it(board: Path, run: str, reason: str) -> None:
    root = board.parent.parent
    (root / "link").symlink_to("/bin/sh")
    (root / "storyreel.yaml").write_text(f"concurrency: 3\nchecks:\n  - {{run: {run}}}\n")
    with pytest.raises(BadInput, match=reason) as caught:
        project_of(board)
    assert [(problem.path, problem.place.line) for problem in caught.value.problems] == [("checks[0].run", 3)]
    (root / "storyreel.yaml").write_text("checks: [{run: boards/face.png, timeout: 5}, {run: ./boards/film.yaml}]\n")
    assert [(check.run, check.timeout_s) for check in project_of(board).checks] == [
        ("boards/face.png", 5), ("./boards/film.yaml", 60),
    ]  # fmt: skip


def test_the_project_may_say_how_many_clips_are_made_at_a_time(board: Path) -> None:
    settings = board.parent.parent / "storyreel.yaml"
    settings.write_text("concurrency: 3\n")
    assert project_of(board).concurrency == 3
    settings.write_text("concurency: 3\n")
    with pytest.raises(BadInput, match='did you mean "concurrency"'):
        project_of(board)
    settings.write_text("concurrency: 0\n")
    with pytest.raises(BadInput, match="at least 1"):
        project_of(board)


@pytest.mark.parametrize(
    "name",
    [
        "../../secret.png", "a/../../../secret.png", "/etc/passwd", "~/.ssh/id_rsa", "C:\\x.png", "c:x.png",
        "\\\\host\\share\\x", "file:///etc/passwd", "http://[::1]/x", "http://0/x", "gopher://x", "data:,x", "a\0b",
        "link.png", "linked/secret.png",
    ],
)  # fmt: skip
def test_nothing_outside_the_project_can_be_named(board: Path, name: str) -> None:
    (board.parent / "link.png").symlink_to(board.parent.parent.parent / "secret.png")
    (board.parent / "linked").symlink_to(board.parent.parent.parent)
    with pytest.raises(MediaError):
        locate(project_of(board), board.parent, name)


def test_a_file_elsewhere_in_the_project_can_be_named(board: Path) -> None:
    (board.parent.parent / "refs").mkdir()
    (board.parent.parent / "refs" / "Müller 1:2.png").touch()
    found = locate(project_of(board), board.parent, "../refs/Müller 1:2.png")
    assert found.name == "Müller 1:2.png"


def test_a_misspelt_file_finds_the_nearest(board: Path) -> None:
    with pytest.raises(MediaError) as wrong:
        locate(project_of(board), board.parent, "fase.png")
    assert wrong.value.hint == 'did you mean "face.png"?'


def test_takes_come_from_the_api_unless_told_otherwise() -> None:
    assert api_origin({}) == "https://api.wavespeed.ai"
    assert api_origin({"WAVESPEED_BASE_URL": "http://127.0.0.1:8017/"}) == "http://127.0.0.1:8017"
    for wrong in ("127.0.0.1:8017", "ftp://host", "https://host/path", "https://"):
        with pytest.raises(SetupError, match="WAVESPEED_BASE_URL"):
            api_origin({"WAVESPEED_BASE_URL": wrong})


def test_what_is_no_file_is_no_storyboard(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no such file"):
        project_of(tmp_path / "film.yaml")
    with pytest.raises(SetupError, match="is no file that holds a storyboard"):
        project_of(tmp_path)
