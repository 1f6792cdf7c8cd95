"""`diff`: what differs in a storyboard between two states is told in words, seconds and dollars."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from pipeline import produce
from pipeline.cli import comment, edits, pairs, show
from pipeline.cli.changes import marked
from pipeline.errors import SetupError
from pipeline.produce import Compared, State

FINE = 0
_MOST_REVISIONS = 2
_MOST_PROMPTS = 12  # shown as text


def diff(arguments: argparse.Namespace) -> int:
    """Tell what differs; whether anything does is no matter of the exit code."""
    if len(arguments.revisions) > _MOST_REVISIONS:
        hint = "storyreel diff [REV [REV]] FILE: one storyboard, two revisions at most"
        raise SetupError(f"{len(arguments.revisions)} revisions are too many", hint=hint)
    with produce.comparing(arguments.file, arguments.revisions) as compared:
        drawn = pairs.draw(compared, arguments.posters / arguments.file.stem) if arguments.posters else None
    if arguments.json:
        show.result(_fields(compared, drawn))
    elif arguments.format == "markdown":
        show.line(comment.markdown(compared).rstrip("\n"))
    else:
        _show(compared)
    if drawn:
        pairs.tell(drawn)
    return FINE


def _show(compared: Compared) -> None:
    found = compared.difference
    show.line(f"{compared.title}: {compared.file}")
    for text in edits.states(compared):
        show.line(text)
    rows = [(row.shot, row.what, row.price, row.why) for row in edits.rows(found)]
    if rows:
        show.line()
        show.table([("shot", "what", "to shoot", "why"), *rows], right=frozenset({2}))
    prompts = edits.prompts(found)
    for prompt in prompts[:_MOST_PROMPTS]:
        show.line()
        show.line(f"  {', '.join(prompt.shots)}:")
        show.line(f"      {marked(prompt.words)}")
    if len(prompts) > _MOST_PROMPTS:
        show.line()
        show.line(f"  and {len(prompts) - _MOST_PROMPTS} more prompts, all of them in --json")
    show.line()
    for text in edits.beside(found):
        show.line(text)
    show.line(edits.headline(found))
    show.line(edits.totals(compared))


def _fields(compared: Compared, drawn: pairs.Drawn | None) -> Mapping[str, Any]:
    found = compared.difference
    lengths = [
        {
            "variant": length.variant,
            "seconds_before": None if length.before_s is None else float(length.before_s),
            "seconds": None if length.after_s is None else float(length.after_s),
        }
        for length in found.lengths
    ]
    return {
        "format": 1,
        "storyboard": str(compared.file),
        "title": compared.title,
        "before": _state(compared.before),
        "after": _state(compared.after),
        "headline": edits.headline(found),
        "edits": found.edits,
        "settings": found.settings,
        "variants_added": found.variants_added,
        "variants_removed": found.variants_removed,
        "lengths": lengths,
        "posters": pairs.fields(drawn),
        "totals": {
            "new_usd": found.new_usd,
            "new_unpriced": found.new_unpriced,
            "new_estimate": found.new_estimate,
            "usd_before": found.usd_before,
            "usd": found.usd,
            "unpriced": found.unpriced,
            "max_cost_usd": found.max_cost_usd,
            "over_budget": found.over_budget,
        },
    }


def _state(state: State) -> Mapping[str, Any]:
    return {"name": state.name, "commit": state.commit, "board": state.board, "notes": state.notes}
