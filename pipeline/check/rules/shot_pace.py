"""A shot of several in one generation gets less or more time than its model handles well.

The model cuts well between shots of four to six seconds. Shorter ones are often swallowed by their neighbours, and in
longer ones it invents a cut. Give the generation another duration, or make fewer or more shots of it.

Switch it off for a board of fast cutting, and look at the takes before you buy many.

```yaml
shots:
  - id: sq010
    duration: 6
    shots: [{id: sh010, prompt: A door.}, {id: sh020, prompt: A hand.}, {id: sh030, prompt: A lamp.}]
```

```yaml
shots:
  - id: sq010
    duration: 14
    shots: [{id: sh010, prompt: A door.}, {id: sh020, prompt: A hand.}, {id: sh030, prompt: A lamp.}]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from pipeline.check.finding import called, warning
from pipeline.check.rules.rule import Rule
from pipeline.errors import Problem
from pipeline.frames import plain_seconds
from pipeline.plan import Composition
from pipeline.storyboard import Entry, Path, Storyboard

CODE = "shot-pace"
_SHORTEST_S = Fraction(1, 10)


def _of_entry(board: Storyboard, found: Composition) -> Iterator[Problem]:
    entry, (least, most) = found.entry, found.asked.model.shot_s
    if not entry.several or not most:
        return
    lengths = tuple(_lengths(found))
    if any(length_s < _SHORTEST_S for _, _, length_s in lengths):
        return  # the split is no split, which is an error of its own
    kept = _alike(entry)
    for path, name, length_s in lengths:
        if not least <= length_s <= most:
            message = (
                f"{name} {plain_seconds(length_s)} s; {called(found.asked.model)} is at its best with {least} to {most}"
            )
            change = "give it another duration" if kept else "move the split"
            hint = f"{change}, or make {'fewer' if length_s < least else 'more'} shots of it"
            yield warning(board, CODE, path, message, hint)


def _alike(entry: Entry) -> bool:
    """Whether nobody says how long each of its shots is."""
    return len(entry.shots) < len(entry.parts) or entry.finds_cuts


def _lengths(found: Composition) -> Iterator[tuple[Path, str, Fraction]]:
    entry, duration_s = found.entry, found.asked.duration_s
    count = len(entry.parts)
    if _alike(entry):
        path = (*entry.path, "duration" if entry.settings.duration_s is not None else "id")
        yield path, f"{count} shots share {plain_seconds(duration_s)} s, so each gets", duration_s / count
        return
    ends = [shot.end_s for shot in entry.shots[:-1]]
    for index, (shot, end_s) in enumerate(zip(entry.shots, [*ends, duration_s], strict=True)):
        at = (*entry.path, "split", min(index, count - 2)) if count > 1 else (*entry.path, "id")
        yield at, f"{shot.id} gets", Fraction(0) if end_s is None else end_s - shot.begin_s


RULE = Rule(CODE, "A shot of several gets less or more time than its model handles well.", of_entry=_of_entry)
