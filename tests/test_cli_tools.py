"""What stands behind the tools: one piece of work at a time, and an answer whatever happens."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import schema
from pipeline.cli.tools.answers import answer
from pipeline.cli.tools.bench import Bench, Piece
from pipeline.cli.tools.folder import Folder
from pipeline.cli.tools.offered import TOOLS
from pipeline.cli.tools.tool import Said, Tell, Tool, text, words
from pipeline.cli.tools.words import Words
from pipeline.errors import SetupError


def tool(run: Callable[[Words, Tell], Said]) -> Tool:
    return Tool("status", "Title", "What it does.", words((), name=text("A name.")), "status", run)


def test_a_bug_is_an_answer_and_its_traceback_is_kept_from_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "the-secret-of-the-test")

    def broken(_: Words, __: Tell) -> Said:
        raise KeyError("the-secret-of-the-test")

    found = answer(tool(broken), Words({}, Folder(tmp_path)), print)
    error = json.loads(found.texts[0])
    assert list(schema.violations("output/error.schema.json", error)) == []
    assert (found.is_error, error["error"]["exit_code"]) == (True, 70)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" in err
    assert "the-secret" not in err + found.texts[0]


def test_an_answer_that_nobody_could_hold_is_an_error(tmp_path: Path) -> None:
    found = answer(tool(lambda *_: Said({"rows": "x" * (5 << 20)})), Words({}, Folder(tmp_path)), print)
    assert "name a variant" in json.loads(found.texts[0])["error"]["hint"]


def test_every_argument_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    found = answer(tool(lambda *_: Said({})), Words({"name": 5, "nmae": 1}, Folder(tmp_path)), print)
    message = json.loads(found.texts[0])["error"]["message"]
    assert "'nmae' was unexpected" in message
    assert "name: 5 is not of type 'string'" in message


def test_a_path_through_a_link_is_that_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    folder = Folder(tmp_path / "in")
    (folder.root / "round").symlink_to(folder.root / "deep")
    (folder.root / "up").symlink_to("..")
    assert folder.path("round/film.yaml") == Path("round/film.yaml")
    for name in ("up/film.yaml", "deep/../../film.yaml", "up/in2/film.yaml"):
        with pytest.raises(SetupError, match="lies outside"):
            folder.path(name)


def worked_off(put: Callable[[Bench[str]], None]) -> None:
    """Put pieces on a bench from another thread; done when it is closed."""
    bench: Bench[str] = Bench()

    def puts() -> None:
        try:
            put(bench)
        finally:
            bench.close()

    thread = threading.Thread(target=puts)
    thread.start()
    bench.work_off()
    thread.join()


def test_pieces_are_done_in_their_order_on_the_main_thread() -> None:
    done: list[str | None] = []
    over = threading.Event()

    def put(bench: Bench[str]) -> None:
        for name in "abc":
            bench.put(Piece(lambda name=name: name + threading.current_thread().name, done.append))
        bench.put(Piece(lambda: "", lambda _: over.set()))
        assert over.wait(10)

    before = signal.getsignal(signal.SIGTERM)
    worked_off(put)
    assert done == ["aMainThread", "bMainThread", "cMainThread"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_is_stopped_ends_in_order_and_the_next_piece_is_done() -> None:
    done: list[tuple[str, str | None]] = []
    at_work, over = threading.Event(), threading.Event()
    steps: list[str] = []

    async def endless() -> str:
        at_work.set()
        try:
            await asyncio.sleep(60)
        finally:
            steps.append("orderly")
            await asyncio.sleep(0)
            steps.append("to its end")
        return "never"

    def put(bench: Bench[str]) -> None:
        first = Piece(lambda: asyncio.run(endless()), lambda outcome: done.append(("first", outcome)))
        second = Piece(lambda: "second", lambda outcome: done.append(("second", outcome)))
        third = Piece(lambda: "third", lambda outcome: (done.append(("third", outcome)), over.set()))
        for piece in (first, second, third):
            bench.put(piece)
        assert at_work.wait(10)
        bench.stop(second)
        bench.stop(first)
        bench.stop(first)
        assert over.wait(10)
        bench.stop(first)

    worked_off(put)
    assert done == [("first", None), ("second", None), ("third", "third")]
    assert steps == ["orderly", "to its end"]


def test_the_page_tells_of_every_tool_and_its_settings_can_be_copied() -> None:
    page = (Path(__file__).parent.parent / "docs" / "mcp.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == [tool.name for tool in TOOLS]
    settings = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    servers = [block.get("mcpServers", block.get("servers")) for block in settings[:2]]
    assert [server["storyreel"]["args"][0] for server in servers] == ["mcp", "mcp"]
    assert list(schema.violations("output/error.schema.json", settings[2])) == []
