"""`shoot`: the offer is shown and asked about, takes are bought while progress is shown, and it says what it cost."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline import produce, settings
from pipeline.cli import show
from pipeline.cli.changes import show_changes
from pipeline.cli.flags import flag_fields, show_flags
from pipeline.cli.planning import show_groups, show_purchase, wish_of
from pipeline.cli.rendering import cut_fields, show_cut
from pipeline.cli.sources import source_of
from pipeline.errors import GenerationError, SetupError, StoryreelError
from pipeline.plan import Order, Slot, changes
from pipeline.produce import Agreement, Offer, Shooting
from pipeline.take import Take

FINE, SOME_FAILED = 0, 1
_SERIOUS = (4, 3, 5, 2, 1)  # exit codes, the most serious first
_MOST_TOLD = 20  # failures, one by one


def shoot(arguments: argparse.Namespace) -> int:
    """Buy what is missing and make the cuts."""
    from pipeline.cli.progress import progress  # here: it loads rich

    most = settings.dollars(arguments.max_cost, "--max-cost") if arguments.max_cost is not None else None
    saved = _saved(arguments)
    with progress(quiet=arguments.json, as_json=arguments.events) as shown:
        if saved:
            done = produce.shoot_saved(saved, max_cost_usd=most, tell=shown.tell)
        else:
            wish = wish_of(arguments)
            done = produce.shoot(
                source_of(arguments),
                approve=_approval(arguments, shown.pause),
                variants=arguments.variant,
                only=wish.named,
                again=wish.again,
                missing_only=wish.missing_only,
                regenerate_absent=wish.regenerate_absent,
                max_cost_usd=most,
                tell=shown.tell,
            )
    if arguments.json:
        show.result(shooting_fields(done))
    else:
        _show(done)
    for text in done.notes:
        show.note(text)
    return exit_code(done)


def _saved(arguments: argparse.Namespace) -> Agreement | None:
    """The saved plan that the file is; None where it is a storyboard. Raises SetupError for words that change it."""
    if arguments.file.suffix != ".json":
        return None
    words = ("only", "variant", "again", "missing_only", "regenerate_absent")
    if said := [f"--{word.replace('_', '-')}" for word in words if getattr(arguments, word)]:
        raise SetupError(f"a saved plan says itself what is bought: {', '.join(said)}", hint="say it to `plan -o`")
    return produce.agreement(arguments.file)


def _approval(arguments: argparse.Namespace, pause: Callable[[], object]) -> Callable[[Offer], bool]:
    """How the offer is approved: beforehand by --yes, on a terminal by a key, else not at all."""

    def approve(offer: Offer) -> bool:
        pause()
        if not arguments.json:
            _show_offer(offer)
        if arguments.yes:
            return True
        if arguments.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        return show.asked(f"Buy {show.count(len(offer.purchase.to_pay), 'take')} for {_cost(offer)}?")

    return approve


def _show_offer(offer: Offer) -> None:
    film = offer.film
    show.line(f"{film.board.title}: {film.file}")
    show.line(f"takes of {offer.plan.origin}, kept in {film.project.outputs}")
    show.line()
    moved = changes(offer.plan)
    show_groups(offer.plan, moved)
    show_changes(offer.plan, moved)
    show.line()
    show_purchase(offer)
    for note in offer.notes:
        show.note(note)


def _cost(offer: Offer) -> str:
    return ("about " if offer.estimate else "") + show.money(offer.cost_usd)


def _show(done: Shooting) -> None:
    for cut in done.rendered.cuts:
        show_cut(cut)
    show_flags(done.rendered.flags)
    for left in done.left[:_MOST_TOLD]:
        slot, name = left.slot, _name(left.slot, shared=left.shared)
        again = f"\n    to try it once more as it is: --only {slot.shot}"
        # By name alone it could not be made either: what it continues from is refused, or left as it is.
        by_name = left.reason == slot.reason and not (slot.state == "held" and slot.continues)
        show.note(f"{name}: {left.reason}" + (again if by_name else ""))
    if not done.made:
        show.line("nothing to buy" + ("" if done.left else ": every shot has its take"))
        return
    kept = [outcome for outcome in done.made.values() if isinstance(outcome, Take)]
    billed = "" if done.billed_usd is None else f"; the API's bills say {show.money(done.billed_usd)}"
    estimated = f" of the {show.money(done.offer.cost_usd)} estimated" if done.offer.cost_usd != done.spent_usd else ""
    show.line(f"{show.count(len(kept), 'take')} kept; spent {show.money(done.spent_usd)}{estimated}{billed}")
    failed = list(_told(done))
    for name, error in failed[:_MOST_TOLD]:
        show.note(f"{name}: {error.message}" + (f"\n    {error.hint}" if error.hint else ""))
    if len(failed) > _MOST_TOLD:
        show.note(f"and {len(failed) - _MOST_TOLD:,} more")


def _told(done: Shooting) -> Iterable[tuple[str, StoryreelError]]:
    """The shots without a take, the most serious reason first."""
    orders = done.offer.purchase.orders
    failed = sorted(done.failed.items(), key=lambda item: _SERIOUS.index(_code(item[1])))
    return ((_name(orders[key], shared=orders[key].shared), error) for key, error in failed)


def _name(what: Order | Slot, *, shared: bool) -> str:
    return show.named(what.shot, "" if shared else what.variant)


def _code(error: StoryreelError) -> int:
    return error.exit_code if error.exit_code in _SERIOUS else SOME_FAILED


def exit_code(done: Shooting) -> int:
    """The most serious of what went wrong."""
    codes = {_code(error) for error in done.failed.values()}
    codes |= {SOME_FAILED} if done.left else set()
    codes |= {SOME_FAILED for cut in done.rendered.cuts if cut.failed}
    return next((code for code in _SERIOUS if code in codes), FINE)


def shooting_fields(done: Shooting) -> Mapping[str, Any]:
    """What `shoot` did as JSON."""
    orders = done.offer.purchase.orders
    return {
        "format": 1,
        "origin": done.offer.plan.origin,
        "estimated_usd": done.offer.cost_usd,
        "spent_usd": done.spent_usd,
        "billed_usd": done.billed_usd,
        "left": [{**_head(left.slot, shared=left.shared), "reason": left.reason} for left in done.left],
        "takes": [_take_fields(orders[key], outcome) for key, outcome in done.made.items()],
        "cuts": [cut_fields(cut) for cut in done.rendered.cuts],
        "flags": [flag_fields(row) for row in done.rendered.flags],
    }


def _head(what: Order | Slot, *, shared: bool) -> Mapping[str, Any]:
    return {"shot": what.shot, "variant": what.variant, "shared": shared, "digest": what.digest}


def _take_fields(order: Order, outcome: Take | StoryreelError) -> Mapping[str, Any]:
    head = _head(order, shared=order.shared)
    price = order.price.usd if order.price else None
    if isinstance(outcome, Take):
        return {**head, "take": outcome.number, "prediction": outcome.prediction, "price_usd": price, "error": None}
    known = outcome.prediction if isinstance(outcome, GenerationError) else ""
    error = show.error_fields(outcome)
    return {**head, "take": None, "prediction": known, "price_usd": price, "error": error}
