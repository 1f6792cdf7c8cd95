"""Less than half of a take is shown, and all of it is paid for.

A take costs by the seconds that are generated, not by those between `in` and `out`. Some room at both ends is good to
cut in; more than half of it is mostly a `duration` that was left behind when the points were set. A shorter one costs
less, and the model spreads what happens over the time it has, so that more of it is seen.

Switch it off where you buy long takes on purpose, to choose the best seconds out of them.

```yaml
shots:
  - {id: sh010, prompt: The kettle boils., duration: 12, out: 4}
```

```yaml
shots:
  - {id: sh010, prompt: The kettle boils., duration: 5, out: 4}
```
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from pipeline.check.finding import warning
from pipeline.check.rules.rule import Rule
from pipeline.check.rules.same_footage import request
from pipeline.errors import Problem
from pipeline.frames import plain_seconds
from pipeline.plan import Compositions, Variant, points
from pipeline.storyboard import Shot

CODE = "unseen-seconds"
_WORTH_S = 2  # seconds that a shorter take must save


@dataclass(frozen=True, slots=True)
class _Spare:
    """A shot that shows little of its take."""

    shot: Shot
    shown_s: Fraction
    paid_s: Fraction
    enough_s: int  # the shortest length that its model makes and that would do


def _of_edit(compositions: Compositions, variant: Variant) -> Iterator[Problem]:
    found = [spare for shot in variant.shots if (spare := _spare(compositions, variant, shot))]
    entries = {shot.entry for shot in variant.shots} if found else set()
    requests = {index: request(compositions, variant, index) for index in entries}
    uses = Counter(requests.values())
    for spare in found:
        if uses[requests[spare.shot.entry]] > 1:
            continue  # another shot shows other seconds of the same take
        shown, paid = plain_seconds(spare.shown_s), plain_seconds(spare.paid_s)
        path = (*spare.shot.path, "in" if spare.shot.out_s is None else "out")
        message = f"{shown} s of the take are shown, and {paid} s are paid for"
        yield warning(compositions.board, CODE, path, message, f"`duration: {spare.enough_s}` is enough")


def _spare(compositions: Compositions, variant: Variant, shot: Shot) -> _Spare | None:
    entry = compositions.board.entries[shot.entry]
    if entry.several or (shot.out_s is None and not shot.in_s):
        return None
    asked = compositions.asked(variant, entry)
    in_s, out_s = points(shot, asked.duration_s)
    shown_s, paid_s = out_s - in_s, asked.duration_s
    enough_s = next((length for length in asked.model.durations if length >= shown_s), None)
    if enough_s is None or paid_s - enough_s < _WORTH_S or not 0 < 2 * shown_s < paid_s:
        return None
    return _Spare(shot, shown_s, paid_s, enough_s)


RULE = Rule(CODE, "Less than half of a take is shown, and all of it is paid for.", of_edit=_of_edit)
