"""What a remote can do, whatever it is: names and bytes enter, sizes and bytes leave. Nothing there is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from pipeline.errors import StoreError

PIECE = 4 << 20  # bytes that are held at a time; more than S3's least of 5 MB a part come together below it


class RemoteError(StoreError):
    """The remote said no, or what lies there is not what should. It is about one object; others may be well."""


class Unreachable(RemoteError):
    """Nobody answers there, or nothing that makes sense: the rest need not be tried."""


class Remote(Protocol):
    """A shared folder, or a prefix in a bucket. Names are relative, with forward slashes."""

    @property
    def shown(self) -> str:
        """What the user calls it; it holds no key."""

    def sizes(self, below: str) -> Mapping[str, int]:
        """Bytes of each object whose name begins with `below` and a slash."""

    def read(self, name: str, most: int) -> bytes | None:
        """All of a small object; None where there is none. Raises RemoteError for more than `most` bytes."""

    def pieces(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """So many bytes of an object, a piece at a time; fewer where it is shorter."""

    def create(self, name: str, content: bytes) -> None:
        """Writes a small object, unless there is one of that name."""

    def send(self, name: str, pieces: Iterator[bytes], size_bytes: int) -> None:
        """Writes a large object whole, unless there is one of that name; nothing where `pieces` raises."""

    def try_writing(self) -> None:
        """Raises RemoteError where nothing can be written there."""
