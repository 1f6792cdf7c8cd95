"""Which texts spread over many jobs: a variable in the style makes every shot anew for each of its values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipeline.plan.compositions import Key
from pipeline.plan.plan import Plan
from pipeline.prompts import Looked
from pipeline.storyboard import Path, dotted

_Names = frozenset[str]
MANY = 2  # times: what makes more jobs out of few is worth a word
FEW = 4  # jobs: below that nobody minds


@dataclass(frozen=True, slots=True)
class Multiplied:
    """A text that is part of several shots and looks at a variable, so that they are made once for each value."""

    path: str  # dotted, e.g. style.look
    file: str
    line: int  # from 1
    column: int  # from 1
    names: tuple[str, ...]  # the variables
    jobs_before: int  # of the shots that it makes more of, if it did not look at them
    jobs: int  # of these shots, as it is
    usd_before: Decimal
    usd: Decimal


def multiplied(plan: Plan) -> tuple[Multiplied, ...]:
    """Texts beside the shots that make many jobs out of few, those that make the most first."""
    if len(plan.variants) < MANY:
        return ()
    names = frozenset(varying(plan))
    shared = _shared(plan, names)
    counts = _counts(plan, _wanted(plan, shared, names))
    prices = _prices(plan)
    made = _made(plan)
    found = [_multiplied(plan, path, indices, names, counts, made, prices) for path, indices in shared.items()]
    worth = [item for item in found if item.jobs > max(FEW, MANY * item.jobs_before)]
    return tuple(sorted(worth, key=lambda item: (-item.jobs, item.path)))


def texts_of(plan: Plan, index: int) -> tuple[Looked, ...]:
    """The texts that an entry's job hangs on: its own, and those of what it continues from."""
    found: list[Looked] = []
    at: int | None = index
    while at is not None:
        # A note is for people: it is no part of the request, so it makes no job of its own.
        found += [item for item in plan.compositions.looked[at] if item.path[-1] != "notes"]
        link = plan.board.entries[at].continue_from
        at = plan.compositions.targets[link.shot].entry if link else None
    return tuple(dict.fromkeys(found))


def varying(plan: Plan) -> tuple[str, ...]:
    """The variables that have more than one value over the variants, in the order in which variants name them."""
    first: dict[str, str] = {}
    found: dict[str, None] = {}
    changes = plan.board.variants.changes if plan.board.variants else ()
    changed = [name for change in changes for name in change.vars]
    for variant in plan.variants:
        for name in dict.fromkeys([*variant.keys, *changed]):
            value = repr(variant.values.get(name))
            if first.setdefault(name, value) != value:
                found[name] = None
    return tuple(found)


def entry_of(key: Key) -> int:
    """Index of the entry that a composition's key is of."""
    index = key[0]
    assert isinstance(index, int)
    return index


def _shared(plan: Plan, names: _Names) -> Mapping[Path, list[int]]:
    """The texts beside the shots that look at one of the names, each with the entries that hang on it."""
    found: dict[Path, list[int]] = defaultdict(list)
    for index in range(len(plan.board.entries)):
        for item in texts_of(plan, index):
            if item.path[0] != "shots" and item.names & names:
                found[item.path].append(index)
    return found


def _without(texts: Iterable[Looked], path: Path, names: _Names) -> _Names:
    """The names that the texts look at, one text left out."""
    return frozenset().union(*(item.names for item in texts if item.path != path)) & names


def _wanted(plan: Plan, shared: Mapping[Path, list[int]], names: _Names) -> Iterator[_Names]:
    for path, indices in shared.items():
        yield from (_without(texts_of(plan, index), path, names) for index in indices)


def _counts(plan: Plan, wanted: Iterable[_Names]) -> Mapping[_Names, int]:
    """How many jobs each set of names makes of one entry."""
    seen: dict[_Names, set[tuple[object, ...]]] = {each: set() for each in wanted}
    for variant in plan.variants:
        for each, values in seen.items():
            values.add((variant.defaults, *(repr(variant.values.get(name)) for name in sorted(each))))
    return {each: len(values) for each, values in seen.items()}


def _made(plan: Plan) -> Mapping[int, int]:
    """How many jobs each entry really comes to: a text may look at a variable, and be left out of the prompt."""
    found: dict[int, set[str]] = defaultdict(set)
    for (key, _), digest in plan.uses.items():
        found[entry_of(key)].add(digest)
    return {index: len(digests) for index, digests in found.items()}


def _prices(plan: Plan) -> Mapping[int, Decimal]:
    """What a job of each entry costs: the first of them that has a price."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for (key, _), digest in plan.uses.items():
        price = plan.jobs[digest].price
        if price and entry_of(key) not in found:
            found[entry_of(key)] = price.usd
    return found


def _multiplied(
    plan: Plan,
    path: Path,
    indices: list[int],
    names: _Names,
    counts: Mapping[_Names, int],
    made: Mapping[int, int],
    prices: Mapping[int, Decimal],
) -> Multiplied:
    before = after = 0
    usd_before = usd = Decimal("0.00")
    looked: set[str] = set()
    for index in indices:
        texts = texts_of(plan, index)
        now, then = made.get(index, 0), counts[_without(texts, path, names)]
        looked |= {name for item in texts if item.path == path for name in item.names & names}
        if now > then:
            before, after = before + then, after + now
            usd_before, usd = usd_before + then * prices[index], usd + now * prices[index]
    place = plan.board.source.place(path)
    return Multiplied(
        dotted(path), place.file, place.line, place.column, tuple(sorted(looked)), before, after, usd_before, usd
    )
