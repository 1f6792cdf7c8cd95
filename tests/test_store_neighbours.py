"""Live and dead neighbours: one writer at a time, in real processes and threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.store import Busy, Intent, Store, files, locks, previs_home, take_home

ORIGIN = "https://api.wavespeed.ai"
REQUEST = {"format": 1, "model": "a/b", "inputs": {"prompt": "A lighthouse."}}
DIGEST = digest_of(REQUEST)
INTENT = Intent(REQUEST, "film", "main", "sh010", None)
PAID = take_home(ORIGIN, DIGEST, 1)
PREVIS = previs_home(1, DIGEST, "d" * 64)
_PATIENCE_S = 20  # only a broken store makes anybody wait as long


def clock() -> datetime:
    return datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    return tmp_path / "outputs"


@pytest.fixture
def store(outputs: Path) -> Store:
    return Store(outputs, clock)


CHILD = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.errors import StoreError
from pipeline.store import Busy, Intent, Store, take_home
from pipeline.plain import digest_of

store = Store(Path(sys.argv[1]), lambda: datetime.now(UTC))
for line in sys.stdin:
    request = json.loads(line)
    try:
        with store.open(take_home("https://api.wavespeed.ai", digest_of(request), 1)) as home:
            home.begin(Intent(request, "film", "main", "sh010", None))
            print("began", flush=True)
            sys.stdin.readline()
    except StoreError as error:
        print("busy" if isinstance(error, Busy) else "refused", flush=True)
        sys.stdin.readline()
"""


class Neighbour:
    """Another process with the same store: told a request it begins an attempt, and holds on until told "next"."""

    def __init__(self, outputs: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(Path(pipeline.__file__).parents[1])}
        command = [sys.executable, "-c", CHILD, str(outputs)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, bufsize=1
        )

    def tell(self, value: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(value) + "\n")

    def answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def neighbour(outputs: Path) -> Iterator[Callable[[], Neighbour]]:
    started: list[Neighbour] = []

    def start() -> Neighbour:
        started.append(Neighbour(outputs))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        with suppress(BrokenPipeError):
            each.process.communicate()


def test_of_two_processes_that_begin_at_once_exactly_one_wins(
    outputs: Path, neighbour: Callable[[], Neighbour]
) -> None:
    both = neighbour(), neighbour()
    for number in range(25):
        for each in both:
            each.tell({**REQUEST, "inputs": {"prompt": str(number)}})
        assert sorted(each.answer() for each in both) in (["began", "busy"], ["began", "refused"])
        for each in both:
            each.tell("next")
    assert len(list(outputs.rglob("intent.json"))) == 25


def test_a_killed_process_frees_its_lock_and_leaves_its_intent_uncertain(
    store: Store, neighbour: Callable[[], Neighbour]
) -> None:
    other = neighbour()
    other.tell(REQUEST)
    assert other.answer() == "began"
    with pytest.raises(Busy), store.open(PAID):
        pass
    view = store.view(ORIGIN, [DIGEST])
    assert view.open == {DIGEST: ""}
    assert not view.uncertain
    other.kill()
    view = store.view(ORIGIN, [DIGEST])
    assert view.uncertain == {DIGEST}
    assert not view.open
    with store.open(PAID) as home:
        assert home.last.standing == "uncertain"
        with pytest.raises(StoreError, match="nobody knows"):
            home.begin(INTENT)


def test_the_lock_stays_until_a_step_in_another_thread_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, writing, go = Store(tmp_path, clock), threading.Event(), threading.Event()
    link = os.link

    def slow(source: Path, target: Path) -> None:
        writing.set()
        go.wait(_PATIENCE_S)
        link(source, target)

    opened = store.open(PAID)
    home = opened.__enter__()
    monkeypatch.setattr(os, "link", slow)
    begin = threading.Thread(target=home.begin, args=(INTENT,))
    leave = threading.Thread(target=opened.__exit__, args=(None, None, None))
    begin.start()
    assert writing.wait(_PATIENCE_S)
    leave.start()
    with pytest.raises(Busy), store.open(PAID):
        pass
    go.set()
    begin.join()
    leave.join()
    with store.open(PAID) as again:
        assert again.last.standing == "uncertain"
    with pytest.raises(ValueError, match="no longer open"):
        home.begin(INTENT)


def test_a_home_is_open_once_in_a_process_too(store: Store, outputs: Path) -> None:
    with store.open(PAID) as home:
        with pytest.raises(Busy) as caught, Store(outputs, clock).open(PAID):
            pass
        assert caught.value.hint
        assert home.last.standing == "none"
        with store.open(PREVIS):
            pass
    with store.open(PAID):
        pass


def test_a_home_is_open_once_where_locks_belong_to_the_whole_process(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_granted", lambda _: True)  # as over NFS, to the process that has it already
    with store.open(PAID) as home:
        with pytest.raises(Busy), store.open(PAID):
            pass
        home.begin(INTENT)
        assert store.view(ORIGIN, [DIGEST]).open == {DIGEST: ""}
    assert store.view(ORIGIN, [DIGEST]).uncertain == {DIGEST}


def test_a_lock_on_a_file_that_was_deleted_meanwhile_counts_for_nothing(
    store: Store, outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_: int) -> bool:
        (outputs / PAID / "../lock").resolve().unlink()
        return True

    (outputs / PAID).mkdir(parents=True)
    with monkeypatch.context() as patch:
        patch.setattr(locks, "_exclusive", late)
        with pytest.raises(Busy), store.open(PAID):
            pass
    with store.open(PAID) as home:
        home.begin(INTENT)


def test_a_look_at_the_lock_never_makes_it_busy(store: Store, outputs: Path) -> None:
    with store.open(PAID):
        pass
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            # As another process looks, which knows nothing of this one's own list.
            descriptor = os.open(outputs / PAID / "../lock", os.O_RDWR)
            locks._shared(descriptor)
            locks._release(descriptor)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(100):
            with store.open(PAID):
                assert locks.is_held(outputs / PAID / "../lock")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert not locks.is_held(outputs / PAID / "../lock")


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_of_many_writers_of_one_name_exactly_one_wins_even_without_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    start = threading.Barrier(8, timeout=_PATIENCE_S)
    for turn in range(5):
        won: list[bytes] = []

        def write(content: bytes, path: Path = tmp_path / f"{turn}.json", won: list[bytes] = won) -> None:
            start.wait()
            try:
                files.write_new(path, content, durable=False)
            except StoreError:
                return
            won.append(content)

        threads = [threading.Thread(target=write, args=(bytes([65 + number]) * 10_000,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert won == [(tmp_path / f"{turn}.json").read_bytes()]
    assert len(list(tmp_path.iterdir())) == 5


def _no_links(*_: Any, **__: Any) -> None:
    raise PermissionError(1, "Operation not permitted")
