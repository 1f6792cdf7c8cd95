"""Addresses become answers. One of them changes something: which take of a shot is used, and its points."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from pipeline.errors import StoryreelError
from pipeline.preview.guarding import Guard
from pipeline.preview.ranges import of_file, ranged
from pipeline.preview.session import Session

# What belongs to one footage never changes: another wording is another footage.
_FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
_MOST_BYTES = 10_000  # of what a page may post
_LATER_MS = 1000  # after which a page asks again when its stream has ended


def application(session: Session, token: str, cookie: str, report: Callable[[str], object]) -> Starlette:
    """The pages of a session, for whoever has the token; `report` gets the traceback of a bug."""

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        async with session:
            yield

    app = Starlette(
        routes=_ROUTES, middleware=[Middleware(Guard, token=token, cookie=cookie, report=report)], lifespan=running
    )
    app.router.redirect_slashes = False
    app.state.session = session
    app.state.files = _files()
    return app


async def _page(request: Request) -> Response:
    return _file(request, "page.html")


async def _static(request: Request) -> Response:
    return _file(request, request.path_params["name"])


def _file(request: Request, name: str) -> Response:
    content = request.app.state.files.get(name)
    if content is None:
        return PlainTextResponse("there is no such file", 404)
    return Response(content, media_type=_KINDS[Path(name).suffix])


async def _events(request: Request) -> Response:
    session = _session(request)

    async def stream() -> AsyncIterator[str]:
        yield f"retry: {_LATER_MS}\n\n"
        async for news in session.news(request.query_params.get("variant", "")):
            yield f"data: {json.dumps(news, ensure_ascii=False)}\n\n" if news else ": still here\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")


async def _picture(request: Request) -> Response:
    frame: int = request.path_params["frame"]
    if frame >= 10**6:
        return PlainTextResponse("there is no such frame", 404)
    return _sent(request, await _session(request).picture(request.path_params["key"], frame), "image/jpeg")


async def _clip(request: Request) -> Response:
    return _sent(request, await _session(request).clip(request.path_params["key"]), "video/mp4")


async def _reference(request: Request) -> Response:
    return _sent(request, await _session(request).reference(request.path_params["key"]), "image/jpeg")


async def _cut(request: Request) -> Response:
    asked = request.query_params
    reel = _session(request).reel(asked.get("variant", ""), asked.get("version", ""))
    if reel is None:
        return PlainTextResponse("there is another cut by now", 404)
    return ranged(request, reel.film.size, reel.film.read, "video/mp4", {"Cache-Control": "no-store"})


async def _takes(request: Request) -> Response:
    return JSONResponse(await _session(request).takes(request.query_params.get("shot", "")))


async def _choose(request: Request) -> Response:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            return PlainTextResponse("that is too long for a choice", 413)
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return PlainTextResponse("a choice is JSON", 415)
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return PlainTextResponse("this is no JSON", 400)
    return JSONResponse(await _session(request).choose(asked))


def _sent(request: Request, path: Path | None, kind: str) -> Response:
    """A file, whole or in part."""
    if path is None:
        return PlainTextResponse("the storyboard shows nothing of this name now", 404)
    try:
        size, read = of_file(path)
    except OSError:
        return PlainTextResponse("it is gone", 404)
    return ranged(request, size, read, kind, _FOR_EVER)


def _told(endpoint: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, errors that the user can mend told as plain JSON."""

    async def telling(request: Request) -> Response:
        try:
            return await endpoint(request)
        except StoryreelError as error:
            return JSONResponse({"message": error.message, "hint": error.hint}, 422)

    return telling


def _session(request: Request) -> Session:
    session: Session = request.app.state.session
    return session


def _files() -> dict[str, bytes]:
    """Every file of the page by its name, read once: no request is ever a path on this machine."""
    own = resources.files("pipeline.preview").joinpath("static")
    found = {file.name: file.read_bytes() for file in own.iterdir() if Path(file.name).suffix in _KINDS}
    return {**found, "look.css": resources.files("pipeline.report").joinpath("look.css").read_bytes()}


_ROUTES = [
    Route("/", _page),
    Route("/static/{name}", _static),
    Route("/events", _events),
    Route("/picture/{key}/{frame:int}.jpg", _told(_picture)),
    Route("/clip/{key}.mp4", _told(_clip)),
    Route("/reference/{key}.jpg", _told(_reference)),
    Route("/cut", _cut),
    Route("/takes", _told(_takes)),
    Route("/choose", _told(_choose), methods=["POST"]),
]
