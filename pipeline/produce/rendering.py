"""A Plan becomes cuts: paid takes where there are some, previs everywhere else. Nothing in here can spend."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

from pipeline import edit, halting, loops
from pipeline.edit import Cut, Footage, Joint
from pipeline.errors import SetupError, StoreError, StoryreelError
from pipeline.plan import Chosen, Compositions, Facts, Order, Plan, Rehearsal, Variant, divided, points, rehearse
from pipeline.previs import DRAWING
from pipeline.produce.dividing import takes_of, with_cuts
from pipeline.produce.events import Cutting, FinishedCut, Tell, unheard
from pipeline.produce.flagging import Flagged, flagged, screening_of, with_flags
from pipeline.produce.reading import Film, Source, chosen, plan
from pipeline.produce.sharing import brought_home
from pipeline.produce.sounding import Sounding
from pipeline.render import Engine, kept
from pipeline.said import Said, captions_of
from pipeline.store import Store, previs_home, take_home
from pipeline.storyboard import Card, Shot, Transition
from pipeline.take import Take
from pipeline.wire import LOCAL_ORIGIN


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `render` made."""

    film: Film
    plan: Plan
    drawn: int  # previs clips made in this run
    cuts: tuple[FinishedCut, ...]
    flags: tuple[Flagged, ...] = ()  # what was noticed in the takes that they use
    notes: tuple[str, ...] = ()  # what is to be told of the team's store


@dataclass(frozen=True, slots=True)
class Laid:
    """One variant's edit, and what it is made of."""

    variant: Variant  # its shots where the cuts of their takes are
    rehearsal: Rehearsal
    found: Mapping[str, Take | StoryreelError]  # by shot: its footage, or why there is none
    cut: Cut
    notes: tuple[str, ...]  # what was told of it before it was cut


def render(
    file: Source,
    *,
    variants: Iterable[str] = (),
    engine: Engine = "copy",
    tell: Tell = unheard,
    environ: Mapping[str, str] = os.environ,
) -> Rendered:
    """Make the best film there is for nothing of each variant (or of those named): paid takes, else previs.

    `engine` is `copy`, or `moviepy`, which draws even the frames that could be copied. What the lock names and the
    store lacks comes from the team's store first, where there is one.

    Raises BadInput where the storyboard has errors, SetupError for a variant that it does not have.
    """
    return rendered(*plan(file, environ), variants=variants, engine=engine, tell=tell, environ=environ)


def rendered(
    film: Film,
    planned: Plan,
    *,
    variants: Iterable[str] = (),
    engine: Engine = "copy",
    tell: Tell = unheard,
    environ: Mapping[str, str] = os.environ,
) -> Rendered:
    """The same of a storyboard that was read and planned."""
    wanted = chosen(planned, tuple(variants))
    refuse_namesake(film)
    planned, notes = brought_home(film, planned, wanted, tell, environ)
    return replace(cuts_of(film, planned, wanted, tell, engine), notes=notes)


def cuts_of(film: Film, plan: Plan, variants: tuple[Variant, ...], tell: Tell, engine: Engine = "copy") -> Rendered:
    """The cuts of these variants, with the takes that the plan knows of."""
    rehearsal = rehearse(plan, variants)
    clips, drawn = _footage(film, plan, rehearsal, tell)
    for clip in clips.values():
        if isinstance(clip, Take):
            film.store.note_use(clip)
    film.store.clear_previs()
    takes = [take for key, take in clips.items() if isinstance(take, Take) and key.startswith("take:")]
    with screening_of(film) as screening:
        for take in takes:
            screening.see(take)
        plan = with_cuts(film, plan, variants, rehearsal, clips)
        cuts = [_cut(film, plan, variant, rehearsal, clips, tell, engine) for variant in variants]
        plan = with_flags(plan, screening.flags(), ((take.digest, take.number) for take in takes))
    return Rendered(film, plan, drawn, tuple(cuts), flagged(film, plan, variants))


def edit_of(film: Film, plan: Plan, variant: Variant, tell: Tell = unheard) -> Laid:
    """The edit of one variant, of the footage that there is; what lacks is drawn first."""
    rehearsal = rehearse(plan, [variant])
    clips, _ = _footage(film, plan, rehearsal, tell)
    return _laid(with_cuts(film, plan, [variant], rehearsal, clips), variant, rehearsal, clips)


def _footage(
    film: Film, plan: Plan, rehearsal: Rehearsal, tell: Tell
) -> tuple[Mapping[str, Take | StoryreelError], int]:
    """Every clip of the rehearsal by its key, or why there is none; and how many were made now."""
    clips: dict[str, Take | StoryreelError] = {**kept_footage(film, plan, rehearsal)}
    missing = [order for key, order in rehearsal.orders.items() if key not in clips]
    if missing:
        made = loops.run(_draw(film, film.store, missing, clips, tell))
        clips.update(made)
        return clips, sum(1 for take in made.values() if isinstance(take, Take))
    return clips, 0


def kept_footage(film: Film, plan: Plan, rehearsal: Rehearsal) -> Mapping[str, Take]:
    """The clips of a rehearsal that are here, by their keys."""
    store, found = film.store, {}
    for key in dict.fromkeys(rehearsal.footage.values()):
        home = home_of(rehearsal.orders[key]) if key in rehearsal.orders else _paid_home(plan.origin, key)
        if take := store.kept(home):
            found[key] = take
    return found


def home_of(order: Order) -> str:
    """Where the previs of an order is kept, below the outputs."""
    return previs_home(DRAWING, order.digest, order.direction_digest)


def _paid_home(origin: str, key: str) -> str:
    _, digest, number = key.split(":")
    return take_home(origin, digest, int(number))


async def _draw(
    film: Film,
    store: Store,
    orders: list[Order],
    clips: Mapping[str, Take | StoryreelError],
    tell: Tell,
) -> Mapping[str, Take | StoryreelError]:
    """The missing previs, made by our own server inside this process: no key, no port, no money."""
    from pipeline.previs.workers import Workers

    limit = film.project.concurrency or os.cpu_count() or 1
    async with Workers(limit) as workers:
        await workers.begin(len(orders))
        # httpx, Starlette and libav load here, so that `check` and `plan` stay quick; and while the processes load.
        from pipeline import runner, server
        from pipeline.client import Client, Endpoint

        outputs = film.project.outputs
        there = {key: outputs / take.home / "clip.mp4" for key, take in clips.items() if isinstance(take, Take)}
        with tempfile.TemporaryDirectory(prefix="storyreel-") as folder:
            app = server.local_app(Path(folder), limit, catalogue=film.project.models, begun=workers)
            endpoint = Endpoint(LOCAL_ORIGIN, "rehearsal", app=app, direct=True)
            async with server.running(app), Client(endpoint) as client:
                # As many again stand in line: who draws doesn't wait while a clip is examined and kept.
                name, models = film.board.name, film.project.models
                desk = runner.Desk(client, store, outputs, home_of, film.locate, name, models, 2 * limit, tell)
                return await runner.generate(orders, there, desk)


def _cut(
    film: Film,
    plan: Plan,
    variant: Variant,
    rehearsal: Rehearsal,
    clips: Mapping[str, Take | StoryreelError],
    tell: Tell,
    engine: Engine,
) -> FinishedCut:
    halting.look()
    laid = _laid(plan, variant, rehearsal, clips)
    variant, found, cut = laid.variant, dict(laid.found), laid.cut
    target = film.project.outputs / film.board.name / variant.name / "cut.mp4"
    unchanged = kept.is_drawn(cut, engine, target)
    if not unchanged and (damaged := _damaged(film.store, found)):
        found |= damaged
        cut = assembled(plan.compositions, variant, found, plan.chosen, plan.facts, laid.notes)
        unchanged = kept.is_drawn(cut, engine, target)
    if not unchanged:
        # libav loads in there, and moviepy where something is drawn.

        def progress(done: int, total: int) -> None:
            halting.look()
            tell(Cutting(variant.name, done, total))

        kept.draw(cut, engine, film.name, film.project.outputs, target, film.locate, progress)
    failed = {shot: error for shot, error in found.items() if isinstance(error, StoryreelError)}
    takes = sum(1 for shot in variant.shots if rehearsal.footage[variant.name, shot.entry].startswith("take:"))
    previs = len(variant.shots) - takes - len(failed)
    notes = (*cut.notes, *kept.notes_of(target), *kept.notes(cut))
    finished = FinishedCut(
        variant.name, target, cut.frame_count, cut.frame_rate, takes, previs, failed, notes, unchanged
    )
    tell(finished)
    return finished


def _laid(plan: Plan, variant: Variant, rehearsal: Rehearsal, clips: Mapping[str, Take | StoryreelError]) -> Laid:
    placed = divided(plan, variant, takes_of(variant, rehearsal))
    found = {shot.id: clips[rehearsal.footage[variant.name, shot.entry]] for shot in placed.variant.shots}
    cut = assembled(plan.compositions, placed.variant, found, plan.chosen, plan.facts, placed.notes)
    return Laid(placed.variant, rehearsal, found, cut, placed.notes)


def _damaged(store: Store, found: Mapping[str, Take | StoryreelError]) -> Mapping[str, StoreError]:
    """By shot, what is wrong with paid takes that are about to be cut: each is read through once."""
    told: dict[str, StoreError | None] = {}
    for take in found.values():
        if isinstance(take, Take) and take.home.startswith("takes/") and take.home not in told:
            told[take.home] = _fault_of(store, take)
    wrong = ((shot, told.get(take.home)) for shot, take in found.items() if isinstance(take, Take))
    return {shot: error for shot, error in wrong if error}


def _fault_of(store: Store, take: Take) -> StoreError | None:
    try:
        store.verify(take)
    except StoreError as error:
        return error
    return None


def assembled(
    compositions: Compositions,
    variant: Variant,
    found: Mapping[str, Take | StoryreelError],
    choices: Chosen | None = None,
    facts: Facts = MappingProxyType({}),
    notes: tuple[str, ...] = (),
) -> Cut:
    """The edit of one variant, with the footage found for each shot; a card where there is none.

    `choices` may have points of its own for a take, which go before those of the storyboard; `facts` has those of the
    sound files that the variant plays; `notes` are what is to be told of the variant already.
    """
    sounding, said = Sounding(compositions, variant, facts), Said(compositions, variant)
    cues = sounding.cues()
    footage = [
        _card(each, said)
        if isinstance(each, Card)
        else replace(
            _footage_of(compositions, variant, each, found[each.id], choices),
            own=sounding.own(each),
            cues=cues.get(each.id, ()),
            words=said.of(each),
        )
        for each in variant.sequence
    ]
    size = compositions.size(variant)
    rate, fit = variant.cut.frame_rate, variant.cut.fit
    assert rate is not None
    assert fit is not None
    captions = captions_of(variant, said.language)
    cut = edit.assemble(variant.name, footage, rate, size, fit, sounding.mix(cues[""]), captions)
    return replace(cut, notes=(*notes, *cut.notes))


def _card(card: Card, said: Said) -> Footage:
    overlap_s, joint = card.transition.duration_s if card.transition else Fraction(0), joint_of(card.transition)
    zero, ground = Fraction(0), card.background
    return Footage(
        card.id, card.duration_s, zero, None, overlap_s, "", None, joint=joint, ground=ground, words=said.of(card)
    )


def _footage_of(
    compositions: Compositions, variant: Variant, shot: Shot, found: Take | StoryreelError, choices: Chosen | None
) -> Footage:
    if choices and isinstance(found, Take):
        chosen = choices.points(found.digest, found.number, shot.id)
        shot = replace(
            shot,
            in_s=shot.in_s if chosen.in_s is None else chosen.in_s,
            out_s=shot.out_s if chosen.out_s is None else chosen.out_s,
        )
    duration_s = compositions.asked(variant, compositions.board.entries[shot.entry]).duration_s
    in_s, out_s = points(shot, duration_s)
    overlap_s = shot.transition.duration_s if shot.transition else Fraction(0)
    joint = joint_of(shot.transition)
    if isinstance(found, StoryreelError):
        return Footage(shot.id, duration_s, in_s, out_s, overlap_s, "", None, found.message, joint)
    return Footage(shot.id, duration_s, in_s, out_s, overlap_s, f"{found.home}/clip.mp4", found.clip, joint=joint)


def joint_of(transition: Transition | None) -> Joint:
    """What is seen in a transition; of a hard cut nothing is."""
    if transition is None:
        return edit.DISSOLVE
    return Joint(transition.type, transition.direction or "left", transition.through or "black")


def refuse_namesake(film: Film) -> None:
    """Two storyboards of one name would write over each other's cuts."""
    for folder in (film.project.outputs / film.board.name).glob("*/"):
        other = kept.owner(folder)
        if other and other != film.name and (film.project.root / other).is_file():
            message = f"{other} is called {film.board.name} too, and the cuts of both would go to {folder.parent}"
            raise SetupError(message, hint="rename one of the two files")
