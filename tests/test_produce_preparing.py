"""Joints are drawn while takes still arrive, so that the cut is there right after the last of them."""

from __future__ import annotations

import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import produce, settings
from pipeline.client import Client
from pipeline.produce import Event, Fetching, Shooting
from pipeline.render import copying, drawing
from pipeline.server.conduct import Conduct
from tests.double import KEY, doubled
from tests.proofs.stage import Stage, stage
from tests.shop import PACE, briefly

LONGEST_S = 60.0


@dataclass
class Studio:
    """A board of three shots that dissolve, each bought when the one before it has landed."""

    here: Stage

    @property
    def environ(self) -> Mapping[str, str]:
        return {"WAVESPEED_BASE_URL": self.here.origin, "WAVESPEED_API_KEY": KEY}

    def shoot(self, tell: Callable[[Event], object], only: Iterable[str] = ()) -> Shooting:
        how: dict[str, Any] = {"environ": self.environ, "connect": partial(Client, pace=PACE), "sleep": briefly}
        return produce.shoot(self.here.board, approve=lambda _: True, only=only, tell=tell, **how)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = stage(tmp_path / "project", 3, concurrency=1)
    soft = r"\1, transition: {type: dissolve, duration: 0.25}}"
    made.board.write_text(re.sub(r"(id: s000[23].*)}", soft, made.board.read_text()))
    models = settings.project_of(made.board).models
    with doubled(tmp_path / "double", Conduct(clips="tiny", generation_s=0), catalogue=models) as double:
        yield Studio(replace(made, origin=double.origin))


def test_a_joint_is_drawn_before_the_last_take_has_landed(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.shoot(lambda _: None, only=["s0001", "s0002"])
    shutil.rmtree(studio.here.folder / "outputs" / "film")
    drawn, hands = threading.Event(), list[str]()
    really = drawing.draw_part

    def draw_part(*words: Any) -> None:
        really(*words)
        hands.append(threading.current_thread().name)
        drawn.set()

    monkeypatch.setattr(drawing, "draw_part", draw_part)
    held: list[bool] = []

    def tell(event: Event) -> None:
        if isinstance(event, Fetching):
            held.append(drawn.wait(LONGEST_S))

    done = studio.shoot(tell)
    assert held == [True]
    assert hands[0] == "preparing"
    assert (done.rendered.cuts[0].frames, done.rendered.cuts[0].takes) == (3 * 24 - 2 * 6, 3)


def test_what_goes_wrong_beforehand_is_told_by_the_cut_alone(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = threading.Event()

    def broken(*_: object) -> None:
        tried.set()
        raise OSError("no room")

    monkeypatch.setattr(copying, "draw_joints", broken)
    held: list[bool] = []

    def tell(event: Event) -> None:
        if isinstance(event, Fetching) and not held:
            held.append(tried.wait(LONGEST_S))

    done = studio.shoot(tell)
    assert held == [True]
    assert done.rendered.cuts[0].takes == 3


def test_a_run_that_is_stopped_draws_no_further(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, idle, ended = threading.Event(), threading.Event(), threading.Event()

    def endless(_cut: object, _outputs: object, _kept: object, _over: object, look: Callable[[int], None]) -> None:
        begun.set()
        try:
            while not idle.wait(0.01):
                look(0)
        finally:
            ended.set()

    monkeypatch.setattr(copying, "draw_joints", endless)

    def tell(event: Event) -> None:
        if isinstance(event, Fetching):
            assert begun.wait(LONGEST_S)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        studio.shoot(tell)
    assert ended.is_set()
    assert "preparing" not in {thread.name for thread in threading.enumerate()}
