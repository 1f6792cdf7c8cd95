"""Flags of takes, as a user meets them: everywhere the take is used, and never a reason to buy."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli, produce, schema, settings
from pipeline.plan import Order
from pipeline.server.conduct import Conduct
from pipeline.store import Look
from pipeline.take import BUILT_IN, Flag
from tests import studio
from tests.double import KEY, doubled
from tests.rehearsal import SEEDANCE
from tests.studio import Studio

SIZE = "160 x 90 pixels where 320 x 180 were asked for"  # of the double's clips
OWN = """\
import json, sys
asked = json.load(sys.stdin)
flags = [{"code": "hands", "message": "six fingers", "from_s": 1, "to_s": 2.5}] if "bell" in asked["prompt"] else []
print(json.dumps({"flags": flags}))
"""
RUNS = "import json\nopen('ran', 'a').write('x')\nprint(json.dumps({'flags': []}))\n"
MODEL = "test/small"  # whose films are soon drawn
BOARD = studio.BOARD.replace("{duration: 4}", f"{{model: {MODEL}, duration: 1}}")
CHECKED = BOARD + "checks: [{run: ./qc.py}]\n"


@contextmanager
def opened(folder: Path, text: str = BOARD) -> Iterator[Studio]:
    """A studio with a model of its own that makes a second of 320 x 180 pixels."""
    data = json.loads(json.dumps(schema.load(f"models/{SEEDANCE}.json"))) | {"id": MODEL}
    data["request"]["properties"]["duration"] |= {"minimum": 1, "default": 1}
    data["output"]["sizes"] = {"720p": {"16:9": [320, 180]}, "1080p": {"16:9": [320, 180]}}
    data["request"]["properties"]["aspect_ratio"] |= {"enum": ["16:9"]}
    data["timing"] |= {"usual_s": 1, "longest_s": 30}
    file = folder / "models" / f"{MODEL}.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(data))
    (folder / "storyreel.yaml").write_text("tier: ultra\n")
    known = settings.project_here(folder).models
    with doubled(folder / "double", Conduct(clips="tiny", generation_s=0), catalogue=known) as double:
        here = Studio(folder, double)
        here.write(text)
        yield here


def run(
    here: Studio, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    for name, value in (here.environ | {"NO_PROXY": "*"}).items():
        monkeypatch.setenv(name, value)
    for name in [*os.environ]:
        if name == "CI" or name.startswith("GITHUB_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(here.folder)
    code = cli.main([*words])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_flags_show_wherever_the_take_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "qc.py").write_text(OWN)
    with opened(tmp_path, text=CHECKED) as here:
        for words in (["shoot", "film.yaml", "--yes"], ["plan", "film.yaml"], ["render", "film.yaml"]):
            code, out, err = run(here, monkeypatch, capsys, *words)
            assert code == 0
            assert f"! sh010 take 1: {SIZE}\n" in err
            assert f"! sh020 take 1: {SIZE}\n! sh020 take 1: six fingers (from 1 s to 2.5 s)\n" in err
            assert "!" not in out
        assert "six fingers" in run(here, monkeypatch, capsys, "status", "film.yaml")[2]
        for command in ("plan", "render", "status", "shoot"):
            code, out, err = run(here, monkeypatch, capsys, command, "film.yaml", "--json")
            told = json.loads(out)
            assert list(schema.violations(f"output/{command}.schema.json", told)) == []
            assert [(row["shot"], row["code"], row["check"]) for row in told["flags"]] == [
                ("sh010", "size", BUILT_IN), ("sh020", "size", BUILT_IN), ("sh020", "hands", "./qc.py"),
            ]  # fmt: skip
            assert (told["flags"][2]["from_s"], told["flags"][2]["to_s"]) == (1.0, 2.5)
            assert "!" not in err


def everything(here: Studio) -> dict[str, Any]:
    plan = here.plan()
    return {
        "slots": [*plan.every_slot()],
        "cost": plan.cost_usd(),
        "buy": plan.to_buy(),
        "lock": here.file.with_suffix(".lock.yaml").read_bytes(),
        "requests": [plan.request(variant, 0) for variant in plan.variants],
    }


def test_flags_change_no_state_and_buy_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        view = here.plan().view
        takes = [take for kept in view.takes.values() for take in kept]
        for take in takes:
            here.store.looked(take, {BUILT_IN: Look("1", ())})
        without, spent = everything(here), here.status().spent_usd
        assert not here.plan().view.flags
        every = ("short", "long", "size", "black", "frozen", "bars", "silent", "unreadable", "check-failed", "own")
        for take in takes:
            flags = tuple(Flag(code, f"it is {code}", BUILT_IN) for code in every)
            here.store.looked(take, {BUILT_IN: Look("1", flags)})
        assert len(here.plan().view.flags) == len(takes)
        assert everything(here) == without
        assert {slot.state for slot in without["slots"]} == {"reuse"}
        asked = here.double.ledger()["requests"]
        again = here.shoot()
        assert again.made == {}
        assert (again.spent_usd, here.status().spent_usd) == (Decimal("0.00"), spent)
        assert len(again.rendered.flags) == len(every) * len(takes)
        assert here.double.ledger()["requests"] == asked, "nothing is even asked of the API"
        assert everything(here) == without


def test_dialogue_is_no_part_of_what_is_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        for digest, takes in here.plan().view.takes.items():
            intent = here.store.intent_of(takes[0].home)
            assert intent is not None
            assert "dialogue" not in json.dumps(dict(intent.request))
            assert takes[0].digest == digest


@pytest.mark.parametrize(
    ("line", "audio", "speaks"),
    [('[{gull: "Ha!"}]', "true", True), ('[{gull: "Ha!"}]', "false", False), ("[]", "true", False)],
    ids=["a line", "a line without sound", "no line"],
)
def test_orders_say_where_somebody_is_to_be_heard(tmp_path: Path, line: str, audio: str, speaks: bool) -> None:
    text = (
        f"version: 1\ntitle: Film\ndefaults: {{model: {MODEL}, duration: 1}}\n"
        "characters: {gull: {description: a gull}}\nshots:\n"
        f'  - {{id: sh010, prompt: "@gull cries.", dialogue: {line}, generate_audio: {audio}}}\n'
    ).replace("dialogue: [], ", "")
    seen: list[Order] = []
    with opened(tmp_path, text=text) as here:
        done = here.shoot(approve=lambda offer: bool(seen.extend(offer.purchase.orders.values()) or True))
        assert [order.dialogue for order in seen] == [speaks]
        (take,) = [take for kept in here.plan().view.takes.values() for take in kept]
        intent = here.store.intent_of(take.home)
        assert intent is not None
        assert intent.dialogue == speaks
        codes = {row.flag.code for row in done.rendered.flags}
        assert "silent" not in codes, "the double's clips have a sound where one was asked for"


def test_a_crash_before_the_flags_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        files = [*tmp_path.glob("outputs/takes/*/*/*/flags.json")]
        assert len(files) == 2
        for file in files:
            file.unlink()
        assert produce.status(here.file, here.environ).flags == ()
        assert len(produce.render(here.file, environ=here.environ).flags) == 2
        assert all(file.is_file() for file in files)
        assert len(produce.status(here.file, here.environ).flags) == 2


@pytest.mark.parametrize("where", ["film.yaml", "storyreel.yaml"])
def test_own_checks_run_only_where_paid_takes_are_shot_or_cut(tmp_path: Path, where: str) -> None:
    (tmp_path / "qc.py").write_text(RUNS)
    with opened(tmp_path) as here:
        file = tmp_path / where
        file.write_text(file.read_text() + "checks: [{run: qc.py}]\n")
        produce.check(here.file)
        produce.plan(here.file, here.environ)
        produce.render(here.file, environ=here.environ)
        assert not (tmp_path / "ran").exists(), "there is nothing but previs"
        here.shoot()
        assert (tmp_path / "ran").read_text() == "xx", "once a take"
        (tmp_path / "qc.py").write_text(RUNS + "# changed\n")
        produce.check(here.file)
        produce.plan(here.file, here.environ)
        produce.status(here.file, here.environ)
        assert (tmp_path / "ran").read_text() == "xx"
        produce.render(here.file, environ=here.environ)
        assert (tmp_path / "ran").read_text() == "xxxx"


def test_an_own_check_never_sees_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "import os\nopen('environ', 'w').write(repr(dict(os.environ)))\nprint('{\"flags\": []}')\n"
    (tmp_path / "qc.py").write_text(text)
    with opened(tmp_path, text=CHECKED) as here:
        monkeypatch.setenv("WAVESPEED_API_KEY", KEY)
        here.shoot()
        assert KEY not in (tmp_path / "environ").read_text()


def test_a_check_that_fails_fails_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "qc.py").write_text("raise SystemExit('the model is not there')\n")
    with opened(tmp_path, text=CHECKED) as here:
        code, out, err = run(here, monkeypatch, capsys, "shoot", "film.yaml", "--yes")
        assert code == 0
        assert "2 takes kept" in out
        assert "! sh010 take 1: check-failed: ./qc.py: exit 1: the model is not there" in err


def test_what_two_variants_share_is_told_once_and_what_they_do_not_by_name(tmp_path: Path) -> None:
    with opened(tmp_path, text=BOARD + studio.TWO) as here:
        rows = here.shoot().rendered.flags
        assert [(row.shot, row.variant) for row in rows] == [("sh010", "wet"), ("sh010", "dry"), ("sh020", "")]
        only = produce.flagged(here.film, here.plan(), here.plan().variants.called(frozenset({"dry"})))
        assert [(row.shot, row.variant) for row in only] == [("sh010", "dry"), ("sh020", "")]


def test_a_stale_take_that_is_still_shown_keeps_its_flags(tmp_path: Path) -> None:
    with opened(tmp_path) as here:
        here.shoot()
        here.write(BOARD.replace("A bell.", "A bell at night."))
        plan = here.plan()
        assert [slot.state for slot in plan.every_slot()] == ["reuse", "stale"]
        assert [row.shot for row in produce.flagged(here.film, plan)] == ["sh010", "sh020"]
        assert replace(plan, view=replace(plan.view, flags={})).to_buy() == plan.to_buy()
