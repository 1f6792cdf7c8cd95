"""A review is held against its storyboard; where all of it fits, the takes that it circles are used from then on."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipeline.errors import BadInput, Place, Problem, SetupError, nearest
from pipeline.plan import MAIN, Plan, TakeRow
from pipeline.produce.choosing import Choice, Chosen, choose, takes_in
from pipeline.produce.reading import Film, plan
from pipeline.report import review as reviews
from pipeline.report.review import Review, Reviewed
from pipeline.storyboard.reading import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Circled:
    """A take that a review circles."""

    shot: str
    take: int  # its name
    variants: tuple[str, ...]  # that use it now
    unchanged: bool  # all of them used it before


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a review."""

    film: Film
    review: Review
    variants: tuple[str, ...]  # that it is about
    circled: tuple[Circled, ...]
    stale: tuple[str, ...]  # ids of entries that changed by it: they continue from one of the shots
    cost_usd: Decimal  # US dollars that everything to be bought costs more than before


def apply_review(file: Path, review: Path, *, keep: bool = False, environ: Mapping[str, str] = os.environ) -> Applied:
    """Use what a review circles. With `keep` also takes that answer an older request than the shot makes now.

    Raises BadInput, with everything that does not fit, and SetupError where a file can't be read; the lock is as it
    was then. Applied again, it changes nothing.
    """
    said = reviews.parse(str(review), _read(review))
    film, found = plan(file, environ)
    if problems := tuple(_problems(film, found, said, keep)):
        raise BadInput(problems)
    names = (said.variant,) if said.variant else found.variants.names
    choice = said.variant or None
    circled, stale, cost = list[Circled](), dict[str, None](), Decimal("0.00")
    for each in said.shots:
        if each.circle is None:
            continue
        row = _row(film, found, each)
        used = row.used if row else ()
        done: Chosen | None = None
        if not set(names) <= set(used):
            done = choose(file, each.shot, Choice(circle=each.circle, keep=keep, variant=choice), environ)
            stale |= dict.fromkeys(done.stale)
            cost += done.cost_usd
        circled.append(Circled(each.shot, each.circle, done.variants if done else names, done is None))
    return Applied(film, said, names, tuple(circled), tuple(stale), cost)


def _problems(film: Film, found: Plan, said: Review, keep: bool) -> Iterator[Problem]:
    """Everything about it that does not fit the board as it is."""
    if said.storyboard != film.board.name:
        message = f'this is a review of "{said.storyboard}", and the storyboard is "{film.board.name}"'
        yield _problem("storyboard", message, "name the storyboard that it is of", said.storyboard_place)
        return
    if said.variant and said.variant not in found.variants.names:
        yield _unknown("variant", f'there is no variant "{said.variant}"', said.variant, found.variants.names,
                       said.variant_place)  # fmt: skip
        return
    if not said.variant and found.variants.names != (MAIN,):
        message, hint = "it does not say of which variant it is", f"add `variant: {found.variants.names[0]}`"
        yield _problem("variant", message, hint, said.storyboard_place)
        return
    ids = dict(_ids(found))
    told = dict[int, Reviewed]()  # what is circled, by the entry whose takes these are
    for each in said.shots:
        if each.shot not in ids:
            yield _unknown(f"{each.path}.shot", f'there is no shot "{each.shot}"', each.shot, tuple(ids), each.place)
        elif each.circle is not None and _contradicts(told.get(ids[each.shot]), each):
            message = f"take {told[ids[each.shot]].circle} of {told[ids[each.shot]].shot} is circled above already"
            hint = "one take is used: delete one of them"
            yield _problem(f"{each.path}.circle", message, hint, each.circle_place)
        else:
            yield from _misfits(film, found, said, each, keep)
        if each.circle is not None and each.shot in ids:
            told.setdefault(ids[each.shot], each)


def _contradicts(before: Reviewed | None, each: Reviewed) -> bool:
    """Whether another take was circled before: of the shot itself, or of one that shows the same takes."""
    return before is not None and before.circle != each.circle


def _misfits(film: Film, found: Plan, said: Review, each: Reviewed, keep: bool) -> Iterator[Problem]:
    """What is wrong with the take that is circled."""
    if each.circle is None:
        return
    path, rows = f"{each.path}.circle", takes_in(film, found, each.shot).rows
    row = next((row for row in rows if row.name == each.circle), None)
    if row is None:
        known = ", ".join(str(row.name) for row in rows) or "none yet"
        hint = f"its takes: {known}; `git pull` may bring more"
        yield _problem(path, f"{each.shot} has no take {each.circle}", hint, each.circle_place)
    elif each.request and not _is(row, each.request):
        message = f"take {each.circle} of {each.shot} is {row.digest[:12]}/{row.number} here, and not the one looked at"
        other = next((one.name for one in rows if _is(one, each.request)), None)
        hint = f"{each.request} is take {other} here" if other else "make a new report, and look again"
        yield _problem(path, message, hint, each.circle_place)
    elif not keep and not _answers(row, said):
        message = f"take {each.circle} of {each.shot} answers another request than the shot makes now"
        yield _problem(path, message, "to use it all the same, add --keep", each.circle_place)


def _answers(row: TakeRow, said: Review) -> bool:
    """Whether it may be used without more ado, or is used already."""
    whose = {*row.answers, *row.used}
    return said.variant in whose if said.variant else bool(whose)


def _is(row: TakeRow, request: str) -> bool:
    digest, _, number = request.partition("/")
    return row.digest.startswith(digest) and str(row.number) == number


def _row(film: Film, found: Plan, each: Reviewed) -> TakeRow | None:
    return next((row for row in takes_in(film, found, each.shot).rows if row.name == each.circle), None)


def _ids(found: Plan) -> Iterator[tuple[str, int]]:
    """The ids under which takes are known, each with the index of its entry."""
    for index, entry in enumerate(found.board.entries):
        yield entry.id, index
        yield from ((part.id, index) for part in entry.parts if part.id != entry.id)


def _unknown(path: str, message: str, name: str, known: tuple[str, ...], place: Place) -> Problem:
    meant = nearest(name, known)
    return _problem(path, message, f'did you mean "{meant}"?' if meant else f"there are {', '.join(known[:12])}", place)


def _problem(path: str, message: str, hint: str, place: Place) -> Problem:
    return Problem("review", path, message, hint, place)


def _read(review: Path) -> bytes:
    try:
        with review.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(
            f"{review}: can't be read: {error.strerror}", hint="name the file that a report saved"
        ) from error
