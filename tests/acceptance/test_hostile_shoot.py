"""`shoot` against an API that lies, keys in the wrong places, and words that want more than to be read."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import Hostile, hostile
from tests.proofs.stage import stage

CANARY = "canary-4f1d9c07be5a2e83"
SIGNED = "?X-Amz-Signature=signed-7c2b&Expires=1"
NASTY = (
    "\x1b]0;owned\x07\x1b[2J\x1b]8;;http://evil.example\x07click\x1b]8;;\x07\n::set-output name=key::owned\n"
    "##[add-mask]owned\r::error::owned\n[red]owned[/red] \u202eowned\u202c \u200bowned \ud800 \x00 end"
)


class Victim:
    """A project whose API lies."""

    def __init__(self, folder: Path, api: Hostile, capfd: pytest.CaptureFixture[str], shots: int = 1) -> None:
        self.api, self._capfd = api, capfd
        self.here = replace(stage(folder, shots), origin=api.origin)

    def run(self, *words: str) -> tuple[int, str, str]:
        from pipeline import cli

        code = cli.main([*words])
        said = self._capfd.readouterr()
        return code, said.out, said.err

    def written(self) -> str:
        """Everything that stands in the project's folder, names included."""
        files = [file for file in self.here.folder.rglob("*") if file.is_file()]
        return "".join(f"{file}\n{file.read_bytes().decode('latin-1')}" for file in files)


@pytest.fixture
def victim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Victim]]:
    """Opens a project at an API that says these things."""
    opened: list[Any] = []

    def opened_with(shots: int = 1, **says: Any) -> Victim:
        context = hostile(tmp_path / "api", **says)
        api = context.__enter__()
        opened.append(context)
        found = Victim(tmp_path / "project", api, capfd, shots)
        monkeypatch.chdir(found.here.folder)
        for name in ("CI", "GITHUB_ACTIONS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("WAVESPEED_BASE_URL", api.origin)
        monkeypatch.setenv("WAVESPEED_API_KEY", CANARY)
        monkeypatch.setenv("NO_PROXY", "*")
        return found

    yield opened_with
    for context in opened:
        context.__exit__(None, None, None)


def inert(text: str) -> bool:
    """Whether no terminal and no build server does anything but show the text."""
    commands = re.search(r"^\s*::|##\[", text, re.MULTILINE)
    return not commands and not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", text)


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
@pytest.mark.parametrize(
    "says",
    [
        {"told": {"status": "failed", "error": NASTY, "outputs": []}},
        {"told": {"status": "failed", "error": "x" * (1 << 20), "outputs": []}},
        {"told": {"status": "failed", "error": NASTY, "code": 1200, "outputs": [], "model": NASTY}},
        {"told": {"status": "cancelled", "error": NASTY * 1000, "outputs": []}},
        {"refusal": (400, {"code": 400, "message": NASTY})},
        {"refusal": (400, {"code": 400, "message": "y" * (1 << 20)})},
        {"refusal": (400, {"code": 400, "message": f"your key {CANARY} at https://x.example/a{SIGNED}"})},
        {"refusal": (402, {"code": 1407, "detail": [{"msg": NASTY}]})},
    ],
    ids=["failed", "1 MB", "moderated", "cancelled", "refused", "refused in 1 MB", "refused with a key", "no credit"],
)
def test_what_the_api_says_is_shown_and_does_nothing(
    victim: Callable[..., Victim], says: dict[str, Any], as_json: bool
) -> None:
    at = victim(**says)
    code, out, err = at.run("shoot", "film.yaml", "--yes", *(["--json"] if as_json else []))
    assert code in (1, 3), err
    assert inert(out), ascii(out)
    assert inert(err), ascii(err)
    assert len(out + err) < 20_000
    assert CANARY not in out + err + at.written()
    assert "signed-7c2b" not in out + err + at.written()
    if as_json:
        json.loads(out)
    code, out, err = at.run("status", "film.yaml")
    assert code in (0, 1)
    assert inert(out + err), ascii(out + err)


IDS = {
    "a slash": "../../../../etc/passwd",
    "a NUL": "a\0b",
    "a newline": "a\n::set-output name=x::y\n    b: 1",
    "a quote": 'a": {"x": 1}, "b',
    "half a surrogate pair": "a\ud800b",
    "an escape": "\x1b[2Ja",
    "10,000 characters": "i" * 10_000,
    "a query": "p1?x=1#y",
    "a percent": "%2e%2e%2f",
}


@pytest.mark.parametrize("name", IDS)
def test_whatever_the_id_what_was_bought_is_kept_and_never_bought_again(
    victim: Callable[..., Victim], name: str
) -> None:
    at = victim(id=IDS[name])
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert code in (0, 1), err
    assert inert(out + err), ascii(out + err)
    assert {path for _, path, _ in at.api.asked if "passwd" in path and "/etc/" in path} == set()
    again, out, err = at.run("shoot", "film.yaml", "--yes", "--json")
    assert again == code
    json.loads(out)
    assert len(at.api.submitted) == 1, "nothing was bought twice"
    status, out, err = at.run("status", "film.yaml", "--json")
    assert status == code
    json.loads(out)
    assert inert(at.run("status", "film.yaml")[1])


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret-9f@127.0.0.1/clip.mp4",
        "data:video/mp4;base64,AAAA",
        "https://[::1]/clip.mp4",
        "https://2130706433/clip.mp4",
        "gopher://127.0.0.1/",
        "https://",
        "https://a\ud800b.example/clip.mp4",
        "https://x.example:99999/clip.mp4",
        "\x1b]8;;https://evil\x07",
        "concat:a|b",
        "-i",
    ],
)
def test_a_clip_is_fetched_from_no_strange_place(victim: Callable[..., Victim], address: str) -> None:
    at = victim(told={"outputs": [address]})
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 1, err
    assert "FAILED" in err
    assert inert(out + err)
    assert "secret-9f" not in out + err + at.written()
    again, *_ = at.run("shoot", "film.yaml", "--yes")
    assert (again, len(at.api.submitted)) == (1, 1), "it stays open, and is not bought again"
    at.api.told = {}
    assert at.run("shoot", "film.yaml")[0] == 0, "an honest answer brings it home"
    assert len(at.api.submitted) == 1


def test_the_first_of_ten_thousand_outputs_is_the_clip(victim: Callable[..., Victim]) -> None:
    at = victim()
    at.api.told = {"outputs": [f"{at.api.origin}/clip.mp4"] + [f"https://169.254.169.254/{n}" for n in range(10_000)]}
    assert at.run("shoot", "film.yaml", "--yes")[0] == 0


def test_no_key_and_no_signed_address_is_left_anywhere(victim: Callable[..., Victim]) -> None:
    at = victim(query=SIGNED)
    code, out, err = at.run("shoot", "film.yaml", "--yes", "--json")
    assert code == 0
    left = out + err + at.written()
    assert CANARY not in left
    assert "signed-7c2b" not in left
    keys = [path for _, path, headers in at.api.asked if CANARY in str(headers) and path.startswith("/clip")]
    assert keys == [], "the clip is fetched without the key"


@pytest.mark.parametrize("content", ["ffconcat version 1.0\nfile seg.mp4\n", "#EXTM3U\n#EXTINF:1,\nseg.mp4\n"])
def test_a_playlist_is_no_clip(victim: Callable[..., Victim], content: str) -> None:
    at = victim()
    at.api.clip, honest = content.encode(), at.api.clip
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 1, err
    at.api.clip = honest
    assert at.run("shoot", "film.yaml")[0] == 0
    assert len(at.api.submitted) == 1


def _in_the_board(text: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        board = folder / "film.yaml"
        board.write_text(board.read_text().replace("title: Proof\n", f"title: Proof\n{text}\n"))

    return write


def _beside(name: str, content: str, board: str) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
        if board:
            _in_the_board(board)(folder)

    return write


KEYED: dict[str, Callable[[Path], None]] = {
    "a variable": _in_the_board(f"vars: {{weather: {CANARY}}}"),
    "the style": _in_the_board(f"style: {{look: 'a {CANARY} b'}}"),
    "a field that is none": _in_the_board(f"token: {CANARY}"),
    "a comment": _in_the_board(f"# key: {CANARY}"),
    "a broken line": _in_the_board(f"vars: {{a: [{CANARY}"),
    "a header that was copied": _in_the_board("vars: {a: 'Authorization: Bearer 0123456789abcdef0123456789abcdef'}"),
    "a table": _beside("rows.csv", f"hue,note\nred,{CANARY}\n", "variants: {name: '{{ hue }}', from: rows.csv}"),
    "a bible": _beside("bible.yaml", f"vars: {{a: {CANARY}}}\n", "include: [bible.yaml]"),
    "a prompt": _beside("words.txt", f"A sea, {CANARY}.\n", "vars: {a: \"{% include 'words.txt' %}\"}"),
    "storyreel.yaml": _beside("storyreel.yaml", f"tier: gold\nkey: {CANARY}\n", ""),
    "a model": _beside("models/mine/other.json", f'{{"id": "{CANARY}"}}', ""),
}


@pytest.mark.parametrize("words", [["check"], ["check", "--json"], ["check", "--format", "github"], ["plan"],
                                   ["plan", "--json"], ["shoot", "--yes"], ["shoot", "--yes", "--json"], ["status"]],
                         ids=" ".join)  # fmt: skip
@pytest.mark.parametrize("place", KEYED)
def test_a_key_in_a_file_is_refused_and_never_shown(
    victim: Callable[..., Victim], place: str, words: list[str]
) -> None:
    at = victim()
    KEYED[place](at.here.folder)
    if place == "a prompt":
        at.here.board.write_text(at.here.board.read_text().replace("Picture 1 of the proof.", "'{{ a }}'"))
    code, out, err = at.run(words[0], "film.yaml", *words[1:])
    assert code == 2, out + err
    assert "API key" in out + err
    assert CANARY not in out + err
    assert "0123456789abcdef" not in out + err
    assert at.api.asked == []


def test_a_bug_shows_its_traceback_without_the_key(
    victim: Callable[..., Victim], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = victim()

    def broken(*_: object) -> None:
        raise RuntimeError(f"Bearer {CANARY} \x1b[2J\n::error::owned")

    monkeypatch.setattr("pipeline.produce.shooting.purse_of", broken)
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert (code, "Traceback" in err) == (70, True)
    assert CANARY not in out + err
    assert inert(err)


@pytest.mark.parametrize(
    "amount", ["", " ", "-1", "NaN", "inf", "-inf", "1e999999999", "five", "1,000", "0x10", "\x1b[2J"]
)
def test_an_amount_that_is_none_buys_nothing(victim: Callable[..., Victim], amount: str) -> None:
    at = victim()
    code, out, err = at.run("shoot", "film.yaml", "--yes", f"--max-cost={amount}")
    assert code == 2, err
    assert "--max-cost is no amount of dollars" in err
    assert inert(out + err)
    assert at.api.submitted == []


@pytest.mark.parametrize("amount", ["-1", "NaN", "inf", "1e999999999", "five"])
def test_an_amount_in_the_environment_that_is_none_buys_nothing(
    victim: Callable[..., Victim], monkeypatch: pytest.MonkeyPatch, amount: str
) -> None:
    at = victim()
    monkeypatch.setenv("STORYREEL_MAX_COST", amount)
    for words in (["shoot", "film.yaml", "--yes"], ["plan", "film.yaml"]):
        code, _, err = at.run(*words)
        assert (code, "STORYREEL_MAX_COST is no amount" in err) == (2, True), err
    assert at.api.submitted == []


@pytest.mark.parametrize("amount", ["1e30", "0.123456789123456789"])
def test_a_budget_may_be_any_number(victim: Callable[..., Victim], amount: str) -> None:
    at = victim()
    _in_the_board(f"budget: {{max_cost: {amount}, max_total: {amount}}}")(at.here.folder)
    code, _, err = at.run("plan", "film.yaml")
    assert code == 0, err
    code, _, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 0, err


@pytest.mark.parametrize(
    "address",
    ["localhost", "ftp://x.example", "http://", "http://a b", "http://x.example/path?key=secret-9f", "http://[::1",
     "http://user:secret-9f@x.example", "http://x.example:port", "http://x.example:99999", "\x1b[2J", "http://..",
     "http://" + "a" * 10_000],
)  # fmt: skip
def test_an_address_that_is_none_is_told_and_not_shown(
    victim: Callable[..., Victim], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    at = victim()
    monkeypatch.setenv("WAVESPEED_BASE_URL", address)
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert code == 2, err
    assert "secret-9f" not in out + err
    assert inert(out + err)
    assert len(out + err) < 5000


@pytest.mark.parametrize("words", [["--only", "s9"], ["--only", "s9\x1b[2J\n::error::x"], ["--variant", "blue"]])
def test_a_name_that_is_none_buys_nothing(victim: Callable[..., Victim], words: list[str]) -> None:
    at = victim()
    code, out, err = at.run("shoot", "film.yaml", "--yes", *words)
    assert code == 2
    assert inert(out + err)
    assert at.api.submitted == []


def test_the_line_to_type_can_be_typed(
    victim: Callable[..., Victim], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = victim(refusal=(500, {"code": 500, "message": "oh"}))
    monkeypatch.setattr("pipeline.runner.sending._LOOKS_S", (0.0,))
    board = at.here.folder / 'the board\'s "folder" $(touch owned); touch owned' / "my film.yaml"
    board.parent.mkdir()
    at.here.board.rename(board)
    monkeypatch.chdir(tmp_path)
    code, _, err = at.run("shoot", str(board), "--yes")
    assert code == 4, err
    _, out, _ = at.run("status", str(board))
    for said in (err, out):
        line = re.search(r"storyreel (status .*? --settle [0-9a-f]{12})", said)
        assert line
        ran = subprocess.run(["sh", "-c", f"printf '%s\\n' {line[1]}"], capture_output=True, text=True, check=True)
        assert ran.stdout.splitlines()[:3] == ["status", str(board), "--settle"]
    assert at.run(*shlex.split(line[1]), "--abandon")[0] == 0
    assert list(tmp_path.rglob("owned")) == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "~/.ssh/id_rsa", "C:/x.png", "//host/share.png", "file:///etc/passwd",
     "http://169.254.169.254/x.png", "https://good@127.0.0.1/x.png", "http://2130706433/", "data:image/png;base64,AA",
     "gopher://x/", "a/../../../b.png", "link.png", "device.png", "pipe.png", "list.png", "concat:a|b", "%03d.png"],
)  # fmt: skip
def test_no_file_outside_of_the_project_is_read_or_sent(
    victim: Callable[..., Victim], tmp_path: Path, name: str
) -> None:
    at = victim()
    (tmp_path / "secret.png").write_bytes(b"\x89PNG secret")
    (at.here.folder / "link.png").symlink_to(tmp_path / "secret.png")
    (at.here.folder / "device.png").symlink_to("/dev/zero")
    os.mkfifo(at.here.folder / "pipe.png")
    (at.here.folder / "list.png").write_text("ffconcat version 1.0\nfile seg.mp4\n")
    board = at.here.board
    board.write_text(board.read_text().replace("proof.}", f"proof., references: [{{image: {json.dumps(name)}}}]}}"))
    code, out, err = at.run("shoot", "film.yaml", "--yes")
    assert (code, at.api.asked) == (2, []), err
    assert "film.yaml:" in err
    assert inert(out + err)
