"""Files are read as git keeps them, whatever is in the work tree, and the repository is left as it was."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import history
from pipeline.errors import SetupError
from pipeline.history import Pointer, Snapshot
from tests.repositories import Repository


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A repository without a commit."""
    return Repository(tmp_path / "films")


def brought(repo: Repository, name: str, *paths: str) -> dict[str, str]:
    """What is in the folder of a revision once these were brought: files by path, links as `-> where`."""
    found = history.repository(repo.folder / "film.yaml")
    with Snapshot.of(found, found.revision(name)) as snapshot:
        for path in paths:
            snapshot.bring(snapshot.top / path)
        files = (file for file in snapshot.top.rglob("*") if file.is_symlink() or file.is_file())
        told = {
            file.relative_to(snapshot.top).as_posix(): f"-> {file.readlink()}"
            if file.is_symlink()
            else file.read_text()
            for file in files
        }
    return {name: text for name, text in told.items() if name != ".git"}


def test_a_file_is_what_it_was_then(repo: Repository) -> None:
    repo.write("boards/film.yaml", "one\n")
    repo.commit()
    repo.write("boards/film.yaml", "two\n")
    repo.commit()
    repo.write("boards/film.yaml", "three\n")
    before = repo.traces()
    assert brought(repo, "HEAD~1", "boards/film.yaml") == {"boards/film.yaml": "one\n"}
    assert brought(repo, "main", "boards/../boards/film.yaml") == {"boards/film.yaml": "two\n"}
    assert repo.traces() == before


def test_nothing_is_brought_that_was_not_asked_for(repo: Repository) -> None:
    repo.write("film.yaml", "one\n")
    repo.write("large.bin", "large\n")
    repo.commit()
    assert brought(repo, "HEAD", "film.yaml", "there is none.yaml", "../film.yaml", "film.yaml/inside") == {
        "film.yaml": "one\n"
    }


def test_links_are_followed_inside_of_the_revision_alone(repo: Repository) -> None:
    repo.write("shared/refs/face.txt", "a face\n")
    (repo.folder / "refs").symlink_to("shared/refs")
    (repo.folder / "face").symlink_to("refs/face.txt")
    (repo.folder / "round").symlink_to("round")
    (repo.folder / "out").symlink_to("../../etc/passwd")
    (repo.folder / "away").symlink_to("/etc/passwd")
    repo.commit()
    assert brought(repo, "HEAD", "face") == {
        "face": "-> refs/face.txt", "refs": "-> shared/refs", "shared/refs/face.txt": "a face\n",
    }  # fmt: skip
    (repo.folder / "here").symlink_to(".")
    (repo.folder / "hidden").symlink_to("here/../secret")
    repo.commit()
    assert brought(repo, "HEAD", "round") == {"round": "-> round"}
    assert brought(repo, "HEAD", "out", "away", "hidden", "here/../secret") == {}


@pytest.mark.parametrize("name", ["größe/szene eins.yaml", 'a "quoted"\tname.yaml', "new\nline.yaml"])
def test_any_name_of_a_file_is_read(name: str, repo: Repository) -> None:
    repo.write(name, "words\n")
    repo.commit()
    assert brought(repo, "HEAD", name) == {name: "words\n"}


def test_tags_branches_and_ids_are_commits(repo: Repository) -> None:
    repo.write("film.yaml", "one\n")
    commit = repo.commit()
    repo.git("tag", "-a", "-m", "Festival", "festival")
    repo.git("branch", "feature/night")
    found = history.repository(repo.folder / "film.yaml")
    for name in ("festival", "feature/night", commit[:8], "HEAD", "HEAD@{0}", ":/Change"):
        assert (found.revision(name).name, found.revision(name).commit) == (name, commit)


KNOWN = "`git log --oneline`, `git branch --all` and `git tag` list what there is"


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("nowhere", 'git knows no revision "nowhere" here', KNOWN),
        ("-x", 'git knows no revision "-x" here', KNOWN),
        ("HEAD@{99}", 'git knows no revision "HEAD@{99}" here', KNOWN),
        ("--output=x", 'git knows no revision "--output=x" here', KNOWN),
        ("", 'git knows no revision "" here', KNOWN),
        ("main..HEAD", '"main..HEAD" is not one revision', "write two names: main HEAD"),
        ("main...", '"main..." is not one revision', "write two names: main HEAD"),
        ("HEAD:film.yaml", '"HEAD:film.yaml" is a blob and no commit', "name one: HEAD~1, a branch, a tag, an id"),
        ("HEAD:", '"HEAD:" is a tree and no commit', "name one: HEAD~1, a branch, a tag, an id"),
        ("film.yaml", 'git knows no revision "film.yaml" here',
         "the storyboard comes last: storyreel diff [REV [REV]] FILE"),
    ],
)  # fmt: skip
def test_what_is_no_revision_is_told(name: str, message: str, hint: str, repo: Repository) -> None:
    repo.write("film.yaml", "one\n")
    repo.commit()
    with pytest.raises(SetupError) as caught:
        history.repository(repo.folder / "film.yaml").revision(name)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_repository_without_a_commit_is_told(repo: Repository) -> None:
    with pytest.raises(SetupError, match="there is no commit in this repository yet"):
        history.repository(repo.folder / "film.yaml").revision("HEAD")


def test_a_shallow_clone_says_how_to_get_the_rest(repo: Repository, tmp_path: Path) -> None:
    before, head = repo.commit(), repo.commit()
    repo.git("clone", "--quiet", "--depth", "1", repo.folder.as_uri(), str(tmp_path / "clone"))
    clone = history.repository(tmp_path / "clone" / "film.yaml")
    for name in ("HEAD~1", before):
        with pytest.raises(SetupError) as caught:
            clone.revision(name)
        assert caught.value.message == f'git knows no revision "{name}" here'
        assert caught.value.hint == (
            "this clone has only the newest commits: git fetch --unshallow (fetch-depth: 0 in actions/checkout)"
        )
    assert clone.parents(clone.revision("HEAD")) == (before,), "it knows what it does not have"
    assert (clone.commit(head), clone.commit(before), clone.commit("--all")) == (head, "", "")
    assert clone.merge_base(before, head) == ""


def test_a_partial_clone_asks_no_server(repo: Repository, tmp_path: Path) -> None:
    repo.write("film.yaml", "one\n")
    repo.commit()
    repo.write("film.yaml", "two\n")
    repo.commit()
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("clone", "--quiet", "--filter=blob:none", repo.folder.as_uri(), str(tmp_path / "clone"))
    clone = history.repository(tmp_path / "clone" / "film.yaml")
    with Snapshot.of(clone, clone.revision("HEAD~1")) as snapshot, pytest.raises(SetupError) as caught:
        snapshot.bring(snapshot.top / "film.yaml")
    assert caught.value.message == "the repository lacks the bytes of a file that is asked for"
    assert "git fetch --refetch" in caught.value.hint


def test_bytes_that_git_has_lost_are_told(repo: Repository) -> None:
    repo.write("film.yaml", "one\n")
    repo.commit()
    found = repo.git("rev-parse", "HEAD:film.yaml").strip()
    (repo.folder / ".git" / "objects" / found[:2] / found[2:]).unlink()
    with pytest.raises(SetupError, match="the repository lacks the bytes"):
        brought(repo, "HEAD", "film.yaml")


def test_what_is_in_no_repository_is_told(tmp_path: Path) -> None:
    if any((above / ".git").exists() for above in tmp_path.parents):
        pytest.skip("the temporary folder is in a repository")
    Repository(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match=r"film\.yaml: it is in no git repository"):
        history.repository(tmp_path / "film.yaml")


def test_without_git_nothing_can_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="git is not installed here, or not on the PATH"):
        history.repository(tmp_path / "film.yaml")


def test_what_git_traces_is_no_complaint(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit()
    monkeypatch.setenv("GIT_TRACE", "1")
    with pytest.raises(SetupError, match='git knows no revision "nowhere" here'):
        history.repository(repo.folder / "film.yaml").revision("nowhere")


def test_a_path_that_no_file_can_have_is_in_the_repository_around_it(repo: Repository) -> None:
    found = history.repository(repo.folder / ("long" * 100) / "film.yaml")
    assert found.top == repo.folder


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
def test_a_hook_of_another_repository_does_not_mislead(
    name: str, repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.write("film.yaml", "one\n")
    repo.commit()
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert brought(repo, "HEAD", "film.yaml") == {"film.yaml": "one\n"}


def test_a_linked_work_tree_is_one_too(repo: Repository, tmp_path: Path) -> None:
    repo.write("film.yaml", "one\n")
    repo.commit()
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    found = history.repository(tmp_path / "linked" / "boards" / "film.yaml")
    assert found.top == tmp_path / "linked"
    assert found.path_of(tmp_path / "linked" / "boards" / "film.yaml") == "boards/film.yaml"


# --- pointers of git LFS


def pointer(sha256: str, size: int = 5) -> str:
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n"


SHA256 = hashlib.sha256(b"bytes").hexdigest()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (pointer(SHA256), Pointer(SHA256, 5)),
        (pointer(SHA256).replace("oid", "ext-0-foo sha256:00\noid"), Pointer(SHA256, 5)),
        (pointer(SHA256.upper()), None),
        (pointer(SHA256) + "more\n", None),
        ("version: 1\ntitle: A Film\n", None),
        ("", None),
    ],
)
def test_a_pointer_tells_what_it_stands_for(text: str, found: Pointer | None, tmp_path: Path) -> None:
    (tmp_path / "face.png").write_text(text)
    assert history.pointer_at(tmp_path / "face.png") == found


@pytest.mark.parametrize("make", [lambda _: None, lambda path: path.mkdir()])
def test_what_is_no_file_is_no_pointer(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "face.png")
    assert history.pointer_at(tmp_path / "face.png") is None


def test_a_file_that_was_fetched_takes_the_place_of_its_pointer(repo: Repository) -> None:
    repo.write("face.txt", pointer(SHA256))
    repo.commit()
    assert brought(repo, "HEAD", "face.txt") == {"face.txt": pointer(SHA256)}
    kept = repo.folder / ".git" / "lfs" / "objects" / SHA256[:2] / SHA256[2:4] / SHA256
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"bytes")
    assert brought(repo, "HEAD", "face.txt") == {"face.txt": "bytes"}
    shutil.rmtree(kept.parent)
