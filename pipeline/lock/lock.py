"""What the lines of a lock say: which take a shot uses for what it wants, and what each take was and cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from pipeline.frames import plain_seconds
from pipeline.lock import page
from pipeline.lock.lines import (
    Points,
    Use,
    amount,
    fault,
    fields_of_take,
    key_of,
    marks_in,
    paid_in,
    place,
    request_in,
    use_in,
    written_use,
)
from pipeline.lock.page import Header, Page, as_json
from pipeline.take import Paid

FORMAT = 1
RECIPE = 1  # the newest one this version composes by


@dataclass(frozen=True, slots=True)
class Lock:
    """Everything that a lock says, for all origins. The lines are read when they are asked for."""

    recipe: int = RECIPE
    page: Page = field(default_factory=dict, repr=False)

    def use(self, origin: str, shot: str, variant: str) -> Use | None:
        """The take that the entry called `shot` uses in the variant: its own, else what all use."""
        lines = self._lines(origin, "shots")
        return use_in(lines.get(f"{shot}/{variant}")) or use_in(lines.get(shot))

    def own_use(self, origin: str, shot: str, variant: str) -> Use | None:
        """What is written down for just that variant; for "" what all variants use that have none of their own."""
        return use_in(self._lines(origin, "shots").get(key_of(shot, variant)))

    def uses(self, origin: str) -> tuple[Use, ...]:
        """Everything that some shot uses: first of what all its variants use, then of what one does."""
        lines = self._lines(origin, "shots")
        uses = (use_in(lines[key]) for key in sorted(lines, key=lambda key: ("/" in key, key)))
        return tuple(use for use in uses if use)

    def used(self, origin: str) -> frozenset[str]:
        """Digests of all takes that some shot uses, chosen for whatever request."""
        return frozenset(use.digest for use in self.uses(origin))

    def takes(self, origin: str, digests: Iterable[str]) -> Mapping[str, tuple[Paid, ...]]:
        """The paid takes of these requests, in order of number; digests without any left out."""
        wanted = frozenset(digests)
        found: dict[str, list[Paid]] = {}
        for key, line in self._lines(origin, "takes").items():
            digest = key.partition("/")[0]
            if digest in wanted and (paid := paid_in(key, line)):
                found.setdefault(digest, []).append(paid)
        return {digest: tuple(sorted(several, key=lambda paid: paid.number)) for digest, several in found.items()}

    def take(self, origin: str, digest: str, number: int) -> Paid | None:
        """One paid take; None where the lock does not have it."""
        key = f"{digest}/{number}"
        line = self._lines(origin, "takes").get(key)
        return paid_in(key, line) if line else None

    def slate(self, origin: str, digest: str, number: int) -> int:
        """The number of a take among all takes of its shot; 0 where it was given none."""
        fields = fields_of_take(self._lines(origin, "takes").get(f"{digest}/{number}", "")) or {}
        return int(fields.get("slate", 0))

    def every_take(self, origin: str) -> tuple[Paid, ...]:
        """All paid takes."""
        takes = (paid_in(key, line) for key, line in self._lines(origin, "takes").items())
        return tuple(take for take in takes if take)

    def request(self, origin: str, digest: str) -> Mapping[str, Any] | None:
        """The request behind a digest, as digested; None where the lock does not have it."""
        return request_in(self._lines(origin, "requests").get(digest))

    def without_request(self, origin: str, digests: Iterable[str]) -> tuple[str, ...]:
        """Those of the digests whose request the lock does not have."""
        lines = self._lines(origin, "requests")
        return tuple(digest for digest in digests if digest not in lines)

    def sources(self, origin: str, digest: str) -> Mapping[str, str] | None:
        """The marks of what a request was made from, by name; None where the lock does not have them."""
        return marks_in(self._lines(origin, "sources").get(digest))

    def with_sources(self, origin: str, sources: Mapping[str, Mapping[str, str]]) -> Lock:
        """The lock that also says of these requests, by digest, what they were made from."""
        return self._with(origin, "sources", {digest: as_json(dict(marks)) for digest, marks in sources.items()})

    def with_takes(self, origin: str, takes: Iterable[tuple[Paid, Mapping[str, Any]]]) -> Lock:
        """The lock that also has these takes, each with its request.

        A take that is new gets the next number of its shot. What was chosen for one that is known stays.
        """
        there, lines = self._lines(origin, "takes"), dict[str, str]()
        requests: dict[str, str] = {}
        slates: dict[str, int] = {}
        for paid, request in takes:
            key = f"{paid.digest}/{paid.number}"
            price = None if paid.price_usd is None else amount(paid.price_usd)
            fields = {"clip": paid.sha256, "prediction": paid.prediction, "price_usd": price}
            known = fields_of_take(there.get(key, "")) or {}
            own = {name: known[name] for name in ("shot", "slate", "points") if name in known}
            if paid.shot and "slate" not in own:
                if paid.shot not in slates:
                    slates[paid.shot] = self._last_slate(origin, paid.shot, paid.digest)
                slates[paid.shot] += 1
                own |= {"shot": paid.shot, "slate": slates[paid.shot]}
            lines[key] = as_json(fields | own)
            requests[paid.digest] = as_json(request)
        return self._with(origin, "requests", requests)._with(origin, "takes", lines)

    def with_requests(self, origin: str, requests: Mapping[str, Mapping[str, Any]]) -> Lock:
        """The lock that also has these requests, by digest, of which no take may be known."""
        return self._with(origin, "requests", {digest: as_json(dict(one)) for digest, one in requests.items()})

    def points(self, origin: str, digest: str, number: int, shot: str) -> Points:
        """Where a shot begins and ends in a take, where somebody chose it for just this take."""
        fields = fields_of_take(self._lines(origin, "takes").get(f"{digest}/{number}", "")) or {}
        chosen = fields.get("points", {}).get(shot, {})
        return Points(*(Fraction(chosen[name]) if name in chosen else None for name in ("in", "out")))

    def with_points(self, origin: str, digest: str, number: int, shot: str, points: Points) -> Lock:
        """The lock in which a shot begins and ends there in a take that it knows."""
        key = f"{digest}/{number}"
        fields = dict(fields_of_take(self._lines(origin, "takes")[key]) or {})
        chosen = {
            name: plain_seconds(at) for name, at in (("in", points.in_s), ("out", points.out_s)) if at is not None
        }
        every = {name: value for name, value in fields.pop("points", {}).items() if name != shot}
        every |= {shot: chosen} if chosen else {}
        return self._with(origin, "takes", {key: as_json(fields | ({"points": every} if every else {}))})

    def with_uses(self, origin: str, uses: Mapping[tuple[str, str], Use | None]) -> Lock:
        """The lock in which these (entry, variant) use these takes; variant "": all without one of their own.

        None: nothing is said of these any more.
        """
        gone = frozenset(key_of(*who) for who, use in uses.items() if use is None)
        lines = {key_of(*who): written_use(use) for who, use in uses.items() if use}
        return self._with(origin, "shots", lines, gone)

    def _last_slate(self, origin: str, shot: str, digest: str) -> int:
        """The number of a shot's newest take; takes of the request that have none count too."""
        mark, there = f'"shot": {as_json(shot)}', self._lines(origin, "takes")
        fields = (fields_of_take(line) or {} for key, line in there.items() if mark in line or key.startswith(digest))
        own = [int(one.get("slate", 0)) for one in fields if one.get("shot", shot) == shot]
        return max([*own, own.count(0)], default=0)

    def _lines(self, origin: str, section: str) -> Mapping[str, str]:
        return self.page.get(origin, {}).get(section, {})

    def _with(self, origin: str, section: str, lines: Mapping[str, str], gone: frozenset[str] = frozenset()) -> Lock:
        there = self.page.get(origin, {name: {} for name in page.SECTIONS})
        kept = {key: line for key, line in there[section].items() if key not in gone} if gone else there[section]
        return replace(self, page={**self.page, origin: {**there, section: {**kept, **lines}}})


def parse(text: str, file: str) -> Lock:
    """The lock in a text; an empty one is none. Raises BadInput for what storyreel did not write."""
    if not text.strip():
        return Lock()
    header, lines = page.read(text, file, Header(FORMAT, RECIPE), place, fault)
    if header.format < 1 or header.recipe < 1:
        raise page.refusal(file, "it does not say its format and recipe")
    return Lock(header.recipe, lines)


def dump(lock: Lock) -> str:
    """The text of a lock; the same for the same facts."""
    return page.write(Header(FORMAT, lock.recipe), lock.page)


def merged(older: Lock, newer: Lock) -> Lock:
    """Everything that either says; where both say something of one key, what the newer one says."""
    both: dict[str, Mapping[str, Mapping[str, str]]] = dict(older.page)
    for origin, sections in newer.page.items():
        there = both.get(origin, {})
        both[origin] = {name: {**there.get(name, {}), **sections[name]} for name in page.SECTIONS}
    return Lock(max(older.recipe, newer.recipe), both)
