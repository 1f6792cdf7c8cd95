"""What an author gets in an editor: our schema in the language server that VS Code, Neovim and others run for YAML."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli, schema
from pipeline.catalog import models
from tests.editors.language_server import LanguageServer
from tests.needed import ENVIRON, Tool, path_of

ROOT = Path(__file__).parent.parent.parent
VALID = sorted((ROOT / "tests" / "storyboards" / "valid").rglob("*.yaml")) + sorted(
    (ROOT / "storyboards").rglob("*.yaml")
)
BOARDS = [file for file in VALID if "shots:" in file.read_text(encoding="utf-8")]
BIBLES = [file for file in VALID if file not in BOARDS]
SERVER = Tool(
    "yaml-language-server",
    "STORYREEL_YAML_LANGUAGE_SERVER",
    "npm install --global yaml-language-server@1.25.0",
)
MODEL = "bytedance/seedance-2.0-mini/text-to-video-turbo"
HEAD = "version: 1\ntitle: Two Shots\n"
SHOT = f"{HEAD}shots:\n  - id: sh010\n    prompt: The sea.\n"
SEVERAL = f"{HEAD}shots:\n  - id: sq010\n    split: keep\n    shots:\n      - id: sh010\n        prompt: The sea.\n"
KEEPER = "characters:\n  keeper:\n    description: an old man\n"


@dataclass(frozen=True, slots=True)
class Editor:
    """A folder with a board as `init` leaves it, and a language server that is shown files beside it."""

    server: LanguageServer
    folder: Path
    header: str  # the first line of each file, with its newline
    called: str = "board"  # what the names of the files begin with
    numbers: Iterator[int] = field(default_factory=count)

    def diagnostics(self, text: str) -> list[tuple[str, int, int, int]]:
        """What the server finds wrong: message, line from 1 below the header, first and last column from 1."""
        found = self._open(text)[1]
        spans = [(one["message"], one["range"]["start"], one["range"]["end"]) for one in found]
        return [(message, start["line"], start["character"] + 1, end["character"]) for message, start, end in spans]

    def at_bar(self, what: str, text: str) -> Any:
        """What the server answers at the | in the text."""
        before, _, after = text.partition("|")
        file, _ = self._open(before + after)
        return self.server.at(what, file, before.count("\n") + 1, len(before.rpartition("\n")[2]))

    def choices(self, text: str) -> list[str]:
        """What the server offers to write at the | in the text."""
        return [item["label"] for item in self.at_bar("completion", text)["items"]]

    def _open(self, text: str) -> tuple[Path, list[dict[str, Any]]]:
        # A name of its own for each: the server keeps what it knows by name and version.
        file = self.folder / f"{self.called}{next(self.numbers)}.yaml"
        return file, self.server.open(file, self.header + text)


@pytest.fixture(scope="module")
def proxy() -> Iterator[socket.socket]:
    """A proxy that any request would have to come to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory, proxy: socket.socket) -> Iterator[Editor]:
    """An editor, open on a project that was begun with `storyreel init`."""
    program = path_of(SERVER)
    folder = tmp_path_factory.mktemp("project")
    assert cli.main(["init", str(folder / "film.yaml")]) == 0
    header = (folder / "film.yaml").read_text(encoding="utf-8").partition("\n")[0] + "\n"
    address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    settings = {
        "yaml": {"schemaStore": {"enable": False}, "validate": True, "hover": True, "completion": True},
        "http": {"proxy": address},
    }
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), address)
    environ = {"PATH": ENVIRON["PATH"], "HOME": str(folder), **proxies}
    with LanguageServer([str(program), "--stdio"], settings, environ) as server:
        yield Editor(server, folder, header)


@pytest.fixture(scope="module")
def bible(editor: Editor) -> Editor:
    """The same editor, on files that a board includes."""
    header = editor.header.replace("storyboard.schema.json", "bible.schema.json")
    return replace(editor, header=header, called="bible", numbers=count())


class TestDiagnostics:
    def test_the_board_that_init_writes_has_none(self, editor: Editor) -> None:
        text = (editor.folder / "film.yaml").read_text(encoding="utf-8").removeprefix(editor.header)
        assert editor.diagnostics(text) == []

    @pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
    def test_a_board_that_check_calls_fine_has_none(self, file: Path, editor: Editor) -> None:
        assert editor.diagnostics(file.read_text(encoding="utf-8")) == []

    def test_an_unknown_key_is_marked(self, editor: Editor) -> None:
        [(message, *place)] = editor.diagnostics(f"{SHOT}    durtaion: 5\n")
        assert "durtaion" in message
        assert place == [6, 5, 12]

    def test_a_value_that_is_no_choice_is_marked(self, editor: Editor) -> None:
        [(message, *place)] = editor.diagnostics(f"{SHOT}    camera: {{shot_size: XXL}}\n")
        assert '"EWS"' in message
        assert place == [6, 25, 27]

    def test_a_value_of_the_wrong_type_is_marked(self, editor: Editor) -> None:
        [(message, *place)] = editor.diagnostics(SHOT.replace("The sea.", "5"))
        assert "string" in message
        assert place == [5, 13, 13]

    @pytest.mark.parametrize(
        "text",
        [
            f"{SHOT}    model: studio/our-own\n",
            SHOT.replace("The sea.", "{raw: The sea.}"),
            f"{SHOT}    duration: 5s\n    out: 0:04\n",
            SEVERAL.replace("keep", "[4.2, 8.5]"),
            f"include: [people.yaml, look.yaml]\n{SHOT}",
            f"{SHOT}variants: {{from: markets.csv}}\n",
        ],
        ids=["a project's own model", "raw prompt", "times", "split", "include", "table"],
    )
    def test_what_can_be_written_in_several_ways_has_none(self, text: str, editor: Editor) -> None:
        assert editor.diagnostics(text) == []

    @pytest.mark.parametrize(
        ("text", "said", "place"),
        [
            (SEVERAL.replace("keep", "some"), "^(keep|auto)$", [5, 12, 15]),
            (f"{SHOT}    continue_from: {{shot: sh000, as: frame}}\n", '"first_frame"', [6, 38, 42]),
            (f"{SEVERAL}        duration: 5\n", "duration", [9, 9, 16]),
            (SHOT.replace("The sea.", "{rough: The sea.}"), "rough", [5, 14, 18]),
            (f"{SHOT}variants: {{exclude: [{{hero: Ben}}]}}\n", '"matrix"', [6, 1, 8]),
        ],
        ids=["split", "continue_from", "a part's own duration", "neither text nor raw", "no variants"],
    )
    def test_what_is_none_of_the_ways_is_marked(self, text: str, said: str, place: list[int], editor: Editor) -> None:
        found = editor.diagnostics(text)
        assert [message for message, *at in found if at == place and said in message], found

    def test_a_missing_prompt_is_told_at_its_shot(self, editor: Editor) -> None:
        [(message, line, column, _)] = editor.diagnostics(f"{HEAD}shots:\n  - id: sh010\n")
        assert "prompt" in message
        assert (line, column) == (4, 5)


class TestCompletion:
    def test_keys_of_a_shot(self, editor: Editor) -> None:
        wanted = {"camera", "dialogue", "references", "duration", "continue_from", "transition", "in", "out"}
        offered = set(editor.choices(f"{SHOT}    |\n"))
        assert offered >= wanted
        assert not offered & {"id", "prompt"}, "they stand there already"

    @pytest.mark.parametrize("name", ["shot_size", "angle", "movement", "speed"])
    @pytest.mark.parametrize("written", ["camera: {%s: |}", "camera:\n      %s: |"], ids=["in braces", "below"])
    def test_words_of_the_camera(self, name: str, written: str, editor: Editor) -> None:
        camera = schema.load("storyboard.schema.json")["$defs"]["camera"]["properties"]
        assert editor.choices(f"{SHOT}    {written % name}\n") == camera[name]["enum"]

    @pytest.mark.parametrize(
        "text", [f"{HEAD}defaults:\n  model: |\n", f"{SHOT}    model: |\n"], ids=["all", "one shot"]
    )
    def test_ids_of_models(self, text: str, editor: Editor) -> None:
        assert sorted(editor.choices(text)) == sorted(models())

    def test_keys_and_words_of_one_of_several_shots(self, editor: Editor) -> None:
        part = schema.load("storyboard.schema.json")["$defs"]["part"]["properties"]
        assert set(editor.choices(f"{SEVERAL}        |\n")) == part.keys() - {"id", "prompt"}
        assert "OTS" in editor.choices(f"{SEVERAL}        camera: {{shot_size: |}}\n")

    @pytest.mark.parametrize(
        ("text", "offered"),
        [
            (f"{SHOT}    continue_from: {{shot: sh000, as: |}}\n", {"reference", "first_frame"}),
            (SEVERAL.replace("keep", "|"), {"keep"}),
            (f"{SHOT}variants:\n  |\n", {"name", "from", "matrix", "exclude", "include", "change"}),
            (f"{SHOT}|\n", {"include", "characters", "locations", "props", "prompt_template", "variants", "lint"}),
        ],
        ids=["continue_from", "split", "variants", "the whole file"],
    )
    def test_what_can_stand_there(self, text: str, offered: set[str], editor: Editor) -> None:
        assert set(editor.choices(text)) >= offered


class TestHover:
    @pytest.mark.parametrize(
        ("text", "said"),
        [
            (f"{SHOT}    continue|_from: {{shot: sh000}}\n", "Another shot that this one goes on from"),
            (f'{HEAD}defaults:\n  aspect|_ratio: "16:9"\n', "Shape of the picture, width to height."),
            (f"{HEAD}defaults:\n  mod|el: {MODEL}\n", "Id of the generation model"),
            (SEVERAL.replace("split", "sp|lit"), "Where the cut divides the take"),
            (SEVERAL.replace("        prompt", "        pro|mpt"), "What happens in this shot"),
            (SHOT.replace("prompt", "pro|mpt"), "sent to the model as it stands"),
            (SHOT.replace("The sea.", "{ra|w: The sea.}"), "The whole prompt"),
            (f"{SHOT}    first|_frame: a.png\n", "A picture that the shot begins with exactly"),
            (f"{SHOT}variants: {{matrix: {{a: [b]}}, change: [{{wh|en: {{a: b}}, without: [c]}}]}}\n", "it is for"),
        ],
        ids=["continue_from", "aspect_ratio", "model", "split", "part", "prompt", "raw", "first_frame", "when"],
    )
    def test_a_key_is_explained(self, text: str, said: str, editor: Editor) -> None:
        assert said in editor.at_bar("hover", text)["contents"]["value"]


class TestBibles:
    """The schema of bibles refers to that of storyboards, which lies beside it: an editor has to find its way."""

    def test_one_that_check_calls_fine_has_no_diagnostics(self, bible: Editor) -> None:
        sections = "locations: {pier: {description: a pier}}\nprops: {oar: {description: an oar}}\nstyle: {look: ink}\n"
        for text in (KEEPER + sections, *(file.read_text(encoding="utf-8") for file in BIBLES)):
            assert bible.diagnostics(text) == []

    @pytest.mark.parametrize(
        ("text", "said", "place"),
        [
            (f"{KEEPER}    voise: low\n", "voise", [4, 5, 9]),
            (f"{KEEPER}    references: [{{image: a.png}}]\n", '"role"', [4, 18, 18]),
            ("style: {look: 3}\n", '"string"', [1, 15, 15]),
            (f"{KEEPER}shots: []\n", "shots", [4, 1, 5]),
        ],
        ids=["unknown key", "reference without role", "wrong type", "shots"],
    )
    def test_what_is_wrong_is_marked(self, text: str, said: str, place: list[int], bible: Editor) -> None:
        [(message, *at)] = bible.diagnostics(text)
        assert said in message
        assert at == place

    @pytest.mark.parametrize(
        ("text", "offered"),
        [
            ("|\n", {"characters", "locations", "props", "style"}),
            (f"{KEEPER}    |\n", {"name", "references", "voice"}),
            ("style:\n  |\n", {"look", "palette", "lighting"}),
        ],
        ids=["sections", "character", "style"],
    )
    def test_keys_are_completed(self, text: str, offered: set[str], bible: Editor) -> None:
        assert set(bible.choices(text)) == offered

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("sty|le: {look: ink}\n", "What a storyboard says itself holds over it."),
            (KEEPER.replace("descr", "de|scr"), "Who it is, as it would complete"),
        ],
        ids=["style", "description"],
    )
    def test_a_key_is_explained(self, text: str, said: str, bible: Editor) -> None:
        assert said in bible.at_bar("hover", text)["contents"]["value"]


def test_nothing_of_it_needs_a_network(editor: Editor, bible: Editor, proxy: socket.socket) -> None:
    assert editor.diagnostics(f"{SHOT}    durtaion: 5\n")
    assert bible.diagnostics(f"{KEEPER}    voise: low\n")
    with pytest.raises(BlockingIOError):
        proxy.accept()


@pytest.fixture
def ended() -> Callable[..., str]:
    """What is said where a test can't have its tool."""

    def reason(outcome: type[BaseException], **environ: str) -> str:
        with pytest.raises(outcome) as found:
            path_of(Tool("no-such-tool", "STORYREEL_NO_SUCH_TOOL", "apt install it"), {"PATH": "", **environ})
        return str(found.value)

    return reason


class TestNeeded:
    """A tool that is missing is never passed over in silence."""

    def test_without_the_tool_a_test_says_how_to_get_it(self, ended: Callable[..., str]) -> None:
        said = ended(pytest.skip.Exception)
        assert said == "needs no-such-tool: apt install it; or set STORYREEL_NO_SUCH_TOOL to its path"

    def test_in_ci_it_fails(self, ended: Callable[..., str]) -> None:
        assert "needs no-such-tool" in ended(pytest.fail.Exception, CI="true")

    def test_a_path_that_leads_nowhere_fails_anywhere(self, ended: Callable[..., str]) -> None:
        said = ended(pytest.fail.Exception, STORYREEL_NO_SUCH_TOOL="/no/such/file")
        assert said == "STORYREEL_NO_SUCH_TOOL is set to /no/such/file, and there is no such file"
