"""Values come in; plain JSON goes out, exact: what is written down, and what digests are taken of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import rfc8785


def plain(value: Any) -> Any:
    """`value` as plain JSON: dataclasses as objects, tuples as arrays, money and rates as strings, exact."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, (Decimal, Fraction)):
        return str(value)
    return value


def digest_of(value: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a plain JSON object in RFC 8785 canonical form."""
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
