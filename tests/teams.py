"""People with a store each, and takes that they bought; remotes of every kind that a test can have."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import obstore
import pytest

from pipeline import media
from pipeline.plain import digest_of
from pipeline.settings.remote import RemotePlace
from pipeline.store import Intent, Store, take_home
from pipeline.sync import Moving, Spot, Team
from pipeline.sync.bucket import Bucket
from pipeline.sync.folder import SharedFolder
from pipeline.sync.remotes import Remote
from pipeline.take import Paid, Take
from tests.bucket import BUCKET, Server, conditional, signed
from tests.clips import Spec, write_clip

ORIGIN = "https://api.wavespeed.ai"
KINDS = ("folder", "signed", "conditional")
CANARY_PROMPT = "A lighthouse, from {number} on."


@dataclass
class Person:
    """Somebody with a store of his own."""

    outputs: Path
    told: list[Moving] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return Store(self.outputs, lambda: datetime(2026, 11, 3, tzinfo=UTC))

    def team(self, remote: Remote) -> Team:
        return Team(remote, self.store, self.outputs, self.told.append)

    def buy(self, clip: Path, number: int = 1, prediction: str = "", take: int = 1) -> Take:
        """A take of the request with that number, whose clip is a copy of a file."""
        request = {"format": 1, "model": "a/b", "inputs": {"prompt": CANARY_PROMPT.format(number=number)}}
        intent = Intent(request, "film", "main", f"sh{number}", Decimal("0.40"), None, "e" * 64)
        with self.store.open(take_home(ORIGIN, digest_of(request), take)) as home:
            attempt = home.begin(intent)
            attempt.submitted(prediction or f"p{number}")
            temporary = attempt.temporary()
            temporary.write_bytes(clip.read_bytes())
            return attempt.keep(temporary, media.inspect(temporary, "video"))

    def clip(self, take: Take) -> bytes:
        return (self.outputs / take.home / "clip.mp4").read_bytes()

    def states(self) -> list[str]:
        return [f"{event.way} {event.state}" for event in self.told]


def named(*takes: Take) -> list[tuple[Spot, Paid]]:
    """As a lock names them."""
    rows = [Paid(one.digest, one.number, one.prediction, Decimal("0.40"), one.clip.sha256) for one in takes]
    return [(Spot.named(ORIGIN, paid), paid) for paid in rows]


def clip_of(folder: Path, number: int = 0, size_bytes: int = 0) -> Path:
    """A small film, made as large as wanted by a box that players skip."""
    file = write_clip(folder / f"clip{number}-{size_bytes}.mp4", Spec(number=number, frames=6))
    lacking = size_bytes - file.stat().st_size
    if lacking >= 8:
        noise = bytes(range(256)) * (lacking // 256 + 1)
        with file.open("ab") as end:
            end.write(struct.pack(">I4s", lacking, b"free") + noise[: lacking - 8])
    return file


@dataclass
class Shelf:
    """A remote, and what lies behind it."""

    remote: Remote
    top: Path
    server: Server | None = None

    def objects(self) -> dict[str, Path]:
        """The file of every object, by its name."""
        if self.server:
            return self.server.objects("films/takes")
        found = (file for file in sorted(self.top.rglob("*")) if file.is_file())
        return {file.relative_to(self.top).as_posix(): file for file in found}

    def replace(self, name: str, content: bytes) -> None:
        """What nothing of ours ever does."""
        if isinstance(self.remote, Bucket):
            obstore.put(self.remote.store, name, content)
        else:
            (self.top / name).write_bytes(content)

    def contents(self) -> dict[str, bytes]:
        return {name: file.read_bytes() for name, file in self.objects().items()}


@contextmanager
def shelf(kind: str, folder: Path) -> Iterator[Shelf]:
    """A remote of the kind, empty."""
    if kind == "folder":
        (folder / "shared").mkdir()
        yield Shelf(SharedFolder.at(folder / "shared"), folder / "shared")
        return
    with (signed if kind == "signed" else conditional)(folder) as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.environ.items():
            patch.setenv(name, value)
        yield Shelf(bucket(), server.bucket / "films" / "takes", server)


def bucket(name: str = BUCKET) -> Bucket:
    """A bucket where the environment says."""
    return Bucket.at(RemotePlace("s3", f"s3://{name}/films/takes", bucket=name, prefix="films/takes"))
