"""`shoot` on a store and a lock that somebody damaged: it is said where, and nothing is lost or bought twice."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.test_hostile_shoot import Victim, victim  # noqa: F401 - the last is a fixture
from tests.counter import Open

Damage = Callable[[Path], object]


def _link(path: Path) -> None:
    real = path.with_name("elsewhere")
    path.rename(real)
    path.symlink_to(real)


def _device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGE: dict[str, Damage] = {
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-4]),
    "garbage": lambda path: path.write_bytes(b"\xff\x00garbage"),
    "empty": lambda path: path.write_bytes(b""),
    "another format": lambda path: path.write_text('{"format": 99}'),
    "a link": _link,
    "a device": _device,
    "a folder": _folder,
    "a pipe": _pipe,
}
needs_pipes = pytest.mark.skipif(sys.platform == "win32", reason="it has no such files")


def _put_back(path: Path, content: bytes) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.with_name("elsewhere").unlink(missing_ok=True)
    path.write_bytes(content)


@needs_pipes
@pytest.mark.parametrize("name", ["take.json", "clip.mp4", "intent.json", "end.json", "bill.json", "gate.json", "lock"])
def test_what_is_damaged_is_named_and_nothing_is_bought_twice(shop: Open, name: str) -> None:
    at = shop(2)
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    path = next(at.here.folder.glob(f"outputs/takes/**/{name}"))
    content = path.read_bytes()
    at.write(at.text.replace("Picture 2 ", "Another picture "))
    for damage in DAMAGE.values():
        damage(path)
        for words in (["plan"], ["status"], ["shoot"], ["render"]):
            code, out, err = at.run(words[0], "film.yaml", *words[1:])
            assert code in (0, 1, 5), f"{damage}: {words}: {err}"
            assert code in (0, 5) or str(path.parent.name) in out + err, f"{damage}: {words}: {out + err}"
        _put_back(path, content)
    assert len(at.double.accepted()) == 2
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 0, err
    assert set(at.double.bought().values()) == {1}


@needs_pipes
@pytest.mark.parametrize("name", ["prediction.json", "intent.json"])
def test_of_an_open_attempt_nothing_is_taken_for_nothing(victim: Callable[..., Victim], name: str) -> None:  # noqa: F811
    at = victim(told={"outputs": ["file:///etc/passwd"]})
    assert at.run("shoot", "film.yaml", "--yes")[0] == 1
    path = next(at.here.folder.glob(f"outputs/takes/**/{name}"))
    content = path.read_bytes()
    for damage in DAMAGE.values():
        damage(path)
        code, out, err = at.run("shoot", "film.yaml", "--yes")
        assert (code, name in out + err) == (1, True), f"{damage}: {err}"
        _put_back(path, content)
    at.api.told = {}
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    assert len(at.api.submitted) == 1


def _other_bytes(clip: Path) -> bytes:
    content = clip.read_bytes()
    clip.write_bytes(content[:-40] + bytes(byte ^ 1 for byte in content[-40:]))
    return content


@pytest.mark.parametrize("word", ["render", "shoot"])
def test_a_clip_of_other_bytes_is_moved_aside_before_it_is_cut_and_fetched_again(shop: Open, word: str) -> None:
    at = shop(2)
    at.run("shoot", "film.yaml", "--yes")
    clip = next(at.here.folder.glob("outputs/takes/**/clip.mp4"))
    content = _other_bytes(clip)
    shutil.rmtree(at.here.folder / "outputs" / "film")
    code, _, err = at.run(word, "film.yaml")
    assert code == 1
    aside = re.search(r"its bytes are not those that were kept; they are now in (clip-[0-9a-f]{64}\.mp4)", err)
    assert aside, err
    assert (clip.with_name(aside[1])).exists(), "somebody paid for it, so it is never deleted"
    assert at.run("shoot", "film.yaml")[0] == 0
    assert clip.read_bytes() == content
    assert len(at.double.accepted()) == 2


def test_a_frame_out_of_a_clip_of_other_bytes_is_not_paid_for(shop: Open) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    clip = next(at.here.folder.glob("outputs/takes/**/clip.mp4"))
    _other_bytes(clip)
    at.write(at.text + "  - {id: s0002, prompt: A gull., continue_from: {shot: s0001}}\n")
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert (code, "its bytes are not those that were kept" in err) == (1, True), err
    assert len(at.double.accepted()) == 1
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    assert len(at.double.accepted()) == 2


def _told(text: bytes) -> Damage:
    return lambda path: path.write_bytes(text)


LOCKS: dict[str, tuple[Damage, bool]] = {  # whether the lock is of use all the same
    "not UTF-8": (_told(b"format: 1\nrecipe: 1\n\xff\xfe\n"), False),
    "garbage": (_told(b"\x00\x01\x02"), False),
    "YAML of somebody": (_told(b"a: [1, 2]\n"), False),
    "a newer format": (_told(b"format: 99\nrecipe: 1\n"), False),
    "a conflict": (lambda path: path.write_text(f"<<<<<<< ours\n{path.read_text()}=======\n>>>>>>> theirs\n"), False),
    "20 MB of one line": (_told(b"x" * (20 << 20)), False),
    "20 MB of nothing": (lambda path: path.write_text(path.read_text() + "# a remark\n" * 1_900_000), True),
    "CRLF": (lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")), True),
    "a byte order mark": (lambda path: path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()), True),
    "another origin": (lambda path: path.write_text(re.sub("http://[0-9.:]+", "https://a.b", path.read_text())), True),
    "gone": (lambda path: path.unlink(), True),
    "empty": (_told(b""), True),
    "a link": (_link, True),
    "a device": (_device, False),
    "a folder": (_folder, False),
    "a pipe": (_pipe, False),
}  # fmt: skip


@needs_pipes
@pytest.mark.parametrize("name", LOCKS)
def test_a_damaged_lock_is_named_and_costs_nothing(shop: Open, name: str) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    lock = at.here.folder / "film.lock.yaml"
    damage, of_use = LOCKS[name]
    damage(lock)
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert code == (0 if of_use else 2), err
    assert of_use or "film.lock.yaml" in out + err
    assert len(out + err) < 5000
    assert len(at.double.accepted()) == 1
    if not of_use:
        (shutil.rmtree if lock.is_dir() else os.unlink)(lock)
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    assert at.double.origin in lock.read_text(), "kept takes are found again in the store"
    assert len(at.double.accepted()) == 1


@pytest.mark.parametrize("name", ["film", "film/main", "film/main/cut.json", "film/main/cut.mp4", "film/lock"])
def test_no_link_in_the_outputs_leads_a_cut_elsewhere(shop: Open, tmp_path: Path, name: str) -> None:
    at = shop(1)
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "file").write_text("mine")
    path = at.here.folder / "outputs" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(tmp_path / "victim" / ("file" if "." in name or name.endswith("lock") else ""))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code in (0, 1), err
    assert {file.name: file.read_text() for file in (tmp_path / "victim").iterdir()} == {"file": "mine"}
    assert len(at.double.accepted()) <= 1


def test_the_outputs_may_be_a_link_to_a_larger_disk(shop: Open, tmp_path: Path) -> None:
    at = shop(1)
    (tmp_path / "large").mkdir()
    (at.here.folder / "outputs").symlink_to(tmp_path / "large")
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    assert (tmp_path / "large" / "film" / "main" / "cut.mp4").is_file()
