"""The double of the paid API on a real socket: in a thread of its own, or as a process; and its ledger, read back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from pipeline.server.conduct import Conduct
from pipeline.server.ledger import LEDGER_PATH
from pipeline.server.serving import serve

KEY = "the-key-of-the-double"
ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Double:
    """A double that answers at `origin`."""

    origin: str

    def ledger(self) -> dict[str, Any]:
        """Everything that it accepted, charged and was asked, as `pipeline.server.ledger` tells it."""
        found: dict[str, Any] = httpx.get(self.origin + LEDGER_PATH, trust_env=False).json()
        return found

    def accepted(self) -> list[dict[str, Any]]:
        """The submissions that it accepted, in order."""
        rows: list[dict[str, Any]] = self.ledger()["accepted"]
        return rows

    def bought(self) -> Counter[str]:
        """How often each request was accepted, by its digest there."""
        return Counter(row["request"] for row in self.accepted())


@contextmanager
def served(folder: Path, key: str, **options: Any) -> Iterator[str]:
    """The address of a server in a thread of this process; `options` are those of `local_app`."""
    addresses: queue.Queue[str] = queue.Queue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(serve(folder, 2, key, ready=addresses.put, **options))

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield addresses.get(timeout=10)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
        assert not thread.is_alive()


@contextmanager
def doubled(folder: Path, conduct: Conduct | None = None, **options: Any) -> Iterator[Double]:
    """A double in a thread of this process; `options` are those of `local_app`."""
    manners = conduct or Conduct(clips="tiny", generation_s=0)
    with served(folder, KEY, conduct=manners, **options) as origin:
        yield Double(origin)


@contextmanager
def double_process(folder: Path, faults: str) -> Iterator[Double]:
    """A double as a process of its own, `storyreel serve --faults`; `faults` is the text of the file."""
    file = folder / "faults.yaml"
    file.write_text(faults, encoding="utf-8")
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0", "--key", KEY, "--faults", str(file)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environ) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("listening on "), said
        try:
            yield Double(said.removeprefix("listening on ").strip())
        finally:
            process.terminate()
