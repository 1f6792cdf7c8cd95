"""The envelopes of the protocol, built and parsed: predictions, uploads, refusals and the direction of a previs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from pipeline.wire.lenient import listed, mapping, number, text

API_ROOT = "/api/v3"
LOCAL_ORIGIN = "http://storyreel.invalid"  # of our own server inside this process; RFC 2606: no such host can exist
UPLOADS_PATH = f"{API_ROOT}/media/uploads"
DIRECTION_HEADER = "X-Storyreel-Direction"
TERMINAL = frozenset({"completed", "failed", "cancelled", "timeout", "deleted"})

MODERATED, MISSING, INVALID, UNREACHABLE_MEDIA, FAILED, NO_CREDIT = 1200, 1400, 1401, 1402, 1405, 1407
INTERNAL, TIMED_OUT = 5000, 5004
MEANING = {  # of `data.code`, from the API's table of task error codes
    MODERATED: "refused by moderation",
    MISSING: "a parameter is missing",
    INVALID: "a parameter is invalid",
    UNREACHABLE_MEDIA: "a media address could not be reached",
    1403: "the execution failed",
    FAILED: "the task failed",
    1406: "the upstream service gave up",
    NO_CREDIT: "out of credit",
    INTERNAL: "internal error",
    5003: "the service is unavailable",
    TIMED_OUT: "timed out",
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """One generation as the API tells of it."""

    id: str
    model: str
    status: str  # one of TERMINAL, "created", "processing", or a word nobody knows yet
    outputs: tuple[str, ...] = ()  # addresses; empty until completed
    error: str = ""
    code: int = 0  # the business code; 0 is fine
    created_at: str = ""  # ISO-8601, as it came
    inference_ms: int = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where to put the bytes of an upload, and the address they have afterwards."""

    put_url: str
    headers: Mapping[str, str]
    download_url: str


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, lower-case, without the scheme's usual port.

    Raises ValueError for an address that is none, such as one with a port of letters.
    """
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    host = f"[{parts.hostname}]" if parts.hostname and ":" in parts.hostname else parts.hostname or ""
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


def submit_path(model: str) -> str:
    """Path of the submit POST; the model id stands in it unescaped."""
    return f"{API_ROOT}/{model}"


def result_path(prediction: str) -> str:
    """Path that every official client polls."""
    # JSON may hold half a surrogate pair: an id with one was paid for like any other.
    return f"{API_ROOT}/predictions/{quote(prediction, safe='', errors='surrogatepass')}/result"


def envelope(
    data: Mapping[str, Any] | Sequence[Any] | None = None, *, code: int = 200, message: str = "success"
) -> dict[str, Any]:
    """The reply that wraps everything the API says; clients read `data` as an object, so it is never null."""
    return {"code": code, "message": message, "data": {} if data is None else data}


def prediction_data(prediction: Prediction, origin: str) -> dict[str, Any]:
    """`data` of a submit or result reply, with every field that the API's page names."""
    return {
        "id": prediction.id,
        "model": prediction.model,
        "outputs": list(prediction.outputs),
        "urls": {"get": origin + result_path(prediction.id)},
        "status": prediction.status,
        "created_at": prediction.created_at,
        "error": prediction.error,
        "code": prediction.code,
        "timings": {"inference": prediction.inference_ms},
    }


def parse_prediction(payload: object) -> Prediction | None:
    """The prediction in a reply; None where the reply is no envelope with an id in it."""
    return prediction_in(mapping(mapping(payload).get("data")))


def prediction_in(data: Mapping[str, Any]) -> Prediction | None:
    """The prediction that an object tells of; None where it has no id."""
    if not isinstance(data.get("id"), str) or not data["id"]:
        return None
    return Prediction(
        id=data["id"],
        model=text(data.get("model")),
        status=text(data.get("status")).lower(),
        outputs=tuple(filter(None, map(_address, listed(data.get("outputs"))))),
        error=text(data.get("error")),
        code=number(data.get("code")),
        created_at=text(data.get("created_at")),
        inference_ms=number(mapping(data.get("timings")).get("inference")),
    )


def refusal(payload: object) -> tuple[int, str]:
    """Business code and message of a reply that says no; (0, "") where it says neither."""
    reply = mapping(payload)
    data = mapping(reply.get("data"))
    code = next((n for n in (number(data.get("code")), number(reply.get("code"))) if n not in (0, 200)), 0)
    detail = reply.get("detail")
    words = (reply.get("message"), reply.get("error"), _sentence(detail), data.get("error"))
    return code, next((word for word in words if isinstance(word, str) and word and word != "success"), "")


def refused(payload: object) -> bool:
    """Whether an envelope that came with HTTP 200 is a refusal all the same."""
    return number(mapping(payload).get("code")) not in (0, 200)


def ticket_data(filename: str, size: int, content_type: str, ticket: Ticket) -> dict[str, Any]:
    """`data` of a reply to POST /media/uploads."""
    return {
        "type": content_type.split("/")[0] or "file",
        "filename": filename,
        "size": size,
        "download_url": ticket.download_url,
        "upload": {"method": "PUT", "url": ticket.put_url, "headers": dict(ticket.headers)},
    }


def parse_ticket(payload: object) -> Ticket | None:
    """The ticket in a reply; None where something that an upload needs is missing."""
    data = mapping(mapping(payload).get("data"))
    upload = mapping(data.get("upload"))
    put_url, download_url = text(upload.get("url")), text(data.get("download_url"))
    if text(upload.get("method")).upper() != "PUT" or not put_url or not download_url:
        return None
    headers = {str(name): str(value) for name, value in mapping(upload.get("headers")).items()}
    return Ticket(put_url, headers, download_url)


def pack_direction(direction: Mapping[str, Any]) -> str:
    """The direction as the value of its header: base64 of its JSON, as headers carry ASCII only."""
    return base64.b64encode(json.dumps(direction, separators=(",", ":")).encode()).decode("ascii")


def unpack_direction(header: str) -> Mapping[str, Any] | None:
    """The direction in a header; None where it is none."""
    try:
        return mapping(json.loads(base64.b64decode(header, validate=True))) or None
    except (binascii.Error, ValueError, RecursionError):  # the last one: JSON nested thousands deep
        return None


def _address(output: object) -> str:
    return text(output) or text(mapping(output).get("url"))


def _sentence(detail: object) -> str:
    if not isinstance(detail, list):
        return text(detail)
    return "; ".join(str(mapping(item).get("msg", item)) for item in detail)
