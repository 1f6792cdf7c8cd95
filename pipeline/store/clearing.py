"""The outputs folder enters; previs that nobody has used for weeks is gone from it. What was paid for stays, always."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import StoreError
from pipeline.store.files import names_in
from pipeline.store.locks import holding
from pipeline.store.places import Address
from pipeline.store.reading import folder_of

UNUSED = timedelta(days=30)
_DRAWING, _HOME = re.compile(r"[0-9]{1,9}"), re.compile(r"[0-9a-f]{64}-[0-9a-f]{64}")


def note_use(outputs: Path, home: str, now: datetime) -> None:
    """Remember that the previs in a home is used."""
    address = Address.of(home)
    with suppress(OSError, StoreError):
        if not address.paid and (folder := folder_of(outputs, home)):
            os.utime(folder / "take.json", (now.timestamp(), now.timestamp()))


def clear_previs(outputs: Path, now: datetime, unused: timedelta = UNUSED) -> None:
    """Remove the homes of previs that nobody has used for so long. What can't be removed stays: nothing hangs on it."""
    oldest = (now - unused).timestamp()
    for home in _homes(outputs):
        with suppress(OSError, StoreError):
            folder = folder_of(outputs, home)
            if folder and _used(folder) < oldest:
                # Whoever is at work in it has the lock.
                with holding(folder / "lock"):
                    shutil.rmtree(folder)


def _homes(outputs: Path) -> Iterator[str]:
    for drawing in filter(_DRAWING.fullmatch, _names(outputs / "previs")):
        for name in filter(_HOME.fullmatch, _names(outputs / "previs" / drawing)):
            yield f"previs/{drawing}/{name}"


def _names(folder: Path) -> frozenset[str]:
    try:
        return names_in(folder)
    except StoreError:  # a link, or what can't be read
        return frozenset()


def _used(folder: Path) -> float:
    """When a home was last used, or where nothing is kept in it, changed."""
    with suppress(OSError):
        return (folder / "take.json").stat().st_mtime
    return folder.stat().st_mtime
