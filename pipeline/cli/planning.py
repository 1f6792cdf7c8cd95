"""`plan` and `prompt`: what would be made, used and paid for, and the request as it would be sent."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pipeline import produce, wire
from pipeline.cli import plan_comment, plans, show
from pipeline.cli.changes import change_fields, show_changes
from pipeline.cli.flags import flag_fields, show_flags
from pipeline.cli.sources import source_of
from pipeline.errors import SetupError, nearest
from pipeline.plan import (
    EVERYTHING,
    Change,
    Multiplied,
    Plan,
    Variant,
    Wish,
    changes,
    groups,
    multiplied,
    unknown,
)
from pipeline.produce import Film, Offer
from pipeline.wire import FileRef, MediaRef

FINE, OVER_BUDGET = 0, 3
_MOST_SHARED = 3  # texts that multiply, told of at most


def prompt(arguments: argparse.Namespace) -> int:
    """Show one request as it would be sent."""
    _, planned = produce.plan(source_of(arguments))
    fields = prompt_fields(planned, arguments.shot, arguments.variant)
    if arguments.json:
        show.result(fields)
        return FINE
    job, body = planned.jobs[fields["digest"]], fields["body"]
    show.line(f"POST {fields['url']}")
    head = f"{fields['shot']} in {fields['variant']}: {job.duration_s} s"
    show.line(f"{head}, {show.price(job.price)}, digest {job.digest[:12]}")
    show.line()
    for text in str(body.get("prompt", "")).splitlines():
        show.line(f"    {text}")
    show.line()
    show.result(body)
    return FINE


def prompt_fields(planned: Plan, shot: str, name: str | None) -> Mapping[str, Any]:
    """The request of a shot in the variant of that name, or the first, as JSON. Raises SetupError for no such shot."""
    variant = _variant(planned, name)
    index = _entry(planned, variant, shot)
    request, job = planned.request(variant, index), planned.jobs[planned.digests(variant)[index]]
    entry = planned.board.entries[index]
    link = entry.continue_from
    body = wire.body(request, lambda ref: _stand_in(ref, link.shot if link else ""))
    fields = {"variant": variant.name, "shot": entry.id, "digest": job.digest, "price": job.price}
    url = planned.origin + wire.submit_path(request.model)
    return {"format": 1, **fields, "method": "POST", "url": url, "body": body}


def _variant(planned: Plan, name: str | None) -> Variant:
    names = planned.variants.names
    if name is not None and name not in names:
        raise SetupError(f'there is no variant "{name}"', hint=unknown(names, name))
    return next(planned.variants.called(frozenset({name or names[0]})))


def _entry(planned: Plan, variant: Variant, shot: str) -> int:
    """Index of the entry with that id, or with a shot of that id among several."""
    ids: dict[str, int] = {}
    for index in variant.entries:
        entry = planned.board.entries[index]
        ids |= {entry.id: index} | {part.id: index for part in entry.parts}
    if shot not in ids:
        meant = nearest(shot, ids)
        hint = f'did you mean "{meant}"?' if meant else f"shots: {', '.join(list(ids)[:12])}"
        raise SetupError(f'there is no shot "{shot}"', hint=hint)
    return ids[shot]


def _stand_in(ref: MediaRef, continues: str) -> str:
    """What stands for an address that only the upload will give."""
    if isinstance(ref, FileRef):
        return f"<address of {ref.path} once it is uploaded>"
    return f"<address of frame {ref.frame} of {continues}, take {ref.take}, once it is uploaded>"


def plan(arguments: argparse.Namespace) -> int:
    """Show jobs, states, prices and reasons."""
    wish = wish_of(arguments)
    # What would be bought of all there is takes no time to speak of, and is not asked for most of the time.
    offer = _offer(arguments, wish) if arguments.quote or arguments.output or wish != EVERYTHING else None
    film, planned = (offer.film, offer.plan) if offer else produce.plan(source_of(arguments))
    notes = offer.notes if offer else ()
    chosen = named_variant(planned, arguments.variant)
    moved = changes(planned)
    if offer and arguments.output:
        names = (arguments.variant,) if arguments.variant else ()
        produce.save(arguments.output, offer, wish, names, quoted=arguments.quote and not notes)
    if arguments.json:
        show.stream(plan_fields(film, planned, chosen, moved, quoted=arguments.quote and not notes))
    elif arguments.format == "markdown":
        show.line(plan_comment.markdown(film, planned, chosen, moved).rstrip("\n"))
    else:
        _show_plan(film, planned, chosen, moved)
        if offer and (arguments.output or wish != EVERYTHING):
            show_purchase(offer)
    if arguments.output:
        show.note(f"saved; to do just that: storyreel shoot {shlex.quote(str(arguments.output))}")
    for text in notes:
        show.note(text)
    return OVER_BUDGET if planned.over_budget() else FINE


def named_variant(planned: Plan, name: str | None) -> Variant | None:
    """The variant of that name; None for no name. Raises SetupError for a name that is none."""
    return _variant(planned, name) if name else None


def wish_of(arguments: argparse.Namespace) -> Wish:
    """What is to be bought of what could be, as the words of the command say."""
    named = frozenset(arguments.only)
    return Wish(named, arguments.regenerate_absent, arguments.again, arguments.missing_only)


def _offer(arguments: argparse.Namespace, wish: Wish) -> Offer:
    names = (arguments.variant,) if arguments.variant else ()
    return produce.offered(source_of(arguments), wish, names, live=arguments.quote)


def plan_fields(
    film: Film, planned: Plan, chosen: Variant | None, moved: Mapping[str, Change], *, quoted: bool
) -> Mapping[str, Any]:
    """What goes out as JSON; what is long is made while it is written."""

    def variants() -> Iterator[Variant]:
        return iter([chosen] if chosen else planned.variants)

    totals = {
        "variants": len(planned.variants),
        "jobs": len(planned.jobs),
        "to_generate": len(planned.to_buy()),
        "changed": len(planned.changed()),
        "cost_usd": planned.cost_usd(),
        "changed_usd": plans.cost_of(planned.changed()),
        "unpriced": planned.unpriced(),
        "max_cost_usd": planned.max_cost_usd,
        "over_budget": planned.over_budget(),
        "quoted": quoted,
    }
    return {
        "format": 2,
        "storyboard": str(film.file),
        "root": str(film.project.root),
        "origin": planned.origin,
        "variants": ({"name": one.name, "keys": one.keys, "values": one.values} for one in variants()),
        "groups": groups(planned, moved),
        "changes": change_fields(planned, moved),
        "multiplied": multiplied(planned),
        "slots": (slot for one in variants() for slot in planned.slots(one)),
        "jobs": _jobs(planned, variants()),
        "flags": [flag_fields(row) for row in produce.flagged(film, planned, (chosen,) if chosen else ())],
        "totals": totals,
    }


def _jobs(planned: Plan, variants: Iterator[Variant]) -> Iterator[Mapping[str, Any]]:
    told: set[str] = set()
    for variant in variants:
        digests = planned.digests(variant)
        for index, digest in digests.items():
            if digest in told:
                continue
            told.add(digest)
            job, request = planned.jobs[digest], wire.as_digested(planned.request(variant, index, digests))
            yield {"digest": digest, "seconds": job.duration_s, "price": job.price, "request": request}


def _show_plan(film: Film, planned: Plan, chosen: Variant | None, moved: Mapping[str, Change]) -> None:
    show.line(f"{film.board.title}: {film.file}")
    show.line(f"takes of {planned.origin}, kept in {film.project.outputs}")
    show.line()
    if chosen:
        _show_slots(planned, chosen)
    else:
        show_groups(planned, moved)
    show_changes(planned, moved)
    show.line()
    for sentence in plans.totals(planned):
        show.line(sentence)
    show_flags(produce.flagged(film, planned, (chosen,) if chosen else ()))
    for text in multiplied(planned)[:_MOST_SHARED]:
        show.note(_warning(text))


def show_groups(planned: Plan, moved: Mapping[str, Change]) -> None:
    """What each entry comes to, a row for each state."""
    show.table(plans.rows(planned, moved), right=plans.numbers(planned))


def _show_slots(planned: Plan, variant: Variant) -> None:
    """The shots of one variant, one by one."""
    show.line(f"  {variant.name}")
    show.table(plans.slots(planned, variant), right=frozenset({2, 3}))


def _warning(text: Multiplied) -> str:
    """What makes many jobs out of few: the author may want it, and should know what it costs."""
    where = f"{text.path} ({text.file}:{text.line}:{text.column})"
    money = f"{show.money(text.usd_before)} becomes {show.money(text.usd)}"
    jobs = f"{show.count(text.jobs_before, 'job')} become {text.jobs:,}"
    return f"{where} uses {', '.join(text.names)}: {jobs}, {money}"


def show_purchase(offer: Offer) -> None:
    """What is bought and fetched, and what it costs."""
    bought = offer.purchase.to_pay
    seconds = sum(offer.plan.jobs[order.wanted].duration_s for order in bought)
    about = "about " if offer.estimate else ""
    limit = offer.purse.run_usd
    allows = "" if limit is None else f"; {offer.purse.run_words} allows {show.money(limit)}"
    takes = show.count(len(bought), "take")
    show.line(f"to buy: {takes}, {seconds:,} s, {about}{show.money(offer.cost_usd)}{allows}")
    changed = [order for key, order in offer.purchase.orders.items() if offer.purchase.states[key] == "stale"]
    usd = sum((order.price.usd for order in changed if order.price), Decimal("0.00"))
    for text in plans.apart(len(bought) - len(changed), len(changed), offer.cost_usd, usd):
        show.line(text)
    if fetched := len(offer.purchase.orders) - len(bought):
        show.line(f"to fetch, paid for already: {show.count(fetched, 'take')}")
