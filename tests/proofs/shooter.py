"""`storyreel shoot` as a process in a hurry, that may be told to die or to fail: `shooter.py FILE [options]`.

It is the whole command but for its waits. `--die-at N` kills it at the N-th change of state: each file that gets its
final name, each submission that goes out and each answer that comes in counts. `--fail-at N` lets the N-th write fail.
"""

from __future__ import annotations

import argparse
import errno
import itertools
import os
import signal
import sys
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from pipeline import produce
from pipeline.cli import shooting
from pipeline.client import Client, Pace
from pipeline.client.exchange import Exchange
from pipeline.errors import StoryreelError
from pipeline.plan import Plan
from pipeline.store import files
from tests.haste import SHORT, hurried

QUICK = Pace(0.02, 0.2)
ERRORS = {"full": errno.ENOSPC, "denied": errno.EACCES, "fault": errno.EIO}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--die-at", type=int, default=0)
    parser.add_argument("--fail-at", type=int, default=0)
    parser.add_argument("--error", choices=ERRORS, default="full")
    parser.add_argument("--max-cost", type=Decimal)
    parser.add_argument("--no-cut", action="store_true")
    arguments = parser.parse_args()
    if arguments.die_at:
        _at_each_change(arguments.die_at, lambda: os.kill(os.getpid(), signal.SIGKILL))
    if arguments.fail_at:
        _at_each_write(arguments.fail_at, ERRORS[arguments.error])
    if arguments.no_cut:
        without_cuts()
    try:
        done = produce.shoot(
            arguments.file,
            approve=lambda _: True,
            max_cost_usd=arguments.max_cost,
            connect=partial(Client, pace=QUICK, patience=SHORT),
            sleep=hurried,
        )
    except StoryreelError as error:
        print(f"{type(error).__name__}: {error.message}\n{error.hint}", file=sys.stderr)
        return error.exit_code
    for key, error in done.failed.items():
        print(f"{key}: {type(error).__name__}: {error.message}\n{error.hint}", file=sys.stderr)
    return shooting.exit_code(done)


def no_cuts(film: produce.Film, plan: Plan, *_: object) -> produce.Rendered:
    """In the place of the cuts."""
    return produce.Rendered(film, plan, 0, ())


class Unprepared:
    """Draws no joint beforehand."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> Unprepared:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def landed(self, _: object) -> None:
        """There is one more take, which nobody will see."""


def without_cuts() -> None:
    """From now on nothing is rendered: what is bought is all that is looked at."""
    produce.shooting.cuts_of = no_cuts
    produce.shooting.Preparing = Unprepared  # type: ignore[assignment,misc]


def _at_each_change(number: int, act: Callable[[], object]) -> None:
    count = itertools.count(1)

    def change() -> None:
        if next(count) == number:
            act()

    for name in ("write_new", "overwrite", "publish", "make_folder"):
        _around(files, name, change)
    submit = Exchange.submit

    async def submitting(*words: Any) -> Any:
        change()
        reply = await submit(*words)
        change()
        return reply

    Exchange.submit = submitting  # type: ignore[method-assign]


def _around(module: Any, name: str, change: Callable[[], object]) -> None:
    """Before and after each call of a function, wherever in the package it is known by that name."""
    real = getattr(module, name)

    def called(*words: Any, **named: Any) -> Any:
        change()
        result = real(*words, **named)
        change()
        return result

    for other in list(sys.modules.values()):
        if getattr(other, "__name__", "").startswith("pipeline.") and getattr(other, name, None) is real:
            setattr(other, name, called)


def _at_each_write(number: int, code: int) -> None:
    count = itertools.count(1)

    def failing(real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*words: Any, **named: Any) -> Any:
            if next(count) == number:
                print(f"failed at {real.__name__}", file=sys.stderr)
                raise OSError(code, os.strerror(code))
            return real(*words, **named)

        return called

    for name in ("write", "fsync", "link", "rename", "replace", "mkdir"):
        setattr(os, name, failing(getattr(os, name)))


if __name__ == "__main__":
    sys.exit(main())
