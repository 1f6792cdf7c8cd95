"""Orders for clips go to a few worker processes, one clip at a time each; files on disk and errors come back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Self

WORKER = (sys.executable, "-m", "pipeline.previs")
_CORES = os.cpu_count() or 1
GRACE_S = 2.0  # that a worker gets to end after its input did
_LONGEST_LINE = 1 << 24  # bytes; asyncio's own limit of 64 KiB is less than a long traceback in a reply
_LONGEST_REASON = 2000  # characters
# There is one for every core already, and none of them asks for algebra. Memory comes in large pages, where the system
# has them: to find one's way in small ones is a twentieth of the time.
_ENVIRON = {"OPENBLAS_NUM_THREADS": "1", "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
# `-m` looks in the working directory first, and a folder called `pipeline` is nothing rare in a user's project.
_PACKAGE_HOME = Path(str(resources.files("pipeline"))).parent


class WorkerDied(Exception):
    """The process ended, or said something that is no reply."""


class Worker:
    """One process that draws."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout
        self.cores = 2  # that it may keep busy

    @classmethod
    async def start(cls, command: Sequence[str]) -> Self:
        """A new process, in a session of its own: a terminal's Ctrl-C is for us, and the end of its input ends it."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            limit=_LONGEST_LINE,
            cwd=_PACKAGE_HOME,
            env={name: value for name, value in os.environ.items() if name != "WAVESPEED_API_KEY"} | _ENVIRON,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same on Windows
        )
        return cls(process)

    @property
    def alive(self) -> bool:
        """Whether the process has not ended, as far as is known."""
        return self._process.returncode is None and not self._stdout.at_eof()

    async def draw(self, order: Mapping[str, Any]) -> str:
        """What went wrong; "" when the clip is drawn. Raises WorkerDied."""
        try:
            self._stdin.write(json.dumps({**order, "cores": self.cores}).encode() + b"\n")
            await self._stdin.drain()
            reply = json.loads(await self._stdout.readline())
            if reply["id"] == order["id"]:
                return (
                    "" if reply["ok"] is True else str(reply.get("error") or "it could not be drawn")[:_LONGEST_REASON]
                )
        except (OSError, ValueError, TypeError, KeyError) as error:  # a broken pipe, the end, or no such reply
            raise WorkerDied("the process that drew this clip ended before it was done") from error
        raise WorkerDied("the process that drew this clip answered for another one")

    def kill(self) -> None:
        """End the process now; it is still to be awaited with `close`."""
        if self._process.returncode is None:
            self._process.kill()

    async def close(self) -> None:
        """End the input and await the process; kill it when it takes too long or when this is cancelled."""
        try:
            # Not `wait`: it never returns while output that nobody reads stands in the pipe.
            await asyncio.wait_for(self._process.communicate(b""), GRACE_S)
        except TimeoutError:
            self.kill()
            await self._process.communicate(b"")
        finally:
            self.kill()


class Workers:
    """At most so many processes, started when first needed or before. A context that leaves none behind."""

    def __init__(self, limit: int, command: Sequence[str] = WORKER) -> None:
        self.command = command
        self._limit, self._free = limit, asyncio.Semaphore(limit)
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._coming, self._here = 0, 0  # who will ask for a worker, and who has done so and is not done

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def begin(self, count: int) -> None:
        """Start so many processes, or as many as there may be, for those who will come: each takes a while to load."""
        self._coming += count
        while len(self._all) < min(count, self._limit):
            self._idle.append(await self._started())

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Worker]:
        """A worker to oneself, when there is one; it is ended and replaced if this block raises."""
        self._coming, self._here = max(0, self._coming - 1), self._here + 1
        try:
            async with self._free:
                worker = await self._ready()
                worker.cores = 2 if self._here + self._coming < _CORES else 1
                try:
                    yield worker
                except BaseException:
                    worker.kill()
                    raise
                self._idle.append(worker)
        finally:
            self._here -= 1

    async def _ready(self) -> Worker:
        for worker in [worker for worker in self._all if not worker.alive]:
            self._all.discard(worker)
            await worker.close()
        self._idle = [worker for worker in self._idle if worker.alive]
        return self._idle.pop() if self._idle else await self._started()

    async def _started(self) -> Worker:
        worker = await Worker.start(self.command)
        self._all.add(worker)
        return worker

    async def close(self) -> None:
        """End every process, and await it."""
        ended, self._all = self._all, set()
        self._idle.clear()
        await asyncio.gather(*(worker.close() for worker in ended))
