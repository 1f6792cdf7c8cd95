"""The WaveSpeed v3 protocol as values: requests and their digests, envelopes built and parsed. No input or output.

Facts: the model's own API page and the official clients' sources; read leniently, written as the page has it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import rfc8785

API_ROOT = "/api/v3"
LOCAL_ORIGIN = "http://storyreel.invalid"  # of our own server inside this process; RFC 2606: no such host can exist
REQUEST_FORMAT = 1  # part of every request digest; a change makes every take of every user a stranger
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
class FileRef:
    """A file that goes with a request; its bytes are its identity, its path is only for people."""

    sha256: str  # lower-case hex
    path: str = field(compare=False)  # relative to the root


@dataclass(frozen=True, slots=True)
class FrameRef:
    """One frame out of a take that may not exist yet."""

    digest: str  # of the request the take answers
    take: int  # its number, from 1
    frame: int  # from 0, in the frame rate of the model that makes the take


MediaRef = FileRef | FrameRef
Value = str | int | bool | MediaRef | tuple[MediaRef, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a model: every parameter explicit, media by what they are and not by where they lie."""

    model: str
    inputs: Mapping[str, Value]

    @property
    def media(self) -> tuple[MediaRef, ...]:
        """Every file and frame that goes with it, in the order of the parameters."""
        values = (value if isinstance(value, tuple) else (value,) for value in self.inputs.values())
        return tuple(ref for refs in values for ref in refs if isinstance(ref, FileRef | FrameRef))


def as_digested(request: Request) -> dict[str, Any]:
    """The plain JSON object whose canonical form is hashed and stored."""
    inputs = {name: _symbolic(value) for name, value in request.inputs.items()}
    return {"format": REQUEST_FORMAT, "model": request.model, "inputs": inputs}


def request_digest(request: Request) -> str:
    """SHA-256, in hex, of the request in RFC 8785 canonical JSON with its strings in NFC."""
    # Of text, whole numbers, truths, lists and mappings with ASCII keys, json writes what RFC 8785 asks for, and ten
    # times faster; only fractions and other keys differ, and a request has none.
    canonical = json.dumps(as_digested(request), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def digest_of(value: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a plain JSON object in RFC 8785 canonical form."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()


def body(request: Request, address: Callable[[MediaRef], str]) -> dict[str, Any]:
    """The JSON body of the submit POST, media given by their addresses; a list without members is left out."""
    sent: dict[str, Any] = {}
    for name, value in request.inputs.items():
        if isinstance(value, FileRef | FrameRef):
            sent[name] = address(value)
        elif not isinstance(value, tuple):
            sent[name] = value
        elif value:
            sent[name] = [address(ref) for ref in value]
    return sent


def _symbolic(value: Value) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, tuple):
        return [_symbolic(ref) for ref in value]
    if isinstance(value, FileRef):
        return {"sha256": value.sha256}
    if isinstance(value, FrameRef):
        return {"digest": value.digest, "take": value.take, "frame": value.frame}
    return value


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
    return f"{API_ROOT}/predictions/{quote(prediction, safe='')}/result"


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
    data = _mapping(_mapping(payload).get("data"))
    if not isinstance(data.get("id"), str) or not data["id"]:
        return None
    return Prediction(
        id=data["id"],
        model=_text(data.get("model")),
        status=_text(data.get("status")).lower(),
        outputs=tuple(filter(None, map(_address, _list(data.get("outputs"))))),
        error=_text(data.get("error")),
        code=_number(data.get("code")),
        created_at=_text(data.get("created_at")),
        inference_ms=_number(_mapping(data.get("timings")).get("inference")),
    )


def refusal(payload: object) -> tuple[int, str]:
    """Business code and message of a reply that says no; (0, "") where it says neither."""
    reply = _mapping(payload)
    data = _mapping(reply.get("data"))
    code = next((n for n in (_number(data.get("code")), _number(reply.get("code"))) if n not in (0, 200)), 0)
    detail = reply.get("detail")
    words = (reply.get("message"), reply.get("error"), _sentence(detail), data.get("error"))
    return code, next((word for word in words if isinstance(word, str) and word and word != "success"), "")


def refused(payload: object) -> bool:
    """Whether an envelope that came with HTTP 200 is a refusal all the same."""
    return _number(_mapping(payload).get("code")) not in (0, 200)


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
    data = _mapping(_mapping(payload).get("data"))
    upload = _mapping(data.get("upload"))
    put_url, download_url = _text(upload.get("url")), _text(data.get("download_url"))
    if _text(upload.get("method")).upper() != "PUT" or not put_url or not download_url:
        return None
    headers = {str(name): str(value) for name, value in _mapping(upload.get("headers")).items()}
    return Ticket(put_url, headers, download_url)


def pack_direction(direction: Mapping[str, Any]) -> str:
    """The direction as the value of its header: base64 of its JSON, as headers carry ASCII only."""
    return base64.b64encode(json.dumps(direction, separators=(",", ":")).encode()).decode("ascii")


def unpack_direction(header: str) -> Mapping[str, Any] | None:
    """The direction in a header; None where it is none."""
    try:
        return _mapping(json.loads(base64.b64decode(header, validate=True))) or None
    except (binascii.Error, ValueError, RecursionError):  # the last one: JSON nested thousands deep
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return 0
    return int(value)


def _address(output: object) -> str:
    return _text(output) or _text(_mapping(output).get("url"))


def _sentence(detail: object) -> str:
    if not isinstance(detail, list):
        return _text(detail)
    return "; ".join(str(_mapping(item).get("msg", item)) for item in detail)
