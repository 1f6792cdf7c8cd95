"""HTTP requests of the WaveSpeed v3 protocol become replies in its envelopes: an ASGI application, without a socket."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from pipeline import catalog, wire
from pipeline.catalog import Model
from pipeline.previs.workers import WORKER, Workers
from pipeline.server import books, generating, uploading
from pipeline.server.conduct import REHEARSAL, Conduct
from pipeline.server.front import Endpoint, Front, astray, counted, refused, with_key
from pipeline.server.ledger import LEDGER_PATH
from pipeline.server.request import Refusal
from pipeline.server.shelf import FILES_PATH
from pipeline.server.studio import SetUp, Studio


def local_app(
    folder: Path,
    workers: int,
    key: str | None = None,
    *,
    conduct: Conduct = REHEARSAL,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    seconds: Callable[[], float] = time.monotonic,
    catalogue: Mapping[str, Model] | None = None,
    command: tuple[str, ...] = WORKER,
    begun: Workers | None = None,
) -> Starlette:
    """The application; `running` (or the lifespan protocol of an ASGI server) opens and closes it.

    Uploads and clips lie in a temporary folder below `folder`. Without a `key` any is taken. `conduct` makes it a
    double of the paid API, with its faults. `clock` tells the time of day; `seconds` is a clock that is never set.
    `catalogue` stands for the models of the package, `command` starts a worker that speaks as `pipeline.previs`
    does, and `begun` are workers that were started before.
    """
    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(Front)],
        exception_handlers={Refusal: refused, HTTPException: astray},
        lifespan=running,
    )
    app.router.redirect_slashes = False  # the official clients take a redirect for an error
    app.state.setup = SetUp(folder.absolute(), workers, command, begun, clock, conduct, seconds)
    app.state.key = key
    app.state.catalogue = catalog.models() if catalogue is None else catalogue
    app.state.tells_date = conduct is not REHEARSAL
    return app


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[None]:
    """The application at work. When the block ends, no worker process and no file is left."""
    async with Studio(app.state.setup) as studio:
        app.state.studio = studio
        yield


# What it is called in the ledger, its path, methods and endpoint; each takes the key.
_KEYED: tuple[tuple[str, str, list[str], Endpoint], ...] = (
    ("result", f"{wire.API_ROOT}/predictions/{{prediction}}/result", ["GET"], generating.result),
    ("delete", f"{wire.HISTORY_PATH}/delete", ["POST"], generating.delete),
    ("result", f"{wire.API_ROOT}/predictions/{{prediction}}", ["GET"], generating.result),
    ("history", wire.HISTORY_PATH, ["POST"], generating.history),
    ("ticket", wire.UPLOADS_PATH, ["POST"], uploading.ticket),
    ("form", uploading.BINARY_PATH, ["POST"], uploading.binary),
    ("models", wire.MODELS_PATH, ["GET"], books.models),
    ("price", wire.PRICE_PATH, ["POST"], books.price),
    ("price", f"{wire.API_ROOT}/model/pricing", ["POST"], books.pricing),
    ("balance", wire.BALANCE_PATH, ["GET"], books.balance),
    ("balance", f"{wire.API_ROOT}/account/balance", ["GET"], books.balance),
    ("bills", wire.BILLINGS_PATH, ["POST"], books.bills),
    ("usage", f"{wire.API_ROOT}/user/usage_stats", ["POST"], books.usage),
    ("secret", f"{wire.API_ROOT}/webhook/secret", ["GET"], books.secret),
    ("submit", f"{wire.API_ROOT}/{{model:path}}", ["POST"], generating.submit),
    # What is nowhere else is not found, rather than of a wrong method.
    ("nothing", f"{wire.API_ROOT}/{{model:path}}", ["GET"], generating.nothing),
)


def _routes() -> list[Route]:
    return [
        Route(f"{wire.UPLOADS_PATH}/{{token}}", counted("upload", uploading.upload), methods=["PUT"]),
        Route(f"{FILES_PATH}/{{name}}", counted("download", generating.file), methods=["GET"]),
        Route(LEDGER_PATH, books.ledger, methods=["GET"]),
        *(Route(path, counted(name, with_key(endpoint)), methods=methods) for name, path, methods, endpoint in _KEYED),
    ]
