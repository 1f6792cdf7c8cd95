"""`status`: what is open, uncertain or absent, and what was spent; `--settle` says what an attempt came to."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from typing import Any

from pipeline import produce
from pipeline.cli import show
from pipeline.cli.flags import flag_fields, show_flags
from pipeline.errors import SetupError
from pipeline.produce import Account, Row

FINE, SOMETHING_LEFT, UNCERTAIN = 0, 1, 4


def status(arguments: argparse.Namespace) -> int:
    """Show the account, after settling what was named."""
    if arguments.settle is None and (arguments.adopt or arguments.abandon):
        raise SetupError("what is it that came to this?", hint="name it: --settle SHOT, or the beginning of its digest")
    if arguments.settle is not None:
        if not (arguments.adopt or arguments.abandon):
            hint = "--adopt ID where its generation exists, --abandon where it does not"
            raise SetupError("--settle needs to know what it came to", hint=hint)
        row = produce.settle(arguments.file, arguments.settle, adopt=arguments.adopt or "")
        said = "given up: the next `shoot` may buy it again" if arguments.abandon else "the next `shoot` fetches it"
        show.note(f"{_name(row)}, {row.digest[:12]}: {said}")
    account = produce.status(arguments.file)
    if arguments.json:
        show.result(account_fields(account))
    else:
        _show(account)
    return _exit_code(account)


def _exit_code(account: Account) -> int:
    states = {row.state for row in account.rows}
    return UNCERTAIN if "uncertain" in states else SOMETHING_LEFT if states else FINE


def _show(account: Account) -> None:
    film = account.film
    show.line(f"{film.board.title}: {film.file}")
    show.line(f"takes of {account.origin}, kept in {film.project.outputs}")
    show.line()
    if account.rows:
        rows = [(_name(row), row.state, row.digest[:12], row.prediction or "-", row.reason) for row in account.rows]
        show.table([("shot", "state", "digest", "prediction", "why"), *rows])
        show.line()
    uncertain = [row for row in account.rows if row.state == "uncertain"]
    if uncertain:
        line = f"storyreel status {shlex.quote(str(film.file))} --settle {uncertain[0].digest[:12]}"
        show.line(f"`storyreel shoot` looks for what is uncertain; to say it yourself: {line} --adopt ID, or --abandon")
    unused = f", {show.money(account.unused_usd)} of it for takes that no shot uses" if account.unused_usd else ""
    show.line(f"takes kept: {account.takes}, {show.money(account.kept_usd)}{unused}")
    show.line(f"failed: {show.money(account.failed_usd)}; under way: {show.money(account.open_usd)}")
    each = account.usd_per_kept_s
    per_second = f", {show.money(each)} for each second that is used" if each is not None else ""
    show.line(f"spent in all: {show.money(account.spent_usd)}{per_second}")
    show_flags(account.flags)


def _name(row: Row) -> str:
    return show.named(row.shot, "" if row.shared else row.variant)


def account_fields(account: Account) -> Mapping[str, Any]:
    """An account as JSON."""
    return {
        "format": 1,
        "storyboard": str(account.film.file),
        "origin": account.origin,
        "rows": account.rows,
        "takes": account.takes,
        "used": account.used,
        "kept_usd": account.kept_usd,
        "unused_usd": account.unused_usd,
        "failed_usd": account.failed_usd,
        "open_usd": account.open_usd,
        "spent_usd": account.spent_usd,
        "usd_per_kept_s": account.usd_per_kept_s,
        "flags": [flag_fields(row) for row in account.flags],
    }
