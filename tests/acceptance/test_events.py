"""`--events`: what happens in a run as lines of JSON, each by its schema."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import schema, settings
from pipeline.server.conduct import Conduct, Fault
from tests.counter import Open
from tests.double import KEY, doubled
from tests.proofs.stage import stage


def lines(said: str) -> list[dict[str, Any]]:
    """The events that were told."""
    found = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    for event in found:
        assert list(schema.violations("output/event.schema.json", event)) == [], event
    return found


def kinds(found: list[dict[str, Any]], shot: str) -> list[str]:
    return list(dict.fromkeys(event["event"] for event in found if event.get("shot") == shot))


def test_a_purchase_is_told_line_by_line_and_the_result_stands_alone(shop: Open) -> None:
    counter = shop(2, generation_s=0.8)
    code, out, err = counter.run("shoot", "film.yaml", "--yes", "--json", "--events")
    found = lines(err)
    assert (code, len(found)) == (0, len(err.splitlines()))
    assert [found[0]["event"], found[-1]["event"]] == ["offer", "cut"]
    assert (found[0]["to_pay"], found[0]["cost_usd"]) == (2, "0.16")
    assert kinds(found, "s0001") == ["waiting", "sending", "accepted", "making", "fetching", "kept"]
    [take, _] = json.loads(out)["takes"]
    [kept, _] = sorted((event for event in found if event["event"] == "kept"), key=lambda event: event["shot"])
    assert (kept["digest"], kept["take"], kept["prediction"]) == (take["digest"], take["take"], take["prediction"])
    assert (counter.here.folder / "outputs" / kept["home"] / "clip.mp4").is_file()
    del found[-1]["format"], found[-1]["event"]
    assert [found[-1]] == json.loads(out)["cuts"]


def test_a_refusal_tells_its_code_what_it_has_cost_and_what_to_do(shop: Open) -> None:
    counter = shop(2, Fault("task_fails", code=1200, match="Picture 1"))
    code, _, err = counter.run("shoot", "film.yaml", "--yes", "--events")
    assert code == 1
    [failed] = [event for event in lines(err) if event["event"] == "failed"]
    error = failed["error"]
    assert (failed["shot"], error["code"], error["charged"], error["api_code"]) == ("s0001", "refused", "unknown", 1200)
    assert error["hint"].startswith("change the prompt")


def test_a_rehearsal_is_told_too_and_said_to_cost_nothing(shop: Open) -> None:
    code, out, err = shop(1).run("render", "film.yaml", "--events")
    found = lines(err)
    assert code == 0
    assert kinds(found, "s0001") == ["waiting", "making", "kept"]
    assert {event["paid"] for event in found if "paid" in event} == {False}
    assert [event["event"] for event in found if "shot" not in event][-2:] == ["cutting", "cut"]
    assert "ready" in out


def test_what_goes_to_the_teams_store_is_told(shop: Open, tmp_path: Path) -> None:
    counter = shop(1)
    settings_file = counter.here.folder / "storyreel.yaml"
    (tmp_path / "team").mkdir()
    settings_file.write_text(settings_file.read_text() + f"remote: {tmp_path / 'team'}\n")
    _, _, err = counter.run("shoot", "film.yaml", "--yes", "--events")
    moved = [(event["way"], event["state"], event["shot"]) for event in lines(err) if event["event"] == "moving"]
    assert moved == [("push", "begun", "s0001"), ("push", "done", "s0001")]


def test_what_every_line_may_say_is_refused_elsewhere() -> None:
    rules = schema.load("output/event.schema.json")["$defs"]
    for name, rule in rules.items():
        assert rule["properties"]["event"]["const"] == name
        assert rule["required"] == list(rule["properties"])


FOLLOWER = """\
import asyncio
from decimal import Decimal
from pathlib import Path

from pipeline import produce


async def main() -> None:
    run = produce.follow(produce.shoot, Path("film.yaml"), approve=lambda _: True, max_cost_usd=Decimal(5))
    async for event in run:
        print(type(event).__name__, getattr(event, "status", ""), flush=True)
        if {leave!r} == type(event).__name__:
            break


asyncio.run(main())
"""


@pytest.mark.parametrize("leave", ["", "Accepted"])
@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
def test_a_program_that_leaves_its_loop_or_is_interrupted_ends_in_order(tmp_path: Path, leave: str) -> None:
    here = stage(tmp_path / "project", 2)
    models = settings.project_of(here.board).models
    with doubled(tmp_path / "double", Conduct(clips="tiny", generation_s=0.5), catalogue=models) as double:
        here = replace(here, origin=double.origin)
        command = [sys.executable, "-c", FOLLOWER.format(leave=leave)]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=here.folder, env=here.environ, **pipes) as process:
            assert process.stdout
            for line in process.stdout:
                if not leave and line.startswith("Accepted"):
                    process.send_signal(signal.SIGINT)
                    break
            _, err = process.communicate(timeout=30)
        assert process.returncode == (0 if leave else -signal.SIGINT)
        assert leave == "" or err == ""
        assert "was destroyed" not in err
        written = len(list(here.folder.rglob("prediction.json")))
        assert written == len(double.accepted()) >= 1
        assert here.left_behind() == []
        code, said = here.shoot()
        assert code == 0, said
        assert set(double.bought().values()) == {1}
        assert len(double.accepted()) == 2


def test_the_key_is_in_no_event(shop: Open) -> None:
    _, _, err = shop(1).run("shoot", "film.yaml", "--yes", "--events")
    assert lines(err)
    assert KEY not in err
