"""`storyreel serve` as a process: the official client works against it unchanged, and nothing outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
import wavespeed
from PIL import Image

from tests.processes import children

MODEL = "bytedance/seedance-2.0-mini/text-to-video-turbo"


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().removeprefix("listening on ").strip()
        if process.poll() is None:
            process.kill()


def test_the_official_client_gets_a_playable_clip(
    server: tuple[subprocess.Popen[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = wavespeed.Client(api_key="any", base_url=server[1])
    still = tmp_path / "still.png"
    Image.new("RGB", (640, 360), "teal").save(still)
    address = client.upload(str(still))
    inputs = {
        "prompt": "Wide shot, slow pan to the left: the sea at dusk.",
        "reference_images": [address],
        "duration": 4,
    }
    done = client.run(MODEL, inputs, timeout=120, poll_interval=0.2)
    film = tmp_path / "clip.mp4"
    with urllib.request.urlopen(done["outputs"][0]) as reply:
        film.write_bytes(reply.read())
    with av.open(str(film)) as container:
        frames = list(container.decode(video=0))
        assert container.streams.audio
    assert (len(frames), frames[0].width, frames[0].height) == (96, 1280, 720)


def test_ctrl_c_ends_it_and_its_workers(server: tuple[subprocess.Popen[str], str]) -> None:
    process, _ = server
    workers = children(process.pid)
    assert workers
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert process.returncode == 130
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)
