"""Views enter as they change; whole clips are made behind them, and then the cuts, one after another."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import urlencode

from pipeline.errors import StoryreelError
from pipeline.preview.cutting import Reel, make_cut
from pipeline.preview.footage import Footage
from pipeline.preview.reading import Reading
from pipeline.preview.views import View
from pipeline.produce.events import Cutting, Event
from pipeline.produce.following import follow
from pipeline.produce.rendering import kept_footage
from pipeline.runner import Failed, Kept

_PAUSE_S = 0.25  # between two words on how far a cut has come
_KEPT = 3  # cuts of a variant: the newest, and those that a page may still play


@dataclass(frozen=True, slots=True)
class Work:
    """What is being made."""

    what: str  # "drawing" clips, or "cutting"
    done: int
    total: int


class Cutter:
    """Makes what the variants that somebody looks at lack. An asynchronous context: it ends with its work."""

    def __init__(
        self,
        footage: Footage,
        environ: Mapping[str, str],
        tell: Callable[[], object],
        wrong: Callable[[BaseException], object],
    ) -> None:
        """`tell` is called whenever there is something new; `wrong` with a bug."""
        self._footage, self._environ, self._tell, self._wrong = footage, environ, tell, wrong
        self._wanted: tuple[View, ...] = ()
        self._done: dict[str, Reading] = {}  # by variant the reading that its newest cut is of
        self._reels: dict[str, list[Reel]] = {}  # by variant, the newest last
        self._work: dict[str, Work] = {}
        self._errors: dict[str, StoryreelError] = {}
        self._now: tuple[View, asyncio.Task[Reel]] | None = None
        self._news = asyncio.Event()
        self._told_s = 0.0

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._wanted = ()
        tasks = [self._running, *([self._now[1]] if self._now else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def want(self, views: Iterable[View]) -> None:
        """Make the cuts of these, and of no others."""
        self._wanted = tuple(views)
        if self._now and self._now[0] not in self._wanted:
            self._now[1].cancel()
        self._news.set()

    def reel(self, variant: str, version: str) -> Reel | None:
        """A cut that is not too old."""
        return next((reel for reel in self._reels.get(variant, ()) if reel.film.version == version), None)

    def state(self, variant: str) -> Mapping[str, Any]:
        """The newest cut of a variant, and what is being made of it, as plain JSON."""
        work, reels = self._work.get(variant), self._reels.get(variant)
        return {"work": asdict(work) if work else None, "cut": _fields(reels[-1]) if reels else None}

    def failed(self, one: View) -> Mapping[str, str]:
        """By id of a shot why there is no clip of it, as far as that is of this very view."""
        reels = self._reels.get(one.variant)
        return reels[-1].failed if reels and self._done.get(one.variant) is one.reading else {}

    def errors(self, variant: str) -> Sequence[StoryreelError]:
        """Why a variant has no newer cut."""
        return [self._errors[variant]] if variant in self._errors else []

    async def _run(self) -> None:
        while True:
            one = next((view for view in self._wanted if self._done.get(view.variant) is not view.reading), None)
            if one is None:
                await self._news.wait()
                self._news.clear()
                continue
            making = asyncio.create_task(self._make(one))
            self._now = one, making
            await asyncio.wait({making})
            self._now = None
            self._work.pop(one.variant, None)
            if not making.cancelled():
                self._done[one.variant] = one.reading
                self._keep(one.variant, making)
            self._tell()

    def _keep(self, variant: str, making: asyncio.Task[Reel]) -> None:
        self._errors.pop(variant, None)
        error = making.exception()
        if isinstance(error, StoryreelError):
            self._errors[variant] = error
        elif error:
            self._wrong(error)
        else:
            older = [reel for reel in self._reels.get(variant, ()) if reel.film.version != making.result().film.version]
            self._reels[variant] = [*older, making.result()][-_KEPT:]

    async def _make(self, one: View) -> Reel:
        there = await asyncio.to_thread(kept_footage, one.film, one.plan, one.rehearsal)
        missing = [order for key, order in one.rehearsal.orders.items() if key not in there]
        if missing:
            done = set[str]()

            def step(event: Event) -> None:
                if isinstance(event, Kept | Failed):
                    done.add(event.key)
                    self._tell_of(one.variant, Work("drawing", len(done), len(missing)))

            self._tell_of(one.variant, Work("drawing", 0, len(missing)))
            await self._footage.make(one.film, missing, there, step)
        run = follow(make_cut, one.reading, one.variant, environ=self._environ)
        async with run:
            async for event in run:
                if isinstance(event, Cutting):
                    self._tell_of(one.variant, Work("cutting", event.done, event.total))
            return await run

    def _tell_of(self, variant: str, work: Work) -> None:
        """Frames are told of now and then: each would be a word to every page."""
        now, before = time.monotonic(), self._work.get(variant)
        self._work[variant] = work
        if work.what == "drawing" or before is None or before.what != work.what or now - self._told_s > _PAUSE_S:
            self._told_s = now
            self._tell()


def _fields(reel: Reel) -> Mapping[str, Any]:
    where = urlencode({"variant": reel.variant, "version": reel.film.version})
    return {
        "url": f"/cut?{where}",
        "frames": reel.frames,
        "rate": [reel.frame_rate.numerator, reel.frame_rate.denominator],
        "shots": {
            name: [shot.key, shot.span.start, shot.span.length, shot.span.first] for name, shot in reel.shots.items()
        },
        "notes": list(reel.notes),
    }
