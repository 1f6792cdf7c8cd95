"""A text becomes the one comment of its name on a pull request: a new one, or the one that was written before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.errors import SetupError
from pipeline.github.api import Api

MOST = 65_536  # characters of a comment
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_PAGES = 50  # of a hundred comments each
_FIND = """
query ($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      id
      comments(first: 100, after: $after) {
        nodes { id body url viewerDidAuthor }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}"""
_ADD = """
mutation ($subject: ID!, $body: String!) {
  addComment(input: {subjectId: $subject, body: $body}) { commentEdge { node { url } } }
}"""
_UPDATE = """
mutation ($id: ID!, $body: String!) {
  updateIssueComment(input: {id: $id, body: $body}) { issueComment { url } }
}"""


@dataclass(frozen=True, slots=True)
class Comment:
    """What has become of a text."""

    url: str  # of the comment; "" where there is none
    done: str  # "written", "updated", "left as it is", "not needed"


def comment(api: Api, repository: str, number: int, name: str, text: str, *, needed: bool = True) -> Comment:
    """Put the text on a pull request of `repository` ("owner/name").

    A hidden line of its own tells which comment it is; only one that the same account has written counts. Unless it is
    `needed`, none is written where there was none. Raises SetupError for a bad text or name, and as Api.ask.
    """
    body = _body(name, text)
    owner, _, own_name = repository.partition("/")
    try:
        subject, found = _found(api, owner, own_name, number, _mark(name))
        if found and found["body"].replace("\r\n", "\n").strip() == body.strip():
            return Comment(found["url"], "left as it is")
        if found:
            done = api.ask(_UPDATE, id=found["id"], body=body)
            return Comment(done["updateIssueComment"]["issueComment"]["url"], "updated")
        if not needed:
            return Comment("", "not needed")
        done = api.ask(_ADD, subject=subject, body=body)
        return Comment(done["addComment"]["commentEdge"]["node"]["url"], "written")
    except (KeyError, TypeError, AttributeError) as error:
        raise SetupError("GitHub's answer makes no sense", hint="run the job again") from error


def _mark(name: str) -> str:
    return f"<!-- storyreel: {name} -->"


def _body(name: str, text: str) -> str:
    if not _NAME.fullmatch(name):
        raise SetupError(
            f"{name[:80]!r} can't be the name of a comment", hint="letters, digits, - . and _, such as films"
        )
    body = f"{_mark(name)}\n{text}"
    if len(body) > MOST:
        raise SetupError(f"the text has {len(body):,} characters, and a comment at most {MOST:,}")
    return body


def _found(api: Api, owner: str, name: str, number: int, mark: str) -> tuple[str, Mapping[str, Any] | None]:
    """Id of the pull request, and its comment that begins with the mark."""
    after = None
    for _ in range(_MOST_PAGES):
        data = api.ask(_FIND, owner=owner, name=name, number=number, after=after)
        asked = data["repository"]["pullRequest"]
        for node in asked["comments"]["nodes"]:
            # Anybody may write such a line; a comment of theirs could be changed by them afterwards.
            if node["viewerDidAuthor"] and node["body"].startswith(mark):
                return asked["id"], node
        if not asked["comments"]["pageInfo"]["hasNextPage"]:
            return asked["id"], None
        after = asked["comments"]["pageInfo"]["endCursor"]
    return asked["id"], None
