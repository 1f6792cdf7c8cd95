"""Paths enter; whenever something of them changes on disk, which ones leave."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

QUIET_MS = 12  # without another change, before what changed is told: an editor's save is several changes
LONGEST_MS = 120  # of changes without a pause
LOOK_MS = 1000  # between two looks at the files themselves: some file systems tell of nothing
_Print = tuple[int, int, int] | None  # what tells a file from what it was; None: it is not there


class Watching:
    """Watches files by their folders, so that one that is removed, renamed or not there yet is watched, too.

    An asynchronous iterator of what changed, which ends with `end`. What is watched may change at any time.
    """

    def __init__(self) -> None:
        self._prints: dict[Path, _Print] = {}  # of every file that is watched
        self._folders: frozenset[Path] = frozenset()
        self._moved, self._over = asyncio.Event(), False

    def look_at(self, files: Iterable[Path]) -> None:
        """Watch these from now on."""
        names = {name for file in files for name in _names(file)}
        self._prints = {name: self._prints[name] if name in self._prints else _print(name) for name in names}
        if self._places() != self._folders:
            self._moved.set()

    def end(self) -> None:
        """Let the iterator end."""
        self._over = True
        self._moved.set()

    async def changes(self) -> AsyncIterator[frozenset[Path]]:
        """Which of the files changed, or a folder that is to hold one."""
        while not self._over:
            self._moved, self._folders = asyncio.Event(), self._places()
            if not self._folders:
                await self._moved.wait()
                continue
            try:
                async for changed in _changes(self._folders, self._moved):
                    if found := self._watched(changed):
                        self._prints = {file: _print(file) for file in self._prints}
                        yield found
            except OSError:  # a folder went away between two looks
                await asyncio.sleep(LONGEST_MS / 1000)

    def _watched(self, changed: frozenset[Path]) -> frozenset[Path]:
        if not changed:  # nothing was told for a while
            if self._places() != self._folders:
                self._moved.set()
            return frozenset(file for file, before in self._prints.items() if _print(file) != before)
        above = {folder for file in self._prints for folder in file.parents} - self._folders
        return frozenset(path for path in changed if path in self._prints or path in above)

    def _places(self) -> frozenset[Path]:
        return frozenset(_folder(file) for file in self._prints)


async def _changes(folders: frozenset[Path], over: asyncio.Event) -> AsyncIterator[frozenset[Path]]:
    async for changed in awatch(
        *sorted(folders),
        watch_filter=_Everything(),
        debounce=LONGEST_MS,
        step=QUIET_MS,
        stop_event=over,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
        recursive=False,
    ):
        yield frozenset(Path(name) for _, name in changed)


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


def _print(file: Path) -> _Print:
    try:
        there = file.stat()
    except OSError:
        return None
    return there.st_mtime_ns, there.st_size, there.st_ino
