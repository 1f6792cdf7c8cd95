"""A Plan becomes sentences: a row for each entry and state, and what there is to pay."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from pipeline.cli import show
from pipeline.plan import Change, Group, Job, Plan, Variant, groups
from pipeline.storyboard import Storyboard

Row = tuple[str, ...]


def rows(planned: Plan, moved: Mapping[str, Change]) -> Iterator[Row]:
    """The heading, and what each entry comes to, a row for each state; with a column for jobs where there are films."""
    several = len(planned.variants) > 1
    searched = frozenset(entry.id for entry in planned.board.entries if entry.finds_cuts)
    yield ("shot", "state", *(["jobs"] if several else []), "seconds", "price", "why")
    for group in groups(planned, moved):
        jobs = [f"{group.jobs:,}"] if several else []
        yield (group.entry, group.state, *jobs, f"{group.seconds:,}", _cost(group), _why(planned, group, searched))


def numbers(planned: Plan) -> frozenset[int]:
    """Which columns of the rows hold numbers."""
    return frozenset({2, 3, 4} if len(planned.variants) > 1 else {2, 3})


def slots(planned: Plan, variant: Variant) -> Iterator[Row]:
    """The heading, and the shots of one variant, one by one."""
    yield ("shot", "state", "seconds", "price", "why")
    for slot in planned.slots(variant):
        job = planned.jobs[slot.digest]
        cost = show.price(job.price) if slot.state in ("generate", "stale") and not slot.part else "-"
        reason = slot.reason if not slot.part else f"part {slot.part + 1} of the same take"
        yield (slot.shot, slot.state, str(job.duration_s), cost, reason)


def totals(planned: Plan) -> Iterator[str]:
    """What there is to generate and to pay, a line each."""
    yield takes(planned)
    yield f"to pay: {price(planned)}"
    bought, changed = planned.to_buy(), planned.changed()
    yield from apart(len(bought) - len(changed), len(changed), planned.cost_usd(), cost_of(changed))


def takes(planned: Plan) -> str:
    """How many takes there are, and how many of them are missing."""
    bought = planned.to_buy()
    all_of_them, variants = show.count(len(planned.jobs), "take"), show.count(len(planned.variants), "variant")
    films = f"{variants} out of " if len(planned.variants) > 1 else ""
    return f"{films}{all_of_them}: {len(bought):,} to generate, {sum(job.duration_s for job in bought):,} s"


def price(planned: Plan) -> str:
    """What all of that costs, and whether it may."""
    about = "about " if any(job.price and job.price.estimate for job in planned.to_buy()) else ""
    unpriced = f", and {show.count(planned.unpriced(), 'take')} without a known price" if planned.unpriced() else ""
    return f"{about}{show.money(planned.cost_usd())}{unpriced}{_budget(planned)}"


def apart(missing: int, changed: int, usd: Decimal, changed_usd: Decimal) -> Iterator[str]:
    """What must be paid for and what only may be, where there is any of the latter: it has a take that can stay."""
    if changed:
        must = (
            f"{show.money(usd - changed_usd)} for {show.count(missing, 'shot')} without any take, " if missing else ""
        )
        which = "all" if not missing else show.money(changed_usd)
        yield f"  {must}{which} for {show.count(changed, 'shot')} that changed; --missing-only leaves these as they are"


def cost_of(jobs: Iterable[Job]) -> Decimal:
    """US dollars for these jobs, unpriced ones left out."""
    return sum((job.price.usd for job in jobs if job.price), Decimal("0.00"))


def _cost(group: Group) -> str:
    if group.state not in ("generate", "stale") or group.same_as:
        return "-"
    if group.unpriced == group.jobs:
        return "unpriced"
    return ("about " if group.estimate else "") + show.money(group.usd) + (" and more" if group.unpriced else "")


def _why(planned: Plan, group: Group, searched: Container[str]) -> str:
    """Why the jobs of an entry are in their state, and why there are several of them.

    `searched` has the ids of those whose take is divided at cuts that are found in it.
    """
    reasons = [f"the same take as {group.same_as}" if group.same_as else group.reason]
    if len(group.shots) > 1:
        where = " (divided where the take cuts; equally long until then)" if group.entry in searched else ""
        reasons.append(f"{len(group.shots)} shots in one take: {', '.join(group.shots)}{where}")
    if group.varies:
        reasons.append(f"varies with {', '.join(_varying(planned.board, group.varies))}")
    return "; ".join(reasons)


def _varying(board: Storyboard, names: Sequence[str]) -> list[str]:
    """The variables by name; several columns of a table, which go together anyway, by the table's."""
    rows = board.variants.rows if board.variants else ()
    columns = [name for name in names if rows and name in rows[0].values]
    if len(columns) < 2:
        return list(names)
    table = board.source.node(("variants", "from")).raw.rpartition("/")[2]
    return list(dict.fromkeys(table if name in columns else name for name in names))


def _budget(planned: Plan) -> str:
    if planned.max_cost_usd is None:
        return ""
    most = show.money(planned.max_cost_usd)
    return f" - OVER the budget of {most}" if planned.over_budget() else f", within the budget of {most}"
