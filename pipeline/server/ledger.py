"""What the server accepted, charged and was asked, kept exactly: the record that clients are held to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from pipeline import wire
from pipeline.server.faults.fate import Fate
from pipeline.server.shelf import FILES_PATH
from pipeline.wire import Bill, Prediction

LEDGER_PATH = "/storyreel/ledger"  # outside of the API's paths


@dataclass(frozen=True, slots=True)
class Hosts:
    """The origins that addresses in replies begin with: scheme, host and port."""

    api: str
    files: str  # of uploads and clips


@dataclass(slots=True)
class Entry:
    """One submission that was accepted."""

    prediction: Prediction  # as it stands; its outputs are names on the shelf
    request: str  # SHA-256 of the checked request, each address replaced by the hash of its file
    inputs: Mapping[str, Any]  # as they were sent
    usd: Decimal  # charged for it
    accepted_at: datetime  # true time, whatever the server's clock says
    number: int = 0  # which acceptance of this request it is, from 1
    prompt: str = ""
    webhook: str = ""  # address that is told of its end
    hosts: Hosts = Hosts("", "")  # under which the server was asked for it
    fates: tuple[Fate, ...] = ()  # the faults that lie in wait for it
    refunded: bool = False
    deleted: bool = False
    told: bool = False  # somebody was given its id as the answer to the submission

    def data(self, hosts: Hosts) -> dict[str, Any]:
        """What a reply tells of it to somebody who asked under that name."""
        data = wire.prediction_data(self.prediction, hosts.api)
        data["outputs"] = [f"{hosts.files}{FILES_PATH}/{name}" for name in self.prediction.outputs]
        return data | {"status": "deleted", "outputs": []} if self.deleted else data

    def change(self, **change: Any) -> None:
        """What is known of the prediction now."""
        self.prediction = replace(self.prediction, **change)


@dataclass(slots=True)
class Ledger:
    """All that happened since the server started."""

    entries: dict[str, Entry] = field(default_factory=dict)  # by id of the prediction, in order of acceptance
    made: Counter[str] = field(default_factory=Counter)  # acceptances, by request
    bills: list[tuple[Bill, Entry]] = field(default_factory=list)  # in order
    files: dict[str, Entry] = field(default_factory=dict)  # whose clip the file of that name is
    requests: Counter[str] = field(default_factory=Counter)  # by what was asked
    turned_away: Counter[str] = field(default_factory=Counter)  # submissions, by reason
    struck: Counter[str] = field(default_factory=Counter)  # faults, by kind
    uploads: Counter[str] = field(default_factory=Counter)  # by SHA-256 of the bytes
    keys: Counter[str] = field(default_factory=Counter)  # requests for files that came with a key, which none needs
    open: int = 0  # accepted, and not ended
    most_open: int = 0

    def as_json(self) -> dict[str, Any]:
        """The whole record as plain JSON, money as text."""
        sums = {kind: sum((bill.usd for bill, _ in self.bills if bill.kind == kind), Decimal(0)) for kind in _KINDS}
        return {
            "accepted": [_row(entry) for entry in self.entries.values()],
            "charged_usd": str(sums["deduct"]),
            "refunded_usd": str(sums["refund"]),
            "open": self.open,
            "most_open": self.most_open,
            "requests": dict(self.requests),
            "uploads": dict(self.uploads),
            "keys_given_away": dict(self.keys),
            "turned_away": dict(self.turned_away),
            "struck": dict(self.struck),
        }


_KINDS = ("deduct", "refund")


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.prediction.id,
        "model": entry.prediction.model,
        "request": entry.request,
        "number": entry.number,
        "prompt": entry.prompt,
        "inputs": entry.inputs,
        "usd": str(entry.usd),
        "accepted_at": entry.accepted_at.isoformat(),
        "status": entry.prediction.status,
        "code": entry.prediction.code,
        "refunded": entry.refunded,
        "deleted": entry.deleted,
        "told": entry.told,
        "faults": [fate.fault.kind for fate in entry.fates],
    }
