"""What a take is called at a remote, and its take.json there: a Spot and a Shared become text, and come back checked.

    storyreel.json                                                       which format this remote has
    takes/<origin>/<request digest>/<number>/<clip's sha256>/clip.mp4    the bytes
                                                             take.json   written last: without it there is no take

The names hold the hash of the clip, so nobody ever has a reason to write other bytes under a name that is there. Two
people who bought the same take number of one request have two clips beside each other; the lock says which is meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.errors import StoreError
from pipeline.plain import digest_of, plain
from pipeline.schema import violations
from pipeline.store import Intent, take_home
from pipeline.take import Paid, Take

FORMAT = 1
MARK = "storyreel.json"
MARK_CONTENT = b'{"format": 1, "what": "takes of storyreel"}\n'
LARGEST_RECORD = 1 << 20  # bytes of a take.json, in which a prompt stands


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a take lies: its home in every store, and the hash of its clip."""

    home: str  # takes/<origin>/<request digest>/<number>
    sha256: str  # of the clip, lower-case hex

    @classmethod
    def of(cls, take: Take) -> Spot:
        """The spot of a kept take."""
        return cls(take.home, take.clip.sha256)

    @classmethod
    def named(cls, origin: str, paid: Paid) -> Spot:
        """The spot of a take from one origin that a lock names."""
        return cls(take_home(origin, paid.digest, paid.number), paid.sha256)

    @property
    def shelf(self) -> str:
        """The folder of everything from its origin."""
        return self.home.rsplit("/", 2)[0]

    @property
    def digest(self) -> str:
        """Of its request."""
        return self.home.rsplit("/", 2)[1]

    @property
    def number(self) -> int:
        """Of the take, from 1."""
        return int(self.home.rpartition("/")[2])

    @property
    def folder(self) -> str:
        """What its objects' names begin with."""
        return f"{self.home}/{self.sha256}"

    @property
    def clip(self) -> str:
        """Name of its clip."""
        return f"{self.folder}/clip.mp4"

    @property
    def record(self) -> str:
        """Name of its take.json."""
        return f"{self.folder}/take.json"

    @property
    def short(self) -> str:
        """A name for people."""
        return f"{self.digest[:12]}/{self.number}"


@dataclass(frozen=True, slots=True)
class Shared:
    """What take.json says at a remote: with it a take stands alone."""

    prediction: str  # the API's id
    size_bytes: int  # of the clip
    intent: Intent  # what was asked for; that of who bought it


def record_of(take: Take, intent: Intent) -> bytes:
    """take.json of a kept take: the same bytes whoever pushes it, so without a time."""
    price = None if intent.price_usd is None else f"{intent.price_usd:f}"
    asked = {"request": plain(intent.request), "storyboard": intent.storyboard, "variant": intent.variant}
    fields = {
        "format": FORMAT,
        "digest": take.digest,
        "number": take.number,
        "prediction": take.prediction,
        "clip": plain(take.clip),
        **asked,
        "shot": intent.shot,
        "price_usd": price,
    }
    return (json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=True) + "\n").encode()


def shared_of(content: bytes, spot: Spot) -> Shared | str:
    """What a take.json says that lies at the spot, or what is wrong with it."""
    try:
        record = json.loads(content)
    except (ValueError, RecursionError):
        return "it is not readable as JSON"
    if isinstance(record, dict) and type(record.get("format")) is int and record["format"] > FORMAT:
        return "a newer storyreel wrote it: upgrade storyreel"
    if fault := next(violations("store/shared.schema.json", record), None):
        return f"it is not as storyreel writes it: {fault.json_path}"
    if (record["digest"], record["number"], record["clip"]["sha256"]) != (spot.digest, spot.number, spot.sha256):
        return "it belongs elsewhere"
    if _digest(record["request"]) != spot.digest:
        return "its request is not the one that it is called after"
    return Shared(record["prediction"], record["clip"]["size_bytes"], _intent(record))


def newer(content: bytes | None) -> StoreError | None:
    """Why this storyreel may not use a remote whose mark this is."""
    try:
        found = json.loads(content)["format"] if content else FORMAT
    except (ValueError, TypeError, KeyError, RecursionError):
        found = 0
    if found == FORMAT:
        return None
    if type(found) is int and found > FORMAT:
        return StoreError(f"{MARK}: a newer storyreel made this remote", hint="upgrade storyreel")
    return StoreError(f"{MARK}: not as storyreel writes it", hint="name another folder or prefix as `remote`")


def _digest(request: Mapping[str, Any]) -> str:
    try:
        return digest_of(request)
    except ValueError:  # what RFC 8785 can't write
        return ""


def _intent(record: Mapping[str, Any]) -> Intent:
    price = None if record["price_usd"] is None else Decimal(record["price_usd"])
    return Intent(record["request"], record["storyboard"], record["variant"], record["shot"], price)
