"""A repository as a workflow has checked it out, and what the workflow runs for, become the state to compare with."""

from __future__ import annotations

from pipeline.errors import SetupError
from pipeline.github.event import Event
from pipeline.history import Repository, Revision

_DEEPER = "let actions/checkout fetch more: with: {fetch-depth: 0}"


def base_of(repository: Repository, event: Event | None) -> Revision:
    """What was there before the change that the workflow runs for; where it runs for none, the commit itself.

    Raises SetupError where the clone does not have it.
    """
    head = repository.revision("HEAD")
    if event is None:
        return head
    parents = repository.parents(head)
    if event.pull_request:
        return _base_of_request(repository, event, head, parents)
    if event.before.strip("0") and (before := repository.commit(event.before)):
        return Revision("before the push", before)
    known = repository.commit(parents[0]) if parents else ""
    return Revision("the commit before", known) if known else head


def _base_of_request(repository: Repository, event: Event, head: Revision, parents: tuple[str, ...]) -> Revision:
    name = event.base_name or "the base"
    if len(parents) > 1 and parents[1] == event.head:
        # What is checked out by default: the pull request, merged by GitHub into what the branch is now.
        if found := repository.commit(parents[0]):
            return Revision(name, found)
    elif found := repository.merge_base(event.base, head.commit):
        return Revision(name, found)
    raise SetupError(f"this clone lacks what the pull request is compared with: a commit of {name}", hint=_DEEPER)
