"""Takes that are to be pushed and takes that a lock names enter; an Exchange leaves, with what each of them came to."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pipeline.errors import StoryreelError
from pipeline.settings import Project
from pipeline.store import Store
from pipeline.sync.crowd import Crowd
from pipeline.sync.fetching import fetch_one
from pipeline.sync.folder import SharedFolder
from pipeline.sync.layout import Spot
from pipeline.sync.pushing import look_at_mark, push_one, whole
from pipeline.sync.remotes import Remote
from pipeline.sync.team import Exchange, Failed, Moved, Moving, Team
from pipeline.take import Paid, Take

_ONE_BY_ONE = 32  # takes that are looked for one at a time; of more, everything from their origin is listed
Named = tuple[Spot, Paid]
_Outcome = Moved | StoryreelError | None  # None: it was there already


def team_of(
    project: Project,
    store: Store,
    tell: Callable[[Moving], object] = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> Team | None:
    """The store with its remote; None where the project has none. Raises SetupError where it can't be used."""
    if project.remote is None:
        return None
    remote: Remote
    if project.remote.kind == "folder":
        remote = SharedFolder.at(project.remote.folder)
    else:
        from pipeline.sync.bucket import Bucket  # here: only what is in a cloud needs it

        remote = Bucket.at(project.remote, environ)
    return Team(remote, store, project.outputs, _in_turn(tell))


def looked_at(team: Team, *, trying: bool = False) -> None:
    """Raises SetupError or StoreError where the remote can't be read, or with `trying` not be written."""
    crowd = Crowd()
    crowd.ask(partial(look_at_mark, team.remote, write=False))
    if trying:
        crowd.ask(team.remote.try_writing)


def lacked(team: Team, takes: Iterable[Take]) -> tuple[Take, ...]:
    """Those of the kept takes that the remote does not have, or not whole."""
    takes = tuple(takes)
    sizes = _sizes(team, [Spot.of(take) for take in takes], Crowd())
    return tuple(take for take in takes if not _is_whole(take, sizes))


def push(team: Team, takes: Iterable[Take], *, dry_run: bool = False) -> Exchange:
    """Send the kept takes that the remote lacks. Raises SetupError, and StoreError where nothing could be asked."""
    takes, crowd = tuple(takes), Crowd()
    if not takes:
        return Exchange()
    sizes = _sizes(team, [Spot.of(take) for take in takes], crowd)
    lacking = [take for take in takes if not _is_whole(take, sizes)]
    present = len(takes) - len(lacking)
    if dry_run or not lacking:
        return Exchange(tuple(_would_be(team, take) for take in lacking), present=present)
    crowd.ask(partial(look_at_mark, team.remote, write=True))
    outcomes = crowd.all(lacking, lambda take: push_one(team, take, sizes, crowd))
    pushed, failed, more = _sorted(team, "push", [Spot.of(take) for take in lacking], outcomes)
    return Exchange(pushed, present=present + more, failed=failed)


def fetch(team: Team, named: Iterable[Named], *, dry_run: bool = False) -> Exchange:
    """Bring home the takes that a lock names, and that the store lacks. Raises as `push`."""
    wanted, present, otherwise = _lacking(team.store, named)
    found = Exchange(present=present, otherwise=otherwise)
    if not wanted:
        return found
    crowd = Crowd()
    crowd.ask(partial(look_at_mark, team.remote, write=False))
    sizes = _sizes(team, list(wanted), crowd)
    there = {spot: None for spot in wanted if spot.record in sizes and spot.clip in sizes}
    found = replace(found, missing=tuple(spot for spot in wanted if spot not in there))
    if dry_run:
        return replace(found, fetched=tuple(Moved(spot, sizes[spot.clip]) for spot in there))

    came = _came(team, {spot: wanted[spot] for spot in there}, sizes, crowd)
    fetched, failed, more = _sorted(team, "fetch", list(came), list(came.values()))
    return replace(found, fetched=fetched, failed=failed, present=present + more)


def _came(team: Team, wanted: Mapping[Spot, Paid], sizes: Mapping[str, int], crowd: Crowd) -> dict[Spot, _Outcome]:
    """What each take came to. Those of one request share a lock, so they come one after another."""
    groups: dict[str, list[Spot]] = {}
    for spot in wanted:
        groups.setdefault(f"{spot.shelf}/{spot.digest}", []).append(spot)
    several = list(groups.values())

    def group(spots: list[Spot]) -> list[_Outcome]:
        return [crowd.one(spot, lambda spot: fetch_one(team, spot, wanted[spot], sizes, crowd)) for spot in spots]

    came: dict[Spot, _Outcome] = {}
    for spots, answer in zip(several, crowd.all(several, group), strict=True):
        came |= zip(spots, answer, strict=True) if isinstance(answer, list) else dict.fromkeys(spots, answer)
    return came


def _lacking(store: Store, named: Iterable[Named]) -> tuple[dict[Spot, Paid], int, tuple[Spot, ...]]:
    """What is not here, how many takes are, and those as which the store keeps another clip."""
    wanted: dict[Spot, Paid] = {}
    otherwise: list[Spot] = []
    present = 0
    for spot, paid in dict(named).items():
        kept = store.kept(spot.home)
        if kept is None:
            wanted[spot] = paid
        elif kept.clip.sha256 == spot.sha256:
            present += 1
        else:
            otherwise.append(spot)
    return wanted, present, tuple(otherwise)


def _would_be(team: Team, take: Take) -> Moved:
    intent = team.store.intent_of(take.home)
    return Moved(Spot.of(take), take.clip.size_bytes, intent.shot if intent else "")


def _sizes(team: Team, spots: Sequence[Spot], crowd: Crowd) -> Mapping[str, int]:
    """Bytes of the objects of these takes, by name, and perhaps of others. Raises what the first question came to."""
    few = len(spots) <= _ONE_BY_ONE
    below = list(dict.fromkeys(spot.folder if few else spot.shelf for spot in spots))
    found: dict[str, int] = {}
    for answer in crowd.all(below, team.remote.sizes):
        if isinstance(answer, StoryreelError):
            raise answer
        found |= answer
    return found


def _is_whole(take: Take, sizes: Mapping[str, int]) -> bool:
    try:
        return whole(take, sizes)
    except StoryreelError:
        return False  # what is wrong with it is told where it is pushed


def _sorted(
    team: Team, way: str, spots: Sequence[Spot], outcomes: Sequence[_Outcome]
) -> tuple[tuple[Moved, ...], tuple[Failed, ...], int]:
    """What moved, what failed, and how many had come by another way meanwhile."""
    failed = tuple(
        Failed("push" if way == "push" else "fetch", spot, outcome)
        for spot, outcome in zip(spots, outcomes, strict=True)
        if isinstance(outcome, StoryreelError)
    )
    for one in failed:
        team.tell(Moving(one.way, one.spot, "failed", message=one.error.message))
    return tuple(one for one in outcomes if isinstance(one, Moved)), failed, sum(1 for one in outcomes if one is None)


def _in_turn(tell: Callable[[Moving], object]) -> Callable[[Moving], object]:
    turn = threading.Lock()

    def told(turn: threading.Lock, event: Moving) -> None:
        with turn:
            tell(event)

    return partial(told, turn)
