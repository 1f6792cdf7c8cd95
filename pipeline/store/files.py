"""Bytes and the name they are to have enter; a whole file under that name leaves, or StoreError and no file at all.

Written as restic does it: a temporary in the same folder, its length checked, its bytes on the disk, then `link` to the
final name, which fails where that exists (`rename` would replace it in silence), then the folder on the disk.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import sys
import zlib
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from pipeline.errors import StoreError

if sys.platform != "win32":
    import fcntl

TEMPORARY = ".part-"  # how the name of a file that is not finished begins
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_BINARY = getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT: Windows' link that lstat calls a folder
# What file systems without hard links answer: exFAT EPERM, Android EACCES, FUSE ENOSYS, FAT on Windows EINVAL.
_NO_LINKS = {
    errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK
}  # fmt: skip
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
# Folders whose names this process has put on the disk: a run that does so anew for each take waits for little else.
_on_disk: set[str] = set()
_FULL = "make room on the disk, then run the command again"
_CLOSED = "let your account read and write this folder, then run the command again"
_HINTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: _CLOSED,
    errno.EIO: "the disk reports a fault: look after it first, then run the command again",
    errno.EEXIST: "nothing was changed: run the command again",
}


class explained:  # noqa: N801 - used as the functions of contextlib are, a hundred times for each take
    """Turns an OSError into a StoreError that names the file, the reason and what to do."""

    __slots__ = ("_failure", "_path")

    def __init__(self, path: Path, failure: str) -> None:
        self._path, self._failure = path, failure

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            hint = _HINTS.get(error.errno or 0, "put right what the system reports, then run the command again")
            reason = error.strerror or error
            raise StoreError(f"{self._path}: {self._failure}: {reason}", hint=hint) from error


def temporary_in(folder: Path, suffix: str = "") -> Path:
    """A new name for a file that is not finished; `sweep` knows it by its beginning."""
    return folder / _unfinished(suffix)


def _unfinished(suffix: str = "") -> str:
    return f"{TEMPORARY}{secrets.token_hex(8)}{suffix}"


def sweep(folder: Path) -> None:
    """Removes the temporaries that killed processes left in `folder`; only for who holds its lock."""
    with explained(folder, "leftovers can't be removed"):
        for name in os.listdir(folder):
            if name.startswith(TEMPORARY):
                os.unlink(folder / name)


def sweep_folders(folder: Path) -> None:
    """Removes the folders that killed processes left unfinished in `folder`; only for who holds its lock."""
    with explained(folder, "leftovers can't be removed"):
        for name in names_in(folder):
            if name.startswith(TEMPORARY):
                shutil.rmtree(folder / name)


def sweep_after(path: Path) -> None:
    """Removes what killed processes left that were putting a file under this name; only for who holds its lock."""
    left = re.compile(f"{re.escape(TEMPORARY)}[0-9a-f]+{re.escape(_mark(path))}")
    with explained(path.parent, "leftovers can't be removed"):
        for each in path.parent.iterdir():
            if left.fullmatch(each.name):
                each.unlink()


def write_new(path: Path, content: bytes, *, durable: bool) -> None:
    """Writes a file that must not exist yet; StoreError where it does or where it can't be written whole."""
    target = str(path)  # as text: to make paths takes as long as some of the calls
    temporary = os.path.join(os.path.dirname(target), _unfinished())
    with explained(path, "can't be written"):
        try:
            _fill(temporary, content, durable=durable)
            _publish(temporary, target, durable=durable)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise


def overwrite(path: Path, content: bytes, *, durable: bool) -> None:
    """Puts a whole file in the place of the one under that name, if there is any; StoreError where it can't."""
    temporary = temporary_in(path.parent, _mark(path))
    with explained(path, "can't be written"):
        try:
            _fill(temporary, content, durable=durable)
            temporary.replace(path)
            if durable:
                sync_folder(path.parent)
        except BaseException:
            with suppress(OSError):
                temporary.unlink()
            raise


def rotate(path: Path, content: bytes) -> None:
    """As `overwrite`, for a file that is written many times a second: the one before becomes the next one's room.

    A file system takes a hundred times as long to make and remove a file as to write one. Only for who holds a lock.
    """
    spare, before = path.with_name(f"{path.name}.spare"), path.with_name(f"{path.name}.before")
    with explained(path, "can't be written"):
        # What is written into is never the file under its own name, which who dies in here leaves whole.
        _refill(spare, content)
        with suppress(FileNotFoundError):
            os.unlink(before)
        try:
            os.link(path, before)
        except OSError as error:
            if error.errno not in _NO_LINKS | {errno.ENOENT}:
                raise
            os.replace(spare, path)
        else:
            os.replace(spare, path)
            os.replace(before, spare)


def publish(temporary: Path, path: Path, size_bytes: int, *, durable: bool, named: bool = True) -> None:
    """Gives a finished temporary of the same folder its final name; StoreError if that exists or the size differs.

    Unless `named`, its name goes to the disk with the next one in the folder.
    """
    secure(temporary, size_bytes, durable=durable)
    with explained(path, "can't be kept"):
        _publish(str(temporary), str(path), durable=durable and named)


def publish_folder(temporary: Path, folder: Path, *, durable: bool) -> None:
    """Puts a finished folder in the place of an empty one, whole at once; StoreError where that is not empty."""
    with explained(folder, "can't be kept"):
        folder.rmdir()
        temporary.rename(folder)
        if durable:
            sync_folder(folder.parent)


def secure(path: Path, size_bytes: int, *, durable: bool) -> None:
    """Puts the bytes of a finished file on the disk; StoreError where they are not as many as they should be."""
    with explained(path, "can't be kept"):
        descriptor = os.open(path, os.O_RDWR | _BINARY)
        try:
            _settle(descriptor, size_bytes, durable=durable)
        finally:
            os.close(descriptor)


def _mark(path: Path) -> str:
    # Whose it is, short enough for whatever name: what lies beside a storyboard may be another board's.
    return f"-{zlib.crc32(os.fsencode(path.name)):08x}"


def _fill(temporary: Path | str, content: bytes, *, durable: bool) -> None:
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        _settle(descriptor, len(content), durable=durable)
    finally:
        os.close(descriptor)


def _refill(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | _BINARY | _NO_FOLLOW, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.ftruncate(descriptor, len(content))  # not at the opening: ext4 then waits for the disk at the close
        _settle(descriptor, len(content), durable=False)
    finally:
        os.close(descriptor)


def _settle(descriptor: int, size_bytes: int, *, durable: bool) -> None:
    found = os.fstat(descriptor).st_size
    if found != size_bytes:
        raise OSError(errno.EIO, f"{found} bytes of {size_bytes} are there")
    if durable:
        _sync(descriptor)


def _publish(temporary: str, path: str, *, durable: bool) -> None:
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _rename_to_new(temporary, path)
    else:
        with suppress(OSError):
            os.unlink(temporary)
    if durable:
        sync_folder(os.path.dirname(path))


def _rename_to_new(temporary: str, path: str) -> None:
    # Without links no call creates a name exclusively and whole at once. An exclusive claim beside it makes the look
    # and the rename one step; a copy into an exclusively created file could be cut short under its final name.
    folder, name = os.path.split(path)
    claim = os.path.join(folder, f"{TEMPORARY}claim-{name}")
    os.close(os.open(claim, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        os.rename(temporary, path)
    finally:
        os.unlink(claim)


def make_folder(folder: Path, *, durable: bool) -> bool:
    """Creates `folder` and those above it that are missing, none of which may be a link; False where it was there."""
    if examine(folder) is not None:
        return False
    make_folder(folder.parent, durable=durable)
    with explained(folder, "can't be created"):
        try:
            folder.mkdir()
            made = True
        except FileExistsError:
            made = False
        if durable:
            sync_folder(folder.parent)
            _on_disk.add(str(folder))
    return made


def secure_names(folder: Path, top: Path) -> None:
    """Puts the names of `folder` and of those above it up to `top` on the disk, whoever made them; OSError."""
    each, highest = str(folder), str(top)  # not as paths: to compare those takes longer than to look
    while True:
        above = os.path.dirname(each)
        if each not in _on_disk:
            sync_folder(above)
            _on_disk.add(each)
        if each == highest:
            return
        each = above


def sync_folder(folder: Path | str) -> None:
    """Puts the names in `folder` on the disk, where the system can: OSError where that fails."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _sync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


def _sync(descriptor: int) -> None:
    if sys.platform == "darwin":
        # There fsync stops at the drive's own cache.
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def examine(path: Path) -> os.stat_result | None:
    """What is at `path`, None where nothing is; StoreError for a link: what it leads to is not the store's."""
    with explained(path, "can't be read"):
        try:
            found = os.lstat(path)
        except FileNotFoundError:
            return None
    if stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION:
        raise StoreError(f"{path}: a link, and the store follows none", hint="put the real folder or file in its place")
    return found


def size_of(path: Path) -> int | None:
    """Bytes of the plain file at `path`; None where nothing is."""
    found = examine(path)
    if found is None:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise _not_plain(path)
    return found.st_size


def read(path: Path) -> bytes | None:
    """The bytes of a plain file; None where nothing is."""
    if not _NO_FOLLOW:
        if size_of(path) is None:
            return None
        with explained(path, "can't be read"):
            return path.read_bytes()
    with explained(path, "can't be read"):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW)
        except FileNotFoundError:
            return None
        except OSError:
            size_of(path)  # tells of a link, or of whatever else is no plain file
            raise
    with explained(path, "can't be read"):
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise _not_plain(path)
            return _read(descriptor, found.st_size)
        finally:
            os.close(descriptor)


def _read(descriptor: int, size_bytes: int) -> bytes:
    # As few calls as there can be: each lets another thread take the interpreter, and waits until it is free again.
    content = os.read(descriptor, size_bytes)
    while len(content) < size_bytes and (piece := os.read(descriptor, size_bytes - len(content))):
        content += piece
    return content


def _not_plain(path: Path) -> StoreError:
    return StoreError(f"{path}: not a plain file", hint="move it out of the store")


def names_in(folder: Path) -> frozenset[str]:
    """The names in `folder`; none where it does not exist."""
    if examine(folder) is None:
        return frozenset()
    with explained(folder, "can't be read"):
        return frozenset(os.listdir(folder))


def numbers_in(folder: Path) -> list[int]:
    """The numbered folders in `folder`, in order; other names don't count."""
    return sorted(int(name) for name in names_in(folder) if _NUMBER.fullmatch(name))
