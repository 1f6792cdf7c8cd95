"""`sync`: takes go to the team's store and come from it, and what is left is told."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline import produce
from pipeline.cli import show
from pipeline.produce import Synced
from pipeline.sync import Exchange, Failed, Moved, Spot

FINE, SOME_LEFT = 0, 1
_MOST_TOLD = 20  # takes, one by one


def sync(arguments: argparse.Namespace) -> int:
    """Exchange takes; 1 where some could not be, or are nowhere."""
    from pipeline.cli.progress import progress  # here: it loads rich

    with progress(quiet=arguments.json, as_json=arguments.events) as shown:
        done = produce.exchanged(arguments.file, dry_run=arguments.dry_run, tell=shown.tell)
    if arguments.json:
        show.result(_fields(done))
    else:
        _show(done)
    return SOME_LEFT if done.exchange.failed or done.exchange.missing else FINE


def _show(done: Synced) -> None:
    found = done.exchange
    if done.dry_run:
        for way, moved in (("push", found.pushed), ("fetch", found.fetched)):
            for one in moved[:_MOST_TOLD]:
                show.line(f"would {way} {_name(one)}: {_size([one])}")
            if len(moved) > _MOST_TOLD:
                show.line(f"would {way} {len(moved) - _MOST_TOLD:,} more")
    show.line(f"{done.remote}: {_sums(found, dry_run=done.dry_run)}")
    for spot in found.otherwise[:_MOST_TOLD]:
        show.note(f"{spot.short}: the lock names another clip than the one that this store keeps as that take")
    for spot in found.missing[:_MOST_TOLD]:
        show.note(
            f"{spot.short}: paid for, and neither here nor there\n    who bought it has it: let them `storyreel sync`"
        )
    for failed in _each_once(found.failed)[:_MOST_TOLD]:
        show.note(failed.error.message + (f"\n    {failed.error.hint}" if failed.error.hint else ""))


def _sums(found: Exchange, *, dry_run: bool) -> str:
    would = "to " if dry_run else ""
    pushed, fetched = ("push", "fetch") if dry_run else ("pushed", "fetched")
    parts = [
        f"{would}{pushed}: {_counted(found.pushed)}",
        f"{would}{fetched}: {_counted(found.fetched)}",
        f"on both sides: {found.present:,}",
    ]
    parts += [f"nowhere: {len(found.missing):,}"] if found.missing else []
    parts += [f"FAILED: {len(found.failed):,}"] if found.failed else []
    return ", ".join(parts)


def _counted(moved: tuple[Moved, ...]) -> str:
    return f"{len(moved):,} ({_size(moved)})" if moved else "0"


def _size(moved: Iterable[Moved]) -> str:
    return f"{sum(one.size_bytes for one in moved) / 1e6:,.1f} MB"


def _name(moved: Moved) -> str:
    return f"{moved.shot} ({moved.spot.short})" if moved.shot else moved.spot.short


def _each_once(failed: tuple[Failed, ...]) -> list[Failed]:
    """The first of those that failed for one reason: where nobody answers, all have the same."""
    return list({one.error.message: one for one in reversed(failed)}.values())[::-1]


def _fields(done: Synced) -> Mapping[str, Any]:
    found = done.exchange
    return {
        "format": 1,
        "root": str(done.project.root),
        "remote": done.remote,
        "dry_run": done.dry_run,
        "pushed": [_moved_fields(one) for one in found.pushed],
        "fetched": [_moved_fields(one) for one in found.fetched],
        "present": found.present,
        "missing": [_spot_fields(spot) for spot in found.missing],
        "otherwise": [_spot_fields(spot) for spot in found.otherwise],
        "failed": [_failed_fields(one) for one in found.failed],
    }


def _spot_fields(spot: Spot) -> Mapping[str, Any]:
    return {"digest": spot.digest, "take": spot.number, "object": spot.clip}


def _moved_fields(moved: Moved) -> Mapping[str, Any]:
    return {**_spot_fields(moved.spot), "shot": moved.shot, "size_bytes": moved.size_bytes}


def _failed_fields(failed: Failed) -> Mapping[str, Any]:
    error = {"message": failed.error.message, "hint": failed.error.hint, "exit_code": failed.error.exit_code}
    return {**_spot_fields(failed.spot), "way": failed.way, "error": error}
