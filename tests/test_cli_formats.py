"""What `check --format` promises to build servers and to code scanning."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline import cli, schema
from pipeline.cli import arguments, commands
from pipeline.cli.formats import TELL, Report, github, sarif
from pipeline.errors import Place, Problem

INVALID = sorted((Path(__file__).parent / "storyboards" / "invalid").glob("*.yaml"))
BOARD = """\
version: 1
title: Two Shots
shots:
  - {id: sh010, prompt: The sea.}
  - {id: sh020, prompt: 🌊 A gull., camera: {shot_size: XXL}}
"""
# Each is a command to a build server, if a line of ours lets it be one.
COMMANDS = ["::set-output name=a::b", "  ::add-mask::e", "\\n::stop-commands::t", "##[add-path]/tmp", "a ##[group]b"]
OBEYED = {"error", "warning", "notice", "set-output", "add-mask", "stop-commands", "add-path", "group"}


@pytest.fixture
def board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A board with one error, in the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    file = tmp_path / "film.yaml"
    file.write_text(BOARD, encoding="utf-8")
    return file


def obeyed(line: str) -> tuple[str, dict[str, str], str] | None:
    """The command that GitHub's runner takes a line for, with its properties and its data."""
    if match := re.match(r"\s*::([\w-]+)(?: (.*?))?::(.*)\Z", line):
        name, properties, data = match.groups()
        pairs = (pair.split("=", 1) for pair in (properties or "").split(","))
        table = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ",", "%25": "%"}
        if name in OBEYED:
            return name, {key: unescaped(value, table) for key, value in pairs}, unescaped(data, table)
    older = re.search(r"##\[([\w-]+)[^]]*\](.*)", line)
    return (older[1], {}, older[2]) if older and older[1] in OBEYED else None


def unescaped(text: str, table: dict[str, str]) -> str:
    for token, char in table.items():
        text = text.replace(token, char)
    return text


def lines(text: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", text)


def test_every_format_is_one_that_the_command_line_names() -> None:
    assert tuple(TELL) == arguments.FORMATS


@pytest.mark.usefixtures("board")
class TestTogether:
    @pytest.mark.parametrize("name", TELL)
    def test_errors_exit_with_2_in_every_format(self, name: str) -> None:
        assert cli.main(["check", "--format", name, "film.yaml"]) == 2

    @pytest.mark.parametrize("name", TELL)
    def test_a_warning_alone_exits_with_0(self, name: str, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("XXL", "CU") + 'vars: {sea: "{{ wind }}"}\n', encoding="utf-8")
        assert cli.main(["check", "--format", name, "film.yaml"]) == 0
        said = capsys.readouterr()
        assert "unread-template" in said.out or "warning: vars.sea" in said.err

    def test_json_is_the_format_of_that_name(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["check", "--json", "film.yaml"]) == 2
        short = capsys.readouterr().out
        assert cli.main(["check", "--format", "json", "film.yaml"]) == 2
        assert capsys.readouterr().out == short

    def test_a_missing_file_hides_nothing_of_the_others(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["check", "--json", "flim.yaml", "film.yaml"]) == 2
        value = json.loads(capsys.readouterr().out)
        Draft202012Validator(schema.load("output/check.schema.json")).validate(value)
        assert [(found["file"], found["code"], found["line"]) for found in value["problems"]] == [
            ("flim.yaml", "set-up", 0),
            ("film.yaml", "choice", 5),
        ]

    def test_what_two_boards_share_is_told_once(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.with_name("storyreel.yaml").write_text("concurrency: none\n")
        board.with_name("other.yaml").write_text(BOARD, encoding="utf-8")
        assert cli.main(["check", "--json", "film.yaml", "other.yaml"]) == 2
        [problem] = json.loads(capsys.readouterr().out)["problems"]
        assert problem["file"].endswith("storyreel.yaml")


class TestNothingIsObeyed:
    """What a storyboard says never becomes a command of the build server that shows it."""

    @staticmethod
    def hostile(text: str) -> str:
        quoted = '"' + text.replace('"', '\\"') + '"'
        shots = f"- {{id: {quoted}, prompt: {quoted}, {quoted}: 1, camera: {{angle: {quoted}}}}}"
        more = (
            f"- {{id: sh010, prompt: The sea., references: [{{image: {quoted}}}], continue_from: {{shot: {quoted}}}}}"
        )
        return f"version: 1\ntitle: {quoted}\n{quoted}: 2\nshots:\n  {shots}\n  {more}\n"

    @pytest.mark.parametrize("text", COMMANDS)
    @pytest.mark.parametrize("name", TELL)
    def test_of_a_check(self, name: str, text: str, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(self.hostile(text))
        names = ["film.yaml", f"{text.strip()}.yaml".replace("\\n", "\n").replace("/", "")]
        board.with_name(names[1]).write_text(self.hostile(text))
        assert cli.main(["check", "--format", name, *names]) == 2
        said = capsys.readouterr()
        found = {command[0] for line in lines(said.out + said.err) if (command := obeyed(line))}
        assert found == ({"error"} if name == "github" else set())

    @pytest.mark.parametrize("text", COMMANDS)
    @pytest.mark.parametrize("command", [["plan"], ["plan", "--json"], ["prompt"], ["prompt", "--json"]], ids=" ".join)
    def test_of_what_a_board_is_called_and_says(
        self, command: list[str], text: str, board: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        board.write_text(BOARD.replace("Two Shots", f'"{text}"').replace("The sea.", f'"{text}"').replace("XXL", "CU"))
        shot = ["sh010"] if command[0] == "prompt" else []
        assert cli.main([*command, "film.yaml", *shot]) == 0
        said = capsys.readouterr()
        assert not [line for line in lines(said.out + said.err) if obeyed(line)]

    def test_of_a_traceback(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        def broken(_: object) -> int:
            raise ValueError("no good:\n::add-mask::e\n##[group]b")

        monkeypatch.setattr(commands, "RUN", {"models": broken})
        assert cli.main(["models"]) == 70
        said = capsys.readouterr().err
        assert "ValueError: no good:" in said
        assert not [line for line in lines(said) if obeyed(line)]

    def test_json_says_the_same_all_the_same(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("XXL", '"##[group]b"'))
        cli.main(["check", "--json", "film.yaml"])
        assert '"##[group]b" is none' in json.loads(capsys.readouterr().out)["problems"][0]["message"]


@pytest.mark.usefixtures("board")
class TestGitHub:
    def test_a_problem_becomes_an_annotation_where_it_stands(self, capsys: pytest.CaptureFixture[str]) -> None:
        cli.main(["check", "--format", "github", "film.yaml"])
        [line] = capsys.readouterr().out.splitlines()
        assert line.startswith("::error file=film.yaml,line=5,col=56,endColumn=59,title=storyreel choice::")
        assert obeyed(line) == (
            "error",
            {"file": "film.yaml", "line": "5", "col": "56", "endColumn": "59", "title": "storyreel choice"},
            'shots[1].camera.shot_size: "XXL" is none of the choices\n'
            "one of EWS, WS, FS, MWS, MS, MCU, CU, ECU, OTS, POV, insert",
        )

    def test_a_fine_board_has_none(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("XXL", "CU"))
        assert cli.main(["check", "--format", "github", "film.yaml"]) == 0
        assert capsys.readouterr().out == ""

    def test_files_are_named_from_the_root_of_the_repository(
        self, board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        folder = board.parent / "films"
        folder.mkdir()
        board.rename(folder / "film.yaml")
        monkeypatch.chdir(folder)
        monkeypatch.setenv("GITHUB_WORKSPACE", str(board.parent))
        cli.main(["check", "--format", "github", "film.yaml"])
        assert capsys.readouterr().out.startswith("::error file=films/film.yaml,")

    def test_a_file_outside_of_it_keeps_its_whole_path(
        self, board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("GITHUB_WORKSPACE", str(board.parent / "elsewhere"))
        cli.main(["check", "--format", "github", "film.yaml"])
        assert capsys.readouterr().out.startswith(f"::error file={board},")

    @given(file=st.text("a%0D:,=# [\r\n", min_size=1), message=st.text("a%25A:,\r\n#[] ", min_size=1, max_size=80))
    def test_what_was_said_arrives_and_nothing_else(self, file: str, message: str) -> None:
        report = Report((file,), (), (), Path.cwd())
        line = github.command(report, Problem("code", "", message, "", Place(file, 1, 2, 3, "text")))
        assert len(lines(line)) == 1
        assert "##[" not in line
        name, properties, data = obeyed(line) or ("", {}, "")
        assert name == "error"
        assert properties.pop("file") == file.replace("##[", "#\\x23[")
        assert properties == {"line": "1", "col": "2", "endColumn": "5", "title": "storyreel code"}
        assert data == message.replace("\r", "\\r").replace("\n", "\\n").replace("##[", "#\\x23[")


def fields(**rules: Any) -> dict[str, Any]:
    """The schema of an object with these fields, all required but those whose names end in _."""
    required = [name for name in rules if not name.endswith("_")]
    properties = {name.rstrip("_"): rule for name, rule in rules.items()}
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


COUNT = {"type": "integer", "minimum": 1}
TEXT = fields(text={"type": "string", "minLength": 1})
URI = {"type": "string", "pattern": "^[A-Za-z0-9._~/%:-]+$"}
RULE = fields(id={"type": "string"}, shortDescription=TEXT, fullDescription=TEXT, help=TEXT)
REGION = fields(startLine=COUNT, startColumn=COUNT, endColumn=COUNT)
LOCATION = fields(
    physicalLocation=fields(artifactLocation=fields(uri=URI, uriBaseId_={"const": "%SRCROOT%"}), region_=REGION),
    logicalLocations_={"type": "array", "items": fields(fullyQualifiedName={"type": "string"}), "minItems": 1},
)
RESULT = fields(
    ruleId={"type": "string"},
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["error", "warning"]},
    message=TEXT,
    locations={"type": "array", "items": LOCATION, "minItems": 1, "maxItems": 1},
    partialFingerprints={"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
)
RUN = fields(
    tool=fields(
        driver=fields(
            name={"const": "storyreel"},
            version={"type": "string"},
            rules={"type": "array", "items": RULE, "uniqueItems": True},
        )
    ),
    columnKind={"const": "unicodeCodePoints"},
    originalUriBaseIds={"type": "object"},
    results={"type": "array", "items": RESULT},
)
LOG: dict[str, Any] = {
    **fields(version={"const": "2.1.0"}, runs={"type": "array", "items": RUN, "minItems": 1, "maxItems": 1}),
}
LOG["properties"]["$schema"] = {"const": sarif.SCHEMA}


@pytest.mark.usefixtures("board")
class TestSarif:
    @staticmethod
    def log(capsys: pytest.CaptureFixture[str], *files: object) -> Any:
        """The run of the log of a check. Its shape is what code scanning takes of SARIF 2.1.0."""
        cli.main(["check", "--format", "sarif", *map(str, files)])
        value = json.loads(capsys.readouterr().out)
        Draft202012Validator(LOG).validate(value)
        return value["runs"][0]

    def test_every_known_mistake_makes_a_valid_log(self, capsys: pytest.CaptureFixture[str]) -> None:
        run = self.log(capsys, *INVALID, "missing.yaml")
        rules = run["tool"]["driver"]["rules"]
        assert len(run["results"]) > len(INVALID)
        assert {rule["id"] for rule in rules} == {result["ruleId"] for result in run["results"]}
        assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
        prints = [result["partialFingerprints"]["storyreelLine/v1"] for result in run["results"]]
        assert len(set(prints)) == len(prints)

    def test_a_fine_board_is_a_run_without_results(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.write_text(BOARD.replace("XXL", "CU"))
        assert self.log(capsys, "film.yaml")["results"] == []

    def test_columns_count_characters_and_not_their_bytes(self, capsys: pytest.CaptureFixture[str]) -> None:
        [result] = self.log(capsys, "film.yaml")["results"]
        assert result["locations"][0]["physicalLocation"] == {
            "artifactLocation": {"uri": "film.yaml", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": 5, "startColumn": 56, "endColumn": 59},
        }

    def test_a_file_as_a_whole_has_no_region(self, capsys: pytest.CaptureFixture[str]) -> None:
        [result] = self.log(capsys, "missing.yaml")["results"]
        assert result["locations"] == [
            {"physicalLocation": {"artifactLocation": {"uri": "missing.yaml", "uriBaseId": "%SRCROOT%"}}}
        ]

    def test_addresses_are_escaped(self, board: Path, capsys: pytest.CaptureFixture[str]) -> None:
        board.rename(board.with_name("café 50% #1.yaml"))
        [result] = self.log(capsys, "café 50% #1.yaml")["results"]
        [location] = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "caf%C3%A9%2050%25%20%231.yaml"

    def test_a_file_outside_of_the_root_has_a_whole_address(
        self, board: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("GITHUB_WORKSPACE", str(board.parent / "elsewhere"))
        [result] = self.log(capsys, "film.yaml")["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": board.as_uri()}

    def test_a_problem_is_known_again_when_shots_are_put_in_above_it(
        self, board: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        [before] = self.log(capsys, "film.yaml")["results"]
        board.write_text(BOARD.replace("shots:\n", "shots:\n  - {id: sh005, prompt: A boat.}\n"), encoding="utf-8")
        [after] = self.log(capsys, "film.yaml")["results"]
        assert before["locations"] != after["locations"]
        assert before["partialFingerprints"] == after["partialFingerprints"]

    def test_a_message_holds_no_link_that_a_storyboard_made(
        self, board: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        board.write_text(BOARD.replace("XXL", '"[sign in](https://example.org)"'))
        [result] = self.log(capsys, "film.yaml")["results"]
        assert "[sign in] (https" in result["message"]["text"]
