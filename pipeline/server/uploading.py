"""Files come in: by a ticket and a PUT, or in one step as a form."""

from __future__ import annotations

from email.message import Message
from email.parser import HeaderParser

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pipeline import wire
from pipeline.server import asking
from pipeline.server.request import Refusal
from pipeline.server.shelf import FILES_PATH, LARGEST_UPLOAD

BINARY_PATH = f"{wire.API_ROOT}/media/upload/binary"
_LARGEST_FORM = LARGEST_UPLOAD + (1 << 16)  # bytes; the file and what is around it


async def ticket(request: Request) -> Response:
    """POST /media/uploads: where to put a file."""
    asked = await asking.fields(request)
    return JSONResponse(wire.envelope(asking.studio(request).shelf.ticket(asked, asking.hosts(request).files)))


async def upload(request: Request) -> Response:
    """PUT of the file of a ticket; the address is the right to it, so no key is asked for."""
    try:
        studio, token = asking.studio(request), request.path_params["token"]
        stored = await studio.shelf.receive(token, request.headers, request.stream())
    except ClientDisconnect:
        raise Refusal(400, "the upload broke off") from None
    studio.ledger.uploads[stored.sha256] += 1
    return JSONResponse(wire.envelope())


async def binary(request: Request) -> Response:
    """POST /media/upload/binary: a file in a form, as older clients send it."""
    raw = await asking.body(request, _LARGEST_FORM)
    filename, content_type, content = form_file(request.headers.get("content-type", ""), raw)
    studio = asking.studio(request)
    name, stored = await studio.shelf.keep(filename, content_type, content)
    studio.ledger.uploads[stored.sha256] += 1
    data = {
        "type": stored.content_type.split("/")[0],
        "download_url": f"{asking.hosts(request).files}{FILES_PATH}/{name}",
        "filename": filename,
        "size": len(content),
    }
    return JSONResponse(wire.envelope(data))


def form_file(content_type: str, body: bytes) -> tuple[str, str | None, bytes]:
    """Name, media type and bytes of the field `file` of a multipart form (RFC 7578). Raises Refusal."""
    boundary = _header(f"Content-Type: {content_type}").get_boundary()
    if not boundary:
        raise Refusal(400, "the body is no multipart form", wire.INVALID)
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        described = _header(head.decode("utf-8", "replace").lstrip())
        if described.get_param("name", header="content-disposition") == "file" and described.get_filename():
            return str(described.get_filename()), described.get("content-type"), content
    raise Refusal(400, "file is required", wire.MISSING)


def _header(text: str) -> Message:
    return HeaderParser().parsestr(text)
