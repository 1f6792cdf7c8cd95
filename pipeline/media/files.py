"""A path comes in; a plain file open for reading, and the format its first bytes claim, go out, or a MediaError."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from pipeline.errors import MediaError
from pipeline.media.kinds import HEAD, Format, foreign, recognise

MAX_BYTES = 2 * 1024**3
READ_KINDS = "these can be read: png, jpeg, webp, bmp, tiff, gif, mp4, mov, webm, mkv, wav, mp3, m4a, aac, flac, ogg"


@contextmanager
def regular_file(path: Path) -> Iterator[BufferedReader]:
    """`path` open for reading, if it is a plain file of a sensible size; nothing is read from anything else."""
    # Without O_NONBLOCK the open itself hangs on a FIFO that nobody writes to.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise MediaError(str(path), f"can't be opened: {getattr(error, 'strerror', None) or error}") from error
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise MediaError(str(path), f"is {_special(found.st_mode)}, not a file")
        if found.st_size > MAX_BYTES:
            raise MediaError(str(path), f"is larger than {MAX_BYTES // 1024**3} GiB", hint="use a smaller copy")
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def _special(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a named pipe" if stat.S_ISFIFO(mode) else "a device or socket"


def format_of(path: Path, file: BufferedReader) -> Format:
    """What the first bytes of `file` say it is; it stays at its start."""
    head = file.read(HEAD)
    file.seek(0)
    if not head:
        raise MediaError(str(path), "is empty")
    if form := recognise(head):
        return form
    raise MediaError(str(path), f"is {foreign(head)}, not media that can be read", hint=f"convert it; {READ_KINDS}")
