"""A submission without an answer and rows of the API's history enter; the rows that may be it leave."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.plain import digest_of
from pipeline.wire import Listed


def matching(
    sent_sha256: str, request: Mapping[str, Any], rows: Iterable[Listed], known: frozenset[str]
) -> tuple[str, ...]:
    """Ids of the generations that have the inputs of a request, those in `known` left out.

    `sent_sha256` is the digest of the body that was sent, `request` the request as digested. Where the API gives files
    other addresses than those sent, it counts that there are as many.
    """
    rows = [row for row in rows if row.inputs is not None and row.prediction.id not in known]
    inputs: Mapping[str, Any] = request["inputs"]
    exact = [row for row in rows if _digest(inputs, row.inputs or {}) == sent_sha256]
    alike = exact or [row for row in rows if _alike(inputs, row.inputs or {})]
    return tuple(row.prediction.id for row in alike)


def _digest(inputs: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """Digest of what is told of the parameters that were sent; the API may add defaults of its own."""
    try:
        return digest_of({name: told[name] for name in inputs if name in told and inputs[name] != []})
    except ValueError:  # what RFC 8785 can't write was not sent by us
        return ""


def _alike(inputs: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    return all(_says(value, told.get(name)) for name, value in inputs.items())


def _says(sent: Any, told: Any) -> bool:
    if isinstance(sent, Mapping):  # a file, which travels as an address
        return isinstance(told, str) and bool(told)
    if isinstance(sent, list):
        values = told if isinstance(told, list) else []  # one without members is not sent at all
        return len(values) == len(sent) and all(map(_says, sent, values))
    if isinstance(sent, str):
        return isinstance(told, str) and unicodedata.normalize("NFC", told) == sent  # as it was digested
    # JSON knows one kind of number, and a truth is none.
    return isinstance(sent, bool) is isinstance(told, bool) and bool(sent == told)
