"""Takes land in the lock as they come, and what a shot uses is written down."""

from __future__ import annotations

from pathlib import Path

from pipeline import lock as locks
from pipeline.server.conduct import Fault
from tests.double import KEY
from tests.studio import BOARD, TWO, opened


def test_every_take_stands_in_the_lock_with_its_request_price_and_use(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        studio.shoot()
        origin, lock = studio.double.origin, studio.lock
        accepted = {row["id"] for row in studio.double.accepted()}
        takes = lock.every_take(origin)
        assert {take.prediction for take in takes} == accepted
        for take in takes:
            request = lock.request(origin, take.digest)
            assert request
            assert request["inputs"]["duration"] == 4
            assert f"{take.price_usd}" == "0.32"
        for (variant, shot), digest in studio.digests().items():
            use = lock.use(origin, shot, variant)
            assert use
            assert (use.wanted, use.digest, use.number) == (digest, digest, 1)
        text = (tmp_path / "film.lock.yaml").read_text("utf-8")
        assert KEY not in text
        assert text.count("://") == 1
        assert locks.dump(lock) == text


def test_a_run_without_news_leaves_the_lock_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        before = (tmp_path / "film.lock.yaml").stat()
        studio.shoot()
        after = (tmp_path / "film.lock.yaml").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_what_came_is_written_where_something_else_failed(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("task_fails", match="bell", code=1200)) as studio:
        assert len(studio.shoot().failed) == 1
        assert len(studio.lock.every_take(studio.double.origin)) == 1


def test_a_lock_that_was_lost_is_made_anew_from_the_store(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        before = (tmp_path / "film.lock.yaml").read_text("utf-8")
        (tmp_path / "film.lock.yaml").unlink()
        studio.shoot()
        assert (tmp_path / "film.lock.yaml").read_text("utf-8") == before
        assert len(studio.double.accepted()) == 2


def test_another_machine_with_the_lock_alone_fetches_and_buys_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        before = (tmp_path / "film.lock.yaml").read_text("utf-8")
        (tmp_path / "outputs").rename(tmp_path / "elsewhere")
        assert [row.state for row in studio.status().rows] == ["absent", "absent"]
        assert not studio.shoot(approve=lambda _: False).failed
        assert len(studio.double.accepted()) == 2
        assert (tmp_path / "film.lock.yaml").read_text("utf-8") == before
        assert studio.status().takes == 2


def test_what_is_bought_anew_gets_its_own_line(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot(only=["sh020"])
        (first,) = studio.lock.every_take(studio.double.origin)
        (tmp_path / "outputs").rename(tmp_path / "elsewhere")
        studio.shoot(only=["sh020"], regenerate_absent=True)
        takes = studio.lock.every_take(studio.double.origin)
        assert [take.number for take in takes] == [1, 2]
        assert takes[0] == first
        use = studio.lock.use(studio.double.origin, "sh020", "main")
        assert use
        assert use.number == 2
        assert len(studio.double.accepted()) == 2


def test_after_an_edit_one_line_moves_and_none_is_left_behind(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        before = (tmp_path / "film.lock.yaml").read_text("utf-8").splitlines()
        studio.write(BOARD.replace("A bell.", "A bell tolls."))
        studio.shoot()
        after = (tmp_path / "film.lock.yaml").read_text("utf-8").splitlines()
    gone, new = set(before) - set(after), set(after) - set(before)
    assert [line.split(":")[0].strip() for line in gone] == ["sh020"]
    assert len(new) == 4  # the shot, its take, its request and what that was made from
    assert not [line for line in after if "sh020/" in line]
