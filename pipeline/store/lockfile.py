"""`film.lock.yaml` beside a storyboard: a Lock enters and leaves, whole, joined with what others wrote meanwhile."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

from pipeline import lock
from pipeline.errors import SetupError
from pipeline.lock import Lock
from pipeline.store.files import make_folder, overwrite, sweep_after
from pipeline.store.locks import waiting_for

ENDING = ".lock.yaml"
_MOST_BYTES = 1 << 28  # a hundred thousand takes


class LockFile:
    """The lock of one storyboard."""

    def __init__(self, storyboard: Path, guard: Path) -> None:
        """`guard` is the file whose lock is held while this one is written: no other file appears beside the board."""
        board = Path(os.path.realpath(storyboard))
        self.path = board.with_name(board.stem + ENDING)
        self.shown = str(storyboard.with_name(storyboard.stem + ENDING))  # as the user would name it
        self._guard = guard
        self._last: tuple[bytes, Lock] | None = None  # what was read or written last

    def load(self) -> Lock:
        """What it says; an empty Lock where there is none. Raises BadInput for what storyreel did not write."""
        try:
            content = _whole(self.path)
            if not self._last or self._last[0] != content:
                self._last = content, lock.parse(content.decode("utf-8-sig"), self.shown)
        except FileNotFoundError:
            return Lock()
        except (OSError, UnicodeDecodeError) as error:
            raise SetupError(f"{self.shown}: can't be read: {error}", hint="take it back from git") from error
        return self._last[1]

    def update(self, change: Callable[[Lock], Lock]) -> Lock:
        """What it says after the change, which is made to what is there now. It is written only where it differs."""
        make_folder(self._guard.parent, durable=False)
        with waiting_for(self._guard):
            before = self.load()
            after = change(before)
            if after.page != before.page:
                content = lock.dump(after).encode("utf-8")
                sweep_after(self.path)
                overwrite(self.path, content, durable=True)
                self._last = content, after
        return after


def _whole(path: Path) -> bytes:
    """The bytes of a file. Raises OSError, also for what would never end or never begin: a device, a pipe."""
    with os.fdopen(
        os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
    ) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "it is no plain file")
        if found.st_size > _MOST_BYTES:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
        return file.read()
