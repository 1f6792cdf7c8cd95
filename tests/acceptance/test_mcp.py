"""`storyreel mcp` by the protocol's own client over real pipes, against the double of the paid API."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator

from pipeline import schema, settings
from pipeline.server.conduct import Conduct, Fault
from tests.clients import Session, played, session, text
from tests.double import KEY, Double, doubled
from tests.hostile import Hostile, hostile
from tests.proofs.stage import Stage, stage

FREE = {"check", "prompt", "takes", "status", "models"}  # and change nothing
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
}


@dataclass(frozen=True)
class Set:
    """A project, its double, and where the server's stderr goes."""

    here: Stage
    double: Double
    log: Path

    def session(self, *words: str, **environ: str) -> Any:
        return session(self.here, *words, log=self.log, **environ)

    def command(self, *words: str) -> Any:
        """What a command prints as JSON."""
        line = [sys.executable, "-m", "pipeline.cli", *words, "--json"]
        done = subprocess.run(line, cwd=self.here.folder, env=self.here.environ, capture_output=True, text=True)
        return json.loads(done.stdout)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Set]:
    here = stage(tmp_path / "project", 3, concurrency=2)
    models = settings.project_of(here.board).models
    with doubled(tmp_path / "double", Conduct(clips="tiny", generation_s=0), catalogue=models) as double:
        yield Set(replace(here, origin=double.origin), double, tmp_path / "stderr.log")


def test_the_tools_say_what_they_take_and_what_they_may_touch(at: Set) -> None:
    async def play() -> None:
        async with at.session() as on:
            tools = {tool.name: tool for tool in (await on.client.list_tools()).tools}
        assert {*tools} == FREE | {"plan", "take", "settle", "render", "shoot"}
        for tool in tools.values():
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema)
        hints = {name: tool.annotations for name, tool in tools.items()}
        assert {name for name, hint in hints.items() if hint.read_only_hint} == FREE
        assert {name for name, hint in hints.items() if hint.destructive_hint} == {"take", "settle", "shoot"}
        assert {name for name, hint in hints.items() if hint.open_world_hint} == {"plan", "shoot"}
        amount = tools["shoot"].input_schema["properties"]["max_cost_usd"]
        assert "default" not in amount

    played(play)


def test_each_tool_answers_with_the_json_of_its_command(at: Set) -> None:
    film = "film.yaml"

    async def play() -> None:
        async with at.session() as on:
            assert await on.value("check", files=[film]) == at.command("check", film)
            assert await on.value("plan", file=film) == at.command("plan", film)
            assert await on.value("prompt", file=film, shot="s0002") == at.command("prompt", film, "s0002")
            assert await on.value("models", model="test/quick") == at.command("models", "test/quick")
            rendered = await on.value("render", file=film)
            assert (rendered["cuts"][0]["previs"], rendered["drawn"]) == (3, 3)
            assert any("previs is drawn" in line for line in on.lines)
            await on.value("shoot", file=film, max_cost_usd="1.00")
            assert await on.value("takes", file=film, shot="s0001") == at.command("take", film, "s0001")
            chosen = await on.value("take", file=film, shot="s0001", circle=1, hold=True, out=0.5)
            assert (chosen["chosen"]["take"], chosen["takes"][0]["out"]) == (1, "0.5")
            assert await on.value("status", file=film) == at.command("status", film)
            nothing = await on.error("settle", file=film, what="s0001", abandon=True)
            assert "nothing is to be settled" in nothing["message"]

    played(play)


def test_nothing_is_bought_without_an_amount_and_the_price_is_told(at: Set) -> None:
    async def play() -> None:
        async with at.session() as on:
            for words in ({}, {"max_cost_usd": None}, {"only": ["s0001"]}):
                told = await on.error("shoot", file="film.yaml", **words)
                assert told["exit_code"] == 5
                assert ("$0.08" if "only" in words else "$0.24") in told["message"]
                assert "ask" in told["hint"]
            for amount in (0, -1, "0", "a lot", "1e999", True):
                assert (await on.error("shoot", file="film.yaml", max_cost_usd=amount))["exit_code"] == 2
        assert at.double.ledger()["requests"] == {}, "nothing was even asked"

    played(play)


def test_with_an_amount_each_take_is_bought_once(at: Set) -> None:
    async def play() -> None:
        async with at.session() as on:
            found = await on.call("shoot", file="film.yaml", max_cost_usd=0.24)
            value = found.structured_content
            assert (value["spent_usd"], value["billed_usd"], value["cuts"][0]["takes"]) == ("0.24", "0.24", 3)
            assert text(found, 1) == "spent $0.24; the API's bills say $0.24"
            assert any("is being made" in line for line in on.lines)
            before = at.double.ledger()["requests"]
            again = await on.value("shoot", file="film.yaml", max_cost_usd="5.00")
            assert (again["spent_usd"], again["takes"]) == ("0.00", [])
            unneeded = await on.value("shoot", file="film.yaml")
            assert unneeded["cuts"][0]["takes"] == 3, "where nothing is to be paid no amount is needed"
        assert at.double.ledger()["requests"] == before
        assert list(at.double.bought().values()) == [1, 1, 1]

    played(play)


@pytest.mark.parametrize(
    ("extra", "environ", "amount", "code", "said"),
    [
        ("", {}, "0.23", 3, "max_cost_usd allows $0.23"),
        ("budget: {max_cost: 0.2}\n", {}, "9", 3, "the storyboard's budget"),
        ("", {"STORYREEL_MAX_COST": "0.1"}, "9", 3, "STORYREEL_MAX_COST"),
        ("", {"CI": "true", "TF_BUILD": "True", "BUILD_REASON": "PullRequest"}, "9", 5, "fork"),
        ("", {"WAVESPEED_API_KEY": ""}, "9", 2, "WAVESPEED_API_KEY is not set"),
    ],
    ids=["amount", "board", "environment", "fork", "no key"],
)
def test_every_limit_holds_before_anything_is_bought(
    at: Set, extra: str, environ: dict[str, str], amount: str, code: int, said: str
) -> None:
    at.here.board.write_text(extra + at.here.board.read_text())

    async def play() -> None:
        async with at.session(**environ) as on:
            told = await on.error("shoot", file="film.yaml", max_cost_usd=amount)
            assert told["exit_code"] == code
            assert said in told["message"]
            assert "raise it, or" not in told["hint"], "a model must not spend more by itself"
        assert at.double.accepted() == []

    played(play)


def test_a_saved_plan_is_an_amount(at: Set) -> None:
    async def play() -> None:
        async with at.session() as on:
            (at.here.folder / "package.json").write_text("{}")
            lost = await on.error("plan", file="film.yaml", save_as="package.json")
            assert "it would be lost" in lost["message"]
            for _ in range(2):
                found = await on.call("plan", file="film.yaml", only=["s0002"], save_as="plan.json")
                assert "shoot would buy 1 take for $0.08" in text(found, 2)
            mixed = await on.error("shoot", file="plan.json", only=["s0001"])
            assert "says itself what is bought: only" in mixed["message"]
            assert (await on.error("shoot", file="plan.json", max_cost_usd="0.01"))["exit_code"] == 3
            assert (await on.value("shoot", file="plan.json"))["spent_usd"] == "0.08"
        assert len(at.double.accepted()) == 1

    played(play)


def test_paths_stay_in_the_folder(at: Set, tmp_path: Path) -> None:
    outside = stage(tmp_path / "outside", 1)
    (at.here.folder / "link.yaml").symlink_to(outside.board)
    (at.here.folder / "away").symlink_to(outside.folder)
    (at.here.folder / "away.json").write_text((at.here.folder / "storyreel.yaml").read_text())
    plan = {
        "format": 1, "storyboard": "../outside/film.yaml", "origin": at.double.origin, "variants": [], "orders": {},
        "wish": {"named": [], "regenerate_absent": False, "again": False, "missing_only": False},
        "cost_usd": "9", "quoted": False,
    }  # fmt: skip
    assert list(schema.violations("saved-plan.schema.json", plan)) == []
    (at.here.folder / "away.json").write_text(json.dumps(plan))

    async def play() -> None:
        async with at.session() as on:
            for name in ("../outside/film.yaml", str(outside.board), "link.yaml", "away/film.yaml", "/etc/passwd"):
                for tool in ("plan", "status", "render", "shoot"):
                    assert "lies outside" in (await on.error(tool, file=name))["message"]
                assert "lies outside" in (await on.error("check", files=["film.yaml", name]))["message"]
            assert "lies outside" in (await on.error("plan", file="film.yaml", save_as="../plan.json"))["message"]
            assert "lies outside" in (await on.error("shoot", file="away.json"))["message"]
            assert "is no path" in (await on.error("status", file="a\0b"))["message"]
            absolute = await on.value("status", file=str(at.here.board))
            assert absolute["storyboard"] == str(at.here.board)
        (at.here.folder / "inner").mkdir()
        (at.here.folder / "inner" / "film.yaml").write_text(at.here.board.read_text())
        async with at.session("--root", "inner") as on:
            told = await on.error("render", file="film.yaml")
            assert f"--root {at.here.folder}" in told["hint"], "its takes would be kept outside"
            assert "outside" in (await on.error("models"))["message"]
        assert at.double.accepted() == []

    played(play)


def test_the_key_is_in_no_answer_and_in_no_log(at: Set) -> None:
    said: list[str] = []

    async def play() -> None:
        async with at.session() as on:
            found = [
                await on.call("status", file=KEY),
                await on.call("prompt", file="film.yaml", shot=KEY),
                await on.call("shoot", file="film.yaml", max_cost_usd=KEY),
                await on.call("shoot", file="film.yaml", max_cost_usd="1", **{KEY: KEY}),
                await on.call("shoot", file="film.yaml", max_cost_usd="1"),
                await on.call("models", model=KEY),
            ]
            said.extend(answer.model_dump_json() for answer in found)
            said.extend(on.lines)

    at.here.board.write_text(at.here.board.read_text().replace("Picture 1", "Picture one"))
    played(play)
    said.append(at.log.read_text())
    assert not [text for text in said if KEY in text]


def test_what_failed_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    here = stage(tmp_path / "project", 2)
    conduct = Conduct(clips="tiny", generation_s=0, faults=(Fault("task_fails", match="Picture 1 ", code=5003),))
    with doubled(tmp_path / "double", conduct, catalogue=settings.project_of(here.board).models) as double:
        at = Set(replace(here, origin=double.origin), double, tmp_path / "stderr.log")

        async def play() -> None:
            async with at.session() as on:
                value = await on.value("shoot", file="film.yaml", max_cost_usd="1")
                failed = [take["error"] for take in value["takes"] if take["error"]]
                assert [error["exit_code"] for error in failed] == [1]
                assert value["cuts"][0]["takes"] == 1

        played(play)


@pytest.mark.parametrize("word", ["is being submitted", "is being made", "ready", "cut main"])
def test_a_call_that_is_cancelled_comes_to_an_orderly_end(tmp_path: Path, word: str) -> None:
    here = stage(tmp_path / "project", 6, concurrency=3)
    with doubled(tmp_path / "double", catalogue=settings.project_of(here.board).models) as double:
        at = Set(replace(here, origin=double.origin), double, tmp_path / "stderr.log")

        async def play() -> None:
            async with at.session() as on:
                await cancelled_at(on, word)
                value = await on.value("shoot", file="film.yaml", max_cost_usd="1")
                assert value["cuts"][0]["takes"] == 6
                lock = (at.here.folder / "film.lock.yaml").read_text()
                assert lock.count('"prediction"') == 6

        played(play)
        assert len(double.accepted()) == 6
        assert set(double.bought().values()) == {1}
        assert here.left_behind() == []


async def cancelled_at(on: Session, word: str) -> None:
    """Call `shoot`, and cancel it as soon as its progress says this."""
    with anyio.CancelScope() as scope:
        on.heard = lambda line: scope.cancel() if word in line else None
        await on.call("shoot", file="film.yaml", max_cost_usd="1")
    assert scope.cancelled_caught
    on.heard = lambda _: None


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Hostile]:
    with hostile(tmp_path / "api") as found:
        yield found
        found.answers.set()


def test_an_answer_on_its_way_is_waited_for_when_the_call_is_cancelled(tmp_path: Path, api: Hostile) -> None:
    here = replace(stage(tmp_path / "project", 1), origin=api.origin)
    api.answers.clear()

    async def play() -> None:
        async with session(here, log=tmp_path / "stderr.log") as on:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(bought, on)
                assert await anyio.to_thread.run_sync(api.arrived.acquire)
                tasks.cancel_scope.cancel()
            account = await on.value("status", file="film.yaml")
            assert [row["state"] for row in account["rows"]] == ["open"], "who only reads need not wait"
            api.answers.set()
            value = await on.value("shoot", file="film.yaml", max_cost_usd="1")
            assert value["cuts"][0]["takes"] == 1

    async def bought(on: Session) -> None:
        await on.call("shoot", file="film.yaml", max_cost_usd="1")

    played(play)
    assert len(api.submitted) == 1


def test_calls_that_write_wait_for_each_other(at: Set) -> None:
    async def play() -> None:
        async with at.session() as on, anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(shot, on)

    async def shot(on: Session) -> None:
        assert (await on.value("shoot", file="film.yaml", max_cost_usd="1"))["cuts"][0]["takes"] == 3

    played(play)
    assert list(at.double.bought().values()) == [1, 1, 1]


def raw(here: Stage) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", "mcp"],
        cwd=here.folder, env=here.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def said_to(process: subprocess.Popen[str], tool: str, **words: object) -> None:
    """The handshake, and a call."""
    call = {"name": tool, "arguments": words, "_meta": {"progressToken": 1}}
    messages: list[dict[str, Any]] = [
        INITIALIZE,
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call},
    ]
    assert process.stdin
    process.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
    process.stdin.flush()


def test_only_the_protocol_is_on_stdout_and_the_end_of_input_ends_it(tmp_path: Path) -> None:
    with raw(stage(tmp_path / "project", 1)) as process:
        said_to(process, "render", file="film.yaml")
        assert process.stdout
        said: list[dict[str, Any]] = []
        while not said or said[-1].get("id") != 2:
            said.append(json.loads(process.stdout.readline()))
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")
    assert {message["jsonrpc"] for message in said} == {"2.0"}
    numbers = [message["params"]["progress"] for message in said if "params" in message]
    assert numbers == sorted({*numbers}), "progress only goes forward"


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
def test_an_answer_on_its_way_is_waited_for_when_the_client_goes_away(tmp_path: Path, api: Hostile) -> None:
    here = replace(stage(tmp_path / "project", 1), origin=api.origin)
    api.answers.clear()
    with raw(here) as process:
        said_to(process, "shoot", file="film.yaml", max_cost_usd="1")
        assert api.arrived.acquire(timeout=20)
        assert process.stdin
        process.stdin.close()
        for _ in range(2):  # clients send this when the end of their patience comes before that of the work
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.5)
            process.send_signal(signal.SIGTERM)
        api.answers.set()
        assert process.wait(timeout=20) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    assert len(list(here.folder.rglob("prediction.json"))) == 1

    async def play() -> None:
        async with session(here, log=tmp_path / "stderr.log") as on:
            assert (await on.value("shoot", file="film.yaml", max_cost_usd="1"))["cuts"][0]["takes"] == 1

    played(play)
    assert len(api.submitted) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such signals")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM], ids=lambda sign: sign.name)
def test_a_signal_ends_it_where_nothing_is_at_work(tmp_path: Path, sign: signal.Signals) -> None:
    with raw(stage(tmp_path / "project", 1)) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(INITIALIZE) + "\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(sign)
        assert process.wait(timeout=20) == 130
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_without_its_library_the_extra_is_named(tmp_path: Path) -> None:
    code = "import sys; sys.modules['mcp_types'] = None; from pipeline.cli import main; sys.exit(main(['mcp']))"
    environ = stage(tmp_path, 1).environ
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert done.returncode == 2
    assert 'pip install "storyreel[mcp]"' in done.stderr


def test_a_folder_that_is_none_is_told_of(tmp_path: Path) -> None:
    line = [sys.executable, "-m", "pipeline.cli", "mcp", "--root", "nowhere"]
    done = subprocess.run(line, cwd=tmp_path, env=stage(tmp_path, 1).environ, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere: No such file or directory" in done.stderr
