"""What is damaged is named, never taken for nothing, and no link leads out of the store."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.store import Home, Intent, Store, previs_home, take_home
from pipeline.take import MediaFacts, Take

ORIGIN = "https://api.wavespeed.ai"
REQUEST = {"format": 1, "model": "a/b", "inputs": {"prompt": "A lighthouse.", "duration": 5}}
DIGEST = digest_of(REQUEST)
INTENT = Intent(REQUEST, "film", "main", "sh010", Decimal("0.40"))
PAID = take_home(ORIGIN, DIGEST, 1)
PREVIS = previs_home(1, DIGEST, "d" * 64)
CLIP = b"not really a film " * 100


def facts(clip: bytes = CLIP) -> MediaFacts:
    sha256 = hashlib.sha256(clip).hexdigest()
    return MediaFacts(sha256, len(clip), "video", "mp4", 1280, 720, 120, Fraction(24000, 1001), Fraction(5))


def clock() -> datetime:
    return datetime(2026, 11, 3, 12, 30, 0, 250_000, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    return tmp_path / "outputs"


@pytest.fixture
def store(outputs: Path) -> Store:
    return Store(outputs, clock)


def keep(home: Home, prediction: str = "p1", clip: bytes = CLIP) -> Take:
    attempt = home.begin(INTENT)
    attempt.submitted(prediction)
    temporary = attempt.temporary()
    temporary.write_bytes(clip)
    return attempt.keep(temporary, facts(clip))


def bought(store: Store, home: str = PAID, clip: bytes = CLIP) -> Take:
    with store.open(home) as opened:
        return keep(opened, clip=clip)


def listing(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _with(**changes: Any) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **changes}).encode()


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut short": lambda content: content[:-5],
    "zeros": lambda content: b"\0" * len(content),
    "not UTF-8": lambda content: content.replace(b"2026", b"\xff\xfe"),
    "a list": lambda _: b"[]",
    "null": lambda _: b"null",
    "too deep": lambda _: b"[" * 100_000,
    "NaN": lambda content: content.replace(b'"format": 1', b'"format": NaN'),
    "huge number": lambda content: content.replace(b'"format": 1', b'"format": ' + b"9" * 5000),
    "no format": lambda content: content.replace(b'"format": 1,', b""),
    "format 0": _with(format=0),
    "format 2": _with(format=2),
    "format true": _with(format=True),
    "another key": _with(url="x"),
    "no such day": _with(at="2026-13-41T10:30:00Z"),
    "another zone": _with(at="2026-11-03T10:30:00+02:00"),
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize(
    "name", ["take.json", "attempts/1/intent.json", "attempts/1/prediction.json", "attempts/1/end.json"]
)
def test_a_damaged_file_is_named_and_never_taken_for_nothing(
    store: Store, outputs: Path, name: str, damage: str
) -> None:
    if name == "take.json":
        bought(store)
    else:
        with store.open(PAID) as home:
            attempt = home.begin(INTENT)
            attempt.submitted("p1")
            attempt.end("failed")
    path = outputs / PAID / name
    path.write_bytes(DAMAGE[damage](path.read_bytes()))
    before = listing(outputs)
    with store.open(PAID) as home:
        for read in (lambda: store.view(ORIGIN, [DIGEST]), lambda: home.last, lambda: home.begin(INTENT)):
            with pytest.raises(StoreError, match=re.escape(name)) as caught:
                read()
            assert caught.value.hint
    assert listing(outputs) == before


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("take.json", {"digest": "e" * 64}),
        ("take.json", {"number": 2}),
        ("take.json", {"prediction": "p2"}),
        ("attempts/1/intent.json", {"digest": "e" * 64}),
        ("attempts/1/intent.json", {"take": 2}),
        ("attempts/1/intent.json", {"attempt": 2}),
    ],
)
def test_a_file_in_a_folder_of_something_else_is_refused(
    store: Store, outputs: Path, name: str, changes: dict[str, Any]
) -> None:
    bought(store)
    (outputs / PAID / "attempts/1/end.json").unlink()
    path = outputs / PAID / name
    path.write_bytes(_with(**changes)(path.read_bytes()))
    with store.open(PAID) as home, pytest.raises(StoreError, match=name):
        home.begin(INTENT)


@pytest.mark.parametrize(
    "gone", ["attempts/1", "attempts/2/intent.json", "attempts/1/end.json", "attempts/1/intent.json"]
)
def test_a_history_with_a_hole_is_refused(store: Store, outputs: Path, gone: str) -> None:
    with store.open(PAID) as home:
        home.begin(INTENT).end("turned_away")
        home.begin(INTENT).end("turned_away")
    path = outputs / PAID / gone
    for file in path.iterdir() if path.is_dir() else [path]:
        file.unlink()
    if path.is_dir():
        path.rmdir()
    with store.open(PAID) as home, pytest.raises(StoreError, match="attempts"):
        home.begin(INTENT)


def test_an_end_with_a_take_that_is_gone_is_damage_and_no_leave_to_buy(store: Store, outputs: Path) -> None:
    bought(store)
    (outputs / PAID / "take.json").unlink()
    with store.open(PAID) as home, pytest.raises(StoreError, match=r"take\.json"):
        home.begin(INTENT)
    with pytest.raises(StoreError, match=r"take\.json"):
        store.view(ORIGIN, [DIGEST])


@pytest.mark.parametrize("home", [PAID, PREVIS], ids=["paid", "previs"])
def test_no_link_inside_the_store_is_followed(tmp_path: Path, home: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    bought(Store(elsewhere, clock), home)
    before = listing(elsewhere)
    parts = home.split("/")
    for depth in range(1, len(parts) + 1):
        outputs = tmp_path / str(depth)
        link = outputs.joinpath(*parts[:depth])
        link.parent.mkdir(parents=True)
        link.symlink_to(elsewhere.joinpath(*parts[:depth]), target_is_directory=True)
        store = Store(outputs, clock)
        with pytest.raises(StoreError, match="a link"), store.open(home):
            pass
        if home == PREVIS:
            assert store.kept(home) is None
            continue
        with pytest.raises(StoreError, match="a link"):
            store.kept(home)
        with pytest.raises(StoreError, match="a link"):
            store.view(ORIGIN, [DIGEST])
    assert listing(elsewhere) == before


@pytest.mark.parametrize(
    "name", ["take.json", "clip.mp4", "attempts", "attempts/1", "attempts/1/intent.json", "../lock"]
)
def test_no_linked_file_is_read_or_written(store: Store, outputs: Path, tmp_path: Path, name: str) -> None:
    bought(store)
    (outputs / PAID / name).rename(tmp_path / "elsewhere")
    (outputs / PAID / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="a link"):
        _touch(store)


def _touch(store: Store) -> None:
    with store.open(PAID) as home:
        assert home.take
        home.begin(INTENT)
