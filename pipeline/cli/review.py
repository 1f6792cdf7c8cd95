"""What became of several storyboards is written as one comment: what differs, what it costs, and the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pipeline.cli import comment, edits, plan_comment, plans, show
from pipeline.cli.markdown import CELL, MOST, NAME, escaped, fitting, left_out
from pipeline.cli.pairs import Drawn
from pipeline.errors import Problem
from pipeline.plan import Plan, changes
from pipeline.produce import Compared, Film

NOTHING = "<!-- nothing differs -->"  # how a text begins of which nobody need be told
_LEAST = 3_000  # characters of a section; with less room it is left out
_MOST_PROBLEMS = 10  # told of a storyboard: all are annotations, too
_PLAN_SHARE = 3  # a third of a section is for the plan
_RESERVE = 1_500  # characters for what is said of all of them
_MOST_NAMED = 20  # storyboards, or shots


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of one storyboard."""

    file: Path  # as the user named it
    compared: Compared | None = None  # None where one of the states has errors
    film: Film | None = None  # the state after; None where it is not there or has errors
    plan: Plan | None = None  # likewise
    problems: tuple[Problem, ...] = ()  # why there is no comparison, or no plan
    drawn: Drawn | None = None  # None: no posters were asked for

    @property
    def differs(self) -> bool:
        """Whether anything is to be told of it."""
        found = self.compared.difference if self.compared else None
        if found is None:
            return True
        return bool(found.edits or found.settings or found.variants_added or found.variants_removed)


def markdown(reviewed: Sequence[Reviewed], before: str) -> str:
    """The comment, of at most `MOST` characters. `before` is the name of the state that they are held against."""
    told = [one for one in reviewed if one.differs]
    same = [one for one in reviewed if not one.differs]
    head = "" if told else f"{NOTHING}\n"
    head += _headline(reviewed, told, before)
    tail = _unchanged(same, before)
    left, sections, without = MOST - len(head) - len(tail) - _RESERVE, "", []
    for number, one in enumerate(told):
        share = left // (len(told) - number)
        if share < _LEAST:
            without.append(one)
            continue
        text = _section(one, before, share)
        sections, left = sections + text, left - len(text)
    return head + sections + _without(without) + tail


def _headline(reviewed: Sequence[Reviewed], told: Sequence[Reviewed], before: str) -> str:
    if len(reviewed) == 1 and told:
        return ""
    counted = f"{len(told)} of {show.count(len(reviewed), 'storyboard')}"
    against = f"against {escaped(before, NAME)}"
    if not told:
        return f"### No storyboard differs {against}\n\n"
    found = [one.compared.difference for one in told if one.compared]
    usd = sum((one.new_usd for one in found), Decimal("0.00"))
    about = "about " if any(one.new_estimate for one in found) else ""
    unpriced = sum(one.new_unpriced for one in found)
    more = f", and {show.count(unpriced, 'take')} without a known price" if unpriced else ""
    broken = sum(1 for one in told if one.compared is None)
    wrong = f"; {show.count(broken, 'storyboard')} can't be compared" if broken else ""
    return f"## {counted} to look at {against}: {about}{show.money(usd)} to shoot{more}{wrong}\n\n"


def _section(one: Reviewed, before: str, most: int) -> str:
    if one.compared is None:
        return _problems(one, before) + _plan(one, most // _PLAN_SHARE)
    states = tuple(edits.states(one.compared))[1:]  # which states they are stands above
    about = (f"{one.file} against {before}", *states)
    planned = _plan(one, most // _PLAN_SHARE)
    return comment.section(one.compared, about, most - len(planned)) + planned + _posters(one)


def _posters(one: Reviewed) -> str:
    saved = one.drawn.saved if one.drawn else None
    if saved is None:
        return ""
    names = list(dict.fromkeys(pair.shot for pair, _ in saved.pairs))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    shots = f"{', '.join(names[:_MOST_NAMED])}{more}"
    return f"\nFrames of {escaped(shots, CELL)}, before and after: {escaped(saved.folder.name, NAME)}/sheet.jpg\n\n"


def _plan(one: Reviewed, most: int) -> str:
    if one.film is None or one.plan is None:
        return ""
    heading, *rows = plans.rows(one.plan, changes(one.plan))
    begin = f"\n<details><summary>Plan: {escaped(plans.takes(one.plan), CELL)}</summary>\n\n"
    end = "\n</details>\n\n"
    return begin + plan_comment.table(one.plan, heading, rows, most - len(begin) - len(end)) + end


def _problems(one: Reviewed, before: str) -> str:
    """Why a storyboard can't be compared, and with which state it can't."""
    errors = show.count(len(one.problems), "error")
    where = "" if one.plan is None else f" in {escaped(before, NAME)}, so that nothing can be compared with it"
    head = f"### {escaped(str(one.file), NAME)}: {errors}{where}\n\n"
    lines = [f"- {escaped(_said(problem), CELL)}\n" for problem in one.problems[:_MOST_PROBLEMS]]
    rest = len(one.problems) - len(lines)
    return head + "".join(lines) + (f"- and {rest:,} more, told by `storyreel check`\n" if rest else "") + "\n"


def _said(problem: Problem) -> str:
    place = f"{problem.place.file}:{problem.place.line}" if problem.place.line else problem.place.file
    subject = f"{problem.path}: " if problem.path else ""
    return f"{place}: {subject}{problem.message}" + (f" ({problem.hint})" if problem.hint else "")


def _unchanged(same: Sequence[Reviewed], before: str) -> str:
    if not same:
        return ""
    names = ", ".join(f"{escaped(str(one.file), NAME)}{_cost(one)}" for one in same[:_MOST_NAMED])
    more = f" and {len(same) - _MOST_NAMED:,} more" if len(same) > _MOST_NAMED else ""
    return f"\nAs in {escaped(before, NAME)}: {names}{more}\n"


def _cost(one: Reviewed) -> str:
    return f" ({show.money(one.plan.cost_usd())} to shoot)" if one.plan and one.plan.to_buy() else ""


def _without(left: Sequence[Reviewed]) -> str:
    if not left:
        return ""
    names, rest = fitting((f"{escaped(str(one.file), NAME)}<br>\n" for one in left), _RESERVE - 200)
    more = f"and {rest:,} more\n" if rest else ""
    return f"\n{left_out(len(left), 'storyboard')}\n\n{names}{more}"
