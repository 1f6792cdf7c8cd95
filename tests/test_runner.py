"""What the runner promises: every clip made once, in its turn, and remembered at every step."""

from __future__ import annotations

import asyncio
import hashlib
import io
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline import catalog, server, wire
from pipeline.catalog import Price
from pipeline.client import Client, Endpoint
from pipeline.errors import RefusedByApi, SetupError, StoryreelError, UnreachableApi
from pipeline.plain import digest_of
from pipeline.plan import FrameSource, Order
from pipeline.runner import Desk, Step, generate, run
from pipeline.store import Intent, Store, previs_home, take_home
from pipeline.take import Take
from pipeline.wire import FileRef, FrameRef, MediaRef, Request, request_digest
from tests.clips import Spec, named, write_clip

MODEL = "bytedance/seedance-2.0-mini/text-to-video-turbo"
ORIGIN = "http://storyreel.invalid"
QUICK = Path(__file__).with_name("quick_worker.py")


def order(
    shot: str, *, action: str = "draw", media: tuple[MediaRef, ...] = (), source: str = "", duration: int = 4
) -> Order:
    inputs = {"prompt": f"{action} {shot}", "reference_images": media, "aspect_ratio": "16:9", "resolution": "720p"}
    request = Request(MODEL, {**inputs, "duration": duration, "enable_web_search": False, "generate_audio": True})
    digest, price = request_digest(request), Price(Decimal("0.32"), estimate=False)
    direction = {"action": action, "shot": shot}
    sources = {ref: FrameSource(source, Fraction(24)) for ref in media if isinstance(ref, FrameRef)}
    direction_digest = digest_of(direction)
    return Order(f"previs:{shot}", digest, request, price, direction, direction_digest, sources, "main", shot)


def frame_of(upstream: Order, frame: int) -> FrameRef:
    return FrameRef(upstream.digest, 1, frame)


@dataclass
class Stage:
    """A project folder, a server that copies a film for each request, and what was asked of it."""

    folder: Path
    limit: int = 2
    steps: list[Step] = field(default_factory=list)
    asked: list[Mapping[str, Any]] = field(default_factory=list)  # bodies of the submissions
    uploads: dict[str, bytes] = field(default_factory=dict)  # by address

    def __post_init__(self) -> None:
        write_clip(self.folder / "film.mp4", Spec(number=5, frames=24))
        self.store = Store(self.folder / "outputs", lambda: datetime.now(UTC))

    def home(self, wanted: Order) -> str:
        return previs_home(1, wanted.digest, wanted.direction_digest)

    def paid_home(self, wanted: Order) -> str:
        return take_home(ORIGIN, wanted.digest, 1)

    @asynccontextmanager
    async def client(self) -> Any:
        app = server.local_app(
            self.folder / "serve", 2, command=(sys.executable, str(QUICK), str(self.folder / "film.mp4"))
        )
        async with server.running(app), Client(Endpoint(ORIGIN, "key", app=app, direct=True)) as client:
            yield Watched(client, self)

    def desk(self, client: Any, home: Any = None) -> Desk:
        home = home or self.home
        return Desk(
            client,
            self.store,
            self.folder / "outputs",
            home,
            self.folder.joinpath,
            "film",
            catalog.models(),
            self.limit,
            self.steps.append,
        )

    def make(self, *orders: Order, home: Any = None, kept: Mapping[str, Path] | None = None) -> Any:
        async def run() -> Any:
            async with self.client() as client:
                return await generate(orders, kept or {}, self.desk(client, home))

        return asyncio.run(run())

    def states(self, shot: str) -> list[str]:
        return [step.state for step in self.steps if step.shot == shot]


class Watched:
    """The real client, with a note of what was submitted and uploaded."""

    def __init__(self, client: Client, stage: Stage) -> None:
        self.client, self.stage = client, stage

    async def submit(self, model: str, body: Mapping[str, Any], direction: Mapping[str, Any] | None) -> Any:
        self.stage.asked.append(body)
        return await self.client.submit(model, body, direction)

    async def upload(self, source: bytes, filename: str, content_type: str) -> str:
        address = await self.client.upload(source, filename, content_type)
        self.stage.uploads[address] = source
        return address

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_every_order_becomes_a_kept_take(stage: Stage) -> None:
    orders = [order(f"sh0{n}0") for n in range(1, 5)]
    made = stage.make(*orders)
    assert [made[wanted.key] for wanted in orders] == [stage.store.kept(stage.home(wanted)) for wanted in orders]
    for wanted in orders:
        assert stage.states(wanted.shot) == ["waiting", "making", "kept"]
        assert (stage.folder / "outputs" / stage.home(wanted) / "clip.mp4").is_file()


def test_what_is_kept_is_not_asked_for_again(stage: Stage) -> None:
    wanted = order("sh010")
    first = stage.make(wanted)
    assert stage.make(wanted) == first
    assert len(stage.asked) == 1


def test_no_more_clips_than_the_limit_are_made_at_a_time(tmp_path: Path) -> None:
    stage = Stage(tmp_path, limit=3)
    stage.make(*(order(f"sh{n:02}0") for n in range(9)))
    making = most = 0
    for step in stage.steps:
        making += {"making": 1, "kept": -1}.get(step.state, 0)
        most = max(most, making)
    assert 1 < most <= 3


def test_a_shot_continues_from_the_very_frame_it_names(stage: Stage) -> None:
    first = order("sh010")
    second = order("sh020", media=(frame_of(first, 17),), source=first.key)
    made = stage.make(first, second)
    assert isinstance(made[second.key], Take)
    [body] = [body for body in stage.asked if "reference_images" in body]
    [address] = body["reference_images"]
    with Image.open(io.BytesIO(stage.uploads[address])) as png:
        assert named(np.asarray(png.convert("L"))) == (5, 17)


def test_a_frame_after_the_end_of_a_short_take_is_its_last(stage: Stage) -> None:
    first = order("sh010")
    stage.make(first, order("sh020", media=(frame_of(first, 95),), source=first.key))
    [png] = stage.uploads.values()
    with Image.open(io.BytesIO(png)) as picture:
        assert named(np.asarray(picture.convert("L"))) == (5, 23)


def test_what_continues_from_a_kept_take_does_not_wait_for_an_order(stage: Stage) -> None:
    upstream = order("sh010")
    second = order("sh020", media=(frame_of(upstream, 3),), source="take:kept")
    made = stage.make(second, kept={"take:kept": stage.folder / "film.mp4"})
    assert isinstance(made[second.key], Take)


def test_one_failed_shot_stops_only_those_that_continue_from_it(stage: Stage) -> None:
    bad = order("sh010", action="fail")
    after = order("sh020", media=(frame_of(bad, 3),), source=bad.key)
    good = order("sh030")
    made = stage.make(bad, after, good)
    assert "it would not be drawn" in str(made[bad.key])
    assert "the shot it continues from has no clip" in str(made[after.key])
    assert isinstance(made[good.key], Take)
    assert stage.states("sh010")[-1] == stage.states("sh020")[-1] == "failed"


def test_a_file_that_two_shots_need_is_uploaded_once(stage: Stage) -> None:
    (stage.folder / "a.png").write_bytes(b"picture")
    ref = FileRef(hashlib.sha256(b"picture").hexdigest(), "a.png")
    stage.make(order("sh010", media=(ref,)), order("sh020", media=(ref,)))
    assert list(stage.uploads.values()) == [b"picture"]
    assert [len(body["reference_images"]) for body in stage.asked] == [1, 1]


def test_a_file_that_changed_since_the_plan_is_not_sent(stage: Stage) -> None:
    (stage.folder / "a.png").write_bytes(b"another picture")
    wanted = order("sh010", media=(FileRef(hashlib.sha256(b"picture").hexdigest(), "a.png"),))
    error = stage.make(wanted)[wanted.key]
    assert isinstance(error, SetupError)
    assert "a.png: the file changed" in str(error)
    assert not stage.asked


def test_a_file_that_went_away_fails_its_shot_alone(stage: Stage) -> None:
    wanted = order("sh010", media=(FileRef("0" * 64, "gone.png"),))
    other = order("sh020")
    made = stage.make(wanted, other)
    assert isinstance(made[wanted.key], StoryreelError)
    assert isinstance(made[other.key], Take)


def test_a_refused_request_ends_its_attempt(stage: Stage) -> None:
    wanted = order("sh010", duration=99)
    error = stage.make(wanted, home=stage.paid_home)[wanted.key]
    assert isinstance(error, RefusedByApi)
    assert "duration" in str(error)
    with stage.store.open(stage.paid_home(wanted)) as home:
        assert (home.last.standing, home.last.outcome) == ("ended", "turned_away")


def test_a_failed_generation_ends_its_attempt_and_another_may_begin(stage: Stage) -> None:
    wanted = order("sh010", action="fail")
    for number in (1, 2):
        stage.make(wanted, home=stage.paid_home)
        with stage.store.open(stage.paid_home(wanted)) as home:
            assert (home.last.number, home.last.outcome) == (number, "failed")


def test_a_generation_whose_process_died_is_fetched_and_not_submitted_again(stage: Stage) -> None:
    wanted = order("sh010")

    async def run() -> Any:
        async with stage.client() as client:
            with stage.store.open(stage.paid_home(wanted)) as home:
                attempt = home.begin(Intent(wire.as_digested(wanted.request), "film", "main", "sh010", None))
                body = wire.body(wanted.request, str)
                attempt.submitted((await client.submit(MODEL, body, wanted.direction)).id)
            return await generate([wanted], {}, stage.desk(client, stage.paid_home))

    made = asyncio.run(run())
    assert isinstance(made[wanted.key], Take)
    assert len(stage.asked) == 1


def test_a_request_of_unknown_fate_is_never_sent_again(stage: Stage) -> None:
    wanted = order("sh010")
    with stage.store.open(stage.paid_home(wanted)) as home:
        home.begin(Intent(wire.as_digested(wanted.request), "film", "main", "sh010", None))
    error = stage.make(wanted, home=stage.paid_home)[wanted.key]
    assert isinstance(error, UnreachableApi)
    assert error.uncertain
    assert not stage.asked


def test_the_intent_is_on_the_disk_before_the_request_is_sent(stage: Stage) -> None:
    wanted = order("sh010")
    seen: list[set[str]] = []

    async def run() -> None:
        async with stage.client() as client:
            submit = client.client.submit

            async def looked(*words: Any) -> Any:
                seen.append({path.name for path in (stage.folder / "outputs").rglob("*.json")})
                return await submit(*words)

            client.client.submit = looked
            await generate([wanted], {}, stage.desk(client, stage.paid_home))

    asyncio.run(run())
    assert seen == [{"intent.json"}]


def test_a_stopped_run_leaves_no_half_clip_and_the_next_one_goes_on(stage: Stage) -> None:
    done, stuck = order("sh010"), order("sh020", action="wait")

    async def stopped() -> None:
        async with stage.client() as client:
            running = asyncio.create_task(generate([done, stuck], {}, stage.desk(client)))
            while stage.states("sh010")[-1:] != ["kept"]:
                await asyncio.sleep(0.01)
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running

    asyncio.run(stopped())
    assert [path.parent.name for path in (stage.folder / "outputs").rglob("*.mp4")] == [Path(stage.home(done)).name]
    changed = order("sh020")
    assert all(isinstance(take, Take) for take in stage.make(done, changed).values())
    assert len(stage.asked) == 3


def test_a_home_that_is_being_opened_when_a_run_is_stopped_is_free_for_the_next(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, enter = threading.Event(), threading.Event(), run._entered

    def slowly(*words: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return enter(*words)

    async def stopped_and_begun_anew() -> Any:
        async with stage.client() as client:
            monkeypatch.setattr(run, "_entered", slowly)
            running = asyncio.create_task(generate([order("sh010")], {}, stage.desk(client)))
            assert await asyncio.to_thread(begun.wait, 30)
            running.cancel()
            await asyncio.sleep(0)
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await running
            return await asyncio.wait_for(generate([order("sh010")], {}, stage.desk(client)), 30)

    assert all(isinstance(take, Take) for take in asyncio.run(stopped_and_begun_anew()).values())


def test_two_runs_at_once_make_each_clip_once(stage: Stage) -> None:
    orders = [order(f"sh0{n}0") for n in range(1, 4)]

    async def both() -> list[Any]:
        async with stage.client() as client:
            runs: Iterable[Any] = (generate(orders, {}, stage.desk(client)) for _ in range(2))
            return await asyncio.gather(*runs)

    first, second = asyncio.run(both())
    assert first == second
    assert len(stage.asked) == 3
