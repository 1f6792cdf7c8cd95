"""A checked board becomes a Plan: the jobs that are paid for, the slots where they are used, prices and reasons."""

from __future__ import annotations

import graphlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from pipeline import catalog
from pipeline.catalog import MEDIA_WORDS, Model, Price
from pipeline.errors import BadInput, Problem
from pipeline.frames import frames_in
from pipeline.prompts import Composed, compose, names_used, render
from pipeline.storyboard import DEFAULT_MODEL, Scalar, Shot, Storyboard
from pipeline.take import MediaFacts, StoreView
from pipeline.wire import (
    MEANING,
    MODERATED,
    FileRef,
    FrameRef,
    MediaRef,
    Request,
    Value,
    digest_of,
    request_digest,
)

State = Literal["reuse", "generate", "open", "absent", "uncertain", "refused"]
FIRST_TAKE = 1  # what others continue from before anything exists
MAIN = "main"  # name of the only variant of a board without any
_ILLEGAL = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """One film of a board."""

    name: str  # legal as the name of a folder
    values: Mapping[str, Scalar]  # every variable a template may use


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a shot asks of its model, with the board's and the model's defaults filled in."""

    model: str
    duration_s: Fraction  # seconds; whole, once checked
    aspect_ratio: str
    resolution: str
    generate_audio: bool
    enable_web_search: bool

    @property
    def known_model(self) -> Model:
        """The model; the usual one where the board names one that nobody knows, which `check` reports."""
        return catalog.models().get(self.model) or catalog.models()[DEFAULT_MODEL]


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


@dataclass(frozen=True, slots=True)
class FrameSource:
    """The footage that a frame is taken from."""

    key: str  # "take:<digest>:<number>", or the key of an order
    frame_rate: Fraction  # frames a second in which the frame is counted: of the model that makes the take


@dataclass(frozen=True, slots=True)
class Order:
    """One clip to be made for the rehearsal, and the footage it continues from."""

    key: str  # "previs:<request digest>-<direction digest>"
    job: Job
    direction: Mapping[str, Any]  # plain JSON: the slot's, and the keys of the footage it continues from
    direction_digest: str
    sources: Mapping[FrameRef, FrameSource]  # where each frame that goes with the job comes from
    variant: str  # the first slot that wants it
    shot: str


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a film for nothing needs: takes where there are some, previs everywhere else."""

    orders: Mapping[str, Order]  # by key, what others continue from first
    footage: Mapping[tuple[str, str], str]  # (variant, shot) -> "take:<digest>:<number>" or the key of an order


class Compositions:
    """What each shot says in each variant; composed once for each set of values that can change it."""

    def __init__(self, board: Storyboard) -> None:
        """Raises BadInput with every template and mention of the board that can't be resolved."""
        self.board = board
        self.variants = variants(board)
        self._names = {shot.id: sorted(names_used(board, shot)) for shot in board.shots}
        self._composed: dict[tuple[str, tuple[Scalar | None, ...]], Composed] = {}
        problems: list[Problem] = []
        for shot in board.shots:
            for variant in self.variants:
                try:
                    self.of(variant, shot)
                except BadInput as bad:
                    problems.extend(bad.problems)
                    break
        if problems:
            raise BadInput(dict.fromkeys(problems))

    def key(self, variant: Variant, shot: Shot) -> tuple[str, tuple[Scalar | None, ...]]:
        """What the composition depends on: the shot and the values that it looks at."""
        return shot.id, tuple(variant.values.get(name) for name in self._names[shot.id])

    def all_of(self, shot: Shot) -> tuple[Composed, ...]:
        """What the shot says, each version once."""
        keys = dict.fromkeys(self.key(variant, shot) for variant in self.variants)
        return tuple(self._composed[key] for key in keys)

    def of(self, variant: Variant, shot: Shot) -> Composed:
        """The composition of one shot in one variant. Raises BadInput where it has problems."""
        key = self.key(variant, shot)
        if key not in self._composed:
            wanted = parameters(self.board, shot)
            composed = compose(self.board, shot, variant.values, wanted.known_model, audio=wanted.generate_audio)
            self._composed[key] = composed
        return self._composed[key]


def variants(board: Storyboard) -> tuple[Variant, ...]:
    """The films of a board, in the order of its matrix; one called `main` where it has none.

    Raises BadInput where a name can't be made or two are the same.
    """
    if board.variants is None:
        return (Variant(MAIN, board.vars),)
    matrix = board.variants.matrix
    made: dict[str, Variant] = {}
    for keys in itertools.product(*(choices for choices in matrix.values())):
        chosen = dict(zip(matrix, keys, strict=True))
        name = _variant_name(board, chosen)
        if name.casefold() in made:
            message = f'two variants are called "{name}"'
            place = board.source.place(("variants", "name"))
            raise BadInput([Problem("variant-name", "variants", message, "name every variable in `name`", place)])
        values = {variable: matrix[variable][key] for variable, key in chosen.items()}
        made[name.casefold()] = Variant(name, {**board.vars, **values})
    return tuple(made.values())


def _variant_name(board: Storyboard, chosen: Mapping[str, str]) -> str:
    template = board.variants.name if board.variants else ""
    try:
        name = render(template, {**board.vars, **chosen}) if template else "_".join(chosen.values())
    except ValueError as error:
        place = board.source.place(("variants", "name"))
        raise BadInput([Problem("template", "variants.name", str(error), getattr(error, "hint", ""), place)]) from error
    return _ILLEGAL.sub("-", name).strip("-.")[:80] or "variant"


def parameters(board: Storyboard, shot: Shot) -> Parameters:
    """What a shot asks of its model: its own words, else the board's defaults, else the model's."""

    def wanted(word: str, name: str) -> Any:
        own, usual = getattr(shot.settings, name), getattr(board.defaults, name)
        return own if own is not None else usual if usual is not None else _usual(model, word)

    model_id = shot.settings.model or board.defaults.model or DEFAULT_MODEL
    model = catalog.models().get(model_id) or catalog.models()[DEFAULT_MODEL]
    return Parameters(
        model=model_id,
        duration_s=Fraction(wanted("duration", "duration_s")),
        aspect_ratio=wanted("aspect_ratio", "aspect_ratio"),
        resolution=wanted("resolution", "resolution"),
        generate_audio=wanted("generate_audio", "generate_audio"),
        enable_web_search=wanted("enable_web_search", "enable_web_search"),
    )


def _usual(model: Model, word: str) -> Any:
    value = model.default(word)
    return False if value is None else value


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
    return frames_in(duration_s if shot.out_s is None else shot.out_s, frame_rate) - 1


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


def rehearse(plan: Plan, only: Iterable[str] = ()) -> Rehearsal:
    """The best footage there can be for nothing, of the variants named in `only` or of all."""
    wanted = set(only) or {variant.name for variant in plan.variants}
    rank = {digest: index for index, digest in enumerate(plan.jobs)}  # what others continue from comes first
    orders: dict[str, Order] = {}
    footage: dict[tuple[str, str], str] = {}
    for slot in sorted((slot for slot in plan.slots if slot.variant in wanted), key=lambda slot: rank[slot.digest]):
        at = slot.variant, slot.shot
        if slot.state == "reuse":
            footage[at] = f"take:{slot.digest}:{slot.take}"
        else:
            upstream = footage[slot.variant, slot.continues] if slot.continues else ""
            order = _order(slot, plan, upstream)
            footage[at] = orders.setdefault(order.key, order).key
    return Rehearsal(orders, footage)


def _order(slot: Slot, plan: Plan, upstream: str) -> Order:
    """The previs of one slot; `upstream` is the key of the footage it continues from, "" for none."""
    job = plan.jobs[slot.digest]
    sources = {}
    for frame in job.frames:
        model = catalog.models()[plan.jobs[frame.digest].request.model]
        sources[frame] = FrameSource(upstream, model.frame_rate)
    direction = {**slot.direction, "sources": [source.key for source in sources.values()]}
    direction_digest = digest_of(direction)
    key = f"previs:{slot.digest}-{direction_digest}"
    return Order(key, job, direction, direction_digest, sources, slot.variant, slot.shot)
