"""The GitHub Action: its steps run here, over real checkouts, with a stand-in for GitHub's API on loopback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.actions import Run, Runner, job_environ
from tests.github import GitHub, Work, listening

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
KEY, TOKEN = "wsk_" + "0" * 32, "ghs_token"
ARTEFACT = "https://github.example/acme/films/actions/runs/1/artifacts/2"
FILM = """\
version: 1
title: First Light
characters:
  baker: {description: a young baker}
shots:
  - {id: sh010, prompt: The roofs of a harbour town before sunrise.}
  - {id: sh020, prompt: "@baker opens the oven."}
"""
OTHER = "version: 1\ntitle: Other\nshots: [{id: sh010, prompt: A field of rye.}]\n"
FILES = {"storyboards/film.yaml": FILM, "storyboards/other.yaml": OTHER, ".gitignore": "outputs/\n"}
OVEN = ("opens the oven.", "opens the oven door.")


@dataclass
class Job:
    """A repository on GitHub, and a machine that runs the action for it."""

    folder: Path
    machine: Path
    github: GitHub
    work: Work
    runs: int = 0

    def edit(self, old: str, new: str, name: str = "storyboards/film.yaml") -> None:
        file = self.work.folder / name
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def run(
        self, event: Mapping[str, Any], commit: str, kind: str = "pull_request", *, depth: int = 1, **inputs: str
    ) -> Run:
        """The action on a fresh checkout of the commit, in a job that has a key of the paid API."""
        self.runs += 1
        self.workspace = self.folder / f"checkout-{self.runs}"
        self.work.checkout(self.workspace, commit, depth=depth)
        environ = job_environ(
            PATH=f"{self.machine}:{job_environ()['PATH']}",
            # What pip would fetch is here already; only the action itself is built and installed.
            PYTHONPATH=sysconfig.get_paths()["purelib"],
            PIP_NO_INDEX="1",
            PIP_NO_DEPS="1",
            PIP_NO_BUILD_ISOLATION="0",  # as pip reads it: no isolation
            GIT_CONFIG_COUNT="1",
            GIT_CONFIG_KEY_0="protocol.file.allow",
            GIT_CONFIG_VALUE_0="always",
            GITHUB_REPOSITORY="acme/films",
            GITHUB_GRAPHQL_URL=self.github.url,
            NO_PROXY="*",
            WAVESPEED_API_KEY=KEY,
            WAVESPEED_BASE_URL="http://127.0.0.1:9",
        )
        given = {"upload": {"artifact-url": ARTEFACT}}
        temp = self.machine / "temp"
        ready = frozenset({"install"} if (temp / "storyreel" / "bin" / "storyreel").exists() else ())
        return Runner(ROOT, self.workspace, temp, environ, given, ready).run(event, kind, TOKEN, inputs)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the `python` that actions/setup-python puts on the PATH."""
    folder = tmp_path_factory.mktemp("machine")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder


@pytest.fixture
def job(tmp_path: Path, machine: Path) -> Iterator[Job]:
    """A repository with two storyboards, and an edit of one of them on a branch."""
    with listening() as github:
        made = Job(tmp_path, machine, github, Work(tmp_path / "work", FILES))
        yield made


def no_key_and_no_spending(run: Run, job: Job) -> None:
    for step in run.ran:
        assert not step.environ.get("WAVESPEED_API_KEY"), f"{step.id} has the key"
        assert KEY not in "".join(step.environ.values())
    assert KEY not in run.log + run.summary
    assert not list(job.workspace.glob("outputs/**/intent.json")), "an attempt was begun"


def test_a_pull_request_gets_one_comment(job: Job) -> None:
    job.edit(*OVEN)
    event = job.work.request()
    run = job.run(event, job.work.merge)
    assert run.code == 0, run.log
    [comment] = job.github.written
    assert comment["body"].startswith("<!-- storyreel: storyreel -->\n## 1 of 2 storyboards to look at against main (")
    head = "### First Light: 1 shot changed: $0.40 to shoot, 10 s\n\n"
    assert f"{head}storyboards/film.yaml against main ({job.work.base[:7]})<br>\n" in comment["body"]
    assert "| sh020 | changed | $0.40 | prompt |\n" in comment["body"]
    assert "**sh020:** ... The baker opens the ~~oven.~~ **oven door.**" in comment["body"]
    assert "<details><summary>Plan: 2 takes: 2 to generate, 10 s</summary>" in comment["body"]
    assert "| sh010 | generate | 5 | $0.40 | no take yet |\n" in comment["body"]
    assert f"As in main ({job.work.base[:7]}): storyboards/other.yaml ($0.40 to shoot)\n" in comment["body"]
    assert "Frames of sh020, before and after: film/sheet.jpg\n" in comment["body"]
    assert comment["body"].rstrip().endswith(f"[Frames of both states, side by side]({ARTEFACT})")
    assert comment["body"] == f"<!-- storyreel: storyreel -->\n{run.summary}", "the summary has the same text"
    assert set(job.github.tokens) == {f"Bearer {TOKEN}"}
    no_key_and_no_spending(run, job)


def test_the_frames_are_an_artefact(job: Job) -> None:
    job.edit(*OVEN)
    run = job.run(job.work.request(), job.work.merge)
    uploads = [inputs for used, inputs in run.used if used.startswith("actions/upload-artifact@")]
    assert [(one["name"], one["if-no-files-found"]) for one in uploads] == [("storyreel-posters", "error")]
    folder = Path(uploads[0]["path"])
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    assert files == ["film/index.html", "film/sh020.jpg", "film/sheet.jpg"]


def test_the_comment_is_written_anew_in_its_place(job: Job) -> None:
    mark = "<!-- storyreel: storyreel -->"
    job.github.comments = [
        {"id": "IC_a", "author": "mallory", "body": f"{mark}\nIt costs nothing."},
        {"id": "IC_b", "author": "github-actions", "body": "<!-- storyreel: other -->\nOf another use."},
        *({"id": f"IC_{number}", "author": "octocat", "body": "Nice."} for number in range(150)),
    ]
    before = [dict(comment) for comment in job.github.comments]
    job.edit(*OVEN)
    assert "comment written: https://" in job.run(job.work.request(), job.work.merge).log
    job.edit("sh010, prompt: The roofs", "sh010, duration: 6, prompt: The roofs")
    assert "comment updated: https://" in job.run(job.work.request(), job.work.merge).log
    assert "comment left as it is: https://" in job.run(job.work.request(), job.work.merge).log
    assert job.github.comments[:-1] == before, "nobody else's comment is touched"
    assert "2 shots changed" in job.github.comments[-1]["body"]
    # What was taken back is told, too; what never was, is not.
    job.edit("sh010, duration: 6, prompt: The roofs", "sh010, prompt: The roofs")
    job.edit(*reversed(OVEN))
    run = job.run(job.work.request(), job.work.merge)
    assert "No storyboard differs against main" in job.github.comments[-1]["body"]
    assert run.skipped == ["upload"]
    job.github.comments.pop()
    run = job.run(job.work.request(), job.work.merge)
    assert job.github.comments == before
    assert "no comment: nothing differs, and nothing did before" in run.log
    assert "No storyboard differs against main" in run.summary


def test_what_is_wrong_is_annotated_and_told_and_fails(job: Job) -> None:
    job.edit("sh010, prompt: The roofs", "sh010, duration: 66, prompt: The roofs")
    job.edit("A field of rye.", "Two fields of rye.", "storyboards/other.yaml")
    run = job.run(job.work.request(), job.work.merge)
    assert run.code == 2
    [line] = [line for line in run.log.splitlines() if line.startswith("::error")]
    assert line.startswith("::error file=storyboards/film.yaml,line=6,col=27,endColumn=29,title=storyreel ")
    [comment] = job.github.written
    assert "### storyboards/film.yaml: 1 error\n" in comment["body"]
    assert "storyboards/film.yaml:6: shots&#91;0&#93;.duration: 66 s is longer" in comment["body"]
    assert "### Other: 1 shot changed: $0.40 to shoot, 5 s" in comment["body"], "one is told whatever the other is"
    assert "1 storyboard can't be compared" in comment["body"]


def test_what_was_wrong_before_has_a_plan_all_the_same(job: Job) -> None:
    work = Work(job.folder / "broken", {**FILES, "storyboards/film.yaml": FILM.replace("version: 1", "version: 9")})
    job.work = work
    job.edit("version: 9", "version: 1")
    run = job.run(work.request(), work.merge)
    assert run.code == 0
    [comment] = job.github.written
    assert "film.yaml: 1 error in main (" in comment["body"]
    assert "so that nothing can be compared with it" in comment["body"]
    assert "main:storyboards/film.yaml:1" in comment["body"]
    assert "<details><summary>Plan: 2 takes: 2 to generate, 10 s</summary>" in comment["body"]


def test_a_fork_gets_no_key_no_comment_and_the_same_text(job: Job) -> None:
    job.edit(*OVEN)
    run = job.run(job.work.request(fork=True), job.work.merge)
    assert run.code == 0, run.log
    assert job.github.asked == [], "a token that can't write is not tried"
    assert "no comment: the token of a pull request from a fork can't write one" in run.log
    assert "### First Light: 1 shot changed: $0.40 to shoot" in run.summary
    assert [used.partition("@")[0] for used, _ in run.used] == ["actions/setup-python", "actions/upload-artifact"]
    no_key_and_no_spending(run, job)


def test_a_fork_cannot_send_anybody_to_its_own_store(job: Job) -> None:
    """Whoever opens a pull request names the store in storyreel.yaml: nothing is asked of it."""
    job.work.write("storyreel.yaml", f"remote: {job.folder}/store\n")
    (job.folder / "store").mkdir()
    job.edit(*OVEN)
    run = job.run(job.work.request(fork=True), job.work.merge)
    assert run.code == 0, run.log
    assert "nothing was fetched from the team's store: this is a pull request from a fork" in run.log
    assert list((job.folder / "store").iterdir()) == []


def test_a_comment_that_is_refused_is_told_and_fails_nothing(job: Job) -> None:
    job.github.refuses = True
    job.edit(*OVEN)
    run = job.run(job.work.request(), job.work.merge)
    assert run.code == 0
    assert "GitHub says: Resource not accessible by integration\n" in run.log
    assert "    give the job `permissions: {pull-requests: write}`" in run.log
    assert "::warning title=storyreel::no comment was written" in run.log
    assert "### First Light" in run.summary


def test_a_push_gets_the_summary_alone(job: Job) -> None:
    job.edit(*OVEN)
    pushed = job.work.commit("Edit")
    for before, name in ((job.work.base, "before the push"), ("0" * 40, "the commit before")):
        run = job.run({"before": before, "after": pushed}, pushed, "push")
        assert run.code == 0, run.log
        assert f"against {name} ({job.work.base[:7]})" in run.summary
        assert "no comment: this job runs for no pull request" in run.log
    run = job.run({"schedule": "0 0 * * *"}, job.work.base, "schedule")
    assert (run.code, "No storyboard differs against HEAD" in run.summary) == (0, True)
    assert job.github.asked == []


def test_nothing_is_drawn_or_commented_where_nobody_wants_it(job: Job) -> None:
    job.edit(*OVEN)
    run = job.run(job.work.request(), job.work.merge, comment="false", posters="false")
    assert (run.code, run.skipped, job.github.asked) == (0, ["upload"], [])
    assert "### First Light" in run.summary
    assert "Frames" not in run.summary


def test_the_base_may_be_named(job: Job) -> None:
    job.edit(*OVEN)
    event = job.work.request()
    job.edit("opens the oven door.", "opens the door.")
    later = job.work.commit("Later")
    run = job.run(event, later, "workflow_dispatch", depth=0, base=job.work.base)
    assert f"against {job.work.base[:7]}<br>" in run.summary
    run = job.run(event, later, "workflow_dispatch", base=job.work.base)
    assert run.code == 2
    assert f'git knows no revision "{job.work.base}" here\n    this clone has only the newest commits' in run.log
    assert "fetch-depth: 0" in run.log


@pytest.mark.parametrize("depth", [0, 1])
def test_the_branch_itself_may_be_checked_out(depth: int, job: Job) -> None:
    job.edit(*OVEN)
    event = job.work.request()
    job.edit("opens the oven door.", "opens the door.")
    event["pull_request"]["head"]["sha"] = head = job.work.commit("Later")
    job.work.git("checkout", "--quiet", "main")
    job.edit("The roofs", "The red roofs")
    event["pull_request"]["base"]["sha"] = job.work.commit("Meanwhile")
    job.work.git("checkout", "--quiet", "edit")
    run = job.run(event, head, depth=depth)
    if depth:
        assert run.code == 2
        assert "this clone lacks what the pull request is compared with: a commit of main\n" in run.log
        assert "let actions/checkout fetch more: with: {fetch-depth: 0}" in run.log
    else:
        assert "1 shot changed" in run.summary, "what happened to main meanwhile is no part of it"


def test_what_a_merge_is_made_of_counts_and_not_what_the_event_remembers(job: Job) -> None:
    job.edit(*OVEN)
    job.work.commit("Edit")
    job.work.git("checkout", "--quiet", "main")
    job.edit("A field of rye.", "Two fields of rye.", "storyboards/other.yaml")
    job.work.commit("Meanwhile")
    job.work.git("checkout", "--quiet", "edit")
    run = job.run(job.work.request(), job.work.merge)
    assert "## 1 of 2 storyboards to look at against main" in run.summary
    assert "### First Light: 1 shot changed" in run.summary


def test_storyboards_are_files_and_patterns_a_line_each(job: Job) -> None:
    job.work.write("films/my film.yaml", OTHER)
    job.work.write("films/-odd.yaml", OTHER.replace("Other", "Odd"))
    job.work.write("films/film.lock.yaml", "no lock\n")
    run = job.run(job.work.request(), job.work.merge, storyboards="films/my film.yaml\nfilms/-*.yaml\n")
    assert run.code == 0, run.log
    assert "2 of 2 storyboards to look at" in run.summary
    assert "the storyboard is new: it is not in main" in run.summary
    run = job.run(job.work.request(), job.work.merge, storyboards="films/*.yaml")
    assert run.code == 2, "a lock that is broken is found"
    assert "2 of 2 storyboards to look at" in run.summary, "and is no storyboard"
    run = job.run(job.work.request(), job.work.merge, storyboards="nowhere/*.yaml")
    assert (run.code, run.ran[-1].id) == (2, "review")
    assert "::error title=storyreel::no file matches the input storyboards" in run.log


def test_inputs_run_nothing(job: Job) -> None:
    job.edit(*OVEN)
    evil = '$(touch evil)`touch evil`";touch evil;"'
    for inputs in ({"storyboards": evil}, {"base": evil}, {"name": evil}, {"base": "--output=evil"}):
        run = job.run(job.work.request(), job.work.merge, **inputs)
        assert not list(job.folder.rglob("evil")), run.log
        assert run.code == 2 or "storyreel: '$(touch evil)" in run.log, "told as a name that can't be"
    [comment] = job.github.comments
    assert "touch evil&#96;" in comment["body"], "a file that is not there"


def test_what_lies_in_the_checkout_is_not_run(job: Job) -> None:
    for name in ("pip", "venv", "pipeline", "yaml", "storyreel"):
        job.work.write(f"{name}.py", f"open('{job.folder}/ran', 'a').write('{name}')\n")
    job.work.write("storyreel.yaml", "checks: [{run: look.py}]\n")
    job.work.write("look.py", f"open('{job.folder}/ran', 'a').write('look')\n")
    job.edit(*OVEN)
    run = job.run(job.work.request(), job.work.merge)
    assert run.code == 0, run.log
    assert not (job.folder / "ran").exists()


def test_a_storyboard_mentions_nobody(job: Job) -> None:
    job.edit("opens the oven.", "opens the oven for @@octocat, see #1 and https://evil.example.")
    run = job.run(job.work.request(), job.work.merge)
    assert run.code == 0, run.log
    [comment] = job.github.written
    assert "octocat" in comment["body"]
    assert not re.search(r"@octocat|@baker|#1\b|https://evil", comment["body"])


def test_the_token_is_where_the_comment_is_written_and_nowhere_else(job: Job) -> None:
    job.edit(*OVEN)
    run = job.run(job.work.request(), job.work.merge)
    assert [step.id for step in run.ran if TOKEN in "".join(step.environ.values())] == ["tell"]
    assert TOKEN not in run.log + run.summary


def test_the_installed_action_is_what_runs(job: Job) -> None:
    job.edit(*OVEN)
    job.run(job.work.request(), job.work.merge)
    python = job.machine / "temp" / "storyreel" / "bin" / "python"
    asks = [python, "-c", "import pipeline; print(pipeline.__file__)"]
    found = subprocess.run(asks, env=job_environ(), cwd=job.folder, capture_output=True, text=True)
    assert Path(found.stdout.strip()).is_relative_to(job.machine)


def test_what_others_made_is_pinned_to_a_commit() -> None:
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert len(used) == 2
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", name) for name in used)
    assert "WAVESPEED" not in json.dumps(ACTION["inputs"]), "there is no input for a key"
    for step in ACTION["runs"]["steps"]:
        assert "run" not in step or step["env"]["WAVESPEED_API_KEY"] == ""


# --- docs/action.md

PAGE = (ROOT / "docs" / "action.md").read_text(encoding="utf-8")


def test_the_page_tells_every_input_and_its_default() -> None:
    told = dict(re.findall(r"^\| `([a-z-]+)` \| (.*?) \|", PAGE, re.MULTILINE))
    assert told.keys() == ACTION["inputs"].keys()
    for name, rule in ACTION["inputs"].items():
        assert "${{" in rule["default"] or not rule["default"] or told[name] == f"`{rule['default']}`"


def test_the_workflows_of_the_page_are_workflows() -> None:
    review, shoot = (yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    assert review["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert review[True] == "pull_request", "YAML 1.1 takes `on` for a truth, as GitHub does not"
    assert [step["uses"].split("@")[0] for step in review["jobs"]["review"]["steps"]] == [
        "actions/checkout", "OWNER/storyreel",
    ]  # fmt: skip
    assert "WAVESPEED_API_KEY" not in json.dumps(review)
    assert "secrets.WAVESPEED_API_KEY" in json.dumps(shoot)
    assert "--max-cost" in json.dumps(shoot), "without an amount nothing is bought in CI"
