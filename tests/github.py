"""A stand-in for GitHub's GraphQL API on loopback, with one pull request; checkouts as actions/checkout has them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.repositories import Repository

BOT, PAGE = "github-actions", 100


@dataclass
class GitHub:
    """Its comments, and everything that it was asked."""

    comments: list[dict[str, str]] = field(default_factory=list)  # id, author, body
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    refuses: bool = False  # the token may write nothing
    status: int = 200  # of its answers
    reply: bytes | None = None  # instead of an answer
    url: str = ""

    @property
    def written(self) -> list[dict[str, str]]:
        """Comments of the account that the token is of."""
        return [comment for comment in self.comments if comment["author"] == BOT]

    def answer(self, query: str, given: Mapping[str, Any]) -> dict[str, Any]:
        if "addComment(" in query:
            assert given["subject"] == "PR_7"
            return self._written("addComment", "commentEdge", given["body"], None)
        if "updateIssueComment(" in query:
            return self._written("updateIssueComment", "issueComment", given["body"], given["id"])
        assert (given["owner"], given["name"], given["number"]) == ("acme", "films", 7)
        first = int(given["after"] or 0)
        nodes = [
            {"id": one["id"], "body": one["body"], "url": url_of(one), "viewerDidAuthor": one["author"] == BOT}
            for one in self.comments[first : first + PAGE]
        ]
        more = len(self.comments) > first + PAGE
        page = {"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": str(first + PAGE)}}
        return {"data": {"repository": {"pullRequest": {"id": "PR_7", "comments": page}}}}

    def _written(self, name: str, inner: str, body: str, comment: str | None) -> dict[str, Any]:
        if self.refuses:
            message = "Resource not accessible by integration"
            return {"data": {name: None}, "errors": [{"type": "FORBIDDEN", "path": [name], "message": message}]}
        if comment is None:
            self.comments.append({"id": f"IC_{len(self.comments)}", "author": BOT, "body": body})
            return {"data": {name: {inner: {"node": {"url": url_of(self.comments[-1])}}}}}
        [found] = [one for one in self.comments if one["id"] == comment]
        found["body"] = body
        return {"data": {name: {inner: {"url": url_of(found)}}}}


def url_of(comment: Mapping[str, str]) -> str:
    return f"https://github.example/acme/films/pull/7#{comment['id']}"


@contextmanager
def listening() -> Iterator[GitHub]:
    """GitHub, as long as it is asked."""
    github = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            github.asked.append(asked)
            github.tokens.append(self.headers["Authorization"])
            reply = github.reply
            if reply is None:
                reply = json.dumps(github.answer(asked["query"], asked["variables"])).encode()
            self.send_response(github.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        github.url = f"http://127.0.0.1:{server.server_port}/graphql"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()


class Work(Repository):
    """A project on a machine of its own, whose branch `edit` is to be merged into `main`."""

    def __init__(self, folder: Path, files: Mapping[str, str]) -> None:
        super().__init__(folder)
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        for name, text in files.items():
            self.write(name, text)
        self.base = self.commit("Before")
        self.git("checkout", "--quiet", "-b", "edit")

    def request(self, *, fork: bool = False) -> dict[str, Any]:
        """What GitHub tells of the pull request once what is there is committed; `self.merge` is what it checks out."""
        head = self.commit("Edit")
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "-m", "Merge", head)
        self.merge = self.git("rev-parse", "HEAD").strip()
        self.git("update-ref", "refs/pull/7/merge", self.merge)
        self.git("checkout", "--quiet", "edit")
        asked = {
            "number": 7,
            "head": {"sha": head, "ref": "edit", "repo": {"full_name": "mallory/films" if fork else "acme/films"}},
            "base": {"sha": self.base, "ref": "main", "repo": {"full_name": "acme/films"}},
        }
        return {"pull_request": asked, "repository": {"full_name": "acme/films"}}

    def checkout(self, folder: Path, commit: str, *, depth: int = 1) -> Repository:
        """A clone as actions/checkout makes it: that commit, and so many before it; 0 is all of them."""
        made = Repository(folder)
        made.git("remote", "add", "origin", f"file://{self.folder}")
        depths = (f"--depth={depth}",) if depth else ()
        wanted = (commit,) if depth else (commit, "+refs/heads/*:refs/remotes/origin/*")
        made.git("-c", "protocol.file.allow=always", "fetch", "--quiet", "--no-tags", *depths, "origin", *wanted)
        made.git("checkout", "--quiet", "--detach", commit)
        return made
