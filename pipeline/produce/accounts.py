"""What a storyboard has open, uncertain and absent, and what it has cost; and what the user says of an attempt."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline import wire
from pipeline.errors import SetupError, StoreError
from pipeline.plan import Plan, State, Variant, speaks
from pipeline.produce.flagging import Flagged, flagged
from pipeline.produce.reading import Film, Source, plan
from pipeline.store import Busy, Intent, Spent, take_home

_TOLD: frozenset[State] = frozenset({"open", "uncertain", "absent", "refused", "held"})
_ID = re.compile(r"[A-Za-z0-9._~-]*[A-Za-z0-9_-]")
_SHORTEST = 6  # characters of a digest that name it


@dataclass(frozen=True, slots=True)
class Row:
    """A job that somebody may have to look after."""

    shot: str  # id of its entry
    variant: str  # the first that wants it
    shared: bool  # it is the entry's only job: all variants that show the entry use it
    job: str  # digest of the request that the storyboard makes
    digest: str  # of the request that is under way for it: of its fallback, where that is
    state: State
    reason: str
    prediction: str  # the API's id; "" where none is known


@dataclass(frozen=True, slots=True)
class Account:
    """What a storyboard has under way, and what it has cost."""

    film: Film
    origin: str
    rows: tuple[Row, ...]
    takes: int  # takes of this storyboard that are kept
    used: int  # of these, takes that some shot uses
    kept_usd: Decimal  # US dollars for all kept takes
    unused_usd: Decimal  # of these, for takes that no shot uses
    failed_usd: Decimal  # for attempts that came to no take, less what was given back
    open_usd: Decimal  # for attempts that have not ended
    kept_s: Fraction  # seconds of the kept takes that are used
    flags: tuple[Flagged, ...]  # what was noticed in the takes that are used

    @property
    def spent_usd(self) -> Decimal:
        """US dollars in all."""
        return self.kept_usd + self.failed_usd + self.open_usd

    @property
    def usd_per_kept_s(self) -> Decimal | None:
        """US dollars spent for each second of footage that is used; None where none is."""
        if not self.kept_s:
            return None
        return (self.spent_usd * self.kept_s.denominator / self.kept_s.numerator).quantize(Decimal("0.0001"))


def status(file: Source, environ: Mapping[str, str] = os.environ) -> Account:
    """What is open, uncertain, absent, refused or held of a storyboard, and what was spent on it. Asks nobody."""
    film, planned = plan(file, environ)
    spent = [one for one in film.store.attempts(planned.origin) if _is_of(film, one)]
    in_use = frozenset(_in_use(planned))
    kept = [one for one in spent if one.take]
    used = [one for one in kept if one.take and (one.take.digest, one.take.number) in in_use]
    return Account(
        film,
        planned.origin,
        tuple(_rows(planned)),
        takes=len(kept),
        used=len(used),
        kept_usd=_sum(kept),
        unused_usd=_sum(kept) - _sum(used),
        failed_usd=_sum(one for one in spent if not one.take and not one.unresolved),
        open_usd=_sum(one for one in spent if one.unresolved),
        kept_s=sum((one.take.clip.duration_s for one in used if one.take), Fraction(0)),
        flags=flagged(film, planned),
    )


def settle(file: Source, what: str, *, adopt: str = "", environ: Mapping[str, str] = os.environ) -> Row:
    """Write down what an attempt came to: the id of its generation, or "" where it is given up and may be bought again.

    `what` is a shot, or the beginning of a digest. A generation that was made elsewhere is adopted the same way.
    Raises SetupError where that names no attempt, or several. Nothing is asked of the API, and nothing is bought.
    """
    if adopt and not _ID.fullmatch(adopt):
        raise SetupError(f"{adopt!r} is no id of a generation", hint="copy it from the API's list")
    film, planned = plan(file, environ)
    row = _named(planned, what, to_adopt=bool(adopt))
    home = take_home(planned.origin, row.digest, _number(planned, row.digest, adopt))
    if adopt in film.store.predictions(planned.origin):
        raise SetupError(f"{adopt} is written down already, with another attempt", hint="look at its id again")
    try:
        with film.store.open(home) as opened:
            standing = opened.last.standing
            if not adopt:
                opened.resume().end("abandoned", message="given up by hand")
            elif standing == "uncertain":
                opened.resume().submitted(adopt)
            else:
                opened.adopt(_intent(film, planned, row), adopt)
    except Busy as busy:
        raise StoreError(f"{row.shot} is being shot at this moment", hint="wait until that has ended") from busy
    return row


def _number(planned: Plan, digest: str, adopt: str) -> int:
    """Of the take whose attempt has not ended, or that the lock has under that id, else of a new one."""
    view = planned.view
    kept = [take.number for take in view.takes.get(digest, ())]
    gone = {paid.number: paid.prediction for paid in view.absent.get(digest, ())}
    known = next((number for number, prediction in gone.items() if prediction == adopt), 0)
    return view.unsettled.get(digest) or known or max([*kept, *gone], default=0) + 1


def _intent(film: Film, planned: Plan, row: Row) -> Intent:
    index, name = planned.owners[row.job]
    variant = next(iter(planned.variants.called(frozenset({name}))))
    price = planned.jobs[row.job].price
    request = wire.as_digested(planned.request(variant, index))
    entry = planned.board.entries[index]
    heard = speaks(entry, planned.compositions.asked(variant, entry))
    return Intent(request, film.board.name, name, row.shot, price.usd if price else None, dialogue=heard)


def _named(planned: Plan, what: str, *, to_adopt: bool) -> Row:
    """The job that is meant: of those of a shot the one that is unsettled."""
    rows = [row for row in _every_row(planned) if what in _names(planned, row) or _begins(row.digest, what)]
    unsettled = [row for row in rows if row.state in ("uncertain", "open")]
    meant = unsettled if unsettled or not to_adopt else [row for row in rows if row.state != "reuse"]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        known = ", ".join(row.shot for row in _rows(planned) if row.state in ("uncertain", "open")) or "nothing"
        raise SetupError(f"{what}: nothing is to be settled there", hint=f"unsettled: {known}")
    digests = ", ".join(f"{row.digest[:12]} ({row.variant})" for row in meant[:6])
    raise SetupError(f"{what} has several jobs that are unsettled", hint=f"name one by its digest: {digests}")


def _names(planned: Plan, row: Row) -> frozenset[str]:
    entry = planned.board.entries[planned.owners[row.job][0]]
    return frozenset({entry.id, *(part.id for part in entry.parts)})


def _begins(digest: str, what: str) -> bool:
    return len(what) >= _SHORTEST and digest.startswith(what)


def _rows(planned: Plan) -> Iterator[Row]:
    return (row for row in _every_row(planned) if row.state in _TOLD)


def _every_row(planned: Plan) -> Iterator[Row]:
    alone = planned.alone()
    for digest, (index, variant) in planned.owners.items():
        state, reason = planned.state(digest)
        gone, at_work = planned.absent(digest), planned.at_work(digest)
        prediction = planned.view.open.get(at_work, "") or (gone[0].prediction if gone else "")
        shot, shared = planned.board.entries[index].id, index in alone
        yield Row(shot, variant, shared, digest, at_work, state, reason, prediction)


def _in_use(planned: Plan) -> Iterator[tuple[str, int]]:
    for variant in planned.variants:
        yield from _takes_of(planned, variant)


def _takes_of(planned: Plan, variant: Variant) -> Iterator[tuple[str, int]]:
    for index, digest in planned.digests(variant).items():
        if take := planned.footage(variant.name, index, digest):
            yield take.digest, take.number
        else:
            yield from ((paid.digest, paid.number) for paid in planned.absent(digest)[:1])


def _is_of(film: Film, one: Spent) -> bool:
    return one.state.intent is not None and one.state.intent.storyboard == film.board.name


def _sum(spent: Iterable[Spent]) -> Decimal:
    return sum((one.usd for one in spent), Decimal("0.00"))
