"""What a storyboard's lock file promises: written whole, joined with what others wrote, kept where nothing is new."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import BadInput, SetupError, StoreError
from pipeline.lock import Lock, Use
from pipeline.store import LockFile
from pipeline.take import Paid

ORIGIN = "https://api.wavespeed.ai"
ROOT = Path(__file__).parents[1]


def digest(name: object) -> str:
    return hashlib.sha256(str(name).encode()).hexdigest()


def adding(name: object) -> Any:
    take = Paid(digest(name), 1, f"p-{name}", Decimal("0.40"), digest(f"clip {name}"))
    request = {"format": 1, "model": "a/b", "inputs": {"prompt": f"{name} \u2028 é"}}
    uses = {(f"sh{name}", ""): Use(take.digest, take.digest, 1)}
    return lambda lock: lock.with_takes(ORIGIN, [(take, request)]).with_uses(ORIGIN, uses)


def opened(folder: Path, name: str = "film.yaml") -> LockFile:
    return LockFile(folder / name, folder / "outputs" / "film" / "lock")


def takes(lock: Lock) -> set[str]:
    return {take.digest for take in lock.every_take(ORIGIN)}


def test_it_lies_beside_the_storyboard_and_comes_back(tmp_path: Path) -> None:
    written = opened(tmp_path).update(adding(1))
    assert (tmp_path / "film.lock.yaml").is_file()
    assert opened(tmp_path).load().page == written.page
    assert {path.name for path in tmp_path.iterdir()} == {"film.lock.yaml", "outputs"}


def test_where_there_is_none_it_is_empty_and_none_is_made_for_nothing(tmp_path: Path) -> None:
    assert opened(tmp_path).load() == Lock()
    opened(tmp_path).update(lambda lock: lock)
    assert not (tmp_path / "film.lock.yaml").exists()


def test_a_board_behind_a_link_has_its_lock_where_the_board_lies(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "film.yaml").write_text("")
    (tmp_path / "linked.yaml").symlink_to(tmp_path / "real" / "film.yaml")
    opened(tmp_path, "linked.yaml").update(adding(1))
    assert (tmp_path / "real" / "film.lock.yaml").is_file()


def test_what_says_the_same_is_not_written_again(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.update(adding(1))
    text = file.path.read_text("utf-8") + "# for the festival\n"
    file.path.write_text(text, "utf-8")
    opened(tmp_path).update(adding(1))
    assert file.path.read_text("utf-8") == text


def test_what_somebody_else_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    one, other = opened(tmp_path), opened(tmp_path)
    one.update(adding(1))
    other.update(adding(2))
    assert takes(one.update(adding(3))) == {digest(1), digest(2), digest(3)}


def test_a_change_is_seen_whatever_time_and_size_the_file_has(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.update(adding(1))
    before = file.path.stat()
    text = file.path.read_text("utf-8")
    with file.path.open("r+", encoding="utf-8") as there:  # in place, as git may do it: the same inode
        there.write(text.replace("p-1", "p-7"))
    os.utime(file.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [take.prediction for take in file.load().every_take(ORIGIN)] == ["p-7"]


def test_a_lock_that_was_deleted_meanwhile_is_empty(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.update(adding(1))
    file.path.unlink()
    assert file.load() == Lock()


def test_lines_and_marks_of_windows_are_read(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.update(adding(1))
    content = file.path.read_bytes()
    file.path.write_bytes(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert takes(opened(tmp_path).load()) == {digest(1)}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None], ids=["no text", "a folder"])
def test_what_can_not_be_read_is_told_and_never_written_over(tmp_path: Path, content: bytes | None) -> None:
    file = opened(tmp_path)
    if content is None:
        file.path.mkdir()
    else:
        file.path.write_bytes(content)
    with pytest.raises(SetupError, match=r"film\.lock\.yaml: can't be read"):
        file.update(adding(1))
    assert content is None or file.path.read_bytes() == content


def test_a_lock_with_conflicts_is_never_written_over(tmp_path: Path) -> None:
    file = opened(tmp_path)
    file.update(adding(1))
    text = file.path.read_text("utf-8") + "<<<<<<< HEAD\n"
    file.path.write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        file.update(adding(2))
    assert caught.value.problems[0].place.line == len(text.splitlines())
    assert file.path.read_text("utf-8") == text


def test_a_full_disk_leaves_the_lock_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = opened(tmp_path)
    file.update(adding(1))
    before = file.path.read_bytes()

    def full(*_: Any) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(StoreError, match="No space"):
            file.update(adding(2))
    assert file.path.read_bytes() == before
    assert takes(file.update(adding(2))) == {digest(1), digest(2)}
    assert not list(tmp_path.glob(".part*"))


def test_what_a_killed_writer_left_goes_and_what_is_another_boards_stays(tmp_path: Path) -> None:
    left: list[Path] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", lambda path, _: left.append(path))  # as if it died here
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        opened(tmp_path).update(adding(1))
        opened(tmp_path, "other.yaml").update(adding(1))
    assert len(left) == 2
    opened(tmp_path).update(adding(2))
    assert [path.exists() for path in left] == [False, True]


def test_threads_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [threading.Thread(target=opened(tmp_path).update, args=(adding(name),)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert takes(opened(tmp_path).load()) == {digest(name) for name in range(8)}


CHILD = """
import sys
from pathlib import Path
from tests.test_store_lockfile import adding, opened

for number in range(8):
    opened(Path(sys.argv[1])).update(adding(f"{sys.argv[2]} {number}"))
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    children = [subprocess.Popen([*command, str(name)], cwd=ROOT, env=environ) for name in range(3)]
    assert [child.wait(60) for child in children] == [0] * 3
    assert len(takes(opened(tmp_path).load())) == 24
