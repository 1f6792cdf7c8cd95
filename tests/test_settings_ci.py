"""What is promised of build servers: each is known, and no pull request from a fork passes for one of our own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings.ci import Where, where

OURS, THEIRS = {"full_name": "Acme/film"}, {"full_name": "mallory/film"}


def test_a_terminal_is_no_build_server() -> None:
    assert where({}) == Where("", False, False)
    assert where({"CI": "false", "GITHUB_ACTIONS": "", "TRAVIS": "0"}) == Where()


@pytest.mark.parametrize("name", ["CI", "CONTINUOUS_INTEGRATION", "CODEBUILD_BUILD_ID", "TEAMCITY_VERSION"])
def test_a_build_server_that_nobody_knows_is_one(name: str) -> None:
    assert where({name: "true"}) == Where("a build server", True, False)


def github(tmp_path: Path, event: str, told: Any, **more: str) -> Where:
    file = tmp_path / "event.json"
    file.write_text(told if isinstance(told, str) else json.dumps(told))
    return where({"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(file)} | more)


def asked(head: Any, base: Any = OURS) -> dict[str, Any]:
    return {"pull_request": {"head": {"repo": head}, "base": {"repo": base}}, "repository": OURS}


PULL_REQUESTS = ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]


@pytest.mark.parametrize("event", PULL_REQUESTS)
@pytest.mark.parametrize(
    ("head", "fork"), [(OURS, False), ({"full_name": "acme/Film"}, False), (THEIRS, True), (None, True), ({}, True)]
)
def test_github_tells_forks_by_the_repository_of_the_head(event: str, head: Any, fork: bool, tmp_path: Path) -> None:
    assert github(tmp_path, event, asked(head)) == Where("GitHub Actions", True, fork)


@pytest.mark.parametrize(
    ("run", "fork"),
    [({"head_repository": OURS}, False), ({"head_repository": THEIRS}, True), ({"head_repository": None}, True)],
)
def test_github_tells_forks_that_set_off_another_workflow(run: Any, fork: bool, tmp_path: Path) -> None:
    assert github(tmp_path, "workflow_run", {"workflow_run": run, "repository": OURS}).is_fork is fork


UNREADABLE = ["", "no json", "[]", "null", "[" * 100_000, json.dumps(asked({"full_name": []}))]


@pytest.mark.parametrize("told", UNREADABLE, ids=["empty", "text", "list", "null", "nested", "of lists"])
@pytest.mark.parametrize("event", [*PULL_REQUESTS, "workflow_run", "issue_comment"])
def test_what_github_does_not_tell_counts_as_a_fork(event: str, told: str, tmp_path: Path) -> None:
    assert github(tmp_path, event, told).is_fork


@pytest.mark.parametrize("path", ["", "/no/such/file", "/dev", "/dev/zero", "a\0b"])
def test_an_event_that_is_no_file_counts_as_a_fork(path: str) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": path}
    assert where(environ).is_fork


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "event")
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": f"{tmp_path}/event"}
    assert where(environ).is_fork


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch", "release", "merge_group"])
def test_what_only_members_set_off_is_no_fork(event: str, tmp_path: Path) -> None:
    assert github(tmp_path, event, {"repository": OURS}, GITHUB_REF="refs/heads/main").is_fork is False


def test_github_without_a_readable_event_is_judged_by_the_ref(tmp_path: Path) -> None:
    assert github(tmp_path, "push", {}, GITHUB_REF="refs/pull/7/merge").is_fork
    assert where({"GITHUB_ACTIONS": "true"}).is_fork


def test_a_comment_on_a_pull_request_may_be_one_on_a_forks(tmp_path: Path) -> None:
    assert github(tmp_path, "issue_comment", {"issue": {"number": 1}}).is_fork is False
    assert github(tmp_path, "issue_comment", {"issue": {"number": 1, "pull_request": {}}}).is_fork


MERGE = {"GITLAB_CI": "true", "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_PROJECT_ID": "1"}
EXTERNAL = {"GITLAB_CI": "true", "CI_EXTERNAL_PULL_REQUEST_IID": "7"}
TARGET = {"CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "acme/film"}
TRAVIS = {"TRAVIS": "true", "TRAVIS_REPO_SLUG": "acme/film"}
AZURE = {"TF_BUILD": "True", "BUILD_REASON": "PullRequest"}
KITE = {"BUILDKITE": "true", "BUILDKITE_REPO": "git@github.com:acme/film.git", "BUILDKITE_PULL_REQUEST": "7"}
VEYOR = {"APPVEYOR": "True", "APPVEYOR_REPO_NAME": "acme/film", "APPVEYOR_PULL_REQUEST_NUMBER": "7"}


@pytest.mark.parametrize(
    ("service", "environ", "fork"),
    [
        ("GitLab CI", {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "push"}, False),
        ("GitLab CI", MERGE | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1"}, False),
        ("GitLab CI", MERGE | {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2"}, True),
        ("GitLab CI", MERGE, True),
        ("GitLab CI", {"GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event"}, True),
        ("GitLab CI", EXTERNAL | TARGET | {"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "acme/film"}, False),
        ("GitLab CI", EXTERNAL | TARGET | {"CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": "mallory/film"}, True),
        ("GitLab CI", EXTERNAL, True),
        ("CircleCI", {"CIRCLECI": "true"}, False),
        ("CircleCI", {"CIRCLECI": "true", "CIRCLE_PULL_REQUEST": "https://github.com/acme/film/pull/7"}, False),
        ("CircleCI", {"CIRCLECI": "true", "CIRCLE_PR_NUMBER": "7"}, True),
        ("CircleCI", {"CIRCLECI": "true", "CIRCLE_PR_USERNAME": "mallory"}, True),
        ("CircleCI", {"CIRCLECI": "true", "CIRCLE_BRANCH": "pull/7"}, True),
        ("Travis CI", TRAVIS | {"TRAVIS_PULL_REQUEST": "false", "TRAVIS_PULL_REQUEST_SLUG": ""}, False),
        ("Travis CI", TRAVIS | {"TRAVIS_PULL_REQUEST": "7", "TRAVIS_PULL_REQUEST_SLUG": "acme/film"}, False),
        ("Travis CI", TRAVIS | {"TRAVIS_PULL_REQUEST": "7", "TRAVIS_PULL_REQUEST_SLUG": "mallory/film"}, True),
        ("Travis CI", TRAVIS | {"TRAVIS_PULL_REQUEST": "7"}, True),
        ("Azure Pipelines", {"TF_BUILD": "True", "BUILD_REASON": "Manual"}, False),
        ("Azure Pipelines", AZURE | {"SYSTEM_PULLREQUEST_ISFORK": "False"}, False),
        ("Azure Pipelines", AZURE | {"SYSTEM_PULLREQUEST_ISFORK": "True"}, True),
        ("Azure Pipelines", AZURE, True),
        ("Buildkite", KITE | {"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_PULL_REQUEST_REPO": ""}, False),
        ("Buildkite", KITE | {"BUILDKITE_PULL_REQUEST_REPO": "git@github.com:acme/film.git"}, False),
        ("Buildkite", KITE | {"BUILDKITE_PULL_REQUEST_REPO": "https://github.com/acme/film"}, False),
        ("Buildkite", KITE | {"BUILDKITE_PULL_REQUEST_REPO": "git://github.com/acme/film.git"}, False),
        ("Buildkite", KITE | {"BUILDKITE_PULL_REQUEST_REPO": "git://github.com/mallory/film.git"}, True),
        ("Buildkite", KITE | {"BUILDKITE_PULL_REQUEST_REPO": "https://github.com.example/acme/film.git"}, True),
        ("Buildkite", KITE, True),
        ("AppVeyor", {"APPVEYOR": "True", "APPVEYOR_REPO_NAME": "acme/film"}, False),
        ("AppVeyor", VEYOR | {"APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "acme/film"}, False),
        ("AppVeyor", VEYOR | {"APPVEYOR_PULL_REQUEST_HEAD_REPO_NAME": "mallory/film"}, True),
        ("AppVeyor", VEYOR, True),
        ("Bitbucket Pipelines", {"BITBUCKET_BUILD_NUMBER": "1"}, False),
        ("Bitbucket Pipelines", {"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_ID": "7"}, False),
        ("Drone", {"DRONE": "true", "DRONE_BUILD_EVENT": "push"}, False),
        ("Drone", {"DRONE": "true", "DRONE_BUILD_EVENT": "pull_request"}, True),
        ("Woodpecker", {"CI": "woodpecker", "CI_PIPELINE_EVENT": "push"}, False),
        ("Woodpecker", {"CI": "woodpecker", "CI_PIPELINE_EVENT": "pull_request"}, True),
        ("Woodpecker", {"CI": "true", "CI_SYSTEM_NAME": "woodpecker", "CI_BUILD_EVENT": "pull_request"}, True),
        ("Jenkins", {"JENKINS_URL": "https://ci.example", "CHANGE_ID": "7"}, False),
        ("Jenkins", {"JENKINS_URL": "https://ci.example", "CHANGE_ID": "7", "CHANGE_FORK": "mallory"}, True),
    ],
)
def test_each_service_is_known_and_so_are_its_forks(service: str, environ: dict[str, str], fork: bool) -> None:
    assert where(environ) == Where(service, True, fork)


def test_of_two_services_the_less_trusted_counts(tmp_path: Path) -> None:
    found = github(tmp_path, "push", {}, DRONE="true", DRONE_BUILD_EVENT="pull_request")
    assert found == Where("GitHub Actions", True, True)
