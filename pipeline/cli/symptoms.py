"""Each thing that can be wrong around a project is looked at; what was found leaves, in words and numbers."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pipeline import sync
from pipeline.cli import show
from pipeline.cli.arguments import own_version
from pipeline.client import Client, Endpoint, Patience
from pipeline.errors import GenerationError, RefusedByApi, SetupError, StoreError, StoryreelError
from pipeline.produce.endpoints import paid
from pipeline.produce.reading import now
from pipeline.settings import PROJECT_FILE, TIERS, Project
from pipeline.store import Store
from pipeline.store.files import names_in
from pipeline.store.locks import holding
from pipeline.store.places import Address
from pipeline.store.reading import kept_take
from pipeline.store.spending import attempts_on
from pipeline.sync import Team

State = Literal["fine", "warning", "wrong"]
_QUICK = Patience(connect_s=5, read_s=10, answer_s=20, tries=2)  # somebody waits for the answer
_FAR_OFF = timedelta(seconds=60)
_LITTLE, _TOO_LITTLE = 2 << 30, 100 << 20  # bytes: a hundred takes, a few
_SHOWN, _LONG_ENOUGH = 4, 12  # characters of a key that may be shown, and of one that may be shown in part


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    topic: str  # one word: "key", "balance" ...
    state: State
    text: str  # one sentence
    hint: str = ""  # how to mend it
    number: Decimal | None = None  # dollars, seconds or bytes, by topic; None: there is none


def account(environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """Key, balance and clock; asks the API once."""
    try:
        endpoint = paid(environ)
    except SetupError as error:
        return (Finding("key", "wrong", error.message, error.hint),)
    return asyncio.run(_asked(endpoint))


async def _asked(endpoint: Endpoint) -> tuple[Finding, ...]:
    key = endpoint.key
    named = f"the key that ends in {key[-_SHOWN:]}" if len(key) >= _LONG_ENOUGH else "the key"
    try:
        async with Client(endpoint, patience=_QUICK) as client:
            usd = await client.balance()
            ahead = client.ahead
    except (GenerationError, SetupError) as error:
        if isinstance(error, RefusedByApi) and {401, 403} & {error.http_status, error.code}:
            return (Finding("key", "wrong", f"{endpoint.origin} refuses {named}: {error.message}", error.hint),)
        text = f"nobody knows whether {named} is good: {error.message}"
        return (Finding("key", "wrong", text, error.hint or "check the network"),)
    return Finding("key", "fine", f"{endpoint.origin} takes {named}"), _balance(usd), _clock(ahead)


def _balance(usd: Decimal) -> Finding:
    if not usd:
        return Finding("balance", "wrong", "the account is empty", "top it up before you shoot", usd)
    return Finding("balance", "fine", f"{show.money(usd)} in the account", number=usd)


def _clock(ahead: timedelta | None) -> Finding:
    if ahead is None:
        return Finding("clock", "fine", "the API does not tell its time")
    seconds = Decimal(round(ahead.total_seconds()))
    if abs(ahead) <= _FAR_OFF:
        return Finding("clock", "fine", "this machine's clock agrees with the API's", number=seconds)
    text = f"this machine's clock is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} the API's"
    return Finding("clock", "warning", text, "let the system set it; lost submissions are looked for by time", seconds)


def tier(project: Project) -> Finding:
    """The level of the account, as it is set."""
    a_minute, at_once = TIERS[project.tier]
    text = f"{project.tier}: {a_minute:,} videos a minute, {at_once:,} at once"
    return Finding("tier", "fine", f"{text}, as {PROJECT_FILE} has it or by default; the API does not tell it")


def disk(outputs: Path) -> Iterator[Finding]:
    """Room in the outputs folder, and whether what the store relies on works there."""
    folder = next((above for above in (outputs, *outputs.parents) if above.is_dir()), Path("/"))
    free = shutil.disk_usage(folder).free
    state: State = "wrong" if free < _TOO_LITTLE else "warning" if free < _LITTLE else "fine"
    hint = "" if state == "fine" else "make room before you shoot: what is paid for must be kept"
    yield Finding("space", state, f"{free / 1e9:,.1f} GB are free for {outputs}", hint, Decimal(free))
    try:
        scratch = Path(tempfile.mkdtemp(prefix=".storyreel-doctor-", dir=folder))
    except OSError as error:
        hint = "let your account write there"
        yield Finding("writing", "wrong", f"{folder} can't be written to: {error.strerror}", hint)
        return
    try:
        yield from _tried(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _tried(scratch: Path) -> Iterator[Finding]:
    file = scratch / "file"
    try:
        file.write_bytes(b"whole")
        yield Finding("writing", "fine", f"{scratch.parent} can be written to")
    except OSError as error:
        yield Finding("writing", "wrong", f"nothing can be written to {scratch.parent}: {error.strerror}", "make room")
        return
    try:
        (scratch / "link").hardlink_to(file)
        yield Finding("links", "fine", "hard links work there")
    except OSError:
        text = "there are no hard links there: files get their final names by a slower way"
        yield Finding("links", "warning", text, "another file system would have them")
    try:
        with holding(scratch / "lock"):
            yield Finding("locks", "fine", "locks work there")
    except StoreError as error:
        hint = "keep the outputs folder on a disk of this machine: without locks two runs could buy the same"
        yield Finding("locks", "wrong", f"there are no locks there: {error.message}", hint)


def libraries() -> Finding:
    """Versions of what makes the pictures."""
    found = {"storyreel": own_version(), "Python": platform.python_version()}
    missing = []
    for name in ("av", "moviepy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            missing.append(name)
    text = ", ".join(f"{name} {number}" for name, number in found.items())
    if missing:
        return Finding("libraries", "wrong", f"not installed: {', '.join(missing)}", "pip install storyreel")
    return Finding("libraries", "fine", f"{text}, on {platform.system()} {platform.machine()}")


def remote(project: Project) -> tuple[Finding, Team | None]:
    """Whether the team's store may be read and written, and the way to it where it may."""
    try:
        team = sync.team_of(project, Store(project.outputs, now))
        if team is None:
            return Finding("remote", "fine", f"{PROJECT_FILE} names no team store"), None
        sync.looked_at(team, trying=True)
    except StoryreelError as error:
        return Finding("remote", "wrong", error.message, error.hint), None
    return Finding("remote", "fine", f"{team.remote.shown} can be read and written"), team


def only_here(project: Project, team: Team | None = None) -> tuple[int, Decimal]:
    """How many paid takes no other place has, of all origins, and the US dollars that went into them.

    Without a team's store those are all whose clips are in this one.
    """
    takes: dict[str, Decimal] = {}
    outputs = Path(os.path.realpath(project.outputs))
    shelves = sorted(names_in(outputs / "takes")) if (outputs / "takes").is_dir() else []
    for shelf in shelves:
        for spent in attempts_on(outputs, f"takes/{shelf}"):
            if spent.take and kept_take(outputs, Address.of(spent.home)):
                takes[spent.home] = takes.get(spent.home, Decimal(0)) + spent.usd
    if team:
        lacked = {take.home for take in sync.lacked(team, team.store.every_kept())}
        takes = {home: usd for home, usd in takes.items() if home in lacked}
    return len(takes), sum(takes.values(), Decimal(0))


def takes(count: int, usd: Decimal, *, shared: bool = False, unasked: bool = False) -> Finding:
    """What would be lost with this disk; `shared`: the team's store was asked, `unasked`: it couldn't be."""
    if not count and shared:
        return Finding("takes", "fine", "the team's store has every take that is here", number=usd)
    if not count:
        return Finding("takes", "fine", "no takes were bought yet", number=usd)
    exist = "exist" if count > 1 else "exists"
    text = f"{show.count(count, 'take')}, {show.money(usd)}, {exist} only on this disk"
    text += ", for all that is known: the team's store could not be asked" if unasked else ""
    return Finding("takes", "fine", text, "`storyreel sync` pushes them" if shared else "", usd)
