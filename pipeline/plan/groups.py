"""A Plan becomes what people want to know first: what each entry comes to, in which state, and why several times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.plan.changes import Change, reason
from pipeline.plan.jobs import Job
from pipeline.plan.plan import Plan
from pipeline.plan.spread import entry_of, texts_of, varying
from pipeline.plan.standing import State


@dataclass(frozen=True, slots=True)
class Group:
    """The jobs of one entry that are in one state for one reason."""

    entry: str  # its id
    shots: tuple[str, ...]  # ids of the shots that its take holds
    state: State
    reason: str
    jobs: int
    seconds: int  # generated and paid for, of all of them
    usd: Decimal  # of all of them, unpriced ones left out
    estimate: bool  # only a live quote would be exact
    unpriced: int  # jobs without a known price
    varies: tuple[str, ...]  # variables of the variants that make several of it
    same_as: str  # id of an earlier entry that comes to the same request; "" for none


def groups(plan: Plan, moved: Mapping[str, Change] | None = None) -> tuple[Group, ...]:
    """What each entry comes to, in the order of the board; more than one group where its jobs differ in state.

    `moved` tells of jobs by digest what moved them: the reason then is the exact one.
    """
    by_entry: dict[int, dict[str, None]] = defaultdict(dict)
    for (key, _), digest in plan.uses.items():
        by_entry[entry_of(key)][digest] = None
    names_that_vary = varying(plan)
    owner: dict[str, str] = {}
    found: list[Group] = []
    for index in sorted(by_entry):
        entry = plan.board.entries[index]
        alike: dict[tuple[State, str, str], list[Job]] = defaultdict(list)
        for digest in by_entry[index]:
            first = owner.setdefault(digest, entry.id)
            state, why = plan.state(digest)
            why = reason(moved[digest]) if moved and digest in moved else why
            alike[state, why, "" if first == entry.id else first].append(plan.jobs[digest])
        names = _names(plan, index) if len(by_entry[index]) > 1 else frozenset()
        varies = tuple(name for name in names_that_vary if name in names)
        shots = tuple(part.id for part in entry.parts) if entry.several else (entry.id,)
        found += [_group(entry.id, shots, state, jobs, varies) for state, jobs in alike.items()]
    return tuple(found)


def _names(plan: Plan, index: int) -> frozenset[str]:
    """The variables that make an entry differ: those looked at, and those that decide on its defaults."""
    found = {name for item in texts_of(plan, index) for name in item.names}
    for change in plan.board.variants.changes if plan.board.variants else ():
        if any(getattr(change.defaults, word) is not None for word in change.defaults.__dataclass_fields__):
            found |= change.when.keys()
    return frozenset(found)


def _group(
    entry: str, shots: tuple[str, ...], state: tuple[State, str, str], jobs: list[Job], varies: tuple[str, ...]
) -> Group:
    known = [job.price for job in jobs if job.price]
    return Group(
        entry,
        shots,
        state[0],
        state[1],
        len(jobs),
        sum(job.duration_s for job in jobs),
        sum((price.usd for price in known), Decimal("0.00")),
        any(price.estimate for price in known),
        len(jobs) - len(known),
        varies,
        state[2],
    )
