"""Compositions, facts of files and what the store holds become a Plan: jobs, slots, prices and reasons."""

from __future__ import annotations

import graphlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pipeline import catalog
from pipeline.catalog import MEDIA_WORDS, Price
from pipeline.frames import frames_in
from pipeline.plan.compositions import Compositions, parameters
from pipeline.plan.variants import Variant
from pipeline.prompts import Composed
from pipeline.storyboard import Shot, Storyboard
from pipeline.take import MediaFacts, StoreView
from pipeline.wire import MEANING, MODERATED, FileRef, FrameRef, MediaRef, Request, Value, request_digest

State = Literal["reuse", "generate", "open", "absent", "uncertain", "refused"]
FIRST_TAKE = 1  # what others continue from before anything exists


@dataclass(frozen=True, slots=True)
class Job:
    """What is paid for. It knows no shot and no variant."""

    digest: str
    request: Request
    duration_s: int  # seconds
    price: Price | None  # None: unpriced

    @property
    def frames(self) -> tuple[FrameRef, ...]:
        """Frames of other takes that go with it."""
        return tuple(ref for ref in self.request.media if isinstance(ref, FrameRef))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a job is used."""

    variant: str
    shot: str
    digest: str  # of the job
    part: int  # of the job's take, from 0; 0 where the take is one shot
    state: State
    reason: str  # why it is in that state, one sentence
    take: int  # number of the take in use, or of the one to be made
    continues: str  # id of the shot it continues from; "" for none
    direction: Mapping[str, Any] = field(compare=False)  # plain JSON; for previs only


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be made, used and paid for."""

    storyboard: str  # its name
    origin: str  # of the endpoint whose takes count
    variants: tuple[Variant, ...]
    jobs: Mapping[str, Job]  # by digest, each once, what others continue from first
    slots: tuple[Slot, ...]  # variant by variant, in the order of the cut
    max_cost_usd: Decimal | None  # dollars; None: no limit

    def to_buy(self) -> tuple[Job, ...]:
        """Jobs that have to be generated, each once."""
        wanted = dict.fromkeys(slot.digest for slot in self.slots if slot.state == "generate")
        return tuple(self.jobs[digest] for digest in wanted)

    def cost_usd(self) -> Decimal:
        """Dollars for all that has to be generated, unpriced jobs left out."""
        return sum((job.price.usd for job in self.to_buy() if job.price), Decimal("0.00"))

    def unpriced(self) -> int:
        """Jobs to be generated that have no known price."""
        return sum(1 for job in self.to_buy() if job.price is None)

    def over_budget(self) -> bool:
        """Whether it costs more than one run may."""
        return self.max_cost_usd is not None and self.cost_usd() > self.max_cost_usd


def expand(
    compositions: Compositions, facts: Mapping[str, MediaFacts], look: Callable[[Iterable[str]], StoreView]
) -> Plan:
    """Every job and every slot of a checked board.

    `facts` holds each file that the board names, by its path as written; `look` tells which takes there are for the
    request digests it is given.
    """
    board = compositions.board
    jobs: dict[str, Job] = {}
    used: dict[tuple[str, str], Job] = {}  # by variant and shot
    known: dict[tuple[Any, str], Job] = {}  # by composition and upstream digest
    shots, in_turn = {shot.id: shot for shot in board.shots}, upstream_first(board.shots)
    for variant in compositions.variants:
        for shot in in_turn:
            upstream = used[variant.name, shot.continue_from.shot] if shot.continue_from else None
            key = (compositions.key(variant, shot), upstream.digest if upstream else "")
            if key not in known:
                frame = _continued(board, shots[shot.continue_from.shot], upstream) if shot.continue_from else None
                known[key] = _job(board, shot, compositions.of(variant, shot), facts, frame)
            used[variant.name, shot.id] = jobs.setdefault(known[key].digest, known[key])
    view = look(jobs)
    slots = tuple(
        _slot(variant, shot, used[variant.name, shot.id], compositions.of(variant, shot), view)
        for variant in compositions.variants
        for shot in board.shots
    )
    return Plan(board.name, view.origin, compositions.variants, jobs, slots, board.max_cost_usd)


def upstream_first(shots: Sequence[Shot]) -> list[Shot]:
    """The shots so that each comes after the one it continues from. Raises graphlib.CycleError for a circle."""
    by_id = {shot.id: shot for shot in shots}
    graph = {shot.id: [shot.continue_from.shot] if shot.continue_from else [] for shot in shots}
    return [by_id[name] for name in graphlib.TopologicalSorter(graph).static_order()]


def last_frame(shot: Shot, duration_s: Fraction, frame_rate: Fraction) -> int:
    """The frame at the shot's out point: the last one the cut shows, from 0, at the rate of its model."""
    return max(0, frames_in(duration_s if shot.out_s is None else shot.out_s, frame_rate) - 1)


def _job(
    board: Storyboard, shot: Shot, composed: Composed, facts: Mapping[str, MediaFacts], frame: FrameRef | None
) -> Job:
    wanted = parameters(board, shot)
    model = wanted.known_model
    ours: dict[str, Value] = {
        "prompt": composed.prompt,
        "aspect_ratio": wanted.aspect_ratio,
        "resolution": wanted.resolution,
        "duration": int(wanted.duration_s),
        "enable_web_search": wanted.enable_web_search,
        "generate_audio": wanted.generate_audio,
    }
    for kind, word in MEDIA_WORDS.items():
        ours[word] = tuple(_refs((item for item in composed.cited if item.kind == kind), facts, frame))
    inputs = {parameter: ours[word] for word, parameter in model.dialect.items() if word in ours}
    request = Request(wanted.model, inputs)
    videos = [item.reference.file for item in composed.cited if item.kind == "video" and item.reference]
    videos_s = sum((facts[file].duration_s for file in videos), Fraction(0))
    price = catalog.price(model, wanted.resolution, int(wanted.duration_s), videos_s)
    return Job(request_digest(request), request, int(wanted.duration_s), price)


def _continued(board: Storyboard, shot: Shot, job: Job | None) -> FrameRef | None:
    """The frame that another shot continues from: the one at this shot's out point, out of its job's take."""
    if job is None:
        return None
    wanted = parameters(board, shot)
    return FrameRef(job.digest, FIRST_TAKE, last_frame(shot, wanted.duration_s, wanted.known_model.frame_rate))


def _refs(cited: Iterable[Any], facts: Mapping[str, MediaFacts], frame: FrameRef | None) -> Iterator[MediaRef]:
    for item in cited:
        if item.reference is not None:
            yield FileRef(facts[item.reference.file].sha256, item.reference.file)
        elif frame is not None:
            yield frame


def _slot(variant: Variant, shot: Shot, job: Job, composed: Composed, view: StoreView) -> Slot:
    best = view.best(job.digest)
    state, reason = _state(job.digest, view)
    continues = shot.continue_from.shot if shot.continue_from else ""
    number = best.number if best else FIRST_TAKE
    return Slot(variant.name, shot.id, job.digest, 0, state, reason, number, continues, composed.direction)


def _state(digest: str, view: StoreView) -> tuple[State, str]:
    if best := view.best(digest):
        return "reuse", f"take {best.number} is kept"
    if digest in view.absent:
        return "absent", "paid for, and its clip is not here"
    if digest in view.open:
        return "open", "submitted and not finished"
    if digest in view.uncertain:
        return "uncertain", "submitted, and nobody knows whether it arrived"
    if digest not in view.failed:
        return "generate", "no take yet"
    code = view.failed[digest]
    if code == MODERATED:
        return "refused", "refused by moderation: change the prompt or its references"
    return "generate", f"the last attempt failed: {MEANING.get(code, 'no reason given')}"
