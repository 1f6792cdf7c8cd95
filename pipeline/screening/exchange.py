"""A take becomes the JSON that an own check is told; the JSON that it answers becomes flags, checked by the schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.plain import plain
from pipeline.schema import violations
from pipeline.store import Intent
from pipeline.take import Flag, Take

SCHEMA = "take-check.schema.json"
FORMAT = 1


def question(clip: Path, take: Take, intent: Intent | None, prompt: str) -> bytes:
    """Everything that a check is told of a take, in UTF-8."""
    return json.dumps(fields(clip, take, intent, prompt), ensure_ascii=False).encode("utf-8", "backslashreplace")


def fields(clip: Path, take: Take, intent: Intent | None, prompt: str) -> Mapping[str, Any]:
    """The same as plain JSON."""
    return {
        "format": FORMAT,
        "clip": str(clip),
        "shot": intent.shot if intent else "",
        "variant": intent.variant if intent else "",
        "request": plain(intent.request) if intent else {},
        "prompt": prompt,
        "dialogue": intent is not None and intent.dialogue,
        "take": take.number,
        "facts": plain(take.clip),
    }


def answer(said: bytes, check: str) -> tuple[Flag, ...]:
    """The flags that a check answers. Raises ValueError with what is wrong with the answer."""
    if not said.strip():
        raise ValueError('it says nothing; where all is well it says {"flags": []}')
    try:
        found = json.loads(said.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError("what it says is no JSON") from error
    if fault := next(_faults(found), ""):
        raise ValueError(f"what it says is no answer: {fault}")
    return tuple(
        Flag(one["code"], " ".join(one["message"].split()), check, _seconds(one, "from_s"), _seconds(one, "to_s"))
        for one in found["flags"]
    )


def _faults(found: Any) -> Iterator[str]:
    if not isinstance(found, dict) or "flags" not in found:
        yield 'it has no "flags"'
        return
    for error in violations(SCHEMA, found):
        inner = [one for one in error.context or () if one.schema_path and one.schema_path[0] == 0] or [error]
        yield f"{inner[0].json_path}: {inner[0].message[:200]}"


def _seconds(record: Mapping[str, Any], name: str) -> Fraction | None:
    value = record.get(name)
    return None if value is None else Fraction(str(value)).limit_denominator(1_000_000)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
