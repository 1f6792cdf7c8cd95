"""What checks said of a take is kept beside it, may be lost, and is never an error."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.schema import violations
from pipeline.store import Intent, Look, Store, take_home
from pipeline.take import Flag, MediaFacts, Take

ORIGIN = "https://api.wavespeed.ai"
REQUEST: dict[str, Any] = {"format": 1, "model": "a/b", "inputs": {"prompt": "The sea."}}
DIGEST = digest_of(REQUEST)
LOOKS = {
    "storyreel": Look("1", (Flag("black", "black from 1 s to 2 s", "storyreel", Fraction(1), Fraction(49, 24)),)),
    "./qc.py": Look("a", (Flag("hands", "six fingers", "./qc.py"),)),
    "./other.py": Look("b", ()),
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, lambda: datetime(2026, 11, 28, tzinfo=UTC))


@pytest.fixture
def take(store: Store) -> Take:
    with store.open(take_home(ORIGIN, DIGEST, 1)) as home:
        attempt = home.begin(Intent(REQUEST, "film", "main", "sh010", None, dialogue=True))
        attempt.submitted("p1")
        clip = attempt.temporary()
        clip.write_bytes(b"a clip")
        return attempt.keep(clip, MediaFacts("0" * 64, 6, "video", "mp4"))


def file_of(tmp_path: Path, take: Take) -> Path:
    return tmp_path / take.home / "flags.json"


def test_a_take_that_nobody_looked_at_has_no_looks(store: Store, take: Take) -> None:
    assert store.looks(take) == {}
    assert store.view(ORIGIN, [DIGEST]).flags == {}


def test_what_was_said_comes_back_as_it_was(store: Store, take: Take, tmp_path: Path) -> None:
    store.looked(take, LOOKS)
    assert store.looks(take) == LOOKS
    flags = (*LOOKS["storyreel"].flags, *LOOKS["./qc.py"].flags)
    assert store.view(ORIGIN, [DIGEST]).flags == {(DIGEST, 1): flags}
    record = json.loads(file_of(tmp_path, take).read_text())
    assert list(violations("store/flags.schema.json", record)) == []
    store.looked(take, {})
    assert store.looks(take) == {}, "it may be written again"


RIGHT = b'{"format": 1, "sha256": "%s", "looks": ' % (b"0" * 64)
BROKEN = [
    b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b"\xff", b'{"format": 2}', b'{"format": 1}', b'{"looks": NaN}',
    RIGHT.replace(b"0" * 64, b"1" * 64) + b"[]}",
    RIGHT + b'[{"check": 1}]}',
    RIGHT + b'[{"check": "a", "version": "1", "flags": [{"code": "x", "message": "y", "from_s": "1/0", "to_s": ""}]}]}',
]  # fmt: skip


@pytest.mark.parametrize("content", BROKEN)
def test_whatever_is_wrong_with_the_file_says_that_nobody_looked(
    store: Store, take: Take, tmp_path: Path, content: bytes
) -> None:
    file_of(tmp_path, take).write_bytes(content)
    assert store.looks(take) == {}
    assert store.view(ORIGIN, [DIGEST]).takes[DIGEST] == (take,)


def test_something_else_in_its_place_does_no_harm(store: Store, take: Take, tmp_path: Path) -> None:
    file_of(tmp_path, take).mkdir()
    store.looked(take, LOOKS)
    assert store.looks(take) == {}


def test_a_home_behind_a_link_is_not_written_into(store: Store, take: Take, tmp_path: Path) -> None:
    home, elsewhere = tmp_path / take.home, tmp_path / "elsewhere"
    home.rename(elsewhere)
    home.symlink_to(elsewhere)
    store.looked(take, LOOKS)
    assert not (elsewhere / "flags.json").exists()


def test_looking_never_touches_the_take(store: Store, take: Take, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in (tmp_path / take.home).rglob("*") if path.is_file()}
    store.looked(take, LOOKS)
    file_of(tmp_path, take).unlink()
    after = {path: path.read_bytes() for path in (tmp_path / take.home).rglob("*") if path.is_file()}
    assert after == before
    with store.open(take.home) as home:
        assert home.take == take
        with pytest.raises(StoreError, match="kept already"):
            home.begin(Intent(REQUEST, "film", "main", "sh010", None))


def test_an_intent_says_whether_somebody_is_to_be_heard(store: Store, take: Take, tmp_path: Path) -> None:
    intent = store.intent_of(take.home)
    assert intent is not None
    assert intent.dialogue
    path = tmp_path / take.home / "attempts" / "1" / "intent.json"
    record = json.loads(path.read_text())
    del record["dialogue"]
    path.write_text(json.dumps(record))
    old = store.intent_of(take.home)
    assert old is not None
    assert not old.dialogue, "those of before are read all the same"
    assert digest_of(record["request"]) == DIGEST, "it is no part of the digest"
