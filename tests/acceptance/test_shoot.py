"""`shoot` against the double of the paid API, as a user meets it: what it costs, keeps, and never does."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal

import pytest

from pipeline.server.conduct import Fault
from tests.counter import Open, Shop
from tests.double import KEY
from tests.needed import Tool, path_of

PRICE = Decimal("0.08")  # of each shot: a second


def test_nothing_is_bought_unless_somebody_says_yes(shop: Open) -> None:
    at = shop()
    code, out, err = at.run("shoot", "film.yaml")
    assert code == 5
    assert "to buy: 3 takes, 3 s, $0.24" in out
    assert "nobody said yes" in err
    assert at.double.accepted() == []
    assert not (at.here.folder / "film.lock.yaml").exists()


def test_what_is_missing_is_bought_once_and_cut(shop: Open) -> None:
    at = shop()
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert (code, err.count("FAILED")) == (0, 0)
    assert "3 takes kept; spent $0.24; the API's bills say $0.24" in out
    assert "cut.mp4: ready: 3 s, 72 frames, 3 takes" in out
    before = at.double.ledger()
    code, out, _ = at.run("shoot", "film.yaml", "--yes")
    assert code == 0
    assert "nothing to buy: every shot has its take" in out
    assert at.double.ledger()["requests"] == before["requests"], "an unchanged board asks nothing of the API"
    assert set(at.double.bought().values()) == {1}
    assert at.json("status", "film.yaml")["usd_per_kept_s"] == "0.0800"


def test_it_tells_all_as_json(shop: Open) -> None:
    at = shop()
    told = at.json("shoot", "film.yaml", "--yes")
    assert (told["estimated_usd"], told["spent_usd"], told["billed_usd"]) == ("0.24", "0.24", "0.24")
    assert [take["take"] for take in told["takes"]] == [1, 1, 1]
    assert told["cuts"][0]["takes"] == 3


@pytest.mark.parametrize(
    ("arrange", "words", "whose"),
    [
        (lambda *_: None, ["--max-cost", "0.20"], "--max-cost"),
        (lambda _, patch: patch.setenv("STORYREEL_MAX_COST", "0.20"), [], "STORYREEL_MAX_COST"),
        (lambda at, _: at.write("budget: {max_cost: 0.2}\n" + at.text), ["--max-cost", "9"], "the storyboard's budget"),
        (lambda at, _: at.write("budget: {max_total: 0.2}\n" + at.text), [], "max_total of the storyboard"),
        (lambda at, _: settle_yaml(at, "budget: {max_cost: 0.2}"), [], "the budget in storyreel.yaml"),
        (lambda at, _: settle_yaml(at, "budget: {max_total: 0.2}"), [], "max_total of storyreel.yaml"),
    ],
    ids=["word", "environment", "board", "board in all", "project", "project in all"],
)
def test_the_lowest_of_all_budgets_holds(
    shop: Open, monkeypatch: pytest.MonkeyPatch, arrange: Callable[..., object], words: list[str], whose: str
) -> None:
    at = shop()
    arrange(at, monkeypatch)
    code, _, err = at.run("shoot", "film.yaml", "--yes", *words)
    assert code == 3
    assert whose in err
    assert "nothing was bought" in err
    assert at.double.accepted() == []


def settle_yaml(at: Shop, line: str) -> None:
    file = at.here.folder / "storyreel.yaml"
    file.write_text(file.read_text() + line + "\n")


def test_max_total_counts_every_attempt_ever(shop: Open) -> None:
    at = shop(2)
    at.write("budget: {max_total: 0.2}\n" + at.text)
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    at.write(at.text.replace("Picture 1 ", "Another picture "))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 3
    assert "this costs $0.08, and $0.16 are spent; max_total of the storyboard allows $0.2" in err
    code, out, _ = at.run("plan", "film.yaml")
    assert (code, "OVER the budget of $0.04" in out) == (3, True)


@pytest.mark.parametrize(
    ("environ", "words", "code", "said"),
    [
        ({"CI": "true"}, ["--yes"], 5, "without an amount"),
        ({"CI": "true"}, ["--yes", "--max-cost", "5"], 0, ""),
        ({"CI": "true", "STORYREEL_MAX_COST": "5"}, ["--yes"], 0, ""),
        ({"CI": "true", "STORYREEL_MAX_COST": "5"}, [], 5, "nobody said yes"),
        (
            {"CI": "true", "TF_BUILD": "True", "BUILD_REASON": "PullRequest"},
            ["--yes", "--max-cost", "5"],
            5,
            "fork",
        ),
    ],
    ids=["no amount", "amount", "amount in the environment", "no yes", "fork"],
)
def test_in_ci_it_takes_an_amount_and_from_a_fork_nothing_helps(
    shop: Open, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], words: list[str], code: int, said: str
) -> None:
    at = shop(1)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found, _, err = at.run("shoot", "film.yaml", *words)
    assert found == code
    assert said in err
    assert len(at.double.accepted()) == (1 if code == 0 else 0)


def test_without_a_key_it_says_so_before_anything_else(shop: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    at = shop(1)
    monkeypatch.delenv("WAVESPEED_API_KEY")
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 2
    assert "WAVESPEED_API_KEY is not set" in err


def test_a_wrong_key_is_told_once_and_shown_nowhere(shop: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    at = shop(3)
    monkeypatch.setenv("WAVESPEED_API_KEY", "wrong-key-0123456789")
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 2
    assert "WAVESPEED_API_KEY" in err
    assert "wrong-key" not in out + err


def test_a_changed_shot_is_stale_until_it_is_bought_and_taking_it_back_costs_nothing(shop: Open) -> None:
    at = shop(2)
    first = at.text
    at.run("shoot", "film.yaml", "--yes")
    at.write(first.replace("Picture 1 ", "Another picture "))
    _, out, _ = at.run("plan", "film.yaml")
    assert re.search(r"s0001 +stale +1 +\$0.08 +changed: prompt", out)
    assert "1 take to generate" in out or "to pay: $0.08" in out
    _, out, _ = at.run("render", "film.yaml")
    assert "2 takes" in out, "the old take is shown until there is a new one"
    code, out, _ = at.run("shoot", "film.yaml", "--yes")
    assert (code, len(at.double.accepted())) == (0, 3)
    at.write(first)
    code, out, _ = at.run("shoot", "film.yaml", "--yes")
    assert "nothing to buy" in out
    assert len(at.double.accepted()) == 3


def test_what_moderation_refuses_is_bought_again_only_by_name(shop: Open) -> None:
    at = shop(3, Fault("task_fails", match="Picture 2", code=1200, most=1))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 1
    assert re.search(r"s0002: refused by moderation.*\n +change the prompt", err)
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert (code, len(at.double.accepted())) == (1, 3)
    assert "s0002: refused by moderation: change the prompt or its references" in err
    code, _, _ = at.run("shoot", "film.yaml", "--yes", "--only", "s0002")
    assert (code, len(at.double.accepted())) == (0, 4)


def test_a_fallback_prompt_is_tried_once_and_used(shop: Open) -> None:
    at = shop(2, Fault("task_fails", match="Picture 2", code=1200))
    at.write(at.text.replace("Picture 2 of the proof.}", "Picture 2 of the proof., fallback_prompt: A tame picture.}"))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 0, err
    assert any("A tame picture." in row["prompt"] for row in at.double.accepted())
    _, out, _ = at.run("plan", "film.yaml")
    assert re.search(r"s0002 +reuse +1 +- +take 1 of another wording is used for it", out)
    code, out, _ = at.run("shoot", "film.yaml", "--yes")
    assert (code, len(at.double.accepted())) == (0, 3)


VARIANTS = "variants: {name: '{{ hue }}', pilot: blue, matrix: {hue: [red, green, blue]}}\n"


def test_of_the_jobs_of_one_shot_one_goes_first_and_the_others_are_held(shop: Open) -> None:
    at = shop(1, Fault("task_fails", code=1200, match="blue"), extra=VARIANTS)
    at.write(at.text.replace("Picture 1 of the proof.", "'A {{ hue }} picture.'"))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 1
    assert len(at.double.accepted()) == 1
    assert "held back, and not paid for" in err
    _, out, _ = at.run("plan", "film.yaml")
    assert re.search(r"s0001 +held +2 +2 .*held back: blue of this shot was refused by moderation", out)


def test_a_shot_that_all_variants_share_is_named_without_a_variant(shop: Open) -> None:
    at = shop(2, Fault("task_fails", code=1200), extra=VARIANTS)
    at.write(at.text.replace("Picture 1 of the proof.", "'A {{ hue }} picture.'"))
    _, _, err = at.run("shoot", "film.yaml", "--yes")
    assert re.search(r"^storyreel: s0002: refused by moderation", err, re.MULTILINE)
    assert re.search(r"^storyreel: s0001 \(blue\): refused by moderation", err, re.MULTILINE)
    _, _, err = at.run("shoot", "film.yaml", "--yes")
    assert re.search(r"^storyreel: s0002: refused by moderation", err, re.MULTILINE)
    assert re.search(r"^storyreel: s0001 \(red\): held back", err, re.MULTILINE)
    _, out, _ = at.run("status", "film.yaml")
    told = re.findall(r"^  (s\d+(?: \(\w+\))?) +(refused|held)", out, re.MULTILINE)
    assert sorted(told) == [
        ("s0001 (blue)", "refused"), ("s0001 (green)", "held"), ("s0001 (red)", "held"), ("s0002", "refused"),
    ]  # fmt: skip
    shared = [("s0001", False), ("s0001", False), ("s0001", False), ("s0002", True)]
    assert sorted((row["shot"], row["shared"]) for row in at.json("status", "film.yaml")["rows"]) == shared
    assert sorted((row["shot"], row["shared"]) for row in at.json("shoot", "film.yaml", "--yes")["left"]) == shared


def test_what_is_settled_of_a_shared_shot_is_named_without_a_variant(shop: Open) -> None:
    at = shop(1, Fault("reset", most=1), extra=VARIANTS, history_inputs=False)
    _, _, err = at.run("shoot", "film.yaml", "--yes")
    assert "storyreel: s0001: submitted, and nobody knows whether it arrived" in err
    _, _, err = at.run("status", "film.yaml", "--settle", "s0001", "--abandon")
    assert re.search(r"^storyreel: s0001, [0-9a-f]{12}: given up", err, re.MULTILINE)


def test_when_the_pilot_passes_the_others_follow(shop: Open) -> None:
    at = shop(1, extra=VARIANTS)
    at.write(at.text.replace("Picture 1 of the proof.", "'A {{ hue }} picture.'"))
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    accepted = [row["prompt"] for row in at.double.accepted()]
    assert "blue" in accepted[0]
    assert len(accepted) == 3


def test_a_clip_that_is_gone_is_fetched_again_and_never_bought(shop: Open) -> None:
    at = shop(2)
    at.run("shoot", "film.yaml", "--yes")
    clips = list(at.here.folder.glob("outputs/takes/*/*/1/clip.mp4"))
    before = {clip: clip.read_bytes() for clip in clips}
    clips[0].unlink()
    assert [row["state"] for row in at.json("status", "film.yaml")["rows"]] == ["absent"]
    code, _, _ = at.run("shoot", "film.yaml")
    assert code == 0, "fetching needs no approval"
    assert {clip: clip.read_bytes() for clip in clips} == before
    assert len(at.double.accepted()) == 2


def test_a_clone_with_nothing_but_the_lock_pays_nothing(shop: Open) -> None:
    at = shop(3)
    at.run("shoot", "film.yaml", "--yes")
    cut = at.here.cut.read_bytes()
    shutil.rmtree(at.here.folder / "outputs")
    code, _, _ = at.run("shoot", "film.yaml")
    assert code == 0
    assert at.here.cut.read_bytes() == cut
    assert len(at.double.accepted()) == 3


def test_a_take_that_nobody_has_any_more_is_bought_again_only_on_demand(shop: Open) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    shutil.rmtree(at.here.folder / "outputs")
    origin, lock = at.double.origin, at.here.folder / "film.lock.yaml"
    prediction = re.search(r'"prediction": "(\w+)"', lock.read_text())[1]  # type: ignore[index]
    lock.write_text(lock.read_text().replace(prediction, "0" * 32))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 1
    assert "--regenerate-absent" in err
    assert len(at.double.accepted()) == 1
    code, _, err = at.run("shoot", "film.yaml", "--yes", "--regenerate-absent")
    assert (code, len(at.double.accepted())) == (0, 2), err
    assert origin in lock.read_text()


def test_what_is_uncertain_stops_with_the_line_to_type(shop: Open) -> None:
    at = shop(2, Fault("accept_then_reset", match="Picture 1", most=1), history_inputs=False)
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 4
    line = re.search(r"storyreel (status film.yaml --settle [0-9a-f]{12}) --adopt ID", err)
    assert line
    assert at.run("shoot", "film.yaml", "--yes")[0] == 4, "it is not sent again"
    assert len(at.double.accepted()) == 2
    prediction = next(row["id"] for row in at.double.accepted() if "Picture 1 " in row["prompt"])
    code, _, err = at.run(*line[1].split(), "--adopt", prediction)
    assert (code, "the next `shoot` fetches it" in err) == (1, True)
    assert at.run("shoot", "film.yaml")[0] == 0
    assert len(at.double.accepted()) == 2


def test_check_reads_the_lock_beside_the_board(shop: Open) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    code, _, err = at.run("check", "film.yaml", "film.lock.yaml")
    assert (code, err) == (0, "")
    lock = at.here.folder / "film.lock.yaml"
    lock.write_text(lock.read_text().replace("  takes:", "<<<<<<< HEAD\n  takes:"))
    code, _, err = at.run("check", "film.yaml", "film.lock.yaml")
    assert code == 2
    assert re.search(r"film.lock.yaml:\d+:1 .*git left both", err)


def test_what_two_branches_bought_is_bought_by_neither_again(shop: Open) -> None:
    at, program = shop(3), str(path_of(Tool("git", "STORYREEL_GIT", "install git (https://git-scm.com)")))
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]

    def git(*words: str) -> None:
        subprocess.run([program, *who, *words], cwd=at.here.folder, capture_output=True, check=True)

    git("init")
    (at.here.folder / ".gitignore").write_text("outputs/\n")
    at.run("init", "second.yaml")
    git("add", "--all")
    git("commit", "-m", "Write the film")
    for branch, shot in (("festival", "s0001"), ("main", "s0002")):
        git("checkout", *(["-b"] if branch == "festival" else []), branch)
        assert at.run("shoot", "film.yaml", "--yes", "--only", shot)[0] == 0
        git("add", "--all")
        git("commit", "-m", f"Shoot {shot}")
    git("merge", "festival", "-m", "Merge")
    shutil.rmtree(at.here.folder / "outputs")  # the lock alone knows
    _, out, _ = at.run("plan", "film.yaml")
    assert re.findall(r"(s\d+) +(absent|generate)", out) == [
        ("s0001", "absent"), ("s0002", "absent"), ("s0003", "generate"),
    ]  # fmt: skip
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    assert set(at.double.bought().values()) == {1}
    assert len(at.double.accepted()) == 3


def test_what_was_given_up_is_bought_by_the_next_run(shop: Open) -> None:
    at = shop(1, Fault("reset", most=1), history_inputs=False)
    assert at.run("shoot", "film.yaml", "--yes")[0] == 4
    assert at.run("status", "film.yaml", "--settle", "s0001", "--abandon")[0] == 0
    assert at.double.accepted() == [], "settling records; it buys nothing"
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0
    assert len(at.double.accepted()) == 1


def test_a_prediction_made_elsewhere_is_adopted(shop: Open) -> None:
    at = shop(1)
    at.run("shoot", "film.yaml", "--yes")
    made = at.double.accepted()[0]["id"]
    shutil.rmtree(at.here.folder / "outputs")
    (at.here.folder / "film.lock.yaml").unlink()
    assert at.run("status", "film.yaml", "--settle", "s0001", "--adopt", made)[0] == 1
    assert at.run("shoot", "film.yaml")[0] == 0
    assert len(at.double.accepted()) == 1


def test_out_of_credit_ends_the_run_with_3(shop: Open) -> None:
    at = shop(4, balance=Decimal("0.17"))
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 3
    assert "top up the account" in err
    assert len(at.double.accepted()) == 2


def test_plan_asks_for_the_price_of_the_moment(shop: Open) -> None:
    at = shop(2, discount_rate=Decimal("0.5"))
    assert at.json("plan", "film.yaml")["totals"]["cost_usd"] == "0.16"
    totals = at.json("plan", "film.yaml", "--quote")["totals"]
    assert (Decimal(totals["cost_usd"]), totals["quoted"]) == (Decimal("0.08"), True)
    _, out, _ = at.run("shoot", "film.yaml", "--yes")
    assert "to buy: 2 takes, 2 s, $0.08" in out
    assert Decimal(at.double.ledger()["charged_usd"]) == Decimal("0.08")


def test_the_key_stands_nowhere(shop: Open) -> None:
    at = shop(4, Fault("server_error", share=0.5), Fault("not_a_clip", most=1), Fault("accept_then_page", most=1))
    said = "".join("".join(map(str, at.run("shoot", "film.yaml", "--yes"))) for _ in range(2))
    said += "".join(map(str, at.run("status", "film.yaml")))
    written = b"".join(file.read_bytes() for file in at.here.folder.rglob("*") if file.is_file())
    assert KEY not in said
    assert KEY.encode() not in written
    assert b"signature" not in written.lower()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("answer", "bought"), [("y", 1), ("n", 0), ("", 0)])
def test_on_a_terminal_it_asks(shop: Open, answer: str, bought: int) -> None:
    at = shop(1)
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pipeline.cli", "shoot", "film.yaml"]
    environ = {**at.here.environ, "TERM": "dumb"}
    with subprocess.Popen(
        command, cwd=at.here.folder, env=environ, stdin=follower, stdout=subprocess.PIPE, stderr=follower, text=True
    ) as process:
        os.close(follower)
        said = ""
        while "[y/N]" not in said:
            said += os.read(leader, 1000).decode()
        assert "Buy 1 take for $0.08?" in said
        os.write(leader, f"{answer}\n".encode())
        out, _ = process.communicate(timeout=60)
    os.close(leader)
    assert process.returncode == (0 if bought else 5)
    assert len(at.double.accepted()) == bought
    assert "to buy: 1 take, 1 s, $0.08" in out
