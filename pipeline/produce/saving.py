"""An Offer becomes a file that somebody can approve, and comes back as an Agreement: just that, and no dearer."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.plain import plain
from pipeline.plan import PAID_FOR, Wish
from pipeline.produce.offering import Offer
from pipeline.schema import violations

FORMAT = 1
_MOST_BYTES = 64 << 20
_MOST_TOLD = 8  # of what moved
_CENTS = Decimal("0.00")  # added to a price it shows its cents
_AGAIN = "make the plan again and look at it: storyreel plan ... -o"


@dataclass(frozen=True, slots=True)
class Agreed:
    """One order of a saved plan."""

    shot: str
    variant: str
    wanted: str  # digest of the request that the storyboard makes
    state: str
    usd: Decimal | None  # US dollars; None where nothing is paid


@dataclass(frozen=True, slots=True)
class Agreement:
    """A saved plan."""

    file: Path  # of the storyboard
    origin: str
    wish: Wish
    variants: tuple[str, ...]  # empty: all
    orders: Mapping[str, Agreed]  # by key
    cost_usd: Decimal  # US dollars for all of them


def save(path: Path, offer: Offer, wish: Wish, variants: tuple[str, ...], *, quoted: bool) -> None:
    """Write down an offer. Raises SetupError where that can't be, or a price is not known."""
    if not offer.film.file.is_file():
        raise SetupError(
            f"{offer.film.file}: it is in no file that could be shot later", hint="save the storyboard first"
        )
    if offer.unpriced:
        raise SetupError("a price is not known, so nobody can approve it", hint="ask the API for it: plan --quote")
    orders = {
        key: {
            "shot": order.shot,
            "variant": order.variant,
            "wanted": order.wanted,
            "state": offer.purchase.states[key],
            "usd": order.price.usd if order.price and order in offer.purchase.to_pay else None,
        }
        for key, order in offer.purchase.orders.items()
    }
    value = {
        "format": FORMAT,
        "storyboard": Path(os.path.relpath(offer.film.file, path.parent)).as_posix(),
        "origin": offer.plan.origin,
        "wish": {**plain(wish), "named": sorted(wish.named)},
        "variants": variants,
        "orders": orders,
        "cost_usd": offer.cost_usd,
        "quoted": quoted,
    }
    text = json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path}: can't be written: {error.strerror}") from error


def agreement(path: Path) -> Agreement:
    """A saved plan. Raises SetupError for what is none."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES)
        value = json.loads(content.decode("utf-8"))
    except OSError as error:
        raise SetupError(f"{path}: can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise SetupError(f"{path}: no saved plan: it is no JSON", hint=_AGAIN) from error
    if isinstance(value, dict) and type(value.get("format")) is int and value["format"] > FORMAT:
        raise SetupError(f"{path}: a newer storyreel saved it", hint="upgrade storyreel")
    fault = next(violations("saved-plan.schema.json", value), None)
    if fault:
        where = fault.json_path.removeprefix("$.")
        raise SetupError(f"{path}: no saved plan: {where}: {fault.message[:200]}", hint=_AGAIN)
    wish = value["wish"]
    orders = {key: Agreed(**{**one, "usd": _money(one["usd"])}) for key, one in value["orders"].items()}
    return Agreement(
        path.parent / value["storyboard"],
        value["origin"],
        Wish(**{**wish, "named": frozenset(wish["named"])}),
        tuple(value["variants"]),
        orders,
        Decimal(value["cost_usd"]),
    )


def refuse_moved(agreed: Agreement, offer: Offer) -> None:
    """Raises SetupError where something that the plan rests on is different now, before anything is asked or bought."""
    if offer.plan.origin != agreed.origin:
        so = f"the plan is for {agreed.origin}, and WAVESPEED_BASE_URL names {offer.plan.origin}"
        raise SetupError(so, hint=_AGAIN)
    if moved := list(_moved(agreed, offer)):
        more = f"; and {len(moved) - _MOST_TOLD} more" if len(moved) > _MOST_TOLD else ""
        raise SetupError(f"the plan has moved, nothing was bought: {'; '.join(moved[:_MOST_TOLD])}{more}", hint=_AGAIN)


def refuse_dearer(agreed: Agreement, offer: Offer) -> None:
    """Raises SetupError where some shot costs more now than was agreed, or all of it together."""
    for key, order in offer.purchase.orders.items():
        usd, now = agreed.orders[key].usd, order.price.usd if order.price else None
        if usd is not None and now is not None and now > usd:
            so = f"{order.shot} costs ${now + _CENTS:f} now, and ${usd:f} by the plan; nothing was bought"
            raise SetupError(so, hint=_AGAIN)
    if offer.cost_usd > agreed.cost_usd:
        so = f"this costs ${offer.cost_usd:f} now, and ${agreed.cost_usd:f} by the plan; nothing was bought"
        raise SetupError(so, hint=_AGAIN)


def _moved(agreed: Agreement, offer: Offer) -> Iterator[str]:
    """What is different, a phrase for each shot."""
    now: dict[str, Any] = dict(offer.purchase.orders)
    # What was bought meanwhile, by a run of this very plan that was broken off or by somebody else, is no obstacle.
    gone = {key: one for key, one in agreed.orders.items() if key not in now and not _is_kept(offer, key)}
    fresh = {key: order for key, order in now.items() if key not in agreed.orders}
    again = {(order.shot, order.variant) for order in fresh.values()}
    for one in gone.values():
        if (one.shot, one.variant) in again:
            yield f"{one.shot} makes another request now"
        else:
            state = offer.plan.state(one.wanted)[0] if one.wanted in offer.plan.jobs else "gone"
            yield f"{one.shot} is {state} now, and was to be {_to_be(one.state)}"
    was = {(one.shot, one.variant) for one in gone.values()}
    for key, order in fresh.items():
        if (order.shot, order.variant) not in was:
            yield f"{order.shot} is to be {_to_be(offer.purchase.states[key])} now, and the plan has nothing of it"
    for key in agreed.orders.keys() & now.keys():
        state = offer.purchase.states[key]
        one = agreed.orders[key]
        if now[key].wanted != one.wanted or (state != one.state and state not in PAID_FOR):
            yield f"{now[key].shot} is {state} now, and was {one.state}"


def _is_kept(offer: Offer, key: str) -> bool:
    _, digest, number = key.split(":")
    return any(take.number == int(number) for take in offer.plan.view.takes.get(digest, ()))


def _to_be(state: str) -> str:
    return "bought" if state in ("generate", "stale", "refused", "held") else "fetched"


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
