"""What the local server promises about its workers: a clip or the reason why not, and nothing is left behind."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import pipeline
from pipeline import catalog, wire
from pipeline.client import Client, Endpoint, Patience
from pipeline.previs import workers
from pipeline.server import local_app, running
from pipeline.wire import Prediction
from tests.rehearsal import STAND_IN, tiny

FACE, COAT = b"a face", b"a coat"


@asynccontextmanager
async def rehearsing(folder: Path, limit: int = 2, **options: Any) -> AsyncIterator[Client]:
    """A client of a server in this process."""
    app = local_app(folder, limit, **{"catalogue": {"test/tiny": tiny()}, "command": STAND_IN} | options)
    endpoint = Endpoint(wire.LOCAL_ORIGIN, "any", app, direct=True)
    async with running(app), Client(endpoint, patience=Patience(backoff_s=0.01)) as client:
        yield client


async def asked(client: Client, prompt: str, direction: Any = None, **inputs: Any) -> Prediction:
    """What becomes of a request."""
    submitted = await client.submit("test/tiny", {"prompt": prompt} | inputs, direction)
    assert submitted.status == "created"
    return await client.wait(submitted.id, 0.01, 20)


async def told(client: Client, folder: Path, direction: Any = None, **inputs: Any) -> dict[str, Any]:
    """The order that a worker got."""
    clip = await asked(client, "clip", direction, **inputs)
    await client.download(clip.outputs[0], folder / "order", 1 << 20)
    order: dict[str, Any] = json.loads((folder / "order").read_text())
    return order


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_worker_is_told_everything_it_draws(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            face = await client.upload(FACE, "face.png", "image/png")
            order = await told(client, tmp_path, {"shot": "sh010"}, reference_images=[face], duration=3)
            assert Path(order["images"][0]).is_absolute()
            assert Path(order["images"][0]).suffix == ".png"
            assert Path(order["images"][0]).read_bytes() == FACE
            assert Path(order["output"]).is_absolute()
            expected = {
                "width": 160,
                "height": 90,
                "frame_rate": "24",
                "frames": 72,
                "audio": True,
                "prompt": "clip",
            }
            assert {name: order[name] for name in expected} == expected
            assert order["direction"] == {"shot": "sh010"}
            assert bytes.fromhex(order["seed"])

    asyncio.run(body())


def test_a_request_looks_the_same_wherever_its_files_lie(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            face, again, coat = [await client.upload(file, "a.png", "image/png") for file in (FACE, FACE, COAT)]
            seeds = [
                (await told(client, tmp_path, reference_images=[address]))["seed"] for address in (face, again, coat)
            ]
            assert seeds[0] == seeds[1] != seeds[2]

    asyncio.run(body())


def test_a_clip_can_be_a_reference_of_the_next_one(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            clip = await asked(client, "clip")
            assert clip.status == "completed"
            assert (await told(client, tmp_path, reference_videos=list(clip.outputs)))["images"] == []

    asyncio.run(body())


@pytest.mark.parametrize(
    ("prompt", "code", "says"),
    [
        ("die", 5000, "ended before"),
        ("babble", 5000, "ended before"),
        ("flood", 5000, "ended before"),
        ("no", 1405, "no"),
        ("rant", 1405, "why"),
    ],
)
def test_a_clip_that_fails_says_why_and_the_next_one_is_drawn(
    tmp_path: Path, prompt: str, code: int, says: str
) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path, limit=1) as client:
            failed = await asked(client, prompt)
            assert (failed.status, failed.code, failed.outputs) == ("failed", code, ())
            assert says in failed.error
            assert (await asked(client, "clip")).status == "completed"

    asyncio.run(body())


def test_a_worker_that_takes_too_long_is_replaced(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path, limit=1, catalogue={"test/tiny": tiny(longest_s=1)}) as client:
            first = int((await asked(client, "pid")).error)
            late = await asked(client, "hang")
            assert (late.status, late.code) == ("failed", 5004)
            assert (await asked(client, "clip")).status == "completed"
            assert gone(first)

    asyncio.run(body())


def test_an_idle_worker_that_was_killed_is_replaced(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path, limit=1) as client:
            first = int((await asked(client, "pid")).error)
            os.kill(first, signal.SIGKILL)
            answers = [(await asked(client, "pid")).error for _ in range(2)]  # the news may take a moment to arrive
            assert int(answers[1]) != first

    asyncio.run(body())


def test_there_are_never_more_workers_than_allowed_and_they_are_used_again(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path, limit=2) as client:
            answers = await asyncio.gather(*(asked(client, "pid") for _ in range(8)))
            assert 1 <= len({answer.error for answer in answers}) <= 2

    asyncio.run(body())


def test_no_worker_is_started_before_there_is_something_to_draw(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path, command=("/does/not/exist",)) as client:
            with pytest.raises(Exception, match="Prediction not found"):
                await client.result("none", old=True)
            failed = await asked(client, "clip")
            assert (failed.status, failed.code, failed.error) == ("failed", 5000, "internal error")

    asyncio.run(body())


def test_nothing_is_left_when_the_server_closes(tmp_path: Path) -> None:
    pids = []

    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            await client.upload(FACE, "face.png", "image/png")
            await asked(client, "clip")
            pids.append(int((await asked(client, "pid")).error))
            assert len(list(tmp_path.iterdir())) == 1

    asyncio.run(body())
    assert gone(pids[0])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_everything_is_cancelled_in_the_middle_of_a_clip(tmp_path: Path) -> None:
    pids = []

    async def body() -> None:
        async with rehearsing(tmp_path, limit=1) as client:
            pids.append(int((await asked(client, "pid")).error))
            submitted = await client.submit("test/tiny", {"prompt": "hang"})
            while (await client.result(submitted.id)).status != "processing":
                await asyncio.sleep(0)
            task = asyncio.current_task()
            assert task
            task.cancel()
            await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(body())
    assert gone(pids[0])
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_closing_itself_is_cancelled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_STAYS", "yes")
    monkeypatch.setattr(workers, "GRACE_S", 0.2)

    async def body() -> None:
        async def rehearse() -> None:
            async with rehearsing(tmp_path) as client:
                leaving.set_result(int((await asked(client, "pid")).error))

        leaving = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(rehearse())
        pid = await leaving
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert gone(pid)
        assert list(tmp_path.iterdir()) == []

    asyncio.run(body())


def test_a_worker_that_does_not_end_with_its_input_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_STAYS", "yes")
    monkeypatch.setattr(workers, "GRACE_S", 0.05)
    pids = []

    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            pids.append(int((await asked(client, "pid")).error))

    asyncio.run(body())
    assert gone(pids[0])


def test_workers_that_were_started_before_are_used_and_left_to_who_started_them(tmp_path: Path) -> None:
    async def body() -> None:
        async with workers.Workers(2, STAND_IN) as begun:
            await begun.begin(5)
            pids = {worker._process.pid for worker in begun._all}
            assert len(pids) == 2, "no more than there may be"
            async with rehearsing(tmp_path, begun=begun) as client:
                assert int((await asked(client, "pid")).error) in pids
            assert not any(map(gone, pids))
        assert all(map(gone, pids))

    asyncio.run(body())


def test_a_worker_keeps_to_one_core_while_others_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_CORES", 2)

    async def body() -> None:
        async with workers.Workers(2, STAND_IN) as begun:
            await begun.begin(4)
            async with begun.one() as first:
                assert first.cores == 1, "three more will come"
            async with begun.one() as second, begun.one() as third:
                assert (second.cores, third.cores) == (1, 1)
            async with begun.one() as last:
                assert last.cores == 2

    asyncio.run(body())


def test_a_worker_never_sees_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "canary-canary")
    seen = tmp_path / "seen"
    script = f"import os, pathlib; pathlib.Path({str(seen)!r}).write_text(repr(dict(os.environ)))"

    async def body() -> None:
        async with rehearsing(tmp_path / "server", command=(sys.executable, "-c", script)) as client:
            assert (await asked(client, "clip")).code == 5000

    asyncio.run(body())
    assert "canary" not in seen.read_text()


def test_a_broken_direction_is_none(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            assert (await told(client, tmp_path, direction=["no", "object"]))["direction"] is None

    asyncio.run(body())


def test_a_bug_is_a_500_with_its_traceback_and_the_server_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> datetime:
        raise RuntimeError("the clock has stopped")

    async def body() -> None:
        async with rehearsing(tmp_path, clock=broken) as client:
            with pytest.raises(Exception, match="HTTP 500: internal error"):
                await client.submit("test/tiny", {"prompt": "x"})
            assert await client.upload(FACE, "face.png", "image/png")

    asyncio.run(body())
    assert "RuntimeError: the clock has stopped" in caplog.text


def test_a_bug_in_a_prediction_ends_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path) as client:
            failed = await asked(client, "clip", resolution="1080p")  # which the tiny model has no size for
            assert (failed.status, failed.code, failed.error) == ("failed", 5000, "internal error")

    asyncio.run(body())
    assert "KeyError: '1080p'" in caplog.text


def test_the_same_request_gives_the_same_film(tmp_path: Path) -> None:
    async def body() -> None:
        async with rehearsing(tmp_path / "server", command=workers.WORKER) as client:
            films = []
            for number in range(2):
                clip = await asked(client, "A lighthouse on a cliff.")
                assert clip.status == "completed", clip.error
                await client.download(clip.outputs[0], tmp_path / f"{number}.mp4", 1 << 24)
                films.append(hashlib.sha256((tmp_path / f"{number}.mp4").read_bytes()).hexdigest())
            assert films[0] == films[1]
            assert clip.inference_ms > 0

    asyncio.run(body())


def ends(script: str, how: signal.Signals, *arguments: str) -> int:
    """The exit code of a script that is sent a signal when it has said something; its children have ended too."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=Path(pipeline.__file__).parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().strip()
        process.send_signal(how)
        # A worker has the same standard error, so this ends when the last of the family has.
        said = process.stderr.read()
        assert "Traceback" not in said or how is signal.SIGINT
    return process.returncode


def test_a_worker_ends_by_itself_when_its_parent_is_killed() -> None:
    script = """
import asyncio
from pipeline.previs.workers import Workers
async def main():
    async with Workers(1).one():
        print("drawing", flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    assert ends(script, signal.SIGKILL) == -signal.SIGKILL


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_stop_leaves_nothing_behind(tmp_path: Path, how: signal.Signals) -> None:
    script = """
import asyncio, sys
from pathlib import Path
from pipeline.server.serving import serve
asyncio.run(serve(Path(sys.argv[1]), 1, ready=lambda url: print(url, flush=True)))
"""
    assert ends(script, how, str(tmp_path)) != 0
    assert list(tmp_path.iterdir()) == []


def png(width: int, height: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "teal").save(file, "PNG")
    return file.getvalue()


def test_a_shot_begins_with_the_picture_that_is_given_and_has_its_shape(tmp_path: Path) -> None:
    async def body() -> None:
        model = catalog.models()["bytedance/seedance-2.5/image-to-video-turbo"]
        async with rehearsing(tmp_path, catalogue={"test/tiny": model}) as client:
            first, last = png(450, 800), png(800, 450)
            given = [await client.upload(data, "frame.png", "image/png") for data in (first, last)]
            order = await told(client, tmp_path, image=given[0], last_image=given[1])
            assert [Path(path).read_bytes() for path in order["images"]] == [first]
            assert (order["width"], order["height"]) == (720, 1280)

    asyncio.run(body())


@pytest.mark.parametrize("what", ["elsewhere", "no picture"])
def test_a_first_frame_that_is_no_picture_of_ours_fails_the_task(tmp_path: Path, what: str) -> None:
    async def body() -> None:
        model = catalog.models()["kwaivgi/kling-v3.0-std/image-to-video"]
        async with rehearsing(tmp_path, catalogue={"test/tiny": model}) as client:
            address = await client.upload(FACE, "face.png", "image/png")
            image = "http://127.0.0.1:9/face.png" if what == "elsewhere" else address
            clip = await asked(client, "clip", image=image)
            assert clip.status == "failed"
            assert clip.code == (wire.UNREACHABLE_MEDIA if what == "elsewhere" else wire.INVALID)
            assert str(tmp_path) not in clip.error

    asyncio.run(body())
