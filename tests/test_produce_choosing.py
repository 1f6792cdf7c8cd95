"""Takes are listed and chosen; what was chosen stays chosen, costs nothing, and changes no storyboard."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline import produce
from pipeline.errors import SetupError
from pipeline.plan import TakeRow
from pipeline.produce import Choice, Chosen
from tests.studio import BOARD, TWO, Studio, opened

CHAIN = BOARD + "  - {id: sh030, prompt: A gull., continue_from: {shot: sh010}}\n"


def choose(studio: Studio, shot: str = "sh010", **what: Any) -> Chosen:
    return produce.choose(studio.file, shot, Choice(**what), studio.environ)


def rows(studio: Studio, shot: str = "sh010") -> tuple[TakeRow, ...]:
    return produce.takes(studio.file, shot, studio.environ).rows


def used(studio: Studio, shot: str = "sh010") -> dict[str, tuple[str, ...]]:
    return {str(row.name): row.used for row in rows(studio, shot) if row.used}


def states(studio: Studio) -> dict[str, str]:
    return {slot.shot: slot.state for slot in studio.plan().every_slot()}


def changed(studio: Studio, before: str = "The sea", after: str = "The wild sea") -> None:
    studio.write(studio.file.read_text("utf-8").replace(before, after))


def test_one_more_take_is_bought_by_name_alone_and_leaves_the_one_in_use(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        lock = studio.lock
        done = studio.shoot(only=["sh010"], again=True)
        assert len(done.made) == 1
        assert len(studio.double.accepted()) == 3
        assert [(row.name, bool(row.used)) for row in rows(studio)] == [(1, True), (2, False)]
        assert studio.lock.uses(studio.double.origin) == lock.uses(studio.double.origin)
        assert states(studio) == {"sh010": "reuse", "sh020": "reuse"}
        with pytest.raises(SetupError, match="which shot"):
            studio.shoot(again=True)


def test_each_take_has_a_name_of_its_own_whatever_request_it_answers(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        changed(studio)
        studio.shoot()
        studio.shoot(only=["sh010"], again=True)
        found = rows(studio)
        assert [row.name for row in found] == [1, 2, 3]
        assert [bool(row.answers) for row in found] == [False, True, True]
        assert [row.number for row in found] == [1, 1, 2]
        reasons = {slot.shot: slot.reason for slot in studio.plan().every_slot()}
        assert reasons == {"sh010": "take 2 is kept", "sh020": "take 1 is kept"}


def test_the_circled_take_is_used_and_stays_so(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        studio.shoot(only=["sh010"], again=True)
        board = studio.file.read_bytes()
        chosen = choose(studio, circle=2)
        assert (chosen.row.name if chosen.row else 0, chosen.variants, chosen.cost_usd) == (2, ("main",), 0)
        assert used(studio) == {"2": ("main",)}
        studio.shoot()
        assert used(studio) == {"2": ("main",)}
        assert len(studio.double.accepted()) == 3
        assert studio.file.read_bytes() == board
        choose(studio, circle=1)
        assert used(studio) == {"1": ("main",)}


def test_a_circled_take_that_is_not_here_is_fetched_and_not_replaced(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        studio.shoot(only=["sh010"], again=True)
        choose(studio, circle=2)
        row = rows(studio)[1]
        assert row.here
        (tmp_path / "outputs" / row.here.home / "clip.mp4").unlink()
        assert states(studio)["sh010"] == "absent"
        done = studio.shoot()
        assert not done.failed
        assert used(studio) == {"2": ("main",)}
        assert rows(studio)[1].here
        assert len(studio.double.accepted()) == 3


def test_what_continues_from_a_shot_is_stale_once_another_take_is_circled(tmp_path: Path) -> None:
    with opened(tmp_path, text=CHAIN) as studio:
        studio.shoot()
        studio.shoot(only=["sh010"], again=True)
        chosen = choose(studio, circle=2)
        assert chosen.stale == ("sh030",)
        assert str(chosen.cost_usd) == "0.32"
        assert states(studio) == {"sh010": "reuse", "sh020": "reuse", "sh030": "stale"}
        choose(studio, circle=1)
        assert set(states(studio).values()) == {"reuse"}
        choose(studio, circle=2)
        studio.shoot()
        assert set(states(studio).values()) == {"reuse"}


def test_a_take_is_kept_for_the_shot_as_it_is_now(tmp_path: Path) -> None:
    with opened(tmp_path, text=CHAIN) as studio:
        studio.shoot()
        changed(studio)
        assert states(studio) == {"sh010": "stale", "sh020": "reuse", "sh030": "stale"}
        choose(studio, keep=True)
        # The very same frame is continued from, so this costs nothing either.
        assert set(states(studio).values()) == {"reuse"}
        studio.shoot()
        assert len(studio.double.accepted()) == 3
        changed(studio, "The wild sea", "The calm sea")
        assert states(studio)["sh010"] == "stale"


def test_a_take_of_an_older_request_is_circled_only_where_it_is_kept(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        changed(studio)
        studio.shoot()
        with pytest.raises(SetupError, match="another request") as caught:
            choose(studio, circle=1)
        assert "--circle 1 --keep" in caught.value.hint
        choose(studio, circle=1, keep=True)
        assert used(studio) == {"1": ("main",)}
        assert states(studio)["sh010"] == "reuse"


def test_a_kept_take_that_is_not_here_is_fetched(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        changed(studio)
        choose(studio, keep=True)
        row = rows(studio)[0]
        assert row.here
        (tmp_path / "outputs" / row.here.home / "clip.mp4").unlink()
        assert states(studio)["sh010"] == "absent"
        studio.shoot()
        assert used(studio) == {"1": ("main",)}
        assert len(studio.double.accepted()) == 2


def without_request(studio: Studio, digest: str) -> None:
    """The lock loses the request behind a digest."""
    lock = studio.folder / "film.lock.yaml"
    start = f'    {digest}: {{"format"' if digest[0].isalpha() else f'    "{digest}": {{"format"'
    lines = lock.read_text("utf-8").splitlines()
    lock.write_text("\n".join(line for line in lines if not line.startswith(start)), encoding="utf-8")
    assert studio.lock.request(studio.plan().origin, digest) is None


def kept_by_hand(studio: Studio) -> Any:
    """The take of the first shot, which is kept though the shot has changed."""
    studio.shoot()
    changed(studio)
    choose(studio, keep=True)
    row = rows(studio)[0]
    assert row.here
    return row


def test_a_kept_take_whose_request_the_lock_has_lost_is_fetched_by_what_the_store_knows(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        row = kept_by_hand(studio)
        clip = tmp_path / "outputs" / row.here.home / "clip.mp4"
        before, text = clip.read_bytes(), (tmp_path / "film.lock.yaml").read_text()
        clip.unlink()
        without_request(studio, row.digest)
        done = studio.shoot()
        assert (len(done.made), done.failed, done.left) == (1, {}, ())
        assert clip.read_bytes() == before
        assert (tmp_path / "film.lock.yaml").read_text() == text, "the request is back"
        assert len(studio.double.accepted()) == 2


def test_a_request_that_the_lock_has_lost_comes_back_from_the_store(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        row = kept_by_hand(studio)
        text = (tmp_path / "film.lock.yaml").read_text()
        without_request(studio, row.digest)
        assert studio.shoot().made == {}
        assert (tmp_path / "film.lock.yaml").read_text() == text
        assert len(studio.double.accepted()) == 2


@pytest.mark.parametrize("store", ["gone", "another"])
def test_a_kept_take_whose_request_nobody_has_is_told_and_not_bought(tmp_path: Path, store: str) -> None:
    with opened(tmp_path) as studio:
        row = kept_by_hand(studio)
        home = tmp_path / "outputs" / row.here.home
        (home / "clip.mp4").unlink()
        if store == "gone":
            shutil.rmtree(home)
        else:
            intent = home / "attempts" / "1" / "intent.json"
            fields = json.loads(intent.read_text())
            fields["request"]["inputs"]["prompt"] += " And a gull."
            intent.write_text(json.dumps(fields))
        without_request(studio, row.digest)
        done = studio.shoot()
        assert done.made == {}
        [left] = done.left
        assert left.reason.startswith("its take is paid for and not here, and the request it answers is lost: neither")
        assert len(studio.double.accepted()) == 2


def test_a_held_take_is_used_whatever_the_shot_becomes(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        choose(studio, hold=True)
        changed(studio)
        assert states(studio)["sh010"] == "held"
        done = studio.shoot()
        assert (done.made, done.left) == ({}, ())
        changed(studio, "The wild sea", "The sea at night")
        assert used(studio) == {"1": ("main",)}
        choose(studio, release=True)
        assert states(studio)["sh010"] == "stale"
        studio.shoot()
        assert len(studio.double.accepted()) == 3


def test_a_held_shot_is_not_bought_by_its_name_either(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        choose(studio, hold=True)
        changed(studio)
        assert studio.shoot(only=["sh010"]).made == {}
        done = studio.shoot(only=["sh010"], again=True)
        assert done.made == {}
        assert [left.reason for left in done.left] == ["it is held: one more take of it can't be bought now"]


def test_points_are_those_of_one_take(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        studio.shoot(only=["sh010"], again=True)
        choose(studio, circle=2, in_s=Fraction("0.5"), out_s=Fraction(2))
        assert studio.shoot().rendered.cuts[0].frames == 6 * 4 + 9
        choose(studio, circle=1)
        assert studio.shoot().rendered.cuts[0].frames == 6 * 8
        choose(studio, circle=2)
        assert studio.shoot().rendered.cuts[0].frames == 6 * 4 + 9
        choose(studio, in_s="auto")
        assert studio.shoot().rendered.cuts[0].frames == 6 * 4 + 12


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ({"in_s": Fraction(2), "out_s": Fraction(2)}, "there is nothing"),
        ({"out_s": Fraction(5)}, "4 s long"),
        ({"in_s": Fraction(4)}, "there is nothing"),
    ],
)
def test_points_between_which_there_is_nothing_are_refused(tmp_path: Path, points: Any, message: str) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        lock = (tmp_path / "film.lock.yaml").read_bytes()
        with pytest.raises(SetupError, match=message):
            choose(studio, **points)
        assert (tmp_path / "film.lock.yaml").read_bytes() == lock


def test_a_take_that_all_variants_use_is_chosen_in_all_or_in_one(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        studio.shoot()
        studio.shoot(only=["sh020"], again=True)
        assert choose(studio, "sh020", circle=2).variants == ("wet", "dry")
        assert used(studio, "sh020") == {"2": ("wet", "dry")}
        assert choose(studio, "sh020", circle=1, variant="dry").variants == ("dry",)
        assert used(studio, "sh020") == {"1": ("dry",), "2": ("wet",)}
        studio.shoot()
        assert used(studio, "sh020") == {"1": ("dry",), "2": ("wet",)}


def test_a_take_of_one_variant_is_chosen_there_alone(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        studio.shoot()
        wet = next(row for row in rows(studio) if row.answers == ("wet",))
        assert choose(studio, circle=wet.name).variants == ("wet",)
        assert choose(studio, circle=wet.name, variant="dry", keep=True).variants == ("dry",)
        assert used(studio) == {str(wet.name): ("wet", "dry")}
        with pytest.raises(SetupError, match="no variant"):
            choose(studio, circle=wet.name, variant="damp")


def test_one_variant_holds_what_others_replace(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        studio.shoot()
        choose(studio, "sh020", hold=True, variant="dry")
        changed(studio, "A bell", "A gong")
        assert {(slot.variant, slot.state) for slot in studio.plan().every_slot() if slot.shot == "sh020"} == {
            ("wet", "stale"), ("dry", "held"),
        }  # fmt: skip
        assert len(studio.shoot().made) == 1
        assert [row.used for row in rows(studio, "sh020")] == [("dry",), ("wet",)]


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"circle": 7}, "no take 7"),
        ({"keep": True}, "answers it as it is"),
        ({"release": True}, "no take of sh010 is held"),
    ],
)
def test_what_can_not_be_chosen_is_told(tmp_path: Path, what: Any, message: str) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        with pytest.raises(SetupError, match=message):
            choose(studio, **what)


def test_a_shot_without_takes_has_none_to_choose(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        assert rows(studio) == ()
        with pytest.raises(SetupError, match="no take yet"):
            choose(studio, hold=True)
        with pytest.raises(SetupError, match="there is no shot"):
            choose(studio, "sh011", circle=1)


def test_missing_only_leaves_changed_shots_with_the_takes_they_have(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        changed(studio)
        studio.write(studio.file.read_text("utf-8") + "  - {id: sh030, prompt: A gull.}\n")
        done = studio.shoot(missing_only=True)
        assert [order.shot for order in done.offer.purchase.to_pay] == ["sh030"]
        assert done.left == ()
        assert states(studio) == {"sh010": "stale", "sh020": "reuse", "sh030": "reuse"}


def test_missing_only_buys_nothing_that_continues_from_a_changed_shot(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        changed(studio)
        studio.write(
            studio.file.read_text("utf-8") + "  - {id: sh030, prompt: A gull., continue_from: {shot: sh010}}\n"
        )
        done = studio.shoot(missing_only=True)
        assert done.made == {}
        (left,) = done.left
        assert left.reason == "it continues from sh010, which has changed and keeps the take it has"
        choose(studio, keep=True)
        assert [order.shot for order in studio.shoot(missing_only=True).offer.purchase.to_pay] == ["sh030"]
