"""Tools that write and cost nothing: a take is chosen, an attempt settled, the cut made."""

from __future__ import annotations

from pipeline import produce
from pipeline.cli.accounting import account_fields
from pipeline.cli.rendering import rendered_fields
from pipeline.cli.taking import point_at, takes_fields
from pipeline.cli.tools.tool import Said
from pipeline.cli.tools.words import Words
from pipeline.errors import SetupError
from pipeline.produce import Tell
from pipeline.produce.choosing import Choice


def take(words: Words, _: Tell) -> Said:
    """Choose among the takes of a shot."""
    choice = Choice(
        int(words.said["circle"]) if "circle" in words.said else None,  # 2.0 is a whole number, too
        words.flag("keep"),
        words.flag("hold"),
        words.flag("release"),
        point_at(words.text("in"), "in"),
        point_at(words.text("out"), "out"),
        words.text("variant"),
    )
    if choice.says_nothing:
        raise SetupError(
            "nothing was chosen", hint="say circle, keep, hold, release, in or out; `takes` only lists them"
        )
    if choice.hold and choice.release:
        raise SetupError("hold and release can't both be", hint="say one of them")
    chosen = produce.choose(words.storyboard(), str(words.text("shot")), choice)
    return Said(takes_fields(chosen.takes, chosen))


def settle(words: Words, _: Tell) -> Said:
    """Write down what an attempt came to; then the account as it is."""
    file, adopt, abandon = words.storyboard(), words.text("adopt"), words.flag("abandon")
    if bool(adopt) == abandon:
        hint = "adopt: the id of its generation, where it exists; abandon: true, where it does not"
        raise SetupError("one of adopt and abandon must be said", hint=hint)
    row = produce.settle(file, str(words.text("what")), adopt=adopt or "")
    said = "given up: the next `shoot` may buy it again" if abandon else "the next `shoot` fetches it"
    return Said(account_fields(produce.status(file)), (f"{row.shot}, {row.digest[:12]}: {said}",))


def render(words: Words, tell: Tell) -> Said:
    """Make the best cut there is for nothing."""
    return Said(rendered_fields(produce.render(words.storyboard(), variants=words.texts("variants"), tell=tell)))
