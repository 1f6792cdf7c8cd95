"""The steps of a composite action, run here as on a runner of GitHub Actions: in bash, with its files and expressions.

What the action uses of others is not run: it is written down with its inputs, and the test gives its outputs.
Expressions are those that it has: names of `inputs`, `steps` and `github`, texts in quotes, == and != between them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_OPERAND = re.compile(r"'([^']*)'|([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z_][A-Za-z0-9_-]*)*)")
_COMPARED = re.compile(rf"\s*({_OPERAND.pattern})\s*(?:(==|!=)\s*({_OPERAND.pattern}))?\s*")


@dataclass(frozen=True)
class Ran:
    """One step that was run."""

    id: str
    environ: Mapping[str, str]
    code: int
    out: str
    err: str


@dataclass
class Run:
    """What came of all of them."""

    ran: list[Ran] = field(default_factory=list)
    used: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)  # name@commit and inputs
    skipped: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    summary: str = ""

    @property
    def code(self) -> int:
        """How the job would end."""
        return next((step.code for step in self.ran if step.code), 0)

    @property
    def log(self) -> str:
        """Everything that was printed."""
        return "".join(step.out + step.err for step in self.ran)


@dataclass
class Runner:
    """A machine on which an action runs."""

    action: Path  # folder of the action
    workspace: Path
    temp: Path
    environ: Mapping[str, str]  # of the job
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # outputs of steps that are not run, by id
    ready: frozenset[str] = frozenset()  # ids of steps that an earlier run on this machine has done for all

    def run(self, event: Mapping[str, Any], kind: str, token: str, inputs: Mapping[str, str]) -> Run:
        """Run the action for an event of that kind; it ends with the first step that fails."""
        told = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        assert told["runs"]["using"] == "composite"
        assert inputs.keys() <= told["inputs"].keys()
        github = {"token": token}
        own = {key: str(rule.get("default", "")) for key, rule in told["inputs"].items()}
        own = {key: self._filled(text, {"github": github}) for key, text in own.items()}
        own |= inputs
        done = Run()
        self.temp.mkdir(parents=True, exist_ok=True)
        (self.temp / "event.json").write_text(json.dumps(event), encoding="utf-8")
        for step in told["runs"]["steps"]:
            contexts = {"inputs": own, "github": github, "steps": {k: {"outputs": v} for k, v in done.outputs.items()}}
            if "if" in step and not self._value(str(step["if"]), contexts):
                done.skipped.append(step["id"])
            elif "uses" in step:
                inputs_of = {key: self._filled(str(value), contexts) for key, value in step.get("with", {}).items()}
                done.used.append((step["uses"], inputs_of))
                done.outputs[step.get("id", "")] = dict(self.given.get(step.get("id", ""), {}))
            elif step["id"] not in self.ready and self._step(step, contexts, kind, done):
                break
        return done

    def _step(self, step: Mapping[str, Any], contexts: Mapping[str, Any], kind: str, done: Run) -> int:
        """Run one step; its exit code."""
        assert step["shell"] == "bash"
        assert not _EXPRESSION.search(step["run"]), "an expression in a script lets whoever fills it in run anything"
        output, summary, script = (self.temp / f"{step['id']}.{kind}" for kind in ("output", "summary", "sh"))
        output.write_text("")
        summary.write_text("")
        script.write_text(step["run"], encoding="utf-8")
        environ = dict(self.environ)
        environ |= {key: self._filled(str(value), contexts) for key, value in step.get("env", {}).items()}
        environ |= {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(self.action),
            "GITHUB_EVENT_NAME": kind,
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temp),
        }
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        ended = subprocess.run(command, cwd=self.workspace, env=environ, capture_output=True, text=True, timeout=300)
        done.ran.append(Ran(step["id"], environ, ended.returncode, ended.stdout, ended.stderr))
        lines = (line.partition("=") for line in output.read_text(encoding="utf-8").splitlines())
        done.outputs[step["id"]] = {key: value for key, _, value in lines}
        done.summary += summary.read_text(encoding="utf-8")
        return ended.returncode

    def _filled(self, text: str, contexts: Mapping[str, Any]) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], contexts)), text)

    def _value(self, text: str, contexts: Mapping[str, Any]) -> str | bool:
        match = _COMPARED.fullmatch(text)
        assert match, f"no expression that is known here: {text}"
        left = _operand(match[1], contexts)
        if match[4] is None:
            return left
        return (left == _operand(match[5], contexts)) == (match[4] == "==")


def _operand(text: str, contexts: Mapping[str, Any]) -> str:
    if text.startswith("'"):
        return text[1:-1]
    first, *rest = text.split(".")
    assert first in contexts, f"a context that is not known here: {text}"
    value: Any = contexts[first]
    for name in rest:
        # As there: what is not there is empty. But a misspelt input would be, too.
        assert first != "inputs" or name in value, f"there is no input {name}"
        value = value.get(name, {}) if isinstance(value, Mapping) else {}
    return value if isinstance(value, str) else ""


def job_environ(**more: str) -> dict[str, str]:
    """The environment of a job: what a process needs here, and nothing that another build server has set."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "STORYREEL_GIT")
    return {name: os.environ[name] for name in kept if name in os.environ} | more
