"""What differs in the words of the cut, and costs nothing: over shots, on cards, in credits; how captions are made."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.difference.naming import within
from pipeline.difference.side import Read, Side
from pipeline.frames import plain_seconds
from pipeline.storyboard import Card, Shot
from pipeline.words import Wording


def over(old: Shot, new: Shot, before: Side, after: Side) -> Iterator[str]:
    """What is read otherwise over a shot, one sentence each."""
    both = [name for name in after.read if old.id in before.read.get(name, {}) and new.id in after.read[name]]
    told: dict[str, list[str]] = {}
    for name in both:
        for sentence in _differ(before.read[name][old.id], after.read[name][new.id]):
            told.setdefault(sentence, []).append(name)
    yield from (sentence + within(names, len(both)) for sentence, names in told.items())


def settings(before: Side, after: Side) -> Iterator[tuple[str, str]]:
    """What is said otherwise of cards, credits and captions: the name of each, and what became of it."""
    assert before.plan is not None
    assert after.plan is not None
    was, now = ({card.id: card for card in side.plan.board.cards} for side in (before, after) if side.plan)
    for name in dict.fromkeys((*was, *now)):
        called = name if name == "credits" else f"card {name}"
        if name not in was or name not in now:
            yield called, "is new" if name in now else "is gone"
        else:
            yield from ((called, sentence) for sentence in _card(was[name], now[name], before, after))
    yield from _captions(before, after)


def _differ(was: Read, now: Read) -> Iterator[str]:
    for kind in dict.fromkeys(each.kind for each in (*was, *now)):
        one, other = ([each for each in side if each.kind == kind] for side in (was, now))
        if one != other:
            yield f"{kind.replace('_', ' ')} {_became(one, other)}"


def _became(one: list[Wording], other: list[Wording]) -> str:
    if not one or not other:
        return "is new" if other else "is gone"
    if [each.rows for each in one] != [each.rows for each in other]:
        return "says something else"
    return "is shown otherwise"


def _card(old: Card, new: Card, before: Side, after: Side) -> Iterator[str]:
    both = [name for name in after.read if old.id in before.read.get(name, {}) and new.id in after.read[name]]
    rows = {name: (before.read[name][old.id], after.read[name][new.id]) for name in both}
    if other := [name for name, (one, two) in rows.items() if [x.rows for x in one] != [x.rows for x in two]]:
        yield f"says something else{within(other, len(both))}"
    if old.duration_s != new.duration_s:
        yield f"{plain_seconds(old.duration_s)} s to {plain_seconds(new.duration_s)} s"
    if old.background != new.background:
        yield f"background {old.background} to {new.background}"
    if old.rolls != new.rolls:
        yield "rolls now" if new.rolls else "does not roll any more"
    if old.transition != new.transition:
        yield "has another transition" if old.transition and new.transition else "begins otherwise"
    earlier, later = before.follows(old.id, after), after.follows(new.id, before)
    if earlier != later:
        yield f"stands after {later} now" if later else "comes first now"


def _captions(before: Side, after: Side) -> Iterator[tuple[str, str]]:
    both = [name for name in after.captions if name in before.captions]
    for field in ("burn", "soft", "language", "style"):
        told: dict[str, list[str]] = {}
        for name in both:
            one, other = (getattr(side.captions[name], field) for side in (before, after))
            if one != other:
                words = (str(value).lower() if isinstance(value, bool) else value or "none" for value in (one, other))
                told.setdefault(" to ".join(words), []).append(name)
        yield from ((f"captions.{field}", words + within(names, len(both))) for words, names in told.items())
