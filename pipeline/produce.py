"""The whole walk, from a storyboard to a film. Read this file first; it is the Python interface, too.

    film.yaml  -> storyboard.parse   Storyboard     what the author wrote, with the place of every value
               -> media.inspect      MediaFacts     what the files that it names really are
               -> check.check        Checked        everything wrong with it, all at once
               -> store.view         StoreView      which takes there are
               -> plan.expand        Plan           jobs, slots, prices and reasons
               -> plan.rehearse      Rehearsal      the footage that costs nothing
               -> runner.generate    takes          each clip made once and kept
               -> edit.assemble      Cut            one variant's edit in whole frames
               -> render.render      cut.mp4

`check` and `plan` read; `render` makes the best film there is for nothing. None of them can spend.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import catalog, edit, media, settings, storyboard
from pipeline import check as checking
from pipeline.check import Checked
from pipeline.edit import Cut, Footage
from pipeline.errors import BadInput, MediaError, SetupError, StoryreelError
from pipeline.plan import Compositions, Order, Plan, Rehearsal, Variant, expand, points, rehearse, unknown
from pipeline.previs import DRAWING
from pipeline.render import kept
from pipeline.settings import Project
from pipeline.store import Store, previs_home, take_home
from pipeline.storyboard import Shot, Storyboard
from pipeline.storyboard.reading import MAX_BYTES
from pipeline.take import MediaFacts, Take
from pipeline.wire import LOCAL_ORIGIN

if TYPE_CHECKING:
    from pipeline.runner import Step


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


@dataclass(frozen=True, slots=True)
class Cutting:
    """How far the drawing of one cut has come."""

    variant: str
    done: int  # frames
    total: int  # frames


@dataclass(frozen=True, slots=True)
class FinishedCut:
    """One variant's film."""

    variant: str
    file: Path  # of the cut
    frames: int
    frame_rate: Fraction  # frames a second
    takes: int  # shots shown by takes that were paid for
    previs: int  # shots shown by previs
    failed: Mapping[str, StoryreelError]  # by shot: what went wrong; a card stands in its place
    notes: tuple[str, ...]  # where the edit had to differ from what was asked
    unchanged: bool  # it was there already


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `render` made."""

    film: Film
    plan: Plan
    drawn: int  # previs clips made in this run
    cuts: tuple[FinishedCut, ...]


def check(file: Path, *, warn: bool = True) -> Film:
    """Read a storyboard and everything it names. Its problems are in `film.checked.problems`.

    Raises BadInput where it can't be read at all, SetupError where there is no such file.
    """
    project = settings.project_of(file)
    parsed = storyboard.parse(str(file), _read, partial(_read_near, project, file.parent))
    if parsed.board is None:
        raise BadInput(parsed.problems)
    facts, unusable = _inspect(project, file.parent, parsed.board)
    checked = checking.check(parsed.board, facts, unusable, parsed.problems, project.models, warn=warn)
    return Film(file, project, checked, facts)


def plan(file: Path, environ: Mapping[str, str] = os.environ) -> tuple[Film, Plan]:
    """What a storyboard would make, use and pay for. Raises BadInput where it has errors."""
    film = check(file, warn=False)  # a plan is the same whatever is warned of
    if film.checked.compositions is None:
        raise BadInput(film.checked.problems)
    look = partial(_store(film).view, settings.api_origin(environ))
    return film, expand(film.checked.compositions, film.facts, look)


def render(
    file: Path,
    *,
    variants: Iterable[str] = (),
    tell: Callable[[Step | Cutting], object] = lambda _: None,
    environ: Mapping[str, str] = os.environ,
) -> Rendered:
    """Make the best film there is for nothing of each variant (or of those named): paid takes, else previs.

    Raises BadInput where the storyboard has errors, SetupError for a variant that it does not have.
    """
    film, planned = plan(file, environ)
    chosen = _chosen(planned, tuple(variants))
    _refuse_namesake(film)
    rehearsal = rehearse(planned, chosen)
    clips, drawn = _footage(film, planned, rehearsal, tell)
    cuts = [_cut(film, planned, variant, rehearsal, clips, tell) for variant in chosen]
    return Rendered(film, planned, drawn, tuple(cuts))


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(f"{name}: can't be read: {error.strerror}") from error


def _read_near(project: Project, folder: Path, name: str) -> bytes:
    """A file that a storyboard in `folder` names. Raises MediaError for what it may not name, or that can't be read."""
    path = settings.locate(project, folder, name)
    # os.path follows links: a device or a pipe would never end, or never begin.
    if not os.path.isfile(path):  # noqa: PTH113
        raise MediaError(name, "this is no file", hint="name a text file of the project")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise MediaError(name, f"it can't be read: {error.strerror}") from error


def _inspect(
    project: Project, folder: Path, board: Storyboard
) -> tuple[Mapping[str, MediaFacts], Mapping[str, MediaError]]:
    facts: dict[str, MediaFacts] = {}
    unusable: dict[str, MediaError] = {}
    for name in dict.fromkeys(reference.file for reference in checking.references(board)):
        try:
            facts[name] = media.inspect(settings.locate(project, folder, name))
        except MediaError as error:
            unusable[name] = error
    return facts, unusable


def _store(film: Film) -> Store:
    return Store(film.project.outputs, lambda: datetime.now(UTC))


def _chosen(planned: Plan, names: tuple[str, ...]) -> tuple[Variant, ...]:
    known = frozenset(planned.variants.names)
    for name in names:
        if name not in known:
            hint = unknown(planned.variants.names, name)
            raise SetupError(f'there is no variant "{name}"', hint=hint)
    return tuple(planned.variants.called(frozenset(names) or known))


def _footage(
    film: Film, planned: Plan, rehearsal: Rehearsal, tell: Callable[[Step], object]
) -> tuple[Mapping[str, Take | StoryreelError], int]:
    """Every clip of the rehearsal by its key, or why there is none; and how many were made now."""
    store = _store(film)
    clips: dict[str, Take | StoryreelError] = {}
    for key in dict.fromkeys(rehearsal.footage.values()):
        home = _home(rehearsal.orders[key]) if key in rehearsal.orders else _paid_home(planned.origin, key)
        if take := store.kept(home):
            clips[key] = take
    missing = [order for key, order in rehearsal.orders.items() if key not in clips]
    if missing:
        made = asyncio.run(_draw(film, store, missing, clips, tell))
        clips.update(made)
        return clips, sum(1 for take in made.values() if isinstance(take, Take))
    return clips, 0


def _home(order: Order) -> str:
    return previs_home(DRAWING, order.digest, order.direction_digest)


def _paid_home(origin: str, key: str) -> str:
    _, digest, number = key.split(":")
    return take_home(origin, digest, int(number))


async def _draw(
    film: Film,
    store: Store,
    orders: list[Order],
    clips: Mapping[str, Take | StoryreelError],
    tell: Callable[[Step], object],
) -> Mapping[str, Take | StoryreelError]:
    """The missing previs, made by our own server inside this process: no key, no port, no money."""
    # httpx, Starlette and libav load here, so that `check` and `plan` stay quick.
    from pipeline import runner, server
    from pipeline.client import Client, Endpoint

    limit = film.project.concurrency or os.cpu_count() or 1
    outputs = film.project.outputs
    there = {key: outputs / take.home / "clip.mp4" for key, take in clips.items() if isinstance(take, Take)}
    with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
        app = server.local_app(Path(folder), limit, catalogue=film.project.models)
        endpoint = Endpoint(LOCAL_ORIGIN, "rehearsal", app=app, direct=True)
        async with server.running(app), Client(endpoint) as client:
            desk = runner.Desk(
                client, store, outputs, _home, film.locate, film.board.name, film.project.models, limit, tell
            )
            return await runner.generate(orders, there, desk)


def _cut(
    film: Film,
    planned: Plan,
    variant: Variant,
    rehearsal: Rehearsal,
    clips: Mapping[str, Take | StoryreelError],
    tell: Callable[[Cutting], object],
) -> FinishedCut:
    slots = {slot.shot: slot for slot in planned.slots(variant)}
    found = {shot.id: clips[rehearsal.footage[variant.name, shot.entry]] for shot in variant.shots}
    cut = assembled(planned.compositions, variant, found)
    target = film.project.outputs / film.board.name / variant.name / "cut.mp4"
    unchanged = kept.is_drawn(cut, target)
    if not unchanged:
        # moviepy and libav load in there, and only where something is drawn.

        def progress(done: int, total: int) -> None:
            tell(Cutting(variant.name, done, total))

        kept.draw(cut, _name(film), film.project.outputs, target, progress)
    failed = {shot: error for shot, error in found.items() if isinstance(error, StoryreelError)}
    takes = sum(1 for shot, slot in slots.items() if slot.state == "reuse" and shot not in failed)
    previs = len(slots) - takes - len(failed)
    return FinishedCut(
        variant.name, target, cut.frame_count, cut.frame_rate, takes, previs, failed, cut.notes, unchanged
    )


def assembled(compositions: Compositions, variant: Variant, found: Mapping[str, Take | StoryreelError]) -> Cut:
    """The edit of one variant, with the footage found for each shot; a card where there is none."""
    footage = [_footage_of(compositions, variant, shot, found[shot.id]) for shot in variant.shots]
    size = _size(compositions, variant)
    rate, fit = variant.cut.frame_rate, variant.cut.fit
    assert rate is not None
    assert fit is not None
    return edit.assemble(variant.name, footage, rate, size, fit)


def _size(compositions: Compositions, variant: Variant) -> tuple[int, int]:
    """Width and height of a variant's cut: those of its defaults, as the model of its first shot makes them."""
    model = compositions.asked(variant, compositions.board.entries[variant.shots[0].entry]).model
    resolution = variant.defaults.resolution or model.default("resolution")
    return catalog.size(model, resolution, variant.defaults.aspect_ratio or model.default("aspect_ratio"))


def _footage_of(compositions: Compositions, variant: Variant, shot: Shot, found: Take | StoryreelError) -> Footage:
    duration_s = compositions.asked(variant, compositions.board.entries[shot.entry]).duration_s
    in_s, out_s = points(shot, duration_s)
    dissolve_s = shot.transition.duration_s if shot.transition else Fraction(0)
    if isinstance(found, StoryreelError):
        return Footage(shot.id, duration_s, in_s, out_s, dissolve_s, "", None, found.message)
    return Footage(shot.id, duration_s, in_s, out_s, dissolve_s, f"{found.home}/clip.mp4", found.clip)


def _refuse_namesake(film: Film) -> None:
    """Two storyboards of one name would write over each other's cuts."""
    for folder in (film.project.outputs / film.board.name).glob("*/"):
        other = kept.owner(folder)
        if other and other != _name(film) and (film.project.root / other).is_file():
            message = f"{other} is called {film.board.name} too, and the cuts of both would go to {folder.parent}"
            raise SetupError(message, hint="rename one of the two files")


def _name(film: Film) -> str:
    """The storyboard's path in its project, with forward slashes."""
    return Path(os.path.realpath(film.file)).relative_to(film.project.root).as_posix()
