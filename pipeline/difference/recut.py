"""What differs in the cut alone, and costs nothing: points, transitions, which variants show a shot, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from pipeline.difference import reading, remixed
from pipeline.difference.naming import within
from pipeline.difference.side import Side
from pipeline.frames import plain_seconds
from pipeline.storyboard import Entry, Shot, Storyboard, Transition


@dataclass(frozen=True, slots=True)
class Setting:
    """Something said of the whole film that differs, and makes no shot another one."""

    name: str  # as the author writes it: cut.frame_rate
    words: str  # "24 to 25"


def recut(before: Side, after: Side, was: int, index: int) -> tuple[str, ...]:
    """What the cut makes otherwise of an entry, one sentence each; without its shot's id where it has but one."""
    old, new = before.entries[was], after.entries[index]
    several = len(new.shots) > 1 or len(old.shots) > 1
    told: list[str] = [*_found(old, new)]
    for one, other in matched(old, new):
        sentences: list[str] = []
        if one and other:
            renamed = several and one.id != other.id
            sentences += [f"is called {other.id} now"] if renamed else []
            sentences += [*_points(one, other), *_transition(one, other)]
            both = tuple(variant for variant in after.jobs[index] if variant in before.jobs[was])
            sentences += remixed.of_shot(one, other, before, after, both)
            sentences += reading.over(one, other, before, after)
            sentences += _chosen(one, other, before, after, was, index)
            sentences += _shown(one.id, other.id, before, after, was, index)
        else:
            sentences.append("is shown now" if other else "is not shown any more")
        name = (one or other or new).id
        told += [f"{name} {sentence}" if several else sentence for sentence in sentences]
    return (*told, *_takes(before, after, was, index))


def settings(before: Side, after: Side) -> Iterator[Setting]:
    """What is said of the whole film."""
    if before.plan is None or after.plan is None:
        return
    one, other = before.plan.board, after.plan.board
    if one.title != other.title:
        yield Setting("title", f"{one.title!r} to {other.title!r}")
    yield from _of_cuts(before, after)
    yield from (Setting(name, words) for name, words in remixed.of_film(before, after))
    for name, was_usd, now_usd in (
        ("max_cost", one.max_cost_usd, other.max_cost_usd),
        ("max_total", one.max_total_usd, other.max_total_usd),
    ):
        if was_usd != now_usd:
            limits = ("no limit" if usd is None else f"${usd:f}" for usd in (was_usd, now_usd))
            yield Setting(f"budget.{name}", " to ".join(limits))
    yield from (Setting(name, words) for name, words in reading.settings(before, after))
    yield from _checks(one, other)
    yield from _words(one, other)


def _of_cuts(before: Side, after: Side) -> Iterator[Setting]:
    both = [variant for variant in after.cuts if variant in before.cuts]
    for place, name in enumerate(("frame_rate", "fit", "size")):
        moved: dict[str, list[str]] = {}
        for variant in both:
            was, now = before.cuts[variant][place], after.cuts[variant][place]
            if was != now:
                moved.setdefault(f"{was} to {now}", []).append(variant)
        for words, variants in moved.items():
            yield Setting(f"cut.{name}", words + within(variants, len(both)))


def _checks(old: Storyboard, new: Storyboard) -> Iterator[Setting]:
    """Programs that look at takes."""
    was, now = _limits_of(old), _limits_of(new)
    for run in dict.fromkeys((*was, *now)):
        if run not in was or run not in now:
            yield Setting("checks", f"{run} is {'new' if run in now else 'gone'}")
        elif was[run] != now[run]:
            yield Setting("checks", f"{run} timeout {was[run]} s to {now[run]} s")


def _limits_of(board: Storyboard) -> Mapping[str, int]:
    return {check.run: check.timeout_s for check in board.checks}


def _words(old: Storyboard, new: Storyboard) -> Iterator[Setting]:
    pilots = [board.variants.pilot if board.variants else "" for board in (old, new)]
    if pilots[0] != pilots[1]:
        yield Setting("variants.pilot", " to ".join(name or "the first variant" for name in pilots))
    for name in ("slate", "safe_areas"):
        was, now = (str(getattr(board.previs, name)).lower() for board in (old, new))
        if was != now:
            yield Setting(f"previs.{name}", f"{was} to {now}")
    for codes, words in ((new.lint.off - old.lint.off, "new"), (old.lint.off - new.lint.off, "gone")):
        yield from (Setting("lint.off", f"{code} is {words}") for code in sorted(codes))


def matched(old: Entry, new: Entry) -> Iterator[tuple[Shot | None, Shot | None]]:
    """The shots that the cut makes of an entry, before and after: by id, else by their place in the take."""
    left = {shot.id: shot for shot in old.shots}
    ids = {shot.id for shot in new.shots}
    by_part = {shot.part: shot for shot in old.shots if shot.id not in ids}
    for shot in new.shots:
        was = left.get(shot.id) or by_part.get(shot.part)
        if was:
            left.pop(was.id, None)
        yield was, shot
    yield from ((shot, None) for shot in left.values())


def _found(old: Entry, new: Entry) -> Iterator[str]:
    """Whether its take is divided where cuts are found in it."""
    if new.finds_cuts and not old.finds_cuts:
        yield "its take is divided where it cuts"
    elif old.finds_cuts and not new.finds_cuts:
        yield "its take is not divided where it cuts any more"


def _points(old: Shot, new: Shot) -> Iterator[str]:
    if bool(old.shares) != bool(new.shares):
        return  # they count from elsewhere
    for name, was, now in (("in", old.in_s, new.in_s), ("out", _out(old), _out(new))):
        if was != now:
            end = "the end of its part" if new.shares else "the end of its take"
            yield " to ".join((f"{name} {_seconds(was, end)}", _seconds(now, end)))


def _out(shot: Shot) -> Fraction | None:
    return shot.end_s if shot.out_s is None else shot.out_s


def _transition(old: Shot, new: Shot) -> Iterator[str]:
    one, other = old.transition, new.transition
    if one == other:
        return
    if one is None or other is None:
        yield f"{_told(other)} is new" if other else f"{_told(one)} is gone" if one else ""
    elif replace(one, duration_s=other.duration_s) == other:
        yield f"{other.type.replace('_', ' ')} {_seconds(one.duration_s)} to {_seconds(other.duration_s)}"
    else:
        yield f"{_told(one)} to {_told(other)}"


def _told(transition: Transition) -> str:
    goes = f" {transition.direction}" if transition.direction else ""
    through = f" through {transition.through}" if transition.through else ""
    return f"{transition.type.replace('_', ' ')}{goes}{through} of {_seconds(transition.duration_s)}"


def _chosen(old: Shot, new: Shot, before: Side, after: Side, was: int, index: int) -> Iterator[str]:
    """Points that were chosen for just the take in use, which go before those of the storyboard."""
    both = [variant for variant in after.jobs[index] if variant in before.jobs[was]]
    moved: dict[str, list[str]] = {}
    for variant in both:
        one, other = before.chosen(was, variant, old.id), after.chosen(index, variant, new.id)
        for name, of_one, of_other, plain, now in (
            ("in", one.in_s, other.in_s, old.in_s, new.in_s),
            ("out", one.out_s, other.out_s, _out(old), _out(new)),
        ):
            if of_one != of_other:
                points = plain if of_one is None else of_one, now if of_other is None else of_other
                moved.setdefault(f"{name} {' to '.join(map(_seconds, points))} in its take", []).append(variant)
    yield from (words + within(variants, len(both)) for words, variants in moved.items())


def _takes(before: Side, after: Side, was: int, index: int) -> Iterator[str]:
    """Which variants use another take of what they ask for all the same."""
    both = [name for name, digest in after.jobs[index].items() if before.jobs[was].get(name) == digest]
    takes = {name: (before.takes[was].get(name), after.takes[index].get(name)) for name in both}
    names = [name for name, (one, other) in takes.items() if one and other and one != other]
    if names:
        yield f"another take is used{within(names, len(both))}"


def _shown(old: str, new: str, before: Side, after: Side, was: int, index: int) -> Iterator[str]:
    """Which of the variants that both states have begin or cease to show a shot."""
    none: frozenset[str] = frozenset()
    for words, there, here, now, earlier in (
        ("is shown now", before.shown[was], after.shown[index], new, old),
        ("is not shown any more", after.shown[index], before.shown[was], old, new),
    ):
        both = [variant for variant in here if variant in before.seconds and variant in after.seconds]
        names = [name for name in both if now in here[name] and earlier not in there.get(name, none)]
        if names:
            yield f"{words}{within(names, 0)}"


def _seconds(point: Fraction | None, end: str = "the end of its take") -> str:
    return end if point is None else f"{plain_seconds(point)} s"
