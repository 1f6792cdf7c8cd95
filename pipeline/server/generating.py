"""Submissions become predictions, and predictions are told of until their clips have been fetched."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from pipeline import wire
from pipeline.server import asking, pages, webhooks
from pipeline.server.faults import answers, downloads, telling
from pipeline.server.ledger import Entry
from pipeline.server.making import Commission
from pipeline.server.request import Refusal, checked_inputs

FLAGS = ("enable_sync_mode", "webhook_url")  # of a submission, whatever the model


async def submit(request: Request) -> Response:
    """POST of a model: a new prediction."""
    model = asking.model(request, request.path_params["model"])
    body = await asking.fields(request)
    studio = asking.studio(request)
    if fate := studio.chance.first("request", str(body.get(model.dialect.get("prompt", ""), ""))):
        return answers.instead(fate, studio.now)
    flags = {name: body.pop(name) for name in FLAGS if name in body}
    direction = wire.unpack_direction(request.headers.get(wire.DIRECTION_HEADER, ""))
    webhook = request.query_params.get("webhook") or str(flags.get("webhook_url") or "")
    inputs, hosts = checked_inputs(model, body), asking.hosts(request)
    entry = await studio.begin(Commission(model, inputs, body, direction, hosts, webhooks.checked(webhook)))
    fate = studio.chance.first("accepted", entry.prompt)
    if flags.get("enable_sync_mode") is True and not fate:
        return await _held(request, entry)
    answer = _told(request, entry)
    entry.told = not fate
    return await answers.spoilt(fate, answer) if fate else answer


async def nothing(request: Request) -> Response:
    """GET of a model, or of what is not there."""
    asking.model(request, request.path_params["model"])
    raise Refusal(405, "a model takes POST only")


async def result(request: Request) -> Response:
    """GET of a prediction."""
    entry = asking.studio(request).find(request.path_params["prediction"])
    if entry is None or not telling.is_found(entry.fates):
        raise Refusal(404, "Prediction not found")
    return JSONResponse(wire.envelope(telling.told(entry.fates, entry.data(asking.hosts(request)))))


async def file(request: Request) -> Response:
    """GET of a clip or of an upload; no key is asked for, as at the API's file servers."""
    name, studio = request.path_params["name"], asking.studio(request)
    stored = studio.shelf.file(name)
    if stored is None:
        raise Refusal(404, "no such file")
    if (entry := studio.ledger.files.get(name)) and (fate := downloads.of(entry.fates)):
        clip = b"".join(stored.content) or await asyncio.to_thread(stored.path.read_bytes)
        if fate.kind == "expired_address":
            studio.readdress(entry, name)
        return downloads.instead(fate, clip, stored.content_type, str(request.url))
    headers = {"ETag": f'"{stored.sha256}"', "X-Content-Type-Options": "nosniff"}
    if stored.content:
        return Response(b"".join(stored.content), headers=headers, media_type=stored.content_type)
    return FileResponse(stored.path, media_type=stored.content_type, headers=headers)


async def history(request: Request) -> Response:
    """POST /predictions: those of the last days, newest first."""
    studio, asked = asking.studio(request), await asking.fields(request)
    with_inputs = asked.get("include_inputs") is True and studio.conduct.history_inputs

    def tell(entry: Entry) -> dict[str, Any]:
        inputs = {"inputs": entry.inputs} if with_inputs else {}
        took_ms = entry.prediction.inference_ms
        return {**telling.shaped(entry.fates, entry.data(asking.hosts(request))), "executionTime": took_ms, **inputs}

    return JSONResponse(wire.envelope(pages.history(studio.listed(), asked, tell)))


async def delete(request: Request) -> Response:
    """POST /predictions/delete: they and their clips are gone; what they cost is not."""
    asked = (await asking.fields(request)).get("ids")
    if not isinstance(asked, list) or not all(isinstance(name, str) for name in asked):
        raise Refusal(400, "ids must be a list of texts", wire.INVALID)
    studio = asking.studio(request)
    for entry in filter(None, map(studio.find, asked)):
        entry.deleted = True
        for name in entry.prediction.outputs:
            studio.shelf.drop(name)
    return JSONResponse(wire.envelope())


async def _held(request: Request, entry: Entry) -> Response:
    """The reply to a submission in sync mode: the end of it, or that it still goes on."""
    studio = asking.studio(request)
    await studio.ended(entry, studio.conduct.sync_s)
    entry.told = True
    data = telling.shaped(entry.fates, entry.data(asking.hosts(request)))
    if entry.prediction.status not in wire.TERMINAL:
        late = f"Sync mode timed out after {studio.conduct.sync_s:g} s; query the result later"
        data |= {"status": "processing", "code": wire.TIMED_OUT, "error": late}
    return JSONResponse(wire.envelope(data))


def _told(request: Request, entry: Entry) -> Response:
    return JSONResponse(wire.envelope(telling.shaped(entry.fates, entry.data(asking.hosts(request)))))
