"""The kinds of faults: at which stage each strikes, and what it does in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# request: stands in for the answer, before anything is done; accepted: spoils the answer to a submission that was
# accepted; task: changes what becomes of it; told: what is told of it; clip: its download; server: holds throughout.
Stage = Literal["request", "accepted", "task", "told", "clip", "server"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    stage: Stage
    does: str  # a sentence for people
    times: int = 1  # how often it usually shows on one prediction; 0: for ever


KINDS: Mapping[str, Kind] = {
    "reset": Kind("request", "The connection is reset before anything is done: nothing was bought."),
    "accept_then_reset": Kind("accepted", "The submission is accepted, then the connection is reset."),
}
