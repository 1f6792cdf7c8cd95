"""The hash of a file enters; the address under which the API has it leaves, as long as it surely has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.errors import StoreError
from pipeline.store.files import make_folder, overwrite
from pipeline.store.records import encode, read_upload

# The API deletes what was uploaded after 7 days; a job that waits for its turn needs it a while longer.
LIFE = timedelta(days=6)


class Uploads:
    """What was uploaded to one origin. Losing it costs an upload, so nothing in here is an error."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    def find(self, sha256: str) -> str | None:
        """The address of the file with that hash; None where it is to be uploaded."""
        try:
            found = read_upload(self._file(sha256))
        except StoreError:
            return None
        now = self._clock()
        return found[0] if found and timedelta(0) <= now - found[1] < LIFE else None

    def keep(self, sha256: str, address: str) -> None:
        """Writes down an address, unless it is signed or names a user: that would be a secret."""
        with suppress(StoreError, ValueError):  # the latter for what is no address
            parts = urlsplit(address)
            if not (parts.query or parts.fragment or "@" in parts.netloc):
                make_folder(self._folder, durable=False)
                overwrite(self._file(sha256), encode("upload", self._clock(), address=address), durable=False)

    def forget(self, sha256: str) -> None:
        """The API does not find it any more: it is to be uploaded again."""
        with suppress(OSError):
            self._file(sha256).unlink()

    def _file(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"
