"""Orders enter; whole clips leave, each made once and kept as `render` keeps them, by a server that stays warm."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from starlette.applications import Starlette

from pipeline import runner, server
from pipeline.client import Client, Endpoint
from pipeline.errors import StoryreelError
from pipeline.plan import Order
from pipeline.previs.workers import WORKER
from pipeline.produce.events import Tell
from pipeline.produce.reading import Film
from pipeline.produce.rendering import home_of
from pipeline.take import Take
from pipeline.wire import LOCAL_ORIGIN

_MOST = 100  # clips after which the server begins anew: until then it holds every one of them


class Footage:
    """Makes previs. An asynchronous context: when it ends, so do the server and its workers."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, AsyncExitStack()
        self._limit = os.cpu_count() or 1
        self._made = 0  # clips that the server was asked for

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def _begin(self) -> None:
        self._app: Starlette = server.local_app(self._folder, self._limit, command=_politely(WORKER))
        endpoint = Endpoint(LOCAL_ORIGIN, "rehearsal", app=self._app, direct=True)
        await self._open.enter_async_context(server.running(self._app))
        self._client = await self._open.enter_async_context(Client(endpoint))
        self._made = 0

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    async def make(
        self, film: Film, orders: Sequence[Order], there: Mapping[str, Take], tell: Tell
    ) -> Mapping[str, Take | StoryreelError]:
        """The clips of these orders by their keys, or why there is none; `there` has the footage that is kept.

        To cancel it lets what is being drawn be finished: a worker that is ended takes half a second to be replaced.
        """
        if self._made > _MOST:
            await self._open.aclose()
            await self._begin()
        self._made += len(orders)
        self._app.state.catalogue = film.project.models
        outputs = film.project.outputs
        clips = {key: outputs / take.home / "clip.mp4" for key, take in there.items()}
        desk = runner.Desk(
            self._client,
            film.store,
            outputs,
            home_of,
            film.locate,
            film.board.name,
            film.project.models,
            film.project.concurrency or self._limit,
            tell,
        )
        return await runner.generate(orders, clips, desk)


def _politely(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command, giving way to whatever somebody waits for."""
    nice = shutil.which("nice")
    return (nice, "-n", "10", *command) if nice else command
