"""Previs that nobody uses goes after a month; nothing that was paid for ever does."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.plain import digest_of
from pipeline.store import Intent, Store, previs_home, take_home
from pipeline.store.locks import holding
from pipeline.take import MediaFacts

NOW = datetime(2026, 11, 29, tzinfo=UTC)
ORIGIN = "https://api.wavespeed.ai"
REQUEST = {"format": 1}
FRESH, OLD = previs_home(4, "a" * 64, "b" * 64), previs_home(4, digest_of(REQUEST), "d" * 64)
OLDER_DRAWING = previs_home(3, "a" * 64, "b" * 64)
PAID = take_home(ORIGIN, "e" * 64, 1)


def put(outputs: Path, home: str, days: float) -> Path:
    """A home whose take.json is so many days old."""
    folder = outputs / home
    folder.mkdir(parents=True)
    (folder / "clip.mp4").write_bytes(b"a clip")
    kept = folder / "take.json"
    kept.write_text("{}")
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(kept, (at, at))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path, lambda: NOW)


def test_only_previs_that_nobody_used_for_a_month_goes(tmp_path: Path, store: Store) -> None:
    fresh, old, older, paid = (
        put(tmp_path, home, days) for home, days in ((FRESH, 29), (OLD, 31), (OLDER_DRAWING, 40), (PAID, 4000))
    )
    store.clear_previs()
    assert (fresh.exists(), old.exists(), older.exists(), paid.exists()) == (True, False, False, True)


def test_what_is_used_stays(tmp_path: Path, store: Store) -> None:
    with store.open(OLD) as home:
        attempt = home.begin(Intent(REQUEST, "film", "main", "sh010", None))
        attempt.submitted("p1")
        clip = attempt.temporary()
        clip.write_bytes(b"a clip")
        attempt.keep(clip, MediaFacts(kind="video", sha256="0" * 64, size_bytes=6, format="mp4"))
    take = store.kept(OLD)
    assert take
    at = (NOW - timedelta(days=31)).timestamp()
    os.utime(tmp_path / OLD / "take.json", (at, at))
    store.note_use(take)
    store.clear_previs()
    assert store.kept(OLD) == take


def test_what_somebody_is_at_work_in_stays(tmp_path: Path, store: Store) -> None:
    folder = put(tmp_path, OLD, 31)
    with holding(folder / "lock"):
        store.clear_previs()
        assert (folder / "clip.mp4").exists()


def test_nothing_that_is_no_previs_is_touched(tmp_path: Path, store: Store) -> None:
    others = [tmp_path / "previs" / name for name in ("mine", f"4/{'c' * 64}", f"x/{'c' * 64}-{'d' * 64}")]
    for folder in others:
        put(tmp_path, str(folder.relative_to(tmp_path)), 400)
    (tmp_path / "elsewhere").mkdir()
    put(tmp_path, f"elsewhere/{'c' * 64}-{'d' * 64}", 400)
    (tmp_path / "previs" / "5").symlink_to(tmp_path / "elsewhere")
    store.clear_previs()
    assert all((folder / "clip.mp4").exists() for folder in others)
    assert len(list((tmp_path / "elsewhere").glob("*/clip.mp4"))) == 1


def test_where_there_is_none_nothing_happens(tmp_path: Path, store: Store) -> None:
    store.clear_previs()
    assert not list(tmp_path.iterdir())
