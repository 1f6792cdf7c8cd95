"""What acceptance tests share: a shop that each opens with its own double."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import produce, settings
from pipeline.client import Client
from pipeline.server.conduct import Conduct, Fault
from tests.counter import Open, Shop
from tests.double import KEY, doubled
from tests.haste import hurried
from tests.proofs.stage import stage

SHOOT = produce.shoot


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Open]:
    """Opens a shop: `shop(shots, faults...)`."""
    with pytest.MonkeyPatch.context() as patch:
        opened: list[Any] = []

        def open_one(shots: int = 3, *faults: Fault, extra: str = "", **conduct: Any) -> Shop:
            here = stage(tmp_path / "project", shots, extra=extra)
            models = settings.project_of(here.board).models
            manners = Conduct(**({"clips": "tiny", "generation_s": 0, "faults": faults} | conduct))
            context = doubled(tmp_path / "double", manners, catalogue=models)
            double = context.__enter__()
            opened.append(context)
            monkeypatch.chdir(here.folder)
            for name in ("CI", "GITHUB_ACTIONS"):
                patch.delenv(name, raising=False)
            monkeypatch.setenv("WAVESPEED_BASE_URL", double.origin)
            monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
            monkeypatch.setenv("NO_PROXY", "*")
            # The history is looked into three times in fifteen seconds, which is nothing that a test need wait for.
            monkeypatch.setattr(produce, "shoot", partial(SHOOT, connect=partial(Client, sleep=hurried), sleep=hurried))
            return Shop(replace(here, origin=double.origin), double, capsys)

        yield open_one
        for context in opened:
            context.__exit__(None, None, None)
