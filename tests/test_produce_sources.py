"""A storyboard need not be in a file: plain values and standard input are read as one is, and lose nothing."""

from __future__ import annotations

import io
import json
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline import cli, produce
from pipeline.errors import BadInput, SetupError
from tests.studio import BOARD, TWO, briefly, opened

VALUES: dict[str, Any] = yaml.safe_load(BOARD)


def test_plain_values_are_planned_as_the_file_would_be(tmp_path: Path) -> None:
    file = tmp_path / "film.yaml"
    file.write_text(BOARD + TWO, encoding="utf-8")
    values = yaml.safe_load(BOARD + TWO)
    _, one = produce.plan(file, {})
    _, other = produce.plan(produce.written(values, file), {})
    assert one.jobs == other.jobs
    assert [*one.every_slot()] == [*other.every_slot()]
    _, third = produce.plan(produce.written((BOARD + TWO).encode(), file), {})
    assert third.jobs == one.jobs


def test_plain_values_are_checked_with_their_places(tmp_path: Path) -> None:
    wrong = VALUES | {"shots": [{"id": "sh010", "prompt": "The sea.", "duration": 99}]}
    film = produce.check(produce.written(wrong, tmp_path / "film.yaml"))
    (problem,) = film.checked.errors
    assert (problem.path, problem.place.file) == ("shots[0].duration", str(tmp_path / "film.yaml"))
    assert "99" in problem.place.text


def test_plain_values_are_shot_and_keep_their_takes_under_their_name(tmp_path: Path) -> None:
    with opened(tmp_path) as studio:
        board = produce.written(VALUES, studio.file)
        how: dict[str, Any] = {"environ": studio.environ, "connect": studio.connect, "sleep": briefly}
        done = produce.shoot(board, approve=lambda _: True, **how)
        assert done.spent_usd == Decimal("0.64")
        assert studio.shoot().made == {}
        assert produce.status(board, studio.environ).takes == 2


@pytest.mark.parametrize(
    "value",
    [{"version": 1, "title": object()}, {"title": float("nan")}, {"title": b"x"}],
    ids=["object", "nan", "bytes"],
)
def test_what_no_storyboard_can_hold_is_told(value: dict[str, Any]) -> None:
    with pytest.raises(SetupError, match="can't be a storyboard"):
        produce.written(value)


def test_values_that_hold_themselves_are_told() -> None:
    value: dict[str, Any] = {"version": 1}
    value["shots"] = value
    with pytest.raises(SetupError, match="can't be a storyboard"):
        produce.written(value)


def test_a_key_is_refused_in_plain_values_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVESPEED_API_KEY", "wsk_0123456789abcdef0123456789")
    board = produce.written(VALUES | {"title": "wsk_0123456789abcdef0123456789"}, tmp_path / "film.yaml")
    with pytest.raises((SetupError, BadInput)) as caught:
        produce.check(board)
    assert "wsk_0123" not in str(caught.value)


def said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, *words: str
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    code = cli.main([*words])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_commands_read_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = said(monkeypatch, capsys, BOARD, "plan", "-", "--json")
    assert (code, json.loads(out)["storyboard"]) == (0, "stdin.yaml")
    code, out, _ = said(monkeypatch, capsys, json.dumps(VALUES), "prompt", "-", "sh020", "--stdin-name", "film.yaml")
    assert code == 0
    assert "A bell." in out
    code, out, _ = said(monkeypatch, capsys, BOARD, "check", "-", "--stdin-name", "film.yaml")
    assert (code, out) == (0, "film.yaml: fine: 2 shots\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "stdin.yaml"), ("a: [1", "bracket"), ("x" * (1 << 20) + "y", "larger than 1 MiB"), ("[]", "stdin.yaml")],
    ids=["nothing", "broken", "long", "list"],
)
def test_what_comes_in_and_is_no_storyboard_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = said(monkeypatch, capsys, text, "check", "-")
    assert code == 2
    assert message in out + err


def test_a_plan_of_standard_input_can_not_be_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = said(monkeypatch, capsys, BOARD, "plan", "-", "-o", "plan.json")
    assert code == 2
    assert "in no file" in err
    assert list(tmp_path.iterdir()) == []
