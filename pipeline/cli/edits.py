"""A Difference becomes sentences: a headline, a row for each shot, and the words that differ in prompts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from pipeline.cli import show
from pipeline.difference import Difference, Edit, Kind, NewJob
from pipeline.frames import plain_seconds
from pipeline.plan import Words
from pipeline.produce import Compared, State

DONE: Mapping[Kind, str] = {
    "changed": "changed",
    "added": "added",
    "removed": "removed",
    "moved": "moved",
    "renamed": "renamed",
    "variants": "for new variants",
    "lost": "without its take",
    "recut": "recut",
    "fallback": "with another fallback",
    "notes": "with other notes",
}
_MOST_NAMED = 3  # variants
_ID = 7  # characters of a commit's id


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of one shot."""

    shot: str
    what: str
    price: str  # "-" where nothing has to be paid
    why: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """Words that differ alike in the prompts of some shots."""

    shots: tuple[str, ...]
    words: tuple[Words, ...]  # of the first of them


def headline(found: Difference) -> str:
    """Everything in one sentence: `3 shots changed, 1 added: $1.28 to shoot, 58 s to 61 s`."""
    counted = [(found.count(kind), words) for kind, words in DONE.items()]
    parts = [f"{number:,} {words}" for number, words in counted if number]
    if parts:
        number, words = next(item for item in counted if item[0])
        parts[0] = f"{show.count(number, 'shot')} {words}"
    for names, words in ((found.variants_added, "added"), (found.variants_removed, "removed")):
        parts += [f"{show.count(len(names), 'variant')} {words}"] if names else []
    if found.settings and not parts:
        parts.append(f"{show.count(len(found.settings), 'setting')} changed")
    return f"{', '.join(parts) or 'no shot differs'}: {_to_shoot(found)}, {_lengths(found)}"


def totals(compared: Compared) -> str:
    """What there is to shoot in all, as `plan` says it of the state after."""
    found = compared.difference
    unpriced = f", and {show.count(found.unpriced, 'take')} without a known price" if found.unpriced else ""
    most = found.max_cost_usd
    budget = "" if most is None else f", within the budget of {show.money(most)}"
    budget = f" - OVER the budget of {show.money(most)}" if most is not None and found.over_budget else budget
    return f"to shoot in all: {show.money(found.usd)}{unpriced}, {show.money(found.usd_before)} before{budget}"


def states(compared: Compared) -> Iterator[str]:
    """Which states they are, and what is to be known of them."""
    before, after = compared.before, compared.after
    yield f"from {_state(before)} to {_state(after)}"
    if compared.renamed:
        yield f"the storyboard was renamed: {before.board} to {after.board}"
    elif not before.board or not after.board:
        lacks, words = (before, "is new") if not before.board else (after, "is gone")
        yield f"the storyboard {words}: it is not in {lacks.name}"
    yield from (f"in {state.name}: {note}" for state in (before, after) for note in state.notes)


def beside(found: Difference) -> Iterator[str]:
    """What differs of the whole film."""
    yield from (f"{setting.name} {setting.words}: costs nothing" for setting in found.settings)
    for names, words in ((found.variants_added, "added"), (found.variants_removed, "removed")):
        if names:
            yield f"{show.count(len(names), 'variant')} {words}: {_named(names)}"


def rows(found: Difference) -> Iterator[Row]:
    """A row for each shot in which something differs."""
    for edit in found.edits:
        what = ", ".join(DONE[kind] for kind in edit.kinds)
        yield Row(edit.shot, what, _price(edit.jobs), "; ".join(_why(edit)))


def prompts(found: Difference) -> tuple[Prompt, ...]:
    """The prompts that differ; of those in which the same words do, one."""
    alike: dict[tuple[Words, ...], list[tuple[Edit, NewJob]]] = {}
    for edit in found.edits:
        for job in edit.jobs:
            if differs := tuple(words for words in job.prompt if not words.same):
                alike.setdefault(differs, []).append((edit, job))
    return tuple(Prompt(tuple(dict.fromkeys(_names(several))), several[0][1].prompt) for several in alike.values())


def _names(several: Sequence[tuple[Edit, NewJob]]) -> Iterator[str]:
    """The shots, each with its variant where other words differ in its other variants."""
    here = Counter(edit.shot for edit, _ in several)
    for edit, job in several:
        alone = here[edit.shot] == sum(1 for each in edit.jobs if each.prompt)
        yield edit.shot if alone else show.named(edit.shot, job.variants[0])


def _to_shoot(found: Difference) -> str:
    if found.new_unpriced and not found.new_usd:
        return f"{show.count(found.new_unpriced, 'take')} without a known price to shoot"
    if not found.new_usd:
        return "nothing to shoot"
    about = "about " if found.new_estimate else ""
    more = f" and {show.count(found.new_unpriced, 'take')} without a known price" if found.new_unpriced else ""
    return f"{about}{show.money(found.new_usd)}{more} to shoot"


def _lengths(found: Difference) -> str:
    """How long all cuts are together, before and after."""
    before = [length.before_s for length in found.lengths if length.before_s is not None]
    after = [length.after_s for length in found.lengths if length.after_s is not None]
    was, now = _sum(before), _sum(after)
    if max(len(before), len(after)) <= 1:
        return now if was == now else f"{was} to {now}"
    films = f"{now} in {show.count(len(after), 'cut')}"
    if len(before) != len(after):
        return f"{was} in {show.count(len(before), 'cut')} to {films}"
    return films if was == now else f"{was} to {films}"


def _sum(lengths_s: Sequence[Fraction]) -> str:
    return f"{plain_seconds(sum(lengths_s, Fraction(0)))} s"


def _state(state: State) -> str:
    return f"{state.name} ({state.commit[:_ID]})" if state.commit else state.name


def _price(jobs: Sequence[NewJob]) -> str:
    bought = [job for job in jobs if job.to_pay and not job.same_as]
    known = [job.price for job in bought if job.price]
    if not bought:
        return "-"
    if not known:
        return "unpriced"
    about = "about " if any(price.estimate for price in known) else ""
    more = " and more" if len(known) < len(bought) else ""
    return about + show.money(sum((price.usd for price in known), Decimal("0.00"))) + more


def _why(edit: Edit) -> Iterator[str]:
    alike: dict[str, list[NewJob]] = {}
    for job in edit.jobs:
        alike.setdefault("; ".join(_of_job(edit, job)), []).append(job)
    for words, jobs in alike.items():
        if words or len(jobs) > 1:
            count = f"{len(jobs):,} jobs" if len(jobs) > 1 else ""
            yield f"{words} ({count})" if words and count else words or count
    if "renamed" in edit.kinds:
        yield f"it was {edit.was}"
    if "moved" in edit.kinds:
        where = [f"after {name}" if name else "first" for name in (edit.follows, edit.followed)]
        yield f"{where[0]} now, {where[1]} before: costs nothing"
    if edit.recut:
        yield f"{', '.join(edit.recut)}: costs nothing"
    if edit.fallback:
        gone = edit.fallback == ("fallback_prompt is gone",)
        cost = "costs nothing" if gone else "costs nothing unless the prompt is refused"
        yield f"{', '.join(edit.fallback)}: {cost}"
    if edit.notes:
        yield f"{', '.join(edit.notes)}: costs nothing"
    if "added" in edit.kinds and len(edit.shots) > 1:
        yield f"{len(edit.shots)} shots in one take: {', '.join(edit.shots)}"


def _of_job(edit: Edit, job: NewJob) -> Iterator[str]:
    """Why a job is there, and why it need not be paid for."""
    if job.causes:
        yield "; ".join(map(str, job.causes))
    elif "fallback" in edit.kinds and "lost" not in edit.kinds and not job.before and job.to_pay:
        yield job.reason
    elif "lost" in edit.kinds and not job.before and "added" not in edit.kinds:
        yield "its take stands in no lock and no store any more"
    elif "variants" in edit.kinds and not job.before:
        yield f"for {_named(job.variants)}"
    if job.same_as:
        yield f"the same take as {job.same_as}"
    elif job.state == "reuse":
        yield "its take is there"
    elif job.state not in ("generate", "stale"):
        yield job.reason
    elif not job.to_pay:
        yield "it had to be shot before, too"


def _named(variants: Sequence[str]) -> str:
    more = f" and {len(variants) - _MOST_NAMED:,} more" if len(variants) > _MOST_NAMED else ""
    return ", ".join(variants[:_MOST_NAMED]) + more
