"""A storyboard's file enters; for as many pages as look, what changes of it leaves, as soon as it is known."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pipeline import produce
from pipeline.errors import StoryreelError
from pipeline.preview import choosing
from pipeline.preview.cutter import Cutter
from pipeline.preview.cutting import Reel
from pipeline.preview.easel import Easel, Shown
from pipeline.preview.footage import Footage
from pipeline.preview.news import State, news
from pipeline.preview.placing import Complaint
from pipeline.preview.reading import Reading, read_board
from pipeline.preview.references import small
from pipeline.preview.views import Gallery, View
from pipeline.preview.watching import Watching
from pipeline.produce.following import load_libraries

_BAD_NEWS_S = 0.12  # that errors wait: what an editor has half written is whole by then
_STILL_THERE_S = 15  # between two words to a page, so that it is known whether anybody listens
_PICTURES_AHEAD, _CLIPS_AHEAD = 12, 2  # of changed shots, that are drawn before a page asks for them


@dataclass(eq=False, slots=True)
class Page:
    """One page that looks."""

    variant: str  # "" for the first
    told: State = field(default_factory=dict)  # what it knows
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Session:
    """Everything behind the pages of one storyboard. An asynchronous context: at its end nothing of it is left."""

    def __init__(self, file: Path, environ: Mapping[str, str], folder: Path, report: Callable[[str], object]) -> None:
        """`folder` is for files that nobody needs later; `report` gets the traceback of a bug."""
        self.file, self._environ, self._folder, self._report = file, environ, folder, report
        self._easel, self._watching, self._open = Easel(folder), Watching(), AsyncExitStack()
        self._footage = Footage(folder)
        self._cutter = Cutter(self._footage, environ, self._tell, self._wrong)
        self._gallery = Gallery(folder)
        self._pages: set[Page] = set()
        self._complaint = Complaint()
        self._bad: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._ahead: asyncio.Task[None] | None = None
        self._over = False

    async def __aenter__(self) -> Self:
        self._open.push_async_callback(self._easel.close)
        await self._easel.start()  # they load what they need while we do
        load_libraries("media.pictures", "previs.picture", "previs.stills")
        await self._open.enter_async_context(self._footage)
        await self._open.enter_async_context(self._cutter)
        await self._read()
        self._begin(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.end()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._open.aclose()

    def end(self) -> None:
        """Let the streams to all pages end, and whatever else they wait for."""
        self._over = True
        self._watching.end()
        self._easel.end()
        self._tell()

    async def news(self, variant: str) -> AsyncIterator[State]:
        """What a page that shows the variant has to know: first everything, then what changes. {} for nothing."""
        page = Page(variant)
        self._pages.add(page)
        page.wake.set()
        try:
            while not self._over:
                with suppress(TimeoutError):
                    await asyncio.wait_for(page.wake.wait(), _STILL_THERE_S)
                page.wake.clear()
                state = await self._state(page)
                told, page.told = page.told, state
                yield news(told, state)
        finally:
            self._pages.discard(page)
            self._want()

    async def picture(self, name: str, frame: int) -> Path | None:
        """A frame of footage as a JPEG. None for footage that is not known. Raises StoryreelError."""
        shown = self._gallery.shown(name)
        return await self._easel.picture(shown, frame) if shown else None

    async def clip(self, name: str) -> Path | None:
        """The clip of footage. None and StoryreelError likewise."""
        shown = self._gallery.shown(name)
        return await self._easel.clip(shown) if shown else None

    async def reference(self, sha256: str) -> Path | None:
        """A picture that a shot refers to, small. None for one that no shot does. Raises StoryreelError."""
        file = self._gallery.file(sha256)
        return await self._easel.written(sha256, lambda target: small(file, target)) if file else None

    def reel(self, variant: str, version: str) -> Reel | None:
        """A cut; None where it is too old."""
        return self._cutter.reel(variant, version)

    async def takes(self, shot: str) -> Mapping[str, Any]:
        """The takes of a shot. Raises StoryreelError."""
        found = await asyncio.to_thread(produce.takes, self.file, shot, self._environ)
        self._gallery.show_also(found)
        return choosing.told(found)

    async def choose(self, asked: object) -> Mapping[str, Any]:
        """Choose a take, or its points. Raises StoryreelError."""
        return await asyncio.to_thread(choosing.choose, self.file, asked, self._environ)

    async def _watch(self) -> None:
        async for _ in self._watching.changes():
            try:
                await self._read()
            except Exception as error:  # noqa: BLE001 - a bug in one reading must not end the watching
                self._wrong(error)

    async def _read(self) -> None:
        if self._bad:
            self._bad.cancel()
        reading = await asyncio.to_thread(read_board, self.file, self._environ)
        self._watching.look_at(reading.files)
        if reading.good:
            await self._show(reading)
        else:
            wait_s = _BAD_NEWS_S if self._gallery.reading else 0
            self._bad = asyncio.get_running_loop().call_later(wait_s, self._complain, reading)

    async def _show(self, reading: Reading) -> None:
        before = self._gallery.now
        self._gallery.hang(reading)
        self._cutter.want(())  # what it makes is old, and the machine is needed
        changed: list[tuple[Shown, int]] = []
        for variant in dict.fromkeys(self._gallery.name(page.variant) for page in self._pages):
            with suppress(StoryreelError):  # each page is told of it
                if (found := await self._gallery.view(variant)) and variant in before:
                    changed += _changed(before[variant], found)
        if self._ahead:
            self._ahead.cancel()
        self._ahead = self._begin(self._draw_ahead(changed))
        self._complain(reading)

    def _complain(self, reading: Reading) -> None:
        self._complaint = Complaint.of(reading, self.file)
        self._tell()

    def _want(self) -> None:
        """The cuts of what is looked at are made, once what changed was drawn; without any page, of nothing."""
        if self._ahead and not self._ahead.done():
            return
        names = dict.fromkeys(self._gallery.name(page.variant) for page in self._pages)
        self._cutter.want([self._gallery.now[name] for name in names if name in self._gallery.now])

    async def _draw_ahead(self, changed: Sequence[tuple[Shown, int]]) -> None:
        """Pictures and clips of what changed are drawn before a page asks for them, and before any cut is made."""
        pictures = [self._easel.picture(shown, frame) for shown, frame in changed[:_PICTURES_AHEAD]]
        await asyncio.gather(*pictures, return_exceptions=True)  # who asks for one is told of errors
        clips = [self._easel.clip(shown) for shown, _ in changed[:_CLIPS_AHEAD]]
        await asyncio.gather(*clips, return_exceptions=True)
        asyncio.get_running_loop().call_soon(self._want)

    async def _state(self, page: Page) -> State:
        name = self._gallery.name(page.variant)
        errors = [*self._cutter.errors(name)]
        try:
            found = await self._gallery.view(name)
        except StoryreelError as error:
            found = None
            errors.append(error)
        if found is None:
            return self._complaint.told({}, errors)
        self._want()
        return {**found.state, **self._complaint.told(found.state["panels"], errors), **self._cutter.state(name)}

    def _wrong(self, error: BaseException) -> None:
        """A bug is told in the terminal, and the page goes on."""
        self._report("".join(traceback.format_exception(error)))

    def _tell(self) -> None:
        for page in self._pages:
            page.wake.set()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self._wrong(error)


def _changed(before: View, now: View) -> list[tuple[Shown, int]]:
    """The footage of the shots that look otherwise, with the frame that their panels show."""
    old = before.state["panels"]
    return [
        (now.shown[panel["key"]], panel["frame"])
        for name, panel in now.state["panels"].items()
        if "key" in panel and name in old and old[name].get("picture") != panel["picture"]
    ]
