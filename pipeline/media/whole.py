"""The name of a file enters; for as long as the context is open another one is written, which then takes its place."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av

from pipeline.errors import StoryreelError


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A path beside `target`, in a folder that is there: a body that ends makes it the target, one that raises doesn't.

    Raises StoryreelError where it can't be written.
    """
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
        with writing(target):
            _sync(part)
            part.replace(target)
            _sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """What the system or libav says in the body becomes a StoryreelError that names the target."""
    try:
        yield
    except (av.FFmpegError, OSError) as error:
        reason = (error.strerror or str(error)).lower()
        raise StoryreelError(f"{target}: can't be written: {reason}") from error


def _sync(path: Path) -> None:
    if path.is_dir() and os.name != "posix":
        return  # Windows opens no folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
