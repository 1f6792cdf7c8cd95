"""What the command line promises: results on stdout, the rest on stderr, an exit code that can be acted on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pipeline import catalog, cli, schema
from pipeline.cli import commands

BOARD = """\
version: 1
title: Two Shots
shots:
  - {id: sh010, prompt: "The sea in {{ weather }}."}
  - {id: sh020, prompt: A gull., duration: 6, continue_from: {shot: sh010}}
variants: {matrix: {weather: [rain, sun]}}
"""


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board of two shots and two variants, in the working directory."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "film.yaml"
    file.write_text(BOARD)
    return file


def as_json(capsys: pytest.CaptureFixture[str], name: str) -> Any:
    """What was printed, which has to keep to its schema."""
    value = json.loads(capsys.readouterr().out)
    Draft202012Validator(schema.load(f"output/{name}.schema.json")).validate(value)
    return value


@pytest.mark.usefixtures("board")
class TestCheck:
    def test_a_fine_board_is_called_fine(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["check", "film.yaml"]) == 0
        assert capsys.readouterr().out == "film.yaml: fine: 2 shots, 2 variants\n"

    def test_every_problem_is_told_at_once_on_stderr(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("title", "titel").replace("{{ weather }}", "{{ wether }}"))
        assert cli.main(["check", "film.yaml"]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert 'did you mean "title"?' in said.err
        assert 'did you mean "weather"?' in said.err
        assert said.err.endswith("storyreel: 2 errors\n")

    def test_problems_come_as_json_too(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("duration: 6", "duration: 66"))
        assert cli.main(["check", "--json", "film.yaml"]) == 2
        [problem] = as_json(capsys, "check")["problems"]
        assert (problem["line"], problem["column"], problem["path"]) == (5, 44, "shots[1].duration")

    def test_warnings_count_where_they_are_asked_to(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("A gull.", "A gull in slow motion."))
        assert cli.main(["check", "film.yaml"]) == 0
        assert cli.main(["check", "--strict", "film.yaml"]) == 2
        assert "1 warning" in capsys.readouterr().err

    def test_several_boards_are_checked_in_one_go(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.with_name("other.yaml").write_text("version: 2\n")
        assert cli.main(["check", "film.yaml", "other.yaml"]) == 2
        said = capsys.readouterr()
        assert "film.yaml: fine" in said.out
        assert "other.yaml:1:10  version" in said.err

    def test_a_file_that_is_not_there_says_how_to_begin(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["check", "flim.yaml"]) == 2
        assert capsys.readouterr().err == (
            "flim.yaml  no such file\n    `storyreel init` writes a board to start from\nstoryreel: 1 error\n"
        )


@pytest.mark.usefixtures("board")
class TestPlan:
    def test_it_shows_states_prices_and_the_total(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["plan", "film.yaml"]) == 0
        said = capsys.readouterr().out
        assert "sh010  generate     2       10  $0.80  no take yet; varies with weather" in said
        assert "2 variants out of 4 takes: 4 to generate, 22 s\nto pay: $1.76\n" in said

    def test_a_plan_over_its_budget_exits_with_3(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD + "budget: {max_cost: 1.75}\n")
        assert cli.main(["plan", "film.yaml"]) == 3
        assert "to pay: $1.76 - OVER the budget of $1.75\n" in capsys.readouterr().out

    def test_a_plan_at_its_budget_is_fine(self, board: Path) -> None:
        board.write_text(BOARD + "budget: {max_cost: 1.76}\n")
        assert cli.main(["plan", "film.yaml"]) == 0

    def test_a_shared_take_is_paid_for_once(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("{{ weather }}", "peace"))
        assert cli.main(["plan", "film.yaml"]) == 0
        said = capsys.readouterr().out
        assert "sh010  generate     1        5  $0.40  no take yet" in said
        assert "to pay: $0.88\n" in said

    def test_it_comes_as_json_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["plan", "--json", "film.yaml"]) == 0
        found = as_json(capsys, "plan")
        assert found["totals"]["cost_usd"] == "1.76"
        assert [slot["shot"] for slot in found["slots"]] == ["sh010", "sh020"] * 2

    def test_takes_count_for_their_own_origin(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WAVESPEED_BASE_URL", "http://127.0.0.1:8017/")
        assert cli.main(["plan", "--json", "film.yaml"]) == 0
        assert as_json(capsys, "plan")["origin"] == "http://127.0.0.1:8017"

    def test_a_broken_board_has_no_plan(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("sh020", "sh010"))
        assert cli.main(["plan", "--json", "film.yaml"]) == 2
        found = as_json(capsys, "error")["error"]
        assert found["exit_code"] == 2
        assert "duplicate-id" in {problem["code"] for problem in found["problems"]}


@pytest.mark.usefixtures("board")
class TestPrompt:
    def test_it_shows_the_request_exactly_as_it_would_be_sent(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["prompt", "--json", "film.yaml", "sh020", "--variant", "sun"]) == 0
        found = as_json(capsys, "prompt")
        model = catalog.models()["bytedance/seedance-2.0-mini/text-to-video-turbo"]
        Draft202012Validator(model.request).validate(found["body"])
        assert found["body"]["duration"] == 6
        assert found["body"]["reference_images"] == ["<address of frame 119 of sh010, take 1, once it is uploaded>"]
        assert "A gull." in found["body"]["prompt"]

    def test_people_can_read_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["prompt", "film.yaml", "sh010"]) == 0
        said = capsys.readouterr().out
        assert "sh010 in rain: 5 s, $0.40, digest " in said
        assert "\n    The sea in rain.\n" in said

    @pytest.mark.parametrize(
        ("words", "meant"),
        [(["sh011"], 'did you mean "sh010"?'), (["sh010", "--variant", "son"], 'did you mean "sun"?')],
    )
    def test_a_misspelt_name_finds_the_nearest(
        self, words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert cli.main(["prompt", "film.yaml", *words]) == 2
        assert meant in capsys.readouterr().err


class TestTrouble:
    def test_a_bug_is_shown_with_its_traceback(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(commands, "RUN", {"models": lambda _: 1 // 0})
        assert cli.main(["models"]) == 70
        said = capsys.readouterr().err
        assert "ZeroDivisionError" in said
        assert "this is a bug in storyreel" in said

    def test_stopping_is_not_an_error_of_ours(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def stopped(_: object) -> int:
            raise KeyboardInterrupt

        monkeypatch.setattr(commands, "RUN", {"models": stopped})
        assert cli.main(["models"]) == 130
        assert "Traceback" not in capsys.readouterr().err

    def test_a_reader_who_has_enough_is_no_error(self) -> None:
        command = [sys.executable, "-c", "from pipeline.cli import main; raise SystemExit(main(['models', '--json']))"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            said = process.stderr.read()
        assert (process.returncode, said) == (0, b"")

    @pytest.mark.usefixtures("board")
    def test_what_a_board_says_can_not_drive_the_terminal(
        self, board: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        board.write_text(BOARD.replace("A gull.", "A \u202egull\u2066."))
        assert cli.main(["prompt", "film.yaml", "sh020"]) == 0
        assert "\u202e" not in capsys.readouterr().out.split("\n\n")[1]


class TestHelp:
    @pytest.mark.parametrize("words", [[], *([name] for name in commands.RUN)])
    def test_every_command_explains_itself(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            cli.main([*words, "--help"])
        assert stopped.value.code == 0
        said = capsys.readouterr().out
        assert all(name in said for name in words or commands.RUN)

    def test_an_unknown_command_exits_with_2(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["rendr"])
        assert stopped.value.code == 2
        assert "invalid choice: 'rendr'" in capsys.readouterr().err


class TestTable:
    def test_columns_that_go_together_are_named_by_their_table(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "markets.csv").write_text("market,claim\nde,Guten Morgen\nfr,Bonjour\n")
        (tmp_path / "film.yaml").write_text(
            "version: 1\ntitle: T\nshots:\n"
            "  - {id: a, prompt: 'In {{ market }}: {{ claim }}, {{ hook }}.'}\n"
            "  - {id: b, prompt: 'In {{ market }}.'}\n"
            "variants: {from: ./markets.csv, matrix: {hook: [x, y]}}\n"
        )
        assert cli.main(["plan", "film.yaml"]) == 0
        said = capsys.readouterr().out
        assert "no take yet; varies with hook, markets.csv\n" in said
        assert "no take yet; varies with market\n" in said
