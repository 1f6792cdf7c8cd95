"""A project on the disk with a storyboard, shot against the double through the Python interface."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import produce
from pipeline.client import Client, Endpoint
from pipeline.lock import Lock
from pipeline.plan import Plan
from pipeline.produce import Account, Film, Row, Shooting
from pipeline.server.conduct import Conduct, Fault
from pipeline.store import Store
from tests.double import KEY, Double, doubled
from tests.haste import SHORT
from tests.shop import PACE, briefly

BOARD = """\
version: 1
title: Film
defaults: {duration: 4}
cut: {frame_rate: 6}
vars: {weather: rain}
shots:
  - {id: sh010, prompt: "The sea in {{ weather }}."}
  - {id: sh020, prompt: A bell.}
"""
TWO = "variants: {matrix: {weather: {wet: rain, dry: sun}}}\n"


@dataclass
class Studio:
    """A storyboard and where it is shot."""

    folder: Path
    double: Double

    @property
    def file(self) -> Path:
        return self.folder / "film.yaml"

    @property
    def environ(self) -> dict[str, str]:
        return {"WAVESPEED_BASE_URL": self.double.origin, "WAVESPEED_API_KEY": KEY}

    @property
    def store(self) -> Store:
        return self.film.store

    @property
    def film(self) -> Film:
        return produce.check(self.file)

    @property
    def lock(self) -> Lock:
        return self.film.lock_file.load()

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def plan(self) -> Plan:
        return produce.plan(self.file, self.environ)[1]

    def connect(self, endpoint: Endpoint) -> Client:
        return Client(endpoint, pace=PACE, patience=SHORT, sleep=briefly)

    def shoot(self, **how: Any) -> Shooting:
        how = {"approve": lambda _: True, "environ": self.environ, "connect": self.connect, "sleep": briefly} | how
        return produce.shoot(self.file, **how)

    def status(self) -> Account:
        return produce.status(self.file, self.environ)

    def settle(self, what: str, adopt: str = "") -> Row:
        return produce.settle(self.file, what, adopt=adopt, environ=self.environ)

    def digests(self) -> dict[tuple[str, str], str]:
        return {(slot.variant, slot.shot): slot.digest for slot in self.plan().every_slot()}


@contextmanager
def opened(folder: Path, *faults: Fault, text: str = BOARD, **how: Any) -> Iterator[Studio]:
    """A studio whose double has these faults; its account has no limits, and neither has the project's tier."""
    (folder / "storyreel.yaml").write_text("tier: ultra\n")
    with doubled(folder / "double", Conduct(clips="tiny", generation_s=0, faults=faults, **how)) as double:
        studio = Studio(folder, double)
        studio.write(text)
        yield studio
