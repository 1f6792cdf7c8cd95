"""What was approved is bought, just that and no dearer; whatever else there is by then, nothing is."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import produce
from pipeline.errors import ApprovalNeeded, OverBudget, SetupError
from pipeline.plan import Wish
from pipeline.produce import Shooting
from pipeline.server.conduct import Fault
from tests.shop import briefly
from tests.studio import BOARD, TWO, Studio, opened


def saved(studio: Studio, variants: tuple[str, ...] = (), **wish: Any) -> Path:
    path = studio.folder / "plan.json"
    wanted = Wish(**wish)
    offer = produce.offered(studio.file, wanted, variants, studio.environ)
    produce.save(path, offer, wanted, variants, quoted=False)
    return path


def shoot(studio: Studio, path: Path, **how: Any) -> Shooting:
    how = {"environ": studio.environ, "connect": studio.connect, "sleep": briefly} | how
    return produce.shoot_saved(produce.agreement(path), **how)


def bought(studio: Studio) -> list[str]:
    return [row["prompt"].split("\n")[0] for row in studio.double.accepted()]


def test_what_was_approved_is_bought_and_nobody_is_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        done = shoot(studio, saved(studio, named=frozenset({"sh020"})))
        assert [order.shot for order in done.offer.purchase.to_pay] == ["sh020"]
        assert bought(studio) == ["A bell."]
        assert str(done.spent_usd) == "0.32"


def test_of_named_variants_only_these(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + TWO) as studio:
        shoot(studio, saved(studio, ("dry",)))
        assert sorted(bought(studio)) == ["A bell.", "The sea in sun."]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (("A bell", "A gong"), "sh020 makes another request now"),
        (("  - {id: sh020, prompt: A bell.}\n", ""), "sh020 is gone now, and was to be bought"),
        (
            ("shots:\n", "shots:\n  - {id: sh005, prompt: Fog.}\n"),
            "sh005 is to be bought now",
        ),
        (("duration: 4", "duration: 5"), "sh010 makes another request now; sh020 makes another request now"),
    ],
)
def test_a_plan_that_moved_buys_nothing(tmp_path: Path, edit: tuple[str, str], message: str) -> None:
    with opened(tmp_path) as studio:
        path = saved(studio)
        studio.write(BOARD.replace(*edit))
        with pytest.raises(SetupError, match=message) as caught:
            shoot(studio, path)
        assert "plan ... -o" in caught.value.hint
        assert caught.value.exit_code == 2
        assert bought(studio) == []
        assert "submit" not in studio.double.ledger()["requests"]


def test_an_edit_that_moves_no_request_is_no_obstacle(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        path = saved(studio)
        studio.write("# two shots\n" + BOARD.replace("rain}", "rain, hour: dawn}"))
        assert len(shoot(studio, path).made) == 2


def test_a_shot_that_was_chosen_otherwise_meanwhile_moves_the_plan(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        studio.shoot()
        studio.write(BOARD.replace("A bell", "A gong"))
        path = saved(studio)
        produce.choose(studio.file, "sh020", produce.Choice(keep=True), studio.environ)
        with pytest.raises(SetupError, match="sh020 is reuse now, and was to be bought"):
            shoot(studio, path)


def test_a_run_that_was_broken_off_goes_on_with_the_same_plan(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        path = saved(studio)
        studio.shoot(only=["sh010"])
        done = shoot(studio, path)
        assert [order.shot for order in done.offer.purchase.to_pay] == ["sh020"]
        assert shoot(studio, path).made == {}
        assert len(bought(studio)) == 2


def test_a_price_that_rose_buys_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, price_rate=Decimal("1.25")) as studio:
        with pytest.raises(SetupError, match=r"sh010 costs \$0.40 now, and \$0.32 by the plan"):
            shoot(studio, saved(studio))
        assert bought(studio) == []


def test_a_price_that_fell_is_no_obstacle(tmp_path: Path) -> None:
    with opened(tmp_path, price_rate=Decimal("0.5")) as studio:
        assert str(shoot(studio, saved(studio)).spent_usd) == "0.32"


def test_another_wording_is_not_bought_beyond_the_price_of_the_plan(tmp_path: Path) -> None:
    text = BOARD.replace("prompt: A bell.", "prompt: A bell., fallback_prompt: A chime.")
    with opened(tmp_path, Fault("task_fails", code=1200, most=1, match="A bell"), text=text) as studio:
        done = shoot(studio, saved(studio, named=frozenset({"sh020"})))
        (error,) = done.failed.values()
        assert isinstance(error, OverBudget)
        assert "the saved plan" in error.message
        assert len(bought(studio)) == 1


def test_a_lower_limit_holds_beside_the_plan(tmp_path: Path) -> None:
    with opened(tmp_path) as studio, pytest.raises(OverBudget, match="--max-cost"):
        shoot(studio, saved(studio), max_cost_usd=Decimal("0.10"))


def test_in_ci_the_plan_is_the_amount_and_a_fork_spends_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        path = saved(studio, named=frozenset({"sh020"}))
        event = tmp_path / "event.json"
        event.write_text(json.dumps({"pull_request": {"head": {"repo": {"fork": True, "full_name": "b/film"}}}}))
        runner = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}
        fork = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "a/film"}
        with pytest.raises(ApprovalNeeded, match="fork"):
            shoot(studio, path, environ=studio.environ | runner | fork)
        assert len(shoot(studio, path, environ=studio.environ | runner).made) == 1


def test_a_plan_for_another_server_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        path = saved(studio)
        elsewhere = studio.environ | {"WAVESPEED_BASE_URL": "http://127.0.0.1:9"}
        with pytest.raises(SetupError, match="WAVESPEED_BASE_URL"):
            shoot(studio, path, environ=elsewhere)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no JSON"),
        ("[]", "no saved plan"),
        ('{"format": 1}', "no saved plan"),
        ('{"format": 2}', "newer"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_saved_plan_is_told(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(content)
    with pytest.raises(SetupError, match=message):
        produce.agreement(path)


def test_a_plan_may_lie_in_another_folder(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        path = saved(studio)
        (tmp_path / "approved").mkdir()
        value = json.loads(path.read_text("utf-8"))
        moved = tmp_path / "approved" / "plan.json"
        wanted = Wish()
        produce.save(moved, produce.offered(studio.file, wanted, (), studio.environ), wanted, (), quoted=False)
        assert json.loads(moved.read_text("utf-8")) == value | {"storyboard": "../film.yaml"}
        assert len(shoot(studio, moved).made) == 2
