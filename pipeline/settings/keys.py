"""The bytes of a file that somebody wrote enter; where the API's key stands in them, BadInput leaves without it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from pipeline.errors import BadInput, Place, Problem

VARIABLE = "WAVESPEED_API_KEY"
_SHORTEST = 12  # characters; a shorter one, as our own server takes any, is part of ordinary words
# What is known to be a key whether or not ours is set: `check` in CI has none.
_SENT = re.compile(rb"(?:\bBearer\s+|\bWAVESPEED_API_KEY[\"']?\s*[=:]\s*[\"']?)(?=[A-Za-z_.-]*[0-9])[\w.-]{16,}")
_HINT = f"no key belongs into a file: delete it, have it replaced, and set {VARIABLE} in the environment"


def secret(environ: Mapping[str, str] = os.environ) -> str:
    """The key of the environment where it is one that could be told from ordinary words, else ""."""
    key = environ.get(VARIABLE, "").strip()
    return key if len(key) >= _SHORTEST else ""


def refuse_key(file: str, content: bytes, environ: Mapping[str, str] = os.environ) -> None:
    """Raises BadInput where the key stands in what was read of `file`; no line of it is quoted."""
    key = secret(environ).encode()
    at = content.find(key) if key else -1
    if at < 0 and (found := _SENT.search(content)):
        at = found.start()
    if at >= 0:
        place = Place(file, content.count(b"\n", 0, at) + 1, 1, 1, "")
        raise BadInput([Problem("api-key", "", "an API key stands in this line", _HINT, place)])
