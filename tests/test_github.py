"""What a workflow runs for, and the one comment on its pull request, against a stand-in for the API on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from pipeline.errors import SetupError
from pipeline.github import Api, Refused, comment, event
from tests.github import GitHub, listening

NAMES = {"acme": {"full_name": "acme/films"}, "fork": {"full_name": "mallory/films"}}


@pytest.fixture
def github() -> Iterator[GitHub]:
    with listening() as opened:
        yield opened


@pytest.fixture
def environ(github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a workflow for a pull request, in which the command line runs as well."""
    found = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": "acme/films",
        "GITHUB_GRAPHQL_URL": github.url,
        "GITHUB_TOKEN": "ghs_token",
        "NO_PROXY": "*",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    told(tmp_path)
    return found


def told(folder: Path, source: str = "acme") -> None:
    request = {"number": 7, "head": {"sha": "a" * 40, "repo": NAMES[source]}, "base": {"repo": NAMES["acme"]}}
    (folder / "event.json").write_text(json.dumps({"pull_request": request}))


def said(words: list[str], capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert cli.main(words) == code
    return capsys.readouterr().err


def test_a_text_becomes_a_comment(github: GitHub, environ: dict[str, str], tmp_path: Path, capsys: Any) -> None:
    del environ
    file = tmp_path / "text.md"
    file.write_text("It costs $1.\n", encoding="utf-8")
    assert (
        said(["comment", str(file)], capsys)
        == "storyreel: comment written: https://github.example/acme/films/pull/7#IC_0\n"
    )
    assert said(["comment", "--name", "other", str(file)], capsys).startswith("storyreel: comment written: ")
    file.write_text("It costs $2.\n", encoding="utf-8")
    assert said(["comment", str(file)], capsys).startswith("storyreel: comment updated: ")
    assert [one["body"] for one in github.written] == [
        "<!-- storyreel: storyreel -->\nIt costs $2.\n", "<!-- storyreel: other -->\nIt costs $1.\n",
    ]  # fmt: skip


def test_line_ends_that_github_changes_are_no_difference(github: GitHub, environ: dict[str, str]) -> None:
    api = Api.of(environ)
    comment(api, "acme/films", 7, "storyreel", "One.\nTwo.\n")
    github.comments[0]["body"] = github.comments[0]["body"].replace("\n", "\r\n").strip()
    assert comment(api, "acme/films", 7, "storyreel", "One.\nTwo.\n").done == "left as it is"


def test_what_cannot_be_a_comment_is_told(github: GitHub, environ: dict[str, str]) -> None:
    api = Api.of(environ)
    for name in ("", "a b", "-->", "x" * 65, "a\n"):
        with pytest.raises(SetupError, match="can't be the name of a comment"):
            comment(api, "acme/films", 7, name, "Text.")
    with pytest.raises(SetupError, match="the text has 65,550 characters, and a comment at most 65,536"):
        comment(api, "acme/films", 7, "storyreel", "x" * 65_520)
    assert github.asked == []


@pytest.mark.parametrize(
    ("status", "reply", "error", "words"),
    [
        (401, b'{"message": "Bad credentials"}', Refused, "GitHub says 401: Bad credentials"),
        (403, b"<html>", Refused, "GitHub says 403: no reason"),
        (502, b"", SetupError, "GitHub says 502: no reason"),
        (302, b"", SetupError, "GitHub says 302: no reason"),
        (200, b"<html>", SetupError, "GitHub does not answer: "),
        (200, b"[]", SetupError, "GitHub's answer makes no sense"),
        (200, b'{"data": {}}', SetupError, "GitHub's answer makes no sense"),
        (200, b'{"data": {"repository": null}}', SetupError, "GitHub's answer makes no sense"),
        (200, b'{"errors": [{"type": "NOT_FOUND", "message": "no such"}]}', SetupError, "GitHub says: no such"),
        (200, b'{"errors": [{"type": "FORBIDDEN", "message": "no"}]}', Refused, "GitHub says: no"),
    ],
)
def test_answers_that_are_none_are_told(
    status: int, reply: bytes, error: type[SetupError], words: str, github: GitHub, environ: dict[str, str]
) -> None:
    github.status, github.reply = status, reply
    with pytest.raises(SetupError) as caught:
        comment(Api.of(environ), "acme/films", 7, "storyreel", "Text.")
    assert type(caught.value) is error
    assert caught.value.message.startswith(words)
    assert len(github.asked) == 1, "nothing is sent twice, and no redirect is followed"


def test_a_server_that_is_not_there_is_told(environ: dict[str, str]) -> None:
    api = Api.of(environ | {"GITHUB_GRAPHQL_URL": "http://127.0.0.1:9/graphql"})
    with pytest.raises(SetupError, match="GitHub does not answer"):
        comment(api, "acme/films", 7, "storyreel", "Text.")


def test_a_token_is_needed_and_sent_over_https_alone(environ: dict[str, str]) -> None:
    with pytest.raises(SetupError, match="there is no GITHUB_TOKEN"):
        Api.of(environ | {"GITHUB_TOKEN": ""})
    with pytest.raises(SetupError, match="is no https address"):
        Api.of(environ | {"GITHUB_GRAPHQL_URL": "http://github.example/graphql"})
    assert "ghs_token" not in repr(Api.of(environ))


@pytest.mark.parametrize(
    ("kind", "source", "read_only"),
    [("pull_request", "acme", False), ("pull_request", "fork", True), ("pull_request_target", "fork", False)],
)
def test_a_fork_is_told_by_its_repository(
    kind: str, source: str, read_only: bool, environ: dict[str, str], tmp_path: Path
) -> None:
    told(tmp_path, source)
    found = event(environ | {"GITHUB_EVENT_NAME": kind})
    assert found
    assert (found.pull_request, found.head, found.is_read_only) == (7, "a" * 40, read_only)


@pytest.mark.parametrize("content", ["", "[]", '{"pull_request": []}', '{"pull_request": {"number": "7"}}', "{"])
def test_an_event_that_tells_nothing_is_no_pull_request(
    content: str, environ: dict[str, str], tmp_path: Path, github: GitHub, capsys: Any
) -> None:
    del environ
    (tmp_path / "event.json").write_text(content)
    (tmp_path / "text.md").write_text("Text.")
    assert said(["comment", str(tmp_path / "text.md")], capsys) in (
        "storyreel: no comment: this job runs for no pull request\n",
    )
    assert github.asked == []


def test_outside_of_a_workflow_there_is_nothing_to_comment_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert event({}) is None
    assert "this job runs for no pull request" in said(["comment", str(tmp_path / "no.md")], capsys)


def test_a_file_that_is_not_there_is_told(environ: dict[str, str], tmp_path: Path, capsys: Any) -> None:
    del environ
    assert "no.md: can't be read: " in said(["comment", str(tmp_path / "no.md")], capsys, 2)
