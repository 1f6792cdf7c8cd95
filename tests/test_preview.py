"""What a preview is made of: news, ranges, places of problems, choices, files that change, things made once."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import pytest

from pipeline.errors import GenerationError, SetupError
from pipeline.plan import rehearse
from pipeline.preview import footage
from pipeline.preview.choosing import choice_of
from pipeline.preview.news import news
from pipeline.preview.once import Once, Places
from pipeline.preview.placing import Complaint
from pipeline.preview.ranges import span
from pipeline.preview.reading import read_board
from pipeline.preview.watching import Watching
from pipeline.produce.choosing import Choice
from pipeline.take import Take
from tests.proofs.stage import stage

ROOM = Path(__file__).parent.parent / "pipeline" / "preview"
BOARD = """version: 1
title: Two Shots
shots:
  - id: sh010
    prompt: The sea.
  - id: sh020
    prompt: A gull.
"""


def test_from_nothing_the_news_is_everything() -> None:
    state = {"title": "Film", "panels": {"a": {"x": 1}, "b": {"x": 2}}}
    assert news({}, state) == {**state, "order": ["a", "b"]}


def test_only_what_differs_is_news() -> None:
    before = {"title": "Film", "work": {"done": 1}, "panels": {"a": {"x": 1}, "b": {"x": 2}}}
    now = {"title": "Film", "work": None, "panels": {"a": {"x": 1}, "b": {"x": 3}}}
    assert news(before, now) == {"work": None, "panels": {"b": {"x": 3}}}
    assert news(before, before) == {}


def test_shots_that_move_or_go_are_told_by_the_order() -> None:
    before = {"panels": {"a": {"x": 1}, "b": {"x": 2}, "c": {"x": 3}}}
    assert news(before, {"panels": {"c": {"x": 3}, "a": {"x": 1}}}) == {"order": ["c", "a"]}
    assert news({"cut": 1, "panels": {}}, {"panels": {}}) == {"cut": None}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("bytes=0-", (0, 100)), ("bytes=10-19", (10, 20)), ("bytes=90-1000", (90, 100)), ("bytes=-7", (93, 100)),
        ("bytes=-1000", (0, 100)), ("BYTES=5-5", (5, 6)),
    ],
)  # fmt: skip
def test_a_range_is_what_there_is_of_it(asked: str, found: tuple[int, int]) -> None:
    assert span(asked, 100) == found


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=100-", "bytes=20-10", "bytes=-0", "bytes=0-1,3-4", "bytes=" + ",".join(["0-"] * 1000), "bytes=a-b",
        "bytes=", "bytes=--1", "bytes=1-2-3", "lines=0-1", "", "bytes=" + "9" * 5000 + "-", "bytes=٣-", "bytes=0-\x00",
    ],
)  # fmt: skip
def test_what_is_no_single_range_is_none(asked: str) -> None:
    assert span(asked, 100) is None


def told(tmp_path: Path, text: str, shown: tuple[str, ...] = ("sh010", "sh020")) -> list[tuple[str, str, int]]:
    """Severity, panel and line of each problem of a board."""
    file = tmp_path / "film.yaml"
    file.write_text(text, encoding="utf-8")
    complaint = Complaint.of(read_board(file, {}), file)
    return [(one["severity"], one["shot"], one["line"]) for one in complaint.told(shown, ())["problems"]]


def test_a_problem_is_at_the_shot_that_it_is_about(tmp_path: Path) -> None:
    assert told(tmp_path, BOARD.replace("A gull.", "A gull.\n    duration: 99")) == [("error", "sh020", 8)]
    assert told(tmp_path, BOARD.replace("A gull.", "'@nobody flies.'")) == [("error", "sh020", 7)]


def test_a_text_that_is_no_yaml_is_wrong_at_the_shot_above(tmp_path: Path) -> None:
    assert told(tmp_path, BOARD.replace("The sea.", '"The sea.')) == [("error", "sh010", 5)]
    assert told(tmp_path, BOARD.replace("A gull.", "[A gull."))[0][1] == "sh020"
    assert told(tmp_path, BOARD.replace("title: Two Shots", "title: [Two"))[0][1] == ""


def test_what_belongs_to_no_panel_is_told_above_all(tmp_path: Path) -> None:
    assert told(tmp_path, BOARD.replace("title", "titel"))[0][1] == ""
    assert told(tmp_path, BOARD.replace("A gull.", "A gull.\n    duration: 99"), ()) == [("error", "", 8)]
    (error,) = Complaint().told((), [GenerationError("no room", hint="make some")])["problems"]
    assert (error["message"], error["hint"], error["line"], error["shot"]) == ("no room", "make some", 0, "")


def test_a_storyboard_that_is_gone_is_a_problem_like_others(tmp_path: Path) -> None:
    reading = read_board(tmp_path / "film.yaml", {})
    assert not reading.good
    assert "no such file" in reading.problems[0].message
    assert tmp_path / "film.yaml" in reading.files


def test_every_file_that_a_board_reads_is_looked_after(tmp_path: Path) -> None:
    (tmp_path / "storyreel.yaml").write_text("")
    (tmp_path / "bible.yaml").write_text("characters: {mara: {description: a girl}}\n")
    text = BOARD.replace("title", "include: [bible.yaml]\ntitle").replace(
        "A gull.", "A gull.\n    references: [{image: gull.png, role: a gull}]"
    )
    (tmp_path / "film.yaml").write_text(text)
    reading = read_board(tmp_path / "film.yaml", {})
    names = {file.name for file in reading.files}
    assert names >= {"film.yaml", "film.lock.yaml", "storyreel.yaml", "bible.yaml", "gull.png", "models"}
    assert [problem.path for problem in reading.problems if problem.severity == "error"] == [
        "shots[1].references[0].image"
    ]


@pytest.mark.parametrize(
    "asked",
    [
        None, [], "sh010", {}, {"shot": "sh010"}, {"shot": 1, "circle": 1}, {"shot": "sh010", "circle": 0},
        {"shot": "sh010", "circle": True}, {"shot": "sh010", "circle": "1"}, {"shot": "sh010", "in": 1.5},
        {"shot": "sh010", "in": "1e9"}, {"shot": "sh010", "out": "-1"}, {"shot": "x" * 5000, "circle": 1},
        {"shot": "sh010", "circle": 1, "hold": True}, {"shot": "sh010", "circle": 1, "variant": 3},
    ],
)  # fmt: skip
def test_what_is_no_choice_is_refused(asked: object) -> None:
    with pytest.raises(SetupError):
        choice_of(asked)


def test_a_choice_is_what_take_would_be_told() -> None:
    assert choice_of({"shot": "sh010", "circle": 2}) == ("sh010", Choice(circle=2))
    found = choice_of({"shot": "sh010", "in": "0.5", "out": "auto", "variant": "storm"})
    assert found == ("sh010", Choice(in_s=Fraction(1, 2), out_s="auto", variant="storm"))


def test_nothing_that_buys_is_within_reach_of_the_page() -> None:
    names = {
        (node.module, alias.name)
        for file in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    bought = {"shooting", "buying", "offering", "quoting", "saving", "endpoints", "accounts", "billing"}
    assert not {module for module, _ in names if module and module.rpartition(".")[2] in bought}
    assert not {name for _, name in names} & {"shoot", "shoot_saved", "offered", "settle", "paid", "api_key"}


@asynccontextmanager
async def watched(*files: Path) -> AsyncIterator[Callable[[], asyncio.Future[frozenset[Path]]]]:
    """Watches files; the next change of them is awaited by calling what this gives."""
    watching = Watching()
    watching.look_at(files)
    changes = watching.changes()
    yield lambda: asyncio.ensure_future(_next(changes))
    watching.end()
    await changes.aclose()  # type: ignore[attr-defined]  # it is a generator


async def _next(changes: AsyncIterator[frozenset[Path]]) -> frozenset[Path]:
    return await asyncio.wait_for(changes.__anext__(), 10)


def test_every_way_to_save_is_noticed(tmp_path: Path) -> None:
    file, other = tmp_path / "film.yaml", tmp_path / "film.yaml.swp"
    file.write_text("one")

    async def run() -> None:
        async with watched(file) as change:
            for save in (
                lambda: file.write_text("two"),
                lambda: (other.write_text("three"), other.replace(file)),  # as most editors do
                lambda: file.unlink(),
                lambda: file.write_text("four"),
                lambda: (file.rename(other), file.write_text("five")),  # as vim does with backups
            ):
                noticed = change()
                save()
                assert file in await noticed

    asyncio.run(run())


def test_a_file_in_a_folder_that_is_not_there_yet_is_noticed(tmp_path: Path) -> None:
    async def run() -> None:
        async with watched(tmp_path / "refs" / "face.png") as change:
            noticed = change()
            (tmp_path / "refs").mkdir()
            (tmp_path / "refs" / "face.png").write_bytes(b"a face")
            assert await noticed <= {tmp_path / "refs", tmp_path / "refs" / "face.png"}

    asyncio.run(run())


def test_things_are_made_once_however_many_ask(tmp_path: Path) -> None:
    async def run() -> None:
        made: list[Path] = []

        async def make(target: Path) -> None:
            made.append(target)
            await asyncio.sleep(0)
            target.write_text("here")

        once = Once(tmp_path, "txt", most=2)
        first, second = await asyncio.gather(once.get("a", make), once.get("a", make))
        assert first == second == made[0]
        for name in "bca":
            await once.get(name, make)
        assert len(made) == 4  # the first one went when the third came
        assert len(list(tmp_path.iterdir())) == 2

    asyncio.run(run())


def test_what_failed_is_tried_again_and_what_ends_says_so(tmp_path: Path) -> None:
    async def run() -> None:
        once = Once(tmp_path, "txt", most=9)

        async def fail(_: Path) -> None:
            raise GenerationError("no")

        async def wait(_: Path) -> None:
            await asyncio.Event().wait()

        for _ in range(2):
            with pytest.raises(GenerationError, match="no"):
                await once.get("a", fail)
        waiting = asyncio.ensure_future(once.get("b", wait))
        await asyncio.sleep(0)
        once.end()
        with pytest.raises(GenerationError, match="ends"):
            await waiting

    asyncio.run(run())


def test_who_came_last_is_next() -> None:
    async def run() -> None:
        places, order = Places(1), list[str]()

        async def work(name: str) -> None:
            async with places.one():
                order.append(name)
                await asyncio.sleep(0)

        async with places.one():
            tasks = []
            for name in "abcd":
                tasks.append(asyncio.create_task(work(name)))
                await asyncio.sleep(0)
            tasks[3].cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*tasks, return_exceptions=True)
        assert order == ["c", "b", "a"]
        async with asyncio.timeout(1), places.one():
            pass

    asyncio.run(run())


def test_the_server_of_whole_clips_begins_anew_before_it_holds_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage, "_MOST", 0)
    reading = read_board(stage(tmp_path / "film", 2).board, {})
    assert reading.film
    assert reading.plan
    film, orders = reading.film, list(rehearse(reading.plan).orders.values())

    async def run() -> None:
        servers = []
        async with footage.Footage(tmp_path / "served") as made:
            for order in orders:
                (found,) = (await made.make(film, [order], {}, lambda _: None)).values()
                assert isinstance(found, Take)
                servers.append(list((tmp_path / "served").iterdir()))
        assert [len(folders) for folders in servers] == [1, 1]
        assert servers[0] != servers[1]
        assert not list((tmp_path / "served").iterdir())

    asyncio.run(run())
