"""What the lines of a lock say: which take a shot uses for what it wants, and what each take was and cost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pipeline.lock import page
from pipeline.lock.page import Header, Page, as_json
from pipeline.take import Paid

FORMAT = 1
RECIPE = 1  # the newest one this version composes by
_DIGEST = re.compile(r"[0-9a-f]{64}")
_TAKE = re.compile(r"([0-9a-f]{64})/([1-9][0-9]{0,8})")
_MONEY = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Use:
    """The take that a shot uses."""

    wanted: str  # digest of the request that the storyboard made of it when the take was chosen
    digest: str  # of the request that the take answers; another one where it is kept, or a fallback
    number: int  # of the take, from 1


@dataclass(frozen=True, slots=True)
class Lock:
    """Everything that a lock says, for all origins. The lines are read when they are asked for."""

    recipe: int = RECIPE
    page: Page = field(default_factory=dict, repr=False)

    def use(self, origin: str, shot: str, variant: str) -> Use | None:
        """The take that the entry called `shot` uses in the variant: its own, else what all use."""
        lines = self._lines(origin, "shots")
        return _use(lines.get(f"{shot}/{variant}")) or _use(lines.get(shot))

    def own_use(self, origin: str, shot: str, variant: str) -> Use | None:
        """What is written down for just that variant; for "" what all variants use that have none of their own."""
        return _use(self._lines(origin, "shots").get(_key(shot, variant)))

    def uses(self, origin: str) -> tuple[Use, ...]:
        """Everything that some shot uses: first of what all its variants use, then of what one does."""
        lines = self._lines(origin, "shots")
        uses = (_use(lines[key]) for key in sorted(lines, key=lambda key: ("/" in key, key)))
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
            if digest in wanted and (paid := _paid(key, line)):
                found.setdefault(digest, []).append(paid)
        return {digest: tuple(sorted(several, key=lambda paid: paid.number)) for digest, several in found.items()}

    def every_take(self, origin: str) -> tuple[Paid, ...]:
        """All paid takes."""
        takes = (_paid(key, line) for key, line in self._lines(origin, "takes").items())
        return tuple(take for take in takes if take)

    def request(self, origin: str, digest: str) -> Mapping[str, Any] | None:
        """The request behind a digest, as digested; None where the lock does not have it."""
        return _object(self._lines(origin, "requests").get(digest))

    def sources(self, origin: str, digest: str) -> Mapping[str, str] | None:
        """The marks of what a request was made from, by name; None where the lock does not have them."""
        return _marks(self._lines(origin, "sources").get(digest))

    def with_sources(self, origin: str, sources: Mapping[str, Mapping[str, str]]) -> Lock:
        """The lock that also says of these requests, by digest, what they were made from."""
        return self._with(origin, "sources", {digest: as_json(dict(marks)) for digest, marks in sources.items()})

    def with_takes(self, origin: str, takes: Iterable[tuple[Paid, Mapping[str, Any]]]) -> Lock:
        """The lock that also has these takes, each with its request."""
        lines: dict[str, str] = {}
        requests: dict[str, str] = {}
        for paid, request in takes:
            price = None if paid.price_usd is None else _amount(paid.price_usd)
            fields = {"clip": paid.sha256, "prediction": paid.prediction, "price_usd": price}
            lines[f"{paid.digest}/{paid.number}"] = as_json(fields)
            requests[paid.digest] = as_json(request)
        return self._with(origin, "requests", requests)._with(origin, "takes", lines)

    def with_uses(self, origin: str, uses: Mapping[tuple[str, str], Use | None]) -> Lock:
        """The lock in which these (entry, variant) use these takes; variant "": all without one of their own.

        None: nothing is said of these any more.
        """
        gone = frozenset(_key(*who) for who, use in uses.items() if use is None)
        lines = {
            _key(*who): as_json({"take": f"{use.digest}/{use.number}", "wanted": use.wanted})
            for who, use in uses.items()
            if use
        }
        return self._with(origin, "shots", lines, gone)

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
    header, lines = page.read(text, file, Header(FORMAT, RECIPE), _place)
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


def _place(section: str, key: str, line: str) -> str:
    """The section that a line belongs to: where it stands, else the one whose lines look like it; "" for none."""
    fields = _object(line) or {}
    if _DIGEST.fullmatch(key) and fields:  # a request and its marks have one key, and neither can be the other
        if _marks(line) is not None:
            return "sources"
        return "requests" if section == "requests" or fields.keys() >= {"inputs", "model"} else ""
    if section and _legal(section, key, line):
        return section
    return next((name for name in ("takes", "shots") if _legal(name, key, line)), "")


def _legal(section: str, key: str, line: str) -> bool:
    if section == "shots":
        return _use(line) is not None
    if section == "takes":
        return _TAKE.fullmatch(key) is not None and _fields_of_take(line) is not None
    known = _marks(line) if section == "sources" else _object(line)
    return _DIGEST.fullmatch(key) is not None and known is not None


def _marks(line: str | None) -> Mapping[str, str] | None:
    marks = _object(line)
    return marks if marks is not None and all(isinstance(mark, str) for mark in marks.values()) else None


def _key(shot: str, variant: str) -> str:
    return f"{shot}/{variant}" if variant else shot


def _use(line: str | None) -> Use | None:
    fields = _object(line) or {}
    match = _TAKE.fullmatch(str(fields.get("take", "")))
    wanted = str(fields.get("wanted", ""))
    return Use(wanted, match[1], int(match[2])) if match and _DIGEST.fullmatch(wanted) else None


def _paid(key: str, line: str) -> Paid | None:
    match, fields = _TAKE.fullmatch(key), _fields_of_take(line)
    if not match or fields is None:
        return None
    price = None if fields["price_usd"] is None else Decimal(fields["price_usd"])
    return Paid(match[1], int(match[2]), fields["prediction"], price, fields["clip"])


def _fields_of_take(line: str) -> Mapping[str, Any] | None:
    fields = _object(line) or {}
    clip, prediction, price = (fields.get(name) for name in ("clip", "prediction", "price_usd"))
    fine = isinstance(clip, str) and _DIGEST.fullmatch(clip) and isinstance(prediction, str)
    priced = price is None or (isinstance(price, str) and _MONEY.fullmatch(price))
    return fields if fine and priced else None


def _amount(usd: Decimal) -> str:
    """Dollars with cents at least: an API's 0.4 and a file's 0.40 are the same line."""
    return f"{usd.quantize(Decimal('0.01')) if usd == usd.quantize(Decimal('0.01')) else usd.normalize():f}"


def _object(line: str | None) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line) if line else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
