"""The environment of a workflow enters; what set it off leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.settings.ci import event_in, inside, where


@dataclass(frozen=True, slots=True)
class Event:
    """What a workflow runs for. Names and ids are "" where it tells none."""

    pull_request: int  # its number; 0: it runs for none
    head: str  # id of the commit that the pull request asks to merge
    base: str  # id of a commit of the branch that it is to be merged into
    base_name: str  # name of that branch
    before: str  # of a push: id of the commit that the branch was at; of a new branch nothing but zeros
    is_read_only: bool  # the workflow's token can write nothing, as the pull request comes from a fork


def event(environ: Mapping[str, str]) -> Event | None:
    """What set off the workflow that runs us; None where none does. Reads the file of GITHUB_EVENT_PATH."""
    if not environ.get("GITHUB_ACTIONS"):
        return None
    told = event_in(environ.get("GITHUB_EVENT_PATH", ""))
    asked = inside(told, "pull_request")
    number, base = asked.get("number"), inside(asked, "base")
    # The one event by which a fork sets off a workflow that may write: it runs what the repository itself has.
    trusted = environ.get("GITHUB_EVENT_NAME") == "pull_request_target"
    return Event(
        pull_request=number if isinstance(number, int) else 0,
        head=_text(inside(asked, "head"), "sha"),
        base=_text(base, "sha"),
        base_name=_text(base, "ref"),
        before=_text(told, "before"),
        is_read_only=bool(asked) and where(environ).is_fork and not trusted,
    )


def _text(value: Mapping[str, object], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
