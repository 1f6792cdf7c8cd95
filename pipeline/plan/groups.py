"""A Plan becomes what people want to know first: what each shot comes to, why there are several, what multiplies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.plan.expansion import Plan, State
from pipeline.plan.jobs import Job
from pipeline.prompts import Looked
from pipeline.storyboard import Path, dotted

_Names = frozenset[str]
MANY = 2  # times: what makes more jobs out of few is worth a word
FEW = 4  # jobs: below that nobody minds


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


@dataclass(frozen=True, slots=True)
class Multiplied:
    """A text that is part of many shots and looks at a variable, so that each of them is made once for every value."""

    path: str  # dotted, e.g. style.look
    file: str
    line: int  # from 1
    column: int  # from 1
    names: tuple[str, ...]  # the variables
    jobs_before: int  # of the shots it is part of, if it did not look at them
    jobs: int  # as it is
    usd_before: Decimal
    usd: Decimal


def groups(plan: Plan) -> tuple[Group, ...]:
    """What each entry comes to, in the order of the board; more than one group where its jobs differ in state."""
    by_entry: dict[int, dict[str, None]] = defaultdict(dict)
    for (key, _), digest in plan.uses.items():
        by_entry[_entry(key)][digest] = None
    varying = _varying(plan)
    owner: dict[str, str] = {}
    found: list[Group] = []
    for index in sorted(by_entry):
        entry = plan.board.entries[index]
        alike: dict[tuple[State, str, str], list[Job]] = defaultdict(list)
        for digest in by_entry[index]:
            first = owner.setdefault(digest, entry.id)
            alike[(*plan.state(digest), "" if first == entry.id else first)].append(plan.jobs[digest])
        names = _names(plan, index) if len(by_entry[index]) > 1 else frozenset()
        varies = tuple(name for name in varying if name in names)
        shots = tuple(part.id for part in entry.parts) if entry.several else (entry.id,)
        found += [_group(entry.id, shots, state, jobs, varies) for state, jobs in alike.items()]
    return tuple(found)


def multiplied(plan: Plan) -> tuple[Multiplied, ...]:
    """Texts beside the shots that make many jobs out of few, the dearest first."""
    if len(plan.variants) < MANY:
        return ()
    counts = _Counts(plan)
    used: dict[Path, list[int]] = defaultdict(list)
    names: dict[Path, _Names] = {}
    for index, looked in enumerate(plan.compositions.looked):
        for item in looked:
            if item.path[0] != "shots" and item.names & counts.varying:
                used[item.path].append(index)
                names[item.path] = item.names & counts.varying
    found = [_multiplied(plan, counts, path, indices, names[path]) for path, indices in used.items()]
    worth = [item for item in found if item.jobs > max(FEW, MANY * item.jobs_before)]
    return tuple(sorted(worth, key=lambda item: (-item.jobs, item.path)))


class _Counts:
    """How many different jobs a set of variables makes."""

    def __init__(self, plan: Plan) -> None:
        self.varying = frozenset(_varying(plan))
        names = [self.names(looked) for looked in plan.compositions.looked]
        texts = {item.path: item.names for looked in plan.compositions.looked for item in looked}
        wanted = {*names}
        for looked in plan.compositions.looked:
            wanted |= {self.names([item for item in looked if item.path != path]) for path in texts}
        seen: dict[_Names, set[tuple[object, ...]]] = {each: set() for each in wanted}
        for variant in plan.variants:
            for each, values in seen.items():
                values.add((variant.defaults, *(repr(variant.values.get(name)) for name in sorted(each))))
        self._counts = {each: len(values) for each, values in seen.items()}

    def names(self, looked: object) -> _Names:
        items: tuple[Looked, ...] = tuple(looked)  # type: ignore[arg-type]
        return frozenset().union(*(item.names for item in items)) & self.varying

    def jobs(self, looked: object) -> int:
        """Jobs that an entry which looks at these texts comes to."""
        return self._counts[self.names(looked)]


def _multiplied(plan: Plan, counts: _Counts, path: Path, indices: list[int], names: _Names) -> Multiplied:
    before = after = 0
    usd_before = usd = Decimal("0.00")
    price = _prices(plan)
    for index in indices:
        looked = plan.compositions.looked[index]
        now, then = counts.jobs(looked), counts.jobs([item for item in looked if item.path != path])
        before, after = before + then, after + now
        usd_before, usd = usd_before + then * price[index], usd + now * price[index]
    place = plan.board.source.place(path)
    return Multiplied(
        dotted(path), place.file, place.line, place.column, tuple(sorted(names)), before, after, usd_before, usd
    )


def _prices(plan: Plan) -> Mapping[int, Decimal]:
    """What a job of each entry costs, of the first one that has a price."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for (key, _), digest in plan.uses.items():
        price = plan.jobs[digest].price
        if price and _entry(key) not in found:
            found[_entry(key)] = price.usd
    return found


def _varying(plan: Plan) -> tuple[str, ...]:
    """The variables that have more than one value over the variants, in the order in which variants name them."""
    first: dict[str, str] = {}
    found: dict[str, None] = {}
    for variant in plan.variants:
        for name, value in _distinguishing(plan, variant.keys, variant.values):
            if first.setdefault(name, value) != value:
                found[name] = None
    return tuple(found)


def _distinguishing(plan: Plan, keys: Mapping[str, str], values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    changed = plan.board.variants.changes if plan.board.variants else ()
    for name in dict.fromkeys([*keys, *(name for change in changed for name in change.vars)]):
        yield name, repr(values.get(name))


def _names(plan: Plan, index: int) -> _Names:
    """The variables that make an entry differ: its own, those of what it continues from, those that change defaults."""
    board, found, at = plan.board, set[str](), index
    for _ in board.entries:
        found |= {name for item in plan.compositions.looked[at] for name in item.names}
        link = board.entries[at].continue_from
        if link is None:
            break
        at = plan.compositions.targets[link.shot].entry
    changes = board.variants.changes if board.variants else ()
    for change in changes:
        if any(getattr(change.defaults, word) is not None for word in change.defaults.__dataclass_fields__):
            found |= change.when.keys()
    return frozenset(found)


def _entry(key: tuple[object, ...]) -> int:
    index = key[0]
    assert isinstance(index, int)
    return index


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
