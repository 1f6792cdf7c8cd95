"""One line of a lock, its key and its JSON, becomes what it says; None where it is not as it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, get_args

from pipeline.lock.page import as_json
from pipeline.schema import rule_at, violations
from pipeline.take import Paid

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TAKE = re.compile(r"([0-9a-f]{64})/([1-9][0-9]{0,8})")
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,9})?")
_MOST_SLATES = 10**9
SCHEMA = "lock.schema.json"
_REQUEST = '{"format": 1, "inputs": {'
_MONEY = re.compile(r"[0-9]+(\.[0-9]+)?")

How = Literal["", "kept", "held"]


@dataclass(frozen=True, slots=True)
class Use:
    """The take that a shot uses."""

    wanted: str  # digest of the request that the storyboard made of it when the take was chosen
    digest: str  # of the request that the take answers; another one where it is kept, or a fallback
    number: int  # of the take, from 1
    how: How = ""  # kept: chosen for another request than it answers; held: used whatever the shot becomes

    @property
    def held(self) -> bool:
        """Whether it is used until somebody releases it."""
        return self.how == "held"


@dataclass(frozen=True, slots=True)
class Points:
    """Where a shot begins and ends in one take, in the place of what the storyboard says."""

    in_s: Fraction | None  # seconds from the start of the take; None: as the storyboard has it
    out_s: Fraction | None  # likewise


def place(section: str, key: str, line: str) -> str:
    """The section that a line belongs to: where it stands, else the one whose lines look like it; "" for none."""
    if _DIGEST.fullmatch(key):  # a request and its marks have one key, and neither can be the other
        if line.startswith(_REQUEST) and line.endswith("}"):
            return "requests"  # most of the lock's bytes: read when they are asked for
        if fields := object_in(line):
            if all(isinstance(mark, str) for mark in fields.values()):
                return "sources"
            return "requests" if _is_request(fields) else ""
    if section and _legal(section, key, line):
        return section
    return next((name for name in ("takes", "shots") if _legal(name, key, line)), "")


def _legal(section: str, key: str, line: str) -> bool:
    if section == "shots":
        return use_in(line) is not None
    if section == "takes":
        return _TAKE.fullmatch(key) is not None and fields_of_take(line) is not None
    known = marks_in(line) if section == "sources" else request_in(line)
    return _DIGEST.fullmatch(key) is not None and known is not None


def fault(section: str, key: str, line: str) -> str:
    """What is wrong with a line that belongs into no section, as one of that in which it stands."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "what stands behind the colon is no JSON"
    page = {"format": 1, "recipe": 1, "https://x": {section: {key: value}}}
    error = next(violations(SCHEMA, page), None)
    if error is None:
        return ""
    steps = [str(step) for step in error.absolute_path][3:]
    if error.validator in ("required", "dependentRequired"):
        return re.sub(r"'(\w+)' is a (required property|dependency of '(\w+)')", _lacking, error.message)
    said = rule_at(SCHEMA, list(error.absolute_schema_path)[:-1]).get("description", "")
    if error.validator == "additionalProperties":
        return f"{'.'.join(steps)} holds what it can't; it is {said}"
    if len(error.absolute_path) == 2:
        return f"its key is not {said}"
    return f"{'.'.join(steps) or 'it'} is not {said}" if steps else "behind the colon stands no mapping"


def _lacking(found: re.Match[str]) -> str:
    return f"{found[1]} is missing" + (f", where {found[3]} is" if found[3] else "")


def _is_request(fields: Mapping[str, Any]) -> bool:
    inputs, model = fields.get("inputs"), fields.get("model")
    return isinstance(inputs, dict) and isinstance(model, str) and type(fields.get("format")) is int


def request_in(line: str | None) -> Mapping[str, Any] | None:
    """The request that a line holds, as digested."""
    fields = object_in(line)
    return fields if fields is not None and _is_request(fields) else None


def marks_in(line: str | None) -> Mapping[str, str] | None:
    marks = object_in(line)
    return marks if marks is not None and all(isinstance(mark, str) for mark in marks.values()) else None


def key_of(shot: str, variant: str) -> str:
    return f"{shot}/{variant}" if variant else shot


@lru_cache(maxsize=1 << 16)  # a plan asks for each line many times over
def use_in(line: str | None) -> Use | None:
    fields = object_in(line) or {}
    match = _TAKE.fullmatch(str(fields.get("take", "")))
    wanted = str(fields.get("wanted", ""))
    how = fields.get("how", "")
    if not match or not _DIGEST.fullmatch(wanted) or how not in get_args(How):
        return None
    return Use(wanted, match[1], int(match[2]), how)


def written_use(use: Use) -> str:
    """The line of a use."""
    fields = {"take": f"{use.digest}/{use.number}", "wanted": use.wanted}
    return as_json(fields | ({"how": use.how} if use.how else {}))


def paid_in(key: str, line: str) -> Paid | None:
    match, fields = _TAKE.fullmatch(key), fields_of_take(line)
    if not match or fields is None:
        return None
    price = None if fields["price_usd"] is None else Decimal(fields["price_usd"])
    shot, slate = fields.get("shot", ""), fields.get("slate", 0)
    return Paid(match[1], int(match[2]), fields["prediction"], price, fields["clip"], shot, slate)


@lru_cache(maxsize=1 << 16)
def fields_of_take(line: str) -> Mapping[str, Any] | None:
    fields = object_in(line) or {}
    clip, prediction, price = (fields.get(name, False) for name in ("clip", "prediction", "price_usd"))
    fine = isinstance(clip, str) and _DIGEST.fullmatch(clip) and isinstance(prediction, str)
    priced = price is None or (isinstance(price, str) and _MONEY.fullmatch(price))
    return fields if fine and priced and _has_names(fields) and _has_points(fields) else None


def _has_names(fields: Mapping[str, Any]) -> bool:
    shot, slate = fields.get("shot", ""), fields.get("slate", 1)
    return (
        isinstance(shot, str)
        and type(slate) is int
        and 0 < slate < _MOST_SLATES
        and ("shot" in fields) == ("slate" in fields)
    )


def _has_points(fields: Mapping[str, Any]) -> bool:
    points = fields.get("points", {})
    if not isinstance(points, dict) or not all(isinstance(chosen, dict) for chosen in points.values()):
        return False
    said = [item for chosen in points.values() for item in chosen.items()]
    return all(name in ("in", "out") and isinstance(at, str) and _SECONDS.fullmatch(at) for name, at in said)


def amount(usd: Decimal) -> str:
    """Dollars with cents at least: an API's 0.4 and a file's 0.40 are the same line."""
    return f"{usd.quantize(Decimal('0.01')) if usd == usd.quantize(Decimal('0.01')) else usd.normalize():f}"


def object_in(line: str | None) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line) if line else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
