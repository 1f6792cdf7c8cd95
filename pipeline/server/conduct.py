"""How the server behaves where it stands for the paid API: values, and the file that `serve --faults` reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pipeline.errors import BadInput, SetupError
from pipeline.storyboard import in_order
from pipeline.storyboard.nodes import plain
from pipeline.storyboard.reading import read
from pipeline.storyboard.shape import problems

SCHEMA = "faults.schema.json"
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which the server misbehaves, and how often."""

    kind: str  # a name in `faults.KINDS`
    share: float = 1.0  # of the occasions that strike, 0 to 1
    most: int = 0  # strikes in all; 0: no limit
    after: int = 0  # occasions that pass before the first may strike
    match: str = ""  # words that the prompt must hold; "" for any request, with a prompt or without
    at: str = "submit"  # which requests a fault that stands in for an answer strikes
    times: int | None = None  # how often it shows on one prediction; 0: for ever; None: as is usual for the kind
    seconds: float | None = None  # of a delay or a storm; None: as is usual for the kind
    code: int | None = None  # HTTP status or task code; None: drawn


@dataclass(frozen=True, slots=True)
class Conduct:
    """Everything that a server of the protocol can do differently. As it stands: patient, rich and honest."""

    seed: int = 0  # of every choice; the same one, the same faults
    tier: str = "none"  # of the account: a key of `account.TIERS`
    over_limit: Literal["refuse", "queue"] = "refuse"  # what becomes of more open predictions than the tier allows
    minute_s: float = 60  # seconds in which the submissions of a minute are counted
    balance: Decimal | None = None  # US dollars; None: it never ends
    price_rate: Decimal = Decimal(1)  # list price, by that of the model files
    discount_rate: Decimal = Decimal(1)  # what is paid of the list price
    charges: bool = True  # submissions are priced and billed
    refund_delay_s: float = 0  # from a failure to its refund
    generation_s: float | None = None  # from acceptance to the clip; None: what the drawing takes
    clips: Literal["drawn", "canned", "tiny"] = "drawn"  # see `canned`; tiny: canned, and small whatever is asked
    files: Literal["here", "elsewhere"] = "here"  # elsewhere: under another name of this machine, as at the API
    sync_s: float = 90  # that a submission in sync mode is held at most
    retention_s: float = 7 * DAY_S  # after that a prediction and its files are gone
    clock_skew_s: float = 0  # by which the server's times are ahead
    history_inputs: bool = True  # whether the history tells inputs to who asks for them
    history_delay_s: float = 0  # after which a new prediction shows in the history
    faults: tuple[Fault, ...] = ()


REHEARSAL = Conduct(charges=False)


def conduct_of(file: Path) -> Conduct:
    """What a faults file says. Raises BadInput with every problem in it, SetupError where it can't be read."""
    try:
        source, found = read(str(file), file.read_bytes())
    except OSError as error:
        raise SetupError(f"{file}: can't be read: {error.strerror}") from error
    except BadInput as bad:
        if all(problem.code == "empty" for problem in bad.problems):
            return Conduct()
        raise
    if wrong := [*found, *(item.problem for item in problems(source, SCHEMA))]:
        raise BadInput(in_order(wrong))
    return _conduct(plain(source.root))


def _conduct(fields: Mapping[str, Any]) -> Conduct:
    given = {name: value for name, value in fields.items() if name not in ("history", "faults")}
    for name in ("balance", "price_rate", "discount_rate"):
        if name in given:
            given[name] = Decimal(str(given[name]))
    given |= {f"history_{name}": value for name, value in fields.get("history", {}).items()}
    return Conduct(**given, faults=tuple(Fault(**fault) for fault in fields.get("faults", ())))
