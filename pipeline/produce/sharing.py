"""Takes are exchanged with the team's store: for a storyboard, for a project, before a cut and behind a purchase."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pipeline import settings, sync
from pipeline.errors import SetupError, StoryreelError
from pipeline.lock import Lock
from pipeline.plan import Plan, Variant
from pipeline.produce.reading import Film, now, planned
from pipeline.settings import Project
from pipeline.store import LockFile, Store
from pipeline.store.lockfile import ENDING
from pipeline.sync import Exchange, Moving, Named, Pusher, Spot, Team
from pipeline.take import Take

Tell = Callable[[Moving], object]
_AGAIN = "the next `sync` or `shoot` pushes what is missing there"


@dataclass(frozen=True, slots=True)
class Synced:
    """What `sync` did, or would do."""

    project: Project
    remote: str  # the team's store, as the user calls it
    exchange: Exchange
    dry_run: bool


def exchanged(
    file: Path | None = None,
    *,
    dry_run: bool = False,
    tell: Tell = lambda _: None,
    here: Path = Path(),
    environ: Mapping[str, str] = os.environ,
) -> Synced:
    """Push the takes of a storyboard that the team's store lacks, and fetch those that its lock names and are not here.

    Without a storyboard: push every take of the project that `here` is in, fetch for every lock in it.
    Raises SetupError where there is no remote, or it can't be used, and StoreError where nobody answers.
    """
    project = settings.project_of(file) if file else settings.project_here(here)
    store = Store(project.outputs, now)
    team = sync.team_of(project, store, tell, environ)
    if team is None:
        hint = f"write `remote: s3://bucket/prefix`, or a folder, into {project.root / settings.PROJECT_FILE}"
        raise SetupError("this project has no team store", hint=hint)
    sync.looked_at(team)  # what is set up wrongly is told where nothing is to be moved, too
    locks = [_lock_of(file)] if file else [_read(path) for path in _locks_in(project)]
    takes = _kept_of(store, locks[0], locks[0].page) if file else tuple(store.every_kept())
    pushed = sync.push(team, takes, dry_run=dry_run)
    fetched = sync.fetch(team, [name for lock in locks for name in _named_by(lock, lock.page)], dry_run=dry_run)
    # What was just looked at from this side is not counted from the other one as well.
    both = pushed + replace(fetched, present=0)
    return Synced(project, team.remote.shown, both, dry_run)


def brought_home(
    film: Film,
    plan: Plan,
    variants: Iterable[Variant],
    tell: Tell,
    environ: Mapping[str, str],
    entries: Container[int] | None = None,
) -> tuple[Plan, tuple[str, ...]]:
    """The plan after what these variants use and the store lacks was fetched, and what is to be told of it.

    `entries` are the indices of those that matter; None: all. Whatever goes wrong is a note: the takes are absent
    then, as they were.
    """
    if film.project.remote is None:
        return plan, ()
    wanted = dict(_wanted(plan, variants, entries))
    if not wanted:
        return plan, ()
    try:
        team = sync.team_of(film.project, film.store, tell, environ)
        assert team is not None
        done = sync.fetch(team, wanted.items())
    except StoryreelError as error:
        return plan, (f"nothing was fetched from the team's store: {_said(error)}",)
    notes = tuple(dict.fromkeys(f"not fetched from the team's store: {_said(one.error)}" for one in done.failed))
    if not done.fetched:
        return plan, notes
    return replace(planned(film, plan.origin), max_cost_usd=plan.max_cost_usd), notes


class Outbox:
    """Sends takes to the team's store as they land. A context, at whose end all were sent or are told of in `notes`."""

    def __init__(self, film: Film, origin: str, tell: Tell, environ: Mapping[str, str]) -> None:
        self.notes: tuple[str, ...] = ()
        self._film, self._origin = film, origin
        self._team: Team | None = None
        self._pusher: Pusher | None = None
        self._stack = ExitStack()
        try:
            self._team = sync.team_of(film.project, film.store, tell, environ)
        except StoryreelError as error:
            self.notes = (f"nothing was pushed to the team's store: {_said(error)}",)

    def __enter__(self) -> Self:
        if self._team:
            self._pusher = self._stack.enter_context(Pusher(self._team))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._stack.__exit__(kind, error, None)
        if self._team and kind is None:
            self.notes += self._rest(self._team)

    def landed(self, take: Take) -> None:
        """A take is kept in the store."""
        if self._pusher:
            self._pusher.landed(take)

    def _rest(self, team: Team) -> tuple[str, ...]:
        """Sends what this run and those before it have left; what is to be told of it."""
        errors = list(self._pusher.failed if self._pusher else ())
        if not errors:
            try:
                takes = _kept_of(self._film.store, self._film.lock_file.load(), (self._origin,))
                errors = [one.error for one in sync.push(team, takes).failed]
            except StoryreelError as error:
                errors = [error]
        return tuple(dict.fromkeys(f"not pushed to the team's store: {_said(error)}\n    {_AGAIN}" for error in errors))


def _wanted(plan: Plan, variants: Iterable[Variant], entries: Container[int] | None) -> Iterator[Named]:
    """For each entry of these variants that no take of its request is here for, the take that the lock has."""
    for variant in variants:
        for index, digest in plan.digests(variant).items():
            if entries is not None and index not in entries:
                continue
            found = next(iter(plan.absent_in(variant.name, index, digest)), None)
            if found is None and not plan.use(variant.name, index, digest):
                older = plan.older_use(variant.name, index, digest)
                found = plan.lock.take(plan.origin, older.digest, older.number) if older else None
            if found:
                yield Spot.named(plan.origin, found), found


def _named_by(lock: Lock, origins: Iterable[str]) -> Iterator[Named]:
    for origin in origins:
        yield from ((Spot.named(origin, paid), paid) for paid in lock.every_take(origin))


def _kept_of(store: Store, lock: Lock, origins: Iterable[str]) -> tuple[Take, ...]:
    """Takes that a lock names and whose clips are here."""
    homes = dict.fromkeys(spot.home for spot, _ in _named_by(lock, origins))
    return tuple(take for home in homes if (take := store.kept(home)))


def _lock_of(file: Path) -> Lock:
    return _read(file if file.name.endswith(ENDING) else file.with_name(file.stem + ENDING))


def _read(lock_file: Path) -> Lock:
    board = lock_file.with_name(lock_file.name.removesuffix(ENDING))
    return LockFile(board, board).load()


def _locks_in(project: Project) -> Iterator[Path]:
    """The locks in a project, in order; what lies in hidden folders and in the store is none of them."""
    for folder, below, names in os.walk(project.root):
        here = Path(folder)
        below[:] = sorted(
            name for name in below if not name.startswith((".", "node_modules")) and here / name != project.outputs
        )
        yield from (here / name for name in sorted(names) if name.endswith(ENDING))


def _said(error: StoryreelError) -> str:
    return error.message + (f" ({error.hint})" if error.hint else "")
