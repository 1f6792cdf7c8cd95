"""The shelf of one origin enters; every attempt on it leaves, with what it counts for: the truth about the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from pipeline.store.files import names_in, numbers_in
from pipeline.store.places import Address
from pipeline.store.reading import folder_of
from pipeline.store.records import AttemptState, Bill, read_attempt, read_bill, read_take
from pipeline.take import Take

DIGEST_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Spent:
    """One attempt and its money."""

    home: str  # of the take it was for
    state: AttemptState
    bill: Bill | None  # what the API's bills said of it; None: not asked, or not there
    take: Take | None  # that it came to, whether or not its clip is here

    @property
    def usd(self) -> Decimal:
        """US dollars that it counts for: as billed, else as expected, unless the API took no request."""
        if self.bill:
            return max(Decimal(0), self.bill.charged_usd - self.bill.refunded_usd)
        if self.state.outcome == "turned_away" or self.state.intent is None:
            return Decimal(0)
        return self.state.intent.price_usd or Decimal(0)

    @property
    def unresolved(self) -> bool:
        """Whether it may still be running at the API."""
        return self.state.standing in ("uncertain", "submitted")


def attempts_on(outputs: Path, shelf: str) -> Iterator[Spent]:
    """Every attempt at every take on a shelf, in order of digest, take and attempt."""
    above = folder_of(outputs, shelf)
    for digest in sorted(names_in(above)) if above else ():
        if len(digest) != DIGEST_LENGTH:
            continue
        folder = folder_of(outputs, f"{shelf}/{digest}")
        for number in numbers_in(folder) if folder else ():
            yield from _attempts_at(outputs, Address.of(f"{shelf}/{digest}/{number}"))


def _attempts_at(outputs: Path, address: Address) -> Iterator[Spent]:
    home = folder_of(outputs, address.home)
    if home is None:
        return
    take = read_take(home, address)
    for attempt in numbers_in(home / "attempts"):
        folder = home / "attempts" / str(attempt)
        if state := read_attempt(folder, address, attempt):
            kept = take if take and take.prediction == state.prediction else None
            yield Spent(address.home, _ended_by(state, kept), read_bill(folder), kept)


def _ended_by(state: AttemptState, take: Take | None) -> AttemptState:
    # take.json is what ends an attempt well; a process can die before it writes the end as well.
    return replace(state, standing="ended", outcome="done") if take else state
