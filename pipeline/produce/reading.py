"""A storyboard's file becomes a Film, read and checked in its project, and a Plan of what it would make and pay for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import check as checking
from pipeline import lock, media, settings, storyboard
from pipeline.check import Checked
from pipeline.errors import BadInput, MediaError, SetupError
from pipeline.plain import plain
from pipeline.plan import Plan, Variant, expand, unknown
from pipeline.settings import Project
from pipeline.store import LockFile, Store
from pipeline.storyboard import Storyboard
from pipeline.storyboard.reading import MAX_BYTES
from pipeline.take import Kind, MediaFacts


@dataclass(frozen=True, slots=True)
class Film:
    """A storyboard that was read and checked, in its project."""

    file: Path  # as the user named it
    project: Project
    checked: Checked
    facts: Mapping[str, MediaFacts]  # of every file that the board names, by its path from the board's folder

    @property
    def board(self) -> Storyboard:
        """What the author wrote."""
        return self.checked.board

    def locate(self, name: str) -> Path:
        """The file behind a path that the board names."""
        return settings.locate(self.project, self.file.parent, name)

    @property
    def store(self) -> Store:
        """The takes of its project."""
        return Store(self.project.outputs, now)

    @property
    def lock_file(self) -> LockFile:
        """What is written down beside the storyboard of takes that were paid for."""
        return LockFile(self.file, self.project.outputs / self.board.name / "lock")

    @property
    def name(self) -> str:
        """The storyboard's path in its project, with forward slashes."""
        return Path(os.path.realpath(self.file)).relative_to(self.project.root).as_posix()


@dataclass(frozen=True, slots=True)
class Written:
    """A storyboard that is in no file, as if it were in one: files, lock and cuts lie where that would have them."""

    file: Path
    content: bytes = field(repr=False)


Source = Path | Written


def written(board: Mapping[str, Any] | str | bytes, file: Path = Path("storyboard.yaml")) -> Written:
    """A storyboard out of plain values, or out of the text of one. Raises SetupError for what YAML can't hold."""
    if isinstance(board, bytes):
        return Written(file, board)
    if isinstance(board, str):
        return Written(file, board.encode("utf-8", "surrogatepass"))
    try:  # all of JSON is YAML
        text = json.dumps(plain(dict(board)), indent=1, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise SetupError(
            f"{file}: this can't be a storyboard: {error}", hint="plain values, lists and mappings"
        ) from error
    return Written(file, text.encode("utf-8", "surrogatepass"))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def check(source: Source, *, warn: bool = True) -> Film:
    """Read a storyboard and everything it names. Its problems are in `film.checked.problems`.

    Raises BadInput where it can't be read at all, SetupError where there is no such file.
    """
    if isinstance(source, Written):
        return read(source.file, settings.project_here(source.file.parent), warn=warn, text=partial(_own, source))
    return read(source, settings.project_of(source), warn=warn)


def _as_it_is(path: Path, _: Kind) -> MediaFacts:
    return media.inspect(path)


def _is_there(_: Path) -> None:
    """Nothing has to be done for a file to be where it is."""


def read(
    file: Path,
    project: Project,
    *,
    warn: bool,
    text: Callable[[str], bytes] | None = None,
    bring: Callable[[Path], None] = _is_there,
    inspect: Callable[[Path, Kind], MediaFacts] = _as_it_is,
) -> Film:
    """The same of a storyboard whose project is known.

    `text` gives the bytes of the storyboard, where they are not those of the file. `bring` is called with the path of
    each file that the board names before it is looked at; `inspect` tells what a reference is, by its path and what it
    is named as, and raises MediaError where it can't be used.
    """

    def near(name: str) -> bytes:
        bring(file.parent / name)
        return _read_near(project, file.parent, name)

    parsed = storyboard.parse(str(file), text or _read, near)
    if parsed.board is None:
        raise BadInput(parsed.problems)
    facts, unusable = _inspect(project, file.parent, parsed.board, bring, inspect)
    unusable |= _unusable_programs(project, file.parent, parsed.board, bring)
    checked = checking.check(parsed.board, facts, unusable, parsed.problems, project.models, warn=warn)
    return Film(file, project, checked, facts)


def check_lock(file: Path) -> None:
    """Read the lock of a storyboard. Raises BadInput where it is not as storyreel wrote it, SetupError for no file."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"{file}: can't be read: {error}", hint="take it back from git") from error
    lock.parse(text, str(file))


def plan(source: Source, environ: Mapping[str, str] = os.environ) -> tuple[Film, Plan]:
    """What a storyboard would make, use and pay for. Raises BadInput where it has errors."""
    film = check(source, warn=False)  # a plan is the same whatever is warned of
    return film, plan_of(film, environ)


def plan_of(film: Film, environ: Mapping[str, str] = os.environ) -> Plan:
    """The same of a storyboard that was read."""
    if film.checked.compositions is None:
        raise BadInput(film.checked.problems)
    origin = settings.api_origin(environ)
    return replace(planned(film, origin), max_cost_usd=min(_limits(film, origin, environ), default=None))


def planned(film: Film, origin: str) -> Plan:
    """The plan of a checked storyboard with the takes from one origin, as the store and the lock have them now."""
    assert film.checked.compositions is not None
    look = partial(film.store.view, origin)
    found = expand(film.checked.compositions, film.facts, look, film.lock_file.load(), origin)
    return replace(found, elsewhere="`storyreel sync` may fetch it") if film.project.remote else found


def _limits(film: Film, origin: str, environ: Mapping[str, str]) -> Iterator[Decimal]:
    """US dollars that one run may cost, by each of the limits there are."""
    given = (film.board.max_cost_usd, film.project.max_cost_usd, settings.max_cost(environ))
    yield from (limit for limit in given if limit is not None)
    totals = film.board.max_total_usd, film.project.max_total_usd
    if totals == (None, None):
        return
    own = everything = nothing = Decimal(0)
    for one in film.store.attempts(origin):
        everything += one.usd
        own += one.usd if one.state.intent and one.state.intent.storyboard == film.board.name else nothing
    yield from (
        max(nothing, limit - so_far)
        for limit, so_far in zip(totals, (own, everything), strict=True)
        if limit is not None
    )


def chosen(plan: Plan, names: tuple[str, ...]) -> tuple[Variant, ...]:
    """The variants of these names, or all. Raises SetupError for a name that is none."""
    known = frozenset(plan.variants.names)
    for name in names:
        if name not in known:
            raise SetupError(f'there is no variant "{name}"', hint=unknown(plan.variants.names, name))
    return tuple(plan.variants.called(frozenset(names) or known))


def _own(source: Written, name: str) -> bytes:
    settings.refuse_key(name, source.content)
    return source.content


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(f"{name}: can't be read: {error.strerror}") from error
    settings.refuse_key(name, content)
    return content


def _read_near(project: Project, folder: Path, name: str) -> bytes:
    """A file that a storyboard in `folder` names. Raises MediaError for what it may not name, or that can't be read."""
    path = settings.locate(project, folder, name)
    # os.path follows links: a device or a pipe would never end, or never begin.
    if not os.path.isfile(path):  # noqa: PTH113
        raise MediaError(name, "this is no file", hint="name a text file of the project")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MediaError(name, f"it can't be read: {error.strerror}") from error
    settings.refuse_key((folder / name).as_posix(), content)
    return content


def _inspect(
    project: Project,
    folder: Path,
    board: Storyboard,
    bring: Callable[[Path], None],
    inspect: Callable[[Path, Kind], MediaFacts],
) -> tuple[Mapping[str, MediaFacts], dict[str, MediaError]]:
    facts: dict[str, MediaFacts] = {}
    unusable: dict[str, MediaError] = {}
    kinds: dict[str, Kind] = {}
    for reference in checking.references(board):
        kinds.setdefault(reference.file, reference.kind)
    for name in checking.sound_files(board):
        kinds.setdefault(name, "audio")
    for name, kind in kinds.items():
        bring(folder / name)
        try:
            facts[name] = inspect(settings.locate(project, folder, name), kind)
        except MediaError as error:
            unusable[name] = error
    return facts, unusable


def _unusable_programs(
    project: Project, folder: Path, board: Storyboard, bring: Callable[[Path], None]
) -> dict[str, MediaError]:
    """The checks of takes that can't be run. None is run here: whose board it is may not have been asked yet."""
    unusable: dict[str, MediaError] = {}
    for one in board.checks:
        bring(folder / one.run)
        try:
            settings.program(project.root, folder, one.run)
        except MediaError as error:
            unusable[one.run] = error
    return unusable
