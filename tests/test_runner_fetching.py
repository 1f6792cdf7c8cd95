"""What is paid for is brought home: however late, odd or broken its answers are, nothing is bought again for it."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.errors import Absent, GenerationError, OutOfCredit, RefusedByApi, StillOpen, StoryreelError
from pipeline.runner import failure, fetching
from pipeline.server.conduct import Fault
from pipeline.store import Limits
from pipeline.take import Take
from pipeline.wire import Prediction
from tests.shop import SETTLE, Shop, opened, order, paid

ODD = ("late_404", "flapping", "unknown_status", "empty_outputs", "object_outputs", "nanosecond_times", "null_fields")
BROKEN = ("expired_address", "truncated_download", "empty_download")


def forget(shop: Shop, *, records: bool) -> None:
    """The clip is gone, or everything that is known of the take."""
    for path in shop.outputs.rglob("*"):
        if path.name == "clip.mp4" or (records and path.suffix == ".json" and path.name != "gate.json"):
            path.unlink()


@pytest.mark.parametrize("kind", [*ODD, *BROKEN])
def test_whatever_the_api_says_on_the_way_the_clip_is_kept(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, Fault(kind)) as shop:
        take = shop.bought(order("a"))
        assert (shop.outputs / take.home / "clip.mp4").stat().st_size == take.clip.size_bytes
        assert len(shop.double.accepted()) == 1
    assert not list(shop.outputs.rglob(".part-*"))


@pytest.mark.parametrize("kind", ["not_a_clip", "truncated_download", "redirect_private"])
def test_a_download_that_always_fails_leaves_the_take_open_and_buys_nothing(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, Fault(kind, times=0)) as shop:
        for _ in range(2):
            (error,) = shop.shoot(order("a"))
            assert isinstance(error, StoryreelError)
            assert shop.last(order("a")).standing == "submitted"
        assert len(shop.double.accepted()) == 1
    assert not list(shop.outputs.rglob("*.mp4"))


def test_a_failed_generation_ends_its_attempt_with_the_apis_code(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("task_fails", code=1200, most=1), limits=Limits(0, 1)) as shop:
        (error,) = shop.shoot(order("a"))
        assert isinstance(error, RefusedByApi)
        assert error.code == 1200
        last = shop.last(order("a"))
        assert (last.outcome, last.code) == ("failed", 1200)
        assert isinstance(shop.bought(order("b")), Take)  # its place is free
    assert shop.gate.run_usd == Decimal("0.80")  # it may be charged


@pytest.mark.parametrize(("code", "kind"), [(1407, OutOfCredit), (1200, RefusedByApi), (0, RefusedByApi)])
def test_a_failure_says_what_it_means(code: int, kind: type[GenerationError]) -> None:
    error = failure(Prediction("p1", "a/b", "failed", error="no faces", code=code), order("a"))
    assert type(error) is kind
    assert (error.code, error.prediction) == (code, "p1")
    assert "no faces" in error.message


@pytest.mark.parametrize("kind", ["page_download", "not_a_clip"])
def test_what_is_no_clip_is_fetched_by_the_next_run(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, Fault(kind)) as shop:
        assert isinstance(shop.shoot(order("a"))[0], StoryreelError)
        shop.bought(order("a"))
        assert len(shop.double.accepted()) == 1


def test_a_job_past_its_longest_time_stays_open_and_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_LEAST_WAIT_S", 0.1)
    with opened(tmp_path, Fault("stuck", most=1)) as shop:
        shop.timing = {"longest_s": 0}
        for _ in range(2):
            (error,) = shop.shoot(order("a"))
            assert isinstance(error, StillOpen)
            assert shop.last(order("a")).standing == "submitted"
        assert len(shop.double.accepted()) == 1


def test_an_id_that_the_api_has_forgotten_is_told_with_the_way_on(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        shop.left_behind(order("a"), "long-gone")
        (error,) = shop.shoot(order("a"))
        assert isinstance(error, RefusedByApi)
        assert "long-gone" in error.message
        assert f"{SETTLE} {order('a').digest[:12]} --abandon" in error.hint
        assert not shop.double.accepted()
    assert shop.last(order("a")).standing == "submitted"


def test_a_clip_that_a_dead_process_had_whole_is_kept_and_not_fetched_again(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        home = shop.outputs / take.home
        (home / "take.json").unlink()
        (home / "attempts" / "1" / "end.json").unlink()
        before = shop.double.ledger()["requests"]
        assert shop.bought(order("a")) == take
        assert shop.double.ledger()["requests"] == before


# --- absent takes


def test_an_absent_clip_is_fetched_again_by_its_id(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        forget(shop, records=False)
        assert shop.bought(order("a", absent=paid(take))) == take
        assert len(shop.double.accepted()) == 1
    assert shop.store.kept(take.home) == take


def test_a_take_that_the_lock_alone_knows_is_fetched_and_written_down(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        forget(shop, records=True)
        again = shop.bought(order("a", absent=paid(take)))
        assert (again.prediction, again.clip.sha256) == (take.prediction, take.clip.sha256)
        assert len(shop.double.accepted()) == 1
    assert shop.last(order("a")).outcome == "done"


@pytest.mark.parametrize("records", [True, False])
def test_an_absent_take_that_the_api_has_deleted_is_not_bought_again(tmp_path: Path, records: bool) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        forget(shop, records=records)
        gone = replace(paid(take), prediction="long-gone")
        for _ in range(2):
            (error,) = shop.shoot(order("a", absent=gone))
            assert isinstance(error, Absent)
            assert "--regenerate-absent" in error.hint
        assert len(shop.double.accepted()) == 1


def test_another_clip_under_the_id_of_a_take_is_refused_again_and_again(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        forget(shop, records=True)
        other = replace(paid(take), sha256="f" * 64)
        for _ in range(2):
            (error,) = shop.shoot(order("a", absent=other))
            assert isinstance(error, Absent)
            assert "another clip" in error.message
            assert shop.last(order("a")).standing == "none"
    assert not list(shop.outputs.rglob("*.mp4"))


def test_another_clip_for_a_take_that_the_store_knows_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        take = shop.bought(order("a"))
        forget(shop, records=False)
        file = shop.outputs / take.home / "take.json"
        record = json.loads(file.read_text())
        record["clip"]["sha256"] = "f" * 64
        file.write_text(json.dumps(record))
        (error,) = shop.shoot(order("a", absent=paid(take)))
        assert "not the clip" in error.message
    assert not list(shop.outputs.rglob("*.mp4"))


def test_a_neighbours_take_is_used_and_nothing_bought(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        other = Shop(tmp_path, shop.double)
        take = other.bought(order("a"))
        assert shop.bought(order("a")) == take
        assert len(shop.double.accepted()) == 1
