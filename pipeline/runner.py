"""Orders become takes: every shot at once as far as the limit allows, those that continue from others after them.

Each step is in the store before the next one is taken. One shot that fails stops nobody but those that go on from it.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeVar

from pipeline import media, wire
from pipeline.catalog import Model
from pipeline.client import Client
from pipeline.errors import GenerationError, RefusedByApi, SetupError, StoreError, StoryreelError, UnreachableApi
from pipeline.plan import Order
from pipeline.store import Attempt, Busy, Home, Intent, Store
from pipeline.take import Take
from pipeline.wire import FileRef, FrameRef, MediaRef, Prediction

_T = TypeVar("_T")
State = Literal["waiting", "making", "kept", "failed"]
LARGEST_CLIP = 2 << 30  # bytes
_NEIGHBOUR_S = 0.2  # seconds between two looks whether a neighbour has finished the same clip


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to one order, for whoever shows progress."""

    key: str  # of the order
    variant: str
    shot: str
    state: State
    message: str = ""  # why it failed


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run works with."""

    client: Client
    store: Store
    outputs: Path  # the folder that homes are relative to
    home: Callable[[Order], str]  # where the clip of an order lives
    locate: Callable[[str], Path]  # a reference as the storyboard writes it -> its file
    storyboard: str  # its name; written down with each attempt
    models: Mapping[str, Model]  # those there are, by id
    limit: int  # clips made at a time
    tell: Callable[[Step], object]


async def generate(
    orders: Iterable[Order], kept: Mapping[str, Path], desk: Desk
) -> Mapping[str, Take | StoryreelError]:
    """Make every order's clip; by its key the take, or why there is none.

    Orders that others continue from come first. `kept` holds the clips of footage that needs no order, by key.
    """
    async with asyncio.TaskGroup() as group:
        run = _Run(desk, kept, group)
        for order in orders:
            desk.tell(Step(order.key, order.variant, order.shot, "waiting"))
            run.tasks[order.key] = group.create_task(run.outcome(order))
    return {key: task.result() for key, task in run.tasks.items()}


class _Run:
    def __init__(self, desk: Desk, kept: Mapping[str, Path], group: asyncio.TaskGroup) -> None:
        self.desk = desk
        self.kept = kept
        self.group = group
        self.tasks: dict[str, asyncio.Task[Take | StoryreelError]] = {}
        self.room = asyncio.Semaphore(desk.limit)
        self.uploads: dict[str, asyncio.Task[str | StoryreelError]] = {}

    async def outcome(self, order: Order) -> Take | StoryreelError:
        try:
            clips = {frame: await self.clip(source.key) for frame, source in order.sources.items()}
            async with self.room:
                self.tell(order, "making")
                take = await self.take(order, clips)
        except (StoryreelError, OSError) as caught:
            error = mendable(caught)
            self.tell(order, "failed", error.message)
            return error
        self.tell(order, "kept")
        return take

    def tell(self, order: Order, state: State, message: str = "") -> None:
        self.desk.tell(Step(order.key, order.variant, order.shot, state, message))

    async def clip(self, source: str) -> Path:
        """The file of the footage that an order continues from, once it is there."""
        if source in self.kept:
            return self.kept[source]
        outcome = await asyncio.shield(self.tasks[source])
        if isinstance(outcome, StoryreelError):
            raise GenerationError(f"the shot it continues from has no clip: {outcome.message}")
        return self.desk.outputs / outcome.home / "clip.mp4"

    async def take(self, order: Order, clips: Mapping[FrameRef, Path]) -> Take:
        async with self.home(order) as home:
            if kept := await asyncio.to_thread(lambda: home.take):
                return kept
            attempt = await self.attempt(order, home, clips)
            return await self.fetched(order, attempt)

    @asynccontextmanager
    async def home(self, order: Order) -> AsyncIterator[Home]:
        """The order's home, as soon as no neighbour works in it."""
        while True:
            opened = self.desk.store.open(self.desk.home(order))
            try:
                home = await asyncio.to_thread(opened.__enter__)
                break
            except Busy:
                await asyncio.sleep(_NEIGHBOUR_S)
        try:
            yield home
        finally:
            opened.__exit__(None, None, None)

    async def attempt(self, order: Order, home: Home, clips: Mapping[FrameRef, Path]) -> Attempt:
        """The attempt that is under way: the one a dead process left behind, else a new one, submitted."""
        last = await asyncio.to_thread(lambda: home.last)
        if last.standing == "submitted":
            return home.resume()
        if last.standing == "uncertain":
            message = "submitted once, and nobody knows whether it arrived; it is not sent again"
            raise UnreachableApi(message, uncertain=True)
        body = await self.body(order, clips)
        price = order.price.usd if order.price else None
        request = wire.as_digested(order.request)
        intent = Intent(request, self.desk.storyboard, order.variant, order.shot, price, order.direction)
        attempt = await _whole(home.begin, intent)
        await self.submit(order, attempt, body)
        return attempt

    async def submit(self, order: Order, attempt: Attempt, body: Mapping[str, object]) -> None:
        try:
            prediction = await self.desk.client.submit(order.request.model, body, order.direction)
        except RefusedByApi as refused:
            await _whole(attempt.end, "turned_away", refused.code, refused.message)
            raise
        except UnreachableApi as unreachable:
            if unreachable.prediction:
                # A broken reply, but with an id in it: the generation exists.
                await _whole(attempt.submitted, unreachable.prediction)
                return
            if not unreachable.uncertain:
                await _whole(attempt.end, "turned_away", 0, unreachable.message)
            raise
        await _whole(attempt.submitted, prediction.id)

    async def body(self, order: Order, clips: Mapping[FrameRef, Path]) -> Mapping[str, object]:
        """The request as it is sent, every file and frame of it uploaded."""
        refs = order.request.media
        found = await asyncio.gather(*(self.address(ref, clips, order) for ref in refs))
        addresses = dict(zip(refs, found, strict=True))
        return wire.body(order.request, addresses.__getitem__)

    async def address(self, ref: MediaRef, clips: Mapping[FrameRef, Path], order: Order) -> str:
        """Where the API finds a file or a frame: uploaded once in a run, whoever needs it."""
        if isinstance(ref, FileRef):
            name, upload = ref.sha256, self.upload_file(ref)
        else:
            rate = order.sources[ref].frame_rate
            name, upload = f"{clips[ref]}#{ref.frame}@{rate}", self.upload_frame(clips[ref], ref.frame, rate)
        if name in self.uploads:
            upload.close()
        else:
            self.uploads[name] = self.group.create_task(_settled(upload))
        outcome = await asyncio.shield(self.uploads[name])
        if isinstance(outcome, StoryreelError):
            raise outcome
        return outcome

    async def upload_file(self, ref: FileRef) -> str:
        path = self.desk.locate(ref.path)
        data = await asyncio.to_thread(path.read_bytes)
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise SetupError(f"{ref.path}: the file changed while the run was under way", hint="run the command again")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return await self.desk.client.upload(data, path.name, kind)

    async def upload_frame(self, clip: Path, frame: int, frame_rate: Fraction) -> str:
        png = await asyncio.to_thread(media.frame_png, clip, frame, frame_rate)
        return await self.desk.client.upload(png, f"frame-{frame}.png", "image/png")

    async def fetched(self, order: Order, attempt: Attempt) -> Take:
        """The take that a submitted attempt comes to."""
        if rescued := attempt.rescued():
            facts = await asyncio.to_thread(media.inspect, rescued, "video")
            return await _whole(attempt.keep, rescued, facts)
        model = self.desk.models[order.request.model]
        prediction = await self.desk.client.wait(attempt.prediction, model.usual_s / 2, model.longest_s)
        if prediction.status != "completed":
            await _whole(attempt.end, "failed", prediction.code, prediction.error)
            raise failure(prediction)
        if not prediction.outputs:
            raise UnreachableApi("the generation is complete and has no clip", prediction=prediction.id)
        clip = attempt.temporary()
        try:
            await self.desk.client.download(prediction.outputs[0], clip, LARGEST_CLIP)
            facts = await asyncio.to_thread(media.inspect, clip, "video")
            return await _whole(attempt.keep, clip, facts)
        finally:
            clip.unlink(missing_ok=True)


async def _whole(step: Callable[..., _T], *words: object) -> _T:
    """Take a step of the store to its end, also when the run is being stopped: an id not written down is money lost."""
    task = asyncio.ensure_future(asyncio.to_thread(step, *words))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await task
        raise


async def _settled(upload: Coroutine[object, object, str]) -> str | StoryreelError:
    """The outcome of an upload as a value, so that a failure reaches those who need the file and nobody else."""
    try:
        return await upload
    except (StoryreelError, OSError) as error:
        return mendable(error)


def mendable(error: StoryreelError | OSError) -> StoryreelError:
    """The error as one that the user can mend: a file that went away or a full disk is no bug of ours."""
    if isinstance(error, StoryreelError):
        return error
    where = f"{error.filename}: " if error.filename else ""
    return StoreError(f"{where}{error.strerror or error}", hint="mend that and run the command again")


def failure(prediction: Prediction) -> RefusedByApi:
    """The error that a prediction which came to no clip stands for."""
    meaning = wire.MEANING.get(prediction.code, prediction.status)
    words = f"{meaning}: {prediction.error}" if prediction.error else meaning
    return RefusedByApi(words, code=prediction.code, prediction=prediction.id)
