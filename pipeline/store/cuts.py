"""The cuts found in a take enter; cuts.json beside its clip, which may be lost and is then made again, leaves.

As with flags.json nothing is an error: a file of another clip or of another way to look says that nobody looked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from pipeline.errors import StoreError
from pipeline.media import CUTS_VERSION
from pipeline.schema import violations
from pipeline.store.files import overwrite, read
from pipeline.store.records import encode
from pipeline.take import FoundCut, Take

NAME = "cuts.json"


def read_cuts(folder: Path, take: Take) -> tuple[FoundCut, ...] | None:
    """The cuts of the take whose home is `folder`, in order; None where nobody has looked for them."""
    try:
        record = json.loads(read(folder / NAME) or b"null")
        if record is None or next(violations("store/cuts.schema.json", record), None):
            return None
        if (record["sha256"], record["version"]) != (take.clip.sha256, CUTS_VERSION):
            return None
        return tuple(FoundCut(one["frame"], Fraction(one["at_s"]), one["strength"]) for one in record["cuts"])
    except (StoreError, ValueError, ArithmeticError, RecursionError):
        return None


def write_cuts(folder: Path, take: Take, cuts: Sequence[FoundCut], at: datetime) -> None:
    """Puts the cuts beside the clip, in the place of what was there."""
    fields = [{"frame": cut.frame, "at_s": cut.at_s, "strength": cut.strength} for cut in cuts]
    with suppress(StoreError):  # a full disk, or a neighbour who sweeps: somebody looks again
        content = encode("cuts", at, sha256=take.clip.sha256, version=CUTS_VERSION, cuts=fields)
        overwrite(folder / NAME, content, durable=False)
