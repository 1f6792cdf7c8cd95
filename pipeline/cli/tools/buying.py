"""The one tool that spends: with an amount or a saved plan, and never without. Without, it tells the price."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pipeline import produce
from pipeline.cli import show
from pipeline.cli.shooting import shooting_fields
from pipeline.cli.tools.free import ENDING, priced
from pipeline.cli.tools.tool import Said
from pipeline.cli.tools.words import WISHES, Words
from pipeline.errors import ApprovalNeeded, OverBudget, SetupError
from pipeline.produce import Offer, Shooting, Tell
from pipeline.produce.shooting import never


def shoot(words: Words, tell: Tell) -> Said:
    """Buy what is missing and make the cuts. Raises ApprovalNeeded, with the price, where no amount is named."""
    most = words.dollars("max_cost_usd")
    by = _by_plan if Path(str(words.text("file"))).suffix == ENDING else _by_amount
    try:
        done = by(words, most, tell)
    except OverBudget as error:
        # On the command line the hint says to raise it: that is not for a model to do.
        hint = "tell the user, who alone may raise it; or buy less: only, variants, missing_only, shorter shots"
        raise OverBudget(error.message.replace("--max-cost", "max_cost_usd"), hint=hint) from error
    bills = "" if done.billed_usd is None else f"; the API's bills say {show.money(done.billed_usd)}"
    return Said(shooting_fields(done), (f"spent {show.money(done.spent_usd)}{bills}",))


def _by_plan(words: Words, most: Decimal | None, tell: Tell) -> Shooting:
    if said := [name for name in (*WISHES, "variants") if words.said.get(name)]:
        raise SetupError(f"a saved plan says itself what is bought: {', '.join(said)}", hint="say it to `plan`")
    agreed = produce.agreement(words.folder.path(str(words.text("file"))))
    words.folder.storyboard(str(agreed.file))
    return produce.shoot_saved(agreed, max_cost_usd=most, tell=tell)


def _by_amount(words: Words, most: Decimal | None, tell: Tell) -> Shooting:
    file, wish, variants = words.storyboard(), words.wish(), words.texts("variants")
    if most is None:
        _refuse_to_pay(produce.offered(file, wish, variants))
    return produce.shoot(
        file,
        approve=never if most is None else _within,
        variants=variants,
        only=wish.named,
        again=wish.again,
        missing_only=wish.missing_only,
        regenerate_absent=wish.regenerate_absent,
        max_cost_usd=most,
        tell=tell,
    )


def _within(_: Offer) -> bool:
    """The amount is the yes: an offer above it was refused before anybody is asked."""
    return True


def _refuse_to_pay(offer: Offer) -> None:
    if offer.purchase.to_pay:
        so = f"nothing was bought: {priced(offer)}, and max_cost_usd does not say that it may"
        hint = "show the user this price and ask; once they agree, call shoot with max_cost_usd set to what they allow"
        raise ApprovalNeeded(so, hint=hint)
