"""What the store and the lock hold of a job becomes its state, with the reason in one sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from pipeline.lock import Lock, Use
from pipeline.take import StoreView, Take
from pipeline.wire import MEANING, MODERATED

State = Literal["reuse", "generate", "stale", "held", "open", "absent", "uncertain", "refused"]


def standing(
    digest: str, view: StoreView, used: Take | None, name: int, older: Use | None, waits_for: str
) -> tuple[State, str]:
    """The state of a job; `name` is what people call the take that is used, `waits_for` says why it is not bought
    before another one, "" where it is."""
    if used and used.digest != digest:
        return "reuse", f"take {name} of another wording is used for it"
    if used:
        return "reuse", f"take {name} is kept"
    if digest in view.open:
        return "open", "submitted and not finished"
    if digest in view.uncertain:
        return "uncertain", "submitted, and nobody knows whether it arrived"
    if digest in view.absent:
        return "absent", "paid for, and its clip is not here"
    code = view.failed.get(digest)
    if code == MODERATED:
        return "refused", "refused by moderation: change the prompt or its references"
    if waits_for:
        return "held", f"held back: {waits_for}"
    if older:
        return "stale", "it has changed since its take was made"
    if code is None:
        return "generate", "no take yet"
    return "generate", f"the last attempt failed: {MEANING.get(code, 'no reason given')}"


def after_refusal(fallback: str, view: StoreView) -> tuple[State, str]:
    """The state of a job that moderation refused and that has another wording, whose digest is `fallback`."""
    if fallback in view.open:
        return "open", "refused by moderation; its fallback_prompt is submitted and not finished"
    if fallback in view.uncertain:
        return "uncertain", "refused by moderation; nobody knows whether its fallback_prompt arrived"
    if view.failed.get(fallback) == MODERATED:
        return "refused", "refused by moderation, and so was its fallback_prompt: change them or the references"
    return "generate", "refused by moderation: its fallback_prompt is next"


def held(owners: Mapping[str, tuple[int, str]], fallbacks: Mapping[str, str], view: StoreView) -> dict[str, str]:
    """Jobs that are not bought while another job of their entry is refused and none has a take -> why.

    What moderation says of one wording it most likely says of all, and each refusal may be charged.
    """
    if MODERATED not in view.failed.values():
        return {}
    by_entry: dict[int, list[str]] = defaultdict(list)
    for digest, (index, _) in owners.items():
        by_entry[index].append(digest)
    found: dict[str, str] = {}
    for digests in by_entry.values():
        refused = [digest for digest in digests if view.failed.get(digest) == MODERATED]
        others = [fallbacks[digest] for digest in digests if digest in fallbacks]
        if all(fallbacks.get(digest) and view.failed.get(fallbacks[digest]) != MODERATED for digest in refused):
            continue  # another wording is tried first
        if refused and not any(view.takes.get(digest) or view.absent.get(digest) for digest in (*digests, *others)):
            variant = owners[refused[0]][1]
            reason = f"{variant} of this shot was refused by moderation"
            found |= {digest: reason for digest in digests if digest not in refused}
    return found


def with_absent(view: StoreView, lock: Lock, digests: Iterable[str]) -> StoreView:
    """The view in which takes that the lock knows as paid for, and the store does not have, are absent."""
    absent = dict(view.absent)
    for digest, takes in lock.takes(view.origin, digests).items():
        here = {take.number for take in view.takes.get(digest, ())}
        # What the lock says of a take is more than what the store does: its price.
        gone = {paid.number: paid for paid in (*view.absent.get(digest, ()), *takes) if paid.number not in here}
        if gone and digest not in view.open:
            absent[digest] = tuple(gone[number] for number in sorted(gone))
    return replace(view, absent=absent)
