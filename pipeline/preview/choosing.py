"""What somebody presses becomes what `take` writes into the lock; free, and the only thing that a page can change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline import produce
from pipeline.errors import SetupError
from pipeline.frames import plain_seconds
from pipeline.plan import TakeRow
from pipeline.preview.panels import money, name_of
from pipeline.produce.choosing import At, Choice, Chosen, Takes

_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?|auto")
_MOST = 2000  # characters of a shot's id or a variant's name


def choice_of(asked: object) -> tuple[str, Choice]:
    """The shot and the choice that a page asks for: `circle` with its number, or `in` and `out`. Raises SetupError."""
    if not isinstance(asked, dict) or asked.keys() - {"shot", "variant", "circle", "keep", "in", "out"}:
        raise SetupError("this is no choice", hint="shot, and circle or in and out")
    shot, variant, circle = asked.get("shot"), asked.get("variant"), asked.get("circle")
    if not isinstance(shot, str) or len(shot) > _MOST or not isinstance(variant, str | None):
        raise SetupError("shot and variant are names")
    if circle is not None and (type(circle) is not int or not 0 < circle < 10**9):
        raise SetupError(f"{circle!r} is no take: they are numbered from 1")
    begin, end = _at(asked.get("in")), _at(asked.get("out"))
    choice = Choice(circle, bool(asked.get("keep")), in_s=begin, out_s=end, variant=variant)
    if choice.says_nothing:
        raise SetupError("nothing was chosen")
    return shot, choice


def choose(file: Path, asked: object, environ: Mapping[str, str]) -> Mapping[str, Any]:
    """Choose, and what to tell of it. Raises StoryreelError where that can't be; nothing is written then."""
    shot, choice = choice_of(asked)
    return {"told": _told(produce.choose(file, shot, choice, environ), choice)}


def told(found: Takes) -> Mapping[str, Any]:
    """The takes of a shot as plain JSON."""
    return {"shot": found.shot, "takes": [_row(row) for row in found.rows]}


def key_of(row: TakeRow) -> str:
    """What footage that is this take is known by."""
    return f"take:{row.digest}:{row.number}"


def _at(said: object) -> At:
    if said is None:
        return None
    if not isinstance(said, str) or not _SECONDS.fullmatch(said):
        raise SetupError(f"{str(said)[:40]!r} is no number of seconds", hint='a text as "1.5", or "auto"')
    return "auto" if said == "auto" else Fraction(said)


def _row(row: TakeRow) -> Mapping[str, Any]:
    seconds = plain_seconds(row.here.clip.duration_s) if row.here else ""
    return {
        "take": row.name,
        "used": bool(row.used),
        "answers": bool(row.answers),
        "here": row.here is not None,
        "seconds": seconds,
        "price": money(row.price_usd) if row.price_usd is not None else "",
        "how": ", ".join(sorted(row.how)),
        "in": plain_seconds(row.points.in_s) if row.points.in_s is not None else "",
        "out": plain_seconds(row.points.out_s) if row.points.out_s is not None else "",
        "flags": [flag.message for flag in row.flags],
        "picture": f"/picture/{name_of(key_of(row))}/0.jpg" if row.here else "",
    }


def _told(chosen: Chosen, choice: Choice) -> str:
    shot = chosen.takes.shot
    if choice.circle is not None:
        return f"{shot}: take {choice.circle} is used"
    row = chosen.row
    points = [("in", row.points.in_s), ("out", row.points.out_s)] if row else []
    said = [f"{name} {plain_seconds(at)} s" for name, at in points if at is not None]
    return f"{shot}: {', '.join(said) or 'points as the storyboard has them'}"
