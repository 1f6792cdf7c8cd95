"""`shoot` against an API that lies, keys in the wrong places, and words that want more than to be read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_shoot import Open, Shop, shop  # noqa: F401 - the last is a fixture
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
