"""Wherever a process dies or a disk fails, nothing is bought twice and nothing that was kept is lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.schema import violations
from pipeline.store import Attempt, Home, Intent, Store, previs_home, take_home
from pipeline.store.files import rotate
from pipeline.take import MediaFacts

ORIGIN = "https://api.wavespeed.ai"
REQUEST = {"format": 1, "model": "a/b", "inputs": {"prompt": "A lighthouse."}}
DIGEST = digest_of(REQUEST)
INTENT = Intent(REQUEST, "film", "main", "sh010", None)
PAID = take_home(ORIGIN, DIGEST, 1)
PREVIS = previs_home(1, DIGEST, "d" * 64)
CLIP = b"a film, or nearly " * 50
KILL = 0  # beside the error numbers: the process dies
CALLS = ("open", "write", "ftruncate", "fsync", "link", "unlink", "mkdir", "rename", "replace", "rmdir")


def clock() -> datetime:
    return datetime(2026, 11, 3, tzinfo=UTC)


def facts(clip: bytes) -> MediaFacts:
    return MediaFacts(hashlib.sha256(clip).hexdigest(), len(clip), "video", "mp4")


class Killed(BaseException):
    """The process is gone: no handler of its own runs any more."""


class Disk:
    """Counts the calls that change a disk; the nth fails, or is the last thing the process tries."""

    def __init__(self, at: int | None = None, fault: int = KILL, *, links: bool = True) -> None:
        self.at, self.fault, self.links = at, fault, links
        self.calls = 0
        self.struck = ""  # the call that the fault hit
        self.trace: list[tuple[str, tuple[Any, ...]]] = []

    def wrap(self, name: str, really: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if name == "open" and not args[1] & (os.O_WRONLY | os.O_RDWR):
                return really(*args, **options)  # changes nothing
            if self.struck and self.fault == KILL:
                raise Killed
            self.calls += 1
            self.trace.append((name, args))
            if self.calls == self.at:
                self.strike(name, args, really)
            if name == "link" and not self.links:
                raise PermissionError(errno.EPERM, "Operation not permitted")
            # Counted, not waited for: thousands of real ones would take minutes.
            return None if name == "fsync" else really(*args, **options)

        return call

    def strike(self, name: str, args: tuple[Any, ...], really: Callable[..., Any]) -> None:
        self.struck = name
        if name == "write":
            really(args[0], args[1][: len(args[1]) // 2])
        if self.fault == KILL:
            raise Killed
        raise OSError(self.fault, os.strerror(self.fault))

    @contextmanager
    def spinning(self) -> Iterator[Disk]:
        with pytest.MonkeyPatch.context() as patch:
            for name in CALLS:
                patch.setattr(os, name, self.wrap(name, getattr(os, name)))
            yield self


def temporary_with(attempt: Attempt, clip: bytes) -> Path:
    temporary = attempt.temporary()
    temporary.write_bytes(clip)
    return temporary


def shoot(store: Store, posts: list[str], home: str = PAID) -> None:
    """What the runner does, from wherever a dead one stopped; `posts` is what the API was asked to make."""
    with store.open(home) as opened:
        if opened.take:
            return
        attempt = _attempt(opened, posts)
        if not attempt.prediction:
            posts.append("p1")
            attempt.submitted("p1")
        attempt.keep(attempt.rescued() or temporary_with(attempt, CLIP), facts(CLIP))


def _attempt(home: Home, posts: list[str]) -> Attempt:
    if home.last.standing in ("none", "ended"):
        return home.begin(INTENT)
    with pytest.raises(StoreError, match="has not ended"):
        home.begin(INTENT)
    attempt = home.resume()
    if attempt.prediction or not posts:
        return attempt
    # The POST arrived and its answer was lost: the API's own list settles it.
    attempt.submitted(posts.pop())
    posts.append(attempt.prediction)
    return attempt


@pytest.mark.parametrize("home", [PAID, PREVIS], ids=["paid", "previs"])
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("fault", [KILL, errno.ENOSPC, errno.EIO], ids=["killed", "full", "faulty"])
def test_a_fault_at_any_step_leaves_a_state_from_which_one_take_comes_for_one_post(
    tmp_path: Path, home: str, links: bool, fault: int
) -> None:
    struck: list[str] = []
    for step in range(1, 1000):
        store, posts = Store(tmp_path / str(step), clock), list[str]()
        with Disk(step, fault, links=links).spinning() as disk:
            try:
                shoot(store, posts, home)
            except (Killed, StoreError):
                assert disk.struck
            else:
                # A temporary that can't be removed harms nobody; every other fault is told.
                assert disk.struck in ("", "unlink")
        if not disk.struck:
            break
        struck.append(disk.struck)
        with Disk(links=links).spinning():
            shoot(store, posts, home)
        _check_kept(tmp_path / str(step), home)
        assert len(posts) == 1 or home == PREVIS
    assert {"open", "write", "link", "unlink", "mkdir"} <= set(struck)
    assert ("rename" in struck) == (not links)
    assert ("fsync" in struck) == (home == PAID)


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize("fault", [KILL, errno.ENOSPC, errno.EIO], ids=["killed", "full", "faulty"])
def test_a_file_written_many_times_a_second_stands_whole_wherever_its_writer_dies(
    tmp_path: Path, links: bool, fault: int
) -> None:
    written = [bytes([number + 97]) * size for number, size in enumerate((9000, 50, 7000, 1, 12000, 300))]
    for step in range(1, 1000):
        path = tmp_path / str(step) / "gate.json"
        path.parent.mkdir()
        with Disk(step, fault, links=links).spinning() as disk:
            done = _rotations(path, written)
        found = path.read_bytes() if path.exists() else b""
        assert found in (b"", *written)
        assert found in ((written[done - 1] if done else b""), *written[done : done + 1])
        rotate(path, b"the next process")
        rotate(path, b"and once more")
        assert path.read_bytes() == b"and once more"
        assert len(list(path.parent.iterdir())) <= 3
        if not disk.struck:
            return
    raise AssertionError("it never ended")


def _rotations(path: Path, written: list[bytes]) -> int:
    """How many were written before the disk failed."""
    for number, content in enumerate(written):
        try:
            rotate(path, content)
        except (Killed, StoreError):
            return number
    return len(written)


@pytest.mark.parametrize("fault", [KILL, errno.ENOSPC, errno.EIO], ids=["killed", "full", "faulty"])
def test_a_take_that_somebody_else_paid_for_never_looks_like_a_post_of_unknown_fate(tmp_path: Path, fault: int) -> None:
    for step in range(1, 1000):
        store = Store(tmp_path / str(step), clock)
        with Disk(step, fault).spinning() as disk, suppress(Killed, StoreError), store.open(PAID) as opened:
            opened.adopt(INTENT, "p1")
        with store.open(PAID) as opened:
            assert opened.last.standing in ("none", "submitted")
            if opened.last.standing == "none":
                opened.adopt(INTENT, "p1")
            assert opened.last.prediction == "p1"
        assert not list((tmp_path / str(step)).rglob(".part-*"))
        if not disk.struck:
            return
    raise AssertionError("it never ended")


def _check_kept(outputs: Path, home: str) -> None:
    take = Store(outputs, clock).kept(home)
    assert take
    assert take.prediction == "p1"
    assert (outputs / home / "clip.mp4").read_bytes() == CLIP
    with Store(outputs, clock).open(home):
        pass
    names = sorted(path.name for path in outputs.rglob("*") if path.is_file())
    # A process may die before it writes the end too: take.json itself is the end.
    all_names = ["clip.mp4", "end.json", "intent.json", "lock", "prediction.json", "take.json"]
    assert names in (all_names, [name for name in all_names if name != "end.json"])
    for path in outputs.rglob("*.json"):
        assert not list(violations(f"store/{path.stem}.schema.json", json.loads(path.read_text("utf-8"))))


def test_a_take_whose_process_died_before_it_wrote_the_end_is_kept_all_the_same(tmp_path: Path) -> None:
    store = Store(tmp_path, clock)
    shoot(store, [])
    (tmp_path / PAID / "attempts/1/end.json").unlink()
    with store.open(PAID) as home:
        assert (home.last.standing, home.last.outcome) == ("ended", "done")
        with pytest.raises(StoreError, match="no attempt is open"):
            home.resume()
    with store.open(take_home(ORIGIN, DIGEST, 2)) as another:
        another.begin(INTENT)


def test_a_disk_that_writes_less_than_it_says_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: (really(fd, data[:-1]), len(data))[1])
    with Store(tmp_path, clock).open(PAID) as home, pytest.raises(StoreError, match="bytes of"):
        home.begin(INTENT)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "lock"]


def test_a_disk_that_takes_one_byte_at_a_time_gets_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: really(fd, data[:1]))
    store = Store(tmp_path, clock)
    shoot(store, [])
    assert store.kept(PAID)


def test_an_id_that_could_not_be_written_down_is_in_the_error(tmp_path: Path) -> None:
    with Store(tmp_path, clock).open(PAID) as home:
        attempt = home.begin(INTENT)
        with Disk(2, errno.ENOSPC).spinning(), pytest.raises(StoreError, match="p-4711") as caught:
            attempt.submitted("p-4711")
        assert f"--settle {DIGEST} --adopt p-4711" in caught.value.hint
        assert "make room" in caught.value.hint
        assert home.last.standing == "uncertain"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_no_name_appears_before_its_bytes_are_on_the_disk_and_none_stays_off_it(tmp_path: Path, links: bool) -> None:
    outputs = tmp_path / "deep" / "outputs"
    safe: set[int] = set()  # inodes whose content is on the disk
    loose: set[int] = set()  # folders with a name that is not
    seen: list[str] = []
    with Disk(links=links).spinning(), pytest.MonkeyPatch.context() as patch:
        counted = {name: getattr(os, name) for name in ("fsync", "link", "rename", "mkdir")}

        def fsync(descriptor: int) -> None:
            counted["fsync"](descriptor)
            safe.add(os.fstat(descriptor).st_ino)
            loose.discard(os.fstat(descriptor).st_ino)

        def named(call: str, source: Path | str, target: Path | str) -> None:
            assert Path(source).stat().st_ino in safe
            counted[call](source, target)
            loose.add(Path(target).parent.stat().st_ino)
            seen.append(Path(target).name)

        def mkdir(path: Path, *args: Any) -> None:
            counted["mkdir"](path, *args)
            loose.add(path.parent.stat().st_ino)

        patch.setattr(os, "fsync", fsync)
        patch.setattr(os, "link", lambda source, target: named("link", source, target))
        patch.setattr(os, "rename", lambda source, target: named("rename", source, target))
        patch.setattr(os, "mkdir", mkdir)
        with Store(outputs, clock).open(PAID) as home:
            attempt = home.begin(INTENT)
            assert not loose
            attempt.submitted("p1")
            assert not loose
            attempt.keep(temporary_with(attempt, CLIP), facts(CLIP))
            assert not loose
    assert seen == ["intent.json", "prediction.json", "clip.mp4", "take.json", "end.json"]


def test_folders_that_a_killed_process_left_off_the_disk_are_put_there_before_the_post(tmp_path: Path) -> None:
    attempt = tmp_path / "outputs" / PAID / "attempts" / "1"
    attempt.mkdir(parents=True)
    synced: set[int] = set()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: synced.add(os.fstat(descriptor).st_ino))
        with Store(tmp_path / "outputs", clock).open(PAID) as home:
            home.begin(INTENT)
    above = [attempt, *attempt.parents]
    assert {path.stat().st_ino for path in above[: above.index(tmp_path) + 1]} <= synced


def test_previs_never_waits_for_the_disk(tmp_path: Path) -> None:
    with Disk().spinning() as disk:
        shoot(Store(tmp_path, clock), [], PREVIS)
    assert "fsync" not in {name for name, _ in disk.trace}


# --- any order of steps and crashes

Stand = tuple[str, int]  # how far the newest attempt is, and its number


class Life(RuleBasedStateMachine):
    """Two takes of one request, worked on by processes that die or fail anywhere, against a model of what may be."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs = Path(tempfile.mkdtemp())
        self.store = Store(self.outputs, clock)
        self.model: dict[int, Stand] = {1: ("none", 0), 2: ("none", 0)}
        self.kept: dict[int, bytes] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.outputs)

    @rule(
        step=st.sampled_from(["begin", "begin", "submit", "submit", "keep", "keep", "fail", "abandon", "restore"]),
        take=st.integers(1, 2),
        at=st.none() | st.integers(1, 50),
        fault=st.sampled_from([KILL, KILL, errno.ENOSPC, errno.EIO]),
        links=st.booleans(),
    )
    def work(self, step: str, take: int, at: int | None, fault: int, links: bool) -> None:
        before = self.model[take]
        after = self.allowed(step, take)
        with Disk(at, fault, links=links).spinning() as disk:
            try:
                self.do(step, take)
                done = True
            except (Killed, StoreError):
                done = False
        found = self.read(take)
        if disk.struck:
            assert found in (before, after)
            assert not done or found == after
        else:
            assert done == (after is not None)
            assert found == (after or before)
        self.model[take] = found

    @rule(take=st.integers(1, 2))
    def lose_the_clip(self, take: int) -> None:
        if self.model[take][0] == "kept":
            (self.folder(take) / "clip.mp4").unlink()
            self.model[take] = ("absent", self.model[take][1])

    @invariant()
    def at_most_one_attempt_is_unresolved(self) -> None:
        unresolved = [stand for stand in self.model.values() if stand[0] in ("uncertain", "submitted")]
        assert len(unresolved) <= 1
        view = self.store.view(ORIGIN, [DIGEST])
        assert len(view.uncertain) + len(view.open) == len(unresolved)

    @invariant()
    def an_attempt_follows_only_one_that_ended(self) -> None:
        for take, (_, last) in self.model.items():
            for number in range(1, last):
                assert (self.folder(take) / f"attempts/{number}/end.json").is_file()
            assert not (self.folder(take) / f"attempts/{last + 1}/intent.json").exists()

    @invariant()
    def what_is_kept_never_changes(self) -> None:
        for take, (stand, _) in self.model.items():
            if stand in ("kept", "absent"):
                now = (self.folder(take) / "take.json").read_bytes()
                assert self.kept.setdefault(take, now) == now
            else:
                assert take not in self.kept
            if stand == "kept":
                prediction = json.loads(self.kept[take])["prediction"]
                assert (self.folder(take) / "clip.mp4").read_bytes() == prediction.encode()

    def allowed(self, step: str, take: int) -> Stand | None:
        stand, number = self.model[take]
        unresolved = stand in ("uncertain", "submitted")
        neighbour = self.model[3 - take][0] in ("uncertain", "submitted")
        steps: dict[str, tuple[bool, Stand]] = {
            "begin": (stand in ("none", "ended") and not neighbour, ("uncertain", number + 1)),
            "submit": (stand == "uncertain", ("submitted", number)),
            "keep": (stand == "submitted", ("kept", number)),
            "fail": (unresolved, ("ended", number)),
            "abandon": (unresolved, ("ended", number)),
            "restore": (stand == "absent", ("kept", number)),
        }
        legal, after = steps[step]
        return after if legal else None

    def do(self, step: str, take: int) -> None:
        with self.store.open(take_home(ORIGIN, DIGEST, take)) as home:
            if step == "begin":
                home.begin(INTENT)
            elif step == "restore":
                clip = home.absent.prediction.encode() if home.absent else b""
                temporary = home.temporary()
                temporary.write_bytes(clip)
                home.restore(temporary)
            elif step == "submit":
                home.resume().submitted(f"take {take} attempt {home.last.number}")
            elif step == "keep":
                attempt = home.resume()
                clip = attempt.prediction.encode()
                attempt.keep(attempt.rescued() or temporary_with(attempt, clip), facts(clip))
            else:
                home.resume().end("failed" if step == "fail" else "abandoned")

    def read(self, take: int) -> Stand:
        folder = self.folder(take)
        if not folder.exists():
            return ("none", 0)
        with self.store.open(take_home(ORIGIN, DIGEST, take)) as home:
            assert not list(folder.rglob(".part-*"))
            stand = "kept" if home.take else "absent" if home.absent else home.last.standing
            return (stand, home.last.number)

    def folder(self, take: int) -> Path:
        return self.outputs / take_home(ORIGIN, DIGEST, take)


def test_no_order_of_steps_and_crashes_buys_twice_or_changes_what_is_kept() -> None:
    checks = [HealthCheck.too_slow]
    run_state_machine_as_test(
        Life, settings=settings(max_examples=50, stateful_step_count=25, deadline=None, suppress_health_check=checks)
    )
