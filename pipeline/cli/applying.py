"""`take --from`: the takes that a review circles are used, and what it says is shown, shot by shot."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from pipeline import produce
from pipeline.cli import show
from pipeline.errors import SetupError
from pipeline.frames import plain_seconds
from pipeline.produce import Applied, Choice
from pipeline.report.review import Comment

FINE = 0
_MOST_NAMED = 3  # variants


def applied(arguments: argparse.Namespace, choice: Choice) -> int:
    """Apply a review. Raises SetupError where a shot is named beside it, or anything is said of one."""
    if arguments.shot is not None or choice != Choice(keep=choice.keep):
        raise SetupError("--from takes its shots and takes out of the review", hint="only --keep goes with it")
    done = produce.apply_review(arguments.file, arguments.review, keep=choice.keep)
    if arguments.json:
        show.result(_fields(done))
        return FINE
    _show(done)
    return FINE


def _show(done: Applied) -> None:
    review, circled = done.review, {one.shot: one for one in done.circled}
    whose = f" by {review.reviewer}" if review.reviewer else ""
    comments = sum(len(each.comments) for each in review.shots)
    counted = f"{show.count(len(circled), 'circled take')}, {show.count(comments, 'comment')}"
    show.line(f"{review.file}: a review{whose}: {counted}")
    for each in review.shots:
        show.line()
        one = circled.get(each.shot)
        what = ""
        if one:
            already = " already" if one.unchanged else ""
            what = f": take {one.take} is used{already}{_in(done, one.variants)}"
        show.line(f"  {each.shot}{what}")
        for comment in each.comments:
            show.line(f"      {_about(comment)}")
    if done.stale:
        show.line()
        more = f": {show.money(abs(done.cost_usd))} {'more' if done.cost_usd > 0 else 'less'}" if done.cost_usd else ""
        verb = "continues" if len(done.stale) == 1 else "continue"
        show.note(f"{', '.join(done.stale)} {verb} from one of them and changed{more}")


def _in(done: Applied, variants: tuple[str, ...]) -> str:
    if len(done.variants) <= 1 and done.review.variant:
        return f" in {done.review.variant}"
    if len(variants) == len(done.variants):
        return ""
    more = f" and {len(variants) - _MOST_NAMED} more" if len(variants) > _MOST_NAMED else ""
    return f" in {', '.join(variants[:_MOST_NAMED])}{more}"


def _about(comment: Comment) -> str:
    about = f"take {comment.take}" if comment.take else ""
    at = f"at {plain_seconds(comment.at_s)} s" if comment.at_s is not None else ""
    where = " ".join(filter(None, (about, at)))
    lines = comment.text.splitlines() or [""]
    first = f"{where}: {lines[0]}" if where else lines[0]
    return "\n        ".join([first, *lines[1:]])


def _fields(done: Applied) -> Mapping[str, Any]:
    comments = [
        {
            "shot": each.shot,
            "take": comment.take,
            "at_s": None if comment.at_s is None else float(comment.at_s),
            "text": comment.text,
        }
        for each in done.review.shots
        for comment in each.comments
    ]
    return {
        "format": 1,
        "storyboard": str(done.film.file),
        "review": done.review.file,
        "reviewer": done.review.reviewer,
        "variants": done.variants,
        "circled": [
            {"shot": one.shot, "take": one.take, "variants": one.variants, "unchanged": one.unchanged}
            for one in done.circled
        ],
        "comments": comments,
        "stale": done.stale,
        "cost_usd": done.cost_usd,
    }
