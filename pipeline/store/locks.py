"""The path of a lock file enters; for as long as the context is open this process alone writes beside it.

The lock is the operating system's own: it ends with the process, however that dies, and needs no cleaning up.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import StoreError
from pipeline.store.files import examine, explained

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_ROUNDS = 100
_PAUSE_S = 0.001
# Over NFS the lock belongs to the whole process: a second open would succeed, and its close would end the first one.
_mine: set[str] = set()
_guard = threading.Lock()


class Busy(StoreError):
    """A live neighbour, in this process or another, is at work on the same request."""


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Holds the lock at `path`; Busy at once where somebody else does, StoreError where locks don't work.

    No link leads to it: this process knows its own locks by their paths.
    """
    with _alone_in_process(path):
        examine(path)
        with explained(path, "the lock can't be opened"):
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with explained(path, "this file system has no locks"):
                # Who deletes the folder meanwhile leaves a lock on a file that the next process will not find.
                if not (_exclusive(descriptor) and _still_there(path, descriptor)):
                    raise _busy(path)
            yield
        finally:
            _release(descriptor)


@contextmanager
def waiting_for(path: Path, longest_s: float = 60.0) -> Iterator[None]:
    """Holds the lock at `path` as soon as it is free; Busy where that takes longer than `longest_s`."""
    until = time.monotonic() + longest_s
    held = holding(path)
    while True:
        try:
            held.__enter__()
            break
        except Busy:
            if time.monotonic() > until:
                raise
            held = holding(path)
            time.sleep(_PAUSE_S)
    try:
        yield
    finally:
        held.__exit__(None, None, None)


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock at `path` at this moment."""
    with _guard:
        if str(path) in _mine:
            return True
    if examine(path) is None:
        return False
    with explained(path, "the lock can't be looked at"):
        descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY | os.O_NONBLOCK)
        try:
            return not _shared(descriptor)
        finally:
            _release(descriptor)


@contextmanager
def _alone_in_process(path: Path) -> Iterator[None]:
    name = str(path)
    with _guard:
        if name in _mine:
            raise _busy(path)
        _mine.add(name)
    try:
        yield
    finally:
        with _guard:
            _mine.discard(name)


def _busy(path: Path) -> Busy:
    return Busy(f"{path.parent}: somebody else is at work on this request", hint="wait until that has ended")


def _still_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":

    def _exclusive(descriptor: int) -> bool:
        return _granted(lambda: msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1))

    def _shared(descriptor: int) -> bool:
        # There is no shared lock to be had here.
        return _exclusive(descriptor)

    def _release(descriptor: int) -> None:
        # Closing alone frees the lock as well, but only when the system finds the time.
        _granted(lambda: msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1))
        os.close(descriptor)

else:

    def _exclusive(descriptor: int) -> bool:
        for _ in range(_ROUNDS):
            if _granted(lambda: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)):
                return True
            if not _shared(descriptor):
                return False
            # It was only somebody who looked (`is_held`): over in microseconds, once the system lets it run. What was
            # just taken is given back meanwhile: several who wait would else keep each other out, for ever.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            time.sleep(_PAUSE_S)
        return False

    def _shared(descriptor: int) -> bool:
        return _granted(lambda: fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB))

    def _release(descriptor: int) -> None:
        os.close(descriptor)


def _granted(lock: Callable[[], None]) -> bool:
    try:
        lock()
    except OSError as error:
        if error.errno in _TAKEN:
            return False
        raise
    return True
