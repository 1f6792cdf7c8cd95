"""Requests as values, their digests and the JSON that is sent. No input or output."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

REQUEST_FORMAT = 1  # part of every request digest; a change makes every take of every user a stranger


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


def from_digested(value: Mapping[str, Any]) -> Request:
    """The request whose `as_digested` the value is; its files are known by their bytes alone."""
    return Request(str(value["model"]), {name: _meant(item) for name, item in value["inputs"].items()})


def request_digest(request: Request) -> str:
    """SHA-256, in hex, of the request in RFC 8785 canonical JSON with its strings in NFC."""
    # Of text, whole numbers, truths, lists and mappings with ASCII keys, json writes what RFC 8785 asks for, and ten
    # times faster; only fractions and other keys differ, and a request has none.
    canonical = json.dumps(as_digested(request), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


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


def _meant(value: Any) -> Value:
    if isinstance(value, list):
        return tuple(_ref(item) for item in value)
    return _ref(value) if isinstance(value, dict) else value


def _ref(value: Mapping[str, Any]) -> MediaRef:
    if "sha256" in value:
        return FileRef(value["sha256"], "")
    return FrameRef(value["digest"], value["take"], value["frame"])


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
