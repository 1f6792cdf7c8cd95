"""A shared folder as a remote: files enter whole under their final names, as in the store, and are never replaced."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pipeline.errors import SetupError, StoreError
from pipeline.store.files import TEMPORARY, examine, explained, make_folder, publish, temporary_in, write_new
from pipeline.sync.layout import MARK, MARK_CONTENT
from pipeline.sync.remotes import PIECE, RemoteError, Unreachable

_LONG_AGO_S = 24 * 3600.0
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """A folder that several people reach; what it lies on must keep what it says it has written."""

    top: Path  # absolute, links resolved

    @classmethod
    def at(cls, top: Path) -> SharedFolder:
        """The folder, which must be there: one that is made by mistake would be a drive that is not mounted."""
        if not os.path.isdir(top):  # noqa: PTH112 - it answers where pathlib raises
            raise SetupError(f"the remote {top} is no folder", hint="make it, or mount the drive that it lies on")
        return cls(top)

    @property
    def shown(self) -> str:
        """Its path."""
        return str(self.top)

    def sizes(self, below: str) -> Mapping[str, int]:
        """Bytes of each file below a folder."""
        with self._told(below):
            return dict(self._walk(PurePosixPath(below)))

    def read(self, name: str, most: int) -> bytes | None:
        """All of a small file; None where there is none."""
        with self._told(name):
            try:
                with self._opened(name) as file:
                    content = os.read(file, most + 1)
            except FileNotFoundError:
                return None
        if len(content) > most:
            raise RemoteError(f"{self.top / name}: too long for what it should be", hint="look at who wrote it")
        return content

    def pieces(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of a file."""
        with self._told(name), self._opened(name) as file:
            left = size_bytes
            while left and (piece := os.read(file, min(PIECE, left))):
                left -= len(piece)
                yield piece

    def create(self, name: str, content: bytes) -> None:
        """Writes a file, unless there is one."""
        path = self._room_for(name)
        with _unless_there():
            write_new(path, content, durable=True)

    def send(self, name: str, pieces: Iterator[bytes], size_bytes: int) -> None:
        """Writes a large file, unless there is one."""
        path = self._room_for(name)
        temporary = temporary_in(path.parent)
        try:
            with explained(path, "can't be written"), temporary.open("xb") as file:
                for piece in pieces:
                    file.write(piece)
            with _unless_there():
                publish(temporary, path, size_bytes, durable=True)
        finally:
            with suppress(OSError):
                temporary.unlink()

    def try_writing(self) -> None:
        """Writes the mark of the remote, and a file that goes again."""
        self.create(MARK, MARK_CONTENT)
        trial = temporary_in(self.top)
        write_new(trial, b"whole", durable=True)
        with explained(trial, "can't be removed"):
            trial.unlink()

    def _walk(self, folder: PurePosixPath) -> Iterator[tuple[str, int]]:
        with suppress(FileNotFoundError), os.scandir(self.top / folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield from self._walk(folder / entry.name)
                elif entry.is_file(follow_symlinks=False):
                    yield str(folder / entry.name), entry.stat(follow_symlinks=False).st_size

    @contextmanager
    def _opened(self, name: str) -> Iterator[int]:
        folder = self.top
        for part in PurePosixPath(name).parts[:-1]:
            folder /= part
            examine(folder)  # a link would lead to what is nobody's take
        file = os.open(self.top / name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _NO_FOLLOW)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise RemoteError(f"{self.top / name}: not a plain file", hint="move it out of the shared folder")
            yield file
        finally:
            os.close(file)

    def _room_for(self, name: str) -> Path:
        path = self.top / name
        if not os.path.isdir(self.top):  # noqa: PTH112
            raise Unreachable(f"{self.top}: the shared folder is gone", hint="mount it, then run the command again")
        make_folder(path.parent, durable=True)
        _sweep(path.parent)
        return path

    @contextmanager
    def _told(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RemoteError(f"{self.top / name}: can't be read: {error.strerror or error}") from error


def _sweep(folder: Path) -> None:
    """Removes what was left here by pushes that were killed: nobody's lock says so, but no push takes a day."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            left = entry.name.startswith(TEMPORARY) and entry.is_file(follow_symlinks=False)
            if left and time.time() - entry.stat(follow_symlinks=False).st_mtime > _LONG_AGO_S:
                os.unlink(entry)  # noqa: PTH108 - an entry is no Path


@contextmanager
def _unless_there() -> Iterator[None]:
    try:
        yield
    except StoreError as error:
        if not isinstance(error.__cause__, FileExistsError):
            raise
