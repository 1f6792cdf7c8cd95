"""What an exchange of takes promises: whole, verified, never replaced, whoever dies or lies in between."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SetupError, StoreError
from pipeline.schema import violations
from pipeline.sync import RemoteError, Spot, Unreachable, fetch, lacked, push
from pipeline.sync.folder import SharedFolder
from pipeline.sync.layout import MARK
from pipeline.sync.pushing import Pusher
from pipeline.take import Take
from tests.bucket import KEY_ID, SECRET
from tests.teams import KINDS, Person, Shelf, bucket, clip_of, named, shelf
from tests.test_store_crashes import KILL, Disk, Killed

LARGE = 12 << 20  # bytes: three parts


@pytest.fixture(params=KINDS)
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    """A remote of each kind."""
    with shelf(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[Shelf]:
    """A bucket of a server that checks signatures."""
    with shelf("signed", tmp_path) as found:
        yield found


@pytest.fixture
def ada(tmp_path: Path) -> Person:
    """Who buys."""
    return Person(tmp_path / "ada")


@pytest.fixture
def bob(tmp_path: Path) -> Person:
    """Who has the lock, and nothing in the store."""
    return Person(tmp_path / "bob")


@pytest.fixture
def take(ada: Person, tmp_path: Path) -> Take:
    """What Ada has bought."""
    return ada.buy(clip_of(tmp_path))


def only(error: object, kind: type[Exception], *words: str) -> None:
    assert isinstance(error, kind), error
    assert all(word in str(error) for word in words), error


# --- there and back


def test_a_take_goes_there_and_comes_home_as_it_was(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    sent = push(ada.team(there.remote), [take])
    assert ([one.spot for one in sent.pushed], sent.failed) == ([Spot.of(take)], ())
    came = fetch(bob.team(there.remote), named(take))
    assert ([one.size_bytes for one in came.fetched], came.failed) == ([take.clip.size_bytes], ())
    assert bob.store.kept(take.home) == take
    assert bob.clip(take) == ada.clip(take)
    mine, his = ada.store.intent_of(take.home), bob.store.intent_of(take.home)
    assert mine
    assert his
    assert (his.request, his.shot, his.price_usd) == (mine.request, mine.shot, mine.price_usd)
    assert bob.states() == ["fetch begun", "fetch done"]


def test_names_and_records_at_the_remote_are_as_they_are_written_down(there: Shelf, ada: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    spot = Spot.of(take)
    assert list(there.objects()) == [MARK, spot.clip, spot.record]
    assert spot.clip == f"takes/api.wavespeed.ai/{take.digest}/1/{take.clip.sha256}/clip.mp4"
    record = json.loads(there.contents()[spot.record])
    assert list(violations("store/shared.schema.json", record)) == []
    assert record["request"]["inputs"]["prompt"] == "A lighthouse, from 1 on."


def test_a_large_clip_goes_up_in_parts_and_comes_down_in_pieces(
    there: Shelf, ada: Person, bob: Person, tmp_path: Path
) -> None:
    take = ada.buy(clip_of(tmp_path, 3, LARGE))
    assert take.clip.size_bytes == LARGE
    assert push(ada.team(there.remote), [take]).pushed
    assert fetch(bob.team(there.remote), named(take)).fetched
    assert bob.clip(take) == ada.clip(take)
    if there.server and there.server.asked:
        assert len([path for path in there.server.changes() if path.endswith("clip.mp4")]) == 5  # begun, 3 parts, whole


def test_many_takes_are_listed_at_once(s3: Shelf, ada: Person, bob: Person, tmp_path: Path) -> None:
    clip = clip_of(tmp_path)
    takes = [ada.buy(clip, number) for number in range(1, 41)]
    assert s3.server
    assert len(push(ada.team(s3.remote), takes).pushed) == 40
    assert len(fetch(bob.team(s3.remote), named(*takes)).fetched) == 40
    s3.server.asked.clear()
    again = push(ada.team(s3.remote), takes)
    assert (again.present, again.pushed) == (40, ())
    assert len(s3.server.asked) == 1


def test_what_is_on_both_sides_is_not_sent_again(there: Shelf, ada: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    before = {name: file.stat().st_mtime_ns for name, file in there.objects().items()}
    again = push(ada.team(there.remote), [take])
    assert (again.present, again.pushed, again.failed) == (1, (), ())
    assert {name: file.stat().st_mtime_ns for name, file in there.objects().items()} == before
    assert fetch(ada.team(there.remote), named(take)).present == 1


def test_a_dry_run_moves_nothing(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    assert [one.spot for one in push(ada.team(there.remote), [take], dry_run=True).pushed] == [Spot.of(take)]
    assert there.objects() == {}
    push(ada.team(there.remote), [take])
    would = fetch(bob.team(there.remote), named(take), dry_run=True)
    assert [one.size_bytes for one in would.fetched] == [take.clip.size_bytes]
    assert not bob.outputs.exists()


def test_two_who_push_the_same_take_do_no_harm(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    before = there.contents()
    fetch(bob.team(there.remote), named(take))
    for name in (MARK, Spot.of(take).clip, Spot.of(take).record):
        there.remote.create(name, before[name])  # as who looked before the other one wrote
    assert push(bob.team(there.remote), [take]).present == 1
    assert there.contents() == before


def test_who_fetched_a_take_would_push_the_same_bytes(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    before = there.contents()
    fetch(bob.team(there.remote), named(take))
    for file in there.objects().values():
        file.unlink()
    assert push(bob.team(there.remote), [take]).pushed
    assert there.contents() == before


def test_two_who_bought_the_same_take_have_two_clips_there(
    there: Shelf, ada: Person, bob: Person, take: Take, tmp_path: Path
) -> None:
    other = bob.buy(clip_of(tmp_path, 5), prediction="p-of-bob")
    assert other.home == take.home
    push(ada.team(there.remote), [take])
    push(bob.team(there.remote), [other])
    assert len(there.objects()) == 5
    kept = fetch(bob.team(there.remote), named(take))
    assert (kept.otherwise, kept.failed) == ((Spot.of(take),), ())
    assert bob.store.kept(other.home) == other


def test_a_clip_that_went_away_here_comes_back(there: Shelf, ada: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    clip = ada.outputs / take.home / "clip.mp4"
    content = clip.read_bytes()
    clip.unlink()
    assert fetch(ada.team(there.remote), named(take)).fetched
    assert clip.read_bytes() == content


# --- what is not whole, or not what it should be


def test_without_its_record_there_is_no_take(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    there.objects()[Spot.of(take).record].unlink()
    assert fetch(bob.team(there.remote), named(take)).missing == (Spot.of(take),)
    assert lacked(ada.team(there.remote), [take]) == (take,)
    assert push(ada.team(there.remote), [take]).pushed
    assert fetch(bob.team(there.remote), named(take)).fetched


@pytest.mark.parametrize("size", [0, LARGE], ids=["small", "large"])
def test_other_bytes_are_named_and_not_kept(there: Shelf, ada: Person, bob: Person, tmp_path: Path, size: int) -> None:
    take = ada.buy(clip_of(tmp_path, 2, size))
    push(ada.team(there.remote), [take])
    content = bytearray(ada.clip(take))
    content[-1] ^= 1
    there.replace(Spot.of(take).clip, content)
    (failed,) = fetch(bob.team(there.remote), named(take)).failed
    only(failed.error, RemoteError, Spot.of(take).clip, "not those that the lock names")
    assert bob.store.kept(take.home) is None
    assert not list(bob.outputs.rglob("*.mp4"))
    assert bob.states()[-1] == "fetch failed"


def test_a_clip_that_was_cut_short_is_named_by_both(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    there.replace(Spot.of(take).clip, ada.clip(take)[:-100])
    (failed,) = fetch(bob.team(there.remote), named(take)).failed
    only(failed.error, RemoteError, Spot.of(take).clip, "bytes at the remote")
    (failed,) = push(ada.team(there.remote), [take]).failed
    only(failed.error, RemoteError, Spot.of(take).clip, "bytes at the remote")
    assert not list(bob.outputs.rglob("*.mp4"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: "{", "not readable"),
        (lambda record: json.dumps({**record, "format": 2}), "upgrade storyreel"),
        (lambda record: json.dumps({**record, "number": 2}), "belongs elsewhere"),
        (lambda record: json.dumps({**record, "prediction": "other"}), "another generation"),
        (lambda record: json.dumps({**record, "request": {"format": 1}}), "its request"),
        (lambda record: json.dumps({**record, "more": 1}), "not as storyreel writes it"),
        (lambda _: "[" * 100_000, "not readable"),
        (lambda _: " " * (2 << 20), "too long"),
    ],
)  # fmt: skip
def test_a_record_that_lies_is_named(
    there: Shelf, ada: Person, bob: Person, take: Take, change: Callable[[Any], str], said: str
) -> None:
    push(ada.team(there.remote), [take])
    record = json.loads(there.contents()[Spot.of(take).record])
    there.replace(Spot.of(take).record, change(record).encode())
    (failed,) = fetch(bob.team(there.remote), named(take)).failed
    only(failed.error, RemoteError, said, "take.json")
    assert bob.store.kept(take.home) is None


def test_a_clip_that_is_damaged_here_never_leaves(there: Shelf, ada: Person, take: Take) -> None:
    clip = ada.outputs / take.home / "clip.mp4"
    clip.write_bytes(bytes(take.clip.size_bytes))
    (failed,) = push(ada.team(there.remote), [take]).failed
    only(failed.error, StoreError, "not those that were kept")
    assert Spot.of(take).clip not in there.objects()


def test_a_large_clip_that_is_damaged_at_its_end_never_stands_there(there: Shelf, ada: Person, tmp_path: Path) -> None:
    take = ada.buy(clip_of(tmp_path, 3, LARGE))
    with (ada.outputs / take.home / "clip.mp4").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"!")
    (failed,) = push(ada.team(there.remote), [take]).failed
    only(failed.error, StoreError, "not those that were kept")
    assert list(there.objects()) == [MARK]


def test_a_remote_of_a_newer_storyreel_is_left_alone(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    there.remote.create(MARK, b'{"format": 2}')
    with pytest.raises(StoreError, match="a newer storyreel"):
        push(ada.team(there.remote), [take])
    with pytest.raises(StoreError, match="a newer storyreel"):
        fetch(bob.team(there.remote), named(take))
    assert list(there.objects()) == [MARK]


def test_what_somebody_is_at_work_on_is_left_to_him(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    with bob.store.open(take.home):
        (failed,) = fetch(bob.team(there.remote), named(take)).failed
    only(failed.error, StoreError, "somebody else is at work")
    assert fetch(bob.team(there.remote), named(take)).fetched


def test_what_is_under_way_here_is_not_replaced(there: Shelf, ada: Person, bob: Person, take: Take) -> None:
    push(ada.team(there.remote), [take])
    intent = ada.store.intent_of(take.home)
    assert intent
    with bob.store.open(take.home) as home:
        home.begin(intent).submitted("another one")
    (failed,) = fetch(bob.team(there.remote), named(take)).failed
    only(failed.error, StoreError, "under way here")


def test_what_a_killed_process_had_written_down_is_kept_by_the_next_one(
    there: Shelf, ada: Person, bob: Person, take: Take
) -> None:
    push(ada.team(there.remote), [take])
    intent = ada.store.intent_of(take.home)
    assert intent
    with bob.store.open(take.home) as home:
        home.adopt(intent, take.prediction)
    assert fetch(bob.team(there.remote), named(take)).fetched
    assert bob.store.kept(take.home) == take


def test_takes_of_one_request_come_one_after_another(there: Shelf, ada: Person, bob: Person, tmp_path: Path) -> None:
    takes = [ada.buy(clip_of(tmp_path, number), 1, f"p{number}", number) for number in range(1, 4)]
    push(ada.team(there.remote), takes)
    came = fetch(bob.team(there.remote), named(*takes))
    assert (len(came.fetched), came.failed) == (3, ())


# --- who does not answer, or says no


@pytest.mark.parametrize(("name", "value"), [("AWS_SECRET_ACCESS_KEY", "canary-wrong"), ("AWS_ACCESS_KEY_ID", "wrong")])
def test_wrong_keys_are_told_without_them(
    s3: Shelf, ada: Person, bob: Person, take: Take, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert s3.server
    monkeypatch.setenv(name, value)
    for work in (lambda: push(ada.team(bucket()), [take]), lambda: fetch(bob.team(bucket()), named(take))):
        with pytest.raises(SetupError, match=r"does not take the keys|may not do this") as caught:
            work()
        said = f"{caught.value} {caught.value.hint} {caught.value.__cause__!r}"
        assert not [word for word in (value, KEY_ID, SECRET, "Signature=") if word in said]
    assert s3.server.changes() == []


def test_a_bucket_that_is_not_there_is_told(s3: Shelf, ada: Person, bob: Person, take: Take) -> None:
    assert s3.server
    for work in (
        lambda: push(ada.team(bucket("nobody")), [take]),
        lambda: fetch(bob.team(bucket("nobody")), named(take)),
    ):
        with pytest.raises(SetupError, match="s3://nobody/films/takes: there is no such bucket"):
            work()


def test_nobody_answering_is_told_once_and_the_rest_is_not_tried(s3: Shelf, ada: Person, tmp_path: Path) -> None:
    assert s3.server
    clip = clip_of(tmp_path)
    takes = [ada.buy(clip, number) for number in range(1, 4)]
    s3.server.stop()
    with pytest.raises(Unreachable, match=r"s3://team/films/takes: "):
        push(ada.team(s3.remote), takes)


def test_a_server_that_dies_in_the_middle_loses_nothing(s3: Shelf, ada: Person, bob: Person, tmp_path: Path) -> None:
    assert s3.server
    takes = [ada.buy(clip_of(tmp_path, number, LARGE), number) for number in range(1, 4)]
    server, parts = s3.server, list[str]()

    def dies(method: str, path: str) -> str:
        parts.extend([path] if method == "PUT" and path.endswith("clip.mp4") else [])
        return "hang up" if len(parts) > 4 else ""

    server.fault = dies
    cut = push(ada.team(s3.remote), takes)
    assert cut.failed
    only(cut.failed[0].error, Unreachable, "s3://team/films/takes")
    server.fault = lambda *_: ""
    again = push(ada.team(s3.remote), takes)
    assert (again.failed, len(again.pushed) + again.present) == ((), 3)

    def stalls(method: str, path: str) -> str:
        return "hang up" if method == "GET" and path.endswith("clip.mp4") else ""

    server.fault = stalls
    cut = fetch(bob.team(s3.remote), named(*takes))
    assert len(cut.failed) == 3
    assert not list(bob.outputs.rglob("*.mp4"))
    server.fault = lambda *_: ""
    assert len(fetch(bob.team(s3.remote), named(*takes)).fetched) == 3


def test_a_line_that_breaks_off_once_is_tried_again(s3: Shelf, ada: Person, bob: Person, take: Take) -> None:
    assert s3.server
    push(ada.team(s3.remote), [take])
    broken: list[str] = []

    def once(method: str, path: str) -> str:
        if method == "GET" and path.endswith("clip.mp4") and not broken:
            broken.append(path)
            return "break off"
        return ""

    s3.server.fault = once
    assert fetch(bob.team(s3.remote), named(take)).fetched
    assert broken


def test_a_shared_folder_that_is_not_mounted_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="is no folder"):
        SharedFolder.at(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_shared_folder_that_goes_away_meanwhile_is_not_made_anew(tmp_path: Path, ada: Person, take: Take) -> None:
    with shelf("folder", tmp_path) as there:
        there.top.rmdir()
        with pytest.raises(Unreachable, match="is gone"):
            push(ada.team(there.remote), [take])
        assert not there.top.exists()


@pytest.mark.parametrize("fault", [KILL, errno.ENOSPC, errno.EIO], ids=["killed", "full", "faulty"])
def test_wherever_a_push_to_a_shared_folder_dies_nothing_there_is_half(
    tmp_path: Path, ada: Person, bob: Person, take: Take, fault: int
) -> None:
    spot, clip = Spot.of(take), ada.clip(take)
    for step in range(1, 1000):
        top = tmp_path / str(step)
        top.mkdir()
        team = ada.team(SharedFolder.at(top))
        with Disk(step, fault).spinning() as disk, suppress(Killed, StoreError):
            push(team, [take])
        if (top / spot.record).exists():
            assert (top / spot.clip).exists()
        if (top / spot.clip).exists():
            assert (top / spot.clip).read_bytes() == clip
        assert push(team, [take]).failed == ()
        assert lacked(team, [take]) == ()
        if not disk.struck:
            break
    assert step > 10
    assert fetch(bob.team(SharedFolder.at(top)), named(take)).fetched


def test_what_killed_pushes_left_in_a_shared_folder_goes_after_a_day(tmp_path: Path, ada: Person, take: Take) -> None:
    with shelf("folder", tmp_path) as there:
        place = there.top / Spot.of(take).folder
        place.mkdir(parents=True)
        (place / ".part-old").touch()
        os.utime(place / ".part-old", (0, 0))
        (place / ".part-of-a-neighbour").touch()
        assert push(ada.team(there.remote), [take]).pushed
        assert sorted(file.name for file in place.iterdir()) == [".part-of-a-neighbour", "clip.mp4", "take.json"]


def test_links_in_a_shared_folder_are_not_followed(tmp_path: Path, ada: Person, take: Take) -> None:
    with shelf("folder", tmp_path) as there:
        (tmp_path / "elsewhere").mkdir()
        (there.top / "takes").symlink_to(tmp_path / "elsewhere")
        (failed,) = push(ada.team(there.remote), [take]).failed
        only(failed.error, StoreError, "a link")
        assert not list((tmp_path / "elsewhere").iterdir())


# --- in the background


def test_takes_are_sent_as_they_land(there: Shelf, ada: Person, tmp_path: Path) -> None:
    clip = clip_of(tmp_path)
    with Pusher(ada.team(there.remote)) as pusher:
        takes = [ada.buy(clip, number) for number in range(1, 6)]
        for one in takes:
            pusher.landed(one)
    assert pusher.failed == []
    assert lacked(ada.team(there.remote), takes) == ()


def test_what_could_not_be_sent_is_told_at_the_end(s3: Shelf, ada: Person, tmp_path: Path) -> None:
    assert s3.server
    s3.server.stop()
    with Pusher(ada.team(s3.remote)) as pusher:
        for number in range(1, 4):
            pusher.landed(ada.buy(clip_of(tmp_path), number))
    assert len(pusher.failed) == 3
    assert all(isinstance(error, Unreachable) for error in pusher.failed)
