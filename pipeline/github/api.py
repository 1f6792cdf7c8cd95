"""A question to GitHub's GraphQL API enters, and its answer leaves. Nothing is sent twice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pipeline.errors import SetupError

_TIMEOUT_S = 30.0
_LARGEST = 16 << 20  # bytes of an answer
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_REFUSED = ("FORBIDDEN", "INSUFFICIENT_SCOPES")  # types of errors in an answer; a token may not do that
_MENDED = "give the job `permissions: {pull-requests: write}`; for pull requests of forks and of Dependabot it has none"


class Refused(SetupError):
    """The token may not do that."""


class _NoRedirects(HTTPRedirectHandler):
    """An address that leads elsewhere would be given the token."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """None is followed."""


@dataclass(frozen=True, slots=True)
class Api:
    """GitHub, asked with a token."""

    url: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Api:
        """What the environment of a workflow names. Raises SetupError where that is nothing, or not safe."""
        url, token = environ.get("GITHUB_GRAPHQL_URL", "https://api.github.com/graphql"), environ.get("GITHUB_TOKEN")
        if not token:
            raise SetupError("there is no GITHUB_TOKEN", hint="env: {GITHUB_TOKEN: ${{ github.token }}}")
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise SetupError("GITHUB_GRAPHQL_URL is no https address, so the token is not sent there")
        return cls(url, token)

    def ask(self, query: str, **variables: object) -> Mapping[str, Any]:
        """The data that answers. Raises Refused, and SetupError where there is no such answer."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "User-Agent": "storyreel",
        }
        request = Request(self.url, body, headers)
        try:
            with build_opener(_NoRedirects).open(request, timeout=_TIMEOUT_S) as reply:
                answer = json.loads(reply.read(_LARGEST))
        except HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(_LARGEST)) from error
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise SetupError(f"GitHub does not answer: {error}", hint="run the job again") from error
        return _data(answer)


def _data(answer: Any) -> Mapping[str, Any]:
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if isinstance(errors, list) and errors and isinstance(errors[0], dict):
        said = f"GitHub says: {errors[0].get('message')}"
        if errors[0].get("type") in _REFUSED:
            raise Refused(said, hint=_MENDED)
        raise SetupError(said)
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, dict):
        raise SetupError("GitHub's answer makes no sense", hint="run the job again")
    return data


def _refusal(status: int, body: bytes) -> SetupError:
    try:
        said = str(json.loads(body)["message"])
    except (ValueError, TypeError, KeyError):
        said = "no reason"
    words = f"GitHub says {status}: {said}"
    return Refused(words, hint=_MENDED) if status in (401, 403) else SetupError(words, hint="run the job again")
