"""The takes of a shot are listed, and one is chosen: what was said enters, the lock says it from then on. Free."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from pipeline import wire
from pipeline.errors import SetupError, nearest
from pipeline.lock import Lock, Points, Use
from pipeline.plan import Plan, TakeRow, Variant, digests_of, sources, takes_of
from pipeline.produce.reading import Film, Source, chosen, plan, planned
from pipeline.produce.writing import brought_up_to_date


@dataclass(frozen=True, slots=True)
class Takes:
    """The takes of one shot."""

    film: Film
    plan: Plan
    index: int  # of the entry
    shot: str  # id that was asked for: of the entry, or of a shot in it
    rows: tuple[TakeRow, ...]  # in order of their names
    variants: tuple[str, ...]  # that show the entry


At = Fraction | Literal["auto"] | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody says of a shot's takes."""

    circle: int | None = None  # the take to use, by its name
    keep: bool = False  # though it answers another request than the shot makes now
    hold: bool = False  # whatever the shot becomes
    release: bool = False  # no longer so
    in_s: At = None  # where the shot begins in it, seconds; auto: where the storyboard says; None: as it is
    out_s: At = None  # where it ends, likewise
    variant: str | None = None  # only there; None: wherever it can be

    @property
    def says_nothing(self) -> bool:
        """Whether it only asks what there is."""
        return self == Choice(variant=self.variant)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What became of it."""

    takes: Takes  # as they are now
    row: TakeRow | None  # the take that was chosen; None where variants have several
    variants: tuple[str, ...]  # for which it was
    stale: tuple[str, ...]  # ids of entries that changed by it: they continue from the shot
    cost_usd: Decimal  # US dollars that everything to be bought costs more than before


def takes(file: Source, shot: str, environ: Mapping[str, str] = os.environ) -> Takes:
    """The takes of a shot. Raises SetupError where there is no such shot."""
    film, found = plan(file, environ)
    return takes_in(film, found, shot)


def choose(file: Source, shot: str, choice: Choice, environ: Mapping[str, str] = os.environ) -> Chosen:
    """Write into the lock what was chosen. Raises SetupError where that can't be; nothing is written then."""
    film, before = plan(file, environ)
    there = takes_in(film, before, shot)
    names = tuple(variant.name for variant in chosen(before, (choice.variant,) if choice.variant else ()))
    asked = tuple(name for name in names if name in there.variants)
    if not asked:
        raise SetupError(f"{choice.variant} does not show {shot}")
    uses = _uses(there, choice, asked)
    brought_up_to_date(film, before)  # takes that the lock does not know yet can't be chosen in it
    film.lock_file.update(lambda lock: _with(lock, there, uses, choice))
    after = planned(film, before.origin)
    brought_up_to_date(film, after)
    after = planned(film, before.origin)
    used = {(use.digest, use.number) for use in uses.values()}
    now = takes_in(film, after, shot)
    row = next((row for row in now.rows if used == {(row.digest, row.number)}), None)
    moved = _stale(after) - _stale(before)
    stale = tuple(
        entry.id for index, entry in enumerate(after.board.entries) if index in moved and index != there.index
    )
    return Chosen(now, row, tuple(uses), stale, after.cost_usd() - before.cost_usd())


def takes_in(film: Film, found: Plan, shot: str) -> Takes:
    """The takes of a shot of a board that was planned. Raises SetupError where there is no such shot."""
    ids: dict[str, int] = {}
    for index, entry in enumerate(found.board.entries):
        ids |= {entry.id: index} | {part.id: index for part in entry.parts}
    if shot not in ids:
        meant = nearest(shot, ids)
        hint = f'did you mean "{meant}"?' if meant else f"shots: {', '.join(list(ids)[:12])}"
        raise SetupError(f'there is no shot "{shot}"', hint=hint)
    index = ids[shot]
    rows = takes_of(
        found, index, _cut_shot(found, index, shot), film.store.view(found.origin, digests_of(found, index))
    )
    variants = tuple(variant.name for variant in found.variants if index in found.digests(variant))
    return Takes(film, found, index, shot, rows, variants)


def _cut_shot(found: Plan, index: int, shot: str) -> str:
    """The id under which the cut shows it: an entry of several shots may be kept whole."""
    ids = [one.id for one in found.board.entries[index].shots]
    return shot if shot in ids else ids[0] if len(ids) == 1 else shot


def _uses(there: Takes, choice: Choice, names: tuple[str, ...]) -> Mapping[str, Use]:
    """By variant what is used from now on, or whose points are set."""
    row = _circled(there, choice.circle) if choice.circle is not None else None
    found: dict[str, Use] = {}
    for variant in there.plan.variants.called(frozenset(names)):
        digest = there.plan.digests(variant)[there.index]
        use = _use(there, choice, row, variant, digest)
        if use:
            found[variant.name] = use
    if not found:
        raise _nothing(there, choice, row)
    return found


def _circled(there: Takes, name: int) -> TakeRow:
    row = next((row for row in there.rows if row.name == name), None)
    if row is None:
        known = ", ".join(str(row.name) for row in there.rows) or "none yet"
        raise SetupError(f"{there.shot} has no take {name}", hint=f"its takes: {known}")
    return row


def _use(there: Takes, choice: Choice, row: TakeRow | None, variant: Variant, digest: str) -> Use | None:
    """What one variant uses from now on; None where the choice says nothing to it."""
    current = next((_in_use(one, there, variant, digest) for one in there.rows if variant.name in one.used), None)
    if row is not None:
        if variant.name in row.answers:
            current = Use(digest, row.digest, row.number)
        elif choice.keep:
            current = Use(digest, row.digest, row.number, "kept")
        elif choice.hold:
            current = Use(row.digest, row.digest, row.number)
        else:
            return None
    elif choice.keep:
        if current is None or current.wanted == digest:
            return None
        current = Use(digest, current.digest, current.number, "kept")
    if current is None:
        return None
    if choice.hold:
        return replace(current, how="held")
    if choice.release:
        return _released(there.plan, current) if current.held else None
    return current


def _in_use(row: TakeRow, there: Takes, variant: Variant, digest: str) -> Use:
    chosen = there.plan.choice(variant.name, there.index, digest)
    older = there.plan.older_use(variant.name, there.index, digest)
    known = (use for use in (chosen, older) if use and (use.digest, use.number) == (row.digest, row.number))
    return next(known, Use(digest, row.digest, row.number))


def _released(found: Plan, use: Use) -> Use:
    other = found.fallbacks.get(use.wanted)
    kept = use.wanted != use.digest and not (other and other.digest == use.digest)
    return replace(use, how="kept" if kept else "")


def _nothing(there: Takes, choice: Choice, row: TakeRow | None) -> SetupError:
    if row is not None:
        so = f"take {row.name} of {there.shot} answers another request than the shot makes now"
        return SetupError(so, hint=f"to use it all the same: --circle {row.name} --keep")
    if not there.rows:
        return SetupError(f"{there.shot} has no take yet", hint="storyreel shoot buys one")
    if choice.keep:
        return SetupError(f"the take of {there.shot} answers it as it is", hint="there is nothing to keep it from")
    if choice.release:
        return SetupError(f"no take of {there.shot} is held")
    return SetupError(f"no take of {there.shot} is used there", hint="name one: --circle N")


def _with(lock: Lock, there: Takes, uses: Mapping[str, Use], choice: Choice) -> Lock:
    found, entry = there.plan, there.plan.board.entries[there.index]
    lines: dict[tuple[str, str], Use | None] = {(entry.id, name): use for name, use in uses.items()}
    if there.index in found.alone() and set(uses) == set(there.variants) and len(set(uses.values())) == 1:
        lines = {(entry.id, name): None for name in uses} | {(entry.id, ""): next(iter(uses.values()))}
    # What a kept take is held against later: the request that it was kept for.
    wanted = {use.wanted for use in uses.values() if use.wanted != use.digest}
    requests = dict(_requests(there, wanted))
    lock = lock.with_requests(found.origin, requests).with_sources(found.origin, sources(found, requests))
    lock = lock.with_uses(found.origin, lines)
    for digest, number in {(use.digest, use.number) for use in uses.values()}:
        if choice.in_s is not None or choice.out_s is not None:
            points = _points(there, digest, number, choice)
            lock = lock.with_points(found.origin, digest, number, _named_shot(there), points)
    return lock


def _requests(there: Takes, digests: set[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for variant in there.plan.variants.called(frozenset(there.variants)):
        digest = there.plan.digests(variant)[there.index]
        if digest in digests:
            yield digest, wire.as_digested(there.plan.request(variant, there.index))


def _named_shot(there: Takes) -> str:
    shot = _cut_shot(there.plan, there.index, there.shot)
    ids = [one.id for one in there.plan.board.entries[there.index].shots]
    if shot not in ids:
        raise SetupError(f"{there.shot} is several shots", hint=f"name the one that is meant: {', '.join(ids)}")
    return shot


def _points(there: Takes, digest: str, number: int, choice: Choice) -> Points:
    """Where the shot begins and ends in a take from now on. Raises SetupError where there is nothing in between."""
    row = next(row for row in there.rows if (row.digest, row.number) == (digest, number))
    points = Points(_at(choice.in_s, row.points.in_s), _at(choice.out_s, row.points.out_s))
    length_s = row.here.clip.duration_s if row.here else None
    begin, end = points.in_s or Fraction(0), length_s if points.out_s is None else points.out_s
    if length_s is not None and end is not None and end > length_s:
        raise SetupError(f"take {row.name} is {float(length_s):g} s long", hint=f"--out {float(length_s):g} is its end")
    if end is not None and begin >= end:
        raise SetupError(
            f"from {float(begin):g} s to {float(end):g} s there is nothing", hint="--in comes before --out"
        )
    return points


def _at(said: At, before: Fraction | None) -> Fraction | None:
    return before if said is None else None if said == "auto" else said


def _stale(found: Plan) -> frozenset[int]:
    return frozenset(index for digest, (index, _) in found.owners.items() if found.state(digest)[0] == "stale")
