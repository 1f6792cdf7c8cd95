"""What a storyboard has cost and has open, and what the user says of an attempt."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import httpx
import pytest

from pipeline import produce, wire
from pipeline.errors import SetupError, StoreError
from pipeline.server.conduct import Fault
from pipeline.store import Intent, take_home
from pipeline.wire import as_digested
from tests.double import KEY
from tests.rehearsal import SEEDANCE
from tests.studio import BOARD, TWO, Studio, opened

USD = Decimal("0.32")  # four seconds at $0.08


def attempt(studio: Studio, shot: str, prediction: str = "", number: int = 1, variant: str = "main") -> str:
    """An attempt that a dead process left behind; its digest."""
    plan = studio.plan()
    found = next(iter(plan.variants.called(frozenset({variant}))))
    index = next(i for i, entry in enumerate(plan.board.entries) if entry.id == shot)
    digest = plan.digests(found)[index]
    intent = Intent(as_digested(plan.request(found, index)), "film", variant, shot, USD)
    with studio.store.open(take_home(studio.double.origin, digest, number)) as home:
        begun = home.begin(intent)
        if prediction:
            begun.submitted(prediction)
    return digest


def made_elsewhere(studio: Studio, shot: str) -> str:
    """The id of a generation of the same request that was not made by us."""
    plan = studio.plan()
    index = next(i for i, entry in enumerate(plan.board.entries) if entry.id == shot)
    inputs = {name: value for name, value in plan.request(plan.variants.first(), index).inputs.items() if value != ()}
    headers = {"Authorization": f"Bearer {KEY}"}
    address = f"{studio.double.origin}{wire.submit_path(SEEDANCE)}"
    prediction: str = httpx.post(address, json=inputs, headers=headers, trust_env=False).json()["data"]["id"]
    return prediction


# --- status


def test_before_anything_is_bought_all_sums_are_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        account = studio.status()
    assert (account.rows, account.takes, account.used, account.spent_usd) == ((), 0, 0, 0)
    assert account.usd_per_kept_s is None


def test_what_is_kept_and_used_is_summed(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        account = studio.status()
    assert (account.takes, account.used, account.rows) == (2, 2, ())
    assert account.kept_usd == account.spent_usd == 2 * USD
    assert account.unused_usd == account.failed_usd == account.open_usd == 0
    assert account.kept_s == Fraction(8)
    assert account.usd_per_kept_s == Decimal("0.0800")


def test_a_take_that_no_shot_uses_any_more_is_unused(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        studio.write(BOARD.replace("A bell.", "A bell tolls."))
        before = studio.status()
        assert (before.takes, before.used, before.unused_usd) == (2, 2, 0)  # stale, and still shown
        studio.shoot()
        account = studio.status()
    assert (account.takes, account.used) == (3, 2)
    assert account.unused_usd == USD
    assert account.kept_usd == 3 * USD
    assert account.usd_per_kept_s == Decimal("0.1200")


def test_what_failed_and_what_is_open_is_summed_apart(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("task_fails", match="bell", code=1403, most=1), refund_delay_s=3600) as studio:
        studio.shoot()
        attempt(studio, "sh020", "p-open")
        account = studio.status()
    assert (account.takes, account.kept_usd) == (1, USD)
    assert account.failed_usd == account.open_usd == USD
    assert account.spent_usd == 3 * USD
    (row,) = account.rows
    assert (row.shot, row.state, row.prediction) == ("sh020", "open", "p-open")


def test_what_was_given_back_costs_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("task_fails", match="bell", code=1403, most=1)) as studio:
        studio.shoot()
        studio.shoot()  # by now its bill says so
        assert studio.status().failed_usd == 0


def test_what_was_turned_away_costs_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("refused_in_200", match="bell", most=1)) as studio:
        shooting = studio.shoot()
        assert len(shooting.failed) == 1
        assert shooting.spent_usd == USD
        assert studio.status().spent_usd == USD


def test_other_storyboards_of_the_store_are_not_counted(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        (tmp_path / "other.yaml").write_text(BOARD.replace("A bell.", "A gull.").replace("sea", "sky"))
        assert studio.status().takes == 2
        account = produce.status(tmp_path / "other.yaml", studio.environ)
    assert account.takes == 0


def test_what_was_refused_or_is_held_is_told(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("task_fails", match="sea in rain", code=1200), text=BOARD + TWO) as studio:
        studio.shoot()
        rows = {(row.variant, row.shot): row.state for row in studio.status().rows}
    assert rows == {("wet", "sh010"): "refused", ("dry", "sh010"): "held"}


def test_an_absent_take_is_told_with_its_id(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        take = next(iter(studio.plan().view.takes.values()))[0]
        (tmp_path / "outputs" / take.home / "clip.mp4").unlink()
        account = studio.status()
    (row,) = account.rows
    assert (row.state, row.prediction) == ("absent", take.prediction)
    assert (account.takes, account.used) == (2, 2)


# --- settle


def test_an_uncertain_attempt_is_adopted_by_its_shot(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        attempt(studio, "sh020")
        prediction = made_elsewhere(studio, "sh020")
        row = studio.settle("sh020", prediction)
        assert (row.shot, row.state) == ("sh020", "uncertain")
        assert studio.status().rows[0].state == "open"
        studio.shoot()
        bought = [one["id"] for one in studio.double.accepted()]
        assert prediction in bought
        assert len(bought) == 2
        assert studio.status().takes == 2


def test_an_uncertain_attempt_is_given_up_by_its_digest_and_only_then_bought_again(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        digest = attempt(studio, "sh020")
        assert studio.settle(digest[:12]).shot == "sh020"
        assert not studio.double.accepted()
        account = studio.status()
        assert account.failed_usd == USD  # nobody knows whether it was charged
        assert account.rows == ()
        studio.shoot()
        assert len(studio.double.accepted()) == 2


def test_an_open_attempt_can_be_given_up_but_not_called_something_else(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        attempt(studio, "sh020", "p-open")
        with pytest.raises(StoreError, match="p-open"):
            studio.settle("sh020", "p-other")
        studio.settle("sh020")
        assert studio.status().rows == ()


def test_what_was_made_elsewhere_is_adopted_where_nothing_was_tried(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        prediction = made_elsewhere(studio, "sh010")
        studio.settle("sh010", prediction)
        studio.shoot()
        assert [one["id"] for one in studio.double.accepted()].count(prediction) == 1
        assert len(studio.double.accepted()) == 2
        assert studio.status().kept_usd == 2 * USD


def test_a_part_names_its_take(tmp_path: Path) -> None:
    parts = "[{id: a, prompt: One.}, {id: b, prompt: Two.}]"
    text = BOARD + f"  - {{id: both, duration: 8, split: [4], shots: {parts}}}\n"
    with opened(tmp_path, text=text) as studio:
        attempt(studio, "both")
        assert studio.settle("b").shot == "both"


def test_an_attempt_at_a_later_take_is_the_one_that_is_settled(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        digest = studio.digests()["main", "sh020"]
        take = studio.plan().view.takes[digest][0]
        (tmp_path / "outputs" / take.home / "clip.mp4").unlink()
        attempt(studio, "sh020", number=2)
        assert [row.state for row in studio.status().rows] == ["uncertain"]
        studio.settle("sh020")
        assert [row.state for row in studio.status().rows] == ["absent"]
        studio.shoot()
        assert studio.status().rows == ()
        assert len(studio.double.accepted()) == 2


def test_of_several_jobs_of_a_shot_the_unsettled_one_is_meant(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        digest = attempt(studio, "sh010", variant="dry")
        assert studio.settle("sh010").digest == digest


def test_where_several_are_unsettled_they_are_named(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        some = [attempt(studio, "sh010", variant=variant) for variant in ("wet", "dry")]
        with pytest.raises(SetupError, match="several") as caught:
            studio.settle("sh010")
        assert f"{some[0][:12]} (wet)" in caught.value.hint
        assert f"{some[1][:12]} (dry)" in caught.value.hint
        assert studio.settle(some[1][:6]).digest == some[1]


@pytest.mark.parametrize("what", ["sh010", "sh999", "", "abcde", "0"])
def test_where_nothing_is_to_be_settled_what_is_unsettled_is_named(tmp_path: Path, what: str) -> None:
    with opened(tmp_path) as studio:
        attempt(studio, "sh020")
        with pytest.raises(SetupError, match="nothing is to be settled") as caught:
            studio.settle(what)
        assert "sh020" in caught.value.hint


def test_a_take_that_is_kept_is_not_to_be_settled(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        for adopt in ("", "p-other"):
            with pytest.raises(SetupError, match="nothing is to be settled"):
                studio.settle("sh010", adopt)


def test_an_id_that_is_written_down_already_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot(only=["sh010"])
        known = studio.double.accepted()[0]["id"]
        attempt(studio, "sh020")
        with pytest.raises(SetupError, match="already"):
            studio.settle("sh020", known)
        assert studio.status().rows[0].state == "uncertain"


@pytest.mark.parametrize("adopt", [" ", "p 1", "../p1", "p1?x=1", "p1\n"])
def test_what_is_no_id_is_refused(tmp_path: Path, adopt: str) -> None:
    with opened(tmp_path) as studio:
        attempt(studio, "sh020")
        with pytest.raises(SetupError, match="no id"):
            studio.settle("sh020", adopt)
        assert studio.status().rows[0].state == "uncertain"


def test_a_shot_that_is_being_shot_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        digest = attempt(studio, "sh020")
        home = take_home(studio.double.origin, digest, 1)
        with studio.store.open(home), pytest.raises(SetupError, match="nothing is to be settled"):
            studio.settle("sh010")
        with studio.store.open(home), pytest.raises(StoreError, match="being shot"):
            studio.settle("sh020")
