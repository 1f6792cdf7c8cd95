"""A run at the gate as a process of its own, and one that dies before each of its calls to the system in turn.

What happens is appended to a log, whose order is that of the system: "+" once something is open, "-" before it ends, so
that the log never tells of more open jobs than there are.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import struct
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.errors import OverBudget
from pipeline.plain import digest_of
from pipeline.store import Attempt, Gate, Intent, Limits, Purse, Store, take_home

ORIGIN = "https://api.wavespeed.ai"
PRICE = Decimal("0.40")
LONGEST_S = 1e6
CALLS = ("open", "write", "fsync", "link", "unlink", "mkdir", "replace", "close")


class SharedClock:
    """A clock in a file: it stands still until somebody who was told to wait moves it on."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_RDWR)
        self.told: list[float] = []

    def __call__(self) -> datetime:
        (seconds,) = struct.unpack("d", os.pread(self._descriptor, 8, 0))
        self.told.append(seconds)
        return datetime.fromtimestamp(seconds, UTC)

    def move(self, to: float) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        (seconds,) = struct.unpack("d", os.pread(self._descriptor, 8, 0))
        if to > seconds:
            os.pwrite(self._descriptor, struct.pack("d", to), 0)
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)


class Run:
    """One run and what it does with each of its orders."""

    def __init__(self, folder: Path, name: str, *, posts: int, cap: int, total: str, clock: Any) -> None:
        self.outputs, self.name, self.clock = folder / "outputs", name, clock
        self.store = Store(self.outputs, clock)
        self.limits, self.purse = Limits(posts, cap), Purse("film", board_usd=Decimal(total))
        self.log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.gate = self.started()

        self.looks = 300  # at a gate that lets nothing through, before it gives up

    def started(self) -> Gate:
        gate = Gate(self.outputs, ORIGIN, self.clock, self.limits, self.purse)
        gate.count(lambda _: LONGEST_S)
        return gate

    def write(self, line: str) -> None:
        os.write(self.log, f"{line}\n".encode())

    def order(self, number: int, fate: str) -> bool:
        """Whether it passed."""
        request = {"format": 1, "model": "a/b", "inputs": {"prompt": f"{self.name} {number}"}}
        home = take_home(ORIGIN, digest_of(request), 1)
        for _ in range(self.looks):
            with self.store.open(home) as opened:
                self.clock.told.clear()
                try:
                    answer = self.gate.begin(opened, Intent(request, "film", "main", home, PRICE), LONGEST_S)
                except OverBudget:
                    return False
                if isinstance(answer, Attempt):
                    self.write(f"+ {self.clock.told[0]}")
                    self.end(opened, answer, fate)
                    return True
            if answer == 1.0:
                time.sleep(0.001)  # somebody else has to come to the end of his job
            else:
                self.clock.move(self.clock.told[0] + answer)
        return False

    def end(self, opened: Any, attempt: Attempt, fate: str) -> None:
        self.write("-")
        if fate == "turned away":
            self.gate.turned_away(opened, attempt, 429, "too many")
            return
        attempt.submitted(f"p-{self.name}-{attempt.number}")
        if fate == "failed":
            attempt.end("failed", 1403, "no reason")
            self.gate.ended(opened)


def run(folder: Path, name: str, options: dict[str, Any]) -> None:
    """Orders with every fate; now and then another run starts and counts."""
    chance = random.Random(name)
    run = Run(folder, name, **options, clock=SharedClock(folder / "clock"))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(6):
        if chance.random() < 0.3:
            run.started()
        run.order(number, chance.choice(["turned away", "failed", "failed"]))


class Mortal:
    """The nth call to the system is the last thing that this process does."""

    def __init__(self, left: int) -> None:
        self.left = left

    def wrap(self, really: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return really(*words, **options)

        return call


def die_everywhere(folder: Path) -> None:
    """For each n a process that dies before its nth call, and what a neighbour who lives on finds; as lines of JSON."""
    for number in range(10_000):
        at = folder / str(number)
        at.mkdir()
        (at / "clock").write_bytes(struct.pack("d", 1.8e9))
        living = Run(at, "living", posts=0, cap=2, total="100", clock=SharedClock(at / "clock"))
        living.looks = 3
        pid = os.fork()
        if not pid:
            mortal = Mortal(number)
            for name in CALLS:
                setattr(os, name, mortal.wrap(getattr(os, name)))
            doomed = Run(at, "doomed", posts=0, cap=2, total="100", clock=SharedClock(at / "clock"))
            doomed.looks = 3
            doomed.order(0, "turned away")
            doomed.order(1, "failed")
            doomed.order(2, "stays open")
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        told = json.loads((at / "outputs/takes/api.wavespeed.ai/gate.json").read_bytes())
        left = list(living.store.attempts(ORIGIN))
        passed = sum(living.order(order, "stays open") for order in range(3))
        found = {
            "open": sorted(one.home for one in left if one.unresolved),
            "counted": sorted(told["open"]),
            "cost": str(sum((one.usd for one in left), Decimal(0))),
            "reserved": told["spent"].get("film", "0"),
            "passed": passed,
            "open after": sum(one.unresolved for one in living.store.attempts(ORIGIN)),
            "recounted": str(living.started().count(lambda _: LONGEST_S).get("film", 0)),
            "cost after": str(sum((one.usd for one in living.store.attempts(ORIGIN)), Decimal(0))),
            "leftovers": [path.name for path in (at / "outputs/takes/api.wavespeed.ai").glob(".part-*")],
        }
        print(json.dumps(found), flush=True)
        if os.WIFEXITED(status):
            return


if __name__ == "__main__":
    if sys.argv[1] == "die":
        die_everywhere(Path(sys.argv[2]))
    else:
        run(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
