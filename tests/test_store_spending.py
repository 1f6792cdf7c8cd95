"""What is counted of each attempt, and which uploads are still good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.store import Bill, Home, Intent, Store, take_home
from pipeline.take import MediaFacts

ORIGIN = "https://api.wavespeed.ai"
OTHER = "http://127.0.0.1:8017"
PRICE = Decimal("0.40")
SHA256 = "a" * 64
ADDRESS = "https://static.wavespeed.ai/media/1.png"


class Clock:
    now = datetime(2026, 11, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path / "outputs", clock)


def request(name: object) -> dict[str, Any]:
    return {"format": 1, "model": "a/b", "inputs": {"prompt": str(name)}}


def home(name: object, number: int = 1, origin: str = ORIGIN) -> str:
    return take_home(origin, digest_of(request(name)), number)


def intent(name: object, price: Decimal | None = PRICE) -> Intent:
    return Intent(request(name), "film", "main", f"sh{name}", price)


def keep(opened: Home, name: object, prediction: str) -> None:
    attempt = opened.begin(intent(name))
    attempt.submitted(prediction)
    clip = attempt.temporary()
    clip.write_bytes(b"film")
    attempt.keep(clip, MediaFacts(SHA256, 4, "video", "mp4"))


# --- attempts


def test_every_attempt_is_told_with_its_money_and_its_take(store: Store) -> None:
    with store.open(home(1)) as opened:
        opened.begin(intent(1)).end("turned_away", 429, "too many")
        opened.begin(intent(1)).end("abandoned", message="given up by hand")
        attempt = opened.begin(intent(1))
        attempt.submitted("p3")
        attempt.end("failed", 1403, "no reason")
        keep(opened, 1, "p4")
    found = list(store.attempts(ORIGIN))
    assert [(one.state.number, one.state.outcome, one.usd, bool(one.take)) for one in found] == [
        (1, "turned_away", 0, False),
        (2, "abandoned", PRICE, False),
        (3, "failed", PRICE, False),
        (4, "done", PRICE, True),
    ]
    assert {one.home for one in found} == {home(1)}
    assert not any(one.unresolved for one in found)


def test_what_may_still_run_is_unresolved(store: Store) -> None:
    with store.open(home(1)) as opened:
        opened.begin(intent(1))
    with store.open(home(2)) as opened:
        opened.begin(intent(2)).submitted("p2")
    assert [one.unresolved for one in store.attempts(ORIGIN)] == [True, True]
    assert store.predictions(ORIGIN) == {"p2"}


def test_takes_of_one_request_and_origins_are_apart(store: Store) -> None:
    for number in (1, 2, 10):
        with store.open(home(1, number)) as opened:
            keep(opened, 1, f"p{number}")
    with store.open(home(1, 1, OTHER)) as opened:
        keep(opened, 1, "elsewhere")
    assert [one.state.prediction for one in store.attempts(ORIGIN)] == ["p1", "p2", "p10"]
    assert store.predictions(OTHER) == {"elsewhere"}


def test_an_attempt_whose_process_died_before_anything_was_sent_is_none(store: Store, tmp_path: Path) -> None:
    (tmp_path / "outputs" / home(1) / "attempts" / "1").mkdir(parents=True)
    assert list(store.attempts(ORIGIN)) == []


def test_a_take_ends_its_attempt_also_where_the_process_died_before_the_end(store: Store, tmp_path: Path) -> None:
    with store.open(home(1)) as opened:
        keep(opened, 1, "p1")
    (tmp_path / "outputs" / home(1) / "attempts" / "1" / "end.json").unlink()
    (one,) = store.attempts(ORIGIN)
    assert (one.state.outcome, one.unresolved, one.take is not None) == ("done", False, True)


def test_a_take_counts_wherever_its_clip_is(store: Store, tmp_path: Path) -> None:
    with store.open(home(1)) as opened:
        keep(opened, 1, "p1")
    (tmp_path / "outputs" / home(1) / "clip.mp4").unlink()
    (one,) = store.attempts(ORIGIN)
    assert one.take
    assert one.usd == PRICE


def test_a_bill_stands_with_its_attempt_and_may_be_mended_by_a_refund(store: Store) -> None:
    with store.open(home(1)) as opened:
        keep(opened, 1, "p1")
    for bill in (Bill(Decimal("0.34"), Decimal(0)), Bill(Decimal("0.34"), Decimal("0.34"))):
        (one,) = store.attempts(ORIGIN)
        store.billed(one, bill)
        (one,) = store.attempts(ORIGIN)
        assert one.bill == bill
        assert one.usd == bill.charged_usd - bill.refunded_usd


def test_folders_that_are_no_takes_are_passed_over(store: Store, tmp_path: Path) -> None:
    with store.open(home(1)) as opened:
        keep(opened, 1, "p1")
    shelf = tmp_path / "outputs" / "takes" / "api.wavespeed.ai"
    (shelf / "uploads").mkdir()
    (shelf / ".DS_Store").write_bytes(b"")
    (shelf / digest_of(request(1)) / "notes").mkdir()
    assert len(list(store.attempts(ORIGIN))) == 1


@pytest.mark.parametrize("name", ["intent.json", "prediction.json", "bill.json", "../../take.json"])
def test_a_damaged_record_is_told(store: Store, tmp_path: Path, name: str) -> None:
    with store.open(home(1)) as opened:
        keep(opened, 1, "p1")
    (tmp_path / "outputs" / home(1) / "attempts" / "1" / name).write_text("{")
    with pytest.raises(StoreError, match=r"\.json"):
        list(store.attempts(ORIGIN))


# --- uploads


def test_an_upload_is_found_by_what_is_in_it(store: Store) -> None:
    store.uploads(ORIGIN).keep(SHA256, ADDRESS)
    assert store.uploads(ORIGIN).find(SHA256) == ADDRESS
    assert store.uploads(ORIGIN).find("b" * 64) is None
    assert store.uploads(OTHER).find(SHA256) is None


def test_an_upload_is_good_for_six_days(store: Store, clock: Clock) -> None:
    began = clock.now
    store.uploads(ORIGIN).keep(SHA256, ADDRESS)
    for age, good in ((timedelta(days=5, hours=23), True), (timedelta(days=6), False), (timedelta(hours=-1), False)):
        clock.now = began + age
        assert bool(store.uploads(ORIGIN).find(SHA256)) is good


def test_an_upload_that_is_made_again_or_forgotten_is_so(store: Store) -> None:
    uploads = store.uploads(ORIGIN)
    uploads.keep(SHA256, ADDRESS)
    uploads.keep(SHA256, f"{ADDRESS}.again")
    assert uploads.find(SHA256) == f"{ADDRESS}.again"
    uploads.forget(SHA256)
    uploads.forget(SHA256)
    assert uploads.find(SHA256) is None


@pytest.mark.parametrize(
    "address",
    [f"{ADDRESS}?X-Amz-Signature=s3cr3t", f"{ADDRESS}#s3cr3t", "https://user:s3cr3t@static.wavespeed.ai/1.png"],
)
def test_an_address_that_holds_a_secret_is_not_written_down(store: Store, tmp_path: Path, address: str) -> None:
    store.uploads(ORIGIN).keep(SHA256, address)
    assert store.uploads(ORIGIN).find(SHA256) is None
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("address", ["http://[", "", "no address", "ftp://x/y"])
def test_what_is_no_address_costs_an_upload_and_no_error(store: Store, address: str) -> None:
    store.uploads(ORIGIN).keep(SHA256, address)
    assert store.uploads(ORIGIN).find(SHA256) is None


def test_a_disk_that_fails_costs_an_upload_and_no_error(store: Store, tmp_path: Path) -> None:
    shelf = tmp_path / "outputs" / "takes" / "api.wavespeed.ai"
    shelf.mkdir(parents=True)
    (shelf / "uploads").write_bytes(b"in the way")
    store.uploads(ORIGIN).keep(SHA256, ADDRESS)
    assert store.uploads(ORIGIN).find(SHA256) is None
    store.uploads(ORIGIN).forget(SHA256)


def test_a_damaged_note_costs_an_upload_and_no_error(store: Store, tmp_path: Path) -> None:
    store.uploads(ORIGIN).keep(SHA256, ADDRESS)
    (file,) = (path for path in tmp_path.rglob("*.json"))
    file.write_text("{")
    assert store.uploads(ORIGIN).find(SHA256) is None
