"""Paths enter; whenever something of them changes on disk, which ones leave."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

QUIET_MS = 12  # without another change, before what changed is told: an editor's save is several changes
LONGEST_MS = 120  # of changes without a pause


class Watching:
    """Watches files by their folders, so that one that is removed, renamed or not there yet is watched, too.

    An asynchronous iterator of what changed, which ends with `end`. What is watched may change at any time.
    """

    def __init__(self) -> None:
        self._files: frozenset[Path] = frozenset()
        self._folders: frozenset[Path] = frozenset()
        self._moved, self._over = asyncio.Event(), False

    def look_at(self, files: Iterable[Path]) -> None:
        """Watch these from now on."""
        self._files = frozenset(name for file in files for name in _names(file))
        folders = frozenset(_folder(file) for file in self._files)
        if folders != self._folders:
            self._folders = folders
            self._moved.set()

    def end(self) -> None:
        """Let the iterator end."""
        self._over = True
        self._moved.set()

    async def changes(self) -> AsyncIterator[frozenset[Path]]:
        """Which of the files changed, or a folder that is to hold one. Empty where that is unknown."""
        while not self._over:
            self._moved = asyncio.Event()
            if not self._folders:
                await self._moved.wait()
                continue
            try:
                async for changed in _changes(self._folders, self._moved):
                    if found := self._watched(changed):
                        yield found
            except OSError:  # a folder went away between two looks
                await asyncio.sleep(LONGEST_MS / 1000)
            self._folders = frozenset(_folder(file) for file in self._files)
            if not self._over:
                yield frozenset()  # between two watches nobody looked

    def _watched(self, changed: Iterable[Path]) -> frozenset[Path]:
        above = {folder for file in self._files for folder in file.parents}
        return frozenset(path for path in changed if path in self._files or path in above)


async def _changes(folders: frozenset[Path], over: asyncio.Event) -> AsyncIterator[list[Path]]:
    async for changed in awatch(
        *sorted(folders),
        watch_filter=_Everything(),
        debounce=LONGEST_MS,
        step=QUIET_MS,
        stop_event=over,
        recursive=False,
    ):
        yield [Path(name) for _, name in changed]


class _Everything(DefaultFilter):
    """A bible may lie in a folder that is called build."""

    def __call__(self, change: Change, path: str) -> bool:  # noqa: ARG002 - as it is called
        return True


def _names(file: Path) -> Iterable[Path]:
    """A file as it is named, and as it is where that is a link."""
    here = Path(os.path.abspath(file))  # noqa: PTH100 - links are followed by the other one
    return here, Path(os.path.realpath(file))


def _folder(file: Path) -> Path:
    """The nearest folder above that is there."""
    return next((folder for folder in file.parents if folder.is_dir()), Path(file.anchor))
