"""Files come in: by a ticket and a PUT, or in one step as a form."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pipeline import wire
from pipeline.server import asking
from pipeline.server.request import Refusal
from pipeline.server.shelf import LARGEST_UPLOAD

BINARY_PATH = f"{wire.API_ROOT}/media/upload/binary"
_LARGEST_FORM = LARGEST_UPLOAD + (1 << 16)  # bytes; the file and what is around it


async def ticket(request: Request) -> Response:
    """POST /media/uploads: where to put a file."""
    asked = await asking.fields(request)
    return JSONResponse(wire.envelope(asking.studio(request).shelf.ticket(asked, asking.origin(request))))


async def upload(request: Request) -> Response:
    """PUT of the file of a ticket; the address is the right to it, so no key is asked for."""
    try:
        await asking.studio(request).shelf.receive(request.path_params["token"], request.headers, request.stream())
    except ClientDisconnect:
        raise Refusal(400, "the upload broke off") from None
    return JSONResponse(wire.envelope())
