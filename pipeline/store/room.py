"""One home's folder while its lock is held: records and clips enter, and stand there whole under their final names."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.store.files import (
    examine,
    explained,
    make_folder,
    names_in,
    numbers_in,
    publish,
    publish_folder,
    secure,
    secure_names,
    size_of,
    sweep,
    sweep_folders,
    temporary_in,
    write_new,
)
from pipeline.store.places import Address
from pipeline.store.reading import kept_take, read_home
from pipeline.store.records import AttemptState, encode
from pipeline.take import Take

_CHUNK = 1 << 20  # bytes read at a time while hashing


class Room:
    """The writing hand of `Home` and `Attempt`, which do every step inside `at_work`."""

    def __init__(self, outputs: Path, address: Address, clock: Callable[[], datetime]) -> None:
        self.address = address
        self.folder = outputs / address.home
        self.clip = self.folder / "clip.mp4"
        self._outputs = outputs
        self._clock = clock
        self._open = True
        self._turn = threading.RLock()
        self._seen: tuple[Take | None, AttemptState] | None = None  # None: it is to be read

    def enter(self) -> None:
        """Makes the folder and clears what dead processes left: only the holder of the lock may."""
        # Its name is put on the disk with the first intent in it: until then nothing of it matters.
        if make_folder(self.folder, durable=False):
            return
        if not self.address.paid and not kept_take(self._outputs, self.address):
            self._discard()
        sweep(self.folder)
        sweep_folders(self.folder / "attempts")
        for number in numbers_in(self.folder / "attempts"):
            examine(self.attempt(number))
            sweep(self.attempt(number))

    def leave(self) -> None:
        """Ends all writing: from now on the lock may be another process's."""
        # A cancelled task leaves its step running in a thread: the lock stays until that is done.
        with self._turn:
            self._open = False

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Keeps the lock for as long as a step lasts; ValueError where it is let go already."""
        with self._turn:
            if not self._open:
                raise ValueError(f"{self.address.home} is no longer open")
            yield

    def look(self) -> tuple[Take | None, AttemptState]:
        """The take, whether or not its clip is here, and the newest attempt: nobody else writes here meanwhile."""
        if self._seen is None:
            self._seen = read_home(self.folder, self.address)
        return self._seen

    def came_to(self, last: AttemptState) -> None:
        """How far the newest attempt has come by what was just written; there is no take."""
        self._seen = None, last

    def attempt(self, number: int) -> Path:
        """Where the records of an attempt lie."""
        return self.folder / "attempts" / str(number)

    def make_attempt(self, number: int) -> Path:
        """The folder of a new attempt, on the disk with every folder above it."""
        folder = self.attempt(number)
        make_folder(folder, durable=False)
        if self.address.paid:
            # All at once: the first of them takes a journal along, in which the others are. And a process that was
            # killed after mkdir may have left any of these off the disk.
            with explained(folder, "can't be put on the disk"):
                secure_names(folder, self._outputs)
        return folder

    def put_attempt(self, number: int, records: Mapping[str, Mapping[str, Any]]) -> None:
        """A new attempt with these records, by their kinds: all of it is there, or nothing."""
        folder = self.make_attempt(number)
        whole = temporary_in(folder.parent)
        make_folder(whole, durable=self.address.paid)
        for kind, fields in records.items():
            self.write(whole / f"{kind}.json", **fields)
        publish_folder(whole, folder, durable=self.address.paid)

    def write(self, path: Path, **fields: Any) -> None:
        """Writes one new record of the kind that its file is named after."""
        self._seen = None
        write_new(path, encode(path.stem, self._clock(), **fields), durable=self.address.paid)

    def now(self) -> datetime:
        """This moment."""
        return self._clock()

    def temporary(self) -> Path:
        """A new name for a download."""
        with self.at_work():
            return temporary_in(self.folder, ".mp4")

    def put_clip(self, source: Path, size_bytes: int, *, named: bool = True) -> None:
        """Gives a whole clip its final name, which it may have already; `named` as for `files.publish`."""
        if source == self.clip:
            secure(source, size_bytes, durable=self.address.paid)
        else:
            self.clear_clip()
            publish(source, self.clip, size_bytes, durable=self.address.paid, named=named)

    def clear_clip(self) -> str:
        """Moves a clip that belongs to no take aside, under its hash: somebody paid for it, so it is never deleted.

        Its new name, "" where there was none.
        """
        if size_of(self.clip) is None:
            return ""
        aside = self.clip.with_name(f"clip-{sha256(self.clip)}.mp4")
        with explained(self.clip, "can't be moved aside"):
            self.clip.rename(aside)
        return aside.name

    def _discard(self) -> None:
        # Previs that isn't whole is a dead process's, and its prediction died with it.
        with explained(self.folder, "can't be emptied"):
            for name in names_in(self.folder) - {"lock"}:
                path = self.folder / name
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def sha256(path: Path) -> str:
    """Hash of a file's bytes in lower-case hex."""
    digest = hashlib.sha256()
    with explained(path, "can't be read"), path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
