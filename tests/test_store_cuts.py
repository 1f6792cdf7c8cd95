"""The cuts found in a take are kept beside it, may be lost, and are never an error."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline import media
from pipeline.plain import digest_of
from pipeline.schema import violations
from pipeline.store import Intent, Store, take_home
from pipeline.store import cuts as keeping
from pipeline.take import FoundCut, MediaFacts, Take

ORIGIN = "https://api.wavespeed.ai"
REQUEST: dict[str, Any] = {"format": 1, "model": "a/b", "inputs": {"prompt": "The sea."}}
DIGEST = digest_of(REQUEST)
CLIP = b"a clip"
CUTS = (FoundCut(31, Fraction(31031, 30000), 0.812), FoundCut(120, Fraction(4), 1.0))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, lambda: datetime(2026, 11, 28, tzinfo=UTC))


@pytest.fixture
def take(store: Store) -> Take:
    with store.open(take_home(ORIGIN, DIGEST, 1)) as home:
        attempt = home.begin(Intent(REQUEST, "film", "main", "sh010", None))
        attempt.submitted("p1")
        clip = attempt.temporary()
        clip.write_bytes(CLIP)
        return attempt.keep(clip, MediaFacts(hashlib.sha256(CLIP).hexdigest(), len(CLIP), "video", "mp4"))


def known(store: Store) -> tuple[FoundCut, ...] | None:
    return store.view(ORIGIN, [DIGEST]).cuts.get((DIGEST, 1))


def test_what_was_found_comes_back_as_it_was(store: Store, take: Take, tmp_path: Path) -> None:
    assert known(store) is None, "nobody has looked"
    store.found_cuts(take, CUTS)
    assert known(store) == CUTS
    record = json.loads((tmp_path / take.home / "cuts.json").read_text())
    assert list(violations("store/cuts.schema.json", record)) == []
    store.found_cuts(take, ())
    assert known(store) == (), "somebody has looked, and there is none"


@pytest.mark.parametrize(
    "change",
    [{"sha256": "0" * 64}, {"version": "0"}, {"format": 2}, {"cuts": [{"frame": 1}]}, {"cuts": None}, {"more": 1}],
    ids=str,
)
def test_a_file_of_anything_else_says_that_nobody_looked(
    store: Store, take: Take, tmp_path: Path, change: dict[str, Any]
) -> None:
    store.found_cuts(take, CUTS)
    file = tmp_path / take.home / "cuts.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    assert known(store) is None


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000, b'{"format": NaN}'], ids=range(5))
def test_a_damaged_file_says_that_nobody_looked(store: Store, take: Take, tmp_path: Path, content: bytes) -> None:
    (tmp_path / take.home / "cuts.json").write_bytes(content)
    assert known(store) is None


def test_another_way_to_find_them_looks_again(store: Store, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    store.found_cuts(take, CUTS)
    monkeypatch.setattr(keeping, "CUTS_VERSION", media.CUTS_VERSION + "+")
    assert known(store) is None


def test_nothing_is_kept_of_bytes_that_are_not_the_takes(store: Store, take: Take, tmp_path: Path) -> None:
    (tmp_path / take.home / "clip.mp4").write_bytes(b"b clip")
    store.found_cuts(take, CUTS)
    assert not (tmp_path / take.home / "cuts.json").exists()


def test_what_can_not_be_written_is_not_known_the_next_time(store: Store, take: Take, tmp_path: Path) -> None:
    (tmp_path / take.home / "cuts.json").mkdir()
    store.found_cuts(take, CUTS)
    assert known(store) is None
