"""WaveSpeed's own clients, unchanged, against the double: Python, JavaScript and the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
import wavespeed
from PIL import Image

from pipeline.server.conduct import Conduct, Fault
from tests.double import KEY, Double, doubled
from tests.needed import Tool, path_of
from tests.rehearsal import SEEDANCE

NODE = Tool("node", "STORYREEL_NODE", "install Node.js 20 or newer")
# No command is called so: the client is a library.
JAVASCRIPT = Tool(
    "wavespeed/dist/index.js",
    "STORYREEL_WAVESPEED_JAVASCRIPT",
    "npm install wavespeed@0.3.2, which puts it below node_modules",
)
COMMANDS = Tool("wavespeed", "STORYREEL_WAVESPEED_CLI", "npm install --global @wavespeed/cli@0.2.2")
DRIVER = Path(__file__).with_name("official_client.js")
FAULTS = (
    Fault("task_fails", match="[fails]", code=5003),
    Fault("accept_then_reset", match="[lost]"),
    Fault("stuck", match="[stuck]"),
)


@pytest.fixture(scope="module")
def double(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    conduct = Conduct(clips="tiny", generation_s=0.05, sync_s=1, faults=FAULTS)
    with doubled(tmp_path_factory.mktemp("double"), conduct) as found:
        yield found


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def still(tmp_path: Path) -> Path:
    file = tmp_path / "still.png"
    Image.new("RGB", (320, 320), "teal").save(file)
    return file


def frames(address: str) -> int:
    with av.open(BytesIO(httpx.get(address, trust_env=False).content)) as film:
        return sum(1 for _ in film.decode(video=0))


def accepted(double: Double, prompt: str) -> int:
    return sum(row["prompt"] == prompt for row in double.accepted())


def test_the_python_client_uploads_runs_waits_and_fails(double: Double, still: Path) -> None:
    client = wavespeed.Client(api_key=KEY, base_url=double.origin)
    address = client.upload(str(still))
    assert httpx.get(address, trust_env=False).content == still.read_bytes()
    inputs = {"prompt": "The sea.", "reference_images": [address], "duration": 4}
    assert frames(client.run(SEEDANCE, inputs, poll_interval=0.02)["outputs"][0]) == 96
    assert frames(client.run(SEEDANCE, inputs, enable_sync_mode=True)["outputs"][0]) == 96
    with pytest.raises(RuntimeError, match="The service is temporarily unavailable"):
        client.run(SEEDANCE, {"prompt": "[fails]"}, poll_interval=0.02, max_retries=3)
    with pytest.raises(RuntimeError, match=r"HTTP 400.*duration must be 4 to 15"):
        client.run(SEEDANCE, {"prompt": "x", "duration": 99})
    with pytest.raises(RuntimeError, match="Sync mode timed out"):
        client.run(SEEDANCE, {"prompt": "[stuck]"}, enable_sync_mode=True)


def test_the_python_client_buys_a_lost_submission_once(double: Double) -> None:
    before = accepted(double, "[lost]")
    client = wavespeed.Client(api_key=KEY, base_url=double.origin, max_retries=3)
    with pytest.raises(RuntimeError, match="may already"):
        client.run(SEEDANCE, {"prompt": "[lost]"})
    assert accepted(double, "[lost]") == before + 1


def test_the_javascript_client_uploads_runs_waits_and_fails(double: Double, still: Path) -> None:
    words = [path_of(NODE), DRIVER, path_of(JAVASCRIPT), double.origin, KEY, SEEDANCE, still]
    before = accepted(double, "[lost]")
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert httpx.get(found["address"], trust_env=False).content == still.read_bytes()
    assert [frames(address) for name in ("run", "sync") for address in found[name]] == [96, 96]
    assert found["task"] in {row["id"] for row in double.accepted()}
    assert "The service is temporarily unavailable" in found["failed"]
    assert "duration must be 4 to 15" in found["refused"]
    assert "Submission" in found["lost"]
    assert accepted(double, "[lost]") == before + 1
    assert "Sync mode timed out" in found["late"]


def commanded(*words: str) -> Any:
    """What the command line answers, in JSON."""
    done = subprocess.run(
        [path_of(NODE), path_of(COMMANDS), *words, "--json"], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_the_command_line_client_does_all_that_it_can(
    double: Double, still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    settle = [path_of(NODE), path_of(COMMANDS), "config", "--base-url", double.origin]
    subprocess.run(settle, check=True, stdout=subprocess.DEVNULL)
    assert SEEDANCE in {row["model_id"] for row in commanded("models", "--no-cache")}
    assert "prompt" in json.dumps(commanded("schema", SEEDANCE))
    assert commanded("price", SEEDANCE, "-p", "x", "-i", "duration=10")["unit_price"] == 0.8
    assert commanded("balance")["balance"] > 0
    address = commanded("upload", str(still))["url"]
    assert httpx.get(address, trust_env=False).content == still.read_bytes()
    made = commanded("run", SEEDANCE, "-p", "The tide.", "-i", "duration=4", "--download", "clip.mp4")
    assert frames(made["outputs"][0]) == 96
    assert Path("clip.mp4").stat().st_size > 0
    newest = commanded("history")["items"][0]
    assert (newest["status"], newest["inputs"]["prompt"]) == ("completed", "The tide.")
    assert commanded("show", newest["id"])["id"] == newest["id"]
    assert commanded("delete", "--yes", newest["id"])
    assert newest["id"] not in {row["id"] for row in commanded("history")["items"]}
