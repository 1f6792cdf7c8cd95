"""What is offered at which price, what the API says of it afterwards, and who may buy it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import produce
from pipeline.client import Endpoint
from pipeline.errors import ApprovalNeeded, OverBudget, RefusedByApi
from pipeline.produce import Offer
from pipeline.produce.billing import billed
from pipeline.produce.offering import purse_of, refuse_from_here, refuse_over_budget
from pipeline.produce.reading import now
from pipeline.server.conduct import Fault
from pipeline.settings.ci import Where
from tests.clips import Spec, write_clip
from tests.double import KEY
from tests.studio import BOARD, TWO, Studio, opened

USD = Decimal("0.32")
HOME, CI, FORK = Where("", False, False), Where("GitHub Actions", True, False), Where("GitHub Actions", True, True)


def offer(studio: Studio) -> Offer:
    return produce.offered(studio.file, environ=studio.environ, connect=studio.connect, live=True)


# --- limits


@pytest.mark.parametrize(
    ("board", "project", "environ", "asked", "usd", "words"),
    [
        (None, None, None, None, None, ""),
        ("5", None, None, None, "5", "the storyboard's budget"),
        ("5", "4", None, None, "4", "the budget in storyreel.yaml"),
        ("5", "4", "3", None, "3", "STORYREEL_MAX_COST"),
        ("5", "4", "3", "2", "2", "--max-cost"),
        ("1", "4", "3", "2", "1", "the storyboard's budget"),
        (None, None, "0", None, "0", "STORYREEL_MAX_COST"),
    ],
)
def test_of_all_limits_the_lowest_holds(
    tmp_path: Path,
    board: str | None,
    project: str | None,
    environ: str | None,
    asked: str | None,
    usd: str | None,
    words: str,
) -> None:
    (tmp_path / "film.yaml").write_text(BOARD + (f"budget: {{max_cost: {board}, max_total: 40}}\n" if board else ""))
    (tmp_path / "storyreel.yaml").write_text(f"budget: {{max_cost: {project}, max_total: 90}}\n" if project else "")
    film = produce.check(tmp_path / "film.yaml")
    variables = {"STORYREEL_MAX_COST": environ} if environ else {}
    purse = purse_of(film, variables, Decimal(asked) if asked else None)
    assert (purse.run_usd, purse.run_words) == (None if usd is None else Decimal(usd), words)
    assert purse.board_usd == (Decimal(40) if board else None)
    assert purse.store_usd == (Decimal(90) if project else None)
    assert purse.storyboard == "film"


@pytest.mark.parametrize(
    ("changes", "spent", "fine"),
    [
        ({"run_usd": Decimal("0.64")}, {"film": Decimal(9)}, True),
        ({"run_usd": Decimal("0.63"), "run_words": "--max-cost"}, {}, False),
        ({"board_usd": Decimal("1.00")}, {"film": Decimal("0.36"), "other": Decimal(9)}, True),
        ({"board_usd": Decimal("1.00")}, {"film": Decimal("0.37")}, False),
        ({"store_usd": Decimal("1.00")}, {"film": Decimal("0.20"), "other": Decimal("0.16")}, True),
        ({"store_usd": Decimal("1.00")}, {"film": Decimal("0.20"), "other": Decimal("0.17")}, False),
    ],
)
def test_an_offer_over_some_limit_is_refused_before_anything_is_bought(
    tmp_path: Path, changes: dict[str, Any], spent: dict[str, Decimal], fine: bool
) -> None:
    with opened(tmp_path) as studio:
        made = offer(studio)
    made = replace(made, purse=replace(made.purse, **changes), spent=spent)
    if fine:
        refuse_over_budget(made)
    else:
        with pytest.raises(OverBudget, match=r"\$0\.64.*nothing was bought") as caught:
            refuse_over_budget(made)
        assert caught.value.hint


def test_from_a_fork_nothing_is_bought_and_in_ci_only_for_an_amount(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        made = offer(studio)
        refuse_from_here(made, HOME)
        refuse_from_here(replace(made, amount=True), CI)
        with pytest.raises(ApprovalNeeded, match="without an amount"):
            refuse_from_here(made, CI)
        for amount in (True, False):
            with pytest.raises(ApprovalNeeded, match="fork"):
                refuse_from_here(replace(made, amount=amount), FORK)
        studio.shoot()
        refuse_from_here(offer(studio), FORK)  # where nothing costs anything nothing is refused


def test_without_a_yes_nothing_is_bought(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        seen: list[Offer] = []
        with pytest.raises(ApprovalNeeded):
            studio.shoot(approve=lambda offer: bool(seen.append(offer)))
        assert not studio.double.accepted()
        assert seen[0].cost_usd == 2 * USD
        studio.shoot()
        studio.shoot(approve=lambda _: pytest.fail("nobody has to be asked where nothing costs anything"))


# --- live prices


def test_a_live_price_is_the_discounted_one(tmp_path: Path) -> None:
    with opened(tmp_path, price_rate=Decimal("1.25"), discount_rate=Decimal("0.85")) as studio:
        made = offer(studio)
        assert made.cost_usd == 2 * Decimal("0.34")
        assert not made.estimate
        assert made.notes == ()
        assert not studio.double.accepted()
        assert studio.shoot().spent_usd == 2 * Decimal("0.34")


def test_jobs_that_cost_the_same_are_asked_for_once(tmp_path: Path) -> None:
    text = BOARD + "  - {id: sh030, prompt: A gull., duration: 5}\n" + TWO
    with opened(tmp_path, text=text) as studio:
        assert offer(studio).cost_usd == 3 * USD + Decimal("0.40")
        asked = studio.double.ledger()["requests"]
    assert sum(count for what, count in asked.items() if "price" in what or what == "account") == 2, asked


def test_without_a_live_price_the_list_price_is_used_and_told(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("server_error", at="account")) as studio:
        made = offer(studio)
    assert made.cost_usd == 2 * USD
    assert "list price" in made.notes[0]


def test_a_refused_key_is_told_before_anything_is_bought(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        environ = {**studio.environ, "WAVESPEED_API_KEY": "another-key-than-its"}
        with pytest.raises(RefusedByApi) as caught:
            studio.shoot(environ=environ)
        assert caught.value.http_status == 401
        assert "another-key" not in f"{caught.value} {caught.value.hint}"


def test_a_video_is_uploaded_once_for_its_price_and_its_use(tmp_path: Path) -> None:
    write_clip(tmp_path / "refs" / "wave.mp4", Spec(frames=72, size=(640, 360)))
    wave = '"The sea.", references: [{video: refs/wave.mp4, role: motion}]'
    text = BOARD.replace('"The sea in {{ weather }}."', wave)
    with opened(tmp_path, text=text) as studio:
        assert [problem.message for problem in produce.check(studio.file).checked.problems] == []
        offer(studio)
        studio.shoot(only=["sh010"])
        assert list(studio.double.ledger()["uploads"].values()) == [1]


# --- bills


def test_what_was_charged_stands_beside_what_was_expected(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        shooting = studio.shoot()
        assert (shooting.spent_usd, shooting.billed_usd) == (2 * USD, 2 * USD)
        bills = [one.bill for one in studio.store.attempts(studio.double.origin)]
        assert [bill.charged_usd for bill in bills if bill] == [USD, USD]


def test_a_refund_is_found_by_a_later_run_and_counts_for_the_total(tmp_path: Path) -> None:
    faults = Fault("task_fails", match="bell", code=1403, most=1)
    with opened(tmp_path, faults, text=BOARD + "budget: {max_total: 0.96}\n") as studio:
        studio.shoot()
        studio.shoot()
        studio.write(BOARD.replace("A bell.", "A gull.") + "budget: {max_total: 0.96}\n")
        assert studio.shoot().spent_usd == USD
        studio.write(BOARD.replace("A bell.", "A dog.") + "budget: {max_total: 0.96}\n")
        with pytest.raises(OverBudget):
            studio.shoot()


def test_an_api_that_tells_no_bills_is_no_obstacle(tmp_path: Path) -> None:
    with opened(tmp_path, Fault("server_error", at="account", code=404)) as studio:
        shooting = studio.shoot()
        assert shooting.billed_usd is None
        assert shooting.spent_usd == 2 * USD
        assert not shooting.failed


def test_another_storyboards_bills_are_not_this_runs(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        began = now()
        studio.shoot()
        (tmp_path / "other.yaml").write_text(BOARD.replace("A bell.", "A gull."))
        bought = {"approve": lambda _: True, "environ": studio.environ, "connect": studio.connect}
        assert produce.shoot(tmp_path / "other.yaml", **bought).billed_usd == USD
        for path in tmp_path.rglob("bill.json"):  # as if both ran at once, and neither had asked yet
            path.unlink()

        async def asked() -> Decimal | None:
            async with studio.connect(Endpoint(studio.double.origin, KEY)) as client:
                return await billed(client, studio.film, studio.double.origin, began)

        assert asyncio.run(asked()) == 2 * USD
