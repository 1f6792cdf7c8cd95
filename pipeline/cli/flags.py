"""Flags of takes become a line each, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.cli import show
from pipeline.errors import one_line
from pipeline.frames import plain_seconds
from pipeline.plan import MAIN
from pipeline.produce import Flagged
from pipeline.take import BUILT_IN, Flag

_MOST_TOLD = 20  # flags, one by one


def show_flags(flags: Sequence[Flagged]) -> None:
    """What was noticed in takes, beside the result."""
    for row in flags[:_MOST_TOLD]:
        show.aside(f"! {_name(row)} take {row.take}: {flag_words(row.flag)}")
    if len(flags) > _MOST_TOLD:
        show.aside(f"! and {len(flags) - _MOST_TOLD:,} more; --json tells all of them")


def flag_words(flag: Flag) -> str:
    """What was noticed, and where in the clip."""
    return f"{one_line(flag.message)}{_when(flag)}"


def flag_fields(row: Flagged) -> Mapping[str, Any]:
    """A flag as JSON."""
    named = {"shot": row.shot, "variant": row.variant, "digest": row.digest, "take": row.take}
    return {**named, **bare_flag_fields(row.flag)}


def bare_flag_fields(flag: Flag) -> Mapping[str, Any]:
    """A flag without the take that it is of."""
    return {
        "code": flag.code,
        "message": flag.message,
        "from_s": None if flag.from_s is None else float(flag.from_s),
        "to_s": None if flag.to_s is None else float(flag.to_s),
        "check": flag.check,
    }


def _when(flag: Flag) -> str:
    """Where in the clip it is, which those of the package say themselves."""
    if flag.check == BUILT_IN or flag.from_s is None:
        return ""
    end = "" if flag.to_s is None else f" to {plain_seconds(flag.to_s)} s"
    return f" ({'from' if end else 'at'} {plain_seconds(flag.from_s)} s{end})"


def _name(row: Flagged) -> str:
    return row.shot if row.variant in ("", MAIN) else f"{row.shot} ({row.variant})"
