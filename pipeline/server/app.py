"""HTTP requests of the WaveSpeed v3 protocol become replies in its envelopes: an ASGI application, without a socket."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline import catalog, wire
from pipeline.catalog import Model
from pipeline.errors import nearest
from pipeline.server.request import Refusal, checked_inputs, json_object
from pipeline.server.shelf import FILES_PATH, is_this_machine
from pipeline.server.studio import SetUp, Studio
from pipeline.server.workers import WORKER
from pipeline.wire import Prediction

LARGEST_BODY = 1 << 20  # bytes of JSON
# First words of paths that the API has for other things; no model can be called so.
RESERVED = frozenset({"predictions", "media", "model", "models", "balance", "account", "billings", "user", "webhook"})
_log = logging.getLogger(__name__)
_Endpoint = Callable[[Request], Awaitable[Response]]


def local_app(
    folder: Path,
    workers: int,
    key: str | None = None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    catalogue: Mapping[str, Model] | None = None,
    command: tuple[str, ...] = WORKER,
) -> Starlette:
    """The application; `running` (or the lifespan protocol of an ASGI server) opens and closes it.

    Uploads and clips lie in a temporary folder below `folder`. Without a `key` any is taken. `catalogue` stands for
    the models of the package, and `command` starts a worker that speaks as `pipeline.previs` does.
    """
    app = Starlette(
        routes=[
            Route(f"{wire.UPLOADS_PATH}/{{token}}", _upload, methods=["PUT"]),
            Route(f"{FILES_PATH}/{{name}}", _file, methods=["GET"]),
            *(Route(path, _with_key(endpoint), methods=methods) for path, methods, endpoint in _ROUTES),
        ],
        middleware=[Middleware(_Front)],
        exception_handlers={Refusal: _refused, HTTPException: _astray},
        lifespan=running,
    )
    app.router.redirect_slashes = False  # the official clients take a redirect for an error
    app.state.setup = SetUp(folder.absolute(), workers, command, clock)
    app.state.key = key
    app.state.catalogue = catalog.models() if catalogue is None else catalogue
    return app


@asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[None]:
    """The application at work. When the block ends, no worker process and no file is left."""
    async with Studio(app.state.setup) as studio:
        app.state.studio = studio
        yield


async def _submit(request: Request) -> Response:
    model = _model(request.app.state.catalogue, request.path_params["model"])
    if request.method != "POST":
        raise Refusal(405, "a model takes POST only")
    inputs = checked_inputs(model, json_object(await _body(request)))
    direction = wire.unpack_direction(request.headers.get(wire.DIRECTION_HEADER, ""))
    return _told(request, _studio(request).begin(model, inputs, direction))


async def _result(request: Request) -> Response:
    prediction = _studio(request).find(request.path_params["prediction"])
    if prediction is None:
        raise Refusal(404, "Prediction not found")
    return _told(request, prediction)


async def _ticket(request: Request) -> Response:
    body = json_object(await _body(request))
    return JSONResponse(wire.envelope(_studio(request).shelf.ticket(body, _origin(request))))


async def _upload(request: Request) -> Response:
    try:
        await _studio(request).shelf.receive(request.path_params["token"], request.headers, request.stream())
    except ClientDisconnect:
        raise Refusal(400, "the upload broke off") from None
    return JSONResponse(wire.envelope())


async def _file(request: Request) -> Response:
    stored = _studio(request).shelf.file(request.path_params["name"])
    if stored is None:
        raise Refusal(404, "no such file")
    headers = {"ETag": f'"{stored.sha256}"', "X-Content-Type-Options": "nosniff"}
    return FileResponse(stored.path, media_type=stored.content_type, headers=headers)


async def _models(request: Request) -> Response:
    models: Mapping[str, Model] = request.app.state.catalogue
    return JSONResponse(wire.envelope([_listed(model, _origin(request)) for model in models.values()]))


_ROUTES: tuple[tuple[str, list[str], _Endpoint], ...] = (
    (f"{wire.API_ROOT}/predictions/{{prediction}}/result", ["GET"], _result),
    (f"{wire.API_ROOT}/predictions/{{prediction}}", ["GET"], _result),
    (wire.UPLOADS_PATH, ["POST"], _ticket),
    (f"{wire.API_ROOT}/models", ["GET"], _models),
    # GET too: what is nowhere else is not found, rather than of a wrong method
    (f"{wire.API_ROOT}/{{model:path}}", ["POST", "GET"], _submit),
)


class _Front:
    """What every request passes: its Host names this machine, and a bug below gives a reply and a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_this_machine(Headers(scope=scope).get("host", "")):
            await _refusal(403, "this server answers to this machine only")(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            _log.exception("a bug in the local server")
            if started:  # a broken connection is the only way left to say that the reply is not whole
                raise
            await _refusal(500, "internal error")(scope, receive, send)


def _with_key(endpoint: _Endpoint) -> _Endpoint:
    async def guarded(request: Request) -> Response:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        key: str | None = request.app.state.key
        right = hmac.compare_digest(given.strip().encode(), key.encode()) if key is not None else bool(given.strip())
        if scheme.lower() != "bearer" or not right:
            raise Refusal(401, "Unauthorized")
        return await endpoint(request)

    return guarded


def _model(catalogue: Mapping[str, Model], name: str) -> Model:
    if name.split("/")[0] in RESERVED:
        raise Refusal(404, "there is nothing at this address")
    if name not in catalogue:
        meant = nearest(name, catalogue)
        raise Refusal(404, f"model {name[:200]} not found" + (f", did you mean {meant}?" if meant else ""))
    return catalogue[name]


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_BODY:
                raise Refusal(400, f"the body is longer than {LARGEST_BODY} bytes")
    except ClientDisconnect:
        raise Refusal(400, "the request broke off") from None
    return body


def _studio(request: Request) -> Studio:
    studio: Studio = request.app.state.studio
    return studio


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _told(request: Request, prediction: Prediction) -> Response:
    origin = _origin(request)
    data = wire.prediction_data(prediction, origin)
    data["outputs"] = [f"{origin}{FILES_PATH}/{name}" for name in prediction.outputs]
    return JSONResponse(wire.envelope(data))


def _listed(model: Model, origin: str) -> dict[str, Any]:
    """One row of the catalogue, in the API's shape; `base_price` is that of a request with nothing but defaults."""
    usual = [model.default(word) for word in ("resolution", "duration", "generate_audio")]
    price = catalog.price(model, usual[0], usual[1] or model.durations[0], Fraction(0), audio=usual[2])
    api = {
        "type": "model_run",
        "method": "POST",
        "server": origin,
        "api_path": wire.submit_path(model.id),
        "request_schema": model.request,
    }
    return {
        "model_id": model.id,
        "name": model.id,
        "description": model.title,
        "type": model.id.rpartition("/")[2],
        "base_price": float(price.usd if price else Decimal(0)),
        "formula": "",
        "api_schema": {"api_schemas": [api]},
    }


def _refusal(status: int, message: str, code: int = 0, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(wire.envelope(code=code or status, message=message), status, headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _refusal(error.status, error.message, error.code)


async def _astray(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _refusal(error.status_code, error.detail, headers=error.headers)
