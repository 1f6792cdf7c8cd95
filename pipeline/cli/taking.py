"""`take`: the takes of a shot are listed, with pictures where the terminal can, and one is chosen. Free."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline import produce
from pipeline.cli import show
from pipeline.cli.applying import applied
from pipeline.cli.flags import bare_flag_fields, flag_words
from pipeline.cli.thumbnails import thumbnail, way
from pipeline.errors import SetupError
from pipeline.frames import plain_seconds
from pipeline.plan import TakeRow
from pipeline.produce.choosing import At, Choice, Chosen, Takes

FINE = 0
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_MOST_VARIANTS = 3  # named of those that use a take


def take(arguments: argparse.Namespace) -> int:
    """List the takes of a shot, after what was chosen."""
    choice = Choice(
        arguments.circle,
        arguments.keep,
        arguments.hold,
        arguments.release,
        point_at(arguments.in_point, "--in"),
        point_at(arguments.out_point, "--out"),
        arguments.variant,
    )
    if arguments.review:
        return applied(arguments, choice)
    if arguments.shot is None:
        raise SetupError("which shot?", hint="storyreel take FILE SHOT, or --from REVIEW.yaml for several at once")
    chosen: Chosen | None = None
    if choice.says_nothing:
        found = produce.takes(arguments.file, arguments.shot)
    else:
        chosen = produce.choose(arguments.file, arguments.shot, choice)
        found = chosen.takes
    if arguments.json:
        show.result(takes_fields(found, chosen))
        return FINE
    _show(found)
    if chosen:
        _show_chosen(chosen, choice)
    return FINE


def point_at(said: str | None, option: str) -> At:
    """Seconds in a take, or auto. Raises SetupError, with the name of what says it, for anything else."""
    if said is None or said == "auto":
        return said if said is None else "auto"
    if not _SECONDS.fullmatch(said):
        raise SetupError(f"{option} {said}: no seconds", hint="as in 1.5; auto: where the storyboard says")
    return Fraction(said)


def _show(found: Takes) -> None:
    entry = found.plan.board.entries[found.index]
    show.line(f"{entry.id} of {found.film.board.title}: {show.count(len(found.rows), 'take')}{_users(found)}")
    if not found.rows:
        show.line("  none was bought yet")
    how = way()
    for row in found.rows:
        show.line()
        show.line(f"  {'*' if row.used else ' '} take {row.name}  {'; '.join(_facts(found, row))}")
        for flag in row.flags:
            show.line(f"      ! {flag_words(flag)}")
        if how and row.here and (picture := thumbnail(_clip(found, row), how)):
            show.picture(picture)


def _users(found: Takes) -> str:
    return f", used by {show.count(len(found.variants), 'variant')}" if len(found.variants) > 1 else ""


def _facts(found: Takes, row: TakeRow) -> Iterator[str]:
    clip = row.here.clip if row.here else None
    size = f"{plain_seconds(clip.duration_s)} s, {clip.width} x {clip.height}" if clip else "its clip is not here"
    yield f"{size}, {show.money(row.price_usd) if row.price_usd is not None else 'price unknown'}"
    several = len(found.variants) > 1
    if row.used:
        whose = f" by {_named(row.used)}" if several and set(row.used) != set(found.variants) else ""
        how = f" ({', '.join(sorted(row.how))})" if row.how else ""
        yield f"used{whose}{how}"
    if not row.answers:
        yield "answers an older request"
    elif several and set(row.answers) != set(found.variants):
        yield f"answers {_named(row.answers)}"
    points = [
        f"{name} {plain_seconds(at)} s"
        for name, at in (("in", row.points.in_s), ("out", row.points.out_s))
        if at is not None
    ]
    if points:
        yield ", ".join(points)
    yield f"{row.digest[:12]}/{row.number}"


def _named(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_VARIANTS} more" if len(names) > _MOST_VARIANTS else ""
    return ", ".join(names[:_MOST_VARIANTS]) + more


def _clip(found: Takes, row: TakeRow) -> Any:
    assert row.here is not None
    return found.film.project.outputs / row.here.home / "clip.mp4"


def _show_chosen(chosen: Chosen, choice: Choice) -> None:
    shot = chosen.takes.shot
    which = f"take {chosen.row.name}" if chosen.row else "its takes"
    verb = "is held" if choice.hold else "is released" if choice.release else "is used"
    of = ""
    if len(chosen.takes.variants) > 1:
        of = (
            f" in {_named(chosen.variants)}"
            if len(chosen.variants) < len(chosen.takes.variants)
            else " in all variants"
        )
    show.line()
    show.line(f"{shot}: {which} {verb}{of}")
    if chosen.stale:
        shots = _named(chosen.stale)
        show.note(
            f"{shots} continue{'s' if len(chosen.stale) == 1 else ''} from it and changed{_more(chosen.cost_usd)}"
        )
    elif chosen.cost_usd:
        show.note(f"what is to be bought costs{_more(chosen.cost_usd)} now".replace(": ", " "))


def _more(usd: Decimal) -> str:
    if not usd:
        return ""
    return f": {show.money(abs(usd))} {'more' if usd > 0 else 'less'}"


def takes_fields(found: Takes, chosen: Chosen | None = None) -> Mapping[str, Any]:
    """The takes of a shot as JSON, with what became of a choice."""
    return {
        "format": 1,
        "storyboard": str(found.film.file),
        "origin": found.plan.origin,
        "shot": found.shot,
        "variants": found.variants,
        "takes": [_row_fields(found, row) for row in found.rows],
        "chosen": _chosen_fields(chosen) if chosen else None,
    }


def _row_fields(found: Takes, row: TakeRow) -> Mapping[str, Any]:
    clip = row.here.clip if row.here else None
    return {
        "take": row.name,
        "digest": row.digest,
        "number": row.number,
        "prediction": row.prediction,
        "price_usd": row.price_usd,
        "clip": str(_clip(found, row)) if row.here else None,
        "seconds": plain_seconds(clip.duration_s) if clip else None,
        "answers": row.answers,
        "used": row.used,
        "how": sorted(row.how),
        "in": plain_seconds(row.points.in_s) if row.points.in_s is not None else None,
        "out": plain_seconds(row.points.out_s) if row.points.out_s is not None else None,
        "flags": [bare_flag_fields(flag) for flag in row.flags],
    }


def _chosen_fields(chosen: Chosen) -> Mapping[str, Any]:
    name = chosen.row.name if chosen.row else None
    return {"take": name, "variants": chosen.variants, "stale": chosen.stale, "cost_usd": chosen.cost_usd}
