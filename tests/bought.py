"""Plans of a small board with takes in the store and lines in the lock, for tests of what is bought and used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import yaml

from pipeline import plan
from pipeline.lock import Lock, Use
from pipeline.plan import Plan, sources, uses
from pipeline.take import MediaFacts, Paid, StoreView, Take
from pipeline.wire import as_digested
from tests.boards import ORIGIN, board, compositions, facts

CHAIN: dict[str, Any] = {
    "version": 1,
    "title": "Chain",
    "vars": {"weather": "rain", "hour": "dawn"},
    "shots": [
        {"id": "sh010", "prompt": "The sea in {{ weather }}."},
        {"id": "sh020", "prompt": "A gull.", "continue_from": {"shot": "sh010"}},
        {"id": "sh030", "prompt": "A bell."},
    ],
}
TWO = {"weather": {"wet": "rain", "dry": "sun"}}


def chain(**changes: Any) -> dict[str, Any]:
    """The board, with changes of its shots by id, and others by name."""
    wanted: dict[str, Any] = yaml.safe_load(yaml.safe_dump(CHAIN))
    for shot in wanted["shots"]:
        if isinstance(changes.get(shot["id"]), str):
            shot["prompt"] = changes.pop(shot["id"])
    return wanted | changes


def in_two(**changes: Any) -> dict[str, Any]:
    """The board in a wet and in a dry variant."""
    return chain(variants={"matrix": TWO}, **changes)


def take(digest: str, number: int = 1) -> Take:
    return Take(digest, number, f"takes/api/{digest}/{number}", f"p{number}", MediaFacts("0" * 64, 1, "video", "mp4"))


def paid(digest: str, number: int = 1) -> Paid:
    return Paid(digest, number, f"p{number}", Decimal("0.40"), "0" * 64)


@dataclass
class Money:
    """What is in the store and in the lock."""

    takes: dict[str, tuple[Take, ...]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)
    rest: dict[str, Any] = field(default_factory=dict)  # other fields of the view
    bytes: dict[str, str] = field(default_factory=dict)  # the hash of a file, where it is not that of its name
    texts: dict[str, str] = field(default_factory=dict)  # prompt files by their path

    def plan(self, wanted: Mapping[str, Any]) -> Plan:
        parsed = board(yaml.safe_dump(dict(wanted), sort_keys=False), near=lambda name: self.texts[name].encode())
        known = {name: replace(fact, sha256=self.bytes.get(name, fact.sha256)) for name, fact in facts(parsed).items()}
        return plan.expand(compositions(parsed), known, self.look, self.lock, ORIGIN)

    def look(self, digests: Any) -> StoreView:
        wanted = frozenset(digests)
        return StoreView(ORIGIN, {one: some for one, some in self.takes.items() if one in wanted}, **self.rest)

    def keep(self, *digests: str) -> None:
        for digest in digests:
            self.takes[digest] = (*self.takes.get(digest, ()), take(digest, len(self.takes.get(digest, ())) + 1))

    def shoot(self, wanted: Mapping[str, Any], which: Callable[[str, str], bool] = lambda *_: True) -> Plan:
        """Buys what is missing of (variant, entry), and writes down what is used."""
        before = self.plan(wanted)
        for slot in before.every_slot():
            if slot.state in ("generate", "stale") and which(slot.variant, slot.shot) and slot.digest not in self.takes:
                self.keep(slot.digest)
        return self.write(wanted)

    def write(self, wanted: Mapping[str, Any]) -> Plan:
        after = self.plan(wanted)
        made = requests(after)
        everything = [
            (paid(d, one.number), made.get(d) or self.lock.request(ORIGIN, d) or {"format": 1})
            for d, some in self.takes.items()
            for one in some
        ]
        marks = sources(after, self.takes)
        self.lock = self.lock.with_takes(ORIGIN, everything).with_sources(ORIGIN, marks).with_uses(ORIGIN, uses(after))
        return self.plan(wanted)

    def choose(self, shot: str, wanted: str, digest: str, number: int = 1, variant: str = "") -> None:
        self.lock = self.lock.with_uses(ORIGIN, {(shot, variant): Use(wanted, digest, number)})


def requests(found: Plan) -> dict[str, dict[str, Any]]:
    """What is sent for each job, as digested."""
    made = {}
    for variant in found.variants:
        for index, digest in found.digests(variant).items():
            made[digest] = as_digested(found.request(variant, index))
    return made


def states(found: Plan) -> dict[tuple[str, str], str]:
    return {(slot.variant, slot.shot): slot.state for slot in found.every_slot()}


def reasons(found: Plan) -> dict[str, str]:
    return {slot.shot: slot.reason for slot in found.every_slot()}


def digests(found: Plan) -> dict[tuple[str, str], str]:
    return {(slot.variant, slot.shot): slot.digest for slot in found.every_slot()}


def used(found: Plan) -> dict[tuple[str, str], str]:
    """The digest of the take that each shot shows."""
    shown = {}
    for variant in found.variants:
        for index, digest in found.digests(variant).items():
            if best := found.footage(variant.name, index, digest):
                shown[variant.name, found.board.entries[index].id] = best.digest
    return shown


def other(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
