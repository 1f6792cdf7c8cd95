"""What checks said of a take enters; flags.json beside its clip, which may be lost and is then made again, leaves.

Nothing in here is an error: a file that is gone, damaged, of another clip or of another format says that nobody looked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.errors import StoreError
from pipeline.store.files import overwrite, read
from pipeline.store.records import FORMAT, encode
from pipeline.take import Flag, Take

NAME = "flags.json"


@dataclass(frozen=True, slots=True)
class Look:
    """What one check said of a take."""

    version: str  # of the check; another one looks again
    flags: tuple[Flag, ...]


Looks = Mapping[str, Look]  # by the name of the check


def read_looks(folder: Path, take: Take) -> Looks:
    """What each check said of the take whose home is `folder`."""
    try:
        record = json.loads(read(folder / NAME) or b"{}", parse_constant=_refuse)
        if record.get("format") != FORMAT or record["sha256"] != take.clip.sha256:
            return {}
        return {
            str(look["check"]): Look(str(look["version"]), tuple(_flag(one, look["check"]) for one in look["flags"]))
            for look in record["looks"]
        }
    except (StoreError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError):
        return {}


def write_looks(folder: Path, take: Take, looks: Looks, at: datetime) -> None:
    """Puts what the checks said beside the clip, in the place of what was there."""
    said = [
        {"check": check, "version": look.version, "flags": [_fields(flag) for flag in look.flags]}
        for check, look in looks.items()
    ]
    with suppress(StoreError):  # a full disk, or a neighbour who sweeps: somebody looks again
        overwrite(folder / NAME, encode("flags", at, sha256=take.clip.sha256, looks=said), durable=False)


def _fields(flag: Flag) -> dict[str, Any]:
    return {"code": flag.code, "message": flag.message, "from_s": flag.from_s, "to_s": flag.to_s}


def _flag(record: Mapping[str, Any], check: str) -> Flag:
    times = [None if record[name] is None else Fraction(record[name]) for name in ("from_s", "to_s")]
    return Flag(str(record["code"]), str(record["message"]), str(check), *times)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
