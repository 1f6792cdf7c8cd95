"""The environment enters; whether a build server runs us leaves, and whether for a pull request that comes from a fork.

A pull request that can't be told from one of a fork counts as one: whoever may open it may not spend. Variables are
those of each service's own documentation, as of 2026-11.
"""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LARGEST_EVENT = 8 << 20  # bytes; GitHub's are 25 MB at most, and those of pull requests some 30 kB
_NO = ("", "0", "false", "no")
_REVIEWED = ("pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment")


@dataclass(frozen=True, slots=True)
class Where:
    """Where a command runs."""

    service: str = ""  # the build server's name; "": none is known
    is_ci: bool = False
    is_fork: bool = False  # for a pull request of a fork, or one of which nobody can tell


def where(environ: Mapping[str, str]) -> Where:
    """Where a command with that environment runs. Reads the file of GITHUB_EVENT_PATH, nothing else."""
    found = [service for service in _SERVICES if service.runs(environ)]
    if found:
        # A runner inside a runner, or variables handed on: the least trusted of them counts.
        return Where(found[0].name, True, any(service.of_fork(environ) for service in found))
    if any(_says(environ, name) for name in ("CI", "CONTINUOUS_INTEGRATION", "CODEBUILD_BUILD_ID", "TEAMCITY_VERSION")):
        return Where("a build server", True)
    return Where()


def _says(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() not in _NO


def _github(environ: Mapping[str, str]) -> bool:
    """GitHub Actions, and Gitea's and Forgejo's after its fashion."""
    event, path = environ.get("GITHUB_EVENT_NAME", ""), environ.get("GITHUB_EVENT_PATH", "")
    if event in _REVIEWED or environ.get("GITHUB_REF", "").startswith("refs/pull/"):
        asked = inside(event_in(path), "pull_request")
        return _differ(inside(asked, "head", "repo"), inside(asked, "base", "repo"))
    if event == "workflow_run":
        told = event_in(path)
        run = inside(told, "workflow_run")
        return _differ(inside(run, "head_repository"), inside(told, "repository"))
    if event == "issue_comment":
        issue = inside(event_in(path), "issue")
        return not issue or "pull_request" in issue  # it says that the issue is one, and not of whom
    return not event


def event_in(path: str) -> Mapping[str, Any]:
    """What GitHub says in that file has set the workflow off; empty where it can't be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - a pipe would be waited for
            return {}
        with Path(path).open("rb") as file:
            told = json.loads(file.read(_LARGEST_EVENT))
    except (OSError, ValueError, RecursionError):  # ValueError: no JSON, or a path with a NUL
        return {}
    return told if isinstance(told, dict) else {}


def inside(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at a path of names; an empty one where there is none."""
    for name in path:
        inner = value.get(name)
        value = inner if isinstance(inner, dict) else {}
    return value


def _differ(head: Mapping[str, Any], base: Mapping[str, Any]) -> bool:
    """Whether two repositories are not the same for all we know; that of a deleted fork is null."""
    return _other(str(head.get("full_name") or ""), str(base.get("full_name") or ""))


def _other(one: str, another: str) -> bool:
    return not one or one.casefold() != another.casefold()


def _gitlab(environ: Mapping[str, str]) -> bool:
    if _says(environ, "CI_EXTERNAL_PULL_REQUEST_IID"):
        name = "CI_EXTERNAL_PULL_REQUEST_{}_REPOSITORY"
        return _other(environ.get(name.format("SOURCE"), ""), environ.get(name.format("TARGET"), ""))
    asked = _says(environ, "CI_MERGE_REQUEST_IID") or environ.get("CI_PIPELINE_SOURCE") == "merge_request_event"
    source, target = (
        environ.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID", ""),
        environ.get("CI_MERGE_REQUEST_PROJECT_ID", ""),
    )
    return asked and _other(source, target)


def _circle(environ: Mapping[str, str]) -> bool:
    """These are set for forks only; of any other pull request there is CIRCLE_PULL_REQUEST alone."""
    names = ("CIRCLE_PR_NUMBER", "CIRCLE_PR_USERNAME", "CIRCLE_PR_REPONAME")
    return any(_says(environ, name) for name in names) or environ.get("CIRCLE_BRANCH", "").startswith("pull/")


def _travis(environ: Mapping[str, str]) -> bool:
    asked = _says(environ, "TRAVIS_PULL_REQUEST") or environ.get("TRAVIS_EVENT_TYPE") == "pull_request"
    return asked and _other(environ.get("TRAVIS_PULL_REQUEST_SLUG", ""), environ.get("TRAVIS_REPO_SLUG", ""))


def _azure(environ: Mapping[str, str]) -> bool:
    asked = environ.get("BUILD_REASON") == "PullRequest" or _says(environ, "SYSTEM_PULLREQUEST_PULLREQUESTID")
    return asked and environ.get("SYSTEM_PULLREQUEST_ISFORK", "").lower() != "false"


def _buildkite(environ: Mapping[str, str]) -> bool:
    head, base = environ.get("BUILDKITE_PULL_REQUEST_REPO", ""), environ.get("BUILDKITE_REPO", "")
    return _says(environ, "BUILDKITE_PULL_REQUEST") and _other(_repository(head), _repository(base))


def _repository(address: str) -> str:
    """host/owner/name of a repository's address: git@host:owner/name.git, or with a scheme."""
    bare = re.sub(r"^[a-z+]+://", "", address.strip()).removesuffix("/").removesuffix(".git")
    return bare.rpartition("@")[2].replace(":", "/", 1)


def _appveyor(environ: Mapping[str, str]) -> bool:
    head = environ.get("APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME", "")
    return _says(environ, "APPVEYOR_PULL_REQUEST_NUMBER") and _other(head, environ.get("APPVEYOR_REPO_NAME", ""))


def _jenkins(environ: Mapping[str, str]) -> bool:
    """CHANGE_FORK is set by the branch sources of GitHub and Bitbucket where there is a fork, and only then."""
    return _says(environ, "CHANGE_FORK")


def _asked(*names: str) -> Callable[[Mapping[str, str]], bool]:
    """Of a service that tells of a pull request, and nothing of where it comes from."""
    return lambda environ: any(environ.get(name, "").startswith("pull_request") for name in names)


def _never(_: Mapping[str, str]) -> bool:
    """Of Bitbucket: a pull request from a fork starts no pipeline of the repository that it is meant for."""
    return False


@dataclass(frozen=True, slots=True)
class _Service:
    name: str
    runs: Callable[[Mapping[str, str]], bool]
    of_fork: Callable[[Mapping[str, str]], bool]


def _service(name: str, variable: str, of_fork: Callable[[Mapping[str, str]], bool]) -> _Service:
    return _Service(name, lambda environ: _says(environ, variable), of_fork)


_SERVICES = (
    _service("GitHub Actions", "GITHUB_ACTIONS", _github),
    _service("GitLab CI", "GITLAB_CI", _gitlab),
    _service("CircleCI", "CIRCLECI", _circle),
    _service("Travis CI", "TRAVIS", _travis),
    _service("Azure Pipelines", "TF_BUILD", _azure),
    _service("Buildkite", "BUILDKITE", _buildkite),
    _service("AppVeyor", "APPVEYOR", _appveyor),
    _service("Bitbucket Pipelines", "BITBUCKET_BUILD_NUMBER", _never),
    _service("Drone", "DRONE", _asked("DRONE_BUILD_EVENT")),
    _Service(
        "Woodpecker",
        lambda environ: "woodpecker" in (environ.get("CI"), environ.get("CI_SYSTEM_NAME")),
        _asked("CI_PIPELINE_EVENT", "CI_BUILD_EVENT"),
    ),
    _service("Jenkins", "JENKINS_URL", _jenkins),
)
