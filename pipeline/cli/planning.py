"""`plan` and `prompt`: what would be made, used and paid for, and the request as it would be sent."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from pipeline import produce, wire
from pipeline.cli import show
from pipeline.errors import SetupError, nearest
from pipeline.plan import Job, Plan, Slot
from pipeline.produce import Film
from pipeline.wire import FileRef, MediaRef

FINE, OVER_BUDGET = 0, 3


def prompt(arguments: argparse.Namespace) -> int:
    """Show one request as it would be sent."""
    _, planned = produce.plan(arguments.file)
    slot = _slot(planned, arguments.shot, arguments.variant)
    job = planned.jobs[slot.digest]
    url = planned.origin + wire.submit_path(job.request.model)
    body = wire.body(job.request, lambda ref: _stand_in(slot, ref))
    if arguments.json:
        fields = {"variant": slot.variant, "shot": slot.shot, "digest": job.digest, "price": job.price}
        show.result({"format": 1, **fields, "method": "POST", "url": url, "body": body})
        return FINE
    show.line(f"POST {url}")
    show.line(f"{slot.shot} in {slot.variant}: {job.duration_s} s, {show.price(job.price)}, digest {job.digest[:12]}")
    show.line()
    for text in str(body.get("prompt", "")).splitlines():
        show.line(f"    {text}")
    show.line()
    show.result(body)
    return FINE


def _slot(planned: Plan, shot: str, variant: str | None) -> Slot:
    names = [item.name for item in planned.variants]
    wanted = variant or names[0]
    if wanted not in names:
        meant = nearest(wanted, names)
        hint = f'did you mean "{meant}"?' if meant else f"variants: {', '.join(names)}"
        raise SetupError(f'there is no variant "{wanted}"', hint=hint)
    slots = {slot.shot: slot for slot in planned.slots if slot.variant == wanted}
    if shot not in slots:
        meant = nearest(shot, slots)
        hint = f'did you mean "{meant}"?' if meant else f"shots: {', '.join(slots)}"
        raise SetupError(f'there is no shot "{shot}"', hint=hint)
    return slots[shot]


def _stand_in(slot: Slot, ref: MediaRef) -> str:
    """What stands for an address that only the upload will give."""
    if isinstance(ref, FileRef):
        return f"<address of {ref.path} once it is uploaded>"
    return f"<address of frame {ref.frame} of {slot.continues}, take {ref.take}, once it is uploaded>"


def plan(arguments: argparse.Namespace) -> int:
    """Show jobs, states, prices and reasons."""
    film, planned = produce.plan(arguments.file)
    if arguments.json:
        show.result(_plan_fields(film, planned))
    else:
        _show_plan(film, planned)
    return OVER_BUDGET if planned.over_budget() else FINE


def _plan_fields(film: Film, planned: Plan) -> Mapping[str, Any]:
    slots = [
        {
            "variant": slot.variant,
            "shot": slot.shot,
            "state": slot.state,
            "reason": slot.reason,
            "digest": slot.digest,
            "part": slot.part,
            "take": slot.take,
            "continues": slot.continues,
        }
        for slot in planned.slots
    ]
    jobs = [
        {"digest": job.digest, "seconds": job.duration_s, "price": job.price, "request": wire.as_digested(job.request)}
        for job in planned.jobs.values()
    ]
    totals = {
        "jobs": len(planned.jobs),
        "to_generate": len(planned.to_buy()),
        "cost_usd": planned.cost_usd(),
        "unpriced": planned.unpriced(),
        "max_cost_usd": planned.max_cost_usd,
        "over_budget": planned.over_budget(),
    }
    head = {"format": 1, "storyboard": str(film.file), "root": str(film.project.root), "origin": planned.origin}
    return {**head, "variants": planned.variants, "slots": slots, "jobs": jobs, "totals": totals}


def _show_plan(film: Film, planned: Plan) -> None:
    show.line(f"{film.board.title}: {film.file}")
    show.line(f"takes of {planned.origin}, kept in {film.project.outputs}")
    show.line()
    first: dict[str, str] = {}
    rows = [("variant", "shot", "state", "seconds", "price", "why")]
    for slot in planned.slots:
        job = planned.jobs[slot.digest]
        shared = first.setdefault(slot.digest, slot.variant)
        rows.append((slot.variant, slot.shot, slot.state, str(job.duration_s), *_cost(slot, job, shared)))
    show.table(rows, right=frozenset({3, 4}))
    show.line()
    _show_total(planned)


def _cost(slot: Slot, job: Job, first: str) -> tuple[str, str]:
    """Price and reason of a slot; a job is paid for once, where it is used first."""
    if slot.state == "generate" and slot.variant != first:
        return "-", f"the same take as in {first}"
    return show.price(job.price) if slot.state == "generate" else "-", slot.reason


def _show_total(planned: Plan) -> None:
    bought = planned.to_buy()
    shots, takes = show.count(len(planned.slots), "shot"), show.count(len(planned.jobs), "take")
    show.line(f"{shots} out of {takes}: {len(bought)} to generate, {sum(job.duration_s for job in bought)} s")
    about = "about " if any(job.price and job.price.estimate for job in bought) else ""
    unpriced = f", and {show.count(planned.unpriced(), 'take')} without a known price" if planned.unpriced() else ""
    show.line(f"to pay: {about}{show.money(planned.cost_usd())}{unpriced}{_budget(planned)}")


def _budget(planned: Plan) -> str:
    if planned.max_cost_usd is None:
        return ""
    most = show.money(planned.max_cost_usd)
    return f" - OVER the budget of {most}" if planned.over_budget() else f", within the budget of {most}"
