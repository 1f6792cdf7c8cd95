"""What the store promises while nothing goes wrong: what it writes, what it tells and what it refuses."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import StoreError
from pipeline.plain import digest_of
from pipeline.schema import load, violations
from pipeline.store import AttemptState, Busy, Home, Intent, Store, previs_home, take_home
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


# --- what is written


def test_a_kept_take_lies_where_the_design_says_and_comes_back_as_it_was(store: Store, outputs: Path) -> None:
    take = bought(store)
    assert take == Take(DIGEST, 1, PAID, "p1", facts())
    assert store.kept(PAID) == take
    assert store.view(ORIGIN, [DIGEST]).takes == {DIGEST: (take,)}
    attempt = f"{DIGEST}/1/attempts/1"
    names = {f"{attempt}/intent.json", f"{attempt}/prediction.json", f"{attempt}/end.json"}
    names |= {f"{DIGEST}/lock", f"{DIGEST}/1/take.json", f"{DIGEST}/1/clip.mp4"}
    assert set(listing(outputs / "takes" / "api.wavespeed.ai")) == names


@pytest.mark.parametrize("home", [PAID, PREVIS], ids=["paid", "previs"])
def test_every_file_validates_against_its_schema(store: Store, outputs: Path, home: str) -> None:
    with store.open(home) as opened:
        opened.begin(Intent(REQUEST, "film", "", "sh010", None, {"format": 1})).end("failed", 1200, "no faces")
        keep(opened)
    paths = list((outputs / home).rglob("*.json"))
    assert {path.stem for path in paths} == {"intent", "prediction", "end", "take"}
    for path in paths:
        assert not list(violations(f"store/{path.stem}.schema.json", json.loads(path.read_text("utf-8"))))


@pytest.mark.parametrize("name", ["intent", "prediction", "end", "take", "flags"])
def test_every_property_of_a_schema_explains_itself_and_no_other_is_allowed(name: str) -> None:
    def check(schema: dict[str, Any]) -> None:
        assert schema["additionalProperties"] is False
        # What was added later has a default: takes of before are as good as ever.
        assert set(schema["required"]) == {name for name, one in schema["properties"].items() if "default" not in one}
        for each in schema["properties"].values():
            assert each["title"]
            assert each["description"].endswith(".")
            if "properties" in each:
                check(each)

    schema = dict(load(f"store/{name}.schema.json"))
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["properties"]["format"]["const"] == 1
    check(schema)


def test_times_are_in_utc_and_money_keeps_its_digits(store: Store, outputs: Path) -> None:
    intent = Intent(REQUEST, "film", "main", "sh010", Decimal("4E-1"))
    with store.open(PAID) as home:
        home.begin(intent)
        assert home.last.intent == intent
        assert home.last.begun == clock().astimezone(UTC)
    record = json.loads((outputs / PAID / "attempts/1/intent.json").read_text())
    assert record["at"] == "2026-11-03T10:30:00.250Z"
    assert record["price_usd"] == "0.4"
    assert (record["digest"], record["take"], record["attempt"]) == (DIGEST, 1, 1)


def test_words_of_any_script_stay_readable_and_half_a_surrogate_pair_survives(store: Store, outputs: Path) -> None:
    with store.open(PAID) as home:
        home.begin(INTENT).end("failed", 5000, "маяк \ud83d")
        assert home.last.message == "маяк \ud83d"
    assert "маяк" in (outputs / PAID / "attempts/1/end.json").read_text("utf-8")


def test_the_outputs_folder_may_be_a_link_to_a_larger_disk(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "outputs").symlink_to(tmp_path / "disk", target_is_directory=True)
    assert bought(Store(tmp_path / "outputs", clock)) == Store(tmp_path / "disk", clock).kept(PAID)


# --- buying once


def test_an_attempt_begins_only_after_the_one_before_has_ended(store: Store) -> None:
    with store.open(PAID) as home:
        assert home.last == AttemptState()
        first = home.begin(INTENT)
        assert (home.last.number, home.last.standing) == (1, "uncertain")
        with pytest.raises(StoreError, match="nobody knows if its POST arrived"):
            home.begin(INTENT)
        first.submitted("p1")
        assert (home.last.standing, home.last.prediction) == ("submitted", "p1")
        with pytest.raises(StoreError, match="prediction p1 is not fetched"):
            home.begin(INTENT)
        first.end("failed", 1200, "no faces")
        last = home.last
        assert (last.standing, last.outcome, last.code, last.message) == ("ended", "failed", 1200, "no faces")
        assert home.begin(INTENT).number == 2


def test_a_take_already_paid_for_is_never_bought_again(store: Store, outputs: Path) -> None:
    bought(store)
    before = listing(outputs)
    for _ in range(2):
        with store.open(PAID) as home, pytest.raises(StoreError, match="kept already"):
            home.begin(INTENT)
        with store.open(PAID) as home, pytest.raises(StoreError, match="no attempt is open"):
            home.resume()
        before.pop(f"{PAID}/clip.mp4", None)
        (outputs / PAID / "clip.mp4").unlink(missing_ok=True)  # not even when its clip is lost
        assert listing(outputs) == before


@pytest.mark.parametrize("submitted", [False, True])
def test_two_takes_of_one_request_are_never_open_at_once(store: Store, submitted: bool) -> None:
    second = take_home(ORIGIN, DIGEST, 2)
    with store.open(PAID) as home:
        attempt = home.begin(INTENT)
        if submitted:
            attempt.submitted("p1")
        with pytest.raises(Busy), store.open(second):
            pass
    with store.open(second) as home, pytest.raises(StoreError, match="attempt 1 at take 1 has not ended"):
        home.begin(INTENT)
    with store.open(PAID) as home:
        home.resume().end("abandoned")
    assert bought(store, second).number == 2


def test_an_uncertain_attempt_can_be_adopted_or_given_up_but_not_begun_anew(store: Store) -> None:
    with store.open(PAID) as home:
        home.begin(INTENT)
    with store.open(PAID) as home:
        attempt = home.resume()
        assert (attempt.number, attempt.prediction) == (1, "")
        attempt.submitted("p1")
    with store.open(PAID) as home:
        attempt = home.resume()
        assert attempt.prediction == "p1"
        attempt.end("abandoned", message="given up")


def test_steps_out_of_order_are_refused(store: Store) -> None:
    with store.open(PAID) as home:
        attempt = home.begin(INTENT)
        temporary = attempt.temporary()
        temporary.write_bytes(CLIP)
        with pytest.raises(StoreError, match="uncertain"):
            attempt.keep(temporary, facts())
        with pytest.raises(ValueError, match="no prediction"):
            attempt.submitted("")
        attempt.submitted("p1")
        with pytest.raises(StoreError, match="p2"):
            attempt.submitted("p2")
        with pytest.raises(ValueError, match="turned nothing away"):
            attempt.end("turned_away")
        attempt.keep(temporary, facts())
        for late in (lambda: attempt.end("failed"), lambda: attempt.keep(temporary, facts())):
            with pytest.raises(StoreError, match="ended"):
                late()
        assert home.last.prediction == "p1"
    with pytest.raises(ValueError, match="no longer open"):
        attempt.temporary()


def test_a_request_is_never_filed_under_the_digest_of_another(store: Store, outputs: Path) -> None:
    other = Intent({**REQUEST, "model": "c/d"}, "film", "main", "sh010", None)
    with store.open(PAID) as home, pytest.raises(ValueError, match="not the one"):
        home.begin(other)
    assert not list(outputs.rglob("*.json"))


def test_a_clip_of_another_length_than_inspected_is_not_kept(store: Store, outputs: Path) -> None:
    with store.open(PAID) as home:
        attempt = home.begin(INTENT)
        attempt.submitted("p1")
        temporary = attempt.temporary()
        temporary.write_bytes(CLIP[:-1])
        with pytest.raises(StoreError, match=f"{len(CLIP) - 1} bytes of {len(CLIP)}"):
            attempt.keep(temporary, facts())
        assert home.last.standing == "submitted"
        with pytest.raises(ValueError, match="not in the home"):
            attempt.keep(outputs / "elsewhere.mp4", facts())
    assert not list(outputs.rglob("clip*"))
    assert not list(outputs.rglob("take.json"))


def test_the_view_tells_every_state_apart(store: Store, outputs: Path) -> None:
    requests = [{"format": 1, "model": "a/b", "inputs": {"prompt": str(number)}} for number in range(7)]
    kept, absent, uncertain, submitted, failed, ended, never = digests = [digest_of(request) for request in requests]
    for digest, request in zip(digests, requests, strict=True):
        intent = Intent(request, "film", "main", "sh010", None)
        with store.open(take_home(ORIGIN, digest, 1)) as home:
            if digest == never:
                continue
            attempt = home.begin(intent)
            if digest == uncertain:
                assert store.view(ORIGIN, digests).open == {digest: ""}  # its neighbour lives
                continue
            if digest == ended:
                attempt.end("turned_away", 429)
                continue
            attempt.submitted(f"p {digest}")
            if digest == failed:
                attempt.end("failed", 1200)
            elif digest != submitted:
                temporary = attempt.temporary()
                temporary.write_bytes(CLIP)
                attempt.keep(temporary, facts())
    (outputs / take_home(ORIGIN, absent, 1) / "clip.mp4").write_bytes(CLIP[1:])
    view = store.view(ORIGIN, [*digests, "e" * 64])
    assert view.origin == ORIGIN
    assert {digest: [take.number for take in takes] for digest, takes in view.takes.items()} == {kept: [1]}
    assert {digest: [take.number for take in takes] for digest, takes in view.absent.items()} == {absent: [1]}
    assert view.uncertain == {uncertain}
    assert view.open == {submitted: f"p {submitted}"}
    assert view.failed == {failed: 1200}
    assert store.view("http://127.0.0.1:8765", digests).takes == {}
    assert store.kept(take_home(ORIGIN, absent, 1)) is None


def test_a_view_of_ten_thousand_requests_looks_only_at_those_that_exist(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bought(store)
    looks: list[object] = []

    def counted(really: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def call(path: object, **options: Any) -> os.stat_result:
            looks.append(path)
            return really(path, **options)

        return call

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    view = store.view(ORIGIN, [DIGEST, *(f"{number:064x}" for number in range(10_000))])
    assert view.best(DIGEST)
    assert 0 < len(looks) < 50


def test_takes_come_in_the_order_of_their_numbers(store: Store) -> None:
    for number in (10, 2, 1):
        bought(store, take_home(ORIGIN, DIGEST, number))
    assert [take.number for take in store.view(ORIGIN, [DIGEST]).takes[DIGEST]] == [1, 2, 10]


# --- absent clips


def test_an_absent_clip_comes_back_only_as_the_same_bytes(store: Store, outputs: Path) -> None:
    take = bought(store)
    clip = outputs / PAID / "clip.mp4"
    clip.write_bytes(CLIP[:100])
    with store.open(PAID) as home:
        assert (home.take, home.absent) == (None, take)
        temporary = home.temporary()
        temporary.write_bytes(CLIP[::-1])
        with pytest.raises(StoreError, match="not the clip"):
            home.restore(temporary)
        temporary.write_bytes(CLIP)
        assert home.restore(temporary) == home.take == take
        with pytest.raises(StoreError, match="no take is absent"):
            home.restore(temporary)
    assert clip.read_bytes() == CLIP
    aside = outputs / PAID / f"clip-{hashlib.sha256(CLIP[:100]).hexdigest()}.mp4"
    assert aside.read_bytes() == CLIP[:100]


def test_a_clip_that_lost_its_attempt_is_moved_aside_and_never_deleted(store: Store, outputs: Path) -> None:
    with store.open(PAID) as home:
        attempt = home.begin(INTENT)
        attempt.submitted("p1")
        (outputs / PAID / "clip.mp4").write_bytes(b"of attempt 1")
        assert attempt.rescued() == outputs / PAID / "clip.mp4"
        attempt.end("abandoned")
        second = home.begin(INTENT)
        assert second.rescued() is None
        second.submitted("p2")
        temporary = second.temporary()
        temporary.write_bytes(CLIP)
        second.keep(temporary, facts())
    assert {path.read_bytes() for path in outputs.rglob("clip*.mp4")} == {b"of attempt 1", CLIP}


# --- previs


def test_previs_never_satisfies_a_paid_plan(store: Store) -> None:
    bought(store, PREVIS)
    assert store.kept(PREVIS)
    assert store.kept(PAID) is None
    assert store.view(ORIGIN, [DIGEST]).takes == {}


@pytest.mark.parametrize("garbage", [b"", b"{", b"\0" * 100])
def test_previs_that_a_power_cut_garbled_is_simply_drawn_again(store: Store, outputs: Path, garbage: bytes) -> None:
    for name in ("take.json", "attempts/1/intent.json", "attempts/1/end.json", "clip.mp4"):
        bought(store, PREVIS)
        (outputs / PREVIS / name).write_bytes(garbage)
        if name.startswith("attempts"):
            (outputs / PREVIS / "clip.mp4").unlink()
        assert store.kept(PREVIS) is None
        with store.open(PREVIS) as home:
            assert home.last.standing == "none"
            assert set(listing(outputs / PREVIS)) == {"lock"}


def test_half_made_previs_is_begun_afresh(store: Store) -> None:
    with store.open(PREVIS) as home:
        home.begin(INTENT).submitted("p1")
    assert bought(store, PREVIS) == store.kept(PREVIS)
