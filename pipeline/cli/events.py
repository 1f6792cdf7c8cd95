"""An event of a run becomes fields, and a line of JSON on stderr: for programs that follow a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.cli import show
from pipeline.cli.rendering import cut_fields
from pipeline.produce import (
    Accepted,
    Copying,
    Cutting,
    Event,
    Failed,
    Fetching,
    FinishedCut,
    HeldBack,
    Kept,
    Making,
    Moving,
    Offer,
    Sending,
    Step,
)


def event_fields(event: Event) -> Mapping[str, Any]:
    """An event as JSON, its kind under "event"."""
    match event:
        case Offer():
            return _head("offer") | _of_offer(event)
        case Cutting():
            return _head("cutting") | {"variant": event.variant, "done": event.done, "total": event.total}
        case Copying():
            return _head("copying") | {"variant": event.variant, "done": event.done, "total": event.total}
        case FinishedCut():
            return _head("cut") | dict(cut_fields(event))
        case Moving():
            return _head("moving") | _of_moving(event)
        case Step():
            who = {"job": event.key, "shot": event.shot, "variant": event.variant, "paid": event.paid}
            return _head(event.state) | who | _of_step(event)


def tell_line(event: Event) -> None:
    """The event as a line on stderr."""
    show.aside_json(event_fields(event))


def _head(kind: str) -> dict[str, Any]:
    return {"format": 1, "event": kind}


def _of_offer(offer: Offer) -> dict[str, Any]:
    return {
        "origin": offer.plan.origin,
        "takes": len(offer.purchase.orders),
        "to_pay": len(offer.purchase.to_pay),
        "cost_usd": offer.cost_usd,
        "estimate": offer.estimate,
    }


def _of_moving(event: Moving) -> dict[str, Any]:
    return {
        "way": event.way,
        "state": event.state,
        "shot": event.shot,
        "digest": event.spot.digest,
        "size_bytes": event.size_bytes,
        "message": event.message,
    }


def _of_step(step: Step) -> dict[str, Any]:
    match step:
        case Sending():
            return {"price_usd": step.price.usd if step.price else None}
        case Accepted() | Fetching():
            return {"prediction": step.prediction}
        case Making():
            return {"prediction": step.prediction, "status": step.status}
        case Kept():
            take = step.take
            return {"digest": take.digest, "take": take.number, "prediction": take.prediction, "home": take.home}
        case Failed() | HeldBack():
            return {"error": show.error_fields(step.error)}
        case _:
            return {"reason": step.message}
