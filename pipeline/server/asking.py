"""What a request over HTTP says: its body, its model, the name it was sent to; and who answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request

from pipeline.catalog import Model
from pipeline.errors import nearest
from pipeline.server.ledger import Hosts
from pipeline.server.request import Refusal, json_object
from pipeline.server.studio import Studio

LARGEST_BODY = 1 << 20  # bytes of JSON
# First words of paths that the API has for other things; no model can be called so.
RESERVED = frozenset({"predictions", "media", "model", "models", "balance", "account", "billings", "user", "webhook"})


def studio(request: Request) -> Studio:
    """The studio that works for the application."""
    found: Studio = request.app.state.studio
    return found


def hosts(request: Request) -> Hosts:
    """The name under which the server was asked, and the one under which its files are."""
    api = str(request.base_url).rstrip("/")
    if studio(request).conduct.files == "here":
        return Hosts(api, api)
    other = "127.0.0.1" if request.url.hostname == "localhost" else "localhost"
    return Hosts(api, f"{request.url.scheme}://{other}" + (f":{request.url.port}" if request.url.port else ""))


async def body(request: Request, most: int = LARGEST_BODY) -> bytes:
    """The whole body. Raises Refusal where it is longer than `most` bytes, or breaks off."""
    whole = bytearray()
    try:
        async for chunk in request.stream():
            whole += chunk
            if len(whole) > most:
                raise Refusal(400, f"the body is longer than {most} bytes")
    except ClientDisconnect:
        raise Refusal(400, "the request broke off") from None
    return bytes(whole)


async def fields(request: Request) -> dict[str, Any]:
    """The JSON object in the body. Raises Refusal for anything else."""
    return json_object(await body(request))


def model(request: Request, name: str) -> Model:
    """The model of that id. Raises Refusal for an address that is none's."""
    catalogue: Mapping[str, Model] = request.app.state.catalogue
    if name.split("/")[0] in RESERVED:
        raise Refusal(404, "there is nothing at this address")
    if name not in catalogue:
        meant = nearest(name, catalogue)
        raise Refusal(404, f"model {name[:200]} not found" + (f", did you mean {meant}?" if meant else ""))
    return catalogue[name]
