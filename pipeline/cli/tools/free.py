"""Tools that cost nothing and change nothing in the store or the lock: check, plan, prompt, takes, status, models."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline import produce, settings
from pipeline.cli import show
from pipeline.cli.accounting import account_fields
from pipeline.cli.checking import report_of
from pipeline.cli.formats.json import report_fields
from pipeline.cli.models import models_fields
from pipeline.cli.planning import named_variant, plan_fields, prompt_fields
from pipeline.cli.taking import takes_fields
from pipeline.cli.tools.tool import Said
from pipeline.cli.tools.words import Words
from pipeline.errors import SetupError
from pipeline.plan import EVERYTHING, changes
from pipeline.produce import Offer, Tell

ENDING = ".json"  # of saved plans


def check(words: Words, _: Tell) -> Said:
    """What is wrong with storyboards."""
    return Said(report_fields(report_of([words.folder.storyboard(name) for name in words.texts("files")])))


def plan(words: Words, _: Tell) -> Said:
    """What would be made, used and paid for; saved, where that is asked for."""
    file, wish, name = words.storyboard(), words.wish(), words.text("variant")
    output = _output(words)
    quote = words.flag("quote")
    names = (name,) if name else ()
    offer = produce.offered(file, wish, names, live=quote) if quote or output or wish != EVERYTHING else None
    film, planned = (offer.film, offer.plan) if offer else produce.plan(file)
    chosen = named_variant(planned, name)
    quoted = quote and not (offer and offer.notes)
    notes = []
    if offer and output:
        produce.save(output, offer, wish, names, quoted=quoted)
        notes.append(f"saved as {output}: shoot with file={output} buys exactly this, at no more than this price")
    if offer:
        notes = [*notes, f"{priced(offer)} with these arguments", *offer.notes]
    return Said(plan_fields(film, planned, chosen, changes(planned), quoted=quoted), tuple(notes))


def priced(offer: Offer) -> str:
    """What an offer holds, and what it costs."""
    takes, about = show.count(len(offer.purchase.to_pay), "take"), "about " if offer.estimate else ""
    unpriced = f", and {show.count(offer.unpriced, 'take')} without a known price" if offer.unpriced else ""
    return f"shoot would buy {takes} for {about}{show.money(offer.cost_usd)}{unpriced}"


def _output(words: Words) -> Path | None:
    """Where the plan is saved. Raises SetupError for a file that is there and is something else."""
    said = words.text("save_as")
    if said is None:
        return None
    path = words.folder.path(said)
    if path.suffix != ENDING:
        raise SetupError(f"{said}: a saved plan ends in {ENDING}", hint="as in plan.json")
    if os.path.lexists(path):
        try:
            produce.agreement(path)
        except SetupError as error:
            so = f"{said} is there already, and is no saved plan: it would be lost"
            raise SetupError(so, hint="choose another name") from error
    return path


def prompt(words: Words, _: Tell) -> Said:
    """One request as it would be sent."""
    _film, planned = produce.plan(words.storyboard())
    return Said(prompt_fields(planned, str(words.text("shot")), words.text("variant")))


def takes(words: Words, _: Tell) -> Said:
    """The takes of a shot."""
    return Said(takes_fields(produce.takes(words.storyboard(), str(words.text("shot")))))


def status(words: Words, _: Tell) -> Said:
    """What is open, uncertain or absent, and what was spent."""
    return Said(account_fields(produce.status(words.storyboard())))


def models(words: Words, _: Tell) -> Said:
    """The models that can be asked for."""
    project = settings.project_here(words.folder.root)
    words.folder.holds(project.root)
    return Said(models_fields(project, words.text("model")))
