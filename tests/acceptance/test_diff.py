"""`diff` through the command line, over real repositories: what differs, why, for how many seconds and dollars."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from pipeline import cli, media, produce, schema
from pipeline.cli.edits import DONE
from pipeline.cli.markdown import MOST
from pipeline.store import Intent, take_home
from pipeline.wire import as_digested
from tests.clips import Spec, write_clip
from tests.repositories import Repository

FILM = """\
version: 1
title: First Light
style: {palette: teal and amber}
characters:
  baker: {description: a young baker, references: [{image: refs/face.png, role: face}]}
shots:
  - {id: sh010, prompt: The roofs of a harbour town before sunrise., duration: 6}
  - {id: sh020, prompt: "@baker opens the oven."}
  - {id: sh030, prompt: "@baker looks up.", out: 4.0}
  - {id: sh040, prompt: A gull., continue_from: {shot: sh010}}
"""


class Films(Repository):
    """A repository with a board in a folder of it, and the command line at work there."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(folder)
        self.capsys = capsys
        self.board = self.write("boards/film.yaml", FILM)
        self.picture("boards/refs/face.png")
        self.first = self.commit("First")

    def edit(self, old: str, new: str) -> None:
        text = self.board.read_text(encoding="utf-8")
        assert old in text
        self.board.write_text(text.replace(old, new), encoding="utf-8")

    def diff(self, *words: str, code: int = 0) -> str:
        """What it prints, or what it complains of. The repository is left as it was."""
        before = self.traces()
        assert cli.main(["diff", *words]) == code
        said = self.capsys.readouterr()
        assert self.traces() == before
        assert (said.err if code == 0 else said.out) == ""
        return said.out if code == 0 else said.err

    def value(self, *words: str) -> Any:
        """The same as JSON, which has to keep to its schema."""
        value = json.loads(self.diff("--json", *words))
        Draft202012Validator(schema.load("output/diff.schema.json")).validate(value)
        return value


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Films:
    """A repository with one commit, and its folder as the working directory."""
    found = Films(tmp_path / "films", capsys)
    monkeypatch.chdir(found.folder)
    return found


BOARD = "boards/film.yaml"


def test_head_is_held_against_the_working_tree(films: Films) -> None:
    films.edit("opens the oven", "opens the oven door")
    films.edit("out: 4.0", "out: 3.5")
    films.edit("duration: 6", "duration: 7")
    films.board.write_text(films.board.read_text() + "  - {id: sh050, prompt: The sea.}\n")
    assert films.diff(BOARD) == (
        "First Light: boards/film.yaml\n"
        f"from HEAD ({films.first[:7]}) to the working tree\n"
        "\n"
        "  shot   what     to shoot  why\n"
        "  sh010  changed     $0.56  duration 6 s to 7 s\n"
        "  sh020  changed     $0.40  prompt\n"
        "  sh030  recut           -  out 4 s to 3.5 s: costs nothing\n"
        "  sh040  changed     $0.40  sh010, which it continues from, gets another take\n"
        "  sh050  added       $0.40\n"
        "\n"
        "  sh020:\n"
        "      ... The baker opens the [-oven.-] {+oven door.+} No background music. No ...\n"
        "\n"
        "3 shots changed, 1 added, 1 recut: $1.76 to shoot, 20 s to 25.5 s\n"
        "to shoot in all: $2.16, $1.68 before\n"
    )


def test_nothing_differs_in_a_clean_repository(films: Films) -> None:
    assert films.diff(BOARD).splitlines()[-2:] == [
        "no shot differs: nothing to shoot, 20 s", "to shoot in all: $1.68, $1.68 before",
    ]  # fmt: skip


def test_a_revision_is_held_against_the_working_tree_and_against_another(films: Films) -> None:
    films.edit("A gull.", "Two gulls.")
    films.commit("Gulls")
    films.edit("Two gulls.", "Three gulls.")
    assert [edit["shot"] for edit in films.value("HEAD~1", BOARD)["edits"]] == ["sh040"]
    between = films.value("HEAD~1", "HEAD", BOARD)
    assert "".join(words["after"] for words in between["edits"][0]["jobs"][0]["prompt"]).count("Two gulls.") == 1
    assert (between["before"]["name"], between["after"]["name"]) == ("HEAD~1", "HEAD")
    assert films.value("HEAD", "HEAD~1", BOARD)["edits"][0]["kinds"] == ["changed"]


def test_it_is_the_same_from_any_folder(films: Films, monkeypatch: pytest.MonkeyPatch) -> None:
    films.edit("A gull.", "Two gulls.")
    monkeypatch.chdir(films.folder / "boards")
    assert films.diff("film.yaml").splitlines()[-2] == "1 shot changed: $0.40 to shoot, 20 s"


def test_everything_that_a_board_names_is_read_as_it_was_then(films: Films) -> None:
    films.edit("style: {palette: teal and amber}", "include: bible.yaml")
    films.edit("A gull.", "\"{% include 'gull.txt' %}\"")
    films.edit("duration: 6}", "duration: 6, model: acme/draft}")
    films.board.write_text(films.board.read_text() + "variants: {from: markets.csv, name: '{{ city }}'}\n")
    films.edit("The roofs of a harbour town before sunrise.", '"{{ city }} before sunrise."')
    films.write("storyreel.yaml", "budget: {max_cost: 9}\n")
    films.write("boards/bible.yaml", "style: {palette: teal and amber}\n")
    films.write("boards/gull.txt", "A gull.\n")
    films.write("boards/markets.csv", "city\nLagos\n")
    model = schema.load("models/bytedance/seedance-2.0-mini/text-to-video-turbo.json")
    model = {name: value for name, value in model.items() if name != "$schema"} | {"id": "acme/draft"}
    films.write("models/acme/draft.json", json.dumps(model))
    films.commit("Files")
    assert films.value(BOARD)["headline"] == "no shot differs: nothing to shoot, 20 s"
    films.picture("boards/refs/face.png", "black")
    films.write("boards/bible.yaml", "style: {palette: ash}\n")
    films.write("boards/gull.txt", "Two gulls.\n")
    films.write("boards/markets.csv", "city\nLagos\nKyoto\n")
    dearer = json.dumps(model).replace('"usd_per_s": "0.08"', '"usd_per_s": "1"')
    films.write("models/acme/draft.json", dearer)
    assert [line.split("  ", 2)[1:] for line in films.diff(BOARD).splitlines() if line.startswith("  sh0")][:4] == [
        ["sh010", "changed, for new variants    $12.00  style.palette; for Kyoto"],
        ["sh020", "changed                       $0.40  refs/face.png has other bytes; style.palette"],
        ["sh030", "changed                       $0.40  refs/face.png has other bytes; style.palette"],
        ["sh040", "changed, for new variants     $0.80  sh010, which it continues from, gets another take; "
                  "file gull.txt; style.palette; for Kyoto"],
    ]  # fmt: skip
    for name in ("storyreel.yaml", "boards/bible.yaml", "boards/gull.txt", "boards/markets.csv", "boards/film.yaml"):
        (films.folder / name).unlink()
    gone = films.value("HEAD", BOARD)
    assert {tuple(edit["kinds"]) for edit in gone["edits"]} == {("removed",)}
    assert gone["totals"]["usd_before"] == "1.68"


def test_programs_that_look_at_takes_are_found_and_never_run(films: Films) -> None:
    films.write("storyreel.yaml", "checks: [{run: tools/look.py}]\n")
    films.write("tools/look.py", "open('ran', 'w')\n")
    films.write("boards/own.py", "open('ran', 'w')\n")
    films.board.write_text(films.board.read_text() + "checks: [{run: own.py}]\n")
    films.commit("Checks")
    assert films.value("HEAD", BOARD)["headline"] == "no shot differs: nothing to shoot, 20 s"
    assert not (films.folder / "ran").exists()


def test_a_board_that_is_new_or_gone_is_told(films: Films) -> None:
    films.write("boards/other.yaml", "version: 1\ntitle: Other\nshots: [{id: sh010, prompt: A field of rye.}]\n")
    said = films.diff("boards/other.yaml")
    assert "the storyboard is new: it is not in HEAD\n" in said
    assert said.splitlines()[-2:] == [
        "1 shot added: $0.40 to shoot, 0 s to 5 s", "to shoot in all: $0.40, $0.00 before",
    ]  # fmt: skip
    films.commit("Other")
    films.git("rm", "--quiet", "boards/other.yaml")
    said = films.diff("boards/other.yaml")
    assert "the storyboard is gone: it is not in the working tree\n" in said
    assert "1 shot removed: nothing to shoot, 5 s to 0 s\n" in said


@pytest.mark.parametrize("committed", [True, False])
def test_a_board_that_was_renamed_is_followed(committed: bool, films: Films) -> None:
    films.board.rename(films.folder / "boards" / "light.yaml")
    films.board = films.folder / "boards" / "light.yaml"
    films.edit("A gull.", "Two gulls.")
    words = ["HEAD", "boards/light.yaml"]
    if committed:
        films.commit("Rename")
        words = ["HEAD~1", "HEAD", "boards/light.yaml"]
    said = films.diff(*words)
    assert "the storyboard was renamed: boards/film.yaml to boards/light.yaml\n" in said
    assert "1 shot changed: $0.40 to shoot, 20 s\n" in said
    words[-1] = "boards/film.yaml"
    assert "the storyboard was renamed: boards/film.yaml to boards/light.yaml\n" in films.diff(*words)


def test_problems_are_told_with_the_revision_before_the_path(films: Films) -> None:
    films.edit("duration: 6", "duration: 66")
    films.commit("Wrong")
    films.edit("duration: 66", "duration: 77")
    said = films.diff(BOARD, code=2)
    assert said.startswith("HEAD:boards/film.yaml:7:80  shots[0].duration: 66 s is longer than")
    assert "\nboards/film.yaml:7:80  shots[0].duration: 77 s is longer than" in said
    assert said.endswith("storyreel: 2 errors\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("refs/face.png", "refs/other.png", "there is no such file"),
        ("style:", "include: gone.yaml\nstyle:", "include: there is no such file"),
        ("refs/face.png", "../../outside.png", "it lies outside the project"),
    ],
)
def test_what_a_revision_lacks_is_told_of_the_revision(old: str, new: str, told: str, films: Films) -> None:
    films.edit(old, new)
    films.commit("Wrong")
    films.picture("boards/refs/other.png")
    films.write("boards/gone.yaml", "style: {look: film}\n")
    said = films.diff("HEAD", "HEAD~1", BOARD, code=2)
    assert said.startswith("HEAD:boards/film.yaml:")
    assert told in said
    assert "storyreel-" not in said, "where it was read is nobody's business"


@pytest.mark.parametrize(
    "name", ["boards/film.yaml", "storyreel.yaml", "boards/film.lock.yaml", "boards/refs/face.png"]
)
def test_nothing_outside_of_a_revision_is_read_by_a_link_in_it(name: str, films: Films, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret: words\n")
    link = films.folder / name
    content = link.read_bytes() if link.exists() else None
    link.unlink(missing_ok=True)
    link.symlink_to(secret)
    films.commit("Link")
    link.unlink()
    if content:
        link.write_bytes(content)
    code = 0 if content is None else 2
    said = films.diff("HEAD", BOARD, code=code)
    assert "secret" not in said
    if name == BOARD:
        assert said == (
            "storyreel: HEAD:boards/film.yaml: it is a link that leads to no file of that revision\n"
            "    a storyboard is read where it is in that revision\n"
        )


def test_a_lock_that_is_broken_in_a_revision_is_told_of_it(films: Films) -> None:
    films.write("boards/film.lock.yaml", "no lock\n")
    films.commit("Lock")
    (films.folder / "boards" / "film.lock.yaml").unlink()
    assert films.diff("HEAD", BOARD, code=2).startswith("HEAD:boards/film.lock.yaml:1:1  this is not as storyreel")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope", BOARD], 'storyreel: git knows no revision "nope" here\n'
         "    `git log --oneline`, `git branch --all` and `git tag` list what there is\n"),
        ([BOARD, "HEAD"], 'storyreel: git knows no revision "boards/film.yaml" here\n'
         "    the storyboard comes last: storyreel diff [REV [REV]] FILE\n"),
        (["a", "b", "c", BOARD], "storyreel: 3 revisions are too many\n"
         "    storyreel diff [REV [REV]] FILE: one storyboard, two revisions at most\n"),
        (["boards/nope.yaml"], "storyreel: boards/nope.yaml: there is no such file in HEAD or in the working tree\n"
         "    name the file of a storyboard by its path from here, as it is called in one of the two\n"),
        (["boards"], "storyreel: boards: there is no such file in HEAD or in the working tree\n"
         "    name the file of a storyboard by its path from here, as it is called in one of the two\n"),
    ],
)  # fmt: skip
def test_bad_input_is_told_with_how_to_mend_it(words: list[str], said: str, films: Films) -> None:
    assert films.diff(*words, code=2) == said


def test_errors_come_as_json_too(films: Films) -> None:
    assert cli.main(["diff", "nope", BOARD, "--json"]) == 2
    value = json.loads(films.capsys.readouterr().out)
    Draft202012Validator(schema.load("output/error.schema.json")).validate(value)
    assert value["error"]["message"] == 'git knows no revision "nope" here'


def test_a_folder_without_git_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if any((above / ".git").exists() for above in tmp_path.parents):
        pytest.skip("the temporary folder is in a repository")
    (tmp_path / "film.yaml").write_text(FILM)
    assert cli.main(["diff", str(tmp_path / "film.yaml")]) == 2
    assert "film.yaml: it is in no git repository\n    storyboards are compared in git" in capsys.readouterr().err


def test_takes_that_are_there_cost_nothing(films: Films) -> None:
    """What was bought before an edit is still there once the edit is taken back."""
    films.edit("A gull.", "Two gulls.")
    films.commit("Gulls")
    keep_take(films, "sh040")
    films.edit("Two gulls.", "A gull.")
    films.commit("One gull")
    films.edit("A gull.", "Two gulls.")
    said = films.diff(BOARD)
    assert "  sh040  changed         -  prompt; its take is there\n" in said
    assert "1 shot changed: nothing to shoot, 20 s\nto shoot in all: $1.28, $1.68 before\n" in said


def keep_take(films: Films, shot: str) -> None:
    """Put a paid take for the request of a shot into the store, as the runner would."""
    film, plan = produce.plan(films.board)
    variant = plan.variants.first()
    index = next(index for index, entry in enumerate(plan.board.entries) if entry.id == shot)
    with film.store.open(take_home(plan.origin, plan.digests(variant)[index], 1)) as home:
        attempt = home.begin(Intent(as_digested(plan.request(variant, index)), "film", "main", shot, None))
        attempt.submitted("bought")
        clip = write_clip(attempt.temporary(), Spec(number=7, frames=120))
        attempt.keep(clip, media.inspect(clip, "video"))


# --- docs/diff.md


ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")


def test_the_page_shows_what_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    repo = Repository(tmp_path / "checkout")
    shutil.copytree(ROOT / "storyboards", repo.folder / "storyboards")
    repo.commit()
    [patch] = re.findall(r"```diff\n(.*?)```", PAGE, re.DOTALL)
    repo.write("edit.patch", patch)
    repo.git("apply", "edit.patch")
    [(command, output)] = re.findall(r"```console\n\$ storyreel (.*?)\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(repo.folder)
    assert cli.main(command.split()) == 0
    assert re.sub(r"(?<=HEAD \()[0-9a-f]{7}", "...", capsys.readouterr().out) == output


def test_the_page_tells_every_word() -> None:
    for words in DONE.values():
        assert re.search(rf"^\| [^|]*{words}[^|]*\|", PAGE, re.MULTILINE), words


# --- git LFS


def pointer(content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {len(content)}\n"


def test_a_pointer_of_git_lfs_is_its_file(films: Films) -> None:
    face = films.folder / "boards" / "refs" / "face.png"
    content = face.read_bytes()
    face.write_text(pointer(content))
    films.commit("Into LFS")
    said = films.diff("HEAD~1", "HEAD", BOARD)
    assert "in HEAD: refs/face.png: git LFS has only a pointer here (git lfs fetch), so it is not checked\n" in said
    assert "no shot differs: nothing to shoot, 20 s\n" in said
    assert films.value(BOARD)["after"]["notes"], "a working tree without its files is read likewise"
    kept = films.folder / ".git" / "lfs" / "objects" / hashlib.sha256(content).hexdigest()[:2]
    kept = kept / hashlib.sha256(content).hexdigest()[2:4] / hashlib.sha256(content).hexdigest()
    kept.parent.mkdir(parents=True)
    kept.write_bytes(content)
    assert "LFS" not in films.diff("HEAD~1", "HEAD", BOARD)
    face.write_text(pointer(b"another face"))
    films.commit("Another face")
    assert "  sh020  changed     $0.40  refs/face.png has other bytes\n" in films.diff("HEAD~1", "HEAD", BOARD)


def test_what_is_shot_with_a_video_of_unknown_length_has_no_price(films: Films) -> None:
    films.edit("prompt: A gull.", "references: [{video: refs/flight.mp4, role: the flight}], prompt: A gull.")
    films.write("boards/refs/flight.mp4", pointer(b"a film"))
    films.commit("A flight")
    said = films.diff("HEAD~1", "HEAD", BOARD)
    assert "so it is not checked, and what is shot with a video of unknown length has no price\n" in said
    assert "  sh040  changed  unpriced  refs/flight.mp4 is new\n" in said
    assert said.splitlines()[-2:] == [
        "1 shot changed: 1 take without a known price to shoot, 20 s",
        "to shoot in all: $1.28, and 1 take without a known price, $1.68 before",
    ]


def test_what_generates_nothing_is_told_with_what_it_costs(films: Films) -> None:
    films.edit("prompt: A gull.", "prompt: A gull., fallback_prompt: A swan., notes: It turns away.")
    films.edit("style:", "cut: {fit: cover, frame_rate: 25}\nbudget: {max_total: 9}\nchecks: [{run: qc.py}]\nstyle:")
    films.write("boards/qc.py", "print(1)\n")
    said = films.diff(BOARD)
    assert (
        "  sh040  with another fallback, with other notes         -  fallback_prompt is new: costs nothing unless the "
        "prompt is refused; notes are new: costs nothing\n"
    ) in said
    told = re.findall(r"^(\S+) (.*): costs nothing$", said, re.MULTILINE)
    assert told == [
        ("cut.frame_rate", "24 to 25"), ("cut.fit", "contain to cover"), ("budget.max_total", "no limit to $9"),
        ("checks", "qc.py is new"),
    ]  # fmt: skip
    assert "\n1 shot with another fallback, 1 with other notes: nothing to shoot, 20 s\n" in said


# --- Markdown


class Page(HTMLParser):
    """What a comment renders to: its tags and its text, and the text of each cell."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []
        self.texts: list[str] = []
        self.attributes: set[str] = set()
        renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
        self.feed(renderer.render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.cells += [""] if tag in ("td", "th") else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self.cells:
            self.cells[-1] += data.strip()


def test_a_comment_is_a_headline_a_table_and_the_words(films: Films) -> None:
    films.edit("opens the oven", "opens the oven door")
    films.edit("out: 4.0", "out: 3.5")
    assert films.diff("--format", "markdown", BOARD) == (
        "### First Light: 1 shot changed, 1 recut: $0.40 to shoot, 20 s to 19.5 s\n"
        "\n"
        "of boards/film.yaml<br>\n"
        f"from HEAD ({films.first[:7]}) to the working tree<br>\n"
        "\n"
        "| shot | what | to shoot | why |\n"
        "| --- | --- | ---: | --- |\n"
        "| sh020 | changed | $0.40 | prompt |\n"
        "| sh030 | recut | - | out 4 s to 3.5 s: costs nothing |\n"
        "\n"
        "<details><summary>Words that differ in prompts</summary>\n"
        "\n"
        "**sh020:** ... The baker opens the ~~oven.~~ **oven door.** No background music. No ...\n"
        "\n"
        "</details>\n"
        "\n"
        "to shoot in all: $1.68, $1.68 before\n"
    )


HOSTILE = (
    "@@torvalds @@acme/team <script>alert(1)</script> <!-- x --> | a | b | **bold** ~~gone~~ `code` [l](http://e.org) "
    "![i](https://e.org/i.png) www.e.org a@@e.org #12 GH-12 acme/film#7 &lt;b&gt; $x$ <details> \\| _it_ </details>"
)


def test_nothing_of_a_board_is_obeyed_in_a_comment(films: Films) -> None:
    films.edit("title: First Light", f"title: {json.dumps(HOSTILE.replace('@@', '@')[:190] + ' # | x')}")
    films.edit('"@baker opens the oven."', json.dumps(f"@baker {HOSTILE} opens."))
    films.edit("role: face", 'role: "@@torvalds | x"')
    films.commit("Hostile")
    films.edit("opens.", "closes <b>@@gvanrossum</b> | *now* ~~x~~.")
    said = films.diff("--format", "markdown", BOARD)
    page = Page(said)
    assert page.tags == {
        "h3",
        "p",
        "br",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "strong",
        "s",
    }
    assert page.attributes <= {"style"}
    assert len(page.cells) == 8, "no cell more than the table has"
    text = "".join(page.texts)
    assert not re.search(r"@\w|#\d|GH-\d|://|\bwww\.", text), "no mention, no issue, no address"
    for shown in ("@\u200btorvalds", "<script>alert(1)</script>", "#\u200b12", "**bold**", "| a | b |", "[l]", "<b>"):
        assert shown in text


def test_a_name_of_a_revision_is_not_obeyed_either(films: Films) -> None:
    films.git("branch", "x|@torvalds<b>")
    page = Page(films.diff("--format", "markdown", "x|@torvalds<b>", BOARD))
    assert "b" not in page.tags
    assert "from x|@\u200btorvalds<b> (" in "".join(page.texts)


def test_a_comment_is_never_longer_than_github_takes(films: Films) -> None:
    shots = [f'  - {{id: sh{number:04}, prompt: "{"<|@@> word " * 40} {number}"}}' for number in range(600)]
    films.board.write_text("version: 1\ntitle: Long\nshots:\n" + "\n".join(shots) + "\n")
    films.commit("Long")
    films.board.write_text(re.sub(r' ([0-9]+)"', r' *\1* <b> "', films.board.read_text()))
    said = films.diff("--format", "markdown", BOARD)
    assert len(said) <= MOST
    assert said.endswith("\n\nto shoot in all: $240.00, $240.00 before\n")
    assert "| sh0599 | changed | $0.40 | prompt |\n" in said
    assert re.search(r"\n[0-9]+ more prompts left out: a comment holds no more\.\n", said)
    films.board.write_text(
        re.sub(r"id: sh(\d+)", lambda found: f"id: shot_number_{found[1] * 12}", films.board.read_text())
    )
    said = films.diff("--format", "markdown", BOARD)
    assert len(said) <= MOST
    assert re.search(r"\n[0-9,]+ more shots left out: a comment holds no more\.\n", said)
    Page(said)


def test_a_comment_on_many_settings_is_no_longer_either(films: Films) -> None:
    names = [f"film_{number}_" + 40 * "x" for number in range(200)]
    films.board.write_text(films.board.read_text() + f"variants:\n  matrix: {{n: [{', '.join(names)}]}}\n")
    films.commit("Many films")
    changes = (f"    - {{when: {{n: {name}}}, cut: {{frame_rate: {n + 30}}}}}\n" for n, name in enumerate(names))
    films.board.write_text(films.board.read_text() + "  change:\n" + "".join(changes))
    said = films.diff("--format", "markdown", BOARD)
    assert len(said) <= MOST // 3
    assert f"\ncut.frame_rate 24 to 30 in {names[0]}: costs nothing\n" in said
    assert re.search(r"\n[0-9]+ more settings left out: a comment holds no more\.\n", said)


def test_only_one_form_can_be_asked_for(films: Films) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "diff", "--json", "--format", "markdown", BOARD]
    done = subprocess.run(command, cwd=films.folder, capture_output=True, text=True)
    assert done.returncode == 2
    assert "not allowed with argument --json" in done.stderr
